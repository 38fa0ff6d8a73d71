//! Numbers in as few octets as they need: seven bits in each, the lowest first, the eighth bit when more follow.

/// Appends numbers.
#[derive(Clone, Debug, Default)]
pub(in crate::flow) struct Writer(Vec<u8>);

impl Writer {
    /// Forgets what was written, and keeps the room for it.
    pub(in crate::flow) fn clear(&mut self) {
        self.0.clear();
    }

    pub(in crate::flow) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// A number that is mostly near 0, on either side of it.
    pub(in crate::flow) fn step(&mut self, step: i64) {
        self.number((step << 1 ^ step >> 63) as u64);
    }

    pub(in crate::flow) fn octets(&mut self, octets: &[u8]) {
        self.number(octets.len() as u64);
        self.0.extend_from_slice(octets);
    }

    /// What was written.
    pub(in crate::flow) fn written(&self) -> &[u8] {
        &self.0
    }
}

/// Reads what a [`Writer`] wrote. What is not there reads as 0.
#[derive(Debug)]
pub(in crate::flow) struct Reader<'a>(pub(in crate::flow) &'a [u8]);

impl<'a> Reader<'a> {
    pub(in crate::flow) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(in crate::flow) fn number(&mut self) -> u64 {
        match *self.0 {
            // Most are that short.
            [octet @ ..0x80, ref rest @ ..] => {
                self.0 = rest;
                octet.into()
            }
            _ => self.long_number(),
        }
    }

    fn long_number(&mut self) -> u64 {
        let mut number = 0;
        let mut shift = 0;
        while let Some((&octet, rest)) = self.0.split_first() {
            self.0 = rest;
            number |= u64::from(octet & 0x7f) << shift;
            shift += 7;
            if octet & 0x80 == 0 || shift > 63 {
                break;
            }
        }
        number
    }

    pub(in crate::flow) fn step(&mut self) -> i64 {
        let number = self.number();
        (number >> 1) as i64 ^ -((number & 1) as i64)
    }

    pub(in crate::flow) fn octets(&mut self) -> &'a [u8] {
        let length = self.number() as usize;
        let (octets, rest) = self.0.split_at_checked(length).unwrap_or_default();
        self.0 = rest;
        octets
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_written_is_read(number: u64, bits in 0..64, step: i64, octets: Vec<u8>) {
            // As many short numbers as long ones.
            let number = number >> bits;
            let mut writer = Writer::default();
            writer.number(number);
            writer.step(step);
            writer.octets(&octets);
            let mut reader = Reader(writer.written());
            prop_assert_eq!((reader.number(), reader.step(), reader.octets()), (number, step, &octets[..]));
            prop_assert!(reader.is_empty());
        }
    }
}

//! Diffie-Hellman group exchange (RFC 4419): the client asks for a size, the server gives a group of it.

use super::kex_value::{magnitude, number_fault, string};

/// What both sides said of the group so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Group {
    /// Bits that the client takes: at least, at most.
    asked: Option<(u32, u32)>,
    /// Octets of the prime.
    prime: Option<usize>,
}

impl Group {
    /// Takes a message of the method, number included; says what in it no implementation takes.
    pub(super) fn take(&mut self, payload: &[u8]) -> Option<String> {
        let (&number, fields) = payload.split_first()?;
        match number {
            34 => self.request(fields),
            31 => self.group(fields),
            32 => number_fault(string(fields)?.0, self.prime?),
            33 => number_fault(string(string(fields)?.1)?.0, self.prime?),
            // 30 is the old request, whose single number is what the client prefers (RFC 4419 §5).
            _ => None,
        }
    }

    fn request(&mut self, fields: &[u8]) -> Option<String> {
        let (numbers, _) = fields.as_chunks::<4>();
        let &[least, preferred, most, ..] = numbers else {
            return Some("a request that ends before its three sizes".to_owned());
        };
        let [least, preferred, most] = [least, preferred, most].map(u32::from_be_bytes);
        self.asked = Some((least, most));
        (least > preferred || preferred > most)
            .then(|| format!("a request for {least} to {most} bits, preferably {preferred}"))
    }

    fn group(&mut self, fields: &[u8]) -> Option<String> {
        let (prime, _) = string(fields)?;
        let digits = magnitude(prime);
        self.prime = Some(digits.len());
        if prime.first().is_some_and(|&first| first >= 0x80) || digits.last().is_none_or(|last| last % 2 == 0)
        {
            return Some("a group whose modulus is no prime: negative or even".to_owned());
        }
        let bits = (digits.len() as u32 * 8).saturating_sub(digits.first()?.leading_zeros());
        let (least, most) = self.asked?;
        // RFC 4419 §3; OpenSSH `kexgexc.c` (DH GEX group out of range).
        (bits < least || bits > most)
            .then(|| format!("a group of {bits} bits, the client asked for {least} to {most}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(sizes: [u32; 3]) -> Vec<u8> {
        [34].into_iter().chain(sizes.into_iter().flat_map(u32::to_be_bytes)).collect()
    }

    fn group(prime: &[u8]) -> Vec<u8> {
        [&[31][..], &(prime.len() as u32).to_be_bytes(), prime, &[0, 0, 0, 1, 2]].concat()
    }

    #[test]
    fn a_group_of_the_size_that_was_asked_for_is_sound() {
        let mut state = Group::default();
        assert_eq!(state.take(&request([2048, 3072, 8192])), None);
        assert_eq!(state.take(&group(&[&[0][..], &[0xff; 384]].concat())), None);
        assert_eq!(state.take(&[&[32, 0, 0, 0, 2][..], &[5, 5]].concat()), None);
    }

    #[test]
    fn what_no_implementation_takes_is_named() {
        let mut state = Group::default();
        assert!(state.take(&request([4096, 3072, 8192])).unwrap().contains("preferably 3072"));
        assert!(state.take(&group(&[0x7f; 128])).unwrap().contains("1023 bits"));
        assert!(state.take(&group(&[0x7e; 512])).unwrap().contains("even"));
        assert!(state.take(&[32, 0, 0, 0, 1, 1]).unwrap().contains("0 or 1"));
        assert!(state.take(&[34, 0]).unwrap().contains("ends before"));
    }

    #[test]
    fn without_the_request_any_size_will_do() {
        assert_eq!(Group::default().take(&group(&[0x7f; 64])), None);
    }
}

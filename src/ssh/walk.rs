//! The walk along encrypted packets whose length can be read: AES-GCM and encrypt-then-MAC.

use super::suite::Suite;

/// What the walk met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Met {
    /// The packet goes on.
    Inside,
    /// A packet ended: octets of the stream before it, and its own.
    Packet { offset: u64, octets: u64 },
    /// A length that the suite does not have, at this place of the stream.
    Broken { offset: u64, length: [u8; 4] },
    /// A hole took part of a length.
    Hidden,
}

/// One direction's walk, from packet to packet, across rekeying.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    suite: Suite,
    /// Octets of the stream before the packet.
    offset: u64,
    /// Its length field so far.
    length: [u8; 4],
    length_octets: u8,
    /// Octets still to pass, once the length is known.
    rest: u64,
    /// It was begun in the middle of the stream.
    again: bool,
}

impl Walk {
    /// A walk whose first packet begins at `offset`.
    pub(super) const fn new(suite: Suite, offset: u64) -> Self {
        Self { suite, offset, length: [0; 4], length_octets: 0, rest: 0, again: false }
    }

    /// A walk begun at a segment that seems to begin with a packet: what breaks it may be that this was chance.
    pub(super) const fn again(suite: Suite, offset: u64) -> Self {
        Self { again: true, ..Self::new(suite, offset) }
    }

    /// Whether it was begun in the middle of the stream.
    pub(super) const fn is_again(&self) -> bool {
        self.again
    }

    /// How the packets are encrypted.
    pub(super) const fn suite(&self) -> Suite {
        self.suite
    }

    /// Where the packet begins that has not ended.
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether octets of a packet have passed that has not ended.
    pub(super) const fn inside_packet(&self) -> bool {
        self.length_octets > 0
    }

    /// Takes octets up to the end of the packet; says how many.
    pub(super) fn take(&mut self, octets: &[u8]) -> (usize, Met) {
        if let Some((&length, _)) = octets.split_first_chunk::<4>().filter(|_| self.length_octets == 0) {
            (self.length, self.length_octets) = (length, 4);
            return (4, self.look_at_length());
        }
        if usize::from(self.length_octets) < 4 {
            let Some(&octet) = octets.first() else { return (0, Met::Inside) };
            if let Some(place) = self.length.get_mut(usize::from(self.length_octets)) {
                *place = octet;
            }
            self.length_octets += 1;
            return (1, self.look_at_length());
        }
        let part = self.rest.min(octets.len() as u64);
        (usize::try_from(part).unwrap_or(octets.len()), self.pass(part))
    }

    /// Lets a hole pass, up to the end of the packet; says how many octets.
    pub(super) fn skip(&mut self, octets: u64) -> (u64, Met) {
        if self.length_octets < 4 {
            return (octets, Met::Hidden);
        }
        let part = self.rest.min(octets);
        (part, self.pass(part))
    }

    fn look_at_length(&mut self) -> Met {
        if self.length_octets < 4 {
            return Met::Inside;
        }
        match self.suite.behind_length(u32::from_be_bytes(self.length)) {
            Some(rest) => {
                self.rest = rest;
                Met::Inside
            }
            None => Met::Broken { offset: self.offset, length: self.length },
        }
    }

    fn pass(&mut self, part: u64) -> Met {
        self.rest -= part;
        if self.rest > 0 {
            return Met::Inside;
        }
        let octets = 4 + self.suite.behind_length(u32::from_be_bytes(self.length)).unwrap_or(0);
        let offset = self.offset;
        self.offset += octets;
        self.length_octets = 0;
        Met::Packet { offset, octets }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gcm() -> Walk {
        Walk::new(Suite::of("aes128-gcm@openssh.com", "").unwrap(), 100)
    }

    /// Packets of AES-GCM with these length fields.
    fn stream(lengths: &[u32]) -> Vec<u8> {
        let packet = |&length: &u32| [&length.to_be_bytes()[..], &vec![0xee; length as usize + 16]].concat();
        lengths.iter().flat_map(packet).collect()
    }

    fn walk(walk: &mut Walk, mut octets: &[u8]) -> Vec<Met> {
        let mut met = Vec::new();
        while !octets.is_empty() {
            let (used, step) = walk.take(octets);
            octets = &octets[used..];
            if step != Met::Inside {
                met.push(step);
            }
        }
        met
    }

    #[test]
    fn packets_are_found_in_any_chunking() {
        let octets = stream(&[32, 16, 1024, 48]);
        for size in [1, 2, 3, 7, 64, 2000] {
            let mut gcm = gcm();
            let met: Vec<Met> = octets.chunks(size).flat_map(|chunk| walk(&mut gcm, chunk)).collect();
            assert_eq!(met.first(), Some(&Met::Packet { offset: 100, octets: 52 }));
            assert_eq!((met.len(), gcm.inside_packet()), (4, false));
        }
    }

    #[test]
    fn a_hole_in_the_body_is_passed_over_and_one_in_the_length_ends_the_walk() {
        let mut gcm = gcm();
        assert_eq!(walk(&mut gcm, &stream(&[32])[..10]), []);
        assert_eq!(gcm.skip(1000), (42, Met::Packet { offset: 100, octets: 52 }));
        assert_eq!(gcm.skip(958), (958, Met::Hidden));
    }

    #[test]
    fn text_in_the_stream_is_met_as_a_broken_length_at_its_offset() {
        let mut gcm = gcm();
        let met = walk(&mut gcm, &[&stream(&[32])[..], b"Prot"].concat());
        assert_eq!(met.last(), Some(&Met::Broken { offset: 152, length: *b"Prot" }));
        assert!(gcm.inside_packet());
    }
}

//! Binary packets in clear (RFC 4253 §6): length, padding, payload; before NEWKEYS there is no MAC.

use super::text::is_text;

/// Octets before the payload: `packet_length` and `padding_length`.
const HEADER: usize = 5;

/// What a packet's padding breaks. The packet's end is known all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Padding {
    /// Fewer than 4 octets.
    TooShort(u8),
    /// No octet is left for the payload.
    ExceedsPacket(u8),
}

/// One packet in clear.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ClearPacket {
    /// Octets of the stream before it.
    pub(super) offset: u64,
    /// Octets of the whole packet.
    pub(super) octets: u64,
    /// Message number; 0 also where there is no payload.
    pub(super) number: u8,
    /// The payload, message number included; `None` where the capture does not hold all of it.
    pub(super) payload: Option<Vec<u8>>,
    /// A fault of the padding.
    pub(super) padding: Option<Padding>,
}

/// Why no further packet can be told from what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// The four octets of the length are text.
    Text,
    /// `packet_length` that no packet has.
    OutOfRange(u32),
    /// `packet_length` whose packet is no multiple of 8 octets.
    Misaligned(u32),
    /// A hole took the header.
    Hole,
}

/// What taking octets led to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The packet is not complete.
    More,
    /// A packet.
    Packet(ClearPacket),
    /// The framing is lost; the packet's first octets are in [`PacketReader::partial`].
    Lost(Lost),
}

/// Puts one direction's clear packets together.
#[derive(Clone, Debug)]
pub(super) struct PacketReader {
    /// Octets of the stream before the packet being read.
    offset: u64,
    /// Its octets so far, up to the first that is missing.
    partial: Vec<u8>,
    /// Octets of it that have passed, missing ones included.
    passed: u64,
    /// Largest packet that is put together.
    largest: usize,
}

impl PacketReader {
    /// A reader whose first packet begins at `offset`.
    pub(super) const fn new(offset: u64, largest: usize) -> Self {
        Self { offset, partial: Vec::new(), passed: 0, largest }
    }

    /// Octets of the packet that is not complete.
    pub(super) fn partial(&self) -> &[u8] {
        &self.partial
    }

    /// Where the packet that is not complete begins.
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether octets of a packet have passed that is not complete.
    pub(super) const fn inside_packet(&self) -> bool {
        self.passed > 0
    }

    /// Takes octets up to the end of the packet; says how many.
    pub(super) fn take(&mut self, octets: &[u8]) -> (usize, Step) {
        let wanted = self.total().unwrap_or(4).saturating_sub(self.passed);
        let part = octets.get(..usize::try_from(wanted).unwrap_or(usize::MAX)).unwrap_or(octets);
        if self.passed == self.partial.len() as u64 {
            self.partial.extend_from_slice(part);
        }
        self.passed += part.len() as u64;
        (part.len(), self.look())
    }

    /// Lets a hole pass, up to the end of the packet; says how many octets.
    pub(super) fn skip(&mut self, octets: u64) -> (u64, Step) {
        // The message number is the octet behind the header.
        if self.partial.len() <= HEADER {
            return (octets, Step::Lost(Lost::Hole));
        }
        let part = octets.min(self.total().unwrap_or(0).saturating_sub(self.passed));
        self.passed += part;
        (part, self.look())
    }

    /// Octets of the whole packet, once its length is known.
    fn total(&self) -> Option<u64> {
        let length = self.partial.first_chunk::<4>()?;
        Some(4 + u64::from(u32::from_be_bytes(*length)))
    }

    fn look(&mut self) -> Step {
        let Some(&length_octets) = self.partial.first_chunk::<4>() else { return Step::More };
        let length = u32::from_be_bytes(length_octets);
        if self.passed == 4 {
            if length_octets.into_iter().all(is_text) {
                return Step::Lost(Lost::Text);
            }
            // 16 octets at least (RFC 4253 §6), so 12 without the length.
            if length < 12 || length as usize > self.largest {
                return Step::Lost(Lost::OutOfRange(length));
            }
            if !(u64::from(length) + 4).is_multiple_of(8) {
                return Step::Lost(Lost::Misaligned(length));
            }
        }
        if self.passed < 4 + u64::from(length) {
            return Step::More;
        }
        Step::Packet(self.finish(length))
    }

    fn finish(&mut self, length: u32) -> ClearPacket {
        let (offset, octets) = (self.offset, self.passed);
        let mut partial = std::mem::take(&mut self.partial);
        self.offset += octets;
        self.passed = 0;
        let padding_length = partial.get(4).copied().unwrap_or(0);
        // padding_length itself and one octet of payload
        let exceeds = u32::from(padding_length) + 2 > length;
        let padding = if exceeds {
            Some(Padding::ExceedsPacket(padding_length))
        } else {
            (padding_length < 4).then_some(Padding::TooShort(padding_length))
        };
        let number = if exceeds { 0 } else { partial.get(HEADER).copied().unwrap_or(0) };
        let payload_end = partial.len().saturating_sub(usize::from(padding_length));
        let whole = partial.len() as u64 == octets && !exceeds;
        let payload = whole.then(|| {
            partial.truncate(payload_end);
            partial.drain(..HEADER.min(payload_end));
            partial
        });
        ClearPacket { offset, octets, number, payload, padding }
    }
}

/// Whether octets at the start of a segment can only be the start of a clear packet: the header is sound and the
/// message is one of those that a key exchange is made of.
///
/// Random octets pass once in some ten million; the clear length of AES-GCM and encrypt-then-MAC never does, as
/// it is a multiple of the block without its own four octets.
pub(super) fn looks_like_packet(octets: &[u8]) -> bool {
    let &[a, b, c, d, padding, number, ..] = octets else { return false };
    let length = u32::from_be_bytes([a, b, c, d]);
    let sound = (12..=35_000).contains(&length)
        && (length + 4).is_multiple_of(8)
        && padding >= 4
        && u32::from(padding) + 2 <= length;
    sound && matches!(number, 1..=4 | 20 | 21 | 30..=34)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A packet with minimal padding.
    pub(crate) fn packet(payload: &[u8]) -> Vec<u8> {
        let padding = 4 + (8 - (payload.len() + 9) % 8) % 8;
        let length = (1 + payload.len() + padding) as u32;
        let mut octets = length.to_be_bytes().to_vec();
        octets.push(padding as u8);
        octets.extend_from_slice(payload);
        octets.resize(4 + length as usize, 0);
        octets
    }

    fn one(octets: &[u8]) -> Step {
        let mut reader = PacketReader::new(0, 1 << 18);
        let mut rest = octets;
        loop {
            let (used, step) = reader.take(rest);
            rest = &rest[used..];
            if step != Step::More || rest.is_empty() {
                return step;
            }
        }
    }

    #[test]
    fn newkeys_is_a_packet_of_sixteen_octets() {
        let Step::Packet(packet) = one(&packet(&[21])) else { panic!() };
        assert_eq!((packet.octets, packet.number, packet.payload), (16, 21, Some(vec![21])));
    }

    #[test]
    fn lengths_that_no_packet_has_are_told_apart() {
        assert_eq!(one(b"Protocol mismatch.\n"), Step::Lost(Lost::Text));
        assert_eq!(one(&[0xff; 8]), Step::Lost(Lost::OutOfRange(u32::MAX)));
        assert_eq!(one(&[0, 0, 0, 4, 0, 0, 0, 0]), Step::Lost(Lost::OutOfRange(4)));
        assert_eq!(one(&[0, 0, 0, 13, 4, 21, 0, 0]), Step::Lost(Lost::Misaligned(13)));
    }

    #[test]
    fn faults_of_the_padding_do_not_lose_the_packet_s_end() {
        let mut short = packet(&[2, 0, 0, 0, 0]);
        short[4] = 3;
        let Step::Packet(packet) = one(&short) else { panic!() };
        assert_eq!((packet.padding, packet.number), (Some(Padding::TooShort(3)), 2));
        short[4] = 11;
        let Step::Packet(packet) = one(&short) else { panic!() };
        assert_eq!((packet.padding, packet.payload), (Some(Padding::ExceedsPacket(11)), None));
    }

    #[test]
    fn a_hole_behind_the_message_number_hides_the_payload_but_not_the_packet() {
        let octets = packet(&[20; 100]);
        let mut reader = PacketReader::new(40, 1 << 18);
        assert_eq!(reader.take(&octets[..4]), (4, Step::More));
        assert_eq!(reader.take(&octets[4..30]), (26, Step::More));
        let (used, step) = reader.skip(10_000);
        assert_eq!(used, octets.len() as u64 - 30);
        let Step::Packet(packet) = step else { panic!() };
        assert_eq!((packet.offset, packet.number, packet.payload), (40, 20, None));
        assert_eq!(reader.skip(1), (1, Step::Lost(Lost::Hole)));
    }

    #[test]
    fn nothing_is_reserved_for_octets_that_have_not_come() {
        let mut reader = PacketReader::new(0, 1 << 18);
        let _ = reader.take(&[0, 3, 0xff, 0xfc]);
        assert!(reader.partial.capacity() < 64);
    }
}

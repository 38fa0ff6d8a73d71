//! Checksums after a change: what was right stays right, what was wrong stays wrong by as much.

use std::ops::Range;

use etherparse::checksum::Sum16BitWords;

/// A checksum field and what it covers.
#[derive(Clone, Debug)]
pub(super) struct Covered {
    /// Where the field lies.
    pub(super) field: usize,
    /// The octets that it covers, itself included, as far as captured.
    pub(super) octets: Range<usize>,
    /// The pseudo-header: where both addresses lie, and the protocol.
    pub(super) pseudo: Option<(Range<usize>, u8)>,
    /// 0 says that there is none (UDP, RFC 768).
    pub(super) optional: bool,
}

impl Covered {
    /// Changes the field in `new` by as much as what it covers differs from `old` (RFC 1624 §3), which works where the
    /// capture cut the packet, too. What checksum offload leaves, the sum of the pseudo-header alone, is kept as that.
    pub(super) fn carry_over(&self, old: &[u8], new: &mut [u8]) {
        let Some(before) = old.get(self.field..).and_then(|rest| rest.first_chunk::<2>()) else { return };
        let before = u16::from_ne_bytes(*before);
        if self.optional && before == 0 {
            return;
        }
        let (was, is) = (self.addresses(old), self.addresses(new));
        let after = if self.is_offloaded(before, was) {
            add(add(before, !was), is)
        } else {
            // The field itself is still the same in both.
            let (was, is) = (add(was, self.body(old)), add(is, self.body(new)));
            !add(add(!before, !was), is)
        };
        let after = if self.optional && after == 0 { u16::MAX } else { after };
        if let Some(room) = new.get_mut(self.field..self.field + 2) {
            room.copy_from_slice(&after.to_ne_bytes());
        }
    }

    fn body(&self, octets: &[u8]) -> u16 {
        sum(octets.get(self.octets.clone()).unwrap_or_default())
    }

    fn addresses(&self, octets: &[u8]) -> u16 {
        let addresses = self.pseudo.as_ref().and_then(|(addresses, _)| octets.get(addresses.clone()));
        addresses.map_or(0, sum)
    }

    /// Whether the field holds no more than the sum of the pseudo-header, whose addresses sum up to `addresses`.
    fn is_offloaded(&self, field: u16, addresses: u16) -> bool {
        let Some((_, protocol)) = &self.pseudo else { return false };
        let rest = sum(&[[0, *protocol], (self.octets.len() as u16).to_be_bytes()].concat());
        field == add(addresses, rest)
    }
}

/// The ones' complement sum of words as they lie in memory: the order of octets does not matter to it (RFC 1071 §2).
fn sum(octets: &[u8]) -> u16 {
    !Sum16BitWords::new().add_slice(octets).ones_complement()
}

const fn add(one: u16, other: u16) -> u16 {
    let (sum, carry) = one.overflowing_add(other);
    sum + carry as u16
}

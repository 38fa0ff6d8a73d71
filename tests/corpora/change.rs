//! Files changed by chance: the same chance for the same name.

use crate::dice::Dice;

/// Numbers at the ends of what a field can hold.
const ENDS: [u32; 8] = [0, 1, 0x7fff_ffff, 0x8000_0000, u32::MAX, 0xffff, 0x0001_0000, 0x0100_0000];

/// `file` after one to eight changes, some with parts of `others`.
pub(crate) fn changed(file: &[u8], others: &[&Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut octets = file.to_vec();
    for _ in 0..=dice.below(8) {
        // Headers and the first records matter most.
        let bound = if dice.below(2) == 0 { octets.len().min(160) } else { octets.len() };
        let at = dice.below(bound);
        let end = (at + dice.below(80)).min(octets.len());
        match dice.below(8) {
            0 => octets.get_mut(at).into_iter().for_each(|octet| *octet ^= 1 << dice.below(8)),
            1 => octets.get_mut(at).into_iter().for_each(|octet| *octet = dice.below(256) as u8),
            2 => {
                let end = ENDS[dice.below(ENDS.len())];
                let field = if dice.below(2) == 0 { end.to_be_bytes() } else { end.to_le_bytes() };
                octets.iter_mut().skip(at).zip(field).for_each(|(octet, new)| *octet = new);
            }
            3 => drop(octets.drain(at..end)),
            4 => {
                let again = octets[at..end].to_vec();
                octets.splice(at..at, again);
            }
            5 => {
                let other = others[dice.below(others.len())];
                let from = dice.below(other.len());
                let part = &other[from..(from + dice.below(200)).min(other.len())];
                octets.splice(at..at, part.iter().copied());
            }
            6 => octets[at..end].fill(0),
            _ => octets.truncate(at.max(24)),
        }
    }
    octets
}

//! Where the blocks of a pcapng go on after a damage.

use super::interface::Capturing;
use super::section::{LEAST_BLOCK, Section, wrong_length};
use crate::source::ByteOrder;
use crate::source::format::{SECTION, section_order};
use crate::source::resume::is_near;
use crate::units::Timestamp;

/// Blocks in a row. Each says its length twice, and its kind: 64 bits that random octets do not have.
const CHAIN: usize = 3;

impl Section {
    /// Whether blocks begin with `octets`; `None` if there are too few to tell. `before`: the time of the last frame. `most`:
    /// octets that a block may have. `at_end`: the input holds no more.
    pub(in crate::source) fn blocks(
        &self,
        octets: &[u8],
        before: Option<Timestamp>,
        most: u32,
        at_end: bool,
    ) -> Option<bool> {
        let (mut rest, mut order) = (octets, self.order);
        let (mut known, mut described) = (self.interfaces.as_slice(), self.interfaces.len());
        for length in 0..CHAIN {
            let Some(header) = rest.first_chunk::<LEAST_BLOCK>() else {
                // The last blocks of a capture are a chain if they end with it.
                return at_end.then_some(length > 0 && rest.is_empty());
            };
            let kind = order.u32_at(header, 0)?;
            match kind {
                SECTION => match section_order(ByteOrder::Big.u32_at(header, 8)?) {
                    Some(own) => (order, known, described) = (own, &[], 0),
                    None => return Some(false),
                },
                _ if self.is_lost && length == 0 => return Some(false),
                1 => described += 1,
                _ if !is_known(kind) => return Some(false),
                _ => {}
            }
            let size = order.u32_at(header, 4)?;
            if wrong_length(kind, size, most).is_some() {
                return Some(false);
            }
            let Some(block) = rest.get(..size as usize) else { return at_end.then_some(false) };
            if order.u32_at(block, block.len() - 4) != Some(size) {
                return Some(false);
            }
            if kind == 6 && !is_packet(order, known, described, block, before) {
                return Some(false);
            }
            rest = rest.get(size as usize..)?;
        }
        Some(true)
    }
}

/// Whether a block can be an Enhanced Packet Block of a section with so many `described` interfaces, the first of which are
/// `known`.
fn is_packet(
    order: ByteOrder,
    known: &[Capturing],
    described: usize,
    block: &[u8],
    before: Option<Timestamp>,
) -> bool {
    let word = |at| order.u32_at(block, at);
    let (Some(index), Some(high), Some(low), Some(captured)) = (word(8), word(12), word(16), word(20)) else {
        return false;
    };
    let fits = (captured as usize).checked_add(32).is_some_and(|least| least <= block.len());
    let ticks = u64::from(high) << 32 | u64::from(low);
    let moment = |interface: &Capturing| interface.clock.moment(ticks);
    let near = |interface| moment(interface).is_some_and(|time| is_near(time, before));
    fits && (index as usize) < described && known.get(index as usize).is_none_or(near)
}

/// The kinds of blocks that are written (pcapng draft §4, §10.1): 4 names, 10 secrets, 0x0bad custom, 9 a journal's, 0x0200 to
/// 0x0221 sysdig's; those of the frames and interfaces.
const fn is_known(kind: u32) -> bool {
    matches!(kind, 1..=6 | 9 | 10 | 0x0bad | 0x4000_0bad | 0x0201..=0x0221)
}

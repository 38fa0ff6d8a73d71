//! The three kinds of blocks that hold a frame (pcapng draft §4.3, §4.4, and appendix A for the obsolete one).

use super::interface::Capturing;
use super::options::{COMMENT, Options};
use super::section::Section;
use crate::frame::Mark;
use crate::source::damage::{Cost, Fault};
use crate::source::intake::{Captured, Intake};
use crate::units::Timestamp;

const ENHANCED: &str = "pcapng Enhanced Packet Block";
const SIMPLE: &str = "pcapng Simple Packet Block";
const OBSOLETE: &str = "pcapng Packet Block";

/// Octets of a block before its body: type and total length.
const BLOCK_HEADER: usize = 8;
/// Octets of an Enhanced or obsolete Packet Block's body before the frame.
const FIXED: usize = 20;
/// `epb_flags` and `pack_flags`, of the same meaning.
const FLAGS: u16 = 2;
/// `epb_dropcount`.
const DROP_COUNT: u16 = 4;

impl Section {
    /// Delivers the frame of an Enhanced Packet Block.
    #[inline]
    pub(super) fn enhanced(&self, body: &[u8], intake: &mut Intake<'_>) {
        let index = self.order.u32_at(body, 0);
        self.timed(ENHANCED, index, body, intake);
    }

    /// Delivers the frame of an obsolete Packet Block, which has 16 bits for the interface and 16 for a drop count.
    pub(super) fn obsolete(&self, body: &[u8], intake: &mut Intake<'_>) {
        let index = self.order.u16_at(body, 0).map(u32::from);
        if let (Some(drops), Some(index)) = (self.order.u16_at(body, 2), index)
            // All ones: not known.
            && drops != u16::MAX
        {
            self.lost(index, drops.into(), intake);
        }
        self.timed(OBSOLETE, index, body, intake);
    }

    /// The common part of the two: interface, time in two words, two lengths, frame, options.
    #[inline]
    fn timed(&self, part: &'static str, index: Option<u32>, body: &[u8], intake: &mut Intake<'_>) {
        let word = |at| self.order.u32_at(body, at);
        let (Some(index), Some(high), Some(low), Some(len), Some(wire_len)) =
            (index, word(4), word(8), word(12), word(16))
        else {
            return leave_out(part, too_short(body, FIXED), intake);
        };
        let Some(capturing) = self.capturing(index) else {
            return leave_out(part, self.no_interface(index), intake);
        };
        let held = body.len() - FIXED;
        if len as usize > held {
            return leave_out(part, too_long(len, held), intake);
        }
        let options = body.get(FIXED + (len as usize).next_multiple_of(4)..).unwrap_or_default();
        let mark = if options.is_empty() { Mark::None } else { self.options(part, index, options, intake) };
        let time = moment(part, capturing, u64::from(high) << 32 | u64::from(low), intake);
        let Capturing { link, place: interface, .. } = *capturing;
        let start = BLOCK_HEADER + FIXED;
        intake.deliver(Captured { time, start, len, wire_len, link, interface, mark });
    }

    /// Delivers the frame of a Simple Packet Block: interface 0, no time, cut to the interface's snaplen.
    pub(super) fn simple(&self, body: &[u8], intake: &mut Intake<'_>) {
        let Some(wire_len) = self.order.u32_at(body, 0) else {
            return leave_out(SIMPLE, too_short(body, 4), intake);
        };
        let Some(capturing) = self.capturing(0) else {
            return leave_out(SIMPLE, self.no_interface(0), intake);
        };
        let Capturing { link, snaplen, place: interface, .. } = *capturing;
        let len = if snaplen == 0 { wire_len } else { wire_len.min(snaplen) };
        let held = body.len() - 4;
        if len as usize > held {
            return leave_out(SIMPLE, too_long(len, held), intake);
        }
        intake.tally.untimed += 1;
        let time = intake.tally.last_time;
        let start = BLOCK_HEADER + 4;
        intake.deliver(Captured { time, start, len, wire_len, link, interface, mark: Mark::None });
    }

    /// Reads a packet's options: its direction, what was lost before it, comments.
    fn options(&self, part: &'static str, index: u32, octets: &[u8], intake: &mut Intake<'_>) -> Mark {
        let mut mark = Mark::None;
        let mut options = Options::new(octets, self.order);
        for (code, value) in options.by_ref() {
            match code {
                COMMENT => intake.tally.comments += 1,
                FLAGS => {
                    // The two lowest bits: 00 not known, 01 inbound, 10 outbound.
                    mark = match self.order.u32_at(value, 0).map(|flags| flags & 0b11) {
                        Some(0b01) => Mark::Inbound,
                        Some(0b10) => Mark::Outbound,
                        _ => Mark::None,
                    };
                }
                // The obsolete block has no such option.
                DROP_COUNT if part == ENHANCED => {
                    if let Some(&count) = value.first_chunk() {
                        self.lost(index, self.order.u64(count), intake);
                    }
                }
                _ => {}
            }
        }
        if let Some(fault) = options.fault {
            intake.damaged(part, Cost::Detail, fault);
        }
        mark
    }

    /// Adds frames that the capture says were lost before this one.
    fn lost(&self, index: u32, count: u64, intake: &mut Intake<'_>) {
        if let Some(capturing) = self.capturing(index)
            && let Some(interface) = intake.tally.interface_at(capturing.place)
        {
            interface.lost_between = interface.lost_between.saturating_add(count);
        }
    }

    #[inline]
    fn capturing(&self, index: u32) -> Option<&Capturing> {
        self.interfaces.get(index as usize)
    }

    const fn no_interface(&self, index: u32) -> Fault {
        Fault::NoInterface { index, described: self.interfaces.len() }
    }
}

/// The time at an interface's `ticks`; that of the frame before if no clock can show it.
#[inline]
fn moment(part: &'static str, capturing: &Capturing, ticks: u64, intake: &mut Intake<'_>) -> Timestamp {
    if let Some(time) = capturing.clock.moment(ticks) {
        intake.tally.last_time = time;
    } else {
        intake.tally.untimed += 1;
        intake.damaged(part, Cost::Detail, Fault::NoSuchTime(ticks));
    }
    intake.tally.last_time
}

/// Leaves a frame out but keeps its number: the frames after it keep theirs.
#[cold]
fn leave_out(part: &'static str, fault: Fault, intake: &mut Intake<'_>) {
    intake.damaged(part, Cost::Frame, fault);
    intake.tally.skip_number();
}

const fn too_short(body: &[u8], least: usize) -> Fault {
    Fault::OutOfRange {
        field: "block length",
        found: body.len() as u64 + 12,
        least: least as u64 + 12,
        most: u32::MAX as u64,
    }
}

const fn too_long(len: u32, held: usize) -> Fault {
    Fault::OutOfRange { field: "captured length", found: len as u64, least: 0, most: held as u64 }
}

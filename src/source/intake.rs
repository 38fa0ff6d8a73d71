//! The octets at hand while records are followed, and where the frames found in them go.

use super::batch::{Batch, Head};
use super::damage::{Cost, Fault};
use super::tally::Tally;
use crate::frame::{FrameNo, LinkType, Mark};
use crate::units::Timestamp;

/// Why following the records stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pause {
    /// The next record or block needs so many octets, or more once its header is there.
    Need(usize),
    /// Damage: nothing after it can be read.
    Stop,
    /// The record at the cursor is damaged, and with it the way to the next one. It is not noted yet.
    Lost(Fault),
}

/// A frame as its record describes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Captured {
    pub(super) time: Timestamp,
    /// Where its octets start, counted from the cursor.
    pub(super) start: usize,
    pub(super) len: u32,
    pub(super) wire_len: u32,
    pub(super) link: LinkType,
    pub(super) interface: u16,
    pub(super) mark: Mark,
}

/// A batch that is being filled.
pub(super) struct Intake<'a> {
    octets: &'a [u8],
    heads: &'a mut Vec<Head>,
    first: &'a mut FrameNo,
    pub(super) tally: &'a mut Tally,
    /// Octets of the input before those at hand.
    origin: u64,
    /// Where the next record or block starts. Never past the octets at hand.
    pub(super) cursor: usize,
}

impl<'a> Intake<'a> {
    /// The octets of a batch that starts `origin` octets into the input.
    pub(super) fn new(batch: &'a mut Batch, tally: &'a mut Tally, origin: u64) -> Self {
        let Batch { octets, filled, heads, first } = batch;
        Self { octets: octets.get(..*filled).unwrap_or_default(), heads, first, tally, origin, cursor: 0 }
    }

    /// The octets from the cursor on.
    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.octets.get(self.cursor..).unwrap_or_default()
    }

    /// Delivers a frame under the next number.
    #[inline]
    pub(super) fn deliver(&mut self, frame: Captured) {
        if self.heads.is_empty() {
            *self.first = self.tally.next;
        }
        self.heads.push(Head {
            time: frame.time,
            after_first: (self.tally.next.0 - self.first.0) as u32,
            start: (self.cursor + frame.start) as u32,
            len: frame.len,
            wire_len: frame.wire_len,
            link: frame.link,
            interface: frame.interface,
            mark: frame.mark,
        });
        self.tally.skip_number();
        self.tally.frames += 1;
    }

    /// Notes a damage of the record or block at the cursor.
    #[cold]
    pub(super) fn damaged(&mut self, part: &'static str, cost: Cost, fault: Fault) {
        self.tally.damaged(self.origin + self.cursor as u64, part, cost, fault);
    }

    /// Notes a damage after which nothing can be read.
    #[cold]
    pub(super) fn stop(&mut self, part: &'static str, fault: Fault) -> Pause {
        self.damaged(part, Cost::Rest, fault);
        Pause::Stop
    }
}

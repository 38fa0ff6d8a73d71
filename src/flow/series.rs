//! Values of one header field over the life of a direction.

use crate::frame::FrameNo;

/// How often each value of a one-octet field was seen, with where it was seen last.
///
/// Holds at most [`Series::DISTINCT`] values: a host shows one or two TTLs, a path that changes a few more.
/// What does not fit is counted in `others`.
#[derive(Clone, Debug, Default)]
pub struct Series {
    values: Vec<Seen>,
    others: u32,
}

/// One value of a [`Series`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The value.
    pub value: u8,
    /// Packets that had it.
    pub count: u32,
    /// The first of them.
    pub first: FrameNo,
    /// The last of them.
    pub last: FrameNo,
}

impl Series {
    /// Distinct values kept.
    pub const DISTINCT: usize = 8;

    /// Counts one packet.
    pub fn record(&mut self, value: u8, frame: FrameNo) {
        if let Some(seen) = self.values.iter_mut().find(|seen| seen.value == value) {
            seen.count = seen.count.saturating_add(1);
            seen.last = frame;
        } else if self.values.len() < Self::DISTINCT {
            self.values.push(Seen { value, count: 1, first: frame, last: frame });
        } else {
            self.others = self.others.saturating_add(1);
        }
    }

    /// Gives up room that is not needed before the next packet.
    pub(super) fn rest(&mut self) {
        self.values.shrink_to_fit();
    }

    /// The values in the order of their first packet.
    pub fn values(&self) -> &[Seen] {
        &self.values
    }

    /// Packets counted, those with values beyond the bound included.
    pub fn total(&self) -> u32 {
        self.values.iter().fold(self.others, |sum, seen| sum.saturating_add(seen.count))
    }

    /// Packets that had `value`.
    pub fn count(&self, value: u8) -> u32 {
        self.values.iter().find(|seen| seen.value == value).map_or(0, |seen| seen.count)
    }

    /// The value most packets had; the earlier one on a tie.
    pub fn usual(&self) -> Option<Seen> {
        self.values.iter().copied().reduce(|best, seen| if seen.count > best.count { seen } else { best })
    }

    /// The value seen last.
    pub fn latest(&self) -> Option<Seen> {
        self.values.iter().copied().max_by_key(|seen| seen.last)
    }
}

//! Whole records in one buffer: what a source hands on, and what a thread pool takes.

use crate::analysis::Frames;
use crate::frame::{Frame, FrameNo, LinkType, Mark, Place};
use crate::units::Timestamp;

/// Octets asked for in one read: fits the second-level cache with room, so that headers are found there and not in
/// memory. 256 KiB took 1.1 times the CPU of `cat`; mapping the file took 3 to 5 times (measured 2026-11-21).
pub(super) const PIECE: usize = 256 * 1024;

/// A captured frame's header, with the place of its octets in the batch.
///
/// 32 octets: a batch of small frames has thousands, and they must not push the frames out of the cache.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) time: Timestamp,
    /// Number less the number of the batch's first frame. A buffer cannot hold 2³² records.
    pub(super) after_first: u32,
    pub(super) start: u32,
    pub(super) len: u32,
    pub(super) wire_len: u32,
    pub(super) link: LinkType,
    pub(super) interface: u16,
    pub(super) mark: Mark,
}

/// Frames that were read together, with the octets they lie in.
///
/// Owned and reusable: hand the same batch to [`Source::read_batch`](super::Source::read_batch) again and nothing is
/// allocated. Its frames are whole; a record cut by the end of a read is carried to the next batch by the source.
#[derive(Debug)]
pub struct Batch {
    /// Always initialised to its whole length; `filled` octets of it mean something.
    pub(super) octets: Vec<u8>,
    pub(super) filled: usize,
    pub(super) heads: Vec<Head>,
    pub(super) first: FrameNo,
}

impl Batch {
    /// An empty batch, which allocates on its first use: 256 KiB, more only for a larger record.
    pub const fn new() -> Self {
        Self { octets: Vec::new(), filled: 0, heads: Vec::new(), first: FrameNo(0) }
    }

    /// The frames in the order of the capture.
    pub fn frames(&self) -> impl ExactSizeIterator<Item = Frame<'_>> {
        self.heads.iter().map(|head| Frame {
            number: FrameNo(self.first.0 + u64::from(head.after_first)),
            time: head.time,
            link: head.link,
            place: Place { interface: head.interface, cooked: 0 },
            mark: head.mark,
            wire_len: head.wire_len,
            data: self
                .octets
                .get(head.start as usize..)
                .and_then(|from| from.get(..head.len as usize))
                .unwrap_or_default(),
        })
    }

    /// How many frames it holds.
    pub const fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether it holds no frame.
    pub const fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Forgets its frames and takes `carried` octets as the beginning of the next ones.
    pub(super) fn restart(&mut self, carried: &[u8]) {
        self.heads.clear();
        let wanted = PIECE.max(carried.len());
        // A record of many megabytes leaves a buffer that does not fit the cache.
        if self.octets.len() < wanted || self.octets.len() > 4 * wanted {
            self.octets = vec![0; wanted];
        }
        if let Some(front) = self.octets.get_mut(..carried.len()) {
            front.copy_from_slice(carried);
        }
        self.filled = carried.len();
    }

    /// Adds a frame whose octets lie elsewhere; `head.start` is set here.
    pub(super) fn push(&mut self, number: FrameNo, head: Head, octets: &[u8]) {
        let end = self.filled + octets.len();
        if end > self.octets.len() {
            self.octets.resize(end + PIECE, 0);
        }
        if let Some(room) = self.octets.get_mut(self.filled..end) {
            room.copy_from_slice(octets);
        }
        if self.heads.is_empty() {
            self.first = number;
        }
        let after_first = (number.0 - self.first.0) as u32;
        self.heads.push(Head { start: self.filled as u32, after_first, ..head });
        self.filled = end;
    }

    /// Time of its last frame; the epoch without one.
    #[cfg(feature = "live")]
    pub(super) fn last_time(&self) -> Timestamp {
        self.heads.last().map(|head| head.time).unwrap_or_default()
    }

    /// Makes room for at least one more octet; `walked` octets at the front are no longer needed.
    ///
    /// Only for a batch without frames, whose places would move. Grows by one piece at a time, so that a length field
    /// that lies takes no memory that the input does not fill.
    pub(super) fn make_room(&mut self, walked: usize) {
        if walked > 0 {
            self.octets.copy_within(walked..self.filled, 0);
            self.filled -= walked;
        }
        if self.filled == self.octets.len() {
            self.octets.resize(self.filled + PIECE, 0);
        }
    }
}

impl Frames for Batch {
    fn frames(&self) -> impl Iterator<Item = Frame<'_>> {
        self.frames()
    }
}

impl Default for Batch {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_half_a_cache_line() {
        assert_eq!(size_of::<Head>(), 32);
    }
}

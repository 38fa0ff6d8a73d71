//! Segments that have other octets than an earlier segment had at the same place of the stream.

use std::fmt;
use std::hash::{BuildHasher, RandomState};

use crate::frame::FrameNo;
use crate::limits::Limits;
use crate::wire::Segment;

/// Segments of one direction that contradict an earlier one.
///
/// TCP repeats what it sent, octet for octet (RFC 9293 §3.8.1). Where it does not, receivers differ in which they take, so
/// whoever only watches cannot know (Ptacek and Newsham, "Insertion, Evasion, and Denial of Service", 1998, §5).
///
/// Compared are segments whose data begin within the first 16 KiB; an earlier one is known by a keyed hash of its octets, so a
/// repetition is compared where it covers the earlier segment whole, as repetitions of TCP stacks do.
#[derive(Clone, Default)]
pub struct Contradictions {
    marks: Vec<Mark>,
    key: RandomState,
    /// How many there were.
    pub count: u64,
    /// The first of them, each behind the segment that it contradicts.
    pub frames: Vec<FrameNo>,
}

/// A segment as it is remembered.
#[derive(Clone, Copy)]
struct Mark {
    offset: u32,
    length: u32,
    hash: u64,
    frame: FrameNo,
}

/// Octets of a stream within which segments are compared: the part in clear text, identification string and key exchange.
/// What an encrypted packet should have been nobody can tell.
const COMPARED: u64 = 16 * 1024;

/// Contradictions whose frames are kept.
const SHOWN: usize = 4;

impl fmt::Debug for Contradictions {
    /// The key is another in every run, and so are the hashes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let marks: Vec<_> = self.marks.iter().map(|mark| (mark.offset, mark.length, mark.frame)).collect();
        let Self { count, frames, .. } = self;
        f.debug_struct("Contradictions")
            .field("marks", &marks)
            .field("count", count)
            .field("frames", frames)
            .finish_non_exhaustive()
    }
}

impl Contradictions {
    /// Compares `segment`, whose data begin at `offset` and of which `octets` were captured, with those before it; whether it
    /// contradicts one.
    pub(super) fn take(&mut self, segment: &Segment, offset: u64, octets: &[u8], limits: &Limits) -> bool {
        // A capture can hold more octets than the header's length allows; the header counts.
        let octets = octets.get(..segment.payload_len as usize).unwrap_or(octets);
        let Some(offset) = u32::try_from(offset).ok().filter(|&offset| u64::from(offset) < COMPARED) else {
            return false;
        };
        let differing = self.marks.iter().find(|mark| {
            let covered = mark.offset.checked_sub(offset).and_then(|skipped| {
                let skipped = skipped as usize;
                octets.get(skipped..skipped + mark.length as usize)
            });
            covered.is_some_and(|octets| self.key.hash_one(octets) != mark.hash)
        });
        if let Some(mark) = differing {
            self.count += 1;
            if self.count <= SHOWN as u64 {
                self.frames.extend([mark.frame, segment.frame]);
            }
            return true;
        }
        let known = |mark: &Mark| (mark.offset, mark.length) == (offset, segment.payload_len);
        // Cut by the snaplen, it says too little.
        if octets.len() != segment.payload_len as usize || self.marks.iter().any(known) {
            return false;
        }
        if self.marks.len() >= limits.segments_compared {
            self.marks.remove(0);
        }
        let hash = self.key.hash_one(octets);
        self.marks.push(Mark { offset, length: segment.payload_len, hash, frame: segment.frame });
        false
    }

    /// Gives up room that is not needed before the next packet.
    pub(super) fn rest(&mut self) {
        self.marks.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests;

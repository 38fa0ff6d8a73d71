//! Segments that have other octets than an earlier segment had at the same place of the stream.

use std::fmt;
use std::hash::BuildHasher;

use foldhash::quality::RandomState;

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

/// A segment as it is remembered, in few octets: each connection has some.
#[derive(Clone, Copy)]
struct Mark {
    offset: u16,
    length: u16,
    /// Half of one: what differs is missed once in four thousand million times.
    hash: u32,
    frame: FrameNo,
}

/// Octets of a stream within which segments are compared: the part in clear text, identification string and key exchange.
/// What an encrypted packet should have been nobody can tell.
const COMPARED: u16 = 16 * 1024;

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
        let Some(offset) = u16::try_from(offset).ok().filter(|&offset| offset < COMPARED) else {
            return false;
        };
        let differing = self.marks.iter().find(|mark| {
            let covered = mark.offset.checked_sub(offset).and_then(|skipped| {
                let skipped = usize::from(skipped);
                octets.get(skipped..skipped + usize::from(mark.length))
            });
            covered.is_some_and(|octets| self.hash(octets) != mark.hash)
        });
        if let Some(mark) = differing {
            self.count += 1;
            if self.count <= SHOWN as u64 {
                self.frames.extend([mark.frame, segment.frame]);
            }
            return true;
        }
        // Cut by the snaplen, it says too little.
        let whole =
            u16::try_from(segment.payload_len).ok().filter(|&length| usize::from(length) == octets.len());
        let known = |mark: &Mark| (mark.offset, Some(mark.length)) == (offset, whole);
        let Some(length) = whole.filter(|_| !self.marks.iter().any(known)) else { return false };
        if self.marks.len() >= limits.segments_compared {
            self.marks.remove(0);
        }
        self.marks.push(Mark { offset, length, hash: self.hash(octets), frame: segment.frame });
        false
    }

    fn hash(&self, octets: &[u8]) -> u32 {
        self.key.hash_one(octets) as u32
    }

    /// Gives up room that is not needed before the next packet.
    pub(super) fn rest(&mut self) {
        self.marks.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests;

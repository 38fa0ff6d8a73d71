//! The same packet seen twice: a SPAN port's copy, `-i any`, two interfaces in one capture.

use crate::flow::ring::Ring;
use crate::units::Elapsed;
use crate::wire::{Segment, Traits};

/// How long after a packet its copy can come. Copies of one switch or host lie microseconds apart; the same
/// packet at the other end of a path a one-way delay apart.
const COPY_WITHIN: Elapsed = Elapsed::from_millis(500);

/// The same without an identification to tell copies from repetitions (IPv6, IPv4 with DF and ID 0).
const ANONYMOUS_COPY_WITHIN: Elapsed = Elapsed::from_millis(2);

/// What the last segments of a direction have in common with copies of them, in a few octets: nearly every segment is told from
/// all of these by that, and the segments themselves, which the connection's timeline holds, stay out of the cache.
#[derive(Clone, Debug, Default)]
pub struct Recent {
    marks: Ring<u32>,
    /// Copies seen.
    pub copies: u64,
}

impl Recent {
    /// Segments remembered.
    const KEPT: usize = 16;

    /// Whether `segment` is a copy of one of the last; it is remembered if not. `earlier`: what its end sent before, the
    /// latest first.
    pub fn is_copy<I: Iterator<Item = Segment>>(
        &mut self,
        segment: &Segment,
        earlier: impl FnOnce() -> I,
    ) -> bool {
        let mark = mark(segment);
        let known = self.marks.values().contains(&mark);
        let copy = known && earlier().take(self.marks.len()).any(|earlier| self.same(&earlier, segment));
        if copy {
            self.copies += 1;
        } else {
            self.marks.push(mark, Self::KEPT);
        }
        copy
    }

    /// Whether `segment` equals one of the last, at whatever place that was seen.
    pub fn holds(&self, segment: &Segment, earlier: impl Iterator<Item = Segment>) -> bool {
        earlier
            .take(self.marks.len())
            .any(|earlier| Self::equal(&earlier, segment) && near(&earlier, segment, COPY_WITHIN))
    }

    /// What the next segment is compared with first.
    pub(super) fn foresee(&self) -> Option<u32> {
        self.marks.values().first().copied()
    }

    /// Gives up room that is not needed before the next segment.
    pub(super) fn rest(&mut self) {
        self.marks.settle();
    }

    fn same(&self, earlier: &Segment, segment: &Segment) -> bool {
        if !Self::equal(earlier, segment) || segment.ttl > earlier.ttl.saturating_add(1) {
            return false;
        }
        let anonymous = segment.traits.has(Traits::IPV6) || segment.ip_id == 0;
        if !anonymous {
            return near(earlier, segment, COPY_WITHIN);
        }
        // A kernel answers every segment of a burst with the same reset: those are no copies unless
        // everything else in this capture comes twice.
        let doubled = self.copies >= 3 && self.copies as usize * 2 >= self.marks.len();
        let bare = segment.payload_len == 0 && !segment.flags.syn();
        near(earlier, segment, ANONYMOUS_COPY_WITHIN) && (doubled || !bare)
    }

    fn equal(a: &Segment, b: &Segment) -> bool {
        (a.seq, a.ack, a.flags, a.payload_len, a.ip_id, a.window, a.ts_value, a.ts_echo, a.from)
            == (b.seq, b.ack, b.flags, b.payload_len, b.ip_id, b.window, b.ts_value, b.ts_echo, b.from)
    }
}

/// Equal for copies, and for little else.
fn mark(segment: &Segment) -> u32 {
    let Segment { seq, ack, payload_len, ip_id, flags, .. } = *segment;
    let fields = seq.0 ^ ack.0.rotate_left(11) ^ payload_len.rotate_left(22);
    fields ^ u32::from(ip_id).rotate_left(5) ^ u32::from(flags.0).rotate_left(27)
}

fn near(a: &Segment, b: &Segment, within: Elapsed) -> bool {
    let apart = b.time.since(a.time);
    apart <= within && Elapsed::ZERO - within <= apart
}

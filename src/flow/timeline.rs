//! The segments of a connection that are kept with all their fields.

use crate::flow::packed::{Unpacking, Writer, pack};
use crate::flow::ring::Ring;
use crate::limits::Limits;
use crate::units::Timestamp;
use crate::wire::{End, Segment};

/// The first and the last segments of a connection, and every reset up to a bound.
///
/// What lies between is in the aggregates of [`crate::flow::Half`] only; `dropped` says how much.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    head: Vec<Segment>,
    tail: Ring<Segment>,
    /// All of them, since nothing happens. The others are empty until somebody looks at them often.
    resting: Option<Resting>,
    /// Segments between head and tail that are no longer kept.
    pub dropped: u64,
}

/// Segments that nobody looks at for a while.
#[derive(Clone, Debug)]
struct Resting {
    packed: Box<[u8]>,
    /// How many.
    count: u32,
    /// How many of them are the head.
    head: u32,
}

impl Timeline {
    /// Keeps one more segment.
    pub fn push(&mut self, segment: Segment, limits: &Limits) {
        self.wake();
        self.resting = None;
        if self.head.len() < limits.timeline_head {
            self.head.push(segment);
            return;
        }
        let dropped = self.tail.push(segment, limits.timeline_tail);
        self.dropped = self.dropped.saturating_add(u64::from(dropped));
    }

    /// The kept segments between which others are no longer kept; `None` where all are.
    pub fn gap(&self) -> Option<(Segment, Segment)> {
        if self.dropped == 0 {
            return None;
        }
        let mut segments = self.each().skip(self.head_len().checked_sub(1)?);
        Some((segments.next()?, segments.next()?))
    }

    /// When the first of the last segments passed; `None` while all are kept from the start.
    pub fn tail_begins(&self) -> Option<Timestamp> {
        self.each().nth(self.head_len()).map(|segment| segment.time)
    }

    fn head_len(&self) -> usize {
        self.asleep().map_or(self.head.len(), |resting| resting.head as usize)
    }

    /// Packs the segments: they take a fifth of the room, and longer to look at.
    pub(super) fn rest(&mut self, writer: &mut Writer) {
        let resting = self.resting.take().unwrap_or_else(|| {
            let segments = self.head.iter().chain(self.tail.iter()).map(|segment| (segment, &[][..]));
            let [head, count] = [self.head.len(), self.head.len() + self.tail.len()].map(|it| it as u32);
            Resting { packed: pack(segments, writer), count, head }
        });
        *self = Self { resting: Some(resting), dropped: self.dropped, ..Self::default() };
    }

    /// Unpacks them again; they stay packed, too, until there are more.
    pub(super) fn wake(&mut self) {
        let Some(resting) = self.asleep() else { return };
        let mut segments = resting.segments();
        self.tail = Ring::of(segments.split_off(segments.len().min(resting.head as usize)));
        self.head = segments;
    }

    /// Them, while it takes time to look at them.
    fn asleep(&self) -> Option<&Resting> {
        self.resting.as_ref().filter(|_| self.head.is_empty())
    }

    /// How many are kept at the end.
    pub(super) const fn foresee(&self) -> usize {
        self.tail.len()
    }

    /// The first segment: quickly found.
    pub fn first(&self) -> Option<Segment> {
        let resting = || self.asleep()?.each().next();
        self.head.first().copied().or_else(resting)
    }

    /// The kept segments in capture order.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = Segment> + Clone {
        let resting = self.asleep().into_iter().flat_map(Resting::segments);
        self.head.iter().chain(self.tail.iter()).copied().chain(resting)
    }

    /// The same, one after the other only: no list of those that rest is made.
    pub fn each(&self) -> impl Iterator<Item = Segment> {
        let resting = self.asleep().into_iter().flat_map(Resting::each);
        self.head.iter().chain(self.tail.iter()).copied().chain(resting)
    }

    /// The segments that one end sent, the latest first.
    pub(super) fn sent_by(&self, end: End) -> impl Iterator<Item = Segment> {
        self.segments().rev().filter(move |segment| segment.from == end)
    }
}

impl Resting {
    fn segments(&self) -> Vec<Segment> {
        let mut segments = Vec::with_capacity(self.count as usize);
        segments.extend(self.each());
        segments
    }

    fn each(&self) -> impl Iterator<Item = Segment> {
        Unpacking::of(&self.packed).map(|(segment, _)| segment)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::flow::packed::NOTHING;
    use crate::frame::FrameNo;

    fn segment(frame: u64) -> Segment {
        Segment { frame: FrameNo(frame), time: Timestamp::from_nanos(frame as i64 * 1_000), ..NOTHING }
    }

    proptest! {
        #[test]
        fn what_rests_is_the_same_and_goes_on_as_if_it_had_not(
            count in 0..60_u64, more in 0..20_u64, looks: bool, rests_again: bool,
        ) {
            let limits = Limits { timeline_head: 8, timeline_tail: 16, ..Limits::default() };
            let mut awake = Timeline::default();
            (0..count).for_each(|frame| awake.push(segment(frame), &limits));
            let mut rested = awake.clone();
            rested.rest(&mut Writer::default());
            if looks {
                rested.wake();
            }
            if rests_again {
                rested.rest(&mut Writer::default());
            }
            for frame in count..count + more {
                prop_assert!(rested.segments().eq(awake.segments()));
                prop_assert!(rested.each().eq(awake.each()));
                prop_assert_eq!((rested.gap(), rested.tail_begins()), (awake.gap(), awake.tail_begins()));
                awake.push(segment(frame), &limits);
                rested.push(segment(frame), &limits);
            }
            prop_assert!(rested.segments().rev().eq(awake.segments().rev()));
            prop_assert_eq!(rested.dropped, awake.dropped);
        }
    }
}

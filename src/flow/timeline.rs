//! The segments of a connection that are kept with all their fields.

use crate::flow::ring::Ring;
use crate::limits::Limits;
use crate::units::Timestamp;
use crate::wire::Segment;

/// The first and the last segments of a connection, and every reset up to a bound.
///
/// What lies between is in the aggregates of [`crate::flow::Half`] only; `dropped` says how much.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    head: Vec<Segment>,
    tail: Ring<Segment>,
    /// Segments between head and tail that are no longer kept.
    pub dropped: u64,
}

impl Timeline {
    /// Keeps one more segment.
    pub fn push(&mut self, segment: Segment, limits: &Limits) {
        if self.head.len() < limits.timeline_head {
            self.head.push(segment);
            return;
        }
        let dropped = self.tail.push(segment, limits.timeline_tail);
        self.dropped = self.dropped.saturating_add(u64::from(dropped));
    }

    /// The kept segments between which others are no longer kept; `None` where all are.
    pub fn gap(&self) -> Option<(&Segment, &Segment)> {
        self.head.last().zip(self.tail.front()).filter(|_| self.dropped > 0)
    }

    /// When the first of the last segments passed; `None` while all are kept from the start.
    pub fn tail_begins(&self) -> Option<Timestamp> {
        self.tail.front().map(|segment| segment.time)
    }

    /// Nothing is added any more.
    pub(super) fn settle(&mut self) {
        self.head.shrink_to_fit();
        self.tail.settle();
    }

    /// The kept segments in capture order.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &Segment> + Clone {
        self.head.iter().chain(self.tail.iter())
    }
}

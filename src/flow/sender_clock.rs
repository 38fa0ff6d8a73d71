//! The clock of a host, as its TCP timestamps show it.

use crate::units::{Elapsed, Timestamp};
use crate::wire::{Segment, Traits};

/// What the TCP timestamps of one end counted (RFC 7323 §4).
///
/// A host's timestamps tick at a rate of its own, from 2 a second (old BSDs) to 1000 (Linux since 4.13) and more. They
/// stand still while the host is suspended, and know nothing of a capture's clock that is set.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SenderClock {
    first: Option<(u32, Timestamp)>,
    last: Option<(u32, Timestamp)>,
}

impl SenderClock {
    /// Shortest time that is checked: below, ticks are too coarse and waits in the host too long to tell.
    const CHECKED: Elapsed = Elapsed::from_secs(10);

    /// Shortest time that gives a rate.
    const LEARNED: Elapsed = Elapsed::from_secs(1);

    /// Ticks a second of the slowest clock known.
    const SLOWEST: f64 = 2.0;

    /// Takes the timestamp of `segment`. The moment since when this clock counted less than half of the time that the
    /// capture's did, if so.
    pub(super) fn take(&mut self, segment: &Segment) -> Option<Timestamp> {
        if !segment.traits.has(Traits::TIMESTAMPS) {
            return None;
        }
        let now = (segment.ts_value, segment.time);
        let before = self.last.replace(now);
        let (Some(first), Some(before)) = (self.first, before) else {
            self.first = Some(now);
            return None;
        };
        let passed = now.1.since(before.1);
        if passed < Self::CHECKED {
            return None;
        }
        let ticks = f64::from(now.0.wrapping_sub(before.0));
        let stood_still = ticks < rate(first, before) * passed.as_secs_f64() / 2.0;
        if stood_still {
            // A rate over time that did not pass would be far too low.
            self.first = Some(now);
        }
        stood_still.then_some(before.1)
    }
}

/// Ticks a second between two timestamps; the slowest known where they lie too close together.
fn rate(from: (u32, Timestamp), to: (u32, Timestamp)) -> f64 {
    let passed = to.1.since(from.1);
    if passed < SenderClock::LEARNED {
        return SenderClock::SLOWEST;
    }
    f64::from(to.0.wrapping_sub(from.0)) / passed.as_secs_f64()
}

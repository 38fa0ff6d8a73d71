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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::FrameNo;
    use crate::wire::{Checksum, End, Flags, Seq};

    /// Whether a clock that showed these ticks at these seconds stood still before the last of them.
    fn stood_still(shown: &[(i64, u32)]) -> bool {
        let mut clock = SenderClock::default();
        let mut found = None;
        for &(seconds, ticks) in shown {
            found = clock.take(&segment(seconds, ticks));
        }
        found.is_some()
    }

    fn segment(seconds: i64, ts_value: u32) -> Segment {
        Segment {
            time: Timestamp::from_nanos(0) + Elapsed::from_secs(seconds),
            frame: FrameNo(1),
            seq: Seq(0),
            ack: Seq(0),
            payload_len: 0,
            ts_value,
            ts_echo: 0,
            flow_label: 0,
            link_source: 0,
            flags: Flags::ACK,
            window: 0,
            ip_id: 0,
            mss: 0,
            traits: Traits::TIMESTAMPS,
            ttl: 64,
            tos: 0,
            window_scale: 0,
            from: End::Low,
            checksum: Checksum::Unknown,
            mark: crate::frame::Mark::None,
        }
    }

    #[test]
    fn ticks_that_keep_up_with_the_time_contradict_nothing() {
        assert!(!stood_still(&[(0, 1_000), (5, 6_000), (3_605, 3_606_000)]));
        assert!(!stood_still(&[(0, 100), (5, 110), (3_605, 7_310)]), "two ticks a second");
        assert!(!stood_still(&[(0, u32::MAX - 1_000), (100, 99_000)]), "the count wraps");
    }

    #[test]
    fn a_clock_that_counted_seconds_of_an_hour_stood_still() {
        assert!(stood_still(&[(0, 1_000), (5, 6_000), (3_605, 9_000)]));
        assert!(stood_still(&[(0, 1_000), (3_600, 1_004)]), "slower than any clock known");
    }

    #[test]
    fn a_count_that_jumps_is_another_clock_and_tells_nothing() {
        assert!(!stood_still(&[(0, 9_000), (5, 14_000), (3_605, 77)]));
    }
}

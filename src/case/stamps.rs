//! The clock that a host puts into its TCP timestamps.

use crate::wire::Segment;

/// A host's timestamp clock in one connection, by its first and last packets before a reset.
///
/// The clock's offset is the connection's own: Linux draws it anew for each pair of hosts and ports (RFC 7323 §5.4 asks for
/// it), so other connections of the host do not help.
#[derive(Clone, Copy, Debug)]
pub struct StampClock {
    /// The last packet of the host with timestamps.
    pub last: Segment,
    /// Ticks a second.
    pub rate: f64,
}

impl StampClock {
    /// The clock of the host that sent `own`; `None` where its packets are too close together, or no clock fits.
    pub(super) fn of(own: &[Segment]) -> Option<Self> {
        let mut stamped = own.iter().copied().filter(|segment| segment.timestamps().is_some());
        let first = stamped.next()?;
        let last = stamped.next_back()?;
        let seconds = last.time.since(first.time).as_secs_f64();
        if seconds < SHORTEST_BASELINE {
            return None;
        }
        let ticks = f64::from(last.ts_value.wrapping_sub(first.ts_value) as i32);
        let measured = ticks / seconds;
        // RFC 7323 §5.4 allows 1 ms to 1 s a tick; a negative or absurd rate is no clock.
        (0.5..=20_000.0).contains(&measured).then_some(Self { last, rate: nearest_usual(measured) })
    }

    /// Ticks by which `value`, sent with `reset`, differs from what the clock should have shown.
    pub fn error(&self, reset: &Segment, value: u32) -> f64 {
        let elapsed = reset.time.since(self.last.time).as_secs_f64();
        f64::from(value.wrapping_sub(self.last.ts_value) as i32) - elapsed * self.rate
    }

    /// Ticks of error that queues, delayed captures and drift explain until `reset`: 250 ms and 0.1 %.
    pub fn tolerance(&self, reset: &Segment) -> f64 {
        let elapsed = reset.time.since(self.last.time).as_secs_f64().abs();
        self.rate * (0.25 + elapsed * 1e-3) + 2.0
    }
}

/// Seconds that the first and the last packet lie apart at least.
const SHORTEST_BASELINE: f64 = 0.1;

/// A rate within 5 % of a usual one (10, 100, 250, 1000 a second) is that one; short baselines measure roughly.
fn nearest_usual(measured: f64) -> f64 {
    let usual = [10.0, 100.0, 250.0, 500.0, 1000.0];
    usual.into_iter().find(|rate| (measured / rate - 1.0).abs() < 0.05).unwrap_or(measured)
}

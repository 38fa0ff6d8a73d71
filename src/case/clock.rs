//! How exact the times of a capture are.

use crate::flow::Flow;
use crate::units::Elapsed;

/// By how much a difference of two times of `flow` can be wrong, as far as its packets show: the clock's resolution, and how
/// far it was seen to run backwards.
///
/// A difference of both directions' clocks (two network cards, one tap each) shows only where it puts packets out of order.
pub(super) fn exactness(flow: &Flow) -> Elapsed {
    resolution(flow).max(flow.widest_reversal)
}

/// The largest span of which all differences of times are whole numbers: 1 µs for most captures, 10 ms for some appliances.
fn resolution(flow: &Flow) -> Elapsed {
    let mut times = flow.timeline.segments().map(|segment| segment.time);
    let Some(first) = times.next().filter(|_| flow.packets >= FEWEST) else { return Elapsed::ZERO };
    let step = times.map(|time| time.since(first).as_nanos().unsigned_abs()).try_fold(0, |step, apart| {
        match greatest_divisor(step, apart) {
            // As exact as anybody measures: no need to look further.
            1..=1_000 => Err(()),
            step => Ok(step),
        }
    });
    Elapsed::from_nanos(i64::try_from(step.unwrap_or(0)).unwrap_or(i64::MAX))
}

/// Packets whose times have a common divisor by chance too rarely to matter.
const FEWEST: u64 = 4;

const fn greatest_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divisors_of_ticks_are_the_tick() {
        assert_eq!(greatest_divisor(0, 30_000_000), 30_000_000);
        assert_eq!(greatest_divisor(30_000_000, 20_000_000), 10_000_000);
        assert_eq!(greatest_divisor(10_000_000, 7_123_457), 1);
    }
}

//! Quantities that have a unit. No bare number crosses a stage with its unit in a comment.

use std::fmt;
use std::ops::{Add, Sub};

/// A moment as the capture states it: signed nanoseconds since the Unix epoch, UTC.
///
/// Never read from the host's clock. Differences of two moments of one capture can still be wrong when
/// the capturing host's clock was stepped; [`crate::case`] looks for that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Nanoseconds since the Unix epoch. Total: every `i64` is a valid moment.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the Unix epoch.
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// Time from `earlier` to `self`; negative when `earlier` is later. Saturates at the ends of `i64`.
    pub const fn since(self, earlier: Self) -> Elapsed {
        Elapsed(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Elapsed> for Timestamp {
    type Output = Self;
    fn add(self, elapsed: Elapsed) -> Self {
        // Saturating: a hostile capture can hold a time at the end of the range.
        Self(self.0.saturating_add(elapsed.0))
    }
}

/// A signed span of time in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Elapsed(i64);

impl Elapsed {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// The longest span that can be stated, about 292 years.
    pub const MAX: Self = Self(i64::MAX);

    /// A span of `nanos` nanoseconds.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// A span of `micros` microseconds; saturates.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros.saturating_mul(1_000))
    }

    /// A span of `millis` milliseconds; saturates.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// A span of `seconds` whole seconds; saturates.
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000_000))
    }

    /// A span given in seconds with fractions; saturates, and `NaN` becomes zero.
    pub fn from_secs_f64(seconds: f64) -> Self {
        Self((seconds * 1e9) as i64)
    }

    /// The span in nanoseconds.
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// The span in seconds.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The span in milliseconds.
    pub fn as_millis_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// Itself, or zero when negative.
    pub fn max_zero(self) -> Self {
        self.max(Self::ZERO)
    }

    /// `self / other` as a plain ratio; `None` when `other` is not positive.
    pub fn ratio(self, other: Self) -> Option<f64> {
        (other.0 > 0).then(|| self.0 as f64 / other.0 as f64)
    }
}

impl Add for Elapsed {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Elapsed {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Elapsed {
    /// Two to four significant digits with the unit a person would pick: `340 µs`, `12.3 ms`, `7.53 s`, `6 min 4 s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let nanos = self.0.unsigned_abs();
        let seconds = nanos / 1_000_000_000;
        match nanos {
            0..1_000 => write!(f, "{sign}{nanos} ns"),
            1_000..1_000_000 => write!(f, "{sign}{} µs", nanos / 1_000),
            1_000_000..100_000_000 => write!(f, "{sign}{:.1} ms", nanos as f64 / 1e6),
            100_000_000..1_000_000_000 => write!(f, "{sign}{} ms", nanos / 1_000_000),
            1_000_000_000..120_000_000_000 => write!(f, "{sign}{:.2} s", nanos as f64 / 1e9),
            _ if seconds < 7_200 => write!(f, "{sign}{} min {} s", seconds / 60, seconds % 60),
            _ if seconds < 172_800 => write!(f, "{sign}{} h {} min", seconds / 3_600, seconds / 60 % 60),
            _ => write!(f, "{sign}{} d {} h", seconds / 86_400, seconds / 3_600 % 24),
        }
    }
}

/// Routers between two places, counted by what they take off a TTL or hop limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hops(pub u8);

impl Hops {
    /// Routers passed by a packet seen with `ttl`, if it started at the next of the usual initial values
    /// 32, 64, 128 and 255.
    ///
    /// An estimate: a host may be tuned to start elsewhere, a tunnel may restart the count.
    pub fn from_ttl(ttl: u8) -> Self {
        let initial = [32, 64, 128, 255].into_iter().find(|&initial| initial >= ttl).unwrap_or(255);
        Self(initial - ttl)
    }
}

impl fmt::Display for Hops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, if self.0 == 1 { "hop" } else { "hops" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_shown_in_the_unit_a_person_would_pick() {
        let shown: Vec<String> =
            [900, 340_000, 12_340_000, 340_000_000, 7_534_672_000, 364_000_000_000, 9_000_000_000_000]
                .map(|nanos| Elapsed::from_nanos(nanos).to_string())
                .to_vec();
        assert_eq!(shown, ["900 ns", "340 µs", "12.3 ms", "340 ms", "7.53 s", "6 min 4 s", "2 h 30 min"]);
    }

    #[test]
    fn moments_at_the_ends_of_the_range_do_not_overflow() {
        let (first, last) = (Timestamp::from_nanos(i64::MIN), Timestamp::from_nanos(i64::MAX));
        assert_eq!(last.since(first), Elapsed::MAX);
        assert_eq!(last + Elapsed::MAX, last);
    }

    #[test]
    fn hop_counts_start_from_the_next_usual_initial_ttl() {
        assert_eq!([64, 51, 128, 117, 255, 240].map(|ttl| Hops::from_ttl(ttl).0), [0, 13, 0, 11, 0, 15]);
    }
}

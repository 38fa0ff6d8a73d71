//! How an interface's timestamps count: `if_tsresol` and `if_tsoffset` (pcapng draft §4.2).

use crate::units::Timestamp;

/// Length of one tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tick {
    /// So many nanoseconds.
    Nanos(u64),
    /// So many of them make a nanosecond.
    PerNano(u64),
    /// A second divided by two so many times.
    SecondHalved(u8),
}

/// Turns an interface's ticks into moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    tick: Tick,
    offset_seconds: i64,
}

impl Clock {
    /// Ticks of 10⁻⁶ s since the epoch: what holds without options.
    pub(super) const MICROSECONDS: Self = Self { tick: Tick::Nanos(1_000), offset_seconds: 0 };

    /// The clock with ticks as `if_tsresol` says: 2⁻ⁿ s if its first bit is set, else 10⁻ⁿ s.
    pub(super) const fn with_resolution(self, resolution: u8) -> Self {
        let exponent = resolution & 0x7f;
        let tick = match (resolution & 0x80 != 0, exponent) {
            (true, _) => Tick::SecondHalved(exponent),
            (false, 0..=9) => Tick::Nanos(10_u64.pow(9 - exponent as u32)),
            // 10¹⁹ is the last power of ten in 64 bits; beyond it 2⁶⁴ ticks do not make a nanosecond or two.
            (false, 10..=28) => Tick::PerNano(10_u64.pow(exponent as u32 - 9)),
            (false, _) => Tick::PerNano(u64::MAX),
        };
        Self { tick, ..self }
    }

    /// The clock with its zero moved by `if_tsoffset` seconds.
    pub(super) const fn with_offset(self, offset_seconds: i64) -> Self {
        Self { offset_seconds, ..self }
    }

    /// The moment at `ticks`, rounded down to a nanosecond; `None` before 1677 and after 2262, which a [`Timestamp`] cannot
    /// say and no capture can hold.
    pub(super) fn moment(self, ticks: u64) -> Option<Timestamp> {
        let since_zero = match self.tick {
            Tick::Nanos(nanos) => i128::from(ticks) * i128::from(nanos),
            Tick::PerNano(count) => i128::from(ticks / count),
            // At most 2⁶⁴ · 10⁹ < 2⁹⁴; a shift by up to 127 is defined.
            Tick::SecondHalved(times) => (i128::from(ticks) * 1_000_000_000) >> times,
        };
        let nanos = since_zero + i128::from(self.offset_seconds) * 1_000_000_000;
        i64::try_from(nanos).ok().map(Timestamp::from_nanos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanos(clock: Clock, ticks: u64) -> Option<i64> {
        clock.moment(ticks).map(Timestamp::as_nanos)
    }

    fn resolution(resolution: u8) -> Clock {
        Clock::MICROSECONDS.with_resolution(resolution)
    }

    #[test]
    fn powers_of_ten_and_of_two_give_the_same_moment() {
        let ticks = [
            (0, 7),
            (3, 7_000),
            (6, 7_000_000),
            (9, 7_000_000_000),
            (12, 7_000_000_000_000),
            (0x80, 7),
            (0x8a, 7 << 10),
        ];
        for (code, ticks) in ticks {
            assert_eq!(nanos(resolution(code), ticks), Some(7_000_000_000), "resolution {code:#x}");
        }
    }

    #[test]
    fn fractions_below_a_nanosecond_are_cut() {
        assert_eq!(nanos(resolution(12), 1_999), Some(1));
        assert_eq!(nanos(resolution(0x9e), 3), Some(2));
    }

    #[test]
    fn the_offset_moves_the_zero_both_ways() {
        let clock = Clock::MICROSECONDS.with_offset(-5);
        assert_eq!(nanos(clock, 1_000_000), Some(-4_000_000_000));
        assert_eq!(nanos(clock.with_offset(5), 1), Some(5_000_001_000));
    }

    #[test]
    fn no_resolution_and_no_offset_overflows() {
        for code in 0..=u8::MAX {
            for offset in [i64::MIN, 0, i64::MAX] {
                for ticks in [0, 1, u64::MAX] {
                    let _ = resolution(code).with_offset(offset).moment(ticks);
                }
            }
        }
        assert_eq!(nanos(resolution(0), u64::MAX), None);
        assert_eq!(nanos(resolution(0xff), u64::MAX), Some(0));
        assert_eq!(nanos(resolution(0x7f), u64::MAX), Some(1), "2⁶⁴ of the shortest ticks");
    }
}

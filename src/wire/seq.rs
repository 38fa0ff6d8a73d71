//! Sequence numbers: the only sequence arithmetic in the crate.

use std::fmt;

/// A TCP sequence number (RFC 9293 §3.4). Wraps; comparison is by signed distance and total, so a hostile
/// capture cannot make it panic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Seq(pub u32);

impl Seq {
    /// The number `octets` later.
    pub const fn advance(self, octets: u32) -> Self {
        Self(self.0.wrapping_add(octets))
    }

    /// The number `octets` earlier.
    pub const fn retreat(self, octets: u32) -> Self {
        Self(self.0.wrapping_sub(octets))
    }

    /// How far `self` lies behind `earlier` in sequence space: positive when `self` is later.
    ///
    /// Between -2³¹ and 2³¹ - 1; exact as long as the two lie less than half the space apart.
    pub const fn since(self, earlier: Self) -> i32 {
        self.0.wrapping_sub(earlier.0) as i32
    }

    /// Whether `self` comes after `other`.
    pub const fn is_after(self, other: Self) -> bool {
        self.since(other) > 0
    }

    /// The later of the two.
    pub const fn max(self, other: Self) -> Self {
        if self.is_after(other) { self } else { other }
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn distance_undoes_advance_across_the_wrap(start: u32, octets in 0..=i32::MAX) {
            let start = Seq(start);
            prop_assert_eq!(start.advance(octets as u32).since(start), octets);
        }

        #[test]
        fn order_is_antisymmetric_within_half_the_space(start: u32, octets in 1..i32::MAX) {
            let (earlier, later) = (Seq(start), Seq(start).advance(octets as u32));
            prop_assert!(later.is_after(earlier) && !earlier.is_after(later));
            prop_assert_eq!(earlier.max(later), later);
            prop_assert_eq!(later.max(earlier), later);
        }
    }
}

//! How much an observation says, in whole decibans.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg};
use std::sync::LazyLock;

/// What [`Weight::likelihood_ratio`] is from `-TABLED` to `TABLED`: beyond is no sum of the detectors'.
static RATIOS: LazyLock<Vec<f64>> = LazyLock::new(|| (-TABLED..=TABLED).map(ratio).collect());

const TABLED: i32 = 200;

fn ratio(decibans: i32) -> f64 {
    10_f64.powf(f64::from(decibans) / 10.0)
}

/// The strength of a piece of evidence in decibans: ten times the base-10 logarithm of a likelihood ratio.
///
/// 10 means that the observation is ten times as likely under one explanation as under the other, 3 about
/// twice, 0 nothing. Integers, so that a sum does not depend on its order or on the number of threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Weight(pub i32);

impl Weight {
    /// Says nothing either way.
    pub const ZERO: Self = Self(0);

    /// The likelihood ratio that this weight stands for: 100 for 20 decibans.
    pub fn likelihood_ratio(self) -> f64 {
        let place = usize::try_from(self.0.saturating_add(TABLED)).ok();
        place.and_then(|place| RATIOS.get(place)).copied().unwrap_or_else(|| ratio(self.0))
    }

    /// This weight, but no stronger than `cap` in either direction. A negative cap is taken without its sign.
    pub fn capped(self, cap: Self) -> Self {
        let cap = cap.0.saturating_abs();
        Self(self.0.clamp(-cap, cap))
    }
}

impl Add for Weight {
    type Output = Self;
    /// Saturates: a crafted capture may repeat an observation without end.
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Neg for Weight {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl Sum for Weight {
    fn sum<I: Iterator<Item = Self>>(weights: I) -> Self {
        weights.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Weight {
    /// With its sign and unit: `+27 dB`, `-3 dB`, `0 dB`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("0 dB"),
            decibans => write!(f, "{decibans:+} dB"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ten_decibans_are_a_factor_of_ten() {
        let ratios = [0, 10, 20, -10].map(|decibans| Weight(decibans).likelihood_ratio());
        assert!(ratios.iter().zip([1.0, 10.0, 100.0, 0.1]).all(|(got, want)| (got - want).abs() < 1e-9));
    }

    #[test]
    fn a_weight_is_shown_with_sign_and_unit() {
        assert_eq!([27, -3, 0].map(|decibans| Weight(decibans).to_string()), ["+27 dB", "-3 dB", "0 dB"]);
    }

    #[test]
    fn sums_stop_at_the_ends_of_the_range() {
        assert_eq!(Weight(i32::MAX) + Weight(1), Weight(i32::MAX));
        assert_eq!(-Weight(i32::MIN), Weight(i32::MAX));
        assert_eq!(Weight(i32::MIN).capped(Weight(i32::MIN)), Weight(-i32::MAX));
    }

    proptest! {
        #[test]
        fn a_sum_does_not_depend_on_its_order(mut weights in prop::collection::vec(-1000_i32..1000, 0..50)) {
            let forwards: Weight = weights.iter().copied().map(Weight).sum();
            weights.reverse();
            prop_assert_eq!(forwards, weights.into_iter().map(Weight).sum());
        }

        #[test]
        fn a_capped_weight_keeps_its_sign_and_stays_within_the_cap(weight: i32, cap in 0_i32..100) {
            let capped = Weight(weight).capped(Weight(cap));
            prop_assert!(capped.0.abs() <= cap);
            prop_assert!(i64::from(capped.0) * i64::from(weight) >= 0);
        }
    }
}

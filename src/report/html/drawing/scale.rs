//! From values to places on a drawing.

/// A straight scale.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    from: [f64; 2],
    to: [f64; 2],
}

impl Scale {
    /// The values `from` lie at `to`.
    pub(super) fn new(from: [f64; 2], to: [f64; 2]) -> Self {
        Self { from, to }
    }

    /// Where `value` lies, to a tenth of a unit.
    pub(super) fn at(&self, value: f64) -> f64 {
        let [first, last] = self.from;
        let share = if last > first { ((value - first) / (last - first)).clamp(0.0, 1.0) } else { 0.5 };
        tenth(self.to[0] + share * (self.to[1] - self.to[0]))
    }

    /// Round values on it, about `count`.
    pub(super) fn ticks(&self, count: usize) -> Vec<f64> {
        let [first, last] = self.from;
        let span = last - first;
        if span <= 0.0 || !span.is_finite() {
            return vec![first];
        }
        let rough = span / count.max(1) as f64;
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|it| it * power).find(|step| *step >= rough);
        let step = step.unwrap_or(rough);
        let begin = (first / step).ceil();
        (0..=count * 2)
            .map(|n| (begin + n as f64) * step)
            .take_while(|tick| *tick <= last * (1.0 + 1e-9))
            .collect()
    }

    /// Values on it that a clock shows as whole units, at most a dozen. The scale is of seconds and begins at 0.
    pub(super) fn times(&self) -> Vec<f64> {
        let [_, last] = self.from;
        let step = STEPS.into_iter().find(|step| last / step <= 10.0).unwrap_or(last.max(1.0));
        (0..12).map(|n| f64::from(n) * step).take_while(|tick| *tick <= last).collect()
    }
}

/// Steps of an axis of time, seconds: those of a clock, up to a year.
const STEPS: [f64; 17] = [
    1.0,
    5.0,
    15.0,
    30.0,
    60.0,
    300.0,
    900.0,
    1_800.0,
    3_600.0,
    7_200.0,
    14_400.0,
    21_600.0,
    43_200.0,
    86_400.0,
    604_800.0,
    2_592_000.0,
    31_536_000.0,
];

/// A coordinate: more digits make a file larger and no drawing better.
pub(super) fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(Scale::new([0.0, 9.6], [0.0, 100.0]).ticks(5), [0.0, 2.0, 4.0, 6.0, 8.0]);
        assert_eq!(Scale::new([0.0, 0.0], [0.0, 100.0]).ticks(5), [0.0]);
        assert_eq!(Scale::new([50.0, 70.0], [0.0, 1.0]).ticks(2), [50.0, 60.0, 70.0]);
    }

    #[test]
    fn times_are_those_of_a_clock() {
        let times = |last| Scale::new([0.0, last], [0.0, 1.0]).times();
        assert_eq!(times(5.5 * 3_600.0), [0.0, 3_600.0, 7_200.0, 10_800.0, 14_400.0, 18_000.0]);
        assert_eq!(times(3.2), [0.0, 1.0, 2.0, 3.0]);
        assert!(times(1e12).len() <= 12 && times(0.0) == [0.0]);
    }

    #[test]
    fn what_lies_outside_is_drawn_at_the_edge() {
        let scale = Scale::new([0.0, 10.0], [100.0, 200.0]);
        assert_eq!([-5.0, 0.0, 5.0, 99.0].map(|value| scale.at(value) as i32), [100, 100, 150, 200]);
    }
}

//! Where an idle limit lies, by the silences that sessions survived and those that they did not.
//!
//! Each silence is a censored look at the limit: one that was survived says that it is longer, one after which the next
//! packet met no state that it is not. Two things blur that, and the likelihood has a number for each: sessions die in a
//! silence for other reasons, and a device may let a packet pass after its limit.

use crate::units::Elapsed;

/// Deaths for other reasons, in a second of silence: about one a day.
const OTHER_DEATHS: f64 = 1e-5;

/// Silences beyond the limit that are survived all the same: state that is made anew by the packet.
const LEAKS: f64 = 0.01;

/// How far below the maximum the log-likelihood lies at the ends of a 95 % interval: half of the 0.95 quantile of the
/// chi-squared distribution with one degree of freedom (Wilks).
const PROFILE: f64 = 1.92;

/// The share of silences that may contradict a limit before there is none.
const CONTRADICTING: f64 = 0.1;

/// An interval for an idle limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bracket {
    /// It is longer than this.
    pub above: Elapsed,
    /// It is not longer than this.
    pub up_to: Elapsed,
    /// Silences that ended sessions.
    pub killed: usize,
    /// Longest silences of sessions that survived them.
    pub survived: usize,
    /// Those of both that a limit in the interval does not explain.
    pub contradicting: usize,
}

impl Bracket {
    /// The limit that explains `killed` and `survived` best, with the values that explain them nearly as well; `None`
    /// without a silence on both sides of it, or where more than a tenth contradict every limit.
    pub(super) fn of(killed: &[Elapsed], survived: &[Elapsed]) -> Option<Self> {
        let mut killed: Vec<Elapsed> = killed.to_vec();
        let mut survived: Vec<Elapsed> = survived.to_vec();
        killed.sort_unstable();
        survived.sort_unstable();
        let (above, up_to) = interval(&killed, &survived)?;
        // A silence that is the interval's upper end was ended by the limit; one that is its lower end was not.
        let contradicting = killed.partition_point(|&it| it <= above) + survived.len()
            - survived.partition_point(|&it| it < up_to);
        let all = killed.len() + survived.len();
        (contradicting as f64 <= all as f64 * CONTRADICTING).then_some(Self {
            above,
            up_to,
            killed: killed.len(),
            survived: survived.len(),
            contradicting,
        })
    }

    /// The same interval, wider by `blur` on either side.
    pub(super) fn blurred(self, blur: Elapsed) -> Self {
        Self { above: (self.above - blur).max_zero(), up_to: self.up_to + blur, ..self }
    }

    /// How much longer the upper end is than the lower.
    pub(super) fn ratio(&self) -> f64 {
        self.up_to.ratio(self.above).unwrap_or(f64::INFINITY)
    }
}

/// The profile interval, over the cells between neighbouring silences; both lists are sorted.
fn interval(killed: &[Elapsed], survived: &[Elapsed]) -> Option<(Elapsed, Elapsed)> {
    let mut edges: Vec<Elapsed> = killed.iter().chain(survived).copied().collect();
    edges.sort_unstable();
    edges.dedup();
    let cells: Vec<(Elapsed, Elapsed)> = edges.iter().copied().zip(edges.iter().skip(1).copied()).collect();
    let likelihoods: Vec<f64> = log_likelihoods(&cells, killed, survived);
    let best = likelihoods.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut fitting = cells.iter().zip(&likelihoods).filter(|(_, it)| best - **it <= PROFILE);
    let first = fitting.next()?.0;
    let last = fitting.next_back().map_or(first, |(cell, _)| cell);
    let bounded =
        survived.first().is_some_and(|it| *it <= first.0) && killed.last().is_some_and(|it| *it >= last.1);
    bounded.then_some((first.0, last.1))
}

/// The log-likelihood of a limit in each cell: the sums over all silences, carried from cell to cell.
fn log_likelihoods(cells: &[(Elapsed, Elapsed)], killed: &[Elapsed], survived: &[Elapsed]) -> Vec<f64> {
    let other_death = |gap: Elapsed| -(-OTHER_DEATHS * gap.as_secs_f64()).exp_m1();
    let (mut dead, mut alive) = (0, 0);
    let mut sum = killed.len() as f64 * (1.0 - LEAKS).ln() + survived.len() as f64 * LEAKS.ln();
    let mut likelihoods = Vec::with_capacity(cells.len());
    for &(above, _) in cells {
        while let Some(&gap) = killed.get(dead).filter(|gap| **gap <= above) {
            sum += other_death(gap).max(f64::MIN_POSITIVE).ln() - (1.0 - LEAKS).ln();
            dead += 1;
        }
        while let Some(&gap) = survived.get(alive).filter(|gap| **gap <= above) {
            sum += -OTHER_DEATHS * gap.as_secs_f64() - LEAKS.ln();
            alive += 1;
        }
        likelihoods.push(sum);
    }
    likelihoods
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seconds(list: &[i64]) -> Vec<Elapsed> {
        list.iter().copied().map(Elapsed::from_secs).collect()
    }

    fn ends(killed: &[i64], survived: &[i64]) -> Option<(i64, i64, usize)> {
        let bracket = Bracket::of(&seconds(killed), &seconds(survived))?;
        let whole = |it: Elapsed| it.as_nanos() / 1_000_000_000;
        Some((whole(bracket.above), whole(bracket.up_to), bracket.contradicting))
    }

    #[test]
    fn between_the_longest_survived_and_the_shortest_killed() {
        assert_eq!(ends(&[330, 900, 310], &[20, 290, 7]), Some((290, 310, 0)));
    }

    #[test]
    fn one_that_leaked_through_and_one_that_died_of_something_else_contradict_and_do_not_move_it() {
        let (mut killed, mut survived) = (vec![310; 20], vec![290; 20]);
        survived.push(500);
        killed.push(40);
        assert_eq!(ends(&killed, &survived), Some((290, 310, 2)));
    }

    #[test]
    fn two_devices_with_a_limit_each_have_none_in_common() {
        assert_eq!(ends(&[70, 80, 65, 700, 650], &[55, 50, 500, 590, 580]), None);
    }

    #[test]
    fn without_a_silence_on_both_sides_there_is_no_interval() {
        assert_eq!(ends(&[70, 80, 65], &[]), None);
        assert_eq!(ends(&[], &[70, 80]), None);
        assert_eq!(ends(&[10, 10, 10], &[20, 20, 20]), None);
    }

    proptest! {
        #[test]
        fn clean_silences_always_leave_room_for_the_limit(limit in 2_i64..1000, gaps in prop::collection::vec(1_i64..2000, 2..80)) {
            let (killed, survived): (Vec<i64>, Vec<i64>) = gaps.iter().partition(|&&gap| gap >= limit);
            if let Some((above, up_to, contradicting)) = ends(&killed, &survived) {
                prop_assert!(above < limit && limit <= up_to, "{above} {limit} {up_to}");
                prop_assert_eq!(contradicting, 0);
            } else {
                prop_assert!(killed.is_empty() || survived.is_empty());
            }
        }
    }
}

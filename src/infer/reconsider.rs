//! What other sessions change in the causes of one.

use super::{Diagnosis, client_saw};
use crate::case::Case;
use crate::cause::{Cause, Weight};

/// What a pattern of several sessions says of a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// The pattern.
    pub pattern: &'static str,
    /// The cause that it speaks for or against.
    pub cause: Cause,
    /// How strongly.
    pub by: Weight,
}

/// A cause that was moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moved {
    /// By which pattern.
    pub pattern: &'static str,
    /// Which.
    pub cause: Cause,
    /// By how much.
    pub by: Weight,
    /// Its probability before any pattern was looked at.
    pub from: f64,
}

/// All patterns together move a cause by a factor of ten at most: neighbours are circumstantial evidence.
pub const MOST: Weight = Weight(10);

/// What is left for something that neither the rules nor the patterns know.
const UNKNOWN: f64 = 0.03;

impl Diagnosis {
    /// Weighs what patterns say of the causes that the session's own evidence leaves open. They add no cause to it,
    /// and make none certain.
    pub fn reconsider(&mut self, case: &Case, said: &[Move]) {
        let open = |cause: Cause| self.causes.iter().find(|(it, share)| *it == cause && *share > 0.0);
        let moved: Vec<Moved> = said
            .iter()
            .filter(|it| it.by != Weight::ZERO)
            .filter_map(|&Move { pattern, cause, by }| {
                open(cause).map(|&(_, from)| Moved { pattern, cause, by, from })
            })
            .collect();
        if moved.is_empty() {
            return;
        }
        let factor = |cause: Cause| {
            let sum: Weight = moved.iter().filter(|it| it.cause == cause).map(|it| it.by).sum();
            sum.capped(MOST).likelihood_ratio()
        };
        let before: f64 = self.causes.iter().map(|(_, share)| share).sum();
        for (cause, share) in &mut self.causes {
            *share *= factor(*cause);
        }
        let total = self.causes.iter().map(|(_, share)| share).sum::<f64>() + (1.0 - before).max(UNKNOWN);
        for (_, share) in &mut self.causes {
            *share /= total;
        }
        self.causes.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        self.moved = moved;
        let likeliest = self.causes.first().map_or(Cause::Unknown, |(cause, _)| *cause);
        self.client_saw = client_saw::text(case, likeliest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::tests::case;
    use crate::flow::Side;
    use crate::flow::tests::{Sent, Wire};

    /// What is left of these causes after what a pattern said of them.
    fn reconsidered(causes: &[(Cause, f64)], said: &[(Cause, i32)]) -> Diagnosis {
        let mut wire = Wire::new();
        wire.handshake(100, 900);
        wire.send(Side::Client, Sent { seq: 101, ack: 901, data: b"k", ip_id: 5, ..Sent::default() });
        let case = case(&wire);
        let mut diagnosis = crate::infer::diagnose(&case);
        diagnosis.causes = causes.to_vec();
        let said: Vec<Move> =
            said.iter().map(|&(cause, by)| Move { pattern: "made-up", cause, by: Weight(by) }).collect();
        diagnosis.reconsider(&case, &said);
        diagnosis
    }

    const LINK: Cause = Cause::LinkOutage;
    const LOSS: Cause = Cause::PathLoss;

    #[test]
    fn ten_decibans_are_a_factor_of_ten() {
        let moved = reconsidered(&[(LINK, 0.6), (LOSS, 0.3)], &[(LOSS, 10)]);
        // 0.6 against 3, and a tenth that neither rule nor pattern knows.
        let total = 0.6 + 3.0 + 0.1;
        assert_eq!(moved.causes.iter().map(|it| it.0).collect::<Vec<_>>(), [LOSS, LINK]);
        assert!((moved.causes[0].1 - 3.0 / total).abs() < 1e-9, "{:?}", moved.causes);
        let [only] = &moved.moved[..] else { panic!("one was moved: {:?}", moved.moved) };
        assert_eq!((only.cause, only.by, only.from), (LOSS, Weight(10), 0.3));
    }

    #[test]
    fn patterns_together_move_by_a_factor_of_ten_at_most() {
        let at = |said: &[(Cause, i32)]| reconsidered(&[(LINK, 0.6), (LOSS, 0.3)], said).causes[0];
        assert_eq!(at(&[(LOSS, 8), (LOSS, 9)]), at(&[(LOSS, 10)]));
    }

    #[test]
    fn something_is_always_left_for_what_nobody_knows() {
        let moved = reconsidered(&[(LINK, 0.7), (LOSS, 0.3)], &[(LINK, 10)]);
        let all: f64 = moved.causes.iter().map(|it| it.1).sum();
        assert!((all - 7.3 / (7.3 + UNKNOWN)).abs() < 1e-9, "{all}");
    }

    #[test]
    fn what_the_session_itself_excludes_stays_out() {
        for said in [(Cause::OomKill, 10), (LOSS, 10), (LINK, 0)] {
            let moved = reconsidered(&[(LINK, 0.9), (LOSS, 0.0)], &[said]);
            assert_eq!((moved.causes[0], moved.moved.len()), ((LINK, 0.9), 0), "{said:?}");
        }
    }
}

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

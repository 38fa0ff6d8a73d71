//! From evidence to verdict: who sent the reset, and how sure.
#![doc = include_str!("README.md")]
#![doc = include_str!("CALIBRATION.md")]

mod causes;
mod client_saw;
mod idle;
mod input;
mod keepalive;
mod reconsider;
mod settle;
mod verdict;
mod weigh;
mod witness;

pub use idle::Idle;
pub use keepalive::{Bound, Keepalive, Why};
pub use reconsider::{MOST, Move, Moved};
pub use verdict::{Evidence, Mechanism, Sender, Verdict};
pub use witness::{KernelReset, Testimony};

use crate::case::{Case, Reset};
use crate::cause::Cause;
use crate::detect::CATALOGUE;

/// What follows from a case: who, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    /// Who sent the decisive reset; `None` when there is none.
    pub verdict: Option<Verdict>,
    /// Why the connection ended, the likeliest first, with its probability. Never empty.
    pub causes: Vec<(Cause, f64)>,
    /// What other sessions moved in `causes`.
    pub moved: Vec<Moved>,
    /// The silence that the session did not survive, if idleness is in question.
    pub idle: Option<Idle>,
    /// What the client's terminal must have shown; `None` where that is not known.
    pub client_saw: Option<String>,
}

impl Diagnosis {
    /// The likeliest cause.
    pub fn likeliest(&self) -> Cause {
        self.causes.first().map_or(Cause::Unknown, |(cause, _)| *cause)
    }

    /// What a keepalive would have done; `None` where nobody would think of one.
    pub fn keepalive(&self, case: &Case) -> Option<Keepalive> {
        Keepalive::of(case, self.likeliest(), self.idle.as_ref())
    }
}

/// Judges `case`.
pub fn diagnose(case: &Case) -> Diagnosis {
    let verdict = judge(case);
    let causes = causes::ranked(case, verdict.as_ref());
    let likeliest = causes.first().map_or(Cause::Unknown, |(cause, _)| *cause);
    let client_saw = client_saw::text(case, likeliest);
    Diagnosis { verdict, causes, moved: Vec::new(), idle: Idle::of(case), client_saw }
}

/// Judges the decisive reset of `case`; `None` when it holds none.
pub fn judge(case: &Case) -> Option<Verdict> {
    let reset = case.reset.as_ref()?;
    Some(judge_reset(case, reset))
}

fn judge_reset(case: &Case, reset: &Reset) -> Verdict {
    let prior = weigh::prior(case, reset);
    let evidence: Vec<Evidence> = CATALOGUE
        .iter()
        .map(|detector| {
            let outcome = detector.examine(case, reset);
            let tilt = outcome.bearing().map_or(0, |bearing| weigh::tilt(&bearing, prior));
            Evidence { meta: detector.meta(), outcome, tilt }
        })
        .collect();
    let weighed = weigh::weigh(&evidence, prior, weigh::hidden(case, reset));
    let mut verdict = Verdict::new(case, reset, evidence, &weighed);
    verdict.would_settle = settle::observations(case, reset, &verdict);
    verdict
}

#[cfg(test)]
mod tests;

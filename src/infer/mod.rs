//! From evidence to verdict: who sent the reset, and how sure.
#![doc = include_str!("README.md")]

mod settle;
mod verdict;
mod weigh;

pub use verdict::{Evidence, Mechanism, Sender, Verdict};

use crate::case::{Case, Reset};
use crate::detect::CATALOGUE;

/// Judges the decisive reset of `case`; `None` when it holds none.
pub fn judge(case: &Case) -> Option<Verdict> {
    let reset = case.reset.as_ref()?;
    Some(judge_reset(case, reset))
}

fn judge_reset(case: &Case, reset: &Reset) -> Verdict {
    let evidence: Vec<Evidence> = CATALOGUE
        .iter()
        .map(|detector| Evidence { meta: detector.meta(), outcome: detector.examine(case, reset) })
        .collect();
    let weighed = weigh::weigh(&evidence, weigh::prior(case, reset));
    let mut verdict = Verdict::new(case, reset, evidence, &weighed);
    verdict.would_settle = settle::observations(case, reset, &verdict);
    verdict
}

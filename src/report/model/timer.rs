//! Idle timers that fit.

use schemars::JsonSchema;
use serde::Serialize;

use super::build::seconds;
use crate::case::{Case, Progress};
use crate::infer::Diagnosis;
use crate::timers;

/// What the silences say of an idle timer.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Timer {
    /// Longest silence that the session survived, seconds; null if it survived none.
    pub longest_survived_s: Option<f64>,
    /// The silence that it did not survive, seconds.
    pub ended_after_s: f64,
    /// The timer lies above the first and is at most the second, seconds.
    pub interval_s: [f64; 2],
    /// It acted of its own accord after that silence, which then is its value; else a packet found it expired.
    pub at_expiry: bool,
    /// Keepalives cut the silences, so that the timer may be shorter than it seems.
    pub keepalive_masks: bool,
    /// Known timers inside, best fit first.
    pub candidates: Vec<Candidate>,
}

/// A known timer.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Candidate {
    /// Kebab-case name in the catalogue.
    pub id: &'static str,
    /// Whose it is.
    pub product: String,
    /// Its default, seconds.
    pub default_s: f64,
    /// What it does when it runs out.
    pub expiry: &'static str,
    /// `value`: the gap equals it; `interval`: it lies in the interval.
    pub fits: &'static str,
    /// How well the default is confirmed: `primary`, `partial`, `secondary`, `none`.
    pub source_check: &'static str,
}

impl Timer {
    /// What the silences of `case` say; `None` when idleness is not in question.
    pub(super) fn of(case: &Case, diagnosis: &Diagnosis) -> Option<Self> {
        let idle = diagnosis.idle.as_ref()?;
        let survived = idle.gap.longest_survived;
        Some(Self {
            longest_survived_s: survived.map(seconds),
            ended_after_s: seconds(idle.gap.ended_after),
            interval_s: [survived.map_or(0.0, seconds), seconds(idle.gap.ended_after)],
            at_expiry: matches!(idle.gap.ended_by, timers::Ending::ResetAtExpiry | timers::Ending::Close),
            keepalive_masks: idle.gap.keepalive.is_some(),
            candidates: candidates(case, &idle.gap),
        })
    }
}

/// Candidates in a report: enough to hold a family of equal defaults, few enough to read.
const CANDIDATES: usize = 8;

fn candidates(case: &Case, gap: &timers::Gap) -> Vec<Candidate> {
    let let_in = matches!(case.progress, Some(Progress::Session | Progress::Closed));
    let applies = |timer: &timers::Timer| !(let_in && timer.phase == timers::Phase::Unauthenticated);
    // What somebody could have set to this value is nearly every device: only values that come by themselves tell something.
    let by_itself = |candidate: &timers::Candidate<'_>| candidate.origin != timers::Origin::Settable;
    let fitting =
        timers::matching(gap).into_iter().filter(|candidate| applies(candidate.timer)).filter(by_itself);
    fitting
        .take(CANDIDATES)
        .map(|candidate| Candidate {
            id: &candidate.timer.id,
            product: candidate.timer.whose.clone(),
            default_s: candidate.timer.default.map_or(0.0, seconds),
            expiry: candidate.timer.ends_by.id(),
            fits: candidate.fits.id(),
            source_check: candidate.timer.check.id(),
        })
        .collect()
}

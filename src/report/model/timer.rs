//! Idle timers that fit.

use schemars::JsonSchema;
use serde::Serialize;

use super::build::seconds;
use crate::case::Case;
use crate::infer::{Diagnosis, Idle};
use crate::timers::{self, Ending, Origin};

/// What the silences say of an idle timer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Timer {
    /// Longest silence that the session survived, seconds; null if it survived none.
    pub longest_survived_s: Option<f64>,
    /// The silence that it did not survive, seconds.
    pub ended_after_s: f64,
    /// The timer lies above the first and is at most the second, seconds.
    pub interval_s: [f64; 2],
    /// It acted of its own accord after that silence, which then is its value; else a packet found it expired.
    pub at_expiry: bool,
    /// Between what these three were measured: `any-segment`; where keepalives or other traffic without data went on,
    /// `payload`, `ssh-message` or `user-input`; `acknowledgement` of data that never came; or the `age` of the connection.
    pub measured_by: &'static str,
    /// The last pause between segments with data, seconds: what proxies and some balancers count. Absent where it is no
    /// timer's doing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload_gap_s: Option<f64>,
    /// For how long the client had sent nothing when the silence ended, seconds; absent where the capture does not hold it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_gap_s: Option<f64>,
    /// The same of the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_gap_s: Option<f64>,
    /// Keepalives cut the silences, so that the timer may be shorter than it seems.
    pub keepalive_masks: bool,
    /// The end whose own clock counted far less than the silence: it slept, or the capture's clock was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub denied_by: Option<&'static str>,
    /// Known timers inside, best fit first; the user's own before all others.
    pub candidates: Vec<Candidate>,
    /// Known timers with another default that can be set to a value inside: nearly every device, so they are only counted.
    pub settable: usize,
    /// What follows, in words.
    pub detail: String,
}

/// A known timer.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Candidate {
    /// Kebab-case name in the catalogue.
    pub id: String,
    /// Whose it is.
    pub product: String,
    /// Its default, seconds; absent for a timer of the user's that has only a range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_s: Option<f64>,
    /// The value that fits, seconds: the default or another in wide use. Absent where one in its range would have to be set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_s: Option<f64>,
    /// How much earlier and later than its value it may act, seconds.
    pub tolerance_s: [f64; 2],
    /// What it does when it runs out.
    pub expiry: &'static str,
    /// `usual`: it is what the timer does; `optional`: if it is set so; `possible`: something else has to help.
    pub agreement: &'static str,
    /// `value`: the gap equals it; `interval`: it lies in the interval.
    pub fits: &'static str,
    /// How well the default is confirmed: `primary`, `partial`, `secondary`, `none`.
    pub source_check: &'static str,
    /// Where it is written; absent for a timer of the user's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Timer {
    /// What the silences of `case` say; `None` when idleness is not in question. `own`: timers of the user's.
    pub(super) fn of(case: &Case, diagnosis: &Diagnosis, own: &[timers::Timer]) -> Option<Self> {
        let idle = diagnosis.idle.as_ref()?;
        let survived = idle.gap.longest_survived;
        let fitting = timers::matching_waits(&idle.waits, timers::catalogue());
        // What somebody could have set to this value is nearly every device: only values that come by themselves tell
        // something. A user who names a timer knows that it is there, and a range is all that may be known of it.
        let (settable, by_default): (Vec<_>, Vec<_>) =
            fitting.into_iter().partition(|candidate| candidate.origin == Origin::Settable);
        let own = timers::matching_waits(&idle.waits, own);
        let detail = detail(idle, own.len() + by_default.len(), settable.len());
        let [client_gap_s, server_gap_s] = case.quiet_before_end().map(|quiet| quiet.map(seconds));
        Some(Self {
            longest_survived_s: survived.map(seconds),
            ended_after_s: seconds(idle.gap.ended_after),
            interval_s: [survived.map_or(0.0, seconds), seconds(idle.gap.ended_after)],
            at_expiry: matches!(idle.gap.ended_by, timers::Ending::ResetAtExpiry | timers::Ending::Close),
            measured_by: idle.measured_by.id(),
            payload_gap_s: idle.waits.payload.map(|gap| seconds(gap.ended_after)),
            client_gap_s,
            server_gap_s,
            keepalive_masks: idle.masked,
            denied_by: idle.denied_by.map(crate::flow::Side::word),
            candidates: own.iter().chain(&by_default).take(CANDIDATES).map(candidate).collect(),
            settable: settable.len(),
            detail,
        })
    }
}

/// Candidates in a report: enough to hold a family of equal defaults, few enough to read.
const CANDIDATES: usize = 8;

fn candidate(candidate: &timers::Candidate<'_>) -> Candidate {
    let timer = candidate.timer;
    let (early, late) = candidate.tolerance();
    Candidate {
        id: timer.id.clone(),
        product: timer.whose.clone(),
        default_s: timer.default.map(seconds),
        value_s: candidate.value.map(seconds),
        tolerance_s: [seconds(early), seconds(late)],
        expiry: timer.ends_by.id(),
        agreement: candidate.agreement.id(),
        fits: candidate.fits.id(),
        source_check: timer.check.id(),
        source: timer.source().map(|source| source.url.to_owned()),
    }
}

/// What follows from the silences, in a sentence.
fn detail(idle: &Idle, fitting: usize, settable: usize) -> String {
    let counted =
        |count: usize| if count == 1 { "1 known timer".to_owned() } else { format!("{count} known timers") };
    let found = match (fitting, settable) {
        (0, 0) => "no known timer fits".to_owned(),
        (0, _) => {
            format!("no known timer has such a value by default; {} can be set to one", counted(settable))
        }
        (1, _) => "1 timer fits".to_owned(),
        (..) => format!("{fitting} timers fit"),
    };
    let bound = match idle.gap.ended_by {
        Ending::Close | Ending::ResetAtExpiry => {
            "the end came out of the silence, so the timer is as long as that"
        }
        Ending::ResetOnNextPacket | Ending::Silence | Ending::Unknown => {
            "a packet found the timer expired, so the silence is its upper bound"
        }
    };
    let doubt = idle.denied_by.map_or(String::new(), |side| {
        let side = side.word();
        format!("; the {side}'s own clock counted far less: it slept, or the capture's clock was set and the length is wrong")
    });
    format!("if a timer ended it: {bound}; {found}{doubt}")
}

//! Why a session ended, and what to do.

use schemars::JsonSchema;
use serde::Serialize;

use super::build::round;
use crate::case::Case;
use crate::cause::{self, Facts};
use crate::flow::Side;
use crate::infer::{self, Diagnosis};
use crate::timers;
use crate::units::Elapsed;

/// Why a session ended.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Cause {
    /// Kebab-case name.
    pub id: &'static str,
    /// Group: one of the contract's closed list.
    pub group: &'static str,
    /// Probability, between 0 and 1.
    pub confidence: f64,
    /// Others that the capture does not exclude, likeliest first.
    pub alternatives: Vec<Alternative>,
    /// What other sessions moved in these probabilities; absent where nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<Moved>,
    /// How to be sure.
    pub confirm: Vec<Confirm>,
    /// What to change.
    pub remedies: Vec<Remedy>,
}

/// Another cause that is possible.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Alternative {
    /// Kebab-case name.
    pub id: &'static str,
    /// Group.
    pub group: &'static str,
    /// Probability.
    pub confidence: f64,
}

/// A cause that a pattern of several sessions made likelier or less likely.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Moved {
    /// The pattern.
    pub pattern: &'static str,
    /// The cause that it moved.
    pub cause: &'static str,
    /// How strongly it speaks for (positive) or against the cause, in decibans.
    pub by: i32,
    /// Probability of the cause by the session's own evidence.
    pub from: f64,
}

/// A command that confirms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Confirm {
    /// `client`, `server`, `network`.
    #[serde(rename = "where")]
    pub place: &'static str,
    /// What to run.
    pub command: String,
    /// What it prints if the cause is right.
    pub expect: String,
}

/// A change that mends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Remedy {
    /// `client`, `server`, `network`.
    #[serde(rename = "where")]
    pub place: &'static str,
    /// What to change, ready to paste where that makes sense.
    pub what: String,
    /// Why it helps.
    pub why: String,
    /// What goes wrong when it is done without care; absent where nothing is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trap: Option<String>,
}

/// Alternatives shown: what one capture cannot separate, not a list of everything.
const ALTERNATIVES: usize = 3;

/// Below this probability an alternative is not shown.
const WORTH_SHOWING: f64 = 0.02;

/// How long before and after the end a log is worth reading: clocks of hosts differ by seconds.
const AROUND: Elapsed = Elapsed::from_secs(60);

impl Cause {
    /// Why the session of `case` ended.
    pub(super) fn of(case: &Case, diagnosis: &Diagnosis) -> Self {
        let (first, confidence) = diagnosis.causes.first().copied().unwrap_or((cause::Cause::Unknown, 0.0));
        let others = diagnosis.causes.iter().skip(1).filter(|(_, confidence)| *confidence >= WORTH_SHOWING);
        let alternatives = others.take(ALTERNATIVES).map(|&(cause, confidence)| Alternative {
            id: cause.id(),
            group: cause.group().id(),
            confidence: round(confidence, 3),
        });
        let advice = first.advice().filled(&facts(case));
        Self {
            id: first.id(),
            group: first.group().id(),
            confidence: round(confidence, 3),
            alternatives: if first == cause::Cause::Unknown { Vec::new() } else { alternatives.collect() },
            moved: diagnosis.moved.iter().map(moved).collect(),
            confirm: advice
                .confirm
                .into_iter()
                .map(|it| Confirm { place: it.place.id(), command: it.command, expect: it.expect })
                .collect(),
            remedies: advice
                .remedies
                .into_iter()
                .map(|it| Remedy {
                    place: it.place.id(),
                    what: it.what,
                    why: it.why,
                    trap: Some(it.trap).filter(|trap| !trap.is_empty()),
                })
                .collect(),
        }
    }
}

fn moved(moved: &infer::Moved) -> Moved {
    let infer::Moved { pattern, cause, by, from } = *moved;
    Moved { pattern, cause: cause.id(), by: by.0, from: round(from, 3) }
}

fn facts(case: &Case) -> Facts {
    let (client, server) = (case.endpoint(Side::Client), case.endpoint(Side::Server));
    let end = case.reset.as_ref().map_or(case.flow.last.time, |reset| reset.segment().time);
    let (silence, survived) = case.silence();
    // A third of what is known to be survived; without that, of what was not.
    let bound = survived.or(silence).map(|it| it.length);
    Facts {
        client: client.addr,
        client_port: client.port,
        server: server.addr,
        server_port: server.port,
        since: end + (Elapsed::ZERO - AROUND),
        until: end + AROUND,
        interval: bound.map(interval),
    }
}

/// A keepalive interval in seconds that leaves room for two lost ones below `bound`.
fn interval(bound: Elapsed) -> u32 {
    let third = (bound.as_secs_f64() / 3.0).max(1.0);
    timers::advice_interval(bound).unwrap_or(third as u32)
}

//! Why a session ended, and what to do.

use schemars::JsonSchema;
use serde::Serialize;

use super::build::round;
use crate::case::Case;
use crate::cause::{self, Facts};
use crate::flow::Side;
use crate::infer::{self, Diagnosis};
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
    /// What a keepalive would have done; absent where nobody would think of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keepalive: Option<KeepaliveAdvice>,
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

/// What a keepalive would have done against the cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KeepaliveAdvice {
    /// It would have kept the session alive.
    pub helps: bool,
    /// Seconds between two (`ServerAliveInterval`); null where it does not help.
    pub interval_s: Option<u32>,
    /// Whether TCP's own keepalive counts too; null where that is not known or nothing helps.
    pub tcp_counts: Option<bool>,
    /// What the interval follows from, or why it does not help.
    pub why: String,
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
    /// What to change.
    pub what: String,
    /// `what` is a command or lines of a file, to be pasted as they are; else it is a sentence.
    pub paste: bool,
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
        let keepalive_advice = diagnosis.keepalive(case);
        let advice = first.advice().filled(&facts(case, keepalive_advice));
        let own = (first == cause::Cause::NoCommonAlgorithm).then(|| super::mismatch::repair(case)).flatten();
        let own = own.into_iter().flat_map(|repair| repair.enable).map(|it| it.remedy());
        Self {
            id: first.id(),
            group: first.group().id(),
            confidence: round(confidence, 3),
            alternatives: if first == cause::Cause::Unknown { Vec::new() } else { alternatives.collect() },
            keepalive: keepalive_advice.map(keepalive),
            moved: diagnosis.moved.iter().map(moved).collect(),
            confirm: advice
                .confirm
                .into_iter()
                .map(|it| Confirm { place: it.place.id(), command: it.command, expect: it.expect })
                .collect(),
            remedies: own
                .chain(advice.remedies)
                .map(|it| Remedy {
                    place: it.place.id(),
                    what: it.what,
                    paste: it.paste,
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

fn facts(case: &Case, keepalive: Option<infer::Keepalive>) -> Facts {
    let (client, server) = (case.endpoint(Side::Client), case.endpoint(Side::Server));
    let end = case.reset.as_ref().map_or(case.flow.last.time, |reset| reset.segment().time);
    Facts {
        client: client.addr,
        client_port: client.port,
        server: server.addr,
        server_port: server.port,
        since: end + (Elapsed::ZERO - AROUND),
        until: end + AROUND,
        interval: keepalive.and_then(|keepalive| keepalive.interval_s()),
        idleness: keepalive.is_none_or(|keepalive| keepalive.is_worth_it()),
    }
}

fn keepalive(advice: infer::Keepalive) -> KeepaliveAdvice {
    let (tcp_counts, why) = match advice {
        infer::Keepalive::Helps { tcp_counts, from, .. } => (tcp_counts, from.to_string()),
        infer::Keepalive::Useless(why) => (None, why.to_string()),
    };
    let interval_s = advice.interval_s();
    KeepaliveAdvice { helps: interval_s.is_some(), interval_s, tcp_counts, why }
}

//! The report as values: what every renderer gets. Serialised, it is the contract's JSON.
//!
//! Names, units and meanings are those of schema `sshrst/1`; `schema.json` beside this folder is generated from
//! these types. Fields may be added; none may change its meaning without a new schema number.

mod build;
mod capture;
mod cause;
mod deaths;
mod encrypted;
mod exchange;
mod mismatch;
mod path;
mod reset;
mod selected;
mod session;
mod ssh;
mod timer;
mod trace;

pub use build::{Input, Options, Stories, build};
pub use capture::{Capture, Claimed, InputFile, Limit, Resets};
pub use cause::{Alternative, Cause, Confirm, KeepaliveAdvice, Moved, Remedy};
pub use deaths::died;
pub use encrypted::{Encrypted, EncryptedStream, Event};
pub use exchange::Step;
pub use mismatch::{Enable, Mismatch};
pub use path::{Lost, Outage, Path, Recent};
pub use reset::{Evidence, Kernel, Location, Posterior, Reset};
pub use selected::Selected;
pub use session::{Endpoint, Refused, Session, Unanswered, Vantage};
pub(super) use ssh::software;
pub use ssh::{Keepalive, Negotiated, Note, Party, Ssh, Violation};
pub use timer::{Candidate, Timer};
pub use trace::{Kind, Point};

use schemars::JsonSchema;
use serde::Serialize;

/// Name and number of this schema.
pub const SCHEMA: &str = "sshrst/1";

/// A whole report.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Report {
    /// Schema name and number: `sshrst/1`.
    pub schema: &'static str,
    /// What wrote the report.
    pub tool: Tool,
    /// The zone that its times are of, by its name in the IANA database; absent where they are UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Whether addresses are pseudonyms and what hosts and users wrote is taken out; absent where not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
    /// What was read.
    pub capture: Capture,
    /// Which sessions were asked for; absent where all are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection: Option<Selected>,
    /// The SSH connections, in the order of their first frames.
    pub sessions: Vec<Session>,
    /// What several sessions say together.
    pub patterns: Vec<Pattern>,
}

/// What wrote a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tool {
    /// Always `sshrst`.
    pub name: &'static str,
    /// Its version; absent in reproducible reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<&'static str>,
}

/// What several sessions say together.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Pattern {
    /// Kebab-case name.
    pub id: String,
    /// Ids of the sessions; of a folded group at most three examples.
    pub sessions: Vec<u32>,
    /// Sessions in all.
    pub count: u64,
    /// In words.
    pub detail: String,
    /// Frames that show it, at most eight; empty for a folded group.
    pub frames: Vec<u64>,
    /// The idle limit lies above the first and up to the second number of seconds; only where the pattern is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval_s: Option<[f64; 2]>,
    /// Silences that ended sessions, that were survived, and that contradict the interval; only with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silences: Option<Silences>,
    /// Ids of known timers in the interval, the likeliest first; only with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub timers: Vec<&'static str>,
    /// Start of the first folded session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_time: Option<String>,
    /// Start of the last folded session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_time: Option<String>,
}

/// What an idle limit was estimated from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Silences {
    /// Sessions that ended after a silence.
    pub killed: u64,
    /// Longest silences of sessions that survived them.
    pub survived: u64,
    /// Those of both that contradict the interval.
    pub contradicting: u64,
}

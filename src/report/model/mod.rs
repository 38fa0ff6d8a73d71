//! The report as values: what every renderer gets. Serialised, it is the contract's JSON.
//!
//! Names, units and meanings are those of schema `sshrst/1`; `schema.json` beside this folder is generated from
//! these types. Fields may be added; none may change its meaning without a new schema number.

mod build;
mod capture;
mod cause;
mod encrypted;
mod path;
mod reset;
mod session;
mod ssh;
mod timer;

pub use build::{Input, Options, build};
pub use capture::{Capture, InputFile, Limit};
pub use cause::{Alternative, Cause, Confirm, Remedy};
pub use encrypted::{Encrypted, EncryptedStream, Event};
pub use path::Path;
pub use reset::{Evidence, Location, Posterior, Reset};
pub use session::{Endpoint, Refused, Session, Unanswered, Vantage};
pub use ssh::{Keepalive, Mismatch, Negotiated, Party, Ssh, Violation};
pub use timer::{Candidate, Timer};

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
    /// What was read.
    pub capture: Capture,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Pattern {
    /// Kebab-case name.
    pub id: String,
    /// Ids of the sessions; of a folded group at most three examples.
    pub sessions: Vec<u32>,
    /// Sessions in all.
    pub count: u64,
    /// In words.
    pub detail: String,
    /// Start of the first folded session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_time: Option<String>,
    /// Start of the last folded session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_time: Option<String>,
}

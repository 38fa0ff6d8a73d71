//! The contract's JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::model::{Capture, Pattern, Report, SCHEMA, Session, Tool};

/// Writes `report` as one JSON object, indented, with a line end.
///
/// # Errors
///
/// When `out` does not take it.
pub fn json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    out.write_all(b"\n")
}

/// The JSON Schema of the report, as `schema.json` holds it.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Report);
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// One session as a line of NDJSON.
#[derive(Serialize)]
struct SessionLine<'a> {
    schema: &'static str,
    /// The session about which an earlier line does not hold any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    revises: Option<u32>,
    #[serde(flatten)]
    session: &'a Session,
}

/// The closing line of NDJSON.
#[derive(Serialize)]
struct ClosingLine<'a> {
    schema: &'static str,
    tool: &'a Tool,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_zone: &'a Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    redacted: bool,
    capture: &'a Capture,
    patterns: &'a [Pattern],
}

/// Writes `report` as JSON lines: one for each session, then one with capture and patterns.
///
/// # Errors
///
/// When `out` does not take it.
pub fn ndjson(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    report.sessions.iter().try_for_each(|session| ndjson_session(session, false, out))?;
    ndjson_closing(report, out)
}

/// Writes `session` as a JSON line; `revises`: what an earlier line said of it does not hold any more.
///
/// # Errors
///
/// When `out` does not take it.
pub fn ndjson_session(session: &Session, revises: bool, out: &mut dyn Write) -> io::Result<()> {
    let revises = revises.then_some(session.id);
    serde_json::to_writer(&mut *out, &SessionLine { schema: SCHEMA, revises, session })?;
    out.write_all(b"\n")
}

/// Writes the last of the JSON lines of `report`: capture and patterns.
///
/// # Errors
///
/// When `out` does not take it.
pub fn ndjson_closing(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let Report { schema, tool, time_zone, redacted, capture, patterns, .. } = report;
    let closing = ClosingLine { schema, tool, time_zone, redacted: *redacted, capture, patterns };
    serde_json::to_writer(&mut *out, &closing)?;
    out.write_all(b"\n")
}

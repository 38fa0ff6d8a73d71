//! The contract's JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::model::{Capture, Pattern, Report, Session, Tool};

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
    for session in &report.sessions {
        serde_json::to_writer(&mut *out, &SessionLine { schema: report.schema, session })?;
        out.write_all(b"\n")?;
    }
    let Report { schema, tool, time_zone, redacted, capture, patterns, .. } = report;
    serde_json::to_writer(
        &mut *out,
        &ClosingLine { schema, tool, time_zone, redacted: *redacted, capture, patterns },
    )?;
    out.write_all(b"\n")
}

//! The report for people: the verdicts first, then what they rest on.

mod advice;
mod encrypted;
mod evidence;
mod headline;
mod session;
mod summary;
mod words;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use super::model::{Report, Session};
use super::page::{Page, Screen};

/// Which sessions a text report shows in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Those that died; the others have a row in a table.
    Deaths,
    /// All.
    All,
}

/// At most this many deaths are shown in full unless all are asked for: nobody reads more, and a scan can bring
/// thousands.
const IN_FULL: usize = 20;

/// Writes `report` for people.
///
/// # Errors
///
/// When `out` does not take it.
pub fn text(report: &Report, screen: Screen, detail: Detail, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(screen);
    let (died, others): (Vec<&Session>, Vec<&Session>) =
        report.sessions.iter().partition(|session| died(session));
    summary::opening(&mut page, report, died.len());
    if died.len() > 1 {
        summary::verdicts(&mut page, &died);
    }
    summary::patterns(&mut page, &report.patterns);
    match detail {
        Detail::All => report.sessions.iter().for_each(|each| session::show(&mut page, each)),
        Detail::Deaths => {
            died.iter().take(IN_FULL).for_each(|each| session::show(&mut page, each));
            let rest = died.get(IN_FULL..).unwrap_or_default();
            summary::table(&mut page, "Also died (`--all` shows each in full)", rest);
            summary::without_effect(&mut page, &others);
            summary::table(&mut page, "Other sessions", &others);
        }
    }
    session::limits(&mut page, "What this capture could not show", &report.capture.limits);
    out.write_all(page.into_text().as_bytes())
}

/// Whether a session ended in a way that its users did not want: by a reset, a refusal or silence, or by a close
/// that something went wrong before.
fn died(session: &Session) -> bool {
    match session.ended_by {
        "close" if session.reset.as_ref().is_some_and(|reset| reset.role == "ineffective") => false,
        "close" => !matches!(session.cause.group, "normal" | "client-side" | "unknown"),
        ended_by => ended_by != "open",
    }
}

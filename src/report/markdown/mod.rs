//! The report for a ticket: GitHub Flavored Markdown, which GitLab and Jira take too.

mod evidence;
mod exchange;
mod frame;
mod paper;
mod prose;
mod session;

use std::io::{self, Write};

use super::detail::Detail;
use super::model::Report;
use paper::Paper;

/// At most this many deaths are shown in full unless all are asked for: a comment on GitHub holds 65,536 characters,
/// and a session has about ten thousand.
const IN_FULL: usize = 5;

/// Writes `report` as Markdown.
///
/// # Errors
///
/// When `out` does not take it.
pub fn markdown(report: &Report, detail: Detail, out: &mut dyn Write) -> io::Result<()> {
    let shown = detail.of(report, IN_FULL);
    let mut paper = Paper::default();
    frame::top(&mut paper, report, &shown);
    for session in &shown.full {
        session::show(&mut paper, session);
        out.write_all(paper.take().as_bytes())?;
    }
    frame::rows(&mut paper, report, "Also died (`--all` shows each in full)", &shown.more_deaths);
    frame::rows(&mut paper, report, "Other sessions", &shown.others);
    frame::bottom(&mut paper, report);
    out.write_all(paper.take().as_bytes())
}

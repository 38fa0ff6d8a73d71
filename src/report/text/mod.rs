//! The report for people: the verdicts first, then what they rest on.

mod advice;
mod encrypted;
mod evidence;
mod headline;
mod ladder;
mod session;
mod summary;
pub(super) mod told;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use super::detail::{Detail, IN_FULL, heading_of_others};
use super::model::{Report, Session, died};
use super::page::{Page, Screen};
use super::words;

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
        Detail::Exchange => report.sessions.iter().for_each(|each| {
            session::show(&mut page, each);
            ladder::show(&mut page, each);
        }),
        Detail::Deaths => {
            died.iter().take(IN_FULL).for_each(|each| session::show(&mut page, each));
            let rest = died.get(IN_FULL..).unwrap_or_default();
            summary::table(&mut page, report, "Also died (`--all` shows each in full)", rest);
            summary::without_effect(&mut page, &others);
            summary::table(&mut page, report, heading_of_others(died.len()), &others);
        }
    }
    session::limits(&mut page, "What this capture could not show", &report.capture.limits);
    out.write_all(page.into_text().as_bytes())
}

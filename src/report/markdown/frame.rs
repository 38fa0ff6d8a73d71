//! What stands around the sessions: the verdicts at the top, what was read at the bottom.

use super::paper::{Cell, Paper};
use super::session;
use crate::report::detail::Shown;
use crate::report::model::{InputFile, Pattern, Report, Session};
use crate::report::page::Block;
use crate::report::text::told;
use crate::report::words;

/// Title, what was read, and how many died.
pub(super) fn top(paper: &mut Paper, report: &Report, shown: &Shown<'_>) {
    paper.heading(1, "SSH sessions and how they ended");
    let opening = told::opening(report, shown.died.len());
    paper.lines(opening.iter().filter_map(|block| match block {
        Block::Text { text, .. } => Some(text.as_str()),
        _ => None,
    }));
}

/// The verdict of each that died, and what they show together.
pub(super) fn overview(paper: &mut Paper, report: &Report, shown: &Shown<'_>) {
    if shown.died.len() > 1 {
        for session in shown.full_deaths() {
            paper.item(&format!("Session {}, {}", session.id, told::verdict_with_cause(session)));
        }
        if !shown.more_deaths.is_empty() {
            paper.item(&format!("{} below", words::counted(shown.more_deaths.len() as u64, "more session")));
        }
    }
    patterns(paper, &report.patterns);
}

fn patterns(paper: &mut Paper, patterns: &[Pattern]) {
    if patterns.is_empty() {
        return;
    }
    paper.heading(2, "Taken together");
    let row = |pattern: &Pattern| {
        [
            Cell::Text(std::iter::once(pattern.detail.clone()).chain(words::timers(pattern)).collect()),
            Cell::Name(pattern.id.clone()),
            Cell::text(words::numbers(&pattern.frames)),
            Cell::text(words::sessions(pattern)),
            Cell::text(pattern.count.to_string()),
        ]
    };
    paper.table(
        ["what several sessions show", "pattern", "frames", "sessions", "count"],
        patterns.iter().map(row),
    );
}

/// Sessions in a row each.
pub(super) fn rows(paper: &mut Paper, report: &Report, heading: &str, sessions: &[&Session]) {
    if sessions.is_empty() {
        return;
    }
    paper.heading(2, heading);
    let columns = words::columns(report);
    paper.table(
        columns.each_ref().map(String::as_str),
        sessions.iter().map(|session| words::row(session).map(Cell::text)),
    );
}

/// What was read, and by what.
pub(super) fn bottom(paper: &mut Paper, report: &Report) {
    let capture = &report.capture;
    paper.heading(2, "The capture");
    let row = |file: &InputFile| {
        [
            Cell::text(&file.path),
            Cell::Name(file.sha256.clone()),
            Cell::text(file.octets.to_string()),
            Cell::text(words::format(file)),
            Cell::text(words::numbered(file)),
            Cell::text(if file.complete { "complete" } else { "damaged or cut" }),
        ]
    };
    paper.table(["file", "SHA-256", "octets", "format", "frames", "state"], capture.files.iter().map(row));
    session::limits(paper, "What this capture could not show", &capture.limits);
    for sentence in words::colophon(report) {
        paper.paragraph(&sentence);
    }
}

/// Says what did not fit: `sessions` in full, and `lines` of tables and lists.
pub(super) fn shortened(paper: &mut Paper, sessions: usize, lines: usize) {
    let sessions =
        (sessions > 0).then(|| format!("{} not in full", words::counted(sessions as u64, "session")));
    let lines = (lines > 0).then(|| format!("{} of tables left out", words::counted(lines as u64, "line")));
    let missing: Vec<String> = sessions.into_iter().chain(lines).collect();
    paper.strong(&format!(
        "Shortened to what a comment on GitHub holds, 65,536 characters: {}. The HTML and JSON reports have all of it.",
        missing.join(", ")
    ));
}

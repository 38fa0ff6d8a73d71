//! What stands around the sessions: what was read, the table of the others, what the capture could not show.

use std::fmt::Write;

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};

use super::{headline, words};
use crate::report::model::{InputFile, Pattern, Report, Selected, Session};
use crate::report::page::{Page, Tone};

/// How many files are named at the top; the JSON report has all.
const NAMED: usize = 3;

/// How many files are named with the numbers of their frames.
const NUMBERED: usize = 24;

/// What was read, and how many sessions died.
pub(super) fn opening(page: &mut Page, report: &Report, died: usize) {
    let capture = &report.capture;
    let mut files: Vec<&str> = capture.files.iter().take(NAMED).map(|file| file.path.as_str()).collect();
    let more = capture.files.len().saturating_sub(NAMED);
    let more = if more > 0 { format!("and {more} more") } else { String::new() };
    files.extend(Some(more.as_str()).filter(|more| !more.is_empty()));
    let mut read = format!("{}: {}", files.join(", "), words::counted(capture.frames, "frame"));
    if let (Some(first), Some(last)) = (&capture.first_time, &capture.last_time) {
        _ = write!(read, ", {} to {}", words::moment(first), words::moment(last));
    }
    page.paragraph(0, &read, Tone::Faint);
    for file in capture.files.iter().filter(|file| !file.complete) {
        let line = format!("{} is INCOMPLETE: damaged or cut, see the end of this report", file.path);
        page.paragraph(0, &line, Tone::Doubt);
    }
    if capture.files.len() > 1 {
        page.paragraph(0, &numbering(&capture.files), Tone::Faint);
    }
    if report.redacted {
        let line = "Redacted: addresses are pseudonyms, and what hosts and users wrote is taken out.";
        page.paragraph(0, line, Tone::Faint);
    }
    if let Some(selection) = &report.selection {
        page.paragraph(0, &selected(selection), Tone::Plain);
        if selection.chosen == 0 {
            return;
        }
    }
    let sessions = words::counted(report.sessions.len() as u64, "SSH session");
    let line = match (capture.frames, report.sessions.len(), died) {
        (0, ..) => "The capture holds no frames.".to_owned(),
        (_, 0, _) => {
            "No SSH session found. If SSH runs on another port: `--port N`, or `--port any` to find it by its identification string.".to_owned()
        }
        (_, 1, 1) => "1 SSH session; it died.".to_owned(),
        (_, _, 0) => format!("{sessions}; none died."),
        _ => format!("{sessions}; {died} died."),
    };
    page.paragraph(0, &line, Tone::Strong);
}

/// Which frames are in which file.
fn numbering(files: &[InputFile]) -> String {
    let part = |file: &InputFile| format!("{} in {}", words::numbered(file), file.path);
    let parts: Vec<String> = files.iter().take(NUMBERED).map(part).collect();
    let more = match files.len().saturating_sub(NUMBERED) {
        0 => String::new(),
        more => format!("; {more} more files in the JSON report"),
    };
    format!(
        "Frames are numbered over all files in the order of their times, as in one that `mergecap` makes of them: {}{more}.",
        parts.join("; ")
    )
}

/// Which sessions were asked for; where there are none, what could be.
fn selected(selection: &Selected) -> String {
    let of = words::counted(selection.of, "SSH session");
    if selection.chosen > 0 || selection.of == 0 {
        return format!("Chosen with {}: {} of {of}.", selection.by, selection.chosen);
    }
    let span = selection.first_start.as_deref().zip(selection.last_end.as_deref());
    let when = span.map_or(String::new(), |(first, last)| {
        format!(", from {} to {}", words::moment(first), words::moment(last))
    });
    format!(
        "No session is as asked for ({}). The capture holds {of}{when}; clients {}; servers {}.",
        selection.by,
        selection.clients.join(", "),
        selection.servers.join(", ")
    )
}

/// The verdicts, one after the other.
pub(super) fn verdicts(page: &mut Page, died: &[&Session]) {
    page.blank();
    for session in died {
        headline::numbered_with_cause(page, session);
    }
}

/// Resets that changed nothing: no deaths, but somebody may have tried.
pub(super) fn without_effect(page: &mut Page, sessions: &[&Session]) {
    let ineffective =
        |session: &&&Session| session.reset.as_ref().is_some_and(|reset| reset.role == "ineffective");
    let mut sessions = sessions.iter().filter(ineffective).peekable();
    if sessions.peek().is_some() {
        page.heading("Resets without effect (`--all` shows the evidence)");
    }
    for session in sessions {
        headline::numbered(page, session);
    }
}

/// What several sessions say together.
pub(super) fn patterns(page: &mut Page, patterns: &[Pattern]) {
    if patterns.is_empty() {
        return;
    }
    page.heading("Taken together");
    for pattern in patterns {
        let line = format!("{} ({}; session {})", pattern.detail, pattern.id, words::sessions(pattern));
        page.hanging("  - ", &line, Tone::Plain);
        if let Some(known) = words::timers(pattern) {
            page.paragraph(4, &known, Tone::Plain);
        }
    }
}

/// Sessions in a line each.
pub(super) fn table(page: &mut Page, report: &Report, heading: &str, sessions: &[&Session]) {
    if sessions.is_empty() {
        return;
    }
    page.heading(heading);
    let mut table = Table::new();
    table
        .load_style(NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(page.width()).unwrap_or(u16::MAX))
        .set_header(words::columns(report));
    for session in sessions {
        table.add_row(words::row(session));
    }
    page.table(&table);
}

//! What stands around the sessions: the verdicts at the top, what was read at the bottom.

use maud::{Markup, html};

use super::drawing::crowd;
use super::{prose, session};
use crate::report::detail::Shown;
use crate::report::model::{Pattern, Report, Session};
use crate::report::page::{Block, Tone};
use crate::report::text::told;
use crate::report::words;

/// Title, how many died, the verdict of each, and what they show together.
pub(super) fn top(report: &Report, shown: &Shown<'_>) -> Markup {
    html! {
        header {
            h1 { "SSH sessions and how they ended" }
            @for block in told::opening(report, shown.died.len()) {
                @if let Block::Text { text, tone, .. } = &block {
                    p class=(class(*tone)) { (prose::sentence(text)) }
                }
            }
        }
        @if shown.died.len() > 1 {
            ul {
                @for session in shown.full_deaths() {
                    li {
                        a href=(format!("#session-{}", session.id)) { "Session " (session.id) }
                        ", " (prose::sentence(&told::verdict_with_cause(session)))
                    }
                }
                @if !shown.more_deaths.is_empty() {
                    li { (words::counted(shown.more_deaths.len() as u64, "more session")) " below" }
                }
            }
            (crowd::show(report, &shown.died))
        }
        (patterns(&report.patterns))
    }
}

const fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Doubt | Tone::Bad => "warning",
        Tone::Faint => "faint",
        Tone::Plain | Tone::Strong => "",
    }
}

fn patterns(patterns: &[Pattern]) -> Markup {
    html! {
        @if !patterns.is_empty() {
            h2 { "Taken together" }
            table.wide {
                thead {
                    tr {
                        th scope="col" { "what several sessions show" }
                        th scope="col" { "pattern" }
                        th scope="col" { "frames" }
                        th scope="col" { "sessions" }
                        th scope="col" { "count" }
                    }
                }
                @for pattern in patterns {
                    tr {
                        td {
                            (prose::sentence(&pattern.detail))
                            @if let Some(known) = words::timers(pattern) { br; (prose::sentence(&known)) }
                        }
                        td { code { (prose::shown(&pattern.id)) } }
                        td.number { (words::numbers(&pattern.frames)) }
                        td.number { (words::sessions(pattern)) }
                        td.number { (pattern.count) }
                    }
                }
            }
        }
    }
}

/// Rows of one table. A browser takes seconds to lay out a table of ten thousand; further ones are laid out when they are
/// opened, or printed.
const TOGETHER: usize = 500;

/// Sessions in a row each.
pub(super) fn rows(report: &Report, heading: &str, sessions: &[&Session]) -> Markup {
    let parts = (1_usize..).step_by(TOGETHER).zip(sessions.chunks(TOGETHER));
    html! {
        @if !sessions.is_empty() {
            h2 { (prose::sentence(heading)) }
            @for (first, part) in parts {
                @if first == 1 {
                    (few(report, part))
                } @else {
                    details {
                        summary { "rows " (first) " to " (first + part.len() - 1) " of " (sessions.len()) }
                        (few(report, part))
                    }
                }
            }
        }
    }
}

fn few(report: &Report, sessions: &[&Session]) -> Markup {
    html! {
        table {
            thead { tr { @for column in words::columns(report) { th scope="col" { (column) } } } }
            @for session in sessions {
                tr { @for cell in words::row(session) { td { (prose::sentence(&cell)) } } }
            }
        }
    }
}

/// What was read, and by what.
pub(super) fn bottom(report: &Report) -> Markup {
    let capture = &report.capture;
    html! {
        h2 { "The capture" }
        table {
            thead {
                tr {
                    @for column in ["file", "SHA-256", "octets", "format", "frames", "state"] { th scope="col" { (column) } }
                }
            }
            @for file in &capture.files {
                tr {
                    td { (prose::shown(&file.path)) }
                    td { code { (prose::shown(&file.sha256)) } }
                    td.number { (file.octets) }
                    td { (prose::shown(&words::format(file))) }
                    td { (words::numbered(file)) }
                    td { @if file.complete { "complete" } @else { strong { "damaged or cut" } } }
                }
            }
        }
        (session::limits("What this capture could not show", &capture.limits))
        footer.faint { @for sentence in words::colophon(report) { p { (prose::sentence(&sentence)) } } }
    }
}

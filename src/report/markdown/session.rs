//! One session.

use super::paper::{Cell, Paper};
use super::{evidence, exchange, prose};
use crate::report::model::{Limit, Session};
use crate::report::text::told;
use crate::report::words;

/// Everything known of `session`: the verdict first.
pub(super) fn show(paper: &mut Paper, session: &Session) {
    paper.heading(2, &format!("Session {}", session.id));
    paper.strong(&told::verdict(session));
    prose::table(paper, &told::first_screen(session));
    exchange::show(paper, session);
    prose::flow(paper, &told::ssh(session), 3);
    if let Some(reset) = &session.reset {
        evidence::show(paper, reset);
    }
    prose::flow(paper, &told::advice(session), 3);
    paper.heading(3, "In Wireshark");
    paper.paragraph("This session alone:");
    paper.code("", &session.display_filter);
    evidence::filters(paper, session);
    paper.heading(3, "The connection");
    prose::table(paper, &told::facts(session));
    limits(paper, "What could not be seen of this session", &session.limits);
}

/// What a capture could not show.
pub(super) fn limits(paper: &mut Paper, heading: &str, limits: &[Limit]) {
    if limits.is_empty() {
        return;
    }
    paper.heading(3, heading);
    let row = |limit: &Limit| {
        [Cell::text(&limit.detail), Cell::Name(limit.id.clone()), Cell::text(words::numbers(&limit.frames))]
    };
    paper.table(["what", "limit", "frames"], limits.iter().map(row));
}

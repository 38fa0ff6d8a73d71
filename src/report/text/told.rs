//! What a text report says, for the renderings that set it their own way: one sentence for all of them.

use super::{advice, evidence, headline, session, summary};
use crate::report::model::{Report, Session};
use crate::report::page::{Block, Page};

/// Client, server and the verdict, in a sentence.
pub(in crate::report) fn verdict(session: &Session) -> String {
    sentence(|page| headline::numbered(page, session))
}

/// The same with the cause.
pub(in crate::report) fn verdict_with_cause(session: &Session) -> String {
    sentence(|page| headline::numbered_with_cause(page, session))
}

fn sentence(write: impl FnOnce(&mut Page)) -> String {
    let blocks = Page::written(write);
    let text = blocks.into_iter().find_map(|block| match block {
        Block::Text { text, .. } => Some(text),
        _ => None,
    });
    text.unwrap_or_default()
}

/// Who, why, when, the silences, and what to do, a line each.
pub(in crate::report) fn first_screen(session: &Session) -> Vec<Block> {
    Page::in_lines(|page| {
        headline::first_screen(page, session);
        advice::first(page, &session.cause);
        headline::shown_to_the_user(page, session);
    })
}

/// How to be sure, and what to change, in full under a heading.
pub(in crate::report) fn advice(session: &Session) -> Vec<Block> {
    Page::written(|page| advice::in_full(page, &session.cause))
}

/// What SSH says of the end in clear text.
pub(in crate::report) fn ssh(session: &Session) -> Vec<Block> {
    Page::written(|page| evidence::of_ssh(page, session))
}

/// The connection's facts.
pub(in crate::report) fn facts(session: &Session) -> Vec<Block> {
    Page::written(|page| session::facts(page, session))
}

/// What was read, and how many sessions died.
pub(in crate::report) fn opening(report: &Report, died: usize) -> Vec<Block> {
    Page::written(|page| summary::opening(page, report, died))
}

//! Prose that text reports have, set as HTML.

use std::borrow::Cow;

use maud::{Markup, html};

use crate::report::escape::{harmless, presentable, shortened};
use crate::report::page::Block;

/// A text of bounded length with nothing in it that turns or hides other text. Maud escapes the markup.
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    presentable(text)
}

/// A sentence: what stands between backticks is code.
pub(super) fn sentence(text: &str) -> Markup {
    let text = shown(text);
    let parts: Vec<&str> = text.split('`').collect();
    // A backtick without a partner is a backtick.
    let paired = parts.len() % 2 == 1;
    html! {
        @if paired {
            @for (at, part) in parts.iter().enumerate() {
                @if at % 2 == 1 { code { (part) } } @else { (part) }
            }
        } @else {
            (text)
        }
    }
}

/// Lines to paste.
pub(super) fn code(text: &str) -> Markup {
    let text = shortened(text);
    let lines: Vec<Cow<'_, str>> = text.lines().map(harmless).collect();
    html! { pre { code { (lines.join("\n")) } } }
}

/// A table of labelled lines; what stands beside a label is in its cell.
pub(super) fn table(blocks: &[Block]) -> Markup {
    let mut rows: Vec<(&str, Vec<Markup>)> = Vec::new();
    for block in blocks {
        let Block::Text { text, .. } = block else { continue };
        let line = html! { @if block.is_item() { "• " } (sentence(text)) };
        match (block.label(), rows.last_mut()) {
            (Some(label), Some((known, lines))) if label == *known => lines.push(line),
            (Some(label), _) => rows.push((label, vec![line])),
            (None, Some((_, lines))) => lines.push(line),
            (None, None) => {}
        }
    }
    html! {
        table.facts {
            @for (label, lines) in &rows {
                tr {
                    th scope="row" { (label) }
                    td { @for (at, line) in lines.iter().enumerate() { @if at > 0 { br; } (line) } }
                }
            }
        }
    }
}

/// Paragraphs, lists and code.
pub(super) fn flow(blocks: &[Block]) -> Markup {
    html! {
        @for run in blocks.chunk_by(|one, next| one.is_item() && next.is_item()) {
            @if run.first().is_some_and(Block::is_item) {
                ul { @for block in run { (piece(block)) } }
            } @else {
                @for block in run { (piece(block)) }
            }
        }
    }
}

fn piece(block: &Block) -> Markup {
    match block {
        Block::Blank => html! {},
        Block::Heading { text, .. } => html! { h3 { (sentence(text)) } },
        Block::Text { text, .. } if block.is_item() => html! { li { (sentence(text)) } },
        Block::Text { text, .. } => html! {
            @if let Some(label) = block.label() {
                p.labelled { strong { (label) } " " (sentence(text)) }
            } @else {
                p { (sentence(text)) }
            }
        },
        Block::Paste(text) | Block::Command(text) | Block::Line(text) => code(text),
    }
}

//! Prose that text reports have, set as Markdown.

use super::paper::{Cell, Paper};
use crate::report::page::Block;

/// A table of labelled lines; what stands beside a label is in its cell.
pub(super) fn table(paper: &mut Paper, blocks: &[Block]) {
    let mut rows: Vec<(&str, Vec<String>)> = Vec::new();
    for block in blocks {
        let Block::Text { text, .. } = block else { continue };
        let line = if block.is_item() { format!("• {text}") } else { text.clone() };
        match (block.label(), rows.last_mut()) {
            (Some(label), Some((known, lines))) if label == *known => lines.push(line),
            (Some(label), _) => rows.push((label, vec![line])),
            (None, Some((_, lines))) => lines.push(line),
            (None, None) => {}
        }
    }
    let rows = rows.into_iter().map(|(label, lines)| [Cell::Strong(label.to_owned()), Cell::Text(lines)]);
    paper.table(["", ""], rows);
}

/// Paragraphs, lists and code; a label is in bold, a heading of this level.
pub(super) fn flow(paper: &mut Paper, blocks: &[Block], level: usize) {
    for block in blocks {
        match block {
            Block::Blank => {}
            Block::Heading { text, .. } => paper.heading(level, text),
            Block::Text { text, .. } if block.is_item() => paper.item(text),
            Block::Text { text, .. } => match block.label() {
                Some(label) => paper.labelled(label, text),
                None => paper.paragraph(text),
            },
            Block::Paste(text) | Block::Line(text) => paper.code("", text),
            Block::Command(command) => paper.code("sh", command),
        }
    }
}

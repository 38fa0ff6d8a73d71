//! The exchange of packets, drawn in characters.

use super::words;
use crate::report::ladder::{Lane, Rung, has_box, rungs};
use crate::report::model::Session;
use crate::report::page::Page;

/// Columns before the client's lane: time and frame.
const MARGIN: usize = 20;

/// Rows of the longest silence; the others are drawn to its scale.
const ROWS: f64 = 8.0;

/// Columns between the lanes at least.
const NARROWEST: usize = 24;

/// Draws the exchange of `session`; its silences are as high as they are long.
pub(super) fn show(page: &mut Page, session: &Session) {
    let rungs = rungs(session);
    if rungs.is_empty() {
        return;
    }
    page.subheading("The exchange");
    let room = page.width().saturating_sub(MARGIN + 2).max(NARROWEST);
    let boxed = if has_box(&rungs) { "◆ a box between" } else { "" };
    page.uncut(
        0,
        &format!("{:>9}  {:>6}   client{boxed:^middle$}server", "seconds", "frame", middle = room - 10),
    );
    for rung in &rungs {
        match rung {
            Rung::Skipped(frames) => empty(page, room, '⋮', &words::counted(*frames, "frame")),
            Rung::Silence { seconds, share } => silence(page, room, *seconds, *share),
            Rung::Message { step, from, to, label, .. } => {
                let arrow = arrow(room, *from, *to, label);
                page.uncut(0, &format!("{:>9.3}  {:>6}   {arrow}", step.at_s, step.frame));
            }
        }
    }
    let longest = rungs.iter().filter_map(|rung| match rung {
        Rung::Silence { seconds, .. } => Some(*seconds),
        _ => None,
    });
    if let Some(longest) = longest.reduce(f64::max) {
        page.uncut(MARGIN, &format!("(silences to scale: one ┊ is {})", words::span(longest / ROWS)));
    }
}

fn silence(page: &mut Page, room: usize, seconds: f64, share: f64) {
    let rows = (share * ROWS).round().max(1.0) as usize;
    for row in 0..rows {
        let text =
            if row == rows / 2 { format!("{} of silence", words::span(seconds)) } else { String::new() };
        empty(page, room, '┊', &text);
    }
}

/// A row in which nothing passes.
fn empty(page: &mut Page, room: usize, lane: char, text: &str) {
    page.uncut(MARGIN, &format!("{lane}{text:^room$}{lane}"));
}

/// An arrow between the lanes with its label on it.
fn arrow(room: usize, from: Lane, to: Lane, label: &str) -> String {
    let shaft = if from == Lane::Box { room / 2 } else { room };
    let label = format!(" {} ", words::cut(label, room.saturating_sub(6)));
    let fits = label.chars().count() + 4 <= shaft;
    match (from, to) {
        (Lane::Box, Lane::Client) if fits => {
            format!("│◀{label:─^width$}◆{:rest$}│", "", width = shaft - 2, rest = room - shaft)
        }
        (Lane::Box, _) if fits => {
            format!("│{:rest$}◆{label:─^width$}▶│", "", width = shaft - 2, rest = room - shaft)
        }
        (Lane::Box, Lane::Client) => format!("│◀──◆{label:<width$}│", width = room - 4),
        (Lane::Box, _) => format!("│{label:>width$}◆──▶│", width = room - 4),
        (_, Lane::Client) => format!("│◀{label:─^width$}│", width = room - 1),
        _ => format!("│{label:─^width$}▶│", width = room - 1),
    }
}

//! What the verdict rests on, and where Wireshark shows it.

use super::paper::{Cell, Paper};
use crate::report::evidence::{NONE, before, claims, groups};
use crate::report::model::{Evidence, Reset, Session};
use crate::report::{wireshark, words};

/// For and against, then what says nothing either way.
pub(super) fn show(paper: &mut Paper, reset: &Reset) {
    let groups = groups(reset);
    if !groups.iter().any(|group| group.weighed) {
        paper.heading(3, "Evidence on who sent it");
        paper.paragraph(NONE);
    }
    for group in &groups {
        paper.heading(3, &group.heading);
        let cells = |item: &Evidence| {
            [
                Cell::text(&item.summary),
                Cell::Name(item.id.to_owned()),
                Cell::text(words::numbers(&item.frames)),
            ]
        };
        if group.weighed {
            let rows = group.items.iter().map(|(weight, item)| {
                let [summary, id, frames] = cells(item);
                [Cell::text(words::weight(*weight)), summary, id, frames]
            });
            paper.table(["weight", "observation", "signal", "frames"], rows);
        } else {
            let rows = group.items.iter().map(|(_, item)| cells(item));
            paper.table(["observation", "signal", "frames"], rows);
        }
    }
    paper.heading(3, "Before any evidence");
    paper.paragraph(&before(reset));
    if !reset.would_settle.is_empty() {
        paper.heading(3, "What would settle it");
        reset.would_settle.iter().for_each(|wanted| paper.item(wanted));
    }
}

/// A display filter for each claim that cites frames.
pub(super) fn filters(paper: &mut Paper, session: &Session) {
    for claim in claims(session) {
        paper.paragraph(&format!("{}:", claim.what));
        paper.code("", &wireshark::frames(&claim.frames));
    }
}

//! The exchange of packets as a sequence diagram of Mermaid.

use super::paper::Paper;
use crate::report::escape::mermaid;
use crate::report::ladder::{Lane, Rung, has_box, rungs};
use crate::report::model::Session;
use crate::report::words;

/// Characters of a label: longer ones make the diagram wider than a page.
const LABEL: usize = 72;

/// Draws the exchange of `session`.
pub(super) fn show(paper: &mut Paper, session: &Session) {
    let rungs = rungs(session);
    if rungs.is_empty() {
        return;
    }
    let mut lines = vec!["sequenceDiagram".to_owned()];
    let participant = |name: &str, title: &str| format!("    participant {name} as {}", mermaid(title));
    lines.push(participant("C", &format!("client {}", words::endpoint(&session.client))));
    if has_box(&rungs) {
        lines.push(participant("B", "a box between them"));
    }
    lines.push(participant("S", &format!("server {}", words::endpoint(&session.server))));
    lines.extend(rungs.iter().map(line));
    paper.heading(3, "The exchange");
    paper.code("mermaid", &lines.join("\n"));
}

fn line(rung: &Rung<'_>) -> String {
    match rung {
        Rung::Skipped(frames) => {
            format!("    Note over C,S: {}", mermaid(&format!("{} more", words::counted(*frames, "frame"))))
        }
        Rung::Silence { seconds, .. } => {
            format!("    Note over C,S: {}", mermaid(&format!("{} of silence", words::span(*seconds))))
        }
        Rung::Message { step, from, to, label, .. } => {
            let arrow = if step.what == "rst" { "--x" } else { "->>" };
            let label = format!("frame {}, {:.3} s, {}", step.frame, step.at_s, words::cut(label, LABEL));
            format!("    {}{arrow}{}: {}", lane(*from), lane(*to), mermaid(&label))
        }
    }
}

const fn lane(lane: Lane) -> &'static str {
    match lane {
        Lane::Client => "C",
        Lane::Box => "B",
        Lane::Server => "S",
    }
}

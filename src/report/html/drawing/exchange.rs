//! The exchange as a ladder.

use maud::{Markup, html};

use super::WIDTH;
use crate::report::html::prose::shown;
use crate::report::ladder::{Lane, Rung, has_box, rungs};
use crate::report::model::Session;
use crate::report::words;

/// Lanes of client and server.
const CLIENT: f64 = 150.0;
const SERVER: f64 = 740.0;

/// Height of a message, of frames left out, and of the longest silence; the others are drawn to its scale.
const MESSAGE: f64 = 26.0;
const SKIPPED: f64 = 18.0;
const LONGEST: f64 = 150.0;
const SHORTEST: f64 = 22.0;

/// Characters of a label that fit between the lanes.
const LABEL: usize = 84;

/// Draws the exchange of `session`; its silences are as high as they are long.
pub(in crate::report::html) fn show(session: &Session) -> Markup {
    let rungs = rungs(session);
    if rungs.is_empty() {
        return html! {};
    }
    let mut y = 40.0;
    let placed: Vec<(f64, &Rung<'_>)> = rungs
        .iter()
        .map(|rung| {
            let top = y;
            y += height(rung);
            (top, rung)
        })
        .collect();
    let alt = format!(
        "The decisive packets as a ladder, {} of them; the table of evidence cites their frames",
        session.exchange.len()
    );
    html! {
        h3 { "The exchange" }
        figure {
            svg viewBox=(format!("0 0 {WIDTH} {:.0}", y + 14.0)) role="img" aria-label=(alt) {
                text.faint x="0" y="14" { "s" }
                text.faint x="120" y="14" text-anchor="end" { "frame" }
                text x=(CLIENT) y="14" text-anchor="middle" { "client" }
                text x=(CLIENT) y="28" text-anchor="middle" .faint { (session.client.ip) }
                @if has_box(&rungs) { text x=(lane(Lane::Box)) y="14" text-anchor="middle" { "a box between them" } }
                text x=(SERVER) y="14" text-anchor="end" dx="14" { "server" }
                text x=(SERVER) y="28" text-anchor="end" dx="14" .faint { (session.server.ip) }
                line.lane x1=(CLIENT) x2=(CLIENT) y1="34" y2=(y) {}
                line.lane x1=(SERVER) x2=(SERVER) y1="34" y2=(y) {}
                @if has_box(&rungs) {
                    line class="lane dashed" x1=(lane(Lane::Box)) x2=(lane(Lane::Box)) y1="18" y2="32" {}
                }
                @for (top, rung) in &placed { (row(rung, *top)) }
            }
            @if rungs.iter().any(|rung| matches!(rung, Rung::Silence { .. })) {
                figcaption { "Silences are drawn to scale." }
            }
        }
    }
}

fn height(rung: &Rung<'_>) -> f64 {
    match rung {
        Rung::Skipped(_) => SKIPPED,
        Rung::Silence { share, .. } => (share * LONGEST).max(SHORTEST),
        Rung::Message { .. } => MESSAGE,
    }
}

const fn lane(lane: Lane) -> f64 {
    match lane {
        Lane::Client => CLIENT,
        Lane::Box => f64::midpoint(CLIENT, SERVER),
        Lane::Server => SERVER,
    }
}

fn row(rung: &Rung<'_>, top: f64) -> Markup {
    let middle = lane(Lane::Box);
    match rung {
        Rung::Skipped(frames) => html! {
            text.faint x=(middle) y=(top + 13.0) text-anchor="middle" { "… " (words::counted(*frames, "frame")) " …" }
        },
        Rung::Silence { seconds, .. } => {
            let height = height(rung);
            html! {
                rect.gap x=(CLIENT) y=(top + 2.0) width=(SERVER - CLIENT) height=(format!("{:.1}", height - 4.0)) {}
                text x=(middle) y=(format!("{:.1}", top + height / 2.0 + 4.0)) text-anchor="middle" {
                    (words::span(*seconds)) " of silence"
                }
            }
        }
        Rung::Message { step, from, to, label, decisive } => {
            let (x, target, y) = (lane(*from), lane(*to), top + 19.0);
            let tip = if target < x { target + 8.0 } else { target - 8.0 };
            let class = match (decisive, from) {
                (true, _) => "odd",
                (_, Lane::Client) => "client",
                (_, Lane::Box) => "middlebox",
                (_, Lane::Server) => "server",
            };
            html! {
                text.faint x="0" y=(y + 3.0) { (format!("{:.3}", step.at_s)) }
                text.faint x="120" y=(y + 3.0) text-anchor="end" { (step.frame) }
                text x=(middle) y=(y - 5.0) text-anchor="middle" class=(if *decisive { "odd" } else { "" }) { (shown(&words::cut(label, LABEL))) }
                path class={ "shaft " (class) } d=(format!("M{x} {y}H{tip}")) {}
                path class=(class) d=(format!("M{target} {y}L{tip} {}L{tip} {}Z", y - 4.0, y + 4.0)) {}
                @if *from == Lane::Box { circle.middlebox cx=(x) cy=(y) r="4" {} }
            }
        }
    }
}

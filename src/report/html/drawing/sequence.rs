//! What each side had sent, over time.

use maud::{Markup, html};

use super::WIDTH;
use super::scale::Scale;
use crate::report::model::{Kind, Point, Session};
use crate::report::words;

/// Left edge of the panels, behind the numbers.
const LEFT: f64 = 70.0;

/// Height of one side's panel, and the space above it.
const PANEL: f64 = 96.0;
const ABOVE: f64 = 26.0;

/// Packets of which fewer make no drawing.
const FEWEST: usize = 4;

/// Draws the packets of `session`; nothing where it has no trace.
pub(in crate::report::html) fn show(session: &Session) -> Markup {
    let end = session.trace.iter().map(|point| point.at_s).fold(0.0, f64::max);
    if session.trace.len() < FEWEST || end <= 0.0 {
        return html! {};
    }
    let time = Scale::new([0.0, end], [LEFT, WIDTH - 14.0]);
    let bottom = 2.0 * (PANEL + ABOVE);
    let gaps: Vec<(f64, f64)> = session
        .exchange
        .iter()
        .filter_map(|step| Some((step.at_s - step.after_silence_s?, step.at_s)))
        .collect();
    let alt = format!(
        "Octets that client and server had sent, over {}; {}; {}",
        words::span(end),
        words::counted(session.trace.len() as u64, "packet"),
        gaps.iter()
            .map(|gap| format!("silence of {}", words::span(gap.1 - gap.0)))
            .collect::<Vec<_>>()
            .join(", ")
    );
    html! {
        h3 { "Packets over time" }
        figure {
            svg viewBox=(format!("0 0 {WIDTH} {}", bottom + 34.0)) role="img" aria-label=(alt) {
                @for (from, to) in &gaps {
                    rect.gap x=(time.at(*from)) y="20" width=(time.at(*to) - time.at(*from)) height=(bottom - 14.0) {}
                    @if time.at(*to) - time.at(*from) > 70.0 {
                        text.faint x=(f64::midpoint(time.at(*from), time.at(*to))) y="14" text-anchor="middle" { (words::span(to - from)) " silent" }
                    }
                }
                @for (side, top) in [("client", ABOVE), ("server", 2.0 * ABOVE + PANEL)] { (panel(session, side, top, time)) }
                @for tick in time.ticks(8) {
                    line.axis x1=(time.at(tick)) x2=(time.at(tick)) y1=(bottom) y2=(bottom + 5.0) {}
                    text.faint x=(time.at(tick)) y=(bottom + 18.0) text-anchor="middle" { (number(tick)) }
                }
                text.faint x=(WIDTH - 14.0) y=(bottom + 32.0) text-anchor="end" { "seconds since the first frame" }
            }
            figcaption {
                "Each mark is a packet, at the octets its sender had sent before it. A cross is a RST, in the panel of the host whose address it carries"
                @if session.frames > session.trace.len() as u64 { "; of " (session.frames) " packets the first and the last are drawn" }
                "."
            }
        }
    }
}

fn panel(session: &Session, side: &str, top: f64, time: Scale) -> Markup {
    let points = || session.trace.iter().filter(|point| point.side == side);
    let most =
        points().filter_map(|point| Some(point.offset? + u64::from(point.octets))).max().unwrap_or_default();
    let octets = Scale::new([0.0, most.max(1) as f64], [top + PANEL - 4.0, top + 6.0]);
    html! {
        line.axis x1=(LEFT) x2=(LEFT) y1=(top) y2=(top + PANEL) {}
        line.grid x1=(LEFT) x2=(WIDTH - 14.0) y1=(top + PANEL) y2=(top + PANEL) {}
        text x=(LEFT + 6.0) y=(top + 12.0) { (side) }
        @if most > 0 { text.faint x=(LEFT - 6.0) y=(octets.at(most as f64) + 8.0) text-anchor="end" { (size(most)) } }
        text.faint x=(LEFT - 6.0) y=(octets.at(0.0)) text-anchor="end" { "0" }
        @for point in points() { (mark(point, time.at(point.at_s), octets.at(point.offset.unwrap_or_default() as f64))) }
    }
}

fn mark(point: &Point, x: f64, y: f64) -> Markup {
    match point.kind {
        Kind::Ordinary if point.octets > 0 => html! { circle class=(point.side) cx=(x) cy=(y) r="2.2" {} },
        Kind::Ordinary => html! { circle class=(point.side) cx=(x) cy=(y) r="1" {} },
        Kind::Control => html! { rect class=(point.side) x=(x - 2.5) y=(y - 2.5) width="5" height="5" {} },
        Kind::Reset => cross(x, y, 4.0),
        Kind::Decisive => html! {
            (cross(x, y, 6.0))
            text.odd x=(x - 10.0) y=(y + 4.0) text-anchor="end" { "RST, frame " (point.frame) }
        },
    }
}

/// A cross, for a RST.
pub(super) fn cross(x: f64, y: f64, size: f64) -> Markup {
    let (left, right, up, down) = (x - size, x + size, y - size, y + size);
    html! { path.odd d=(format!("M{left:.1} {up:.1}L{right:.1} {down:.1}M{left:.1} {down:.1}L{right:.1} {up:.1}")) {} }
}

fn number(value: f64) -> String {
    // Nine digits hold what a tick's step needs; trailing zeros say nothing.
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn size(octets: u64) -> String {
    match octets {
        0..10_000 => format!("{octets} B"),
        10_000..10_000_000 => format!("{:.0} kB", octets as f64 / 1e3),
        _ => format!("{:.0} MB", octets as f64 / 1e6),
    }
}

//! The header fields of one host's packets side by side: the packet that is not its own stands out.

use maud::{Markup, html};

use super::WIDTH;
use super::scale::Scale;
use super::sequence::cross;
use crate::report::model::{Kind, Point, Session};

const LEFT: f64 = 70.0;
const PANEL: f64 = 70.0;
const ABOVE: f64 = 24.0;

/// Packets drawn at most: the last ones, for the odd one comes at the end.
const PACKETS: usize = 120;

/// Draws TTL and IP identification of the packets with the address that the decisive reset carries.
pub(in crate::report::html) fn show(session: &Session) -> Markup {
    let Some(reset) = &session.reset else { return html! {} };
    let own: Vec<&Point> = session.trace.iter().filter(|point| point.side == reset.claimed_sender).collect();
    let own = own.get(own.len().saturating_sub(PACKETS)..).unwrap_or_default();
    if own.is_empty() {
        return html! {};
    }
    let ttl: Vec<f64> = own.iter().map(|point| f64::from(point.ttl)).collect();
    let ids: Vec<f64> = own.iter().filter_map(|point| point.ip_id).map(f64::from).collect();
    let has_ids = ids.len() == own.len();
    let height = ABOVE + PANEL + if has_ids { ABOVE + PANEL } else { 0.0 } + 12.0;
    let odd = own.iter().find(|point| point.kind == Kind::Decisive);
    let alt = odd.map_or(String::new(), |odd| {
        format!(
            "The RST in frame {} has TTL {}; the packets before it have {}",
            odd.frame,
            odd.ttl,
            usual(own)
        )
    });
    html! {
        h3 { "The packets with the " (reset.claimed_sender) "'s address, one beside the other" }
        figure {
            svg viewBox=(format!("0 0 {WIDTH} {height}")) role="img" aria-label=(alt) {
                (row("TTL", own, &ttl, ABOVE))
                @if has_ids { (row("IP identification", own, &ids, 2.0 * ABOVE + PANEL)) }
            }
            figcaption {
                "In the order of the capture, the last " (own.len()) ". A cross is a RST: one from the host itself mostly lies with the other packets."
            }
        }
    }
}

/// The values of most of them.
fn usual(own: &[&Point]) -> String {
    let mut values: Vec<u8> =
        own.iter().filter(|point| point.kind != Kind::Decisive).map(|point| point.ttl).collect();
    values.sort_unstable();
    values.dedup();
    values.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")
}

fn row(name: &str, own: &[&Point], values: &[f64], top: f64) -> Markup {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let up = Scale::new([least, most], [top + PANEL - 10.0, top + 10.0]);
    let along = Scale::new([0.0, own.len().saturating_sub(1) as f64], [LEFT + 14.0, WIDTH - 110.0]);
    html! {
        text x=(LEFT) y=(top - 4.0) { (name) }
        line.axis x1=(LEFT) x2=(LEFT) y1=(top) y2=(top + PANEL) {}
        line.grid x1=(LEFT) x2=(WIDTH - 14.0) y1=(top + PANEL) y2=(top + PANEL) {}
        text.faint x=(LEFT - 6.0) y=(up.at(most) + 4.0) text-anchor="end" { (most) }
        @if least < most { text.faint x=(LEFT - 6.0) y=(up.at(least) + 4.0) text-anchor="end" { (least) } }
        @for ((at, point), value) in own.iter().enumerate().zip(values) {
            (mark(point, along.at(at as f64), up.at(*value), *value))
        }
    }
}

fn mark(point: &Point, x: f64, y: f64, value: f64) -> Markup {
    match point.kind {
        Kind::Ordinary | Kind::Control => html! { circle class=(point.side) cx=(x) cy=(y) r="2.2" {} },
        Kind::Reset => cross(x, y, 4.0),
        Kind::Decisive => html! {
            (cross(x, y, 6.0))
            text.odd x=(x + 11.0) y=(y + 4.0) { (value) ", frame " (point.frame) }
        },
    }
}

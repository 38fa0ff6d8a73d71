//! Many deaths at once: when they happened, and after how long a silence.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::WIDTH;
use super::scale::{Scale, tenth};
use crate::report::model::{Report, Session};
use crate::report::words;

const LEFT: f64 = 130.0;
const LANE: f64 = 24.0;

/// Who ended a session, in the order of the lanes.
const SENDERS: [(&str, &str); 5] = [
    ("middlebox", "a box between"),
    ("server", "the server"),
    ("client", "the client"),
    ("undetermined", "undetermined"),
    ("none", "no RST"),
];

/// Draws the deaths of `report`: `died`, two at least.
pub(in crate::report::html) fn show(report: &Report, died: &[&Session]) -> Markup {
    html! {
        h2 { "The deaths together" }
        (timeline(report, died))
        (silences(report, died))
    }
}

fn sender(session: &Session) -> &'static str {
    session.reset.as_ref().filter(|reset| reset.role == "initiating").map_or("none", |reset| reset.sender)
}

/// When each died. Deaths that fall on one place are one larger mark.
fn timeline(report: &Report, died: &[&Session]) -> Markup {
    let Some(end) = died.iter().map(|session| session.ended_at_s).reduce(f64::max) else { return html! {} };
    let time = Scale::new([0.0, end], [LEFT + 8.0, WIDTH - 14.0]);
    let mut marks: BTreeMap<(usize, i64), u32> = BTreeMap::new();
    for session in died {
        let lane = SENDERS.iter().position(|(id, _)| *id == sender(session)).unwrap_or(SENDERS.len() - 1);
        *marks.entry((lane, (time.at(session.ended_at_s) * 2.0) as i64)).or_default() += 1;
    }
    let bottom = LANE * SENDERS.len() as f64 + 8.0;
    let first = report.capture.first_time.as_deref().map(words::moment).unwrap_or_default();
    html! {
        h3 { "When they died, by who sent the RST" }
        figure {
            svg viewBox=(format!("0 0 {WIDTH} {}", bottom + 36.0)) role="img" aria-label=(format!("{} deaths over {}", died.len(), words::span(end))) {
                @for (at, (_, name)) in SENDERS.iter().enumerate() {
                    text x=(LEFT - 8.0) y=(at as f64 * LANE + 18.0) text-anchor="end" { (name) }
                    line.grid x1=(LEFT) x2=(WIDTH - 14.0) y1=(at as f64 * LANE + 14.0) y2=(at as f64 * LANE + 14.0) {}
                }
                @for ((lane, x), count) in &marks {
                    circle class=(SENDERS.get(*lane).map_or("none", |it| it.0)) cx=(*x as f64 / 2.0) cy=(*lane as f64 * LANE + 14.0)
                        r=(tenth((2.0 + f64::from(*count).sqrt()).min(10.0))) {}
                }
                @for tick in time.times() {
                    line.axis x1=(time.at(tick)) x2=(time.at(tick)) y1=(bottom) y2=(bottom + 5.0) {}
                    text.faint x=(time.at(tick)) y=(bottom + 18.0) text-anchor="middle" { (moment(tick)) }
                }
                text.faint x=(WIDTH - 14.0) y=(bottom + 32.0) text-anchor="end" { "since " (first) }
            }
            figcaption { "Larger marks are several deaths at one place." }
        }
    }
}

/// A time on the axis: whole units only, as its ticks are chosen.
fn moment(seconds: f64) -> String {
    match seconds as u64 {
        0 => "0".to_owned(),
        it if it % 86_400 == 0 => format!("{} d", it / 86_400),
        it if it % 3_600 == 0 => format!("{} h", it / 3_600),
        it if it % 60 == 0 => format!("{} min", it / 60),
        it => format!("{it} s"),
    }
}

/// Bars of the histogram: each ends at 1.25 times where it begins, so that a tenth of a second and a day fit one axis.
const RATIO: f64 = 1.25;

/// After how long a silence the reset came, with the idle limits that the patterns give.
fn silences(report: &Report, died: &[&Session]) -> Markup {
    let gap =
        |session: &&Session| session.reset.as_ref().filter(|reset| reset.role == "initiating")?.idle_gap_s;
    let gaps: Vec<f64> = died.iter().filter_map(gap).filter(|gap| *gap > 0.0).collect();
    if gaps.len() < 2 {
        return html! {};
    }
    let place = |seconds: f64| seconds.log(RATIO);
    let mut bars: BTreeMap<i64, u32> = BTreeMap::new();
    for gap in &gaps {
        *bars.entry(place(*gap).floor() as i64).or_default() += 1;
    }
    let ends = (
        bars.keys().next().copied().unwrap_or_default() - 2,
        bars.keys().last().copied().unwrap_or_default() + 3,
    );
    let along = Scale::new([ends.0 as f64, ends.1 as f64], [LEFT, WIDTH - 14.0]);
    let most = bars.values().copied().max().unwrap_or(1);
    let up = Scale::new([0.0, f64::from(most)], [110.0, 16.0]);
    html! {
        h3 { "How long the silence was before the RST" }
        figure {
            svg viewBox=(format!("0 0 {WIDTH} 146")) role="img" aria-label=(format!("Silences before {} resets", gaps.len())) {
                @for [above, up_to] in report.patterns.iter().filter_map(|pattern| pattern.interval_s) {
                    rect.gap x=(along.at(place(above))) y="16" width=(tenth((along.at(place(up_to)) - along.at(place(above))).max(2.0))) height="94" {}
                }
                @for (bar, count) in &bars {
                    rect.client x=(along.at(*bar as f64)) y=(up.at(f64::from(*count)))
                        width=(tenth(along.at((*bar + 1) as f64) - along.at(*bar as f64) - 1.0)) height=(tenth(110.0 - up.at(f64::from(*count)))) {}
                    text x=(f64::midpoint(along.at(*bar as f64), along.at((*bar + 1) as f64))) y=(up.at(f64::from(*count)) - 3.0) text-anchor="middle" { (count) }
                }
                line.axis x1=(LEFT) x2=(WIDTH - 14.0) y1="110" y2="110" {}
                @for (seconds, name) in DECADES.iter().filter(|(seconds, _)| (ends.0 as f64..=ends.1 as f64).contains(&place(*seconds))) {
                    line.axis x1=(along.at(place(*seconds))) x2=(along.at(place(*seconds))) y1="110" y2="115" {}
                    text.faint x=(along.at(place(*seconds))) y="128" text-anchor="middle" { (name) }
                }
                text.faint x=(WIDTH - 14.0) y="142" text-anchor="end" { "silence, on a scale of ratios" }
            }
            figcaption { "A timer shows as a hard left edge: no session that it ended was silent for less. A shaded band is an idle limit estimated from all sessions." }
        }
    }
}

/// What the axis names.
const DECADES: [(f64, &str); 14] = [
    (0.5, "0.5 s"),
    (1.0, "1 s"),
    (2.0, "2 s"),
    (5.0, "5 s"),
    (10.0, "10 s"),
    (30.0, "30 s"),
    (60.0, "1 min"),
    (300.0, "5 min"),
    (900.0, "15 min"),
    (1_800.0, "30 min"),
    (3_600.0, "1 h"),
    (14_400.0, "4 h"),
    (43_200.0, "12 h"),
    (86_400.0, "1 d"),
];

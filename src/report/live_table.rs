//! What lives at the moment and died last, for a terminal that is looked at.

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};

use super::News;
use super::escape::harmless;
use super::live::line;
use super::model::Session;
use crate::timers::{Counts, DefaultIs, Phase, Timer, catalogue};
use crate::units::Elapsed;

/// A connection that lives, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Its number among all connections watched.
    pub id: u32,
    /// Who opened it: address and port.
    pub client: String,
    /// Whom it was opened to.
    pub server: String,
    /// How far SSH got, in the contract's words; `None` where nothing tells.
    pub phase: Option<&'static str>,
    /// Time since its last packet.
    pub idle: Elapsed,
    /// Segments sent again, both directions.
    pub retransmissions: u64,
    /// Something of it waits for an answer.
    pub waits: bool,
}

/// What is known of a capture that runs, beside its connections.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// Where it captures.
    pub interface: &'a str,
    /// Frames captured.
    pub frames: u64,
    /// Frames dropped.
    pub dropped: u64,
    /// Deaths told.
    pub deaths: u64,
    /// Connections that have only begun: what few packets came tells too little for a line.
    pub begun: usize,
}

/// Deaths that are shown.
const DEATHS: usize = 3;

/// Lines beside those of connections and deaths: head, heading, what is left out, and the cursor's own.
const FRAME: usize = 4;

/// Lays out at most `height` lines of at most `width` columns.
pub fn live_table<'a>(
    standing: &Standing<'_>,
    mut living: Vec<Activity>,
    deaths: impl Iterator<Item = &'a Session>,
    width: usize,
    height: usize,
) -> String {
    let deaths: Vec<String> = deaths.take(DEATHS).map(|session| line(session, News::First)).collect();
    let room = height.saturating_sub(FRAME + deaths.len());
    let all = living.len();
    // Those that wait, then those that have been idle for longest: the next to die.
    living.sort_by_key(|it| (!it.waits, Elapsed::ZERO - it.idle));
    let mut lines = vec![head(standing, all)];
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["#", "client", "server", "phase", "idle", "next known timer", "sent again"]);
    for it in living.iter().take(room) {
        table.add_row(row(it));
    }
    if all > 0 {
        lines.extend(table.lines());
    }
    if all > room {
        lines.push(format!(" and {} more", all - room));
    }
    lines.extend(deaths);
    let cut = |line: &String| harmless(line).chars().take(width.saturating_sub(1)).collect::<String>();
    lines.iter().map(cut).collect::<Vec<_>>().join("\n") + "\n"
}

fn head(standing: &Standing<'_>, living: usize) -> String {
    let Standing { interface, frames, dropped, deaths, begun } = standing;
    let begun = if *begun > 0 { format!(" and {begun} that only began") } else { String::new() };
    format!(
        "{interface}: {living} sessions{begun}, {deaths} deaths, {frames} packets, {dropped} dropped; Ctrl-C ends it and reports"
    )
}

fn row(it: &Activity) -> [String; 7] {
    let next = next_timer(it.idle).map_or(String::new(), |(value, timer)| format!("{value} ({})", timer.id));
    [
        it.id.to_string(),
        it.client.clone(),
        it.server.clone(),
        it.phase.unwrap_or("?").to_owned(),
        format!("{}{}", it.idle, if it.waits { ", unanswered" } else { "" }),
        next,
        it.retransmissions.to_string(),
    ]
}

/// The smallest timer, as shipped, that a silence of `idle` has not outlived, and its value.
fn next_timer(idle: Elapsed) -> Option<(Elapsed, &'static Timer)> {
    let cuts = |timer: &&Timer| {
        timer.counts == Counts::Idle
            && timer.phase == Phase::Established
            && matches!(timer.default_is, DefaultIs::Shipped | DefaultIs::Typical)
    };
    let values = catalogue().iter().filter(cuts).filter_map(|timer| Some((timer.default?, timer)));
    values.filter(|(value, _)| *value > idle).min_by_key(|(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn activity(id: u32, idle: i64, waits: bool) -> Activity {
        Activity {
            id,
            client: format!("192.0.2.1:{id}"),
            server: "192.0.2.2:22".to_owned(),
            phase: Some("session"),
            idle: Elapsed::from_secs(idle),
            retransmissions: 0,
            waits,
        }
    }

    #[test]
    fn who_waits_comes_first_then_the_longest_idle_and_nothing_runs_over_the_screen() {
        let standing = Standing { interface: "eth0", frames: 9, dropped: 0, deaths: 0, begun: 2 };
        let living = (1..=50).map(|id| activity(id, i64::from(id), id == 7)).collect();
        let text = live_table(&standing, living, std::iter::empty(), 90, 12);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() < 12 && lines.iter().all(|line| line.chars().count() < 90), "{text}");
        assert!(lines[0].starts_with("eth0: 50 sessions and 2 that only began, 0 deaths"), "{text}");
        assert!(lines[2].contains("192.0.2.1:7 ") && lines[2].contains("unanswered"), "{text}");
        assert!(lines[3].contains("192.0.2.1:50 "), "{text}");
        assert!(text.contains("and 42 more"), "{text}");
    }

    #[test]
    fn the_next_timer_is_one_that_the_silence_has_not_outlived() {
        let (value, _) = next_timer(Elapsed::from_secs(301)).unwrap();
        assert!(value > Elapsed::from_secs(301) && value <= Elapsed::from_secs(900), "{value}");
    }
}

//! What only several connections together show, in captures of the lab that were changed so that they show it.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the fence is around the core; tests open files and print"
)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod recording;
mod shared;
mod tool;

use std::collections::BTreeSet;

use recording::Recording;
use serde_json::Value;
use sshrst::flow::Side;

const CONTINUES: &str = "connection-continues-under-another-4-tuple";
const TWICE: &str = "same-connection-seen-twice";
const ALIKE: &str = "same-reset-from-several-hosts";

fn edited(slug: &str, lines: &[&str]) -> Recording {
    let mut recording = Recording::load(slug).unwrap();
    for line in lines {
        recording.edit(line).unwrap();
    }
    recording
}

/// The sessions of each pattern called `id`.
fn found(recording: &Recording, id: &str) -> Vec<Vec<usize>> {
    let patterns = recording.analysed().patterns;
    patterns.into_iter().filter(|pattern| pattern.meta.id == id).map(|pattern| pattern.sessions).collect()
}

/// Both captures as one, in the order of time.
fn together(recordings: impl IntoIterator<Item = Recording>) -> Recording {
    let mut frames: Vec<_> = recordings.into_iter().flat_map(|recording| recording.frames).collect();
    frames.sort_by_key(|frame| frame.time);
    (1..).zip(&mut frames).for_each(|(number, frame)| frame.number = number);
    Recording { frames }
}

/// The same connection between other hosts.
fn elsewhere(slug: &str, mask: [u8; 3]) -> Recording {
    let mut recording = Recording::load(slug).unwrap();
    recording.renumber(mask);
    recording.begin_anew(0x0101_0101_u32.wrapping_mul(mask[1].into()));
    recording
}

#[test]
fn one_capture_under_other_addresses_is_one_connection_seen_twice() {
    let inside = Recording::load("idle-reject-seen-at-client").unwrap();
    let mut outside = inside.clone();
    outside.renumber([0, 1, 0]);
    outside.shift(1_000_000);
    assert_eq!(found(&together([inside.clone(), outside.clone()]), TWICE), [[0, 1]]);
    // A relay numbers its own connection: what they have in common is the KEXINITs.
    outside.edit("set client seq+=5000 ack+=900").unwrap();
    outside.edit("set server seq+=900 ack+=5000").unwrap();
    assert_eq!(found(&together([inside, outside]), TWICE), [[0, 1]]);
}

#[test]
fn other_connections_are_not() {
    let recordings = [[0, 0, 0], [0, 1, 0]].map(|mask| elsewhere("idle-reject-seen-at-client", mask));
    assert!(found(&together(recordings), TWICE).is_empty());
}

#[test]
fn a_packet_with_the_next_numbers_from_another_port_is_a_connection_that_continues() {
    let recording = edited("idle-reject-seen-at-client", &["set 86 source_port=50001", "drop 87"]);
    assert_eq!(found(&recording, CONTINUES), [[0, 1]]);
}

#[test]
fn a_keepalive_probe_from_another_port_continues_a_connection_too() {
    let lines = ["set 86 source_port=50001 payload=none seq-=1", "drop 87"];
    assert_eq!(found(&edited("idle-reject-seen-at-client", &lines), CONTINUES), [[0, 1]]);
}

#[test]
fn other_numbers_continue_nothing() {
    for change in ["seq+=1", "ack+=1", "tsval-=100000000"] {
        let lines = [&format!("set 86 source_port=50001 {change}"), "drop 87"];
        assert!(found(&edited("idle-reject-seen-at-client", &lines), CONTINUES).is_empty(), "{change}");
    }
}

#[test]
fn both_sides_of_a_translator_in_one_capture_continue_nothing() {
    for first in ["1-", "20-"] {
        let keep = format!("keep {first}");
        let inside = edited("idle-reject-seen-at-client", &[&keep]);
        let mut outside = inside.clone();
        // Where the server's packets go to cannot be changed here: the other side shows the client's alone.
        outside.frames.retain(|frame| frame.sender() == Some(Side::Client));
        outside.edit("set 1- source_port=50001 time+=10us").unwrap();
        assert!(found(&together([inside, outside]), CONTINUES).is_empty(), "{first}");
    }
}

#[test]
fn resets_alike_with_the_addresses_of_three_hosts_are_one_machines() {
    let recordings =
        [[0, 0, 0], [0, 1, 0], [0, 2, 0]].map(|mask| elsewhere("idle-reject-seen-at-client", mask));
    assert_eq!(found(&together(recordings), ALIKE), [[0, 1, 2]]);
}

#[test]
fn hosts_at_one_distance_that_reset_alike_are_no_pattern() {
    let slug = "server-killed-unread-seen-at-client";
    let recordings = [[0, 0, 0], [0, 1, 0], [0, 2, 0]].map(|mask| elsewhere(slug, mask));
    assert!(found(&together(recordings), ALIKE).is_empty());
}

#[test]
fn no_capture_of_the_lab_shows_a_pattern_that_its_network_did_not_have() {
    for slug in recording::slugs() {
        let recording = Recording::load(&slug).unwrap();
        assert!(found(&recording, CONTINUES).is_empty(), "{slug}");
        assert!(found(&recording, ALIKE).is_empty(), "{slug}");
    }
}

/// Which of the captures elsewhere show a pattern, by what is known of them.
fn expected(label: &Value) -> Option<&'static str> {
    let text = |field: &str| label[field].as_str().unwrap_or_default();
    match (text("scenario"), text("vantage")) {
        // The client's own capture shows its own side of the translator only.
        ("nat-rebinding", vantage) if vantage != "client" => Some(CONTINUES),
        ("sshd-all-sessions-die" | "server-shutdown", _) => Some("sessions-of-a-server-died-together"),
        ("max-startups" | "modern-max-startups", _) => Some("refusals-at-the-startup-limit"),
        ("penalty", _) => Some("refusals-of-one-source"),
        ("server-ban-after-failures", _) => Some("ban-after-failures"),
        _ if text("file").contains("two-interfaces") => Some(TWICE),
        _ => None,
    }
}

#[test]
fn the_captures_elsewhere_show_the_patterns_that_happened_and_no_others() {
    let Some(shared) = shared::shared() else {
        println!("skipped: no captures beside this checkout");
        return;
    };
    let labels = std::fs::read_to_string(shared.join("captures/labels.json")).unwrap();
    let labels: Vec<Value> = serde_json::from_str(&labels).unwrap();
    let mut wrong = Vec::new();
    for label in &labels {
        let file = shared.join("captures").join(label["file"].as_str().unwrap());
        let report = tool::analyze(["--format", "json"], &file).report().unwrap();
        let shown: BTreeSet<&str> =
            report["patterns"].as_array().unwrap().iter().filter_map(|it| it["id"].as_str()).collect();
        if shown != expected(label).into_iter().collect() {
            wrong.push(format!("{}: {shown:?}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

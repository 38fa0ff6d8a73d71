//! Where captures were taken: told by their own signs, and by who took them.
//!
//! `cargo test --test vantage -- --nocapture` prints how often the signs are right.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the fence is around the core; tests open files and print"
)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod shared;
mod tool;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn own(slug: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures").join(slug);
    ["capture.pcap", "capture.pcapng"]
        .map(|name| folder.join(name))
        .into_iter()
        .find(|it| it.exists())
        .unwrap()
}

/// The sessions of a report on `capture`.
fn sessions(arguments: &[&str], capture: &Path) -> Vec<Value> {
    let arguments = ["--all", "--format", "json"].iter().chain(arguments).copied();
    let report = tool::analyze(arguments, capture).report().unwrap();
    report["sessions"].as_array().unwrap().clone()
}

fn outcome<'a>(session: &'a Value, id: &str) -> &'a Value {
    let evidence = session["reset"]["evidence"].as_array().unwrap();
    &evidence.iter().find(|item| item["id"] == id).unwrap()["outcome"]
}

#[test]
fn what_the_user_knows_replaces_what_the_packets_show() {
    for place in ["client", "client-side", "middle", "server-side", "server"] {
        for session in sessions(&["--vantage", place], &own("idle-reject-seen-at-client")) {
            assert_eq!(session["vantage"]["place"], place);
            assert_eq!(session["vantage"]["confidence"], 1.0);
        }
    }
}

#[test]
fn detectors_use_what_the_user_knows() {
    let capture = own("syn-rejected-on-path-seen-at-middle");
    let id = "reset-seen-beside-host";
    let outcomes = |arguments: &[&str]| {
        let sessions = sessions(arguments, &capture);
        sessions
            .iter()
            .filter(|it| it["reset"].is_object())
            .map(|it| outcome(it, id).clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(outcomes(&[]), ["cannot-tell"]);
    assert_eq!(outcomes(&["--vantage", "server-side"]), ["present"]);
}

#[test]
fn an_unknown_place_is_wrong_usage() {
    let answer = tool::analyze(["--vantage", "unknown"], &own("idle-reject-seen-at-client"));
    assert_eq!(answer.status, Some(2));
}

/// Places that are right for a capture point of the laboratory.
fn right(point: &str) -> &'static [&'static str] {
    match point {
        "client" => &["client"],
        "server" => &["server"],
        "server-tap" => &["server-side"],
        "client+server" => &["client", "server"],
        _ => &["middle"],
    }
}

#[test]
fn the_signs_are_right_as_often_as_their_confidence_says() {
    let Some(shared) = shared::shared() else {
        println!("skipped: no captures beside this checkout");
        return;
    };
    let labels = std::fs::read_to_string(shared.join("captures/labels.json")).unwrap();
    let labels: Vec<Value> = serde_json::from_str(&labels).unwrap();
    let mut table = BTreeMap::<(&str, String), u32>::new();
    let (mut told, mut good, mut claimed) = (0_u32, 0_u32, 0.0);
    for label in labels.iter().filter(|label| label["flow"].is_object()) {
        let found = sessions(&[], &shared.join("captures").join(label["file"].as_str().unwrap()));
        let port = &label["flow"]["client_port"];
        let Some(session) = found.iter().find(|session| session["client"]["port"] == *port) else { continue };
        let (point, place) =
            (label["vantage"].as_str().unwrap(), session["vantage"]["place"].as_str().unwrap());
        *table.entry((point, place.to_owned())).or_default() += 1;
        if place != "unknown" {
            told += 1;
            good += u32::from(right(point).contains(&place));
            claimed += session["vantage"]["confidence"].as_f64().unwrap();
        }
    }
    for ((point, place), count) in &table {
        println!("{point:14} {place:12} {count:4}");
    }
    let (share, claimed) = (f64::from(good) / f64::from(told), claimed / f64::from(told));
    println!("right in {good} of {told} ({share:.3}), claimed {claimed:.3}");
    assert!(share >= claimed, "right in {share:.3}, claimed {claimed:.3}");
}

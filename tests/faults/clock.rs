//! Clocks that are set while frames are captured.

use std::fs;

use serde_json::Value;

use super::{CAPTURE, analyze, folder, said, text};

/// Octets of a pcap file's header, and of a record's.
const HEADER: usize = 24;
/// See [`HEADER`].
const RECORD: usize = 16;

/// The capture with the clock set by so many seconds before the record number `at`, counted from 0.
fn stepped(at: usize, by: i64) -> Vec<u8> {
    let mut octets = fs::read(CAPTURE).unwrap();
    let (mut place, mut record) = (HEADER, 0);
    while place < octets.len() {
        let field = |octets: &[u8], at: usize| u32::from_le_bytes(octets[at..at + 4].try_into().unwrap());
        let (seconds, length) = (field(&octets, place), field(&octets, place + 8));
        if record >= at {
            let set = (i64::from(seconds) + by).clamp(0, u32::MAX.into()) as u32;
            octets[place..place + 4].copy_from_slice(&set.to_le_bytes());
        }
        place += RECORD + length as usize;
        record += 1;
    }
    octets
}

fn report(octets: &[u8]) -> Value {
    let folder = folder();
    let path = folder.path().join("stepped.pcap");
    fs::write(&path, octets).unwrap();
    let output = analyze(&["-f", "json", text(&path)]).output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 4)), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The probability that the one session's verdict has.
fn certainty(report: &Value) -> f64 {
    report["sessions"][0]["reset"]["confidence"].as_f64().unwrap_or(0.0)
}

#[test]
fn a_clock_that_is_set_costs_no_session_and_makes_no_verdict_surer() {
    let intact = report(&stepped(0, 0));
    let frames = |report: &Value| report["capture"]["frames"].clone();
    assert!(certainty(&intact) > 0.9 && frames(&intact) == 87, "{intact:#}");
    for at in [1, 20, 46, 60, 83, 85, 86] {
        for by in [-4_000_000_000, -86_400, -3_600, -60, -1, 1, 60, 3_600, 86_400, 4_000_000_000] {
            let stepped = report(&stepped(at, by));
            assert_eq!(frames(&stepped), 87, "{at} {by}");
            assert_eq!(stepped["sessions"].as_array().unwrap().len(), 1, "{at} {by}");
            let same = stepped["sessions"][0]["reset"]["sender"] == intact["sessions"][0]["reset"]["sender"];
            let surer = certainty(&stepped) > certainty(&intact) + 0.001;
            assert!(same && !surer, "{at} {by}: {:#}", stepped["sessions"][0]["reset"]);
        }
    }
}

//! What of the packets is there afterwards: the ring on disk, the evidence, the bundle.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Namespace, Running, Scratch, lines};

/// The files of the ring that is written to `file` in the end, removed when dropped.
struct Ring(String);

impl Ring {
    fn files(&self) -> Vec<String> {
        let all = (1..=8).map(|at| format!("{}.ring{at}", self.0));
        all.filter(|name| fs::exists(name).unwrap()).collect()
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        self.files().iter().for_each(|name| _ = fs::remove_file(name));
    }
}

pub(super) fn analyzed(file: &str) -> Value {
    let program = env!("CARGO_BIN_EXE_sshrst");
    let output = Command::new(program).args(["analyze", "-f", "json", file]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{file}: {error}: {output:?}"))
}

/// The file of a ring has a comment on the decisive frame.
pub(super) fn assert_commented(file: &Scratch) {
    let octets = fs::read(&file.0).unwrap();
    let comment = b"the server sent the RST";
    assert!(octets.windows(comment.len()).any(|some| some == comment), "the decisive frame has a comment");
}

#[test]
fn a_large_ring_lies_beside_the_file_and_is_gone_when_that_is_written() {
    let Some(namespace) = Namespace::new("disk-ring") else { return };
    let file = Scratch::new("disk-ring.pcapng");
    let ring = Ring(file.text().to_owned());
    let running = namespace.start(&[
        "-i",
        "lo",
        "-f",
        "json",
        "--stop-on",
        "reset",
        "--ring",
        "65MiB",
        "-w",
        file.text(),
    ]);
    namespace.reset("1");
    assert_eq!(ring.files(), [format!("{}.ring1", file.text())]);
    let (report, said, status) = running.end();
    assert_eq!(status, 0, "{said}");
    assert_eq!(analyzed(file.text())["sessions"], report["sessions"], "the ring held all of it");
    assert_eq!(ring.files(), [""; 0]);
    assert_commented(&file);
}

#[test]
fn a_killed_capture_leaves_a_ring_that_can_be_read_and_is_not_overwritten() {
    let Some(namespace) = Namespace::new("killed-ring") else { return };
    let file = Scratch::new("killed-ring.pcapng");
    let ring = Ring(file.text().to_owned());
    let arguments = ["-i", "lo", "-f", "ndjson", "--ring", "65MiB", "-w", file.text()];
    let mut running = namespace.start(&arguments);
    let mut lines = lines(&mut running);
    namespace.reset("1");
    let told: Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
    running.signal("-KILL");
    running.child.wait().unwrap();
    let left = analyzed(&ring.files()[0]);
    assert_eq!(left["sessions"][0]["reset"]["decisive_frame"], told["reset"]["decisive_frame"]);
    assert!(!file.0.exists(), "it has its name when it is whole");
    let output = namespace.capture(&arguments).output().unwrap();
    let said = super::said(&output);
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(said.contains(".ring1 exists already") && said.contains("`--force` overwrites"), "{said}");
    assert!(!file.0.exists(), "nothing is begun");
}

#[test]
fn a_killed_capture_leaves_the_packets_that_it_had_written() {
    let Some(namespace) = Namespace::new("killed-copy") else { return };
    let file = Scratch::new("killed-copy.pcap");
    let mut running = namespace.start(&["-i", "lo", "-f", "ndjson", "-U", "-w", file.text()]);
    let mut lines = lines(&mut running);
    namespace.reset("1");
    let told: Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
    running.signal("-KILL");
    running.child.wait().unwrap();
    let left = analyzed(file.text());
    assert_eq!(left["sessions"][0]["reset"]["decisive_frame"], told["reset"]["decisive_frame"]);
    assert_eq!(left["capture"]["files"][0]["complete"], true, "no record is cut");
}

/// What a program says of a file, where it is installed.
fn asked(program: &str, arguments: &[&str]) -> Option<String> {
    let Ok(output) = Command::new(program).args(arguments).output() else {
        eprintln!("skipped: there is no {program} here");
        return None;
    };
    assert!(output.status.success(), "{program} {arguments:?}: {output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn evidence_and_bundle_hold_the_death_under_pseudonyms() {
    let Some(namespace) = Namespace::new("ticket") else { return };
    // Loopback addresses have no pseudonyms.
    namespace.ip("addr add 192.0.2.1/32 dev lo");
    let (evidence, bundle) = (Scratch::new("ticket.pcapng"), Scratch::new("ticket.zip"));
    let mut running = namespace.start(&[
        "-i",
        "lo",
        "-f",
        "json",
        "--deaths",
        "1",
        "--redact",
        "--evidence",
        evidence.text(),
        "--bundle",
        bundle.text(),
    ]);
    namespace.reset_at("192.0.2.1", "1");
    end_within(&mut running, Duration::from_secs(20));
    let (report, said, status) = running.end();
    assert_eq!(status, 0, "{said}");
    let [told, held] = [&report, &analyzed(evidence.text())].map(|report| report["sessions"][0].clone());
    for same in ["client", "server", "ended_by", "community_id"] {
        assert_eq!(told[same], held[same], "{same}: {said}");
    }
    assert_eq!(held["ended_by"], "reset");
    assert_eq!(told["reset"]["sender"], held["reset"]["sender"]);
    let octets = fs::read(&evidence.0).unwrap();
    assert!(!octets.windows(4).any(|some| some == [192, 0, 2, 1]), "an address is left in the packets");
    assert!(!said.contains("192.0.2.1"), "{said}");
    if let Some(info) = asked("capinfos", &[evidence.text()]) {
        assert!(info.contains("pcapng"), "{info}");
    }
    let resets = asked(
        "tshark",
        &["-r", evidence.text(), "-Y", "tcp.flags.reset==1 && frame.comment", "-T", "fields", "-e", "ip.src"],
    );
    if let Some(resets) = resets {
        assert_eq!(
            resets.trim(),
            told["server"]["ip"],
            "the reset comes from the server's pseudonym, with a comment"
        );
    }
    if let Some(listed) = asked("python3", &["-m", "zipfile", "-l", bundle.text()]) {
        for kind in [".md", ".html", ".json", ".pcapng"] {
            assert!(listed.contains(kind), "{listed}");
        }
    }
}

/// Waits for a capture that is to end by itself.
fn end_within(running: &mut Running, most: Duration) {
    let begun = Instant::now();
    while running.child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < most, "it goes on");
        std::thread::sleep(Duration::from_millis(20));
    }
}

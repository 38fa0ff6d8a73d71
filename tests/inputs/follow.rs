//! Files that are still being written.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::scratch::Scratch;
use super::{but_files, capture, tool};

/// Longer than the program takes to look at the file again.
const WHILE: Duration = Duration::from_millis(500);

/// `sshrst analyze --follow`, when it says that it follows.
struct Follower {
    child: Child,
    told: BufReader<std::process::ChildStderr>,
}

impl Follower {
    fn begin(file: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sshrst"))
            .args(["analyze", "--format", "json", "--follow"])
            .arg(file)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        told.read_line(&mut line).unwrap();
        assert!(line.contains("following ") && line.contains("Ctrl-C ends it"), "{line}");
        Self { child, told }
    }

    /// Exit status, report and what was complained of.
    fn end(mut self) -> (Option<i32>, Value, String) {
        let mut told = String::new();
        self.told.read_to_string(&mut told).unwrap();
        let output = self.child.wait_with_output().unwrap();
        (output.status.code(), serde_json::from_slice(&output.stdout).unwrap(), told)
    }

    #[cfg(unix)]
    fn signal(&self, signal: &str) {
        let process = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &process]).status().unwrap().success());
    }
}

fn append(file: &mut File, octets: &[u8]) {
    file.write_all(octets).unwrap();
    thread::sleep(WHILE);
}

fn whole(slug: &str) -> Value {
    tool::analyze(["--format", "json"], &capture(slug)).report().unwrap()
}

#[test]
fn a_file_is_followed_until_it_is_removed_and_half_records_are_waited_for() {
    let scratch = Scratch::new("removed");
    let octets = fs::read(capture("idle-reject-seen-at-client")).unwrap();
    let path = scratch.file("growing", b"");
    let follower = Follower::begin(&path);
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    // Half of the file's header, the middle of a record, and the rest.
    for part in [&octets[..10], &octets[10..5_001], &octets[5_001..]] {
        append(&mut file, part);
    }
    fs::remove_file(&path).unwrap();
    let (status, report, told) = follower.end();
    assert_eq!((status, told.contains("was removed")), (Some(0), true), "{told}");
    assert_eq!(but_files(report), but_files(whole("idle-reject-seen-at-client")));
}

#[test]
fn another_file_that_takes_its_name_ends_it() {
    let scratch = Scratch::new("rotated");
    let octets = fs::read(capture("healthy-seen-at-client")).unwrap();
    let path = scratch.file("growing", &octets[..2_000]);
    let follower = Follower::begin(&path);
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    append(&mut file, &octets[2_000..]);
    fs::rename(&path, scratch.path().join("growing.1")).unwrap();
    scratch.file("growing", &octets[..100]);
    let (status, report, told) = follower.end();
    assert_eq!((status, told.contains("was replaced by another file")), (Some(0), true), "{told}");
    assert_eq!(but_files(report), but_files(whole("healthy-seen-at-client")));
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_with_a_report_and_a_record_that_is_half_written_is_no_damage() {
    let scratch = Scratch::new("signal");
    let mut octets = fs::read(capture("healthy-seen-at-client")).unwrap();
    octets.extend([0; 9]);
    let path = scratch.file("growing", &octets);
    for signal in ["-INT", "-TERM"] {
        let follower = Follower::begin(&path);
        follower.signal(signal);
        let (status, report, told) = follower.end();
        assert_eq!((status, told.as_str()), (Some(0), ""));
        assert_eq!(but_files(report), but_files(whole("healthy-seen-at-client")));
    }
}

#[test]
fn what_cannot_be_followed_is_wrong_usage() {
    let plain = capture("healthy-seen-at-client");
    let name = plain.to_str().unwrap();
    for arguments in [vec!["--follow", name], vec!["--follow", "-"]] {
        let answer = tool::analyze(arguments, &plain);
        let told = String::from_utf8_lossy(&answer.stderr).into_owned();
        assert_eq!(answer.status, Some(2), "{told}");
        assert!(told.contains("`--follow` takes one file"), "{told}");
    }
}

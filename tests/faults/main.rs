//! A machine that is broken, full, or oddly set up: what is said is right, what is written is whole or not there.
//!
//! What needs root, namespaces or `prlimit` says so and passes where it is not to be had.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the fence is around the core; tests start programs, write files and print"
)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![cfg(target_os = "linux")]

mod clock;
mod descriptors;
mod disk;
mod killed;
mod reading;
mod streams;
mod surroundings;

use std::path::Path;
use std::process::{Command, Output};

const CAPTURE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/captures/idle-reject-seen-at-client/capture.pcap");

/// `sshrst analyze`, which analyses [`CAPTURE`] if it is given no other.
fn analyze(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sshrst"));
    command.arg("analyze").args(arguments);
    command
}

/// What a shell makes of a line in which `$SSHRST` and `$CAPTURE` stand for the program and a capture.
fn shell(line: &str) -> Output {
    let mut command = Command::new("sh");
    command.args(["-c", line]).env("SSHRST", env!("CARGO_BIN_EXE_sshrst")).env("CAPTURE", CAPTURE);
    command.output().unwrap()
}

/// What was said on standard error.
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// The names of all files in a folder.
fn names(folder: &tempfile::TempDir) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path()).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// A text in which a path can stand on a command line.
fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The report on [`CAPTURE`], undisturbed.
fn undisturbed() -> Vec<u8> {
    let output = analyze(&["-f", "json", "--reproducible", CAPTURE]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    output.stdout
}

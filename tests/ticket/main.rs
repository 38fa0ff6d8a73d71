//! What goes on a ticket: packets, archive, pseudonyms, as a user gets them.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the fence is around the core; tests open files"
)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../recording/mod.rs"]
mod recording;

mod bundle;
mod capture;
mod evidence;
mod redaction;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A session that a firewall reset after a silence.
const REJECTED: &str = "idle-reject-seen-at-client";

/// The key of the tests' pseudonyms.
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// A folder of one test.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        fs::write(folder.path("key"), KEY).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn name(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }
}

/// The kept capture of this name.
fn kept(slug: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures").join(slug);
    let found =
        ["capture.pcap", "capture.pcapng"].map(|name| folder.join(name)).into_iter().find(|it| it.exists());
    found.unwrap().to_str().unwrap().to_owned()
}

fn analyze(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sshrst"));
    command.arg("analyze").args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// The report of a run that must succeed.
fn report(arguments: &[&str]) -> Value {
    let output = analyze(&[arguments, &["--format", "json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What is concluded of each session, without what pseudonyms and new numbers change.
fn verdicts(report: &Value) -> Vec<Value> {
    let sessions = report["sessions"].as_array().unwrap();
    let judged = |session: &Value| {
        let reset = &session["reset"];
        let evidence = reset["evidence"].as_array().into_iter().flatten();
        let evidence: Vec<_> = evidence.map(|it| (it["id"].clone(), it["outcome"].clone())).collect();
        serde_json::json!({
            "ended_by": session["ended_by"], "phase": session["phase"], "frames": session["frames"],
            "history": session["history"], "sender": reset["sender"], "confidence": reset["confidence"],
            "evidence": evidence, "cause": session["cause"]["id"], "sure": session["cause"]["confidence"],
        })
    };
    sessions.iter().map(judged).collect()
}

/// Whether a program is installed; says that the test skips where it is not.
fn installed(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        println!("skipped: no {program}");
    }
    found
}

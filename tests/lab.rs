//! Runs the lab (`tests/lab/run`) and holds what `sshrst` says of its captures against the kernel's word.
//!
//! Needs root, network namespaces, nftables and kernel tracing: `cargo test --test lab -- --ignored`. Where the
//! machine does not allow it, the lab says why and the test passes without having shown anything.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the fence is around the core; tests open files and print"
)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod label;

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use label::{Label, Labelled, labelled};
use serde_json::Value;

/// Exit status of `tests/lab/run` where the machine does not allow it.
const NOT_POSSIBLE_HERE: i32 = 77;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn scenarios() -> BTreeSet<String> {
    let folder = fs::read_dir(root().join("tests/lab/scenarios")).unwrap();
    let files = folder
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "py"));
    files.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

/// The scenario a slug comes from: `idle-reject` of `idle-reject-seen-at-client`.
fn scenario_of(slug: &str) -> String {
    slug.split_once("-seen-at-").map_or(slug, |(scenario, _)| scenario).to_owned()
}

#[test]
fn every_scenario_has_a_capture_that_is_kept() {
    let kept: BTreeSet<_> =
        labelled(&root().join("captures")).iter().map(|folder| scenario_of(&folder.slug)).collect();
    let missing: Vec<_> = scenarios().difference(&kept).cloned().collect();
    assert!(missing.is_empty(), "no folder in captures/ for {missing:?}: run tests/lab/run --out captures");
}

#[test]
fn every_kept_capture_of_the_lab_can_be_made_again() {
    for folder in labelled(&root().join("captures")) {
        assert!(
            root().join(&folder.label.made_by).exists(),
            "{}: {} is not there",
            folder.slug,
            folder.label.made_by
        );
    }
}

#[test]
#[ignore = "needs root and builds network namespaces: cargo test --test lab -- --ignored"]
fn what_the_lab_makes_is_judged_as_the_kernel_saw_it() {
    let out = std::env::temp_dir().join(format!("sshrst-lab-test-{}", std::process::id()));
    let status = Command::new(root().join("tests/lab/run")).arg("--out").arg(&out).status().unwrap();
    if status.code() == Some(NOT_POSSIBLE_HERE) {
        eprintln!("skipped: the lab is not possible on this machine");
        return;
    }
    assert!(status.success(), "the lab ended with {status}");
    let folders = labelled(&out);
    let played: BTreeSet<_> = folders.iter().map(|folder| scenario_of(&folder.slug)).collect();
    let wrong: Vec<_> = folders.iter().flat_map(differences).collect();
    fs::remove_dir_all(&out).unwrap();
    assert_eq!(played, scenarios(), "every scenario leaves a folder");
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

/// What the report on a capture says otherwise than its label.
fn differences(folder: &Labelled) -> Vec<String> {
    let label = &folder.label;
    let session = match session_of(folder) {
        Ok(session) => session,
        Err(why) => return vec![format!("{}: {why}", folder.slug)],
    };
    let mut found = Vec::new();
    let mut compare = |field: &str, said: Option<&str>, known: Option<&str>| {
        if said != known {
            found.push(format!("{}: {field} is said to be {said:?}, and was {known:?}", folder.slug));
        }
    };
    compare("ended_by", session["ended_by"].as_str(), Some(&label.ended_by));
    compare("phase", session["phase"].as_str(), label.phase.as_deref());
    let sender = session.get("reset").and_then(|reset| reset["sender"].as_str());
    let abstains = sender == Some("undetermined") && label.knowable == "undetermined";
    if !abstains {
        compare("reset.sender", sender, (label.sender != "none").then_some(label.sender.as_str()));
    }
    found
}

/// The session the label is about, from the JSON report on the capture, or why there is none.
fn session_of(folder: &Labelled) -> Result<Value, String> {
    let done = Command::new(env!("CARGO_BIN_EXE_sshrst"))
        .args(["analyze", "--all", "--format", "json"])
        .arg(&folder.capture)
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&done.stdout).map_err(|error| {
        format!("{}, not JSON: {error}: {}", done.status, String::from_utf8_lossy(&done.stderr))
    })?;
    let is_end = |end: &Value, known: SocketAddr| {
        end["ip"].as_str() == Some(&known.ip().to_string())
            && end["port"].as_u64() == Some(known.port().into())
    };
    let Label { client, server, .. } = folder.label;
    let ours = |session: &&Value| is_end(&session["client"], client) && is_end(&session["server"], server);
    let found = report["sessions"].as_array().and_then(|sessions| sessions.iter().find(ours));
    found.cloned().ok_or_else(|| format!("the session {client} is not reported"))
}

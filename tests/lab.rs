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
mod pairs;
mod tool;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use label::judge::{self, Field};
use label::{Labelled, labelled};

/// Exit status of `tests/lab/run` where the machine does not allow it.
const NOT_POSSIBLE_HERE: i32 = 77;

/// One lab at a time: what it shows rests on times, which another one on the same cores would blur.
static CORES: Mutex<()> = Mutex::new(());

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
    let _alone = CORES.lock().unwrap_or_else(PoisonError::into_inner);
    let out = std::env::temp_dir().join(format!("sshrst-lab-test-{}", std::process::id()));
    let mut lab = Command::new(root().join("tests/lab/run"));
    lab.arg("--out").arg(&out);
    if cfg!(feature = "live") {
        // Beside each tcpdump: what it says live must be what it says of the file.
        lab.env("SSHRST_LIVE", env!("CARGO_BIN_EXE_sshrst"));
    }
    let status = lab.status().unwrap();
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

/// How wide the interval for an idle limit may be, as a part of the limit.
const WIDEST: f64 = 0.15;

#[test]
#[ignore = "needs root and builds network namespaces: cargo test --test lab -- --ignored"]
fn the_idle_limits_of_three_firewalls_are_told_from_forty_sessions_each() {
    let _alone = CORES.lock().unwrap_or_else(PoisonError::into_inner);
    let out = std::env::temp_dir().join(format!("sshrst-limits-test-{}", std::process::id()));
    let run = Command::new(root().join("tests/lab/limits")).arg(&out).output().unwrap();
    eprint!("{}", String::from_utf8_lossy(&run.stderr));
    if run.status.code() == Some(NOT_POSSIBLE_HERE) {
        eprintln!("skipped: the lab is not possible on this machine");
        return;
    }
    assert!(run.status.success(), "the lab ended with {}", run.status);
    let lines = String::from_utf8(run.stdout).unwrap();
    let limits: Vec<(&Path, f64)> = lines
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(file, limit)| (Path::new(file), limit.parse().unwrap()))
        .collect();
    let missed: Vec<_> = limits.iter().filter_map(|(file, limit)| missed(file, *limit)).collect();
    fs::remove_dir_all(&out).unwrap();
    assert_eq!(limits.len(), 3, "{lines}");
    assert!(missed.is_empty(), "{missed:?}");
}

/// What is said of a firewall with this limit, unless it is right and narrow.
fn missed(file: &Path, limit: f64) -> Option<String> {
    let report = tool::analyze(["--format", "json"], file).report().unwrap();
    let patterns: Vec<_> = report["patterns"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["id"] == "idle-limit-of-a-path")
        .collect();
    let ends =
        patterns.first().and_then(|it| Some([it["interval_s"][0].as_f64()?, it["interval_s"][1].as_f64()?]));
    let right =
        ends.is_some_and(|[above, up_to]| above < limit && limit <= up_to && up_to - above <= WIDEST * limit);
    (!right || patterns.len() != 1).then(|| format!("{limit} s: {patterns:?}"))
}

#[test]
#[ignore = "needs root and the programs that tests/lab/install.sh installs: cargo test --test lab -- --ignored"]
fn what_each_program_does_is_what_its_own_log_says() {
    let _alone = CORES.lock().unwrap_or_else(PoisonError::into_inner);
    let out = std::env::temp_dir().join(format!("sshrst-pairs-test-{}", std::process::id()));
    let status = Command::new(root().join("tests/lab/pairs")).arg("--out").arg(&out).status().unwrap();
    if status.code() == Some(NOT_POSSIBLE_HERE) {
        eprintln!("skipped: the lab is not possible on this machine");
        return;
    }
    assert!(status.success(), "the lab ended with {status}");
    let report = tool::analyze(["--all", "--format", "json"], &out.join("pairs.pcap")).report().unwrap();
    let done = serde_json::from_slice(&fs::read(out.join("pairs.json")).unwrap()).unwrap();
    fs::remove_dir_all(&out).unwrap();
    let logins = pairs::logins(&done, &report);
    let faults: Vec<_> = logins.iter().flat_map(pairs::Login::faults).collect();
    let mut authentication = pairs::Share::default();
    for login in &logins {
        login.add_authentication(&mut authentication);
    }
    let in_authentication = logins.iter().filter(|login| login.ended_in_authentication()).count();
    println!(
        "{} logins, {} pairs, {in_authentication} ended in authentication; its counts are right in {authentication}",
        logins.len(),
        pairs::pairs(&logins).len(),
    );
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    assert!(pairs::pairs(&logins).len() >= 12 && in_authentication >= 30);
    assert_eq!(authentication.below(95), [""; 0]);
}

/// What the report on a capture says otherwise than its label.
fn differences(folder: &Labelled) -> Vec<String> {
    let report = tool::analyze(["--all", "--format", "json"], &folder.capture).report();
    let judged = report.and_then(|report| {
        let session = judge::session_of(&report, &folder.label)?;
        Ok(judge::differences(folder, session))
    });
    match judged {
        Ok(found) => {
            // A busy machine blurs the times that a verdict may rest on: to leave the sender open, and then the cause, is
            // no fault of this run. The captures that are kept are held to the letter by `tests/labels.rs`.
            let open = found.iter().any(|one| one.field == Field::Abstention);
            let excused = |field: Field| open && matches!(field, Field::Abstention | Field::MustNotClaim);
            let told = found.iter().filter(|one| !one.is_known() && !excused(one.field));
            told.map(ToString::to_string).collect()
        }
        Err(why) => vec![format!("{}: {why}", folder.slug)],
    }
}

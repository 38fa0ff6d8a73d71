//! Every kept capture's reports, as they are committed beside it: what people would read, reviewed as a diff.
//!
//! `SSHRST_BLESS=1 cargo test --test golden` writes them anew. They say what the tool says; what is true is in `label.toml`.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the fence is around the core; tests read and write files"
)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod label;
mod tool;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use label::{Labelled, labelled};

/// The committed reports: file name, and the format that makes it.
const RENDERINGS: [(&str, &str); 2] = [("report.json", "json"), ("report.txt", "text")];

fn captures() -> Vec<Labelled> {
    labelled(&Path::new(env!("CARGO_MANIFEST_DIR")).join("captures"))
}

/// The report as anybody gets it anywhere, from a sound capture.
fn report(folder: &Labelled, arguments: &[&str]) -> String {
    let answer =
        tool::analyze(["--reproducible"].into_iter().chain(arguments.iter().copied()), &folder.capture);
    assert_eq!(answer.status, Some(0), "{}: {}", folder.slug, String::from_utf8_lossy(&answer.stderr));
    String::from_utf8(answer.stdout).unwrap()
}

/// The first line in which two texts differ, for a message that is read.
fn first_difference(golden: &str, now: &str) -> String {
    let both = golden.lines().map(Some).chain([None]).zip(now.lines().map(Some).chain([None]));
    let (at, (golden, now)) =
        both.enumerate().find(|(_, (one, other))| one != other).unwrap_or((0, (None, None)));
    let shown = |line: Option<&str>| line.unwrap_or("(its end)").to_owned();
    format!("line {}\n  committed: {}\n  now:       {}", at + 1, shown(golden), shown(now))
}

#[test]
fn every_report_is_as_committed() {
    let bless = std::env::var_os("SSHRST_BLESS").is_some();
    let mut differing = Vec::new();
    for folder in captures() {
        for (name, format) in RENDERINGS {
            let file = folder.capture.with_file_name(name);
            let now = report(&folder, &["--format", format]);
            if bless {
                fs::write(&file, now).unwrap();
                continue;
            }
            let golden = fs::read_to_string(&file).unwrap_or_default();
            if golden != now {
                differing.push(format!("{}/{name}: {}", folder.slug, first_difference(&golden, &now)));
            }
        }
    }
    assert!(
        differing.is_empty(),
        "{} reports differ; if that is meant: SSHRST_BLESS=1 cargo test --test golden\n{}",
        differing.len(),
        differing.join("\n")
    );
}

/// Lines of a terminal that nobody has made larger.
const SCREEN: usize = 24;

#[test]
fn the_first_screen_says_who_why_when_and_what_to_do() {
    for folder in captures() {
        let text = report(&folder, &["--format", "text"]);
        if !text.contains("; it died.") && !text.contains("; 1 died.") {
            continue;
        }
        let screen: Vec<&str> = text.lines().take(SCREEN).collect();
        let ends = screen.iter().any(|line| line.starts_with('#') && line.contains(" → "));
        assert!(ends, "{}: no verdict on the first screen of\n{text}", folder.slug);
        for labels in [["  Why  ", "  Why  "], ["  When ", "  When "], ["  Mend ", "  Next "]] {
            let shown = screen.iter().any(|line| labels.iter().any(|label| line.starts_with(label)));
            assert!(shown, "{}: no {labels:?} on the first screen of\n{text}", folder.slug);
        }
    }
}

#[test]
fn threads_and_pipes_change_nothing() {
    for folder in captures() {
        for (name, format) in RENDERINGS {
            let one = report(&folder, &["--format", format, "--threads", "1"]);
            let many = report(&folder, &["--format", format, "--threads", "16"]);
            assert!(one == many, "{}/{name}: {}", folder.slug, first_difference(&one, &many));
        }
        // Renderers see nothing but the model, so one of them tells for all.
        let file = report(&folder, &["--format", "json"]);
        let piped =
            tool::analyze_piped(["--reproducible", "--format", "json"], &fs::read(&folder.capture).unwrap());
        let name = folder.capture.file_name().unwrap().to_string_lossy();
        let expected = file.replacen(&format!("\"path\": \"{name}\""), "\"path\": \"-\"", 1);
        let piped = String::from_utf8(piped.stdout).unwrap();
        assert!(expected == piped, "{}, piped: {}", folder.slug, first_difference(&expected, &piped));
    }
}

#[test]
fn a_capture_folder_holds_what_is_known_and_nothing_else() {
    let reports = RENDERINGS.map(|(name, _)| name);
    let known: BTreeSet<_> = ["label.toml", "witness.txt"].into_iter().chain(reports).collect();
    for folder in captures() {
        let entries = fs::read_dir(folder.capture.parent().unwrap()).unwrap();
        for entry in entries.map(|entry| entry.unwrap().path()).filter(|path| *path != folder.capture) {
            let name = entry.file_name().unwrap().to_string_lossy();
            assert!(known.contains(name.as_ref()), "{}: what is {name}?", folder.slug);
        }
    }
}

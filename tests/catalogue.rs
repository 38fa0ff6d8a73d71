//! Nothing is forgotten: every detector, pattern and cause is registered, documented, and in the README; the schema is fresh.
//!
//! `SSHRST_BLESS=1 cargo test --test catalogue` writes the README's tables and `src/report/schema.json` anew.

#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test reads files, asks whether to write them, and fails by panicking"
)]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use sshrst::cause::{Cause, Group};
use sshrst::detect::{CATALOGUE, Meta};
use sshrst::population;
use sshrst::report::{self, Screen};
use sshrst::timers;

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn metas() -> impl Iterator<Item = &'static Meta> {
    CATALOGUE.iter().map(|detector| detector.meta())
}

/// Holds `file` against what it must be, or writes it.
fn assert_fresh(file: &str, expected: &str) {
    let found = fs::read_to_string(path(file)).unwrap_or_default();
    if std::env::var_os("SSHRST_BLESS").is_some() {
        fs::write(path(file), expected).unwrap();
    } else {
        let line = found.lines().zip(expected.lines()).position(|(a, b)| a != b);
        assert!(found == expected, "{file} is stale from line {line:?} on: SSHRST_BLESS=1 cargo test");
    }
}

#[test]
fn ids_are_unique_across_detectors_patterns_causes_and_timers() {
    let mut seen = BTreeSet::new();
    for id in report::explainable() {
        assert!(seen.insert(id), "`{id}` names two things");
        let kebab = |part: &str| {
            !part.is_empty() && part.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
        };
        assert!(id.split('-').all(kebab), "`{id}` is not kebab-case");
    }
}

#[test]
fn a_detector_is_called_like_its_file() {
    for meta in metas() {
        let stem = Path::new(meta.file).file_stem().unwrap().to_str().unwrap();
        assert_eq!(stem.replace('_', "-"), meta.id, "{}", meta.file);
    }
}

#[test]
fn every_file_of_a_detector_is_in_the_catalogue() {
    let registered: BTreeSet<&str> = metas().map(|meta| meta.file).collect();
    let mut found = BTreeSet::new();
    for group in
        fs::read_dir(path("src/detect")).unwrap().map(|entry| entry.unwrap().path()).filter(|it| it.is_dir())
    {
        for file in fs::read_dir(&group).unwrap().map(|entry| entry.unwrap().path()) {
            let file = file.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(path(&file)).unwrap();
            // A file beside the detectors may hold what several of them share; one that declares is one of them.
            if text.contains("declare_detector!") {
                found.insert(file);
            }
        }
    }
    let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    assert_eq!(found, registered);
}

#[test]
fn every_detector_has_the_five_headings_in_order_with_text_under_each() {
    for meta in metas() {
        let lines: Vec<&str> = meta.doc.lines().map(str::trim).collect();
        let headings: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings, ["Sees", "Means", "Misleads when", "Needs", "References"], "{}", meta.id);
        let sections = meta.doc.split("## ").skip(1);
        for section in sections {
            let (heading, text) = section.split_once('\n').unwrap();
            assert!(text.trim().len() > 10, "{}: nothing under {heading}", meta.id);
        }
        let summary = meta.summary();
        assert!(summary.ends_with('.') && summary.len() < 120, "{}: `{summary}`", meta.id);
    }
}

#[test]
fn a_pattern_is_called_like_its_file_and_documented_as_a_detector_is() {
    for meta in population::catalogue() {
        let stem = Path::new(meta.file).file_stem().unwrap().to_str().unwrap();
        assert_eq!(stem.replace('_', "-"), meta.id, "{}", meta.file);
        let headings: Vec<&str> =
            meta.doc.lines().filter_map(|line| line.trim().strip_prefix("## ")).collect();
        assert_eq!(headings, ["Sees", "Means", "Misleads when", "Needs", "References"], "{}", meta.id);
        assert!(meta.summary().ends_with('.') && meta.summary().len() < 120, "{}", meta.id);
    }
}

#[test]
fn every_file_that_declares_a_pattern_is_in_the_catalogue() {
    let registered: BTreeSet<&str> = population::catalogue().map(|meta| meta.file).collect();
    let files = fs::read_dir(path("src/population")).unwrap().map(|entry| entry.unwrap().path());
    let declares =
        |file: &PathBuf| file.is_file() && fs::read_to_string(file).unwrap().contains("\ndeclare_pattern! {");
    let found: BTreeSet<String> = files
        .filter(declares)
        .map(|file| file.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(found.iter().map(String::as_str).collect::<BTreeSet<_>>(), registered);
}

#[test]
fn every_cause_can_be_explained() {
    for cause in Cause::ALL {
        let page = report::explain(cause.id(), Screen { width: 100, color: false }).unwrap();
        for heading in ["What happened", "On the wire", "Looks the same", "References"] {
            assert!(page.contains(&format!("\n{heading}\n")), "{cause}: no `{heading}` in\n{page}");
        }
    }
}

#[test]
fn the_schema_is_that_of_the_types() {
    assert_fresh("src/report/schema.json", &report::schema());
}

#[test]
fn the_readmes_tables_are_made_from_the_code() {
    let mut readme = fs::read_to_string(path("README.md")).unwrap();
    for (name, text) in
        [("signals", signals()), ("patterns", patterns()), ("causes", causes()), ("timers", timers())]
    {
        readme = replaced(&readme, name, &text);
    }
    assert_fresh("README.md", &readme);
}

fn signals() -> String {
    let mut table = String::from("| signal | the capture shows that … |\n|---|---|\n");
    for meta in metas() {
        writeln!(table, "| `{}` | {} |", meta.id, meta.summary()).unwrap();
    }
    table
}

fn patterns() -> String {
    let mut table = String::from("| pattern | says |\n|---|---|\n");
    for meta in population::catalogue() {
        writeln!(table, "| `{}` | {} |", meta.id, meta.summary()).unwrap();
    }
    table
}

fn causes() -> String {
    let mut table = String::from("| group | cause | the connection ended because … |\n|---|---|---|\n");
    for group in Group::ALL {
        let causes = Cause::ALL.iter().filter(|cause| cause.group() == group);
        for (at, cause) in causes.enumerate() {
            let group = if at == 0 { group.title() } else { "" };
            writeln!(table, "| {group} | `{}` | {} |", cause.id(), cause.title()).unwrap();
        }
    }
    table
}

fn timers() -> String {
    let all = timers::catalogue();
    let recalled = all.iter().filter(|timer| timer.is_recalled()).count();
    format!(
        "The catalogue holds {} timers, each with its source and the day it was read; {recalled} of them are recalled and not\n\
         read in a source, and are shown as such.\n",
        all.len()
    )
}

/// `text` with what stands between the markers of `name` replaced.
fn replaced(text: &str, name: &str, between: &str) -> String {
    let (begin, end) = (format!("<!-- {name}: made from the code -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("README.md has no {begin}"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("README.md has no {end}"));
    format!("{before}{begin}\n{between}\n{end}{after}")
}

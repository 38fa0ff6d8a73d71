//! Every file of other projects and of our own, cut and changed: it is read to its end soon, whatever is in it, and a capture
//! that only ends earlier makes nobody surer of who sent a reset.
//!
//! `SSHRST_MUTATIONS` says how many changed files of each family are looked at, 200 without it; with it all cuts are tried,
//! else a part of them.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the fence is around the core; tests open files and print"
)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod change;
#[path = "../dice/mod.rs"]
mod dice;
mod family;
#[path = "../shared/mod.rs"]
mod shared;
#[path = "../sureness/mod.rs"]
mod sureness;

use std::io::Write;
use std::panic::catch_unwind;
use std::path::Path;
use std::time::{Duration, Instant};

use dice::Dice;
use family::{Named, families};
use rayon::prelude::*;
use sshrst::analysis::{Analysis, Findings, Ports, Threads};
use sshrst::limits::Limits;
use sshrst::report::{self, Detail, Screen, model};
use sshrst::source::{self, Batch, Source, Summary};
use sureness::overstated;

/// Longest that one file may take: all of them are small.
const PATIENCE: Duration = Duration::from_secs(10);

/// Up to this size a file is cut at every octet, beyond at [`PLACES`].
const SMALL: usize = 4_096;
const PLACES: usize = 200;

/// What is larger is not changed ten thousand times.
const LARGE: usize = 64 * 1_024;

/// How many changed files of each family are looked at, where it is said.
fn asked_for() -> Option<u64> {
    std::env::var("SSHRST_MUTATIONS").ok().map(|number| number.parse().unwrap())
}

/// What is found in a file, as the program finds it; nothing where it is refused.
fn found(octets: &[u8]) -> Option<(Findings, Summary)> {
    let limits = Limits::default();
    // What is compressed is told, and taken off, where a file is opened.
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(octets).unwrap();
    let mut reader = source::open(file.path(), limits).ok()?;
    // Each test has a thread of its own already.
    let mut analysis = Analysis::new(limits, Ports::Any).on(Threads::new(Some(1)).unwrap());
    let mut batch = Batch::new();
    while reader.read_batch(&mut batch) {
        batch.frames().for_each(|frame| analysis.handle_frame(&frame));
    }
    let summary = reader.summary();
    // Exit status 0 or 4.
    assert!(summary.complete || summary.damages > 0, "what is not complete is damaged somewhere");
    Some((analysis.finish(Vec::new()), summary))
}

/// The same, within its time; all renderings are made of it, too.
fn looked_at(octets: &[u8]) -> Option<Findings> {
    let began = Instant::now();
    let (findings, _) = found(octets)?;
    let model = model::build(&findings, &[], &model::Options::default());
    let mut out = Vec::new();
    report::json(&model, &mut out).unwrap();
    report::text(&model, Screen { width: 80, color: false }, Detail::Deaths, &mut out).unwrap();
    report::markdown(&model, Detail::Deaths, &mut out).unwrap();
    report::html(&model, Detail::Deaths, &mut out).unwrap();
    assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());
    Some(findings)
}

/// Keeps the input that broke something, and says where.
fn kept(what: &str, octets: &[u8]) -> String {
    let name: String = what.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '-' }).collect();
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(&name[name.len().saturating_sub(120)..]);
    std::fs::write(&kept, octets).unwrap();
    format!("{what}: {}", kept.display())
}

fn none(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn a_file_that_ends_anywhere_makes_nobody_surer() {
    let all: Vec<Named> = families().into_values().flatten().collect();
    let faults = |(name, octets): &Named| {
        let whole = found(octets).map(|(findings, _)| findings);
        let mut dice = Dice::of(name);
        let cuts: Vec<usize> = match (octets.len() <= SMALL, asked_for()) {
            (true, Some(_)) => (0..octets.len()).collect(),
            // Every octet of the headers, and some of each record.
            (true, None) => (0..octets.len()).filter(|cut| *cut < 24 || cut % 41 == 0).collect(),
            (false, asked) => {
                let places = if asked.is_some() { PLACES } else { 4 };
                (0..places).map(|_| dice.below(octets.len())).collect()
            }
        };
        let mut found = Vec::new();
        for cut in cuts {
            let part = &octets[..cut];
            match catch_unwind(|| looked_at(part)) {
                Err(_) => found.push(kept(&format!("{name} cut at {cut}"), part)),
                Ok(Some(less)) => {
                    let surer = whole.as_ref().map(|whole| overstated(whole, &less)).unwrap_or_default();
                    found.extend(surer.into_iter().map(|why| format!("{name} cut at {cut}: {why}")));
                }
                Ok(None) => {}
            }
        }
        found
    };
    none(&all.par_iter().flat_map(faults).collect::<Vec<_>>());
}

#[test]
fn changed_files_of_each_family_are_read_to_their_end() {
    let count = asked_for().unwrap_or(200);
    let families = families();
    let jobs: Vec<(&str, &Vec<Named>, u64)> = families
        .iter()
        .flat_map(|(family, files)| (0..count).map(move |number| (family.as_str(), files, number)))
        .collect();
    let broken = |&(family, files, number): &(&str, &Vec<Named>, u64)| {
        let mut dice = Dice::of(&format!("{family} {number}"));
        let small: Vec<&Vec<u8>> = files.iter().map(|(_, it)| it).filter(|it| it.len() <= LARGE).collect();
        let changed = change::changed(small.get(dice.below(small.len()))?, &small, &mut dice);
        let held = catch_unwind(|| looked_at(&changed)).is_ok();
        (!held).then(|| kept(&format!("{family} {number}"), &changed))
    };
    none(&jobs.par_iter().filter_map(broken).collect::<Vec<_>>());
}

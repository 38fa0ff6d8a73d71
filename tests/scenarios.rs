//! Each detector on packets of the lab, as `tests/scenarios/<id>.md` tells it: where it fires, stays silent, cannot
//! tell, and is known to mislead.
//!
//! `SSHRST_BLESS=1 cargo test --test scenarios` rewrites what the pages say is found, and begins a page for a detector
//! that has none. The prose is for people: read whether it still fits.

#![allow(clippy::disallowed_methods, reason = "the fence is around the core; tests open files")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod page;
mod recording;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use page::{Page, Scenario, Truth, causes};
use recording::{Recording, slugs};
use sshrst::case::Progress;
use sshrst::cause::{Cause, Group};
use sshrst::detect::{CATALOGUE, Outcome, by_id};
use sshrst::infer::{Sender, Verdict};
use sshrst::population::Judged;

fn file_of(id: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios").join(id).with_extension("md")
}

fn blessing() -> bool {
    env::var_os("SSHRST_BLESS").is_some()
}

#[test]
fn every_detector_has_its_page_and_every_page_its_detector() {
    let detectors: BTreeSet<String> = CATALOGUE.iter().map(|detector| detector.meta().id.into()).collect();
    let folder = fs::read_dir(file_of("README").parent().unwrap()).unwrap();
    let files = folder.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let mut pages: BTreeSet<String> =
        files.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert!(pages.remove("README"), "tests/scenarios/README.md describes the language");
    for id in detectors.difference(&pages).filter(|_| blessing()) {
        fs::write(file_of(id), page::skeleton(by_id(id).unwrap().meta())).unwrap();
    }
    assert_eq!(detectors, pages, "detectors, and pages in tests/scenarios/");
}

#[test]
fn every_page_says_what_its_detector_finds() {
    let mut wrong = Vec::new();
    for meta in CATALOGUE.iter().map(|detector| detector.meta()) {
        let file = file_of(meta.id);
        let text = fs::read_to_string(&file).unwrap_or_default();
        let page = match Page::parse(&text, meta) {
            Ok(page) => page,
            Err((line, why)) => {
                wrong.push(format!("{}:{line}: {why}", file.display()));
                continue;
            }
        };
        let found: Vec<Option<Vec<String>>> =
            page.scenarios.iter().map(|scenario| examined(scenario, meta.id, &file, &mut wrong)).collect();
        let fresh = page.with(&found);
        wrong.extend(renewed(&file, &text, &fresh));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Writes `fresh` where pages are being written; else says where the page's `text` differs from it.
fn renewed(file: &Path, text: &str, fresh: &str) -> Option<String> {
    if blessing() {
        fs::write(file, fresh).unwrap();
        return None;
    }
    let line = differs(text, fresh)?;
    Some(format!(
        "{}:{line}: not what is found now; SSHRST_BLESS=1 rewrites the finds blocks",
        file.display()
    ))
}

#[test]
fn no_capture_shows_what_a_page_says_is_never_found() {
    if blessing() {
        // The pages are being written.
        return;
    }
    for slug in slugs() {
        let findings = Recording::load(&slug).unwrap().analysed();
        for evidence in findings.sessions.iter().filter_map(verdict).flat_map(|verdict| &verdict.evidence) {
            let meta = evidence.meta;
            let page = Page::parse(&fs::read_to_string(file_of(meta.id)).unwrap(), meta).unwrap();
            let never = page.never.iter().find(|section| section.fits(&evidence.outcome));
            assert!(never.is_none(), "{slug}: {} is {}", meta.id, evidence.outcome.word());
        }
    }
}

/// Every group of causes has its page in `tests/scenarios/causes/`, every cause its heading there, and under it packets of
/// which the cause is among the first three answers: whoever reads the report reads it.
#[test]
fn every_cause_is_among_the_first_three_answers_where_it_happened() {
    let mut wrong = Vec::new();
    for group in Group::ALL {
        let file = file_of("causes").with_extension("").join(group.id()).with_extension("md");
        let text = fs::read_to_string(&file).unwrap_or_default();
        let examples = causes::examples(&text);
        let shown: BTreeSet<&str> = examples.iter().map(|example| example.cause.as_str()).collect();
        let all: BTreeSet<&str> =
            Cause::ALL.iter().filter(|cause| cause.group() == group).map(|cause| cause.id()).collect();
        assert_eq!(shown, all, "causes with packets in {}", file.display());
        let found: Vec<Option<String>> = examples
            .iter()
            .map(|example| match answers(example) {
                Ok(line) => Some(line),
                Err((line, why)) => {
                    wrong.push(format!("{}:{line}: {why}", file.display()));
                    None
                }
            })
            .collect();
        let fresh = causes::with(&text, &found);
        wrong.extend(renewed(&file, &text, &fresh));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// How the last connection of an example ended, and the causes, likeliest first. An error if its own is not among the first three.
fn answers(example: &causes::Example) -> Result<String, (usize, String)> {
    let findings = played(example.line, &example.script)?.analysed();
    let Some(Judged { case, diagnosis, .. }) = findings.sessions.last() else {
        return Err((example.line, "no connection".into()));
    };
    let phase = case.progress.map_or("an unknown phase", Progress::word);
    let causes = diagnosis.causes.iter().take(4);
    let causes: Vec<String> =
        causes.map(|(cause, share)| format!("{cause} {:.0} %", share * 100.0)).collect();
    let line = format!("{} in {phase}: {}", case.ending.word(), causes.join(", "));
    let mut first = diagnosis.causes.iter().take(3);
    if first.any(|(cause, _)| cause.id() == example.cause) { Ok(line) } else { Err((example.line, line)) }
}

/// Runs one scenario, and notes what is wrong with it. The lines of its finds block, if it could be run.
fn examined(scenario: &Scenario, id: &str, file: &Path, wrong: &mut Vec<String>) -> Option<Vec<String>> {
    let mut complain = |line: usize, why: String| wrong.push(format!("{}:{line}: {why}", file.display()));
    let recording = match played(scenario.line, &scenario.script) {
        Ok(recording) => recording,
        Err((line, why)) => {
            complain(line, why);
            return None;
        }
    };
    let findings = recording.analysed();
    let judged: Vec<_> =
        findings.sessions.iter().filter_map(|judged| Some((judged, verdict(judged)?))).collect();
    let [(Judged { case, .. }, verdict)] = judged.as_slice() else {
        complain(
            scenario.line,
            format!("{} connections have a reset; a scenario is about one", judged.len()),
        );
        return None;
    };
    let claimed = case.reset.as_ref().map_or("", |reset| reset.claimed.word());
    let evidence = verdict.evidence.iter().find(|evidence| evidence.meta.id == id).unwrap();
    if !scenario.section.fits(&evidence.outcome) {
        complain(
            scenario.line,
            format!("under `{}` the detector says {}", scenario.section.heading(), evidence.outcome.word()),
        );
    }
    if let Some(truth) = &scenario.truth
        && is_wrong(verdict, truth)
    {
        let said = format!("{} with {:.3}", verdict.sender.word(), verdict.confidence);
        complain(scenario.line, format!("the verdict is {said}, and it was the {}", truth.sender));
    }
    Some(vec![outcome(&evidence.outcome), tilt(evidence.tilt, claimed), said(verdict)])
}

fn verdict(judged: &Judged) -> Option<&Verdict> {
    judged.diagnosis.verdict.as_ref()
}

/// The packets of a scenario.
fn played(start: usize, script: &[(usize, String)]) -> Result<Recording, (usize, String)> {
    let mut lines = script.iter();
    let Some((line, first)) = lines.next() else { return Err((start, "no packets".into())) };
    let slug = first.strip_prefix("from ").ok_or((*line, "the first line is `from <capture>`".to_owned()))?;
    let mut recording = Recording::load(slug).map_err(|why| (*line, why))?;
    for (line, text) in lines {
        recording.edit(text).map_err(|why| (*line, why))?;
    }
    Ok(recording)
}

/// From this confidence on a wrong sender is a fault of sshrst, even where the detector is known to mislead.
const SURE: f64 = 0.95;

fn is_wrong(verdict: &Verdict, truth: &Truth) -> bool {
    let decided = verdict.sender != Sender::Undetermined;
    decided && verdict.sender.word() != truth.sender && verdict.confidence >= SURE
}

fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::CannotTell(why) => format!("cannot-tell: {why}"),
        Outcome::Present(finding) | Outcome::Absent(finding) => {
            let frames: Vec<String> = finding.frames.iter().map(ToString::to_string).collect();
            format!("{}: {} [{}]", outcome.word(), finding.summary, frames.join(", "))
        }
    }
}

fn tilt(tilt: i32, claimed: &str) -> String {
    match tilt {
        0 => "bears: on neither side".into(),
        1.. => format!("bears: middlebox +{tilt}"),
        _ => format!("bears: {claimed} +{}", -tilt),
    }
}

/// The verdict, its confidence rounded down: nothing is certain.
fn said(verdict: &Verdict) -> String {
    let percent = (verdict.confidence * 100.0).floor();
    format!("verdict: {} {percent} %, {}", verdict.sender.word(), verdict.mechanism.word())
}

/// The first line in which two texts differ.
fn differs(old: &str, new: &str) -> Option<usize> {
    let (old, new): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
    let longest = old.len().max(new.len());
    (0..longest).find(|&at| old.get(at) != new.get(at)).map(|at| at + 1)
}

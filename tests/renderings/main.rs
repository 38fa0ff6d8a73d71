//! One model, many renderings: they say the same, and nothing a peer sent becomes part of their form.

#![allow(clippy::disallowed_methods, reason = "the fence is around the core; tests open files")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../recording/mod.rs"]
mod recording;

mod browser;
mod facts;
mod form;
mod hostile;
mod read;

use std::io;

use recording::{Recording, slugs};
use sshrst::report::model::{self, Input, Options, Report};
use sshrst::report::{self, Detail, Screen};

/// The report of a kept capture, with what the drawings need.
fn report_of(slug: &str) -> Report {
    report_on(&Recording::load(slug).unwrap())
}

/// The same of several captures, as if they had been one.
fn report_of_all(slugs: &[&str]) -> Report {
    let all = slugs.iter().flat_map(|slug| Recording::load(slug).unwrap().frames);
    let mut frames: Vec<_> = all.collect();
    frames.sort_by_key(|frame| frame.time);
    frames.iter_mut().zip(1..).for_each(|(frame, number)| frame.number = number);
    report_on(&Recording { frames })
}

fn report_on(recording: &Recording) -> Report {
    let findings = recording.analysed();
    let input = Input {
        path: "capture.pcap".to_owned(),
        sha256: "5f7f".repeat(16),
        octets: 12_345,
        format: "pcap".to_owned(),
        compressed: None,
        frames: 87,
        numbers: Some((1, 87)),
        duplicates: 0,
        complete: true,
    };
    model::build(&findings, &[input], &Options { traces: 8, singly: true, ..Options::default() })
}

fn rendered(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn text(report: &Report) -> String {
    let screen = Screen { width: 80, color: false };
    rendered(|out| report::text(report, screen, Detail::Exchange, out))
}

fn markdown(report: &Report) -> String {
    rendered(|out| report::markdown(report, Detail::All, out))
}

fn html(report: &Report) -> String {
    rendered(|out| report::html(report, Detail::All, out))
}

/// The reports of all kept captures by their names.
fn reports() -> impl Iterator<Item = (String, Report)> {
    slugs().into_iter().map(|slug| (slug.clone(), report_of(&slug)))
}

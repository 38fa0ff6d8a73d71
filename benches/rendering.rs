//! What it costs to write the report of ten thousand sessions that died, in each format: the model is made once.
//!
//! `cargo bench --bench rendering`. Bounds: two seconds for each, and 5 MB for HTML; the second is asserted.
#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark on a capture that is in the repository")]

use std::fs;
use std::io::{self, Write};

use divan::{Bencher, black_box};
use sshrst::analysis::{Analysis, Ports};
use sshrst::limits::Limits;
use sshrst::report::model::{self, Options, Report, Session};
use sshrst::report::{Detail, Screen, html, json, markdown, ndjson, text};
use sshrst::source::{Batch, Reader, Source};

const CAPTURE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/captures/idle-reject-seen-at-client/capture.pcap");

const SESSIONS: u32 = 10_000;

/// Octets that the HTML of so many sessions may have.
const HTML: usize = 5_000_000;

fn main() {
    divan::main();
}

/// A report of [`SESSIONS`] sessions that died in the course of a day, with the trace of the first ones as the program
/// keeps it for the drawings.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads its capture")]
fn report() -> Report {
    let octets = fs::read(CAPTURE).unwrap();
    let mut reader = Reader::new("capture", octets.as_slice(), Limits::default()).unwrap();
    let mut analysis = Analysis::new(Limits::default(), Ports::default());
    let mut batch = Batch::new();
    while reader.read_batch(&mut batch) {
        batch.frames().for_each(|frame| analysis.handle_frame(&frame));
    }
    let findings = analysis.finish(Vec::new());
    let options = Options { traces: 1, singly: true, ..Options::default() };
    let mut report = model::build(&findings, &[], &options);
    let one = report.sessions.remove(0);
    let other = |id: u32| {
        let mut session = Session { id, ended_at_s: f64::from(id) * 8.64, ..one.clone() };
        session.client.ip = format!("192.0.2.{}", id % 250);
        session.client.port = (id % 50_000) as u16 + 1_024;
        session
    };
    report.sessions = (1..=SESSIONS).map(other).collect();
    report
}

fn written(bencher: Bencher<'_, '_>, write: impl Fn(&Report, &mut dyn Write) -> io::Result<()> + Sync) {
    let report = report();
    bencher.bench(|| write(black_box(&report), &mut io::sink()).unwrap());
}

#[divan::bench(sample_count = 5)]
fn as_text(bencher: Bencher<'_, '_>) {
    let screen = Screen { width: 80, color: false };
    written(bencher, |report, out| text(report, screen, Detail::Deaths, out));
}

#[divan::bench(sample_count = 5)]
fn as_text_in_full(bencher: Bencher<'_, '_>) {
    let screen = Screen { width: 80, color: false };
    written(bencher, |report, out| text(report, screen, Detail::Exchange, out));
}

#[divan::bench(sample_count = 5)]
fn as_markdown(bencher: Bencher<'_, '_>) {
    written(bencher, |report, out| markdown(report, Detail::Deaths, out));
}

#[divan::bench(sample_count = 5)]
fn as_markdown_in_full(bencher: Bencher<'_, '_>) {
    written(bencher, |report, out| markdown(report, Detail::All, out));
}

#[divan::bench(sample_count = 5)]
fn as_html(bencher: Bencher<'_, '_>) {
    written(bencher, |report, out| html(report, Detail::Deaths, out));
    let mut page = Vec::new();
    html(&report(), Detail::Deaths, &mut page).unwrap();
    assert!(page.len() <= HTML, "{} octets", page.len());
}

#[divan::bench(sample_count = 5)]
fn as_html_in_full(bencher: Bencher<'_, '_>) {
    written(bencher, |report, out| html(report, Detail::All, out));
}

#[divan::bench(sample_count = 5)]
fn as_json(bencher: Bencher<'_, '_>) {
    written(bencher, json);
}

#[divan::bench(sample_count = 5)]
fn as_ndjson(bencher: Bencher<'_, '_>) {
    written(bencher, ndjson);
}

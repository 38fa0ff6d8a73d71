//! What it costs to judge one finished session that holds a reset: every detector, the weighing, the causes.
//!
//! `cargo bench --bench judgement`. Compare figures of one machine and one hour only.
#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark on captures that are in the repository")]

use std::fs;
use std::path::Path;

use divan::{Bencher, black_box};
use sshrst::analysis::{Analysis, Ports};
use sshrst::case::Case;
use sshrst::infer;
use sshrst::limits::Limits;
use sshrst::source::{Batch, Reader, Source};

/// A filter's answer after a silence, a host's abort, a refused SYN, and a forged reset.
const CAPTURES: [&str; 4] = [
    "idle-reject-seen-at-client",
    "client-killed-seen-at-server",
    "syn-refused-seen-at-client",
    "forged-reset-seen-at-server",
];

fn main() {
    divan::main();
}

/// The session of `capture` that holds a reset, frozen.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads its capture")]
fn case(capture: &str) -> Case {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures").join(capture);
    let file =
        ["capture.pcap", "capture.pcapng"].map(|name| folder.join(name)).into_iter().find(|it| it.exists());
    let octets = fs::read(file.unwrap()).unwrap();
    let mut reader = Reader::new("capture", octets.as_slice(), Limits::default()).unwrap();
    let mut analysis = Analysis::new(Limits::default(), Ports::default());
    let mut batch = Batch::new();
    while reader.read_batch(&mut batch) {
        batch.frames().for_each(|frame| analysis.handle_frame(&frame));
    }
    let findings = analysis.finish(Vec::new());
    findings.sessions.into_iter().map(|judged| judged.case).find(|case| case.reset.is_some()).unwrap()
}

#[divan::bench(args = CAPTURES)]
fn diagnose(bencher: Bencher<'_, '_>, capture: &str) {
    let case = case(capture);
    bencher.bench(|| infer::diagnose(black_box(&case)));
}

#[divan::bench(args = CAPTURES)]
fn judge(bencher: Bencher<'_, '_>, capture: &str) {
    let case = case(capture);
    bencher.bench(|| infer::judge(black_box(&case)));
}

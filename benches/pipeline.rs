//! The stages on a real capture of the laboratory: reading, decoding, and everything up to the report.
//!
//! `cargo bench`. Compare figures of one machine and one hour only; ratios between the rows say more than any row.
#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark on a capture that is in the repository")]

use std::fs;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use sshrst::analysis::{Analysis, Ports};
use sshrst::limits::Limits;
use sshrst::report::model;
use sshrst::source::{Batch, Reader, Source};
use sshrst::wire::Decoder;

const CAPTURE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/captures/idle-reject-seen-at-client/capture.pcap");

fn main() {
    divan::main();
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads its capture")]
fn octets() -> Vec<u8> {
    fs::read(CAPTURE).unwrap()
}

fn batches(octets: &[u8]) -> Vec<Batch> {
    let mut reader = Reader::new("capture", octets, Limits::default()).unwrap();
    let mut batches = Vec::new();
    loop {
        let mut batch = Batch::new();
        if !reader.read_batch(&mut batch) {
            return batches;
        }
        batches.push(batch);
    }
}

#[divan::bench]
fn read(bencher: Bencher<'_, '_>) {
    let octets = octets();
    bencher.counter(BytesCount::of_slice(&octets)).bench(|| batches(black_box(&octets)).len());
}

#[divan::bench]
fn decode(bencher: Bencher<'_, '_>) {
    let batches = batches(&octets());
    let frames: usize = batches.iter().map(Batch::len).sum();
    bencher.counter(ItemsCount::new(frames)).bench(|| {
        let mut decoder = Decoder::new(Limits::default());
        for frame in batches.iter().flat_map(Batch::frames) {
            black_box(decoder.decode(&frame));
        }
    });
}

#[divan::bench]
fn analyse_and_report(bencher: Bencher<'_, '_>) {
    let batches = batches(&octets());
    let frames: usize = batches.iter().map(Batch::len).sum();
    bencher.counter(ItemsCount::new(frames)).bench(|| {
        let mut analysis = Analysis::new(Limits::default(), Ports::default());
        for frame in batches.iter().flat_map(Batch::frames) {
            analysis.handle_frame(&frame);
        }
        let findings = analysis.finish(Vec::new());
        model::build(&findings, &[], &model::Options::default())
    });
}

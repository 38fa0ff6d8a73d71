//! The stages on a real capture of the laboratory: reading, decoding, and everything up to the report.
//!
//! `cargo bench`. Compare figures of one machine and one hour only; ratios between the rows say more than any row.
#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark on a capture that is in the repository")]

use std::fs;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use sshrst::analysis::{Analysis, Ports, Threads};
use sshrst::limits::Limits;
use sshrst::report::model;
use sshrst::source::{Batch, Reader, Source};
use sshrst::wire::{Decoder, skim};

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
fn look(bencher: Bencher<'_, '_>) {
    let batches = batches(&octets());
    let frames: usize = batches.iter().map(Batch::len).sum();
    let limits = Limits::default();
    bencher.counter(ItemsCount::new(frames)).bench(|| {
        for frame in batches.iter().flat_map(Batch::frames) {
            black_box(skim(&frame, &limits, |one, other| one == 22 || other == 22));
        }
    });
}

/// Connections of a scan from ten addresses: a SYN and the answer of a closed port.
const REFUSED: u32 = 100_000;

fn refused() -> Vec<u8> {
    let header: [u32; 6] = [0xa1b2_c3d4, 0x0004_0002, 0, 0, 65_535, 101];
    let mut capture: Vec<u8> = header.iter().flat_map(|word| word.to_le_bytes()).collect();
    for n in 0..REFUSED {
        let client = (0x0a00_0000 + n / 10_000).to_be_bytes();
        let port = (30_000 + (n % 10_000) as u16).to_be_bytes();
        let (server, ssh) = ([192, 0, 2, 1], [0, 22]);
        let syn = (client, server, port, ssh, n.to_be_bytes(), [0; 4], 0x02);
        let reset = (server, client, ssh, port, [0; 4], (n + 1).to_be_bytes(), 0x14);
        for (micros, (from, to, source, target, seq, ack, flags)) in [(0, syn), (900, reset)] {
            for word in [1_700_000_000 + n / 1_000, n % 1_000 * 1_000 + micros, 40, 40] {
                capture.extend(word.to_le_bytes());
            }
            capture.extend([0x45, 0, 0, 40, 0, 0, 0x40, 0, 60, 6, 0, 0]);
            capture.extend([from, to].concat());
            capture.extend([source, target].concat());
            capture.extend([seq, ack].concat());
            capture.extend([0x50, flags, 0, 0, 0, 0, 0, 0]);
        }
    }
    capture
}

/// An analysis that has seen all of `batches`.
fn seen(batches: &[Batch]) -> Analysis {
    let threads = Threads::new(Some(1)).unwrap();
    let mut analysis = Analysis::new(Limits::default(), Ports::default()).on(threads);
    for frame in batches.iter().flat_map(Batch::frames) {
        analysis.handle_frame(&frame);
    }
    analysis
}

/// What a refused connection costs from its packets to its part of the row, in items a second.
#[divan::bench(sample_count = 10)]
fn refused_connections(bencher: Bencher<'_, '_>) {
    let batches = batches(&refused());
    bencher.counter(ItemsCount::new(REFUSED)).bench(|| seen(&batches).finish(Vec::new()));
}

/// From what is kept of a refused connection to its part of the row: the judgement by a table, grouping, and giving the
/// memory back. 112 ns in the median (2026-11-21), of which a profile gives 45 %, 50 ns, to the judgement.
#[divan::bench(sample_count = 20)]
fn refused_connections_judged(bencher: Bencher<'_, '_>) {
    let batches = batches(&refused());
    let analysis = bencher.counter(ItemsCount::new(REFUSED)).with_inputs(|| seen(&batches));
    analysis.bench_values(|analysis| analysis.finish(Vec::new()));
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

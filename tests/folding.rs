//! Connections that never got past the handshake and look alike are one row.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is not as it must be"
)]

mod refused;

use refused::packet;
use sshrst::analysis::{Analysis, Ports};
use sshrst::limits::Limits;
use sshrst::report::model::{self, Options, Report};
use sshrst::source::{Batch, Reader, Source};

/// A capture in which `tries` connections are refused; `again`: and of every other one the client's first packet is repeated
/// after that.
fn scan(tries: u16, again: bool) -> Vec<u8> {
    let header: [u32; 6] = [0xa1b2_c3d4, 0x0004_0002, 0, 0, 65_535, 101];
    let mut capture: Vec<u8> = header.iter().flat_map(|word| word.to_le_bytes()).collect();
    for n in 0..tries {
        let packets = [(false, 0), (true, 900), (false, 2_000)];
        for (answer, micros) in packets.into_iter().take(2 + usize::from(again && n % 2 == 1)) {
            let octets = packet(40_000 + n, u32::from(40_000 + n), answer);
            let record = [1_700_000_000 + u32::from(n), micros, octets.len() as u32, octets.len() as u32];
            capture.extend(record.iter().flat_map(|word| word.to_le_bytes()));
            capture.extend(octets);
        }
    }
    capture
}

fn report(tries: u16, singly: bool) -> Report {
    report_within(Limits::default(), &scan(tries, false), singly)
}

fn report_within(limits: Limits, capture: &[u8], singly: bool) -> Report {
    let mut reader = Reader::new("scan", capture, Limits::default()).unwrap();
    let mut analysis = Analysis::new(limits, Ports::default());
    let mut batch = Batch::new();
    while reader.read_batch(&mut batch) {
        batch.frames().for_each(|frame| analysis.handle_frame(&frame));
    }
    model::build(
        &analysis.finish(Vec::new()),
        &[],
        &Options { reproducible: true, singly, ..Options::default() },
    )
}

#[test]
fn a_scan_is_one_row_with_three_examples() {
    let report = report(40, false);
    let row = report.patterns.iter().find(|pattern| pattern.id == "handshakes-alike").unwrap();
    assert_eq!((report.sessions.len(), row.count, row.sessions.as_slice()), (3, 40, [1, 2, 3].as_slice()));
    assert_eq!(row.first_time.as_deref(), Some("2023-11-14T22:13:20.000000000Z"));
    assert_eq!(row.last_time.as_deref(), Some("2023-11-14T22:13:59.000000000Z"));
}

#[test]
fn a_few_tries_are_shown_singly() {
    let report = report(9, false);
    assert_eq!(report.sessions.len(), 9);
    assert!(report.patterns.iter().all(|pattern| pattern.id != "handshakes-alike"));
}

#[test]
fn all_are_shown_singly_where_that_is_asked_for() {
    assert_eq!(report(40, true).sessions.len(), 40);
}

#[test]
fn too_many_to_be_judged_singly_give_the_same_row() {
    for again in [false, true] {
        let scan = scan(2_000, again);
        let singly = report_within(Limits::default(), &scan, false);
        let by_shape = report_within(Limits { judged_singly: 10, ..Limits::default() }, &scan, false);
        assert_eq!(by_shape.patterns, singly.patterns);
        let shown = |report: &Report| report.sessions.iter().map(|it| it.client.port).collect::<Vec<_>>();
        assert_eq!(shown(&by_shape), shown(&singly));
    }
}

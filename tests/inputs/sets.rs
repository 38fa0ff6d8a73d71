//! Several files are one capture, whatever their order; directories; files given twice.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::Value;
use sshrst::limits::Limits;
use sshrst::source::{Batch, Opening, Set};

use super::scratch::Scratch;
use super::{but_files, capture, tool};

/// Octets of a pcap's header, and of a record's.
const HEADER: usize = 24;
const RECORD: usize = 16;

/// The records of a little-endian pcap.
fn records(octets: &[u8]) -> Vec<&[u8]> {
    let (mut records, mut rest) = (Vec::new(), &octets[HEADER..]);
    while !rest.is_empty() {
        let captured = u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize;
        let (record, behind) = rest.split_at(RECORD + captured);
        records.push(record);
        rest = behind;
    }
    records
}

/// When a record was captured, in its file's units.
fn time(record: &[u8]) -> (u32, u32) {
    let word = |at: usize| u32::from_le_bytes(record[at..at + 4].try_into().unwrap());
    (word(0), word(4))
}

/// A pcap with the header of `whole`.
fn pcap(whole: &[u8], records: &[&[u8]]) -> Vec<u8> {
    [&whole[..HEADER], &records.concat()].concat()
}

fn analyze(files: &[PathBuf]) -> tool::Answer {
    let names: Vec<String> = files.iter().map(|file| file.to_str().unwrap().to_owned()).collect();
    let (last, first) = names.split_last().unwrap();
    let arguments = ["--format", "json"].into_iter().chain(first.iter().map(String::as_str));
    tool::analyze(arguments, Path::new(last))
}

fn report(files: &[PathBuf]) -> Value {
    analyze(files).report().unwrap()
}

const SLUGS: [&str; 6] = [
    "idle-reject-seen-at-client",
    "forged-reset-seen-at-client",
    "server-killed-unread-seen-at-client",
    "max-startups-seen-at-client",
    "lossy-seen-at-client",
    "idle-reject-v6-seen-at-client",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_capture_split_anywhere_and_given_in_any_order_is_judged_as_the_whole(
        slug in prop::sample::select(&SLUGS[..]),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
        order in any::<prop::sample::Selector>(),
    ) {
        let scratch = Scratch::new("split");
        let whole = fs::read(capture(slug)).unwrap();
        let records = records(&whole);
        // Files that begin at one time have no order but the one given.
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(records.len())).collect();
        cuts.retain(|&cut| cut > 0 && time(records[cut - 1]) < time(records[cut]));
        cuts.extend([0, records.len()]);
        cuts.sort_unstable();
        cuts.dedup();
        let mut files: Vec<PathBuf> = cuts.windows(2).map(|part| {
            scratch.file(&format!("{}.pcap", part[0]), &pcap(&whole, &records[part[0]..part[1]]))
        }).collect();
        let chosen = order.select(0..files.len());
        files.rotate_left(chosen);
        files.reverse();
        let split = report(&files);
        let last = split["capture"]["files"].as_array().unwrap().last().unwrap();
        prop_assert_eq!(&last["last_frame"], records.len());
        prop_assert_eq!(but_files(split), but_files(report(&[capture(slug)])));
    }
}

/// Number and octets of all frames, and what was taken of each file.
fn read(files: &[PathBuf]) -> (Vec<(u64, Vec<u8>)>, Vec<sshrst::source::Taken>) {
    let mut set = Set::new(files, Opening::new(Limits::default()));
    let (mut frames, mut batch) = (Vec::new(), Batch::new());
    while set.read_batch(&mut batch) {
        frames.extend(batch.frames().map(|frame| (frame.number.0, frame.data.to_vec())));
    }
    let (taken, failures) = set.finish();
    assert!(failures.is_empty());
    (frames, taken)
}

#[test]
fn files_that_overlap_are_merged_by_time_and_what_both_hold_counts_once() {
    let scratch = Scratch::new("overlap");
    let whole = fs::read(capture("idle-reject-seen-at-client")).unwrap();
    let records = records(&whole);
    let (first, second) = (pcap(&whole, &records[..60]), pcap(&whole, &records[30..]));
    let files = [scratch.file("b", &second), scratch.file("a", &first)];
    let report = report(&files);
    let read = |at: usize| &report["capture"]["files"][at];
    assert_eq!((read(0)["duplicates"].as_u64(), read(1)["duplicates"].as_u64()), (Some(0), Some(30)));
    assert!(read(0)["path"].as_str().unwrap().ends_with("/a"));
    let limit = &report["capture"]["limits"][0];
    assert_eq!(limit["id"], "packets-duplicated");
    assert!(
        limit["detail"].as_str().unwrap().contains("30 of 57 frames are in two files and count once"),
        "{limit}"
    );
    // As of the whole, but for the numbers, of which a frame in both files uses two.
    let whole = super::capture("idle-reject-seen-at-client");
    let plain = tool::analyze(["--format", "json"], &whole).report().unwrap();
    let said = |report: &Value| {
        let session = &report["sessions"][0];
        [&session["frames"], &session["reset"]["posterior"], &session["cause"]["id"], &session["timer"]]
            .map(Value::clone)
    };
    assert_eq!(said(&report), said(&plain));
    assert_eq!(report["sessions"][0]["reset"]["decisive_frame"].as_u64(), Some(87 + 30));
}

#[test]
fn the_order_within_a_file_stays_and_equal_times_come_in_the_order_of_the_files() {
    let scratch = Scratch::new("order");
    let whole = fs::read(capture("healthy-seen-at-client")).unwrap();
    let records = records(&whole);
    let parts = |first: usize| records.iter().skip(first).step_by(2).copied().collect::<Vec<_>>();
    let files =
        [scratch.file("odd", &pcap(&whole, &parts(1))), scratch.file("even", &pcap(&whole, &parts(0)))];
    let (frames, taken) = read(&files);
    let expected: Vec<_> = (1..).zip(records.iter().map(|record| record[RECORD..].to_vec())).collect();
    assert_eq!(frames, expected);
    let numbers: Vec<_> = taken.iter().map(|taken| taken.numbers.unwrap()).map(|(a, b)| (a.0, b.0)).collect();
    let last = records.len() as u64;
    assert_eq!(numbers, [(1, last - 1 + last % 2), (2, last - last % 2)]);
}

#[test]
fn a_file_and_its_copy_are_one_capture_and_it_is_said() {
    let scratch = Scratch::new("copy");
    let plain = capture("server-killed-unread-seen-at-client");
    let copy = scratch.file("copy.pcap", &fs::read(&plain).unwrap());
    let report = report(&[plain.clone(), copy]);
    let files = report["capture"]["files"].as_array().unwrap();
    assert_eq!(files[1]["duplicates"], files[1]["frames"]);
    assert_eq!(report["sessions"].as_array().unwrap().len(), 1);
    let twice = analyze(&[plain.clone(), plain]);
    assert!(String::from_utf8_lossy(&twice.stderr).contains("is given twice, and read once"));
    assert_eq!(twice.report().unwrap()["capture"]["files"].as_array().unwrap().len(), 1);
}

#[test]
fn many_more_files_than_may_be_open_are_one_session() {
    let scratch = Scratch::new("many");
    let whole = fs::read(capture("healthy-seen-at-client")).unwrap();
    let records = records(&whole);
    let file = |(at, record): (usize, &&[u8])| scratch.file(&format!("{at}.pcap"), &pcap(&whole, &[record]));
    let mut files: Vec<_> = records.iter().enumerate().map(file).collect();
    files.reverse();
    let split = report(&files);
    assert_eq!(split["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(split["sessions"][0]["frames"], records.len());
    assert_eq!(
        split["sessions"][0]["path"],
        report(&[capture("healthy-seen-at-client")])["sessions"][0]["path"]
    );
}

#[test]
fn more_files_that_overlap_than_may_be_open_are_read_in_full_and_it_is_said() {
    let scratch = Scratch::new("late");
    let whole = fs::read(capture("healthy-seen-at-client")).unwrap();
    let records = records(&whole);
    // File n holds frames n and n + 66.
    let part = |n: usize| records.iter().skip(n).step_by(66).copied().collect::<Vec<_>>();
    let files: Vec<_> =
        (0..66).map(|n| scratch.file(&format!("{n}.pcap"), &pcap(&whole, &part(n)))).collect();
    let report = report(&files);
    assert_eq!(report["capture"]["frames"], records.len());
    let limits = report["capture"]["limits"].as_array().unwrap();
    let late = limits.iter().filter(|limit| limit["id"] == "limit-reached").count();
    assert_eq!(late, 2, "{limits:?}");
}

#[test]
fn a_directory_stands_for_the_captures_in_it_and_the_rest_is_named() {
    let scratch = Scratch::new("directory");
    let whole = fs::read(capture("idle-reject-seen-at-client")).unwrap();
    let records = records(&whole);
    scratch.file("dump.pcap0", &pcap(&whole, &records[..40]));
    scratch.file("dump.pcap1", &pcap(&whole, &records[40..]));
    scratch.file("notes.txt", b"not a capture\n");
    scratch.file("empty", b"");
    fs::create_dir(scratch.path().join("older")).unwrap();
    let answer = tool::analyze(["--format", "json"], scratch.path());
    assert_eq!(answer.status, Some(0));
    let told = String::from_utf8_lossy(&answer.stderr).into_owned();
    assert!(told.ends_with(": empty, notes.txt, older/ are no captures and left out\n"), "{told}");
    assert_eq!(
        but_files(answer.report().unwrap()),
        but_files(report(&[capture("idle-reject-seen-at-client")]))
    );
    assert!(tool::analyze(["--quiet"], scratch.path()).stderr.is_empty());
    let answer = tool::analyze([], &scratch.path().join("older"));
    assert_eq!(answer.status, Some(3));
    assert!(String::from_utf8_lossy(&answer.stderr).contains("older holds no capture"));
}

#[test]
fn a_file_that_cannot_be_read_among_others_is_named_and_the_others_are_analysed() {
    let scratch = Scratch::new("among");
    let plain = capture("healthy-seen-at-client");
    let missing = scratch.path().join("missing.pcap");
    let text = scratch.file("notes.txt", b"not a capture\n");
    let answer = analyze(&[missing, plain.clone(), text]);
    let told = String::from_utf8_lossy(&answer.stderr).into_owned();
    assert_eq!(answer.status, Some(4), "{told}");
    assert!(told.contains("missing.pcap does not exist") && told.contains("notes.txt is text"), "{told}");
    assert_eq!(answer.report().unwrap()["sessions"], report(&[plain])["sessions"]);
}

#[test]
fn captures_of_one_connection_at_two_places_are_judged_apart() {
    let scratch = Scratch::new("places");
    let whole = fs::read(capture("idle-reject-seen-at-client")).unwrap();
    // The same packets 2 hops on: by a clock that agrees, and by one that is 4 s ahead.
    for millis in [3, 4_000] {
        let records: Vec<Vec<u8>> = records(&whole).into_iter().map(|record| later(record, millis)).collect();
        let other = pcap(&whole, &records.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let report = report(&[capture("idle-reject-seen-at-client"), scratch.file("other.pcap", &other)]);
        let frames = |at: usize| report["sessions"][at]["frames"].as_u64();
        assert_eq!((frames(0), frames(1), frames(2)), (Some(87), Some(87), None), "{millis} ms");
        assert_eq!(report["patterns"][0]["id"], "same-connection-seen-twice");
    }
}

/// A record of an Ethernet frame with IPv4, seen elsewhere. A checksum that is wrong after that is not looked at.
fn later(record: &[u8], millis: u32) -> Vec<u8> {
    let mut record = record.to_vec();
    let (seconds, nanos) = time(&record);
    let nanos = nanos + millis % 1_000 * 1_000_000;
    let seconds = seconds + millis / 1_000 + nanos / 1_000_000_000;
    record[..4].copy_from_slice(&seconds.to_le_bytes());
    record[4..8].copy_from_slice(&(nanos % 1_000_000_000).to_le_bytes());
    if record[RECORD + 12..RECORD + 14] == [8, 0] {
        record[RECORD + 14 + 8] -= 2;
    }
    record
}

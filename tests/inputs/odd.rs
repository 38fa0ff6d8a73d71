//! Files that are odd while they are read: pipes, files that shrink, files damaged in their middle.

use std::fs;
use std::io::Write;
use std::process::Command;
use std::thread;

use sshrst::limits::Limits;
use sshrst::source::{self, Batch, Fault, Source};

use super::scratch::Scratch;
use super::{but_files, capture, tool};

#[cfg(unix)]
#[test]
fn named_pipes_are_read_as_files_are_also_several() {
    let scratch = Scratch::new("fifo");
    let plain = capture("healthy-seen-at-client");
    let octets = fs::read(&plain).unwrap();
    let pipes = ["one", "two"].map(|name| scratch.path().join(name));
    assert!(Command::new("mkfifo").args(&pipes).status().unwrap().success());
    let writers: Vec<_> = pipes
        .iter()
        .cloned()
        .map(|pipe| {
            let octets = octets.clone();
            thread::spawn(move || fs::OpenOptions::new().write(true).open(pipe)?.write_all(&octets))
        })
        .collect();
    let arguments = ["--format", "json", pipes[0].to_str().unwrap()];
    let answer = tool::analyze(arguments, &pipes[1]);
    for writer in writers {
        writer.join().unwrap().unwrap();
    }
    let report = answer.report().unwrap();
    assert_eq!(report["capture"]["files"][1]["duplicates"], report["capture"]["files"][0]["frames"]);
    let plain = tool::analyze(["--format", "json"], &plain).report().unwrap();
    assert_eq!(report["sessions"][0]["frames"], plain["sessions"][0]["frames"]);
    assert_eq!(report["sessions"][0]["cause"], plain["sessions"][0]["cause"]);
}

#[test]
fn a_file_that_shrinks_while_it_is_read_is_told_even_where_it_ends_between_records() {
    let scratch = Scratch::new("shrinks");
    // Header and records of 20 octets, more than is read at once.
    let mut octets = fs::read(capture("healthy-seen-at-client")).unwrap();
    octets.truncate(24);
    let header = octets.len();
    octets.resize(header + 100_000 * 16, 0);
    let path = scratch.file("shrinks", &octets);
    let mut reader = source::open(&path, Limits::default()).unwrap();
    let mut batch = Batch::new();
    assert!(reader.read_batch(&mut batch));
    let kept = header + 50_000 * 16;
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(kept as u64).unwrap();
    while reader.read_batch(&mut batch) {}
    let summary = reader.summary();
    assert_eq!((summary.frames, summary.complete), (50_000, false));
    let fault = Fault::Shrunk { was: octets.len() as u64, is: kept as u64 };
    assert_eq!(summary.damage.iter().map(|damage| damage.fault.clone()).collect::<Vec<_>>(), [fault]);
}

#[test]
fn damage_in_the_middle_is_reported_alike_for_every_number_of_threads_and_way_of_reading() {
    let scratch = Scratch::new("damaged");
    let whole = fs::read(capture("lossy-seen-at-client")).unwrap();
    let (head, tail) = whole.split_at(24);
    let mut octets = [head, &tail.repeat(30)].concat();
    let middle = octets.len() / 2;
    octets[middle..middle + 2_000].fill(0xff);
    let path = scratch.file("damaged", &octets);
    let report = |threads: &str| tool::analyze(["--format", "json", "--threads", threads], &path);
    let first = report("1");
    assert_eq!(first.status, Some(4));
    let told = String::from_utf8_lossy(&first.stderr).into_owned();
    assert!(told.contains(" octets are left out, after "), "{told}");
    let first = first.report().unwrap();
    for threads in ["2", "7"] {
        assert_eq!(report(threads).report().unwrap(), first, "{threads} threads");
    }
    let piped = tool::analyze_piped(["--format", "json"], &octets);
    assert_eq!(but_files(piped.report().unwrap()), but_files(first));
}

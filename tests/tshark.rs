//! Frames against tshark's: for every capture of the shared corpus the same numbers, times and lengths.
//!
//! Skipped, with a word, without `tshark` or without the captures. `SSHRST_ALL=1` reads every
//! capture of the laboratory too, instead of a sample.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "a test stops where something is not as it must be, and says why it is skipped"
)]

mod shared;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use shared::{files_below, shared};
use sshrst::limits::Limits;
use sshrst::source::{self, Batch, Fault, Reason, Source, Summary};

/// What both say of a frame. The time is absent where the capture has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    number: u64,
    nanos: Option<i128>,
    wire_len: u64,
    captured: u64,
}

/// tshark's rows, and its complaint if it stopped before the end.
fn tshark(path: &Path) -> (Vec<Row>, Option<String>) {
    let mut command = Command::new("tshark");
    command
        .args(["-n", "--disable-protocol", "ALL", "--enable-protocol", "frame", "-T", "fields", "-r"])
        .arg(path);
    for field in ["number", "time_epoch", "len", "cap_len"] {
        command.arg("-e").arg(format!("frame.{field}"));
    }
    let output = command.output().unwrap();
    let rows = String::from_utf8(output.stdout).unwrap().lines().map(row).collect();
    (rows, (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned()))
}

fn row(line: &str) -> Row {
    let fields: Vec<&str> = line.split('\t').collect();
    let nanos = fields[1].split_once('.').and_then(|(seconds, fraction)| {
        let whole: i128 = seconds.parse().ok()?;
        let part: i128 = fraction.parse().ok()?;
        // A fraction of more than a second is printed without carrying it over.
        Some(whole * 1_000_000_000 + if seconds.starts_with('-') { -part } else { part })
    });
    let [number, wire_len, captured] = [fields[0], fields[2], fields[3]].map(|field| field.parse().unwrap());
    Row { number, nanos, wire_len, captured }
}

/// Our rows, or why there are none.
fn ours(path: &Path) -> Result<(Vec<Row>, Summary), source::SourceError> {
    let mut reader = source::open(path, Limits::default())?;
    let (mut batch, mut rows) = (Batch::new(), Vec::new());
    while reader.read_batch(&mut batch) {
        rows.extend(batch.frames().map(|frame| Row {
            number: frame.number.0,
            nanos: Some(frame.time.as_nanos().into()),
            // tshark shows no more than 31 bits.
            wire_len: frame.wire_len.min(i32::MAX as u32).into(),
            captured: frame.data.len() as u64,
        }));
    }
    Ok((rows, reader.summary()))
}

/// What differs between the two readings of a file.
fn difference(path: &Path) -> Option<String> {
    let (theirs, complaint) = tshark(path);
    let (rows, summary) = match ours(path) {
        Ok(read) => read,
        // Compressed files and other formats are refused with a hint, which tshark can read.
        Err(error) if matches!(*error.reason, Reason::Foreign(_)) => return None,
        Err(error) => return (!theirs.is_empty()).then(|| error.to_string()),
    };
    for row in &rows {
        let Some(&their) = theirs.get(row.number as usize - 1) else { break };
        if *row != comparable(their, row.nanos, &summary) {
            return Some(format!("ours {row:?}, tshark's {their:?}"));
        }
    }
    // Where tshark stopped we may go on, since damage in one block is not the end of a file.
    let numbers = summary.numbers;
    let enough =
        if complaint.is_some() { numbers >= theirs.len() as u64 } else { numbers == theirs.len() as u64 };
    if !enough {
        return Some(format!(
            "{numbers} frames, tshark {}: {:?} {complaint:?}",
            theirs.len(),
            summary.damage
        ));
    }
    let cut = complaint.as_ref().is_some_and(|complaint| complaint.contains("cut short"));
    (cut && summary.complete).then(|| "tshark calls it cut short, we call it complete".to_owned())
}

/// tshark's row with our time where tshark has none that means anything.
fn comparable(theirs: Row, nanos: Option<i128>, summary: &Summary) -> Row {
    // Its 32-bit nanoseconds overflow where a fraction is out of range; its 64-bit seconds hold years that ours do not.
    let doubtful = summary.damage.iter().any(|damage| {
        matches!(
            damage.fault,
            Fault::NoSuchTime(_)
                | Fault::OutOfRange { found: 2_000_000.., field: "fraction of a second", .. }
        )
    });
    Row { nanos: theirs.nanos.filter(|_| !doubtful).or(nanos), ..theirs }
}

/// Damaged files that tshark reads otherwise, and why ours is the better reading.
const OTHERWISE: [&str; 3] = [
    // The record after next has an octet too many; tshark's guess at the variant of pcap then fits the one before it worse.
    "igmplayer",
    // Version 2.3 with the two lengths swapped in its only record: tshark takes the larger for the captured one.
    "clusterfuzz-testcase-minimized-FuzzTarget-5766899836387328",
    // SunATM: tshark counts the 4 octets of the pseudo-header out.
    "atm-oam-heapoverflow.pcap",
];

/// Of the laboratory's captures, which are alike in their framing, one of so many is read: tshark takes 0.2 s for each.
const SAMPLE: usize = 10;

/// Every capture of the shared corpus, and some of the laboratory's (all with `SSHRST_ALL`).
fn captures() -> Option<Vec<PathBuf>> {
    let shared = shared()?;
    let step = if std::env::var_os("SSHRST_ALL").is_some() { 1 } else { SAMPLE };
    let laboratory = files_below(&shared.join("captures"));
    let laboratory =
        laboratory.into_iter().filter(|path| path.to_string_lossy().contains(".pcap")).step_by(step);
    let corpus = files_below(&shared.join("corpus/malformed")).into_iter();
    let corpus = corpus.chain(files_below(&shared.join("corpus/captures"))).chain(laboratory);
    Some(corpus.filter(|path| OTHERWISE.iter().all(|name| !path.ends_with(name))).collect())
}

#[test]
fn frames_times_and_lengths_are_those_tshark_reads() {
    if Command::new("tshark").arg("--version").output().is_err() {
        return eprintln!("skipped: tshark is not installed");
    }
    let Some(captures) = captures() else { return eprintln!("skipped: the shared corpus is not here") };
    let (first, second) = captures.split_at(captures.len() / 2);
    let compare = |half: &[PathBuf]| -> Vec<String> {
        half.iter().filter_map(|path| Some(format!("{}: {}", path.display(), difference(path)?))).collect()
    };
    let differences = thread::scope(|scope| {
        let other = scope.spawn(|| compare(second));
        let mut all = compare(first);
        all.extend(other.join().unwrap());
        all
    });
    assert!(
        differences.is_empty(),
        "{} of {} differ:\n{}",
        differences.len(),
        captures.len(),
        differences.join("\n")
    );
}

/// Frames that tshark shows with a display filter.
fn shown(path: &Path, filter: &str) -> Vec<u64> {
    let mut command = Command::new("tshark");
    let output =
        command.args(["-n", "-T", "fields", "-e", "frame.number", "-Y", filter, "-r"]).arg(path).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{filter}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(|line| line.parse().unwrap()).collect()
}

#[test]
fn a_display_filter_shows_the_session_it_is_for() {
    if Command::new("tshark").arg("--version").output().is_err() {
        return eprintln!("skipped: tshark is not installed");
    }
    // IPv4, IPv6, and one whose ICMP error quotes the session.
    for slug in
        ["idle-reject-seen-at-client", "idle-reject-v6-seen-at-client", "syn-icmp-rejected-seen-at-client"]
    {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures").join(slug);
        let mut names = ["capture.pcap", "capture.pcapng"].map(|name| folder.join(name)).into_iter();
        let capture = names.find(|path| path.exists()).unwrap();
        let report = std::fs::read_to_string(folder.join("report.json")).unwrap();
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        for session in report["sessions"].as_array().unwrap() {
            let frames = shown(&capture, session["display_filter"].as_str().unwrap());
            assert!(frames.len() as u64 >= session["frames"].as_u64().unwrap(), "{slug}: {frames:?}");
            for step in session["exchange"].as_array().unwrap() {
                assert!(frames.contains(&step["frame"].as_u64().unwrap()), "{slug}: {step}");
            }
        }
    }
}

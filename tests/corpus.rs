//! Hostile, damaged and odd captures: whatever comes, the tool ends soon, says how it went, and prints nothing that a
//! terminal would obey.
//!
//! The files of other projects are skipped, with a word, where they are not at hand; our own captures are cut short instead.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the fence is around the core; tests open files and print"
)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod label;
mod shared;
mod tool;

use std::fs;
use std::path::Path;

use rayon::prelude::*;
use sshrst::limits::Limits;
use sshrst::source::{self, Batch, Source};
use sshrst::wire::{Decoded, Decoder, Skimmed, skim};
use tool::Answer;

/// Places at which each of our captures is cut.
const CUTS: usize = 40;

const ANALYSED: i32 = 0;
const NO_INPUT: i32 = 3;
const PARTIAL: i32 = 4;

#[test]
fn files_of_other_projects_are_read_or_refused_in_order() {
    let Some(shared) = shared::shared() else {
        eprintln!("skipped: the corpus is not here");
        return;
    };
    let corpus = shared.join("corpus");
    let files: Vec<_> = ["captures", "malformed"]
        .iter()
        .flat_map(|folder| shared::files_below(&corpus.join(folder)))
        .collect();
    assert!(files.len() > 500, "{} files in {}", files.len(), corpus.display());
    let faults = |file: &Path| {
        let name = file.strip_prefix(&corpus).unwrap_or(file).display().to_string();
        let ports = ["--port", "any"];
        let json = tool::analyze(ports.into_iter().chain(["--format", "json"]), file);
        let text = tool::analyze(ports.into_iter().chain(["--color", "never", "--all"]), file);
        let allowed = [ANALYSED, NO_INPUT, PARTIAL];
        let mut found = disorder(&json, &allowed);
        found.extend(unreadable(&json));
        found.extend(disorder(&text, &allowed));
        found.extend(obeyed(&text.stdout).map(|what| format!("{what} in the text report")));
        if text.status != json.status {
            found.push(format!("status {:?} as JSON, {:?} as text", json.status, text.status));
        }
        found.into_iter().map(|fault| format!("{name}: {fault}")).collect::<Vec<_>>()
    };
    none(&files.par_iter().flat_map(|file| faults(file)).collect::<Vec<_>>());
}

/// What is known, from those who published them, of the corpus's connections that hold a reset of SSH: see its README.
struct Published {
    file: &'static str,
    /// Port of the client.
    client: u64,
    role: &'static str,
    sender: &'static str,
    ended_by: &'static str,
    phase: &'static str,
    group: &'static str,
}

const PUBLISHED: [Published; 7] = [
    // A test that Suricata's reporter crafted: the client gives up on the server's identification string.
    Published {
        file: "OISF+suricata-verify/tests/bug-4903/bug-4903-01/input.pcap",
        client: 10_000,
        role: "initiating",
        sender: "client",
        ended_by: "reset",
        phase: "banner",
        group: "protocol-error",
    },
    // The same after both; the reset's number is from before the client's own string.
    Published {
        file: "OISF+suricata-verify/tests/bug-4903/bug-4903-03/input.pcap",
        client: 10_002,
        role: "initiating",
        sender: "client",
        ended_by: "reset",
        phase: "kex",
        group: "protocol-error",
    },
    // `Protocol mismatch.` to an HTTP client, in the server's own words.
    Published {
        file: "OISF+suricata-verify/tests/output-eve-anomaly-02/input.pcap",
        client: 32_928,
        role: "initiating",
        sender: "server",
        ended_by: "reset",
        phase: "banner",
        group: "protocol-error",
    },
    // The client takes one path out of a Multipath TCP connection; SSH goes on over the other: no cause to name.
    Published {
        file: "the-tcpdump-group+tcpdump/tests/mptcp-v0.pcap",
        client: 35_961,
        role: "initiating",
        sender: "client",
        ended_by: "reset",
        phase: "kex",
        group: "unknown",
    },
    // `Invalid SSH identification string.`, the client's FIN, and octets of it that the server had not read.
    Published {
        file: "zeek+zeek/testing/btest/Traces/http/http-to-ssh.pcap",
        client: 40_896,
        role: "reaction",
        sender: "server",
        ended_by: "close",
        phase: "banner",
        group: "protocol-error",
    },
    // The client closes after login, the server aborts 35 µs later; Zeek calls it RSTR, auth_success.
    Published {
        file: "zeek+zeek/testing/btest/Traces/ssh/ssh.pcap",
        client: 55_179,
        role: "reaction",
        sender: "server",
        ended_by: "close",
        phase: "session",
        group: "normal",
    },
    // Cisco IOS to Cisco IOS: the client closes, and answers what the server still sends. IOS puts its window into the first.
    Published {
        file: "zeek+zeek/testing/btest/Traces/ssh/ssh_version_199.pcap",
        client: 59_139,
        role: "reaction",
        sender: "client",
        ended_by: "close",
        phase: "closed",
        group: "normal",
    },
];

#[test]
fn resets_of_other_projects_have_the_sender_that_is_known_of_them() {
    let Some(shared) = shared::shared() else {
        eprintln!("skipped: the corpus is not here");
        return;
    };
    for known in PUBLISHED {
        let answer = tool::analyze(
            ["--port", "any", "--all", "--format", "json"],
            &shared.join("corpus/captures").join(known.file),
        );
        let report = answer.report().unwrap();
        let sessions = report["sessions"].as_array().unwrap();
        let with_reset: Vec<_> = sessions.iter().filter(|session| session["reset"].is_object()).collect();
        let [session] = with_reset.as_slice() else {
            panic!("{}: {} connections with a reset", known.file, with_reset.len())
        };
        assert_eq!(session["client"]["port"], known.client, "{}", known.file);
        let reset = &session["reset"];
        let said = [&reset["role"], &reset["sender"], &session["ended_by"], &session["phase"]];
        assert_eq!(said, [known.role, known.sender, known.ended_by, known.phase], "{}", known.file);
        assert_eq!(session["cause"]["group"], known.group, "{}", known.file);
    }
}

/// Resets of one connection in the hostile capture; a flood lasts minutes at most.
const FLOOD: u32 = 200_000;

#[test]
fn a_flood_of_resets_is_one_connection_that_says_what_was_not_looked_at() {
    let whole = fs::read(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("captures/syn-refused-seen-at-client/capture.pcap"),
    );
    let whole = whole.unwrap();
    let header = header_octets(&whole);
    let first = header + 16 + u32::from_le_bytes(whole[header + 8..header + 12].try_into().unwrap()) as usize;
    let (head, reset) = whole.split_at(first);
    let length = u32::from_le_bytes(reset[8..12].try_into().unwrap()) as usize;
    let mut flood = head.to_vec();
    for number in 0..FLOOD {
        let mut next = reset[..16 + length].to_vec();
        // Another identification and sequence number each, so that none is a copy.
        next[16 + 18..16 + 20].copy_from_slice(&(number as u16).to_be_bytes());
        next[16 + 38..16 + 42].copy_from_slice(&number.to_be_bytes());
        flood.extend(next);
    }
    let report = tool::analyze_piped(["--all", "--format", "json"], &flood).report().unwrap();
    let sessions = report["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 1);
    let shown = sessions[0]["reset"]["frames"].as_array().unwrap().len();
    let limits = sessions[0]["limits"].to_string();
    assert!(shown < 1_000 && limits.contains(&FLOOD.to_string()), "{shown} shown; {limits}");
}

#[test]
fn a_capture_cut_anywhere_is_analysed_as_far_as_it_goes() {
    let folders = label::labelled(&Path::new(env!("CARGO_MANIFEST_DIR")).join("captures"));
    let faults = |folder: &label::Labelled| {
        let whole = fs::read(&folder.capture).unwrap();
        let header = header_octets(&whole);
        let cuts = (0..CUTS).map(|place| header + (whole.len() - header) * place / CUTS);
        let mut found = Vec::new();
        for cut in cuts {
            let answer = tool::analyze_piped(["--format", "json"], &whole[..cut]);
            let mut faults = disorder(&answer, &[ANALYSED, PARTIAL]);
            faults.extend(unreadable(&answer));
            found.extend(faults.into_iter().map(|fault| format!("{} cut at {cut}: {fault}", folder.slug)));
        }
        found
    };
    none(&folders.par_iter().flat_map(faults).collect::<Vec<_>>());
}

#[test]
fn a_look_at_a_frame_and_the_decoder_agree_on_every_frame() {
    let mut files = shared::files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("captures"));
    let least = if let Some(shared) = shared::shared() {
        let folders = ["captures", "captures-hard", "corpus/captures", "corpus/malformed"];
        files.extend(folders.iter().flat_map(|folder| shared::files_below(&shared.join(folder))));
        10_000
    } else {
        eprintln!("skipped in part: the corpus is not here");
        1_000
    };
    let told: Vec<(u64, u64)> = files.par_iter().map(|file| agreeing(file)).collect();
    let (frames, plain) = told.iter().fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
    assert!(plain > least && plain * 2 > frames, "{plain} of {frames} frames are plain");
}

/// How many frames a capture holds, and how many of them are told at a look.
fn agreeing(file: &Path) -> (u64, u64) {
    let limits = Limits::default();
    let Ok(mut reader) = source::open(file, limits) else { return (0, 0) };
    let (mut batch, mut decoder) = (Batch::new(), Decoder::new(limits));
    let (mut frames, mut plain) = (0, 0);
    while reader.read_batch(&mut batch) {
        for frame in batch.frames() {
            frames += 1;
            let told = match skim(&frame, &limits, |_, _| true) {
                Skimmed::Tcp(packet) => Decoded::Tcp(packet),
                Skimmed::Udp => Decoded::Other("udp"),
                Skimmed::Elsewhere | Skimmed::Unclear => continue,
            };
            plain += 1;
            assert_eq!(decoder.decode(&frame), told, "{}, frame {}", file.display(), frame.number);
        }
    }
    (frames, plain)
}

/// Length of what a capture must have to be one: pcap's file header, pcapng's first block.
fn header_octets(capture: &[u8]) -> usize {
    if capture.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]) {
        u32::from_le_bytes(capture[4..8].try_into().unwrap()) as usize
    } else {
        24
    }
}

fn none(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// What is not in order with how a run ended.
fn disorder(answer: &Answer, allowed: &[i32]) -> Vec<String> {
    let mut found = Vec::new();
    let complaint = String::from_utf8_lossy(&answer.stderr);
    if !answer.status.is_some_and(|status| allowed.contains(&status)) {
        found.push(format!("status {:?}: {complaint}", answer.status));
    }
    if answer.status != Some(ANALYSED) && complaint.trim().is_empty() {
        found.push(format!("status {:?} without a word", answer.status));
    }
    found.extend(obeyed(&answer.stderr).map(|what| format!("{what} in the complaint {complaint:?}")));
    found
}

/// A report that is due and is not JSON, or one that is not due.
fn unreadable(answer: &Answer) -> Option<String> {
    if answer.status == Some(NO_INPUT) {
        return (!answer.stdout.is_empty()).then(|| "a report although nothing was read".to_owned());
    }
    answer.report().err()
}

/// Something that a terminal would not just show: not UTF-8, a control character, or one that turns the direction of text.
fn obeyed(printed: &[u8]) -> Option<String> {
    let Ok(text) = std::str::from_utf8(printed) else { return Some("what is not UTF-8".to_owned()) };
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let obeyed = text.chars().find(|c| c.is_control() && *c != '\n' || turns(*c));
    obeyed.map(|c| format!("the character {c:?}"))
}

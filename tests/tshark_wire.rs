//! Wireshark as a second opinion on the decoder: the same TCP segments in the same frames of real captures.
//!
//! Skipped, with a word, without `tshark` or without the captures. `SSHRST_ALL=1` reads every capture instead of a
//! sample.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a test may read files and say that it skips"
)]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

mod shared;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::fs;
use std::path::Path;
use std::process::Command;

use shared::{files_below, shared};
use sshrst::frame::{Frame, FrameNo, LinkType, Mark, Place};
use sshrst::limits::Limits;
use sshrst::units::Timestamp;
use sshrst::wire::{Checksum, Decoded, Decoder, Segment};

/// Captures read without `SSHRST_ALL`: tshark takes half a second for each.
const SAMPLE: usize = 24;

/// Captures of which the two say different things, for a reason.
const EXCEPT: [(&str, &str); 6] = [
    ("transform-base64-7296/input.pcap", "tshark shows a segment whose header is longer than it"),
    ("kday4.pcap", "the length on the wire was lost; tshark believes it, sshrst the IP header"),
    ("kday7.pcap", "as kday4.pcap"),
    ("Traces/llc.pcap", "FDDI is not followed"),
    ("gre-aruba.pcap", "802.11 in GRE is not followed"),
    ("sflow_expanded.pcap", "headers sampled by sFlow are not traffic of this place"),
];

/// What both say of a segment, by frame number: seq, ack, data octets, TTL, IP identification, flags, window, MSS,
/// shift of the window, time stamp, checksum.
type Facts = [u64; FACTS];

const FACTS: usize = 11;

/// What is seen in a capture, by frame number.
#[derive(Default)]
struct Seen {
    segments: BTreeMap<u64, Facts>,
    /// Sequence numbers of segments that ICMP errors quote.
    quotes: BTreeMap<u64, u64>,
}

/// The fields of tshark, in the same order behind the frame number; TTL has one for each version of IP.
const FIELDS: [&str; FACTS + 5] = [
    "frame.number",
    "icmp.type",
    "icmpv6.type",
    "tcp.seq",
    "ipv6.hlim",
    "tcp.seq_raw",
    "tcp.ack_raw",
    "tcp.len",
    "ip.ttl",
    "ip.id",
    "tcp.flags",
    "tcp.window_size_value",
    "tcp.options.mss_val",
    "tcp.options.wscale.shift",
    "tcp.options.timestamp.tsval",
    "tcp.checksum.status",
];

/// Reads a number in the byte order of a capture.
type Read = fn([u8; 4]) -> u32;

/// Byte order and link type of a classic capture.
fn header(file: &[u8]) -> Option<(Read, LinkType)> {
    let read: Read = match file.first_chunk()? {
        [0xd4, 0xc3, 0xb2, 0xa1] | [0x4d, 0x3c, 0xb2, 0xa1] => u32::from_le_bytes,
        [0xa1, 0xb2, 0xc3, 0xd4] | [0xa1, 0xb2, 0x3c, 0x4d] => u32::from_be_bytes,
        _ => return None,
    };
    Some((read, LinkType(read(file.get(20..24)?.try_into().unwrap()) as u16)))
}

/// The frames of a classic capture, up to the first damaged record.
fn frames(file: &[u8]) -> Vec<Frame<'_>> {
    let Some((read, link)) = header(file) else { return Vec::new() };
    let mut rest = &file[24..];
    let mut frames = Vec::new();
    while rest.len() >= 16 {
        let word = |at: usize| read(rest[at..at + 4].try_into().unwrap());
        let Some(data) = rest.get(16..16 + word(8) as usize) else { break };
        frames.push(Frame {
            number: FrameNo(frames.len() as u64 + 1),
            time: Timestamp::from_nanos(i64::from(word(0)) * 1_000_000_000),
            link,
            place: Place::default(),
            mark: Mark::None,
            wire_len: word(12),
            data,
        });
        rest = &rest[16 + data.len()..];
    }
    frames
}

fn ours(file: &[u8]) -> Seen {
    let mut decoder = Decoder::new(Limits::default());
    let mut seen = Seen::default();
    for frame in frames(file) {
        match decoder.decode(&frame) {
            Decoded::Tcp(packet) => {
                seen.segments.insert(frame.number.0, facts(&packet.segment));
            }
            Decoded::Icmp(quote) => {
                seen.quotes.insert(frame.number.0, quote.seq.0.into());
            }
            Decoded::Other(_) | Decoded::Undecoded(_) => {}
        }
    }
    seen
}

fn facts(of: &Segment) -> Facts {
    [
        of.seq.0.into(),
        of.ack.0.into(),
        of.payload_len.into(),
        of.ttl.into(),
        of.ip_id.into(),
        of.flags.0.into(),
        of.window.into(),
        of.mss.into(),
        of.window_scale.into(),
        of.ts_value.into(),
        match of.checksum {
            Checksum::Bad => 0,
            Checksum::Good => 1,
            Checksum::Unknown | Checksum::Partial => NOT_COMPARED,
        },
    ]
}

/// In place of a checksum that was not looked at, or that tshark has no word for.
const NOT_COMPARED: u64 = u64::MAX;

/// What tshark says, of the innermost packet of each frame.
fn tsharks(path: &Path, ours: &Seen) -> Seen {
    let output = Command::new("tshark")
        .args(["-n", "-o", "tcp.check_checksum:TRUE", "-Y", "tcp"])
        .args(["-T", "fields", "-E", "occurrence=l", "-r"])
        .arg(path)
        .args(FIELDS.iter().flat_map(|field| ["-e", field]))
        .output()
        .unwrap();
    let number = |text: &str| match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).unwrap_or_default(),
        None => text.parse().unwrap_or_default(),
    };
    let mut seen = Seen::default();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let line: Vec<u64> = line.split('\t').map(number).collect();
        let (frame, [icmp, icmpv6, quoted_seq, hop_limit]) = (line[0], line[1..5].try_into().unwrap());
        let mut facts: Facts = line[5..].try_into().unwrap();
        facts[3] = facts[3].max(hop_limit);
        // The reserved bits are not in `Segment`.
        facts[5] &= 0x1ff;
        if ours.segments.get(&frame).is_some_and(|ours| ours[10] == NOT_COMPARED) {
            facts[10] = NOT_COMPARED;
        }
        match (icmp, icmpv6) {
            // None, or an echo reply, which quotes nothing.
            (0, 0) => drop(seen.segments.insert(frame, facts)),
            // The errors that say something about a connection. Quoted numbers are never made relative.
            (3 | 11, _) | (_, 1..=3) => drop(seen.quotes.insert(frame, quoted_seq)),
            _ => {}
        }
    }
    seen
}

/// The first frame of which the two say different things, and how many there are.
fn difference<T: PartialEq + Debug>(ours: &BTreeMap<u64, T>, theirs: &BTreeMap<u64, T>) -> Option<String> {
    let all = ours.keys().chain(theirs.keys()).collect::<BTreeSet<_>>();
    let different: Vec<_> = all.into_iter().filter(|&frame| ours.get(frame) != theirs.get(frame)).collect();
    let first = different.first()?;
    let (ours, theirs) = (ours.get(first), theirs.get(first));
    Some(format!("{} frames, first {first}: {ours:?}, tshark {theirs:?}", different.len()))
}

#[test]
fn tshark_sees_the_same_segments_and_quotes() {
    let Some(shared) = shared() else {
        eprintln!("skipped: no shared captures");
        return;
    };
    if Command::new("tshark").arg("--version").output().is_err() {
        eprintln!("skipped: no tshark");
        return;
    }
    let folders = ["captures", "captures-hard", "corpus/captures"];
    let mut paths: Vec<_> = folders.iter().flat_map(|folder| files_below(&shared.join(folder))).collect();
    paths.retain(|path| fs::read(path).is_ok_and(|octets| header(&octets).is_some()));
    paths.retain(|path| !EXCEPT.iter().any(|(name, _)| path.to_string_lossy().ends_with(name)));
    paths.sort();
    let step = if std::env::var("SSHRST_ALL").is_ok() { 1 } else { paths.len().div_ceil(SAMPLE).max(1) };
    let (mut segments, mut quotes) = (0, 0);
    for path in paths.iter().step_by(step) {
        let ours = ours(&fs::read(path).unwrap());
        let theirs = tsharks(path, &ours);
        assert_eq!(difference(&ours.segments, &theirs.segments), None, "{}", path.display());
        assert_eq!(difference(&ours.quotes, &theirs.quotes), None, "{}", path.display());
        segments += ours.segments.len();
        quotes += ours.quotes.len();
    }
    assert!(segments > 1_000, "only {segments} segments and {quotes} quotes were compared");
    eprintln!("{segments} segments and {quotes} quotes are the same");
}

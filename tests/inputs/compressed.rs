//! Compressed captures are read as plain ones.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use sshrst::limits::Limits;
use sshrst::source::{self, Batch, Fault, Source, Summary};

use super::scratch::Scratch;
use super::{but_files, capture, tool};

/// Compresses octets as one member or frame.
type Compress = fn(&[u8]) -> Vec<u8>;

const ALL: [(&str, Compress); 5] =
    [("gzip", gzip), ("zstd", zstd), ("lz4", lz4), ("xz", xz), ("bzip2", bzip2)];

fn gzip(octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    flate2::read::GzEncoder::new(octets, flate2::Compression::new(6)).read_to_end(&mut out).unwrap();
    out
}

fn zstd(octets: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(octets).unwrap();
    encoder.finish().unwrap()
}

fn lz4(octets: &[u8]) -> Vec<u8> {
    let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
    encoder.write_all(octets).unwrap();
    encoder.finish().unwrap()
}

fn xz(octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    liblzma::read::XzEncoder::new(octets, 6).read_to_end(&mut out).unwrap();
    out
}

fn bzip2(octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    bzip2::read::BzEncoder::new(octets, bzip2::Compression::new(9)).read_to_end(&mut out).unwrap();
    out
}

/// Number, time and octets of a frame.
type Seen = (u64, i64, Vec<u8>);

/// All frames of a file, and what is known beside them.
fn read(path: &Path) -> Result<(Vec<Seen>, Summary), String> {
    let mut reader = source::open(path, Limits::default()).map_err(|error| error.to_string())?;
    let (mut frames, mut batch) = (Vec::new(), Batch::new());
    while reader.read_batch(&mut batch) {
        let seen = batch.frames().map(|frame| (frame.number.0, frame.time.as_nanos(), frame.data.to_vec()));
        frames.extend(seen);
    }
    Ok((frames, reader.summary()))
}

#[test]
fn the_report_of_a_compressed_capture_is_that_of_the_plain_one() {
    let scratch = Scratch::new("compressed");
    let plain = capture("idle-reject-seen-at-client");
    let octets = fs::read(&plain).unwrap();
    let arguments = ["--format", "json"];
    let expected = tool::analyze(arguments, &plain).report().unwrap();
    for (name, compress) in ALL {
        let compressed = compress(&octets);
        // Not by its name.
        let file = scratch.file(&format!("{name}.pcap"), &compressed);
        let answers = [tool::analyze(arguments, &file), tool::analyze_piped(arguments, &compressed)];
        for answer in
            answers.into_iter().chain([tool::analyze(["--format", "json", "--threads", "1"], &file)])
        {
            assert_eq!(answer.status, Some(0), "{name}");
            let report = answer.report().unwrap();
            let file = &report["capture"]["files"][0];
            assert_eq!(file["compression"], name);
            assert_eq!(file["octets"], compressed.len());
            assert_eq!(file["decoded_octets"], octets.len());
            assert_eq!(file["format"], expected["capture"]["files"][0]["format"]);
            assert_eq!(but_files(report), but_files(expected.clone()), "{name}");
        }
    }
}

#[test]
fn the_digest_is_that_of_the_file_as_it_lies_on_disk() {
    let scratch = Scratch::new("digest");
    let octets = fs::read(capture("healthy-seen-at-client")).unwrap();
    for (name, compress) in ALL {
        let compressed = compress(&octets);
        let (_, summary) = read(&scratch.file(name, &compressed)).unwrap();
        let hex = |hex: String, octet: &u8| hex + &format!("{octet:02x}");
        let digest = Sha256::digest(&compressed).iter().fold(String::new(), hex);
        assert_eq!(summary.sha256, Some(digest), "{name}");
    }
}

#[test]
fn members_that_follow_one_another_are_one_capture_wherever_they_are_cut() {
    let scratch = Scratch::new("members");
    let plain = capture("healthy-seen-at-client");
    let octets = fs::read(&plain).unwrap();
    let (expected, _) = read(&plain).unwrap();
    for (name, compress) in ALL {
        let pieces = octets.chunks(octets.len() / 5 + 1).map(compress);
        let (frames, summary) = read(&scratch.file(name, &pieces.collect::<Vec<_>>().concat())).unwrap();
        assert!(summary.complete, "{name}: {:?}", summary.damage);
        assert_eq!(frames, expected, "{name}");
    }
}

#[test]
fn what_came_before_the_end_of_a_truncated_stream_is_read_and_both_offsets_are_said() {
    let scratch = Scratch::new("truncated");
    // Larger than what a decoder hands over at once, and not to be compressed much.
    let mut octets = fs::read(capture("healthy-seen-at-client")).unwrap();
    let records = octets.split_off(24);
    octets.extend(records.repeat(40));
    let (expected, _) = read(&scratch.file("plain", &octets)).unwrap();
    for (name, compress) in ALL {
        let members: Vec<u8> = octets.chunks(octets.len() / 3).flat_map(compress).collect();
        for cut in [members.len() - 1, members.len() * 9 / 10, members.len() / 2] {
            let (frames, summary) = read(&scratch.file(name, &members[..cut])).unwrap();
            assert!(expected.starts_with(&frames) && !frames.is_empty(), "{name} cut to {cut}");
            let [damage] = &summary.damage[..] else { panic!("{name}: {:?}", summary.damage) };
            let Fault::Undecodable { compressed_offset, .. } = damage.fault else {
                panic!("{name} cut to {cut}: {damage}")
            };
            assert!(!summary.complete && compressed_offset <= cut as u64, "{name} cut to {cut}: {damage}");
            assert_eq!((summary.octets, damage.frames_before), (cut as u64, frames.len() as u64), "{name}");
        }
        let file = scratch.file(name, &members[..members.len() / 2]);
        let answer = tool::analyze([], &file);
        let told = String::from_utf8_lossy(&answer.stderr).into_owned();
        assert_eq!(answer.status, Some(4), "{told}");
        let expected = format!("the {name} stream cannot be decoded from offset ");
        assert!(told.contains(&expected) && told.contains("decoded octets at offset "), "{told}");
    }
}

#[test]
fn a_stream_with_any_octet_changed_is_read_to_its_end() {
    let scratch = Scratch::new("changed");
    let octets = fs::read(capture("syn-refused-seen-at-client")).unwrap();
    for (name, compress) in ALL {
        let mut compressed = compress(&octets);
        for at in 0..compressed.len() {
            compressed[at] ^= 0x5a;
            // Whatever comes of it, it ends, and the whole file was looked at.
            if let Ok((_, summary)) = read(&scratch.file(name, &compressed)) {
                assert_eq!(summary.octets, compressed.len() as u64, "{name}, octet {at}");
            }
            compressed[at] ^= 0x5a;
        }
    }
}

#[test]
fn one_layer_is_taken_off_and_what_is_inside_is_said() {
    let scratch = Scratch::new("nested");
    let octets = fs::read(capture("syn-refused-seen-at-client")).unwrap();
    let refused = |name: &str, octets: &[u8]| read(&scratch.file(name, octets)).unwrap_err();
    assert!(
        refused("twice", &gzip(&zstd(&octets)))
            .ends_with("twice is compressed (gzip); decompressed it is compressed (zstd), which is not read")
    );
    assert!(refused("text", &xz(b"no capture\n")).ends_with("(xz); decompressed it is text, not a capture"));
    assert!(refused("empty", &bzip2(b"")).contains("(bzip2); decompressed it is empty"));
    let mut tar = vec![0; 512];
    tar[257..262].copy_from_slice(b"ustar");
    assert!(refused("tar", &lz4(&tar)).ends_with("(lz4); decompressed it is an archive (tar)"));
}

#[test]
fn a_small_file_that_unfolds_to_a_large_one_is_read_in_passing() {
    let scratch = Scratch::new("bomb");
    let mut octets = fs::read(capture("syn-refused-seen-at-client")).unwrap();
    let frames = read(&scratch.file("plain", &octets)).unwrap().0.len();
    // Records of no octets at the epoch, 16 octets each.
    octets.resize(octets.len() + 64 * 1024 * 1024, 0);
    let (seen, summary) = read(&scratch.file("bomb", &zstd(&octets))).unwrap();
    assert_eq!(seen.len(), frames + 64 * 1024 * 1024 / 16);
    assert!(summary.octets < 100_000 && summary.complete);
}

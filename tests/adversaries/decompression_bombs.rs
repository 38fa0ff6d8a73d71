//! Captures that are small on disk and large when decoded, and files that ask for gigabytes to be decoded with.

use std::io::Write;

use super::forge::{RAW, SYN, header, record, segment};
use super::run::analyze;

/// A capture of `count` times the same SYN: one connection.
fn same(count: usize) -> Vec<u8> {
    let one = record(1_700_000_000_000_000_000, &segment(false, 100, 0, SYN, b""));
    [header(RAW), one.repeat(count)].concat()
}

#[test]
fn a_capture_that_grows_a_thousandfold_is_read_as_a_stream() {
    let plain = same(1_500_000);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&plain).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = zstd::encode_all(plain.as_slice(), 3).unwrap();
    for packed in [gzip, zstd] {
        assert!(packed.len() * 100 < plain.len(), "{} octets packed, {} plain", packed.len(), plain.len());
        let run = analyze(&[], [packed]);
        assert_eq!(run.status, Some(0), "{}", run.complaint);
        assert_eq!(run.report["capture"]["frames"], 1_500_000);
        assert_eq!(run.report["capture"]["files"][0]["decoded_octets"], plain.len());
        run.within("a bomb", 64);
    }
}

#[test]
fn a_bomb_that_is_no_capture_is_refused_by_its_first_octets() {
    let zeros = zstd::encode_all(vec![0; 64 << 20].as_slice(), 3).unwrap();
    let run = analyze(&[], [zeros]);
    assert_eq!(run.status, Some(3), "{}", run.complaint);
    run.within("zeros", 64);
}

#[test]
fn a_bomb_in_one_record_is_damage_at_the_bound_of_a_record() {
    let head: Vec<u8> =
        [1_700_000_000, 0, u32::MAX, u32::MAX].iter().flat_map(|word: &u32| word.to_le_bytes()).collect();
    let plain = [header(RAW), head, vec![0; 24 << 20]].concat();
    let packed = zstd::encode_all(plain.as_slice(), 3).unwrap();
    let run = analyze(&[], [packed]);
    assert_eq!(run.status, Some(4), "{}", run.complaint);
    run.within("a record of 4 GiB", 128);
}

/// xz and zstd files say how much memory is needed to decode them; what asks for more than 128 MiB is refused.
#[test]
fn a_file_that_asks_for_gigabytes_is_refused_before_they_are_taken() {
    // A frame of zstd with a window of 2 GiB (RFC 8878 §3.1.1.1.2: exponent 21, no content size), and a block.
    let zstd = [&[0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3][..], &[0x03, 0x40, 0], &[7; 64]].concat();
    let xz = with_dictionary(&same(20), 36);
    for packed in [zstd, xz] {
        let run = analyze(&[], [packed]);
        assert_eq!(run.status, Some(3), "{}", run.complaint);
        assert!(!run.complaint.is_empty());
        run.within("a decoder's own memory", 64);
    }
}

/// `plain` as xz whose block says that a dictionary of this size is needed: 2 GiB for 36 (xz file format §5.3.1).
fn with_dictionary(plain: &[u8], size: u8) -> Vec<u8> {
    let mut packed = Vec::new();
    liblzma::write::XzEncoder::new(&mut packed, 1).write_all(plain).unwrap();
    // Behind the stream's header of 12 octets: size, flags, the filter LZMA2, one octet of properties, padding, CRC32.
    let block = 12..12 + (usize::from(packed[12]) + 1) * 4;
    assert_eq!(packed[14..16], [0x21, 1]);
    packed[16] = size;
    let mut sum = flate2::Crc::new();
    sum.update(&packed[block.start..block.end - 4]);
    packed[block.end - 4..block.end].copy_from_slice(&sum.sum().to_le_bytes());
    packed
}

//! Damaged and cut captures: what came before is delivered, and the damage says where it is.

use std::io::{self, Read};

use sshrst::limits::Limits;
use sshrst::source::{Cost, Reader, Summary};

use super::build::Order::{Big, Little};
use super::{data, drain, read};

/// The one damage of a capture, as it is told.
fn told(summary: &Summary) -> String {
    let [damage] = &summary.damage[..] else { panic!("one damage: {:?}", summary.damage) };
    assert!(!damage.hint().is_empty());
    damage.to_string()
}

#[test]
fn a_truncated_record_is_reported_with_its_offset_and_nothing_of_it_delivered() {
    let octets = [Little.pcap(), Little.record(1, 0, b"whole"), Little.record(2, 0, b"cut off")].concat();
    let (frames, summary) = read(&octets[..octets.len() - 3]);
    assert_eq!((data(&frames), summary.complete), (vec![&b"whole"[..]], false));
    assert_eq!(
        told(&summary),
        "pcap record at offset 45: expected 23 octets, found 20 before the end; the one frame before it was read"
    );
}

#[test]
fn an_implausible_length_ends_the_reading_and_is_named() {
    let bad = Little.words(&[1, 0, u32::MAX, 60]);
    let octets =
        [Little.pcap(), Little.record(1, 0, b"a"), Little.record(1, 0, b"b"), bad, vec![0; 400_000]].concat();
    let (frames, summary) = read(&octets);
    assert_eq!(frames.len(), 2);
    assert_eq!(
        told(&summary),
        "pcap record at offset 58: expected a captured length of at most 16777216, found 4294967295; the 2 frames before it were read"
    );
    assert_eq!(summary.octets, octets.len() as u64, "size and digest are those of the whole file");
}

/// Twelve records of a second each, from `seconds` on.
fn records(seconds: u32) -> Vec<u8> {
    (0..12).flat_map(|n| Little.record(seconds + n, n, &[n as u8; 60])).collect()
}

#[test]
fn behind_a_wrong_length_records_are_found_again_and_what_is_left_out_is_counted() {
    let bad = [Little.words(&[1_012, 0, u32::MAX, 60]), vec![0xa5; 300_000]].concat();
    for tail in [vec![], Little.record(1_040, 0, b"cut off")[..20].to_vec()] {
        let octets = [Little.pcap(), records(1_000), bad.clone(), records(1_013), tail].concat();
        let (frames, summary) = read(&octets);
        assert_eq!((frames.len(), frames[23].number, summary.complete), (24, 24, false));
        assert_eq!(
            summary.damage[0].to_string(),
            "pcap record at offset 936: expected a captured length of at most 16777216, found 4294967295; 300016 octets \
             are left out, after 12 frames that were read, up to where records go on"
        );
        assert_eq!(summary.octets, octets.len() as u64);
    }
}

#[test]
fn the_last_records_are_found_again_if_they_end_with_the_capture() {
    let bad = Little.words(&[1, 0, u32::MAX, 60]);
    let octets = [Little.pcap(), Little.record(1, 0, b"a"), bad, Little.record(2, 0, b"last")].concat();
    assert_eq!(data(&read(&octets).0), [&b"a"[..], b"last"]);
}

#[test]
fn what_cannot_be_of_the_same_capture_is_not_taken_for_its_records() {
    let bad = Little.words(&[1_012, 0, u32::MAX, 60]);
    let years_later = 1_000 + 400 * 86_400;
    let octets = [Little.pcap(), records(1_000), bad, records(years_later), vec![0]].concat();
    let (frames, summary) = read(&octets);
    assert_eq!((frames.len(), summary.damage[0].cost), (12, Cost::Rest));
}

#[test]
fn a_fraction_of_more_than_a_second_is_carried_over_and_noted() {
    let octets = [Little.pcap(), Little.record(1, 1_500_000, b"a"), Little.record(3, 0, b"b")].concat();
    let (frames, summary) = read(&octets);
    assert_eq!((frames[0].nanos, frames.len(), summary.complete), (2_500_000_000, 2, true));
    assert_eq!(summary.damage[0].cost, Cost::Detail);
    assert!(told(&summary).ends_with("found 1500000; no frame is lost"));
}

#[test]
fn behind_a_block_whose_length_is_wrong_blocks_are_found_again_and_what_is_left_out_is_counted() {
    let head =
        [Little.section(&[]), Little.interface(1, 0, &[]), Little.enhanced(0, 1, b"good", &[])].concat();
    let offset = head.len();
    let mut trailer = Little.enhanced(0, 1, b"bad!", &[]);
    let last = trailer.len() - 4;
    trailer[last] ^= 0xff;
    let odd = [Little.words(&[6, 33]), vec![0; 40]].concat();
    let short = Little.words(&[6, 8, 8]);
    let long = [Little.words(&[6, u32::MAX, 8]), vec![0xa5; 300_001]].concat();
    for (block, words) in [
        (trailer, "expected a block length at its end of 36, found 219"),
        (odd, "expected a block length that is a multiple of 4, found 33"),
        (short, "expected a block length from 12 to 16777216, found 8"),
        (long, "expected a block length from 12 to 16777216, found 4294967295"),
    ] {
        for more in [1, 40] {
            let left_out = block.len();
            let behind = Little.enhanced(0, 2, b"more", &[]).repeat(more);
            let octets = [head.clone(), block.clone(), behind].concat();
            let (frames, summary) = read(&octets);
            assert_eq!((frames.len(), frames[1].number, summary.complete), (1 + more, 2, false));
            assert_eq!(
                told(&summary),
                format!(
                    "pcapng block at offset {offset}: {words}; {left_out} octets are left out, after one frame that was read, up to where \
                     records go on"
                )
            );
            assert_eq!(summary.octets, octets.len() as u64);
        }
    }
}

#[test]
fn what_cannot_be_of_the_same_pcapng_is_not_taken_for_its_blocks() {
    let head =
        [Little.section(&[]), Little.interface(1, 0, &[]), Little.enhanced(0, 1, b"good", &[])].concat();
    let bad = Little.words(&[6, 8, 8]);
    let years_later = Little.enhanced(0, 400 * 86_400 * 1_000_000, b"not", &[]);
    let elsewhere = Little.enhanced(1, 1, b"not", &[]);
    for foreign in [years_later, elsewhere] {
        let (frames, summary) = read(&[head.clone(), bad.clone(), foreign.repeat(9)].concat());
        assert_eq!((data(&frames), summary.damage[0].cost), (vec![&b"good"[..]], Cost::Rest));
    }
}

#[test]
fn behind_a_damaged_section_header_reading_goes_on_with_the_next_section() {
    let mut second = Little.section(&[]);
    second[8] = 0;
    let section =
        |name: &[u8]| [Little.interface(1, 0, &[]), Little.enhanced(0, 7, name, &[]).repeat(5)].concat();
    let octets = [
        Little.section(&[]),
        section(b"a"),
        second,
        section(b"b"),
        Big.section(&[]),
        Big.interface(1, 0, &[]),
    ];
    let octets = [octets.concat(), Big.enhanced(0, 8, b"c", &[])].concat();
    let (frames, summary) = read(&octets);
    assert_eq!((frames.len(), frames[5].data.as_slice(), summary.sections), (6, &b"c"[..], 2));
    assert!(told(&summary).contains("found 0x003c2b1a; "), "{}", told(&summary));
}

#[test]
fn a_packet_of_no_interface_is_left_out_and_the_next_keeps_its_number() {
    let octets = [
        Big.section(&[]),
        Big.interface(1, 0, &[]),
        Big.enhanced(0, 1, b"a", &[]),
        Big.enhanced(3, 2, b"nowhere", &[]),
        Big.enhanced(0, 3, b"b", &[]),
    ]
    .concat();
    let (frames, summary) = read(&octets);
    assert_eq!((data(&frames), frames[1].number, summary.complete), (vec![&b"a"[..], b"b"], 3, false));
    assert_eq!(
        told(&summary),
        "pcapng Enhanced Packet Block at offset 84: expected one of the 1 interfaces described in the section, found index 3; \
         one frame is left out, after 1 that were read"
    );
}

#[test]
fn a_captured_length_beyond_the_block_leaves_that_frame_out() {
    let mut block = Little.enhanced(0, 1, b"data", &[]);
    block[20] = 200;
    let octets =
        [Little.section(&[]), Little.interface(1, 0, &[]), block, Little.enhanced(0, 2, b"next", &[])]
            .concat();
    let (frames, summary) = read(&octets);
    assert_eq!((data(&frames), frames[0].number), (vec![&b"next"[..]], 2));
    assert!(told(&summary).contains("expected a captured length of at most 4, found 200"));
}

#[test]
fn options_that_overrun_their_block_cost_no_frame() {
    let block = Little.enhanced(0, 1, b"data", &[2, 0, 0x90, 1, 1, 0, 0, 0]);
    let (frames, summary) = read(&[Little.section(&[]), Little.interface(1, 0, &[]), block].concat());
    assert_eq!((data(&frames), summary.complete), (vec![&b"data"[..]], true));
    assert!(told(&summary).contains("found option 2 of 400 octets"));
}

#[test]
fn a_time_that_no_clock_shows_is_replaced_by_the_one_before_it() {
    let octets = [
        Little.section(&[]),
        Little.interface(1, 0, &[]),
        Little.enhanced(0, 7, b"a", &[]),
        Little.enhanced(0, u64::MAX, b"b", &[]),
    ]
    .concat();
    let (frames, summary) = read(&octets);
    assert_eq!((frames[1].nanos, summary.untimed, summary.complete), (7_000, 1, true));
    assert!(told(&summary).contains("before the year 2262"));
}

#[test]
fn a_section_without_a_byte_order_ends_the_reading() {
    let mut second = Little.section(&[]);
    second[8] = 0;
    let first = [Little.section(&[]), Little.interface(1, 0, &[]), Little.enhanced(0, 7, b"a", &[])].concat();
    let (frames, summary) = read(&[first, second].concat());
    assert_eq!(frames.len(), 1);
    assert!(
        told(&summary).contains("expected the byte-order magic 0x1a2b3c4d, found 0x003c2b1a"),
        "{}",
        told(&summary)
    );
}

#[test]
fn damage_beyond_the_bound_is_counted_and_not_kept() {
    let bad = Little.enhanced(9, 1, b"x", &[]);
    let octets = [Little.section(&[]), Little.interface(1, 0, &[]), bad.repeat(1_000)].concat();
    let (_, summary) = read(&octets);
    assert_eq!((summary.damage.len(), summary.damages, summary.numbers), (32, 1_000, 1_000));
}

#[test]
fn interfaces_beyond_the_bound_are_reported_and_their_frames_left_out() {
    let octets = [
        Little.section(&[]),
        Little.interface(1, 0, &[]).repeat(5),
        Little.enhanced(1, 1, b"in", &[]),
        Little.enhanced(2, 1, b"out", &[]),
    ]
    .concat();
    let limits = Limits { interfaces: 2, ..Limits::default() };
    let (frames, summary) = drain(Reader::new("x", &octets[..], limits).unwrap());
    assert_eq!((data(&frames), summary.interfaces.len(), summary.complete), (vec![&b"in"[..]], 2, false));
}

#[test]
fn a_read_that_fails_keeps_what_came_before_it() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let octets = [Little.pcap(), Little.record(1, 0, b"whole"), Little.record(2, 0, b"cut")].concat();
    let input = octets[..octets.len() - 1].chain(Failing);
    let (frames, summary) = drain(Reader::new("x", input, Limits::default()).unwrap());
    assert_eq!((data(&frames), summary.complete), (vec![&b"whole"[..]], false));
    assert!(told(&summary).contains("could not read on: the disk is gone"), "{}", told(&summary));
}

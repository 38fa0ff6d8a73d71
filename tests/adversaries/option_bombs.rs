//! pcapng blocks full of options, comments, interfaces and sections.

use super::forge::segment;
use super::run::{Run, analyze};

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let length = 12 + body.len() as u32;
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), body, &length.to_le_bytes()].concat()
}

fn section(options: &[u8]) -> Vec<u8> {
    block(0x0a0d_0d0a, &[&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8], options].concat())
}

fn interface(options: &[u8]) -> Vec<u8> {
    block(1, &[&[101, 0, 0, 0, 0, 0, 0, 0][..], options].concat())
}

fn packet(options: &[u8]) -> Vec<u8> {
    let data = segment(false, 100, 0, super::forge::SYN, b"");
    let length = data.len() as u32;
    let words = [0, 0x0006_0000, 0, length, length];
    let head: Vec<u8> = words.iter().flat_map(|word: &u32| word.to_le_bytes()).collect();
    block(6, &[&head[..], &data, options].concat())
}

/// `count` comments of `length` octets.
fn comments(count: usize, length: u16) -> Vec<u8> {
    let [low, high] = length.to_le_bytes();
    let one = [&[1, 0, low, high][..], &vec![b'c'; usize::from(length).next_multiple_of(4)]].concat();
    one.repeat(count)
}

fn read(pieces: Vec<Vec<u8>>, statuses: &[i32]) -> Run {
    let run = analyze(&[], pieces);
    assert!(
        run.status.is_some_and(|status| statuses.contains(&status)),
        "{:?} {}",
        run.status,
        run.complaint
    );
    run
}

#[test]
fn a_block_of_a_million_options_is_looked_at_where_it_lies() {
    // Just below the bound of a block: 16 MiB (`Limits::record_octets`).
    let options = comments(2_000_000, 4);
    let run = read(vec![section(b""), interface(b""), packet(&options), packet(b"")], &[0]);
    assert_eq!(run.report["capture"]["frames"], 2);
    // The block itself, and the buffer that grew for it.
    run.within("options", 128);
}

#[test]
fn a_block_beyond_the_bound_is_damage_and_takes_no_memory() {
    let options = comments(4_000_000, 4);
    let run = read(vec![section(b""), interface(b""), packet(&options), packet(b"")], &[4]);
    assert!(!run.complaint.is_empty() || run.report["capture"]["limits"].to_string().contains("damage"));
    run.within("a block that is too long", 128);
}

#[test]
fn interfaces_are_kept_to_a_bound() {
    let interfaces = interface(&comments(1, 100)).repeat(100_000);
    let run = read(vec![section(b""), interfaces, packet(b"")], &[0, 4]);
    run.within("interfaces", 96);
}

#[test]
fn sections_without_end_are_read_one_after_the_other() {
    let one = [section(&comments(3, 40)), interface(b""), packet(b"")].concat();
    let run = read((0..200).map(|_| one.repeat(100)).collect(), &[0, 4]);
    run.within("sections", 96);
}

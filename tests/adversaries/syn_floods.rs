//! SYNs from everywhere: each is a connection of its own.

use super::forge::{RAW, SYN, Segment, header, record};
use super::run::{Run, analyze};

/// `count` SYNs, ten a microsecond, in pieces of a thousand: nothing is held here.
fn flood(count: u32) -> Run {
    let pieces = (0..count / 1_000).map(|thousand| {
        let syn = |number: u32| {
            let client = number.wrapping_mul(0x9e37_79b9).to_be_bytes();
            let packet = Segment {
                client,
                port: 1_024 + (number % 64_000) as u16,
                answer: false,
                seq: number,
                ack: 0,
                flags: SYN,
                data: b"",
            };
            record(1_700_000_000_000_000_000 + u64::from(number) * 100, &packet.octets())
        };
        (thousand * 1_000..(thousand + 1) * 1_000).flat_map(syn).collect::<Vec<u8>>()
    });
    analyze(&[], std::iter::once(header(RAW)).chain(pieces))
}

/// What a connection of one packet takes, and what is taken anyway: KiB measured (see README.md), with a third to spare.
fn check(run: &Run, count: u32, octets_each: u64) {
    assert_eq!(run.status, Some(0), "{}", run.complaint);
    let patterns = run.report["patterns"].as_array().unwrap();
    let folded: u64 = patterns.iter().filter_map(|it| it["count"].as_u64()).max().unwrap_or_default();
    assert!(folded > u64::from(count) * 9 / 10, "{folded} of {count} are in one row");
    assert!(run.sessions().len() < 1_000, "{} sessions are shown singly", run.sessions().len());
    run.within("SYNs", 48 + u64::from(count) * octets_each / (1024 * 1024));
}

#[test]
fn a_flood_of_syns_takes_as_much_for_each_as_is_said_and_is_one_row() {
    check(&flood(200_000), 200_000, OCTETS_EACH);
}

/// Ten million, where that is asked for: `SSHRST_FLOOD=10000000 cargo test --release --test adversaries ten_million`.
#[test]
fn ten_million_syns_where_they_are_asked_for() {
    let Some(count) = std::env::var("SSHRST_FLOOD").ok().map(|count| count.parse().unwrap()) else {
        println!("skipped: SSHRST_FLOOD does not say how many");
        return;
    };
    check(&flood(count), count, OCTETS_EACH);
}

/// Octets.
const OCTETS_EACH: u64 = 900;

//! SYNs from everywhere: each is a connection of its own.

use super::forge::{RAW, SYN, Segment, header, record};
use super::run::{Run, analyze};

/// `count` SYNs, `apart` nanoseconds from one to the next, in pieces of a thousand: nothing is held here.
fn flood(arguments: &[&str], count: u32, apart: u64) -> Run {
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
            record(1_700_000_000_000_000_000 + u64::from(number) * apart, &packet.octets())
        };
        (thousand * 1_000..(thousand + 1) * 1_000).flat_map(syn).collect::<Vec<u8>>()
    });
    analyze(arguments, std::iter::once(header(RAW)).chain(pieces))
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
    check(&flood(&[], 200_000, 100), 200_000, OCTETS_EACH);
}

/// SYNs that nobody answered are let go when there is too little memory, however fast they come. What it takes is looked at
/// each 4 MiB of the capture, and by estimate: it is said which room is left for that.
#[test]
fn a_flood_of_syns_stays_near_the_memory_that_is_allowed() {
    for (nanoseconds, what) in [(1_000_000, "SYNs for 400 s"), (100, "SYNs for 40 ms")] {
        let run = flood(&["--memory", "48MiB"], 400_000, nanoseconds);
        assert_eq!(run.status, Some(0), "{}", run.complaint);
        let limits = run.report["capture"]["limits"].to_string();
        assert!(limits.contains("let go before the end"), "{limits}");
        run.within(&format!("{what} with 48 MiB allowed"), 48 + 64);
    }
}

/// Ten million, where that is asked for: `SSHRST_FLOOD=10000000 cargo test --release --test adversaries ten_million`.
#[test]
fn ten_million_syns_where_they_are_asked_for() {
    let Some(count) = std::env::var("SSHRST_FLOOD").ok().map(|count| count.parse().unwrap()) else {
        println!("skipped: SSHRST_FLOOD does not say how many");
        return;
    };
    check(&flood(&[], count, 100), count, OCTETS_EACH);
}

/// Octets.
const OCTETS_EACH: u64 = 900;

//! Connections made to meet in one place of a table: of an unkeyed one, by addresses and ports that differ in bits which a
//! weak hash drops.

use std::time::Instant;

use super::forge::{SYN, Segment, capture};
use super::run::analyze;

/// A SYN from each of `count` ends, which `end` makes.
fn flood(count: u32, end: impl Fn(u32) -> ([u8; 4], u16)) -> Vec<u8> {
    capture((0..count).map(|number| {
        let (client, port) = end(number);
        Segment { client, port, answer: false, seq: number, ack: 0, flags: SYN, data: b"" }.octets()
    }))
}

/// Words of 32 bits that an XOR of address and port cannot tell apart, that a sum cannot, and that a hash by multiplication
/// without mixing puts into few buckets: the high halves only.
#[test]
fn connections_that_a_weak_hash_cannot_tell_apart_take_no_longer_than_others() {
    const COUNT: u32 = 40_000;
    let plain = flood(COUNT, |number| {
        (number.wrapping_mul(0x9e37_79b9).to_be_bytes(), 1024 + (number % 60_000) as u16)
    });
    let xored = flood(COUNT, |number| {
        let port = 1024 + (number % 60_000) as u16;
        ((0x0a00_0000 | u32::from(port) ^ 0x5555).to_be_bytes(), port)
    });
    let summed = flood(COUNT, |number| {
        let port = 1024 + (number % 60_000) as u16;
        (0x0a00_ffff_u32.wrapping_sub(u32::from(port)).to_be_bytes(), port)
    });
    let high =
        flood(COUNT, |number| ((number << 16 | 0x0101).to_be_bytes(), (number >> 16) as u16 * 256 + 1024));
    let time = |capture: &Vec<u8>| {
        let began = Instant::now();
        let run = analyze(&[], [capture.clone()]);
        assert_eq!(run.status, Some(0), "{}", run.complaint);
        run.within("colliding flows", 128);
        began.elapsed()
    };
    let usual = time(&plain);
    for (name, other) in [("xored", xored), ("summed", summed), ("high", high)] {
        let took = time(&other);
        // One chain of 40 000 would take some thousand times as long.
        assert!(took < usual * 5 + std::time::Duration::from_secs(1), "{name}: {took:?}, usually {usual:?}");
    }
}

//! Numbers in the classes that rules have, and what a connection is by itself beside its packets.

use std::hash::Hasher;

use super::hosts::LOOPS;
use crate::flow::{Acceptance, Flow, Half, SeenReset, Side, Silence};
use crate::ssh::Transcript;
use crate::units::{Elapsed, Hops, Timestamp};

/// How many of `bounds`, which ascend, `value` has reached.
pub(super) fn step<T: PartialOrd + Copy>(value: T, bounds: &[T]) -> u8 {
    bounds.iter().take_while(|bound| value >= **bound).count() as u8
}

/// A time by the bounds that rules have.
pub(super) fn span(time: Elapsed, millis: &[i64]) -> u8 {
    let bounds = millis.iter().take_while(|bound| time >= Elapsed::from_millis(**bound));
    bounds.count() as u8
}

/// Whether no router has lowered this TTL.
pub(super) const fn is_fresh(ttl: u8) -> bool {
    matches!(ttl, 64 | 128 | 255)
}

/// Distances of hosts and boxes, in the classes that rules have: not lowered by a router, or by which usual start.
pub(super) fn distance(ttl: u8) -> u8 {
    match ttl {
        _ if is_fresh(ttl) => 0,
        ..=32 => 1,
        33..=63 => 2,
        65..=127 => 3,
        _ => 4,
    }
}

/// What one TTL is to another.
pub(super) fn ttl_relation(ttl: u8, other: u8) -> u8 {
    match (i16::from(ttl) - i16::from(other)).abs() {
        0 => 0,
        _ if Hops::from_ttl(ttl) == Hops::from_ttl(other) => 1,
        1 => 2,
        _ => 3,
    }
}

pub(super) fn half(flow: &Flow, side: Side, end: Timestamp, features: &mut impl Hasher) {
    let half: &Half = flow.half(side);
    features.write_u64(half.packets);
    features.write_u64(half.retransmitted);
    features.write_u32(half.openings);
    features.write_u32(half.outages);
    features.write_u64(half.losses.ahead);
    features.write_u8(half.ttl.values().len() as u8);
    features.write_u8(half.ttl.usual().map_or(9, |usual| distance(usual.value)));
    features.write_u8(u8::from(half.midstream));
    features.write_u64(half.assembler.missing);
    features.write_u8(step(half.round_trips.count, &LOOPS));
    let owed = half.unanswered.map(|owed| {
        let waited = owed.last.time.since(owed.first.time);
        let left = end.since(owed.first.time);
        let repeats = step(owed.repeats, &[1, 2]) | step(owed.in_a_row, &[1, 2]) << 4;
        (repeats, span(waited, &[600]), span(left, &[600]), u8::from(owed.probe))
    });
    let (repeats, waited, left, probe) = owed.unwrap_or((9, 0, 0, 0));
    features.write(&[repeats, waited, left, probe]);
}

pub(super) fn seen_reset(reset: &SeenReset, features: &mut impl Hasher) {
    let acceptance = match reset.acceptance {
        Acceptance::Exact => 0,
        Acceptance::InWindow => 1,
        Acceptance::Outside => 2,
        Acceptance::Unknown => 3,
    };
    features.write(&[acceptance, u8::from(reset.after_fin), u8::from(reset.owed_to_receiver.is_some())]);
    silence(reset.silence, features);
    silence(reset.survived, features);
    silence(reset.pause.last, features);
    silence(reset.pause.survived, features);
}

/// A silence, by how long it must be for rules and idle timers: those begin at some seconds.
pub(super) fn silence(silence: Option<Silence>, features: &mut impl Hasher) {
    let length =
        silence.map_or(9, |it| span(it.length, &[500, 2_000, 5_000, 10_000, 30_000, 45_000, 60_000]));
    features.write_u8(length);
}

/// What both sides said.
pub(super) fn speech(transcript: &Transcript, features: &mut impl Hasher) {
    features.write_u8(transcript.phase.map_or(9, |phase| phase as u8));
    for side in Side::BOTH {
        let party = transcript.party.of(side);
        let texts = [
            party.banner.as_ref().map(|banner| banner.line.as_slice()),
            party.stray.as_ref().map(|stray| stray.text.as_slice()),
            party.disconnect.as_ref().map(|disconnect| disconnect.text.as_slice()),
        ];
        for text in texts {
            features.write_usize(text.map_or(usize::MAX, <[u8]>::len));
            features.write(text.unwrap_or_default());
        }
    }
    for violation in &transcript.violations {
        features.write(violation.id.as_bytes());
        features.write_u8(violation.side as u8);
    }
}

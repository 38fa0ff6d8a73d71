//! What the packets of a connection are to one another.

use std::hash::Hasher;

use super::features::{distance, span, step, ttl_relation};
use crate::case::Generator;
use crate::flow::{Pair, Side};
use crate::units::{Elapsed, Timestamp};
use crate::wire::{End, Segment, Traits};

/// Times of at least this many packets tell whether the capture's clock counts whole milliseconds.
const FEWEST_TIMES: usize = 4;

/// The packets in their order: numbers, fields and times as they stand to those before.
pub(in crate::analysis) fn packets(segments: &[Segment], client: End, features: &mut impl Hasher) {
    let mut before: Option<&Segment> = None;
    let mut last: Pair<Option<&Segment>> = Pair::default();
    let mut after_reset = false;
    for segment in segments {
        let of = if segment.from == client { Side::Client } else { Side::Server };
        let (own, other) = (*last.of(of), *last.of(!of));
        let [flags, more] = segment.flags.0.to_le_bytes();
        let [traits, rare] = segment.traits.0.to_le_bytes();
        let [side, checksum, mark] = [of as u8, segment.checksum as u8, segment.mark as u8];
        features.write_u64(u64::from_le_bytes([
            side,
            segment.tos,
            checksum,
            mark,
            flags,
            more,
            traits,
            rare,
        ]));
        numbers(segment, own, other, features);
        let gap = before.map_or(Elapsed::ZERO, |before| segment.time.since(before.time));
        let bounds: &[i64] =
            if after_reset { &[5, 20, 50, 500, 1_000, 2_000] } else { &[500, 900, 2_000, 3_000, 45_000] };
        fields(segment, own, other, span(gap, bounds), features);
        before = Some(segment);
        if segment.flags.rst() {
            after_reset = true;
            likeness(segment, own, other, features);
            identification(segment, segments, features);
        } else {
            *last.of_mut(of) = Some(segment);
        }
    }
}

/// Whether the capture's clock shows nothing finer than milliseconds, which makes short times inexact.
pub(in crate::analysis) fn in_whole_milliseconds(times: impl Iterator<Item = Timestamp>) -> bool {
    const MILLISECOND: i64 = 1_000_000;
    let mut times = times.map(|time| time.as_nanos() % MILLISECOND);
    let Some(first) = times.next() else { return false };
    let mut count = 1;
    times.inspect(|_| count += 1).all(|rest| rest == first) && count >= FEWEST_TIMES
}

/// Sequence and acknowledgement number: where they stand to what was sent before, as far as that is near.
fn numbers(segment: &Segment, own: Option<&Segment>, other: Option<&Segment>, features: &mut impl Hasher) {
    let near = |distance: i32| distance.clamp(-70_000, 70_000);
    let sequence = own.map_or(i32::MAX, |own| near(segment.seq.since(own.end())));
    let acknowledged = other.map_or(i32::MAX, |other| near(segment.ack.since(other.end())));
    features.write_u64(u64::from(sequence as u32) << 32 | u64::from(acknowledged as u32));
    // A reset that takes its number from what it answers.
    let asked = other.is_some_and(|other| other.flags.ack() && other.ack == segment.seq);
    let zeros = u32::from(segment.seq.0 == 0) | u32::from(segment.ack.0 == 0) << 1 | u32::from(asked) << 2;
    features.write_u64(u64::from(segment.payload_len) << 32 | u64::from(zeros));
}

fn equal(field: fn(&Segment) -> u32, one: &Segment, with: Option<&Segment>) -> u8 {
    u8::from(with.is_some_and(|with| field(with) == field(one)))
}

fn fields(
    segment: &Segment,
    own: Option<&Segment>,
    other: Option<&Segment>,
    gap: u8,
    features: &mut impl Hasher,
) {
    let same = |field| equal(field, segment, own) | equal(field, segment, other) << 1;
    features.write_u64(u64::from_le_bytes([
        own.map_or(9, |own| ttl_relation(segment.ttl, own.ttl)),
        distance(segment.ttl),
        u8::from(segment.window == 0),
        u8::from(segment.link_source == 0) | u8::from(segment.flow_label == 0) << 1,
        same(|it| it.link_source),
        same(|it| it.flow_label),
        gap,
        0,
    ]));
}

/// What a reset has in common with the last packets of both ends.
fn likeness(reset: &Segment, own: Option<&Segment>, other: Option<&Segment>, features: &mut impl Hasher) {
    let clock = own.map_or(0, |own| reset.ts_value.wrapping_sub(own.ts_value) as i32);
    let clock = step(clock, &[-1_000_000, -1_000, 0, 1, 100, 1_000, 10_000, 1_000_000]);
    features.write(&[
        equal(|it| it.window.into(), reset, own) | equal(|it| it.window.into(), reset, other) << 1,
        if reset.traits.has(Traits::TIMESTAMPS) { clock } else { 9 },
        u8::from(other.is_some_and(|other| other.ts_value == reset.ts_echo)),
    ]);
}

/// The identification and the window of a reset beside those of its sender's packets, and of those of the other end.
fn identification(reset: &Segment, segments: &[Segment], features: &mut impl Hasher) {
    let before = || segments.iter().take_while(|it| it.frame < reset.frame).filter(|it| !it.flags.rst());
    let numbers = || before().filter(|it| it.from == reset.from && !it.flags.syn());
    let own: Vec<Segment> =
        if numbers().count() < Generator::FEWEST { Vec::new() } else { numbers().copied().collect() };
    let generator = Generator::of(&own);
    let kind = match generator {
        None => 0,
        Some(Generator::Zero) => 1,
        Some(Generator::Counter { .. }) => 2,
    };
    let steps = generator.and_then(|it| it.steps_to(reset.ip_id)).map_or(9, |steps| step(steps, &[5]));
    let copied = before().any(|it| it.from != reset.from && it.ip_id == reset.ip_id);
    let last = numbers().last();
    let apart = last.map_or(9, |last| step(reset.ip_id.wrapping_sub(last.ip_id), &[1, 5, 65, 2_049]));
    let windows = numbers().filter(|it| it.window == reset.window).count().min(1);
    let full = u8::from(reset.window == u16::MAX);
    features.write(&[
        kind,
        steps,
        apart,
        u8::from(reset.ip_id == 0) | u8::from(copied) << 1 | full << 2 | (windows as u8) << 3,
    ]);
}

//! What the judgement of a brief connection rests on, as one number.
//!
//! Two connections of one shape are judged alike: every detector would see the same relations in them. Ports, addresses,
//! sequence numbers and exact times are left out; what they are to each other is kept, with the bounds that the rules of
//! [`crate::detect`], [`crate::case`] and [`crate::infer`] have.

use std::hash::{BuildHasher, Hasher};

use foldhash::quality::RandomState;

use crate::case::Host;
use crate::flow::{Acceptance, Flow, Half, Pair, SeenReset, Side, Silence};
use crate::ssh::Transcript;
use crate::units::{Elapsed, Hops, Timestamp};
use crate::wire::{Segment, Traits};

/// What a connection shows by itself, and what its hosts are to be compared with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    own: u64,
    reset: Option<Compared>,
}

/// Numbers of the first reset that other connections of its claimed sender say more about.
#[derive(Clone, Copy, Debug)]
struct Compared {
    claimed: Side,
    ttl: u8,
    /// Time from the last packet of the receiver, and the shortest loop to the claimed sender in this connection.
    answer: Elapsed,
    round_trip: Option<Elapsed>,
}

/// Makes shapes.
#[derive(Debug, Default)]
pub(super) struct Shapes(RandomState);

impl Shapes {
    /// The shape of `flow`; `end`: of the capture.
    pub(super) fn of(&self, flow: &Flow, transcript: Option<&Transcript>, end: Timestamp) -> Shape {
        let mut features = self.0.build_hasher();
        for side in Side::BOTH {
            half(flow, side, end, &mut features);
        }
        packets(flow, &mut features);
        for reset in &flow.resets {
            seen_reset(reset, &mut features);
        }
        let pauses = flow.pauses.pauses();
        let silences = [flow.silences.leading_here(), flow.silences.longest_survived()];
        silences.into_iter().chain([pauses.last, pauses.survived]).for_each(|it| silence(it, &mut features));
        features.write_u64(flow.copies.min(4));
        features.write_u8(u8::from(flow.time_reversals > 0));
        if let Some(transcript) = transcript {
            speech(transcript, &mut features);
        }
        let reset = flow.resets.first().map(|reset| compared(reset, flow));
        Shape { own: features.finish(), reset }
    }

    /// The shape with what other connections show of its two hosts.
    pub(super) fn among(&self, shape: &Shape, client: &Host, server: &Host) -> u64 {
        let mut features = self.0.build_hasher();
        features.write_u64(shape.own);
        for (side, host) in [(Side::Client, client), (Side::Server, server)] {
            let compared = shape.reset.filter(|reset| reset.claimed == side);
            others(host, compared, &mut features);
        }
        features.finish()
    }
}

/// How many of `bounds`, which ascend, `value` has reached.
fn step<T: PartialOrd + Copy>(value: T, bounds: &[T]) -> u8 {
    bounds.iter().take_while(|bound| value >= **bound).count() as u8
}

/// A time by the bounds that rules have.
fn span(time: Elapsed, millis: &[i64]) -> u8 {
    let bounds = millis.iter().take_while(|bound| time >= Elapsed::from_millis(**bound));
    bounds.count() as u8
}

/// Distances of hosts and boxes, in the classes that rules have: not lowered by a router, or by which usual start.
fn distance(ttl: u8) -> u8 {
    match ttl {
        64 | 128 | 255 => 0,
        ..=32 => 1,
        33..=63 => 2,
        65..=127 => 3,
        _ => 4,
    }
}

/// What one TTL is to another.
fn ttl_relation(ttl: u8, other: u8) -> u8 {
    match (i16::from(ttl) - i16::from(other)).abs() {
        0 => 0,
        _ if Hops::from_ttl(ttl) == Hops::from_ttl(other) => 1,
        1 => 2,
        _ => 3,
    }
}

fn half(flow: &Flow, side: Side, end: Timestamp, features: &mut impl Hasher) {
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
    features.write_u8(step(half.round_trips.count, &[1, 2, 3, 5, 10]));
    let shortest = half.round_trips.min.map_or(Elapsed::MAX, |it| it.time);
    features.write_u8(step(shortest, &[Elapsed::from_micros(100), Elapsed::from_millis(2)]));
    let owed = half.unanswered.map(|owed| {
        let waited = owed.last.time.since(owed.first.time);
        let left = end.since(owed.first.time);
        let repeats = step(owed.repeats, &[1, 2]) | step(owed.in_a_row, &[1, 2]) << 4;
        (repeats, span(waited, &[600]), span(left, &[600]), u8::from(owed.probe))
    });
    let (repeats, waited, left, probe) = owed.unwrap_or((9, 0, 0, 0));
    features.write(&[repeats, waited, left, probe]);
}

/// The packets in their order: numbers, fields and times as they stand to those before.
fn packets(flow: &Flow, features: &mut impl Hasher) {
    let mut before: Option<&Segment> = None;
    let mut last: Pair<Option<&Segment>> = Pair::default();
    let mut after_reset = false;
    for segment in flow.timeline.segments() {
        let side = flow.side(segment.from);
        let (own, other) = (*last.of(side), *last.of(!side));
        features.write(&[side as u8, segment.tos, segment.checksum as u8, segment.mark as u8]);
        features.write_u16(segment.flags.0);
        features.write_u16(segment.traits.0);
        features.write_u32(segment.payload_len);
        numbers(segment, own, other, features);
        fields(segment, own, other, features);
        let gap = before.map_or(Elapsed::ZERO, |before| segment.time.since(before.time));
        let bounds: &[i64] =
            if after_reset { &[5, 20, 50, 500, 1_000, 2_000] } else { &[500, 900, 2_000, 3_000, 45_000] };
        features.write_u8(span(gap, bounds));
        after_reset |= segment.flags.rst();
        before = Some(segment);
        if !segment.flags.rst() {
            *last.of_mut(side) = Some(segment);
        }
    }
}

/// Sequence and acknowledgement number: where they stand to what was sent before, as far as that is near.
fn numbers(segment: &Segment, own: Option<&Segment>, other: Option<&Segment>, features: &mut impl Hasher) {
    let near = |distance: i32| distance.clamp(-70_000, 70_000);
    features.write_i32(own.map_or(i32::MAX, |own| near(segment.seq.since(own.end()))));
    features.write_i32(other.map_or(i32::MAX, |other| near(segment.ack.since(other.end()))));
    features.write_u8(u8::from(segment.seq.0 == 0) | u8::from(segment.ack.0 == 0) << 1);
    // A reset that takes its number from what it answers.
    let asked = other.is_some_and(|other| other.flags.ack() && other.ack == segment.seq);
    features.write_u8(u8::from(asked));
}

fn fields(segment: &Segment, own: Option<&Segment>, other: Option<&Segment>, features: &mut impl Hasher) {
    let equal = |field: fn(&Segment) -> u32, with: Option<&Segment>| {
        u8::from(with.is_some_and(|with| field(with) == field(segment)))
    };
    let id = |segment: &Segment| u32::from(segment.ip_id);
    let window = |segment: &Segment| u32::from(segment.window);
    let id_step = own.map_or(9, |own| step(segment.ip_id.wrapping_sub(own.ip_id), &[1, 5, 65, 2_049]));
    let clock = own.map_or(0, |own| segment.ts_value.wrapping_sub(own.ts_value) as i32);
    features.write(&[
        own.map_or(9, |own| ttl_relation(segment.ttl, own.ttl)),
        distance(segment.ttl),
        u8::from(segment.ip_id == 0) | equal(id, other) << 1 | u8::from(segment.window == 0) << 2,
        id_step,
        equal(window, own) | equal(window, other) << 1,
        equal(|it| it.link_source, own) | equal(|it| it.link_source, other) << 1,
        u8::from(segment.link_source == 0) | u8::from(segment.flow_label == 0) << 1,
        equal(|it| it.flow_label, own) | equal(|it| it.flow_label, other) << 1,
        if segment.traits.has(Traits::TIMESTAMPS) { step(clock, &[-1_000_000, 0, 1, 1_000_000]) } else { 9 },
        u8::from(other.is_some_and(|other| other.ts_value == segment.ts_echo)),
    ]);
}

fn seen_reset(reset: &SeenReset, features: &mut impl Hasher) {
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
fn silence(silence: Option<Silence>, features: &mut impl Hasher) {
    let length =
        silence.map_or(9, |it| span(it.length, &[500, 2_000, 5_000, 10_000, 30_000, 45_000, 60_000]));
    features.write_u8(length);
}

/// What both sides said.
fn speech(transcript: &Transcript, features: &mut impl Hasher) {
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

fn compared(reset: &SeenReset, flow: &Flow) -> Compared {
    let segment = &reset.segment;
    let asked = |other: &&Segment| other.from != segment.from && other.frame < segment.frame;
    let answer = flow.timeline.segments().rfind(asked).map(|other| segment.time.since(other.time));
    let claimed = flow.side(segment.from);
    Compared {
        claimed,
        ttl: segment.ttl,
        answer: answer.unwrap_or_default(),
        round_trip: flow.half(claimed).round_trips.min.map(|it| it.time),
    }
}

/// What other connections show of one host.
fn others(host: &Host, reset: Option<Compared>, features: &mut impl Hasher) {
    let usual = host.ttl.usual();
    features.write(&[
        step(host.ttl.total(), &[1, 2, 3, 5]),
        host.ttl.values().len().min(2) as u8,
        usual.map_or(9, |usual| distance(usual.value)),
        step(host.loops, &[1, 2, 3, 5, 10]),
        u8::from(host.loop_of_handshake),
        u8::from(host.unfinished),
        host.answers.len().min(2) as u8,
    ]);
    let Some(reset) = reset else { return };
    let shortest = reset.round_trip.into_iter().chain(host.round_trip.map(|it| it.time)).min();
    let ratio = shortest.and_then(|shortest| reset.answer.ratio(shortest));
    let sure = shortest.is_some_and(|shortest| shortest - reset.answer >= Elapsed::from_micros(400));
    features.write(&[
        usual.map_or(9, |usual| ttl_relation(reset.ttl, usual.value)),
        step(host.ttl.count(reset.ttl), &[1, 2]),
        ratio.map_or(9, |ratio| step(ratio, &[0.5, 0.8, 0.92, 0.95, 1.15, 1.5])),
        u8::from(sure),
        shortest.map_or(9, |it| step(it, &[Elapsed::from_micros(100), Elapsed::from_millis(2)])),
    ]);
}

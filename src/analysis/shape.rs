//! What the judgement of a brief connection rests on, as one number.
//!
//! Two connections of one shape are judged alike: every detector would see the same relations in them. Ports, addresses,
//! sequence numbers and exact times are left out; what they are to each other is kept, with the bounds that the rules of
//! [`crate::detect`], [`crate::case`] and [`crate::infer`] have.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher};

use foldhash::quality::RandomState;

use crate::case::{Generator, Host};
use crate::flow::{Acceptance, Flow, Half, Pair, SeenReset, Side, Silence};
use crate::ssh::Transcript;
use crate::units::{Elapsed, Hops, Timestamp};
use crate::wire::{End, Segment, Seq, Traits};

/// What a connection shows by itself, and what its hosts are to be compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Of all that it shows by itself.
    pub(super) own: u64,
    pub(super) client: Shown,
    pub(super) server: Shown,
    /// Its loops hold one that no application delayed.
    pub(super) handshake: bool,
    pub(super) reset: Option<Compared>,
}

/// Numbers of one end that other connections of the host say more about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    /// Usual TTL of its packets; 0 where there are none, or none that tells.
    pub(super) ttl: u8,
    /// Loops from the capture point to it and back, up to 255.
    pub(super) loops: u8,
    /// The shortest of them.
    pub(super) shortest: Micros,
}

/// Numbers of the first reset that other connections of its claimed sender say more about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Compared {
    pub(super) claimed: Side,
    pub(super) ttl: u8,
    /// It came upon something: it is no abort that acknowledges nothing new.
    pub(super) timed: bool,
    /// Time from the last packet of the receiver.
    pub(super) answer: Micros,
}

/// A time in whole microseconds, up to 71 minutes; [`Micros::NONE`] for no time at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Micros(u32);

impl Micros {
    pub(super) const NONE: Self = Self(u32::MAX);

    pub(super) fn of(time: Option<Elapsed>) -> Self {
        let micros = |time: Elapsed| u32::try_from((time.as_nanos() / 1_000).max(0)).unwrap_or(u32::MAX - 1);
        Self(time.map_or(u32::MAX, micros))
    }

    /// The time; zero for none.
    pub(super) const fn elapsed(self) -> Elapsed {
        Elapsed::from_micros(if self.0 == u32::MAX { 0 } else { self.0 as i64 })
    }

    const fn millis(millis: u32) -> Self {
        Self(millis * 1_000)
    }

    /// `self / other`; `None` without one of them.
    fn ratio(self, other: Self) -> Option<f64> {
        (other != Self::NONE && other.0 > 0).then(|| f64::from(self.0) / f64::from(other.0))
    }
}

impl Default for Micros {
    fn default() -> Self {
        Self::NONE
    }
}

/// Makes shapes.
#[derive(Clone, Debug, Default)]
pub(super) struct Shapes(RandomState);

/// Times of at least this many packets tell whether the capture's clock counts whole milliseconds.
const FEWEST_TIMES: usize = 4;

impl Shapes {
    /// The shape of `flow`; `end`: of the capture.
    pub(super) fn of(&self, flow: &Flow, transcript: Option<&Transcript>, end: Timestamp) -> Shape {
        let mut features = self.0.build_hasher();
        for side in Side::BOTH {
            half(flow, side, end, &mut features);
        }
        packets(&flow.timeline.segments(), flow.client, &mut features);
        features.write_u8(u8::from(in_whole_milliseconds(flow.timeline.segments().map(|it| it.time))));
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
        Shape {
            own: features.finish(),
            client: shown(flow, Side::Client),
            server: shown(flow, Side::Server),
            handshake: flow.has_handshake_loop(),
            reset: flow.resets.first().map(|reset| compared(&reset.segment, reset.sender_acked, flow)),
        }
    }

    /// Where features are gathered.
    pub(super) fn hasher(&self) -> impl Hasher + use<> {
        self.0.build_hasher()
    }

    /// The shape with what other connections show of its two hosts, which is asked only where it can matter.
    pub(super) fn among<'a>(&self, shape: &Shape, others: impl Fn(Side) -> Cow<'a, Host>) -> u64 {
        let mut features = self.0.build_hasher();
        features.write_u64(shape.own);
        let known = Side::BOTH.map(|side| known(side, shape, || others(side), &mut features));
        if let [Known { fresh: 1, shortest: one }, Known { fresh: 1, shortest: other }] = known {
            // Which of the two was captured on.
            features.write_u8(one.ratio(other).map_or(9, |ratio| step(ratio, &[0.25, 4.0])));
        }
        features.finish()
    }
}

/// What is known of a host by all connections.
struct Known {
    /// 0: routers lowered its TTL; 1: none did; 2: nothing tells.
    fresh: u8,
    shortest: Micros,
}

/// Loops within one machine, and within one site.
const SHORT_LOOPS: [Micros; 2] = [Micros(101), Micros::millis(2)];

/// How many of `bounds`, which ascend, `value` has reached.
fn step<T: PartialOrd + Copy>(value: T, bounds: &[T]) -> u8 {
    bounds.iter().take_while(|bound| value >= **bound).count() as u8
}

/// A time by the bounds that rules have.
fn span(time: Elapsed, millis: &[i64]) -> u8 {
    let bounds = millis.iter().take_while(|bound| time >= Elapsed::from_millis(**bound));
    bounds.count() as u8
}

/// Whether no router has lowered this TTL.
const fn is_fresh(ttl: u8) -> bool {
    matches!(ttl, 64 | 128 | 255)
}

/// Distances of hosts and boxes, in the classes that rules have: not lowered by a router, or by which usual start.
fn distance(ttl: u8) -> u8 {
    match ttl {
        _ if is_fresh(ttl) => 0,
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

/// The packets in their order: numbers, fields and times as they stand to those before.
pub(super) fn packets<'a>(
    segments: &(impl Iterator<Item = &'a Segment> + Clone),
    client: End,
    features: &mut impl Hasher,
) {
    let mut before: Option<&Segment> = None;
    let mut last: Pair<Option<&Segment>> = Pair::default();
    let mut after_reset = false;
    for segment in segments.clone() {
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
pub(super) fn in_whole_milliseconds(times: impl Iterator<Item = Timestamp>) -> bool {
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
fn identification<'a>(
    reset: &Segment,
    segments: &(impl Iterator<Item = &'a Segment> + Clone),
    features: &mut impl Hasher,
) {
    let before = || segments.clone().take_while(|it| it.frame < reset.frame).filter(|it| !it.flags.rst());
    let numbers = || before().filter(|it| it.from == reset.from && !it.flags.syn());
    let own: Vec<&Segment> =
        if numbers().count() < Generator::FEWEST { Vec::new() } else { numbers().collect() };
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

/// Loops of which rules say more than of fewer.
const LOOPS: [u32; 5] = [1, 2, 3, 5, 10];

fn shown(flow: &Flow, side: Side) -> Shown {
    let half = flow.half(side);
    let resets = flow.resets.iter().filter(|it| it.segment.from == flow.end(side));
    // A scanner's own SYN has a TTL of its choice.
    let crafted = half.acked.is_none() && resets.into_iter().any(|it| half.ttl.count(it.segment.ttl) == 0);
    Shown {
        ttl: half.ttl.usual().filter(|_| !crafted).map_or(0, |usual| usual.value),
        loops: half.round_trips.count.min(255) as u8,
        shortest: Micros::of(half.round_trips.min.map(|it| it.time)),
    }
}

fn compared(reset: &Segment, acked: Option<Seq>, flow: &Flow) -> Compared {
    let earlier = |other: &&Segment| other.from != reset.from && other.frame < reset.frame;
    Compared::of(reset, acked, flow.timeline.segments().rfind(earlier), flow.client)
}

impl Compared {
    /// Of `reset`, whose end had acknowledged up to `acked`; `before`: the last packet of the other end.
    pub(super) fn of(reset: &Segment, acked: Option<Seq>, before: Option<&Segment>, client: End) -> Self {
        let news = acked.is_none_or(|acked| reset.ack.is_after(acked));
        Self {
            claimed: if reset.from == client { Side::Client } else { Side::Server },
            ttl: reset.ttl,
            timed: !reset.flags.ack() || reset.seq.0 == 0 || news,
            answer: Micros::of(before.map(|before| reset.time.since(before.time))),
        }
    }
}

/// What is known of the host of `side`; `others`: what other connections show of it.
fn known<'a>(
    side: Side,
    shape: &Shape,
    others: impl FnOnce() -> Cow<'a, Host>,
    features: &mut impl Hasher,
) -> Known {
    let shown = if side == Side::Client { &shape.client } else { &shape.server };
    let reset = shape.reset.filter(|reset| reset.claimed == side);
    if reset.is_none() && shown.ttl != 0 && !is_fresh(shown.ttl) {
        // It is far away and sent no reset.
        features.write_u8(0);
        return Known { fresh: 0, shortest: Micros::NONE };
    }
    let host = others();
    let usual = host.ttl.usual().map_or(0, |usual| usual.value);
    let fresh = match if shown.ttl == 0 { usual } else { shown.ttl } {
        0 => 2,
        ttl => u8::from(is_fresh(ttl)),
    };
    let shortest = shown.shortest.min(Micros::of(host.round_trip.map(|it| it.time)));
    let known = Known { fresh, shortest };
    features.write_u8(fresh);
    if fresh == 1 {
        features.write(&[step(shortest, &SHORT_LOOPS), u8::from(host.unfinished)]);
    }
    let Some(reset) = reset else { return known };
    features.write_usize(host.answers.len().min(2));
    if shown.ttl == 0 {
        // Its own packets do not tell: then those of other connections are compared with.
        features.write(&[
            step(host.ttl.total(), &[1, 2, 3, 5]),
            host.ttl.values().len().min(2) as u8,
            distance(usual),
            ttl_relation(reset.ttl, usual),
            step(host.ttl.count(reset.ttl), &[1, 2]),
        ]);
    }
    if reset.timed {
        timing(reset, *shown, &host, shortest, shape.handshake, features);
    }
    known
}

/// How soon the reset came, beside the loops to its claimed sender.
fn timing(
    reset: Compared,
    shown: Shown,
    host: &Host,
    shortest: Micros,
    handshake: bool,
    features: &mut impl Hasher,
) {
    let long_enough = step(shortest, &SHORT_LOOPS);
    features.write_u8(long_enough);
    if shortest == Micros::NONE || shortest < Micros::millis(2) {
        return;
    }
    let Micros(answer) = reset.answer;
    let handshake = handshake && shown.loops > 0 || host.loop_of_handshake;
    let loops = u32::from(shown.loops).saturating_add(host.loops);
    let ratio = reset.answer.ratio(shortest);
    features.write(&[
        u8::from(handshake),
        step(loops, if handshake { &LOOPS[..3] } else { &LOOPS }),
        ratio.map_or(9, |ratio| step(ratio, &[0.5, 0.8, 0.92, 0.95, 1.15, 1.5])),
        // Surely sooner than the clock's noise, and in time for an answer.
        u8::from(answer.saturating_add(400) <= shortest.0),
        u8::from(answer < shortest.0.saturating_mul(2).saturating_add(50_000)),
    ]);
}

//! What the judgement of a brief connection rests on, as one number.
//!
//! Two connections of one shape are judged alike: every detector would see the same relations in them. Ports, addresses,
//! sequence numbers and exact times are left out; what they are to each other is kept, with the bounds that the rules of
//! [`crate::detect`], [`crate::case`] and [`crate::infer`] have.

mod features;
mod hosts;
mod packets;

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher};

use foldhash::quality::RandomState;

use crate::case::Host;
use crate::flow::{Flow, Side};
use crate::ssh::Transcript;
use crate::units::{Elapsed, Timestamp};
use crate::wire::{End, Segment, Seq};
use features::{half, seen_reset, silence, speech, step};
use hosts::{Known, known};
pub(super) use packets::{in_whole_milliseconds, packets};

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

impl Shapes {
    /// The shape of `flow`; `end`: of the capture.
    pub(super) fn of(&self, flow: &Flow, transcript: Option<&Transcript>, end: Timestamp) -> Shape {
        let mut features = self.0.build_hasher();
        for side in Side::BOTH {
            half(flow, side, end, &mut features);
        }
        let segments: Vec<Segment> = flow.timeline.segments().collect();
        packets(&segments, flow.client, &mut features);
        features.write_u8(u8::from(in_whole_milliseconds(segments.iter().map(|it| it.time))));
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
    let earlier = |other: &Segment| other.from != reset.from && other.frame < reset.frame;
    Compared::of(reset, acked, flow.timeline.segments().rfind(earlier).as_ref(), flow.client)
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

//! The shape of a brief connection without making its flow.
//!
//! Of a scan's millions of connections nearly all run like some thousand others. A sketch holds all that the shape depends
//! on, read off the packets alone: connections of one sketch have one shape, so that only the first of them is made a flow.
//! What takes more than that (repeated or reordered packets, waits, a start that was not captured) has no sketch and goes the
//! long way.

use std::hash::Hasher;

use super::shape::{Compared, Micros, Shape, Shapes, Shown, in_whole_milliseconds, packets};
use crate::case::{Answer, Sight};
use crate::flow::{Kept, Loop, SHORTEST};
use crate::frame::FrameNo;
use crate::units::{Elapsed, Timestamp};
use crate::wire::{Checksum, End, Segment, Seq, Traits};

/// Where the packets of one brief connection after the other are looked at.
#[derive(Debug, Default)]
pub(super) struct Desk {
    segments: Vec<Segment>,
    low: Sent,
    high: Sent,
}

/// What one end of a connection sent.
#[derive(Debug, Default)]
struct Sent {
    /// A number of its sequence space that the others are told from.
    base: Option<Seq>,
    next: Option<Seq>,
    /// TTL of its packets, and the last of these.
    ttl: Option<(u8, FrameNo)>,
    syn: bool,
    fin: Option<FrameNo>,
    unfinished: bool,
    /// Its last window, and the scale that it announced.
    window: u32,
    /// What passed towards it and is not acknowledged: where it ends, when and where.
    towards: Vec<(Seq, Timestamp, FrameNo)>,
    /// The shortest loop from the capture point to it and back.
    shortest: Option<Loop>,
    loops: u32,
}

/// What a connection that ran without surprises shows.
#[derive(Debug)]
pub(super) struct Sketch<'a> {
    desk: &'a Desk,
    /// Of all that the [shape](super::shape::Shape) of the connection by itself depends on.
    pub(super) hash: u64,
    /// Who opened it.
    pub(super) client: End,
    /// Its first packet.
    pub(super) start: Timestamp,
    reset: Option<Compared>,
}

/// The last packets of a capture: what waits there for an answer was not given the time for one. The bound that
/// [`Shapes::of`] has.
const LAST_MOMENTS: Elapsed = Elapsed::from_millis(600);

impl Desk {
    /// Looks at the packets of `kept`; `None` if there was a surprise. `end`: of the capture.
    pub(super) fn sketch(&mut self, kept: &Kept, shapes: &Shapes, end: Timestamp) -> Option<Sketch<'_>> {
        self.clear();
        let mut features = shapes.hasher();
        for (segment, octets) in kept.packets() {
            self.take(&segment, &mut features)?;
            features.write_usize(octets.len());
            if !octets.is_empty() {
                features.write(octets);
            }
        }
        let first = self.segments.first()?;
        let client = match first.flags {
            flags if flags.is_syn() => first.from,
            flags if flags.is_syn_ack() => !first.from,
            _ => return None,
        };
        if in_whole_milliseconds(self.segments.iter().map(|it| it.time)) {
            return None;
        }
        packets(self.segments.iter(), client, &mut features);
        features.write_usize(self.segments.iter().filter(|it| end.since(it.time) < LAST_MOMENTS).count());
        let (hash, start, reset) = (features.finish(), first.time, self.reset(client));
        Some(Sketch { desk: self, hash, client, start, reset })
    }

    fn clear(&mut self) {
        self.segments.clear();
        for sent in [&mut self.low, &mut self.high] {
            let mut towards = std::mem::take(&mut sent.towards);
            towards.clear();
            *sent = Sent { towards, ..Sent::default() };
        }
    }

    /// Notes the next packet; `None` if it is a surprise.
    fn take(&mut self, segment: &Segment, features: &mut impl Hasher) -> Option<()> {
        let Self { segments, low, high } = self;
        let (own, other) = match segment.from {
            End::Low => (low, high),
            End::High => (high, low),
        };
        let waited = segments.last().map_or(Elapsed::ZERO, |last| segment.time.since(last.time));
        let lasted = segments.first().map_or(Elapsed::ZERO, |first| segment.time.since(first.time));
        let again = segments.iter().any(|earlier| is_alike(earlier, segment));
        if waited < Elapsed::ZERO || lasted >= SHORTEST || again {
            return None;
        }
        features.write_u32(segment.seq.since(*own.base.get_or_insert(segment.seq)) as u32);
        if segment.flags.ack() {
            features.write_u32(segment.ack.since(*other.base.get_or_insert(segment.ack)) as u32);
        }
        if segment.flags.rst() && own.next != Some(segment.seq) {
            // Whether it counts is a question of the window.
            features.write_u32(other.window);
        }
        own.unfinished |= segment.checksum == Checksum::Partial || segment.traits.has(Traits::SUPER_PACKET);
        if !segment.flags.rst() {
            own.send(segment, other)?;
        }
        segments.push(*segment);
        Some(())
    }

    fn of(&self, end: End) -> &Sent {
        match end {
            End::Low => &self.low,
            End::High => &self.high,
        }
    }

    fn reset(&self, client: End) -> Option<Compared> {
        let position = self.segments.iter().position(|it| it.flags.rst())?;
        let (before, rest) = self.segments.split_at_checked(position)?;
        let reset = rest.first()?;
        let acked = before.iter().rfind(|it| it.from == reset.from && it.flags.ack()).map(|it| it.ack);
        let asked = before.iter().rfind(|it| it.from != reset.from);
        Some(Compared::of(reset, acked, asked, client))
    }

    /// What the shape has of `end`.
    fn shown(&self, end: End) -> Shown {
        let sent = self.of(end);
        let of_end = || self.segments.iter().filter(|it| it.from == end);
        let acknowledges = of_end().any(|it| it.flags.ack() && !it.flags.rst());
        let other_ttl = |ttl: u8| of_end().any(|it| it.flags.rst() && it.ttl != ttl);
        Shown {
            ttl: sent.ttl.map(|(ttl, _)| ttl).filter(|ttl| acknowledges || !other_ttl(*ttl)).unwrap_or(0),
            loops: sent.loops.min(255) as u8,
            shortest: Micros::of(sent.shortest.map(|it| it.time)),
        }
    }
}

/// Whether one could be a copy or a repetition of the other.
fn is_alike(a: &Segment, b: &Segment) -> bool {
    (a.seq, a.ack, a.from, a.flags, a.payload_len) == (b.seq, b.ack, b.from, b.flags, b.payload_len)
}

impl Sent {
    /// Notes a segment that is not a reset; `None` if it does not continue what was sent before, acknowledges what was not, or
    /// passed other routers.
    fn send(&mut self, segment: &Segment, other: &mut Self) -> Option<()> {
        let gap = self.next.is_some_and(|next| segment.seq != next || segment.flags.syn());
        let unseen = segment.flags.ack() && other.next.is_some_and(|next| segment.ack.is_after(next));
        let rerouted = self.ttl.is_some_and(|(ttl, _)| ttl != segment.ttl);
        if gap || unseen || rerouted {
            return None;
        }
        self.ttl = Some((segment.ttl, segment.frame));
        self.next = Some(segment.end());
        self.syn |= segment.flags.syn();
        let scale = if segment.flags.syn() { segment.window_scale.into() } else { self.window & 0xff };
        self.window = u32::from(segment.window) << 8 | scale;
        if segment.flags.fin() {
            self.fin.get_or_insert(segment.frame);
        }
        if segment.flags.ack() {
            self.acknowledge(segment);
        }
        if segment.sequence_len() > 0 {
            other.towards.push((segment.end(), segment.time, segment.frame));
        }
        Some(())
    }

    /// As [`crate::flow::RoundTrips`] measures.
    fn acknowledge(&mut self, segment: &Segment) {
        let covered = self.towards.iter().take_while(|(end, ..)| !end.is_after(segment.ack)).count();
        let exact = self.towards.drain(..covered).rfind(|(end, ..)| *end == segment.ack);
        let Some((_, sent, out)) = exact else { return };
        let time = segment.time.since(sent);
        self.loops += 1;
        if self.shortest.is_none_or(|shortest| time < shortest.time) {
            self.shortest = Some(Loop { time, out, back: segment.frame });
        }
    }
}

impl Sketch<'_> {
    /// The connection's shape; `own`: of one with the same [hash](Self::hash).
    pub(super) fn shape(&self, own: u64) -> Shape {
        Shape {
            own,
            client: self.desk.shown(self.client),
            server: self.desk.shown(!self.client),
            handshake: self.desk.low.syn && self.desk.high.syn,
            reset: self.reset,
        }
    }

    /// What it shows of the host at `end`; `None` where it shows none of its packets.
    pub(super) fn sight(&self, end: End) -> Option<Sight> {
        let Desk { segments, low, high } = self.desk;
        let sent = self.desk.of(end);
        let ttl = sent.ttl?;
        let resets = segments.iter().filter(|it| it.flags.rst());
        let answer = sent
            .fin
            .and_then(|fin| Answer::to_late_data(resets, segments.iter(), end, fin, |it| it == ttl.0));
        Some(Sight {
            ttl: Some(ttl),
            round_trip: sent.shortest,
            loops: sent.loops,
            handshake: low.syn && high.syn,
            unfinished: sent.unfinished,
            answer: answer.map(Box::new),
        })
    }
}

#[cfg(test)]
mod tests;

//! The shape of a brief connection without making its flow.
//!
//! Of a scan's millions of connections nearly all run like some thousand others. A sketch holds all that the shape depends
//! on, read off the packets alone: connections of one sketch have one shape, so that only the first of them is made a flow.
//! What takes more than that (repeated or reordered packets, waits, a start that was not captured) has no sketch and goes the
//! long way.

use std::hash::Hasher;

use super::shape::{self, Compared, Micros, Shape, Shapes, Shown, in_whole_milliseconds};
use crate::case::{Answer, Sight};
use crate::flow::{FlowId, Loop, Noted, SHORTEST};
use crate::frame::FrameNo;
use crate::units::{Elapsed, Timestamp};
use crate::wire::{End, Segment, Seq};

/// Where the packets of one brief connection after the other are looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct Desk {
    segments: Vec<Segment>,
    low: Sent,
    high: Sent,
}

/// What one end of a connection sent.
#[derive(Clone, Debug, Default)]
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
#[derive(Clone, Copy, Debug)]
pub(super) struct Sketch {
    /// Of all that the [shape](super::shape::Shape) of the connection by itself depends on.
    pub(super) hash: u64,
    /// Its first packet.
    pub(super) start: Timestamp,
    lasted: Micros,
    /// Who opened it.
    pub(super) client: End,
    handshake: bool,
    /// Whether there are packets of the low and of the high end, resets left out.
    pub(super) sent: [bool; 2],
    shown: [Shown; 2],
    reset: Option<Compared>,
}

/// The last moments of a capture: what waits there for an answer was not given the time for one. Beyond the bound that
/// [`Shapes::of`] has.
const LAST_MOMENTS: Elapsed = Elapsed::from_secs(1);

impl Desk {
    /// Looks at the packets of a connection; `None` if there was a surprise.
    pub(super) fn sketch<'a>(
        &mut self,
        packets: impl Iterator<Item = (Segment, &'a [u8])>,
        shapes: &Shapes,
    ) -> Option<Sketch> {
        self.clear();
        let mut features = shapes.hasher();
        for (segment, octets) in packets {
            self.take(&segment, &mut features)?;
            features.write_usize(octets.len());
            if !octets.is_empty() {
                features.write(octets);
            }
        }
        let (first, last) = (self.segments.first()?, self.segments.last()?);
        let client = match first.flags {
            flags if flags.is_syn() => first.from,
            flags if flags.is_syn_ack() => !first.from,
            _ => return None,
        };
        if in_whole_milliseconds(self.segments.iter().map(|it| it.time)) {
            return None;
        }
        shape::packets(&self.segments, client, &mut features);
        Some(Sketch {
            hash: features.finish(),
            start: first.time,
            lasted: Micros::of(Some(last.time.since(first.time))),
            client,
            handshake: self.low.syn && self.high.syn,
            sent: [self.low.ttl.is_some(), self.high.ttl.is_some()],
            shown: [self.shown(client), self.shown(!client)],
            reset: self.reset(client),
        })
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
        own.unfinished |= segment.is_unfinished();
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
        let (before, after) = self.segments.split_at_checked(position)?;
        let reset = after.first()?;
        let acked = before.iter().rfind(|it| it.from == reset.from && it.flags.ack()).map(|it| it.ack);
        let last = before.iter().rfind(|it| it.from != reset.from);
        Some(Compared::of(reset, acked, last, client))
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

    /// What the connection that was looked at last shows of the host at `end`; `None` where it shows none of its packets.
    pub(super) fn sight(&self, end: End) -> Option<Sight> {
        let sent = self.of(end);
        let ttl = sent.ttl?;
        let resets = self.segments.iter().filter(|it| it.flags.rst());
        let answer = sent.fin.and_then(|fin| {
            Answer::to_late_data(resets, self.segments.iter().copied(), end, fin, |it| it == ttl.0)
        });
        Some(Sight {
            ttl: Some(ttl),
            round_trip: sent.shortest,
            loops: sent.loops,
            handshake: self.low.syn && self.high.syn,
            unfinished: sent.unfinished,
            answer: answer.map(Box::new),
        })
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

impl Sketch {
    /// The connection's shape; `own`: of one with the same hash.
    pub(super) const fn shape(&self, own: u64) -> Shape {
        let [client, server] = self.shown;
        Shape { own, client, server, handshake: self.handshake, reset: self.reset }
    }

    /// Whether it was over some time before the `end` of the capture.
    pub(super) fn is_before(&self, end: Timestamp) -> bool {
        end.since(self.start) >= LAST_MOMENTS + self.lasted.elapsed()
    }
}

/// The sketches of connections, by their numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Sketches {
    pub(super) shapes: Shapes,
    desk: Desk,
    all: Vec<Option<Sketch>>,
}

impl Sketches {
    /// None so far, of the same shapes.
    pub(super) fn sibling(&self) -> Self {
        Self { shapes: self.shapes.clone(), ..Self::default() }
    }

    /// Those of `origins` in their order: the number of each among `parts`, and its number there.
    pub(super) fn joined(parts: &[Box<Self>], origins: &[(usize, FlowId)]) -> Self {
        let sketch = |(part, id): &(usize, FlowId)| *parts.get(*part)?.all.get(id.0 as usize)?;
        let shapes = parts.first().map(|part| part.shapes.clone()).unwrap_or_default();
        Self { shapes, desk: Desk::default(), all: origins.iter().map(sketch).collect() }
    }

    /// Those of `ids`, in this order.
    pub(super) fn only(&self, ids: &[FlowId]) -> Self {
        let all = ids.iter().map(|id| self.get(id.0 as usize).copied()).collect();
        Self { all, ..self.sibling() }
    }

    /// Looks at connection number `id`, which is over.
    pub(super) fn look(&mut self, id: FlowId, noted: &[Noted]) {
        let Self { shapes, desk, all } = self;
        let index = id.0 as usize;
        if index >= all.len() {
            all.resize(index + 1, None);
        }
        if let Some(place) = all.get_mut(index) {
            *place = desk.sketch(noted.iter().map(|it| (it.segment, &*it.octets)), shapes);
        }
    }

    /// What connection number `index` showed when it was over.
    pub(super) fn get(&self, index: usize) -> Option<&Sketch> {
        self.all.get(index)?.as_ref()
    }
}

#[cfg(test)]
mod tests;

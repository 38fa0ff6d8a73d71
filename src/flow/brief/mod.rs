//! A connection of few packets, kept as these packets.
//!
//! A scan opens millions of connections that exchange two to ten packets. A [`Flow`] for each would
//! take some kilobytes; the packets themselves, packed, take about a hundred octets, and the flow is made of them when
//! somebody asks for it. Nothing is lost: the flow is the one that the packets would have made at once.

use std::borrow::Cow;

use crate::flow::packed::{Unpacking, Writer, pack};
use crate::flow::{Event, Flow, FlowId, Moment};
use crate::frame::Place;
use crate::limits::Limits;
use crate::units::Timestamp;
use crate::wire::{End, FlowKey, Packet, Segment};

/// A packet of a brief connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// What it says.
    pub segment: Segment,
    /// The octets of data that were captured of it.
    pub octets: Box<[u8]>,
}

/// The packets of one connection, the copies among them included.
#[derive(Clone, Debug)]
pub(super) struct Brief {
    pub(super) key: FlowKey,
    pub(super) place: Place,
    packets: Packets,
}

#[derive(Clone, Debug)]
enum Packets {
    /// While more are to come.
    Open(Vec<Noted>),
    /// After a reset or a close: usually all there will be.
    Packed(Box<[u8]>),
}

/// Room that brief connections hand on to those that come after them: a scan is millions, one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    noted: Vec<Vec<Noted>>,
    writer: Writer,
}

impl Room {
    /// Lists kept for later connections: as many as usually live at one time.
    const KEPT: usize = 1_024;
}

impl Brief {
    /// A connection of which nothing but its first packet is known; it is still to be [noted](Self::note).
    pub(super) const fn new(key: FlowKey, place: Place) -> Self {
        Self { key, place, packets: Packets::Open(Vec::new()) }
    }

    /// Notes `packet`; false, and nothing noted, when it is one too many to be brief. All packets so far go to `over` when
    /// this one ended the connection.
    pub(super) fn note(
        &mut self,
        packet: &Packet<'_>,
        limits: &Limits,
        room: &mut Room,
        over: impl FnOnce(&[Noted]),
    ) -> bool {
        if let Packets::Packed(octets) = &self.packets {
            self.packets = Packets::Open(unpack(octets));
        }
        let Packets::Open(noted) = &mut self.packets else { return false };
        let held: usize = noted.iter().map(|packet| packet.octets.len()).sum();
        if noted.len() >= limits.brief_packets || held + packet.payload.len() > limits.brief_octets {
            return false;
        }
        if noted.capacity() == 0 {
            *noted = room.noted.pop().unwrap_or_else(|| Vec::with_capacity(4));
        }
        noted.push(Noted { segment: packet.segment, octets: packet.payload.into() });
        if is_over(noted) {
            over(noted);
            let octets = pack(noted.iter().map(|it| (&it.segment, &*it.octets)), &mut room.writer);
            let mut emptied = std::mem::take(noted);
            emptied.clear();
            if room.noted.len() < Room::KEPT {
                room.noted.push(emptied);
            }
            self.packets = Packets::Packed(octets);
        }
        true
    }

    /// Whether `segment` repeats the last SYN of its end.
    pub(super) fn repeats_syn(&self, segment: &Segment) -> bool {
        let packets = self.packets();
        let last = packets.iter().rfind(|it| it.segment.from == segment.from && it.segment.flags.syn());
        last.is_some_and(|last| last.segment.seq == segment.seq)
    }

    /// Whether a reset or both FINs passed.
    pub(super) const fn is_over(&self) -> bool {
        matches!(self.packets, Packets::Packed(_))
    }

    /// When its last packet passed.
    pub(super) fn last(&self) -> Option<Timestamp> {
        self.each().last().map(|(segment, _)| segment.time)
    }

    /// Its packets, and the octets of data that were captured of each.
    pub(super) fn each(&self) -> impl Iterator<Item = (Segment, &[u8])> {
        let (open, packed): (&[Noted], &[u8]) = match &self.packets {
            Packets::Open(noted) => (noted, &[]),
            Packets::Packed(packed) => (&[], packed),
        };
        open.iter().map(|noted| (noted.segment, &*noted.octets)).chain(Unpacking::of(packed))
    }

    fn packets(&self) -> Cow<'_, [Noted]> {
        match &self.packets {
            Packets::Open(noted) => Cow::Borrowed(noted),
            Packets::Packed(octets) => Cow::Owned(unpack(octets)),
        }
    }

    /// The flow that these packets make; what it hands on goes to `tell`.
    pub(super) fn replay(
        &self,
        id: FlowId,
        ports: &[u16],
        limits: &Limits,
        tell: &mut impl FnMut(FlowId, Moment, Event<'_>),
    ) -> Option<Flow> {
        let noted = self.packets();
        let packet = |noted: &Noted| (self.key, self.place, noted.segment);
        let (key, place, first) = packet(noted.first()?);
        let mut flow = Flow::new(&Packet { key, place, segment: first, payload: &[] }, ports);
        tell(id, Moment::of(&first), Event::Opened { midstream: !first.flags.syn() });
        for noted in noted.iter() {
            let (key, place, segment) = packet(noted);
            flow.handle(&Packet { key, place, segment, payload: &noted.octets }, id, limits, tell);
        }
        Some(flow)
    }
}

/// Whether a reset passed last, or the FINs of both ends: hardly anything comes after that but the acknowledgement of a FIN.
fn is_over(noted: &[Noted]) -> bool {
    let closed = |end| noted.iter().any(|it| it.segment.from == end && it.segment.flags.fin());
    let reset = noted.last().is_some_and(|last| last.segment.flags.rst());
    reset || closed(End::Low) && closed(End::High)
}

/// The packets that were packed into `octets`.
fn unpack(octets: &[u8]) -> Vec<Noted> {
    Unpacking::of(octets).map(|(segment, octets)| Noted { segment, octets: octets.into() }).collect()
}

#[cfg(test)]
mod tests;

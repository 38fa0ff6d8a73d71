//! A connection of few packets, kept as these packets.
//!
//! A scan opens millions of connections that exchange two to ten packets. A [`Flow`] for each would
//! take some kilobytes; the packets themselves, packed, take about a hundred octets, and the flow is made of them when
//! somebody asks for it. Nothing is lost: the flow is the one that the packets would have made at once.

mod noted;

pub use noted::Noted;

use crate::flow::packed::{Unpacking, Writer, pack};
use crate::flow::{Event, Flow, FlowId, Moment};
use crate::frame::Place;
use crate::limits::Limits;
use crate::units::Timestamp;
use crate::wire::{End, FlowKey, Packet, Segment};

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
    Open(Noted),
    /// After a reset or a close: usually all there will be.
    Packed(Box<[u8]>),
}

/// Room that brief connections hand on to those that come after them: a scan is millions, one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    noted: Vec<Noted>,
    writer: Writer,
}

impl Room {
    /// Lists kept for later connections: as many as usually live at one time.
    const KEPT: usize = 1_024;
}

impl Room {
    fn list(&mut self) -> Noted {
        self.noted.pop().unwrap_or_default()
    }

    fn back(&mut self, mut list: Noted) {
        if self.noted.len() < Self::KEPT {
            list.clear();
            self.noted.push(list);
        }
    }
}

impl Brief {
    /// A connection of which nothing but its first packet is known; it is still to be [noted](Self::note).
    pub(super) fn new(key: FlowKey, place: Place, room: &mut Room) -> Self {
        Self { key, place, packets: Packets::Open(room.list()) }
    }

    /// Notes `packet`; false, and nothing noted, when it is one too many to be brief. All packets so far go to `over` when
    /// this one ended the connection.
    pub(super) fn note(
        &mut self,
        packet: &Packet<'_>,
        limits: &Limits,
        room: &mut Room,
        over: impl FnOnce(&Noted),
    ) -> bool {
        if let Packets::Packed(packed) = &self.packets {
            let mut noted = room.list();
            Unpacking::of(packed).for_each(|(segment, octets)| noted.push(segment, octets));
            self.packets = Packets::Open(noted);
        }
        let Packets::Open(noted) = &mut self.packets else { return false };
        let octets = noted.octets() + packet.payload.len();
        if noted.len() >= limits.brief_packets || octets > limits.brief_octets {
            return false;
        }
        noted.push(packet.segment, packet.payload);
        if is_over(noted) {
            over(noted);
            let octets = pack(noted.each(), &mut room.writer);
            if let Packets::Open(noted) = std::mem::replace(&mut self.packets, Packets::Packed(octets)) {
                room.back(noted);
            }
        }
        true
    }

    /// Reads where its packets lie.
    pub(super) fn foresee_place(&self) {
        if let Packets::Open(noted) = &self.packets {
            noted.foresee_place();
        }
    }

    /// Reads what taking a packet begins with.
    pub(super) fn foresee(&self) {
        if let Packets::Open(noted) = &self.packets {
            noted.foresee();
        }
    }

    /// Whether `segment` repeats the last SYN of its end.
    pub(super) fn repeats_syn(&self, segment: &Segment) -> bool {
        let syns = self.each().filter(|(it, _)| it.from == segment.from && it.flags.syn());
        syns.last().is_some_and(|(last, _)| last.seq == segment.seq)
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
        let (open, packed) = match &self.packets {
            Packets::Open(noted) => (Some(noted), &[][..]),
            Packets::Packed(packed) => (None, &**packed),
        };
        let open = open.into_iter().flat_map(Noted::each);
        open.map(|(segment, octets)| (*segment, octets)).chain(Unpacking::of(packed))
    }

    /// The flow that these packets make; what it hands on goes to `tell`.
    pub(super) fn replay(
        &self,
        id: FlowId,
        ports: &[u16],
        limits: &Limits,
        tell: &mut impl FnMut(FlowId, Moment, Event<'_>),
    ) -> Option<Flow> {
        let Self { key, place, .. } = *self;
        let (first, _) = self.each().next()?;
        let mut flow = Flow::new(&Packet { key, place, segment: first, payload: &[] }, ports);
        tell(id, Moment::of(&first), Event::Opened { midstream: !first.flags.syn() });
        for (segment, payload) in self.each() {
            flow.handle(&Packet { key, place, segment, payload }, id, limits, tell);
        }
        Some(flow)
    }
}

/// Whether a reset passed last, or the FINs of both ends: hardly anything comes after that but the acknowledgement of a FIN.
fn is_over(noted: &Noted) -> bool {
    let closed = |end| noted.each().any(|(it, _)| it.from == end && it.flags.fin());
    let reset = noted.last().is_some_and(|last| last.flags.rst());
    reset || closed(End::Low) && closed(End::High)
}

#[cfg(test)]
mod tests;

//! Which connection a packet belongs to.
//!
//! A 4-tuple can be used again (another incarnation), and the same packets can be seen at two places of one
//! capture: both become connections of their own.

use foldhash::quality::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

use crate::flow::{Delivery, Flow, OrientedBy, Side};
use crate::frame::Place;
use crate::limits::Limits;
use crate::wire::{End, FlowKey, Packet, Quote, Segment};

/// Index of a connection, in the order of their first packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowId(pub u32);

/// What a packet did, for the stage behind.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A new connection; `midstream`: its first packet is no part of a handshake.
    Opened {
        /// The handshake is not in the capture.
        midstream: bool,
    },
    /// Octets of `from`'s stream, in order.
    Stream {
        /// Whose.
        from: Side,
        /// What.
        delivery: Delivery<'a>,
    },
    /// `from` closed its direction (FIN) or reset the connection.
    Ended {
        /// Who.
        from: Side,
    },
}

/// All connections of one capture.
#[derive(Debug)]
pub struct Table {
    /// Keyed: an attacker who can choose ports and addresses must not choose collisions.
    hasher: RandomState,
    index: HashTable<Slot>,
    flows: Vec<Flow>,
    limits: Limits,
    ports: Vec<u16>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    hash: u64,
    flow: u32,
    /// Set for the second and later places at which a connection was seen.
    place: Option<Place>,
}

impl Table {
    /// An empty table. `ports`: ports of SSH servers, to orient connections whose handshake was not seen.
    pub fn new(limits: Limits, ports: &[u16]) -> Self {
        Self {
            hasher: RandomState::default(),
            index: HashTable::new(),
            flows: Vec::new(),
            limits,
            ports: ports.to_vec(),
        }
    }

    /// The connections so far, in the order of their first packets.
    pub fn flows(&self) -> &[Flow] {
        &self.flows
    }

    /// The connections, in the order of their first packets.
    pub fn into_flows(self) -> Vec<Flow> {
        self.flows
    }

    /// Takes one packet and tells `tell` what it did.
    pub fn handle(&mut self, packet: &Packet<'_>, tell: &mut impl FnMut(FlowId, Event<'_>)) -> FlowId {
        let id = self.locate(packet, tell);
        let Self { flows, limits, .. } = self;
        let Some(flow) = flows.get_mut(id.0 as usize) else { return id };
        flow.take(packet, limits, &mut |from, delivery| tell(id, Event::Stream { from, delivery }));
        if packet.segment.flags.fin() || packet.segment.flags.rst() {
            tell(id, Event::Ended { from: flow.side(packet.segment.from) });
        }
        id
    }

    /// Takes an ICMP error that quotes a segment; false when the connection is not known.
    pub fn handle_quote(&mut self, quote: Quote) -> bool {
        let hash = self.hasher.hash_one(quote.key);
        let Some(id) = self.find(hash, &quote.key, None) else { return false };
        let bound = self.limits.resets_per_flow;
        if let Some(flow) = self.flows.get_mut(id as usize)
            && flow.quotes.len() < bound
        {
            flow.quotes.push(quote);
        }
        true
    }

    /// The capture ended: hands on what was held back.
    pub fn finish(&mut self, tell: &mut impl FnMut(FlowId, Event<'_>)) {
        for (id, flow) in self.flows.iter_mut().enumerate() {
            flow.flush(&mut |from, delivery| tell(FlowId(id as u32), Event::Stream { from, delivery }));
        }
    }

    fn locate(&mut self, packet: &Packet<'_>, tell: &mut impl FnMut(FlowId, Event<'_>)) -> FlowId {
        let hash = self.hasher.hash_one(packet.key);
        let Some(primary) = self.find(hash, &packet.key, None) else {
            return self.open(hash, packet, None, tell);
        };
        let elsewhere = self.flows.get(primary as usize).is_some_and(|flow| flow.place != packet.place);
        let (found, place) = if elsewhere {
            match self.find(hash, &packet.key, Some(packet.place)) {
                Some(second) => (second, Some(packet.place)),
                None if self.seen_before(primary, &packet.segment) => {
                    return self.open(hash, packet, Some(packet.place), tell);
                }
                // A tap that shows each direction on an interface of its own.
                None => (primary, None),
            }
        } else {
            (primary, None)
        };
        if self.begins_anew(found, &packet.segment) {
            return self.open(hash, packet, place, tell);
        }
        FlowId(found)
    }

    fn seen_before(&self, flow: u32, segment: &Segment) -> bool {
        self.flows.get(flow as usize).is_some_and(|flow| match segment.from {
            End::Low => flow.recent[0].holds(segment),
            End::High => flow.recent[1].holds(segment),
        })
    }

    /// Whether `segment` opens another incarnation of the connection in `flow`.
    fn begins_anew(&self, flow: u32, segment: &Segment) -> bool {
        if !segment.flags.is_syn() {
            return false;
        }
        let Some(flow) = self.flows.get(flow as usize) else { return false };
        let half = flow.at(segment.from);
        match (half.isn, half.next) {
            (Some(isn), _) if isn == segment.seq => false,
            // On a living connection a SYN draws a challenge ACK (RFC 5961 §4) and opens nothing; a close or
            // an accepted reset before it, or a handshake that came to nothing, leaves the 4-tuple free.
            (Some(_), _) => flow.is_over() || !flow.is_established(),
            (None, _) => flow.is_over(),
        }
    }

    fn find(&self, hash: u64, key: &FlowKey, place: Option<Place>) -> Option<u32> {
        let same = |slot: &Slot| {
            slot.hash == hash
                && slot.place == place
                && self.flows.get(slot.flow as usize).is_some_and(|flow| flow.key == *key)
        };
        self.index.find(hash, same).map(|slot| slot.flow)
    }

    fn open(
        &mut self,
        hash: u64,
        packet: &Packet<'_>,
        place: Option<Place>,
        tell: &mut impl FnMut(FlowId, Event<'_>),
    ) -> FlowId {
        let (client, oriented_by) = self.orient(packet);
        let id = self.flows.len() as u32;
        self.flows.push(Flow::new(packet, client, oriented_by));
        tell(FlowId(id), Event::Opened { midstream: !packet.segment.flags.syn() });
        let flows = &self.flows;
        let same = |slot: &Slot| {
            slot.hash == hash
                && slot.place == place
                && flows.get(slot.flow as usize).is_some_and(|flow| flow.key == packet.key)
        };
        if let Some(slot) = self.index.find_mut(hash, same) {
            slot.flow = id; // The earlier incarnation stays in `flows`, no longer found.
        } else {
            self.index.insert_unique(hash, Slot { hash, flow: id, place }, |slot| slot.hash);
        }
        FlowId(id)
    }

    fn orient(&self, packet: &Packet<'_>) -> (End, OrientedBy) {
        let segment = &packet.segment;
        if segment.flags.is_syn() {
            return (segment.from, OrientedBy::Syn);
        }
        if segment.flags.is_syn_ack() {
            return (!segment.from, OrientedBy::SynAck);
        }
        let is_server = |end: End| self.ports.contains(&packet.key.at(end).port);
        match (is_server(End::Low), is_server(End::High)) {
            (true, false) => (End::High, OrientedBy::Port),
            (false, true) => (End::Low, OrientedBy::Port),
            _ => (segment.from, OrientedBy::FirstFrame),
        }
    }
}

//! Which connection a packet belongs to.
//!
//! A 4-tuple can be used again (another incarnation), and the same packets can be seen at two places of one
//! capture: both become connections of their own.

use std::hash::BuildHasher;

use foldhash::quality::RandomState;
use hashbrown::HashTable;

use crate::flow::brief::{Brief, Noted, Room};
use crate::flow::kept::{Kept, State};
use crate::flow::lull::{self, Awake};
use crate::flow::{Delivery, Flow, Moment, Pair, Resets, Side, resets};
use crate::frame::{FrameNo, Place};
use crate::limits::Limits;
use crate::units::Timestamp;
use crate::wire::{FlowKey, Packet, Quote, Segment};

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
    /// A connection of few packets seems to be over: these are all of them. Nothing else is told of it while it is kept as
    /// its packets.
    Brief(&'a Noted),
}

/// For each connection of a [joined](Table::joined) table the one it was in before, and its number there.
pub type Origins = Vec<(usize, FlowId)>;

/// All connections of one capture.
#[derive(Clone, Debug)]
pub struct Table {
    /// Keyed: an attacker who can choose ports and addresses must not choose collisions.
    hasher: RandomState,
    index: HashTable<Slot>,
    flows: Vec<Kept>,
    /// The first frame of each.
    opened: Vec<FrameNo>,
    briefs: usize,
    room: Room,
    awake: Awake,
    resets: Pair<Resets>,
    limits: Limits,
    ports: Vec<u16>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    /// Half of the hash: it is compared, and what the table grows by.
    hash: u32,
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
            opened: Vec::new(),
            briefs: 0,
            room: Room::default(),
            awake: Awake::default(),
            resets: Pair::default(),
            limits,
            ports: ports.to_vec(),
        }
    }

    /// An empty table in which keys have the same hashes.
    pub fn sibling(&self) -> Self {
        Self { hasher: self.hasher.clone(), ..Self::new(self.limits, &self.ports) }
    }

    /// The hash of `key`.
    pub fn hash(&self, key: &FlowKey) -> u64 {
        self.hasher.hash_one(key)
    }

    /// Gives keys their hashes.
    pub fn hasher(&self) -> impl Fn(&FlowKey) -> u64 + Send + Sync + use<> {
        let hasher = self.hasher.clone();
        move |key| hasher.hash_one(key)
    }

    /// One table of several in which no connection is twice, its connections in the order of their first packets; it takes
    /// no more packets. With the table and the number that each had before, unless there was but one.
    pub fn joined(mut tables: Vec<Self>) -> Option<(Self, Option<Origins>)> {
        let last = tables.pop()?;
        if tables.is_empty() {
            return Some((last, None));
        }
        let mut joined = last.sibling();
        tables.push(last);
        joined.resets = tables.iter().fold(Pair::default(), |sum, table| sum.and(table.resets));
        joined.briefs = tables.iter().map(|table| table.briefs).sum();
        let mut origins: Vec<(FrameNo, usize, u32)> = Vec::new();
        for (number, table) in tables.iter_mut().enumerate() {
            table.index = HashTable::new();
            origins.extend(table.opened.drain(..).zip(0..).map(|(frame, id)| (frame, number, id)));
        }
        // A frame opens one connection.
        origins.sort_unstable();
        let mut flows: Vec<_> = tables.into_iter().map(|table| table.flows.into_iter()).collect();
        joined.flows.extend(
            origins.iter().filter_map(|(_, number, _)| flows.get_mut(*number).and_then(Iterator::next)),
        );
        joined.opened.extend(origins.iter().map(|(frame, ..)| *frame));
        Some((joined, Some(origins.into_iter().map(|(_, number, id)| (number, FlowId(id))).collect())))
    }

    /// Takes the connections out of which `leaves` holds, into a table that takes no more packets; both number theirs anew,
    /// in the same order. With the numbers that those had which stay, and those that went.
    pub fn part(&mut self, leaves: impl Fn(FlowId, &Kept) -> bool) -> (Self, [Vec<FlowId>; 2]) {
        let mut gone = self.sibling();
        let (mut stay, mut go) = (Vec::new(), Vec::new());
        let mut renumbered: Vec<Option<u32>> = Vec::with_capacity(self.flows.len());
        let opened = std::mem::take(&mut self.opened);
        for ((kept, opened), id) in std::mem::take(&mut self.flows).into_iter().zip(opened).zip(0..) {
            let leaves = leaves(FlowId(id), &kept);
            let (table, ids) = if leaves { (&mut gone, &mut go) } else { (&mut *self, &mut stay) };
            renumbered.push((!leaves).then_some(table.flows.len() as u32));
            table.flows.push(kept);
            table.opened.push(opened);
            ids.push(FlowId(id));
        }
        let new = |id: u32| renumbered.get(id as usize).copied().flatten();
        self.index.retain(|slot| {
            let id = new(slot.flow);
            slot.flow = id.unwrap_or(slot.flow);
            id.is_some()
        });
        self.awake.renumber(|id| new(id.0).map(FlowId));
        for table in [&mut *self, &mut gone] {
            table.briefs = table.flows.iter().filter(|kept| kept.is_brief()).count();
        }
        (gone, [stay, go])
    }

    /// The connections so far, in the order of their first packets.
    pub fn flows(&self) -> &[Kept] {
        &self.flows
    }

    /// The first frame of each.
    pub fn opened(&self) -> &[FrameNo] {
        &self.opened
    }

    /// How many of them are still kept as their packets.
    pub const fn briefs(&self) -> usize {
        self.briefs
    }

    /// The connections, in the order of their first packets.
    pub fn into_kept(self) -> impl Iterator<Item = (FlowId, Kept)> {
        (0..).map(FlowId).zip(self.flows)
    }

    /// Those of them that are kept as flows.
    pub fn into_flows(self) -> impl Iterator<Item = (FlowId, Box<Flow>)> {
        self.into_kept().filter_map(|(id, kept)| Some((id, kept.into_flow()?)))
    }

    /// Segments with RST so far, by the side whose address they carry.
    pub const fn resets(&self) -> Pair<Resets> {
        self.resets
    }

    /// Counts segments with RST of connections that it does not keep.
    pub const fn count_resets(&mut self, resets: Pair<Resets>) {
        self.resets = self.resets.and(resets);
    }

    /// How many are kept as flows and did not fall silent yet.
    pub fn awake(&self) -> usize {
        self.awake.len()
    }

    /// Takes one packet and tells `tell` what it did: at once, or when its connection is no longer brief.
    pub fn handle(&mut self, packet: &Packet<'_>, tell: &mut impl FnMut(FlowId, Moment, Event<'_>)) {
        self.handle_hashed(self.hasher.hash_one(packet.key), packet, tell);
    }

    /// Takes one packet, the hash of whose key is known.
    pub fn handle_hashed(
        &mut self,
        hash: u64,
        packet: &Packet<'_>,
        tell: &mut impl FnMut(FlowId, Moment, Event<'_>),
    ) {
        let id = self.locate(hash, packet, tell);
        let Some(kept) = self.flows.get_mut(id.0 as usize) else { return };
        if packet.segment.flags.rst() {
            let side = resets::side(&packet.key, packet.segment.from, &self.ports);
            self.resets.of_mut(side).take(kept.is_like(&packet.segment));
        }
        if let State::Brief(brief) = &mut kept.0 {
            let at = Moment::of(&packet.segment);
            let over = |noted: &Noted| tell(id, at, Event::Brief(noted));
            if brief.note(packet, &self.limits, &mut self.room, over) {
                return;
            }
            self.expand(id, tell);
        }
        if let Some(Kept(State::Whole(flow))) = self.flows.get_mut(id.0 as usize) {
            flow.handle(packet, id, &self.limits, tell);
            if !std::mem::replace(&mut flow.awake, true) {
                self.awake.add(id);
            }
        }
    }

    /// Reads what [`Self::handle_hashed`] will need for the next packets, given with the hashes of their keys; nothing comes
    /// of it but that this is in the cache by then. With their connections, as far as they are known.
    ///
    /// Connections lie all over the memory, and each packet is of another: taken one by one, each waits for the memory
    /// several times. What does not depend on another's is fetched at the same time.
    pub fn foresee<const N: usize>(&self, packets: &[(u64, Packet<'_>)]) -> [Option<FlowId>; N] {
        let mut ids = [None; N];
        for (id, (hash, _)) in ids.iter_mut().zip(packets) {
            let slot = self.index.find(spread(*hash as u32), |slot| slot.hash == *hash as u32);
            *id = slot.map(|slot| FlowId(slot.flow));
        }
        let mut flows = [None; N];
        for (flow, id) in flows.iter_mut().zip(ids) {
            *flow = id.and_then(|id| self.flows.get(id.0 as usize));
        }
        // Where the packets of a brief connection lie is to be known before they can be fetched.
        for flow in flows.into_iter().flatten() {
            flow.foresee_place();
        }
        for (flow, (_, packet)) in flows.iter().zip(packets) {
            if let Some(flow) = flow {
                flow.foresee(packet.segment.from);
            }
        }
        ids
    }

    /// All connections fell silent.
    #[cfg(test)]
    pub(super) fn rest(&mut self) {
        let whole = |kept: &mut Kept| {
            if let State::Whole(flow) = &mut kept.0 {
                flow.rest();
            }
        };
        self.flows.iter_mut().for_each(whole);
    }

    /// Connections that are over or fell silent by `now` take less room. To be called from time to time.
    pub fn settle(&mut self, now: Timestamp) {
        let Self { awake, flows, .. } = self;
        awake.settle(|id| {
            let Some(Kept(State::Whole(flow))) = flows.get_mut(id.0 as usize) else { return true };
            let rests = lull::rests(flow, now);
            if rests {
                flow.rest();
                flow.awake = false;
            }
            rests
        });
    }

    /// Makes a flow of a connection that was kept as its packets.
    pub fn expand(&mut self, id: FlowId, tell: &mut impl FnMut(FlowId, Moment, Event<'_>)) {
        let Some(kept) = self.flows.get_mut(id.0 as usize) else { return };
        if let State::Brief(brief) = &kept.0
            && let Some(flow) = brief.replay(id, &self.ports, &self.limits, tell)
        {
            kept.0 = State::Whole(Box::new(flow));
            self.briefs -= 1;
        }
    }

    /// A flow of the packets of `id`, which stays kept as these; `None` if it is whole. What they did, as if the capture ended
    /// then, goes to `tell`.
    pub fn replay(&self, id: FlowId, tell: &mut impl FnMut(FlowId, Moment, Event<'_>)) -> Option<Flow> {
        let State::Brief(brief) = &self.flows.get(id.0 as usize)?.0 else { return None };
        let mut flow = brief.replay(id, &self.ports, &self.limits, tell)?;
        finish(id, &mut flow, tell);
        Some(flow)
    }

    /// Takes an ICMP error that quotes a segment; false when the connection is not known.
    pub fn handle_quote(&mut self, quote: Quote, tell: &mut impl FnMut(FlowId, Moment, Event<'_>)) -> bool {
        let hash = self.hasher.hash_one(quote.key);
        let Some(id) = self.find(hash, &quote.key, None) else { return false };
        self.expand(FlowId(id), tell);
        let bound = self.limits.resets_per_flow;
        if let Some(Kept(State::Whole(flow))) = self.flows.get_mut(id as usize)
            && flow.quotes.len() < bound
        {
            flow.quotes.push(quote);
        }
        true
    }

    /// The capture ended: hands on what was held back.
    pub fn finish(&mut self, tell: &mut impl FnMut(FlowId, Moment, Event<'_>)) {
        for (id, kept) in self.flows.iter_mut().enumerate() {
            if let State::Whole(flow) = &mut kept.0 {
                finish(FlowId(id as u32), flow, tell);
                if flow.awake {
                    flow.rest();
                }
            }
        }
    }

    fn locate(
        &mut self,
        hash: u64,
        packet: &Packet<'_>,
        tell: &mut impl FnMut(FlowId, Moment, Event<'_>),
    ) -> FlowId {
        let Some(primary) = self.find(hash, &packet.key, None) else {
            return self.open(hash, packet, None, tell);
        };
        let elsewhere = self.flows.get(primary as usize).is_some_and(|kept| kept.place() != packet.place);
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
        let flow = self.flows.get(flow as usize).and_then(|kept| kept.flow(&self.ports, &self.limits));
        flow.is_some_and(|flow| flow.holds(segment) || is_opening(&flow, segment))
    }

    /// Whether `segment` opens another incarnation of the connection in `flow`.
    fn begins_anew(&self, flow: u32, segment: &Segment) -> bool {
        if !segment.flags.is_syn() {
            return false;
        }
        let Some(kept) = self.flows.get(flow as usize) else { return false };
        if let State::Brief(brief) = &kept.0
            && brief.repeats_syn(segment)
        {
            return false;
        }
        let Some(flow) = kept.flow(&self.ports, &self.limits) else { return false };
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
            slot.hash == hash as u32
                && slot.place == place
                && self.flows.get(slot.flow as usize).is_some_and(|kept| kept.key() == key)
        };
        self.index.find(spread(hash as u32), same).map(|slot| slot.flow)
    }

    fn open(
        &mut self,
        hash: u64,
        packet: &Packet<'_>,
        place: Option<Place>,
        tell: &mut impl FnMut(FlowId, Moment, Event<'_>),
    ) -> FlowId {
        let id = self.flows.len() as u32;
        self.opened.push(packet.segment.frame);
        let brief = self.limits.brief_packets > 0 && packet.payload.len() <= self.limits.brief_octets;
        self.flows.push(Kept(if brief {
            self.briefs += 1;
            State::Brief(Brief::new(packet.key, packet.place, &mut self.room))
        } else {
            tell(
                FlowId(id),
                Moment::of(&packet.segment),
                Event::Opened { midstream: !packet.segment.flags.syn() },
            );
            State::Whole(Box::new(Flow::new(packet, &self.ports)))
        }));
        let flows = &self.flows;
        let same = |slot: &Slot| {
            slot.hash == hash as u32
                && slot.place == place
                && flows.get(slot.flow as usize).is_some_and(|kept| *kept.key() == packet.key)
        };
        if let Some(slot) = self.index.find_mut(spread(hash as u32), same) {
            slot.flow = id; // The earlier incarnation stays in `flows`, no longer found.
        } else {
            let slot = Slot { hash: hash as u32, flow: id, place };
            self.index.insert_unique(spread(slot.hash), slot, |slot| spread(slot.hash));
        }
        FlowId(id)
    }
}

/// Whether `segment` is the SYN that opened `flow`, however long after it: the clocks of two captures may differ by more than
/// copies lie apart. A repeated SYN has another identification or timestamp.
fn is_opening(flow: &Flow, segment: &Segment) -> bool {
    let told = |syn: &Segment| (syn.from, syn.seq, syn.ip_id, syn.ts_value);
    let first = || flow.timeline.segments().find(|earlier| earlier.flags.is_syn());
    segment.flags.is_syn()
        && (segment.ip_id, segment.ts_value) != (0, 0)
        && first().is_some_and(|syn| told(&syn) == told(segment))
}

/// A hash of 64 bits from the half that a slot keeps: the index takes its place from the lower bits and its tag from the
/// highest.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

/// The capture ended: hands on what `flow` held back. It had passed by its last packet.
fn finish(id: FlowId, flow: &mut Flow, tell: &mut impl FnMut(FlowId, Moment, Event<'_>)) {
    let at = flow.last;
    flow.flush(&mut |from, delivery| tell(id, at, Event::Stream { from, delivery }));
}

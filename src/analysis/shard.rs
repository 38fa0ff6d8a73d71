//! Connections in as many parts as there are threads. A connection is in one part, and sees its packets in their order.

use super::sketch::Sketches;
use super::slots::Slots;
use crate::flow::{Event, FlowId, Kept, Table};
use crate::limits::Limits;
use crate::ssh;
use crate::wire::{Packet, Quote};

/// A part of the connections, with what SSH did in them.
#[derive(Clone, Debug)]
pub(super) struct Shard {
    pub(super) table: Table,
    slots: Slots,
    /// Only where many connections are judged at the end; boxed, for while frames still come each connection is a part.
    sketches: Option<Box<Sketches>>,
}

impl Shard {
    /// An empty part.
    pub(super) fn new(limits: Limits, ports: &[u16]) -> Self {
        let (table, slots) = (Table::new(limits, ports), Slots::default());
        Self { table, slots, sketches: None }
    }

    /// So many empty parts.
    pub(super) fn several(count: usize, limits: Limits, ports: &[u16]) -> Vec<Self> {
        let slots = Slots::sharing(&limits);
        let first = Self { slots, sketches: Some(Box::default()), ..Self::new(limits, ports) };
        (0..count.max(1)).map(|_| first.sibling()).collect()
    }

    /// An empty part in which keys have the same hashes.
    pub(super) fn sibling(&self) -> Self {
        let sketches = self.sketches.as_ref().map(|sketches| Box::new(sketches.sibling()));
        Self { table: self.table.sibling(), slots: self.slots.sibling(), sketches }
    }

    /// What SSH did so far in connection `id`, if it is kept as a flow.
    pub(super) fn phase(&self, id: FlowId, limits: &Limits) -> Option<ssh::Phase> {
        self.slots.get(id)?.transcript(limits).phase
    }

    /// What its brief connections showed when they were over.
    pub(super) fn sketches(&self) -> Option<&Sketches> {
        self.sketches.as_deref()
    }

    /// Takes a packet of one of its connections. `hash`: of its key.
    pub(super) fn handle(&mut self, hash: u64, packet: &Packet<'_>, limits: &Limits) {
        let Self { table, slots, sketches, .. } = self;
        table.handle_hashed(hash, packet, &mut |flow, at, event| match event {
            Event::Brief(noted) => {
                if let Some(sketches) = sketches {
                    sketches.look(flow, noted);
                }
            }
            event => slots.feed(limits, flow, at, event),
        });
    }

    /// Packets that are foreseen together: what they need fits into the smallest cache several times.
    pub(super) const AT_ONCE: usize = 16;

    /// Reads what the next packets will need, at most [`Self::AT_ONCE`], given with the hashes of their keys.
    pub(super) fn foresee(&self, packets: &[(u64, Packet<'_>)]) {
        let ids: [_; Self::AT_ONCE] = self.table.foresee(packets);
        for id in ids.into_iter().flatten() {
            self.slots.foresee(id);
        }
    }

    /// Takes a quote of one of its connections; false if it is of none.
    pub(super) fn handle_quote(&mut self, quote: Quote, limits: &Limits) -> bool {
        let Self { table, slots, .. } = self;
        table.handle_quote(quote, &mut |flow, at, event| slots.feed(limits, flow, at, event))
    }

    /// Holds what its sessions have in common with those of other parts together with them.
    pub(super) fn share(&mut self, stock: &mut ssh::Stock) {
        self.slots.share(stock);
    }

    /// Makes a flow of a brief connection.
    pub(super) fn expand(&mut self, index: usize, limits: &Limits) {
        let Self { table, slots, .. } = self;
        let id = FlowId(index as u32);
        table.expand(id, &mut |flow, at, event| slots.feed(limits, flow, at, event));
    }

    /// The capture ended.
    pub(super) fn finish(&mut self, limits: &Limits) {
        let Self { table, slots, .. } = self;
        table.finish(&mut |flow, at, event| slots.feed(limits, flow, at, event));
    }

    /// Its connections, and what SSH did in them.
    pub(super) fn into_parts(self) -> (impl Iterator<Item = (FlowId, Kept)>, Slots) {
        (self.table.into_kept(), self.slots)
    }

    /// Takes the connections out of which `leaves` holds; they take no more packets.
    pub(super) fn part(&mut self, leaves: impl Fn(FlowId, &Kept) -> bool) -> Self {
        let (table, [stay, go]) = self.table.part(leaves);
        let sketches = self.sketches.as_mut().map(|sketches| {
            let gone = Box::new(sketches.only(&go));
            **sketches = sketches.only(&stay);
            gone
        });
        let slots = self.slots.part(&stay, &go);
        Self { table, slots, sketches }
    }

    /// One part of all, its connections in the order of their first packets. It takes no more packets.
    pub(super) fn joined(shards: Vec<Self>) -> Option<Self> {
        let (mut tables, mut slots, mut sketches) = (Vec::new(), Vec::new(), Vec::new());
        for shard in shards {
            tables.push(shard.table);
            slots.push(shard.slots);
            sketches.push(shard.sketches);
        }
        let (table, origins) = Table::joined(tables)?;
        let Some(origins) = origins else {
            return Some(Self { table, slots: slots.pop()?, sketches: sketches.pop()? });
        };
        let sketches: Option<Vec<Box<Sketches>>> = sketches.into_iter().collect();
        let sketches = sketches.map(|sketches| Box::new(Sketches::joined(&sketches, &origins)));
        let slot = |(shard, id): (usize, FlowId)| slots.get_mut(shard).map(|slots| slots.take(id));
        let slots = Slots::of(origins.into_iter().filter_map(slot).collect());
        Some(Self { table, slots, sketches })
    }
}

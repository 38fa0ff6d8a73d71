//! The connections that are watched: when each is looked at next, and which are given up when there are too many.

use std::collections::{BTreeSet, VecDeque};
use std::net::IpAddr;

use foldhash::quality::RandomState;
use hashbrown::HashMap;

use super::connection::Connection;
use crate::analysis::shard::Shard;
use crate::limits::Limits;
use crate::ssh::Stock;
use crate::units::Elapsed;
use crate::wire::{FlowKey, Packet, Quote};

/// Soonest that a connection with news is looked at.
const SOON: Elapsed = Elapsed::from_millis(500);

/// Connections whose end was told and from which packets came so short a time ago are kept: they may come back.
const REVIVED: Elapsed = Elapsed::from_secs(30);

/// Flows of one 4-tuple beyond which those before, all told, are kept apart: a monitor may use one port for ever.
const INCARNATIONS: usize = 8;

/// Connections looked at for what they show of one host, at most: as many as [`crate::case::Hosts`] remembers.
const NEIGHBOURS: usize = 32;

/// The connections that are watched.
#[derive(Debug)]
pub(super) struct Register {
    /// Of which all connections' parts are siblings.
    part: Shard,
    /// What their sessions have alike.
    stock: Stock,
    connections: HashMap<FlowKey, Box<Connection>, RandomState>,
    agenda: BTreeSet<(Elapsed, FlowKey)>,
    /// Told, in the order in which they were.
    finished: VecDeque<FlowKey>,
    finished_octets: usize,
    /// Flows, by their connections and their numbers, in the order of their first packets: the oldest that is still no more
    /// than a handshake goes first.
    handshakes: VecDeque<(FlowKey, u32)>,
    /// Of each host some connections, the first ones that are still watched.
    neighbours: HashMap<IpAddr, Vec<FlowKey>, RandomState>,
    last_id: u32,
    /// Connections given up before their end could be told.
    pub(super) forgotten: u64,
    /// Connections given up after that.
    pub(super) released: u64,
}

impl Register {
    pub(super) fn new(limits: Limits, ports: &[u16]) -> Self {
        Self {
            part: Shard::new(limits, ports),
            stock: Stock::new(&limits),
            connections: HashMap::default(),
            agenda: BTreeSet::new(),
            finished: VecDeque::new(),
            finished_octets: 0,
            handshakes: VecDeque::new(),
            neighbours: HashMap::default(),
            last_id: 0,
            forgotten: 0,
            released: 0,
        }
    }

    /// Takes a packet, which came at `now`.
    pub(super) fn take(&mut self, packet: &Packet<'_>, now: Elapsed, limits: &Limits) {
        let hash = self.part.table.hash(&packet.key);
        let spent = packet.segment.flags.is_syn()
            && self
                .connections
                .get(&packet.key)
                .is_some_and(|connection| connection.flows.len() >= INCARNATIONS && connection.is_told());
        if spent {
            self.release(&packet.key);
        }
        let (part, begun) = (&self.part, self.last_id);
        let connection = self.connections.entry(packet.key).or_insert_with(|| {
            for end in [packet.key.low, packet.key.high] {
                let known = self.neighbours.entry(end.addr).or_default();
                if known.len() < NEIGHBOURS {
                    known.push(packet.key);
                }
            }
            Box::new(Connection::new(part.sibling(), packet.segment.flags.syn(), now))
        });
        connection.handle(hash, packet, limits, &mut self.last_id);
        connection.shard.share(&mut self.stock);
        connection.heard = now;
        if connection.due.is_none() {
            connection.due = Some(now + SOON);
            self.agenda.insert((now + SOON, packet.key));
        }
        self.handshakes.extend((begun..self.last_id).map(|before| (packet.key, before + 1)));
        if self.handshakes.len() > limits.handshakes_watched {
            self.forget_a_handshake();
        }
    }

    /// Takes an ICMP error; whether it quotes a connection that is watched.
    pub(super) fn take_quote(&mut self, quote: Quote, now: Elapsed, limits: &Limits) -> bool {
        let key = quote.key;
        let Some(connection) = self.connections.get_mut(&key) else { return false };
        connection.heard = now;
        if connection.due.is_none() {
            connection.due = Some(now + SOON);
            self.agenda.insert((now + SOON, key));
        }
        connection.handle_quote(quote, limits)
    }

    /// When something is to be looked at next.
    pub(super) fn due(&self) -> Option<Elapsed> {
        self.agenda.first().map(|(due, _)| *due)
    }

    /// The next connection that is to be looked at by `now`; it is off the agenda.
    pub(super) fn next_due(&mut self, now: Elapsed) -> Option<FlowKey> {
        let (_, key) = *self.agenda.first().filter(|(due, _)| *due <= now)?;
        self.agenda.pop_first();
        self.connections.get_mut(&key)?.due = None;
        Some(key)
    }

    /// Puts a connection on the agenda.
    pub(super) fn look_again(&mut self, key: FlowKey, due: Elapsed) {
        if let Some(connection) = self.connections.get_mut(&key).filter(|connection| connection.due.is_none())
        {
            connection.due = Some(due);
            self.agenda.insert((due, key));
        }
    }

    pub(super) fn get(&self, key: &FlowKey) -> Option<&Connection> {
        self.connections.get(key).map(|connection| &**connection)
    }

    pub(super) fn get_mut(&mut self, key: &FlowKey) -> Option<&mut Connection> {
        self.connections.get_mut(key).map(|connection| &mut **connection)
    }

    /// Connections of the hosts at `ends` that live, some of them where there are many.
    pub(super) fn beside(&self, ends: &[IpAddr; 2]) -> impl Iterator<Item = &Connection> {
        let keys: BTreeSet<&FlowKey> =
            ends.iter().filter_map(|end| self.neighbours.get(end)).flatten().collect();
        keys.into_iter().filter_map(|key| self.get(key))
    }

    /// All connections, in no order.
    pub(super) fn all(&self) -> impl Iterator<Item = &Connection> {
        self.connections.values().map(|connection| &**connection)
    }

    /// Empties it.
    pub(super) fn into_all(self) -> (Shard, Vec<Connection>) {
        (self.part, self.connections.into_values().map(|connection| *connection).collect())
    }

    /// The ends of a connection were told: from now on it may be released.
    pub(super) fn finish(&mut self, key: FlowKey, now: Elapsed, limits: &Limits) {
        let Some(connection) = self.connections.get_mut(&key) else { return };
        let octets = connection.octets();
        match connection.finished.replace(octets) {
            Some(before) => self.finished_octets -= before,
            None => self.finished.push_back(key),
        }
        self.finished_octets += octets;
        self.make_room(now, limits);
    }

    fn make_room(&mut self, now: Elapsed, limits: &Limits) {
        let mut looked_at = self.finished.len();
        while self.finished_octets > limits.finished_octets && looked_at > 0 {
            looked_at -= 1;
            let Some(key) = self.finished.pop_front() else { return };
            let Some(connection) = self.connections.get(&key) else { continue };
            if connection.is_told() && (connection.rests() || now - connection.heard > REVIVED) {
                self.release(&key);
            } else {
                self.finished.push_back(key);
            }
        }
    }

    fn release(&mut self, key: &FlowKey) {
        if let Some(gone) = self.drop(key) {
            self.released += gone;
        }
    }

    /// Gives up the oldest connection that is not known to be more than a handshake.
    fn forget_a_handshake(&mut self) {
        let Some((key, id)) = self.handshakes.pop_front() else { return };
        // A session that was there before the capture may have shown few packets for want of more: it is what is waited for.
        // And a 4-tuple may have been used again meanwhile: what is young has its own place in the row.
        let untold = |connection: &Connection| {
            connection.opened && connection.is_brief() && connection.latest_untold() == Some(id)
        };
        if self.get(&key).is_some_and(untold)
            && let Some(gone) = self.drop(&key)
        {
            self.forgotten += gone;
        }
    }

    /// Drops a connection; how many flows it had.
    fn drop(&mut self, key: &FlowKey) -> Option<u64> {
        let connection = self.connections.remove(key)?;
        self.part.table.count_resets(connection.shard.table.resets());
        self.finished_octets -= connection.finished.unwrap_or_default();
        for end in [key.low.addr, key.high.addr] {
            if let Some(known) = self.neighbours.get_mut(&end) {
                known.retain(|known| known != key);
                if known.is_empty() {
                    self.neighbours.remove(&end);
                }
            }
        }
        if let Some(due) = connection.due {
            self.agenda.remove(&(due, *key));
        }
        Some(connection.flows.len() as u64)
    }
}

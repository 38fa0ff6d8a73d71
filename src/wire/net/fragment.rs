//! IP datagrams put together from their fragments.

use std::net::IpAddr;

use crate::frame::Place;
use crate::limits::Limits;
use crate::units::{Elapsed, Timestamp};
use crate::wire::layer::{Context, Next};
use crate::wire::net::IpHeader;
use crate::wire::view::View;

/// How long a datagram waits for its pieces: 60 s in IPv6 (RFC 8200 §4.5), 60 s to 120 s in IPv4 (RFC 1122 §3.3.2).
/// After it, the same identification is another datagram's.
const PATIENCE: Elapsed = Elapsed::from_secs(60);

/// A piece of an IP datagram.
#[derive(Clone, Copy, Debug)]
pub(in crate::wire) struct Fragment<'a> {
    /// The header of the piece.
    pub(in crate::wire) header: IpHeader,
    /// Identification: 16 bits in IPv4, 32 in IPv6.
    pub(in crate::wire) id: u32,
    /// Protocol number of the datagram's payload; in IPv6 only the first piece's counts.
    pub(in crate::wire) protocol: u8,
    /// Octets before it in the datagram's payload.
    pub(in crate::wire) offset: usize,
    /// Whether others come behind it.
    pub(in crate::wire) more: bool,
    /// Its octets.
    pub(in crate::wire) piece: View<'a>,
}

/// A datagram's payload, put together.
#[derive(Debug)]
pub(in crate::wire) struct Datagram {
    header: IpHeader,
    protocol: u8,
    /// Octets from the front on, up to the first that was not captured.
    octets: Vec<u8>,
    len: usize,
    offset: usize,
}

impl Datagram {
    /// What it carries. Offsets count on from the first octet of the piece that completed it.
    pub(in crate::wire) fn read(&self) -> Next<'_> {
        Next::Carried(self.protocol, self.header, View::new(&self.octets, self.len, self.offset))
    }
}

/// What became of a piece.
#[derive(Debug)]
pub(in crate::wire) enum Joined {
    /// Others are missing.
    Waiting,
    /// It contradicts those before it, or a limit; the datagram was given up.
    Broken,
    /// It was the last that was missing.
    Whole(Datagram),
}

/// The datagrams that wait for pieces.
#[derive(Debug)]
pub(in crate::wire) struct Fragments {
    trains: Vec<Train>,
    most: usize,
    octets: usize,
    given_up: u64,
}

/// What the pieces of one datagram have in common (RFC 791 §2.3, RFC 8200 §4.5), at one place of the capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    source: IpAddr,
    target: IpAddr,
    id: u32,
    /// 0 in IPv6, where it does not count.
    protocol: u8,
    place: Place,
}

impl Key {
    fn of(fragment: &Fragment<'_>, place: Place) -> Self {
        let IpHeader { source, target, .. } = fragment.header;
        let protocol = if source.is_ipv6() { 0 } else { fragment.protocol };
        Self { source, target, id: fragment.id, protocol, place }
    }
}

impl Fragments {
    /// An empty table. It has room for at least one datagram, whatever the limit.
    pub(in crate::wire) fn new(limits: &Limits) -> Self {
        Self {
            trains: Vec::new(),
            most: limits.fragment_trains.max(1),
            octets: limits.fragment_octets,
            given_up: 0,
        }
    }

    /// Datagrams of which a piece was seen and that were not put together: given up, or still waiting.
    pub(in crate::wire) fn unfinished(&self) -> u64 {
        self.given_up + self.trains.len() as u64
    }

    /// Adds a piece to its datagram.
    pub(in crate::wire) fn add(&mut self, fragment: &Fragment<'_>, context: &Context) -> Joined {
        let key = Key::of(fragment, context.place);
        let index = self.train(key, context.time);
        let Some(train) = self.trains.get_mut(index) else { return Joined::Broken };
        if !train.take(fragment, self.octets) {
            self.trains.swap_remove(index);
            self.given_up += 1;
            return Joined::Broken;
        }
        if !train.is_whole() {
            return Joined::Waiting;
        }
        let whole = self.trains.swap_remove(index).finish(fragment.piece.offset());
        whole.map_or(Joined::Broken, Joined::Whole)
    }

    /// The train of `key`, made if there is none; the oldest leaves if there is no room.
    fn train(&mut self, key: Key, now: Timestamp) -> usize {
        let known = self.trains.iter().position(|train| train.key == key);
        let leaving = match known {
            Some(index) if self.trains.get(index).is_some_and(|train| now.since(train.start) <= PATIENCE) => {
                return index;
            }
            Some(index) => Some(index),
            None if self.trains.len() >= self.most => {
                (0..).zip(&self.trains).min_by_key(|(_, train)| train.start).map(|(index, _)| index)
            }
            None => None,
        };
        if let Some(index) = leaving {
            self.trains.swap_remove(index);
            self.given_up += 1;
        }
        self.trains.push(Train::new(key, now));
        self.trains.len() - 1
    }
}

/// The pieces of one datagram so far.
#[derive(Debug)]
struct Train {
    key: Key,
    start: Timestamp,
    /// Header and protocol of the piece at the front; the others' may differ.
    front: Option<(IpHeader, u8)>,
    /// Sorted by `start`, not overlapping.
    pieces: Vec<Piece>,
    octets: Vec<u8>,
    /// Octets on the wire of all pieces.
    held: usize,
    /// Octets of the whole, once its last piece was seen.
    len: Option<usize>,
}

/// Which octets one piece brought.
#[derive(Clone, Copy, Debug)]
struct Piece {
    start: usize,
    captured: usize,
    end: usize,
}

impl Train {
    const fn new(key: Key, start: Timestamp) -> Self {
        Self { key, start, front: None, pieces: Vec::new(), octets: Vec::new(), held: 0, len: None }
    }

    /// Takes a piece over; `false` if it cannot belong to one datagram with the others.
    ///
    /// Overlapping pieces are how filters are deceived, and never sent in earnest: the datagram is given up, as
    /// RFC 5722 demands for IPv6 and Linux does for both versions. Only a repeated piece is let pass.
    fn take(&mut self, fragment: &Fragment<'_>, most: usize) -> bool {
        let captured = fragment.piece.captured();
        let (start, len) = (fragment.offset, fragment.piece.len());
        let end = start.saturating_add(len);
        // All pieces but the last are whole words of eight octets (RFC 791 §3.2, RFC 8200 §4.5).
        if len == 0 || end > most || (fragment.more && len % 8 != 0) {
            return false;
        }
        let index = self.pieces.partition_point(|piece| piece.start < start);
        if self.pieces.get(index).is_some_and(|next| next.start == start && next.end == end) {
            return true;
        }
        let clear_before = index == 0 || self.pieces.get(index - 1).is_none_or(|before| before.end <= start);
        let clear_behind = self.pieces.get(index).is_none_or(|next| end <= next.start);
        let within = self.len.is_none_or(|len| end <= len && (fragment.more || end == len));
        let last = fragment.more || self.pieces.last().is_none_or(|last| last.end <= end);
        if !(clear_before && clear_behind && within && last) {
            return false;
        }
        self.pieces.insert(index, Piece { start, captured: start + captured.len(), end });
        if self.octets.len() < start + captured.len() {
            self.octets.resize(start + captured.len(), 0);
        }
        if let Some(room) = self.octets.get_mut(start..start + captured.len()) {
            room.copy_from_slice(captured);
        }
        self.held += len;
        if start == 0 {
            self.front = Some((fragment.header, fragment.protocol));
        }
        if !fragment.more {
            self.len = Some(end);
        }
        true
    }

    /// Whether no octet is missing, be it that some were not captured.
    fn is_whole(&self) -> bool {
        self.len == Some(self.held)
    }

    /// The datagram, of which the piece at `offset` came last.
    fn finish(mut self, offset: usize) -> Option<Datagram> {
        let (header, protocol) = self.front?;
        let mut known = 0;
        for piece in &self.pieces {
            known = piece.captured;
            if piece.captured < piece.end {
                break;
            }
        }
        self.octets.truncate(known);
        Some(Datagram { header, protocol, octets: self.octets, len: self.len?, offset })
    }
}

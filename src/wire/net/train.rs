//! One IP datagram, put together from its fragments.

use std::net::IpAddr;

use crate::frame::Place;
use crate::units::Timestamp;
use crate::wire::layer::Next;
use crate::wire::net::{Fragment, IpHeader};
use crate::wire::view::View;

/// What the pieces of one datagram have in common (RFC 791 §2.3, RFC 8200 §4.5), at one place of the capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    source: IpAddr,
    target: IpAddr,
    id: u32,
    /// 0 in IPv6, where it does not count.
    protocol: u8,
    place: Place,
}

impl Key {
    /// The key of `fragment`, seen at `place`.
    pub(super) fn of(fragment: &Fragment<'_>, place: Place) -> Self {
        let IpHeader { source, target, .. } = fragment.header;
        let protocol = if source.is_ipv6() { 0 } else { fragment.protocol };
        Self { source, target, id: fragment.id, protocol, place }
    }
}

/// The pieces of one datagram so far.
#[derive(Debug)]
pub(super) struct Train {
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
    /// No piece yet of the datagram of `key`.
    pub(super) const fn new(key: Key, start: Timestamp) -> Self {
        Self { key, start, front: None, pieces: Vec::new(), octets: Vec::new(), held: 0, len: None }
    }

    /// Which datagram it is.
    pub(super) const fn key(&self) -> &Key {
        &self.key
    }

    /// When its first piece was seen.
    pub(super) const fn start(&self) -> Timestamp {
        self.start
    }

    /// Takes a piece over; `false` if it cannot belong to one datagram with the others.
    ///
    /// Overlapping pieces are how filters are deceived, and never sent in earnest: the datagram is given up, as
    /// RFC 5722 demands for IPv6 and Linux does for both versions. Only a repeated piece is let pass.
    pub(super) fn take(&mut self, fragment: &Fragment<'_>, most: usize) -> bool {
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
    pub(super) fn is_whole(&self) -> bool {
        self.len == Some(self.held)
    }

    /// The datagram, of which the piece at `offset` came last.
    pub(super) fn finish(mut self, offset: usize) -> Option<Datagram> {
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

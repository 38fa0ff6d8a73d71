//! The table of IP datagrams that wait for fragments.

use crate::limits::Limits;
use crate::units::{Elapsed, Timestamp};
use crate::wire::layer::Context;
use crate::wire::net::IpHeader;
use crate::wire::net::train::{Datagram, Key, Train};
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
        let known = self.trains.iter().position(|train| *train.key() == key);
        let leaving = match known {
            Some(index)
                if self.trains.get(index).is_some_and(|train| now.since(train.start()) <= PATIENCE) =>
            {
                return index;
            }
            Some(index) => Some(index),
            None if self.trains.len() >= self.most => {
                (0..).zip(&self.trains).min_by_key(|(_, train)| train.start()).map(|(index, _)| index)
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

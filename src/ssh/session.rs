//! The state machine: both directions of one connection in, a [`Transcript`] out.

use super::direction::Direction;
use super::exchange::Exchange;
use super::transcript::{Pair, Side, Transcript};
use crate::frame::FrameNo;
use crate::limits::Limits;
use crate::units::Timestamp;

/// The frame in which octets passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Its number.
    pub frame: FrameNo,
    /// When it passed.
    pub time: Timestamp,
}

/// The next octets of one direction's stream, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chunk<'a> {
    /// Octets.
    Data {
        /// Frame that carried them.
        at: Arrival,
        /// The octets, of one frame.
        octets: &'a [u8],
    },
    /// One segment whose octets are not given, in whole or behind [`Chunk::Data`] of the same frame: cut by the
    /// snapshot length, or not wanted (see [`Session::wants_octets`]).
    Segment {
        /// Frame that carried them.
        at: Arrival,
        /// How many.
        octets: u64,
    },
    /// Octets that the peer acknowledged but the capture does not hold, of no known number of segments. Behind
    /// [`Chunk::Data`] of the same frame it is taken as the rest of that segment.
    Hole {
        /// Frame by which they are known to be missing.
        at: Arrival,
        /// How many.
        octets: u64,
    },
}

/// One SSH connection, fed with both directions in the order of the capture and in any chunking.
///
/// Clear-text octets are kept only while a line or a packet is incomplete, and within the limits; of the encrypted
/// part nothing is kept but counters. Memory does not grow with the length of the connection.
#[derive(Clone, Debug)]
pub struct Session {
    pub(super) client: Direction,
    pub(super) server: Direction,
    pub(super) exchange: Exchange,
    pub(super) midstream: bool,
}

impl Session {
    /// A connection seen from its first octets.
    pub fn new(limits: &Limits) -> Self {
        Self::start(limits, false)
    }

    /// A connection whose beginning is not in the capture.
    pub fn midstream(limits: &Limits) -> Self {
        Self::start(limits, true)
    }

    fn start(limits: &Limits, midstream: bool) -> Self {
        Self {
            client: Direction::new(Side::Client, midstream, limits),
            server: Direction::new(Side::Server, midstream, limits),
            exchange: Exchange::new(limits),
            midstream,
        }
    }

    /// Takes the next octets of a side.
    pub fn handle(&mut self, side: Side, chunk: Chunk<'_>) {
        let direction = match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        };
        match chunk {
            Chunk::Data { at, octets } => direction.data(at, octets, &mut self.exchange),
            Chunk::Segment { at, octets } => direction.hole(at, octets, true, &mut self.exchange),
            Chunk::Hole { at, octets } => direction.hole(at, octets, false, &mut self.exchange),
        }
    }

    /// Learns that the next octets of a side need not be its first. `likely`: nothing speaks against it.
    pub fn handle_late_start(&mut self, side: Side, likely: bool) {
        match side {
            Side::Client => self.client.start_late(likely),
            Side::Server => self.server.start_late(likely),
        }
    }

    /// Takes the end of a direction: its FIN, or a reset that it sent. The first one counts.
    pub fn handle_end(&mut self, side: Side, at: Arrival) {
        let direction = match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        };
        direction.end(at);
        self.exchange.encrypted.end(self.exchange.role(side));
    }

    /// Whether the contents of further octets of this side are of use. Where not, [`Chunk::Segment`] does.
    pub fn wants_octets(&self, side: Side) -> bool {
        match side {
            Side::Client => self.client.wants_octets(),
            Side::Server => self.server.wants_octets(),
        }
    }

    /// What SSH was doing, as far as it has come. More octets may follow, for a later transcript.
    pub fn finish(&self) -> Transcript {
        let reversed = self.exchange.reversed;
        let mut ends = Pair { client: self.client.end, server: self.server.end };
        if reversed {
            std::mem::swap(&mut ends.client, &mut ends.server);
        }
        let mut cipher = self.exchange.encrypted.conclude(&ends);
        if reversed {
            let keepalive = &mut cipher.keepalive;
            std::mem::swap(&mut keepalive.client, &mut keepalive.server);
        }
        let phase = super::phase::phase(self, &cipher);
        let mut exchange = self.exchange.clone();
        let client = self.client.conclude(&mut exchange);
        let server = self.server.conclude(&mut exchange);
        let (negotiated, mismatch) = exchange.outcome.clone().into_parts();
        let (violations, violations_omitted) = exchange.into_violations();
        let party = Pair { client, server };
        Transcript { party, negotiated, mismatch, violations, violations_omitted, cipher, phase, reversed }
    }
}

//! What one frame says: link layers, tunnels, fragments, TCP, ICMP quotes.
//!
//! [`Decoder::decode`] turns a [`crate::frame::Frame`] into a [`Decoded`]: a TCP [`Packet`], a [`Quote`] of one inside an
//! ICMP error, something that is neither, or [`Undecoded`] with the reason. The only user of etherparse.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use crate::frame::{FrameNo, Place};
use crate::units::Timestamp;

mod anatomy;
mod decode;
mod icmp;
#[cfg(test)]
mod laws;
mod layer;
mod link;
mod net;
#[cfg(test)]
mod sample;
mod segment;
mod seq;
mod skim;
mod tcp;
mod tunnel;
mod undecoded;
mod view;

pub use anatomy::{Anatomy, Disguise, Veil};
pub use decode::{Decoded, Decoder};
pub use segment::{Checksum, End, Flags, Segment, Traits};
pub use seq::Seq;
pub use skim::{Skimmed, skim};
pub use undecoded::{Fault, LengthSetBy, Undecoded};

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// IPv4 or IPv6 address.
    pub addr: IpAddr,
    /// TCP port.
    pub port: u16,
}

impl fmt::Display for Endpoint {
    /// `192.0.2.1:22` or `[2001:db8::1]:22`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        SocketAddr::new(self.addr, self.port).fmt(f)
    }
}

/// A connection's two ends, sorted, so that both directions have the same key.
///
/// Invariant: `low <= high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowKey {
    /// The end that sorts first.
    pub low: Endpoint,
    /// The other.
    pub high: Endpoint,
}

impl FlowKey {
    /// The key of a packet from `source` to `target`, and which end the source is.
    pub fn new(source: Endpoint, target: Endpoint) -> (Self, End) {
        if source <= target {
            (Self { low: source, high: target }, End::Low)
        } else {
            (Self { low: target, high: source }, End::High)
        }
    }

    /// The endpoint at `end`.
    pub const fn at(&self, end: End) -> Endpoint {
        match end {
            End::Low => self.low,
            End::High => self.high,
        }
    }
}

/// A TCP segment with its connection and its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The connection it belongs to.
    pub key: FlowKey,
    /// Where it was seen.
    pub place: Place,
    /// Its header's facts.
    pub segment: Segment,
    /// The octets of data that were captured: at most `segment.payload_len`.
    pub payload: &'a [u8],
}

/// What an ICMP error says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IcmpError {
    /// Destination unreachable; the ICMPv4 code, or the one that says the same as the ICMPv6 code (RFC 792,
    /// RFC 1812 §5.2.7.1, RFC 4443 §3.1).
    Unreachable(u8),
    /// Packet too big, with the next hop's MTU (RFC 1191 §4, RFC 4443 §3.2).
    TooBig(u32),
    /// Time exceeded (RFC 792, RFC 4443 §3.3).
    TimeExceeded,
}

/// An ICMP error that quotes a TCP segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The connection of the quoted segment.
    pub key: FlowKey,
    /// The end that sent the quoted segment, and is told of the error.
    pub quoted_from: End,
    /// Sequence number of the quoted segment (the first 8 octets of TCP are always quoted, RFC 792).
    pub seq: Seq,
    /// Who reports the error.
    pub reporter: IpAddr,
    /// TTL or hop limit of the ICMP packet.
    pub ttl: u8,
    /// What it says.
    pub error: IcmpError,
    /// When it passed.
    pub time: Timestamp,
    /// Where it can be looked up.
    pub frame: FrameNo,
    /// Where it was seen.
    pub place: Place,
}

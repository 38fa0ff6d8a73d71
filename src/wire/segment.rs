//! TCP facts of one packet, without addresses: what the flow keeps of it.

use crate::frame::{FrameNo, Mark};
use crate::units::Timestamp;
use crate::wire::Seq;

/// The control bits of RFC 9293 §3.1 with ECN's (RFC 3168, RFC 9768), in their order on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(pub u16);

impl Flags {
    /// No more data from the sender.
    pub const FIN: Self = Self(0x001);
    /// Synchronise sequence numbers.
    pub const SYN: Self = Self(0x002);
    /// Reset the connection.
    pub const RST: Self = Self(0x004);
    /// Push.
    pub const PSH: Self = Self(0x008);
    /// The acknowledgement field counts.
    pub const ACK: Self = Self(0x010);

    /// Whether every bit of `other` is set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both bit sets.
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// FIN is set.
    pub const fn fin(self) -> bool {
        self.has(Self::FIN)
    }

    /// SYN is set.
    pub const fn syn(self) -> bool {
        self.has(Self::SYN)
    }

    /// RST is set.
    pub const fn rst(self) -> bool {
        self.has(Self::RST)
    }

    /// ACK is set.
    pub const fn ack(self) -> bool {
        self.has(Self::ACK)
    }

    /// The first segment of a handshake: SYN without ACK.
    pub const fn is_syn(self) -> bool {
        self.syn() && !self.ack()
    }

    /// The second segment of a handshake.
    pub const fn is_syn_ack(self) -> bool {
        self.syn() && self.ack()
    }
}

/// Which of a connection's two ends, in the order of [`crate::wire::FlowKey`], not of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// The endpoint that sorts first.
    Low,
    /// The other one.
    High,
}

impl std::ops::Not for End {
    type Output = Self;
    fn not(self) -> Self {
        match self {
            Self::Low => Self::High,
            Self::High => Self::Low,
        }
    }
}

/// What the TCP checksum of a packet says. Only looked at for packets captured whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Checksum {
    /// Not looked at: cut by the snaplen, a fragment, or a super-packet. Or it may be either of the next two.
    #[default]
    Unknown,
    /// Right.
    Good,
    /// The uncomplemented sum of the pseudo-header: left for the sending machine's network card to finish.
    Partial,
    /// Wrong in another way: damaged, or rewritten without care.
    Bad,
}

/// Small facts of a segment that fit one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traits(pub u16);

impl Traits {
    /// IPv6; IPv4 otherwise.
    pub const IPV6: Self = Self(1);
    /// IPv4 Don't Fragment.
    pub const DONT_FRAGMENT: Self = Self(1 << 1);
    /// `ts_value` and `ts_echo` were present (RFC 7323).
    pub const TIMESTAMPS: Self = Self(1 << 2);
    /// `window_scale` was present.
    pub const WINDOW_SCALE: Self = Self(1 << 3);
    /// SACK permitted.
    pub const SACK_PERMITTED: Self = Self(1 << 4);
    /// SACK blocks.
    pub const SACK: Self = Self(1 << 5);
    /// Multipath TCP option (RFC 8684).
    pub const MULTIPATH: Self = Self(1 << 6);
    /// TCP MD5 or TCP-AO option.
    pub const SIGNED: Self = Self(1 << 7);
    /// Put together from IP fragments.
    pub const REASSEMBLED: Self = Self(1 << 8);
    /// The packet came inside a tunnel (`GRE`, `VXLAN`, IP in IP…): addresses and TTL are the inner ones.
    pub const TUNNELLED: Self = Self(1 << 9);
    /// The TCP options were damaged or cut; those before the damage were read.
    pub const OPTIONS_CUT: Self = Self(1 << 10);
    /// Larger than a frame can be: the host's TSO or GRO joined several segments.
    pub const SUPER_PACKET: Self = Self(1 << 11);

    /// Whether the bit of `other` is set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Sets the bit of `other`.
    pub const fn set(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// One TCP segment as the flow keeps it: at most one cache line, no address, no payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// When it passed.
    pub time: Timestamp,
    /// Where it can be looked up.
    pub frame: FrameNo,
    /// Sequence number.
    pub seq: Seq,
    /// Acknowledgement number; meaningless without [`Flags::ACK`] but kept, for forgers fill it.
    pub ack: Seq,
    /// Octets of data by the IP header's length, whether captured or not.
    pub payload_len: u32,
    /// TSval of RFC 7323, with [`Traits::TIMESTAMPS`].
    pub ts_value: u32,
    /// `TSecr` of RFC 7323, with [`Traits::TIMESTAMPS`].
    pub ts_echo: u32,
    /// Flow label of IPv6 (20 bits); 0 in IPv4.
    pub flow_label: u32,
    /// A keyless 32-bit hash of the link layer's source address; 0 where the link has none.
    pub link_source: u32,
    /// Control bits.
    pub flags: Flags,
    /// Window field as sent, unscaled.
    pub window: u16,
    /// IPv4 identification; 0 in IPv6.
    pub ip_id: u16,
    /// Maximum segment size option; 0 when absent.
    pub mss: u16,
    /// One-bit facts.
    pub traits: Traits,
    /// TTL or hop limit.
    pub ttl: u8,
    /// TOS octet or traffic class: DSCP and ECN.
    pub tos: u8,
    /// Window scale option, with [`Traits::WINDOW_SCALE`].
    pub window_scale: u8,
    /// Whose it claims to be.
    pub from: End,
    /// State of its checksum.
    pub checksum: Checksum,
    /// Whether the capturing host sent or received it, where known.
    pub mark: Mark,
}

impl Segment {
    /// Octets of sequence space it takes: data, and one each for SYN and FIN (RFC 9293 §3.4).
    pub const fn sequence_len(&self) -> u32 {
        self.payload_len.wrapping_add(self.flags.syn() as u32).wrapping_add(self.flags.fin() as u32)
    }

    /// The sequence number behind its last octet.
    pub const fn end(&self) -> Seq {
        self.seq.advance(self.sequence_len())
    }

    /// The sequence number of its first octet of data.
    pub const fn data_start(&self) -> Seq {
        self.seq.advance(self.flags.syn() as u32)
    }

    /// DSCP, the upper six bits of the TOS octet (RFC 2474 §3). ECN's two bits change on the path.
    pub const fn dscp(&self) -> u8 {
        self.tos >> 2
    }

    /// Whether its sender's network card had yet to finish it: the checksum is left to the card, or it is a super-packet.
    pub const fn is_unfinished(&self) -> bool {
        matches!(self.checksum, Checksum::Partial) || self.traits.has(Traits::SUPER_PACKET)
    }

    /// TSval and `TSecr`, if the option was there.
    pub fn timestamps(&self) -> Option<(u32, u32)> {
        self.traits.has(Traits::TIMESTAMPS).then_some((self.ts_value, self.ts_echo))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_fits_one_cache_line() {
        assert!(size_of::<Segment>() <= 64, "{}", size_of::<Segment>());
    }
}

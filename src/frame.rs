//! What any source yields: one captured frame, numbered as Wireshark numbers it.

use std::fmt;

use crate::units::Timestamp;

/// The number Wireshark shows for a frame: 1 for the first of the capture. The currency of every citation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameNo(pub u64);

impl fmt::Display for FrameNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Link-layer header type, as registered for capture files (`LINKTYPE_…`). Kept per frame: a pcapng may mix them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkType(pub u16);

impl LinkType {
    /// BSD loopback: 4 octets of address family in the capturing host's byte order.
    pub const NULL: Self = Self(0);
    /// Ethernet.
    pub const ETHERNET: Self = Self(1);
    /// Raw IP, version told by the first nibble.
    pub const RAW: Self = Self(101);
    /// OpenBSD loopback: as [`LinkType::NULL`] in network byte order.
    pub const LOOP: Self = Self(108);
    /// Linux cooked capture, version 1.
    pub const LINUX_SLL: Self = Self(113);
    /// Raw IPv4.
    pub const IPV4: Self = Self(228);
    /// Raw IPv6.
    pub const IPV6: Self = Self(229);
    /// Linux cooked capture, version 2, with the interface index.
    pub const LINUX_SLL2: Self = Self(276);
}

/// Where in the capture set-up a frame was seen: the capture interface (pcapng) and, for Linux cooked
/// captures version 2, the index of the host's interface.
///
/// Two packets of one connection with different places are seen from two vantage points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Index of the capture interface over all inputs and pcapng sections; 0 for classic pcap.
    pub interface: u16,
    /// Interface index of a Linux cooked capture version 2, low 16 bits; 0 elsewhere.
    pub cooked: u16,
}

/// Whether the capturing host says that it sent or received a frame (pcapng `epb_flags`, cooked packet type).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// The capture says nothing.
    #[default]
    None,
    /// Received by the capturing host.
    Inbound,
    /// Sent by the capturing host.
    Outbound,
}

/// One captured frame.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Number as Wireshark counts.
    pub number: FrameNo,
    /// When it was captured.
    pub time: Timestamp,
    /// What its first octet belongs to.
    pub link: LinkType,
    /// Capture interface.
    pub place: Place,
    /// Sent or received, where the capture says.
    pub mark: Mark,
    /// Octets it had on the wire; at least `data.len()` in sound captures.
    pub wire_len: u32,
    /// Octets that were captured.
    pub data: &'a [u8],
}

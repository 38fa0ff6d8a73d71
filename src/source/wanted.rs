//! What is to be captured on an interface.

use std::time::Duration;

use super::Filter;

/// What is to be captured, how, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The interface, or `any`.
    pub interface: String,
    /// Which packets.
    pub filter: Filter,
    /// Octets kept of each frame, from [`Wanted::LEAST_SNAPLEN`] to [`Wanted::SNAPLEN`].
    pub snaplen: u32,
    /// Octets the system holds until they are read; libpcap's choice (2 MiB on Linux) when `None`.
    pub buffer: Option<u32>,
    /// Takes frames for other hosts in, too.
    pub promiscuous: bool,
    /// Ends after so many frames.
    pub frames: Option<u64>,
    /// Ends after so long.
    pub duration: Option<Duration>,
}

impl Wanted {
    /// Octets kept of each frame unless told: all of it.
    ///
    /// libpcap's largest (`MAXIMUM_SNAPLEN`, pcap-int.h) and what tcpdump takes. Identification strings, algorithms and
    /// disconnect messages are in the payload, and segmentation offload hands over frames of 64 KiB and more; memory is
    /// taken by what was captured, not by what could have been.
    pub const SNAPLEN: u32 = 262_144;

    /// The least that can be asked for: Ethernet with two VLAN tags (22), IPv6 (40) and TCP with all options (60) are 122.
    pub const LEAST_SNAPLEN: u32 = 128;
}

//! What is to be captured on an interface.

use std::path::PathBuf;
use std::time::Duration;

use super::Filter;

/// What is to be captured, how, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The interface, or `any`.
    pub interface: String,
    /// Which packets.
    pub filter: Filter,
    /// Octets kept of each frame, from [`Wanted::LEAST_SNAPLEN`] to [`Wanted::WHOLE`].
    pub snaplen: u32,
    /// Octets the system holds until they are read.
    pub buffer: u32,
    /// Takes frames for other hosts in, too.
    pub promiscuous: bool,
    /// Ends after so many frames.
    pub frames: Option<u64>,
    /// Ends after so long.
    pub duration: Option<Duration>,
}

impl Wanted {
    /// Octets kept of each frame unless told: headers, and what SSH says in clear text.
    ///
    /// Key exchange messages are the largest of it; with certificates of 4096-bit keys and post-quantum methods they come to
    /// some 6 KiB in one segment where offload merges them. The rest of a bulk transfer's 64 KiB frames is cipher.
    pub const SNAPLEN: u32 = 8_192;

    /// All of each frame: libpcap's largest (`MAXIMUM_SNAPLEN`, pcap-int.h) and what tcpdump takes.
    pub const WHOLE: u32 = 262_144;

    /// KiB that the system holds unless told: eight times what libpcap takes. A transfer at 10 Gbit/s fills that in a
    /// seventieth part of a second, which is as long as a busy machine may keep a process from running.
    pub const BUFFER: u32 = 16_384;

    /// The least that can be asked for: Ethernet with two VLAN tags (22), IPv6 (40) and TCP with all options (60) are 122.
    pub const LEAST_SNAPLEN: u32 = 128;
}

/// Where captured frames are written to, and when a new file begins; the meanings are those of tcpdump's `-w -C -G -W -U`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The file, or what its names are made of.
    pub path: PathBuf,
    /// A new file begins before one gets larger.
    pub octets: Option<u64>,
    /// A new file begins every so many seconds; the path may have the parts of the time in it (strftime).
    pub seconds: Option<u32>,
    /// So many files, then the first is overwritten (by size) or the capture ends (by time alone).
    pub files: Option<u32>,
    /// Frames are handed to the system as they come.
    pub unbuffered: bool,
}

impl Rotation {
    /// Whether files are begun after the first one.
    pub const fn begins_more(&self) -> bool {
        self.octets.is_some() || self.seconds.is_some()
    }
}

//! The capture-file formats that are read, and how they are told by their first octets.

use std::fmt;

use super::ByteOrder;

/// What one unit of a classic pcap's second time field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Microseconds: magic `a1b2c3d4`.
    Micro,
    /// Nanoseconds: magic `a1b23c4d`.
    Nano,
}

impl Precision {
    /// Units in a second.
    pub(super) const fn per_second(self) -> u32 {
        match self {
            Self::Micro => 1_000_000,
            Self::Nano => 1_000_000_000,
        }
    }
}

/// Who laid out a classic pcap's headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// As in draft-ietf-opsawg-pcap.
    Standard,
    /// Alexey Kuznetzov's libpcap: records have 8 more octets (interface, protocol, packet type).
    Kuznetzov,
    /// Ixia's lcap: 4 more octets after the file header, the octets of all records.
    Ixia,
}

impl Variant {
    /// Octets of the file header.
    pub(super) const fn file_header(self) -> usize {
        match self {
            Self::Standard | Self::Kuznetzov => 24,
            Self::Ixia => 28,
        }
    }
}

/// The format of a capture file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Classic pcap (draft-ietf-opsawg-pcap).
    Pcap {
        /// Byte order of its headers.
        order: ByteOrder,
        /// Precision of its times.
        precision: Precision,
        /// Layout of its headers.
        variant: Variant,
    },
    /// pcapng (draft-ietf-opsawg-pcapng).
    Pcapng {
        /// Byte order of its first section; each section has its own.
        order: ByteOrder,
    },
    /// No file: frames as they pass an interface.
    Live {
        /// Precision of their times.
        precision: Precision,
    },
}

/// Type of a pcapng Section Header Block, the same in both byte orders (pcapng draft §4.1).
pub(super) const SECTION: u32 = 0x0a0d_0d0a;

impl Format {
    /// The format that the first 12 octets of a file tell; `None` for anything else.
    pub(super) fn recognise(first: &[u8]) -> Option<Self> {
        let magic = *first.first_chunk::<4>()?;
        if ByteOrder::Big.u32(magic) == SECTION {
            return section_order(ByteOrder::Big.u32_at(first, 8)?).map(|order| Self::Pcapng { order });
        }
        [ByteOrder::Little, ByteOrder::Big].into_iter().find_map(|order| {
            // The magics are those of libpcap's sf-pcap.c and of Wireshark's wiretap/libpcap.h.
            let (precision, variant) = match order.u32(magic) {
                0xa1b2_c3d4 => (Precision::Micro, Variant::Standard),
                0xa1b2_3c4d => (Precision::Nano, Variant::Standard),
                0xa1b2_cd34 => (Precision::Micro, Variant::Kuznetzov),
                0x1c00_01ab | 0x1c00_01ac => (Precision::Nano, Variant::Ixia),
                _ => return None,
            };
            Some(Self::Pcap { order, precision, variant })
        })
    }

    /// Its name in a word: `pcap`, `pcapng` or `live`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pcap { .. } => "pcap",
            Self::Pcapng { .. } => "pcapng",
            Self::Live { .. } => "live",
        }
    }
}

/// The byte order that a section's byte-order magic tells, read most significant octet first (pcapng draft §4.1).
pub(super) const fn section_order(magic: u32) -> Option<ByteOrder> {
    match magic {
        0x1a2b_3c4d => Some(ByteOrder::Big),
        0x4d3c_2b1a => Some(ByteOrder::Little),
        _ => None,
    }
}

impl fmt::Display for ByteOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Little => "little-endian",
            Self::Big => "big-endian",
        })
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Micro => "microseconds",
            Self::Nano => "nanoseconds",
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pcapng { order } => write!(f, "pcapng, {order}"),
            Self::Live { precision } => write!(f, "live capture, {precision}"),
            Self::Pcap { order, precision, variant } => {
                write!(f, "pcap, {precision}, {order}")?;
                match variant {
                    Variant::Standard => Ok(()),
                    Variant::Kuznetzov => write!(f, ", Kuznetzov's records"),
                    Variant::Ixia => write!(f, ", Ixia's header"),
                }
            }
        }
    }
}

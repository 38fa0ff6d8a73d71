//! What is known of a capture file beside its frames.

use super::{Compression, Damage, Format};
use crate::frame::LinkType;

/// What a capture says of one of its interfaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// What its frames begin with.
    pub link: LinkType,
    /// Its name (`if_name`), as the capture has it: escape it before showing it.
    pub name: Option<String>,
    /// Most octets of a frame that were captured; 0 when there was no bound.
    pub snaplen: u32,
    /// Frames the interface dropped for want of resources (`isb_ifdrop`, the last one said).
    pub dropped_by_interface: Option<u64>,
    /// Frames the operating system dropped (`isb_osdrop`, the last one said).
    pub dropped_by_system: Option<u64>,
    /// Frames said to be lost between delivered ones (`epb_dropcount` and the obsolete block's count), summed.
    pub lost_between: u64,
}

impl Interface {
    /// An interface of which only the link type and the snaplen are known.
    pub(super) const fn new(link: LinkType, snaplen: u32) -> Self {
        Self {
            link,
            name: None,
            snaplen,
            dropped_by_interface: None,
            dropped_by_system: None,
            lost_between: 0,
        }
    }
}

/// How a capture is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compressed {
    /// The format.
    pub compression: Compression,
    /// Octets decoded.
    pub decoded_octets: u64,
}

/// What is known of one input beside its frames. Final when the input is read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Path as given, `-` for standard input. Escape it before showing it: see [`Shown`](super::Shown).
    pub name: String,
    /// Format, told by the first octets.
    pub format: Format,
    /// How the capture is compressed, if it is. Then offsets of damage count the octets that were decoded.
    pub compressed: Option<Compressed>,
    /// Octets read, as they lie on disk.
    pub octets: u64,
    /// SHA-256 of these octets, in hexadecimal; `None` if it was left out.
    pub sha256: Option<String>,
    /// Frames delivered.
    pub frames: u64,
    /// Frame numbers used: frames, frames left out for damage, and records that Wireshark numbers though they hold no
    /// frame (custom, journal and sysdig blocks).
    pub numbers: u64,
    /// Frames without a usable time of their own (Simple Packet Blocks, damage): they have that of the frame before them.
    pub untimed: u64,
    /// Comments in the blocks that were looked at. They may name people and places.
    pub comments: u64,
    /// pcapng sections; 1 for a classic pcap.
    pub sections: u32,
    /// Interfaces over all sections, in the order of [`Place::interface`](crate::frame::Place::interface).
    pub interfaces: Vec<Interface>,
    /// The first places of damage.
    pub damage: Vec<Damage>,
    /// All places of damage, those not kept included.
    pub damages: u64,
    /// Whether every frame that the input holds was delivered.
    pub complete: bool,
}

impl Summary {
    /// Frames the capture says were dropped or lost, over all interfaces; saturates.
    pub fn dropped(&self) -> u64 {
        self.interfaces.iter().fold(0, |sum: u64, interface| {
            [interface.dropped_by_interface, interface.dropped_by_system, Some(interface.lost_between)]
                .into_iter()
                .flatten()
                .fold(sum, u64::saturating_add)
        })
    }
}

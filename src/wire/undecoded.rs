//! Why a frame did not become a segment: which layer, at which octet, needing what.

use std::fmt;

/// Who set the length that was not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LengthSetBy {
    /// The capture cut the frame (snaplen).
    Capture,
    /// A length field of the layer itself or of the one around it.
    Header,
}

/// What was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Fewer octets than the layer needs.
    TooShort {
        /// Octets needed from the layer's start.
        needed: u32,
        /// Octets there are.
        available: u32,
        /// Who cut them.
        set_by: LengthSetBy,
    },
    /// A field holds a value that the layer does not allow; the value.
    BadValue(u32),
    /// More encapsulations or extension headers than [`crate::limits::Limits`] allows.
    TooDeep,
    /// A link type that is not known; its number.
    UnknownLink(u16),
    /// The fragment table was full or the datagram inconsistent.
    Fragments,
}

/// A frame or packet that could not be read to its TCP header. Counted and reported, never dropped in silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Undecoded {
    /// The layer that stopped the reading, in Wireshark's short name: `eth`, `ip`, `ipv6`, `tcp`…
    pub layer: &'static str,
    /// Octets from the frame's start to the layer's.
    pub offset: u32,
    /// What was wrong there.
    pub fault: Fault,
}

impl fmt::Display for Undecoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { layer, offset, fault } = self;
        match fault {
            Fault::TooShort { needed, available, set_by } => {
                let by = match set_by {
                    LengthSetBy::Capture => "captured",
                    LengthSetBy::Header => "by its length field",
                };
                write!(f, "`{layer}` at octet {offset} needs {needed} octets, {available} {by}")
            }
            Fault::BadValue(value) => {
                write!(f, "`{layer}` at octet {offset} holds the invalid value {value}")
            }
            Fault::TooDeep => write!(f, "`{layer}` at octet {offset} is nested deeper than sshrst follows"),
            Fault::UnknownLink(number) => write!(f, "link type {number} is not known to sshrst"),
            Fault::Fragments => {
                write!(f, "`{layer}` at octet {offset} is a fragment that could not be put together")
            }
        }
    }
}

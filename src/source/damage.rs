//! Where a capture file is damaged: the offset, the part, what was expected there, what was found.

use std::fmt;

use super::Compression;

/// What was wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The input ends inside a record or block.
    Cut {
        /// Octets the record or block needs, as far as its header is there to say.
        needed: u64,
        /// Octets there are.
        available: u64,
    },
    /// A field is larger or smaller than it can be.
    OutOfRange {
        /// The field's name in the format's specification, in words.
        field: &'static str,
        /// Its value.
        found: u64,
        /// The least value allowed.
        least: u64,
        /// The greatest value allowed.
        most: u64,
    },
    /// A field is not what another place of the file says.
    Mismatch {
        /// The field's name in words.
        field: &'static str,
        /// Its value.
        found: u64,
        /// The value that the other place says.
        expected: u64,
    },
    /// A block length that is not a multiple of four (pcapng draft §3.1).
    NotMultipleOfFour(u64),
    /// A section whose byte-order magic is neither of the two (pcapng draft §4.1).
    ByteOrderMagic(u32),
    /// A packet of an interface that its section has not described.
    NoInterface {
        /// The interface's index in its section.
        index: u32,
        /// Interfaces described so far in the section.
        described: usize,
    },
    /// A timestamp outside of the years 1677 to 2262, in ticks of its interface.
    NoSuchTime(u64),
    /// An option that ends outside of its block.
    OptionCut {
        /// The option's code.
        code: u16,
        /// The length it states.
        length: u16,
    },
    /// More interfaces than [`crate::limits::Limits::interfaces`].
    TooManyInterfaces(usize),
    /// The system could not read on; its words.
    ReadFailed(String),
    /// The file is shorter than it was when it was opened.
    Shrunk {
        /// Octets it had.
        was: u64,
        /// Octets there were to read.
        is: u64,
    },
    /// The compressed stream that holds the capture cannot be decoded any further; how it is compressed, and the
    /// compressed octets before that.
    Undecodable {
        /// How it is compressed.
        compression: Compression,
        /// Octets of the file that were decoded.
        compressed_offset: u64,
        /// The decoder's words.
        words: String,
    },
}

/// What a damage costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cost {
    /// Every frame is still delivered; a time, an option or a counter is in doubt.
    Detail,
    /// One frame is left out; reading goes on after it.
    Frame,
    /// So many octets are left out; reading goes on behind them, where records seem to go on.
    Octets(u64),
    /// Nothing after it can be read.
    Rest,
}

/// One place where a capture file is damaged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Octets from the start of the input to the record or block.
    pub offset: u64,
    /// The record or block, in the words of its specification.
    pub part: &'static str,
    /// What was wrong.
    pub fault: Fault,
    /// What it costs.
    pub cost: Cost,
    /// Frames delivered before it.
    pub frames_before: u64,
}

impl Damage {
    /// What to do about it.
    pub const fn hint(&self) -> &'static str {
        match (&self.fault, self.cost) {
            (Fault::Cut { .. }, _) => {
                "the capture was stopped while writing, or copied incompletely: copy it again, or take the result as it is"
            }
            (Fault::Undecodable { .. }, _) => {
                "the file was copied incompletely or damaged on the way: copy it again, or take the result as it is"
            }
            (Fault::Shrunk { .. }, _) => "let the program that writes the file end, and try again",
            (Fault::ReadFailed(_), _) => "check the disk or the program that writes into the pipe",
            (_, Cost::Rest | Cost::Octets(_)) => {
                "copy the file again from where it was captured; `pcapfix` can recover frames after the damage"
            }
            (_, Cost::Frame | Cost::Detail) => {
                "ask the writer of the file; the result leaves out only what is named"
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut { needed, available } => {
                write!(f, "expected {needed} octets, found {available} before the end")
            }
            Self::OutOfRange { field, found, least, most } => {
                write!(f, "expected a {field} ")?;
                match (least, most) {
                    _ if least == most => write!(f, "of {least}")?,
                    (0, _) => write!(f, "of at most {most}")?,
                    _ => write!(f, "from {least} to {most}")?,
                }
                write!(f, ", found {found}")
            }
            Self::Mismatch { field, found, expected } => {
                write!(f, "expected a {field} of {expected}, found {found}")
            }
            Self::NotMultipleOfFour(length) => {
                write!(f, "expected a block length that is a multiple of 4, found {length}")
            }
            Self::ByteOrderMagic(magic) => {
                write!(f, "expected the byte-order magic 0x1a2b3c4d, found 0x{magic:08x}")
            }
            Self::NoInterface { index, described } => {
                write!(
                    f,
                    "expected one of the {described} interfaces described in the section, found index {index}"
                )
            }
            Self::NoSuchTime(ticks) => write!(f, "expected a time before the year 2262, found {ticks} ticks"),
            Self::OptionCut { code, length } => {
                write!(
                    f,
                    "expected options that end inside the block, found option {code} of {length} octets"
                )
            }
            Self::TooManyInterfaces(most) => write!(f, "expected at most {most} interfaces, found more"),
            Self::ReadFailed(words) => write!(f, "could not read on: {words}"),
            Self::Shrunk { was, is } => {
                write!(f, "expected the {was} octets that the file had when it was opened, found {is}")
            }
            Self::Undecodable { compression, compressed_offset, words } => write!(
                f,
                "the {compression} stream cannot be decoded from offset {compressed_offset} of the file on ({words})"
            ),
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offset, part, fault, cost, frames_before } = self;
        write!(f, "{part} at offset {offset}: {fault}; ")?;
        match (cost, frames_before) {
            (Cost::Detail, _) => write!(f, "no frame is lost"),
            (Cost::Frame, _) => write!(f, "one frame is left out, after {frames_before} that were read"),
            (Cost::Octets(octets), 1) => write!(
                f,
                "{octets} octets are left out, after one frame that was read, up to where records go on"
            ),
            (Cost::Octets(octets), _) => write!(
                f,
                "{octets} octets are left out, after {frames_before} frames that were read, up to where records go on"
            ),
            (Cost::Rest, 0) => write!(f, "no frame could be read"),
            (Cost::Rest, 1) => write!(f, "the one frame before it was read"),
            (Cost::Rest, _) => write!(f, "the {frames_before} frames before it were read"),
        }
    }
}

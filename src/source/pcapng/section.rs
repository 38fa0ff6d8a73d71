//! A section: its byte order, its interfaces, and the blocks it is made of (pcapng draft §3.1, §4.1).

use super::interface::Capturing;
use super::options::{COMMENT, Options};
use crate::source::ByteOrder;
use crate::source::damage::{Cost, Fault};
use crate::source::format::{SECTION, section_order};
use crate::source::intake::{Intake, Pause};

/// The part of a [`Damage`](crate::source::Damage) whose kind is not known.
pub(in crate::source) const BLOCK: &str = "pcapng block";
const HEADER: &str = "pcapng Section Header Block";

/// Octets of a block without a body: type, length, length again.
pub(super) const LEAST_BLOCK: usize = 12;
/// Octets of a Section Header Block without options.
const LEAST_HEADER: u32 = 28;

/// The section that is being read.
#[derive(Clone, Debug)]
pub(in crate::source) struct Section {
    pub(super) order: ByteOrder,
    /// The interfaces described so far, numbered from 0 in each section.
    pub(super) interfaces: Vec<Capturing>,
    /// The header of the section that followed is damaged: nothing is known of its interfaces.
    pub(super) is_lost: bool,
}

impl Section {
    /// A section before its header, in the byte order that the file's first octets tell.
    pub(in crate::source) const fn new(order: ByteOrder) -> Self {
        Self { order, interfaces: Vec::new(), is_lost: false }
    }

    /// Follows the blocks as far as the octets go.
    pub(in crate::source) fn walk(&mut self, intake: &mut Intake<'_>) -> Pause {
        loop {
            let rest = intake.rest();
            let Some(&header) = rest.first_chunk::<LEAST_BLOCK>() else { return Pause::Need(LEAST_BLOCK) };
            // The type of a section header is the same in both orders; the order of its length follows behind it.
            let kind = self.order.u32_at(&header, 0).unwrap_or_default();
            if kind == SECTION {
                let magic = ByteOrder::Big.u32_at(&header, 8).unwrap_or_default();
                match section_order(magic) {
                    Some(order) => self.order = order,
                    None => return self.lose(true, Fault::ByteOrderMagic(magic)),
                }
            }
            let length = self.order.u32_at(&header, 4).unwrap_or_default();
            if let Some(fault) = wrong_length(kind, length, intake.tally.limits.record_octets) {
                return self.lose(kind == SECTION, fault);
            }
            let Some(block) = rest.get(..length as usize) else { return Pause::Need(length as usize) };
            let end = block.len() - 4;
            let trailer = self.order.u32_at(block, end).unwrap_or_default();
            if trailer != length {
                let (found, expected) = (trailer.into(), length.into());
                let fault = Fault::Mismatch { field: "block length at its end", found, expected };
                return self.lose(kind == SECTION, fault);
            }
            let body = block.get(8..end).unwrap_or_default();
            if let Some(pause) = self.block(kind, body, intake) {
                return pause;
            }
            intake.cursor += block.len();
        }
    }

    /// The way to the next block is lost; behind a damaged section header, to the next section.
    const fn lose(&mut self, is_header: bool, fault: Fault) -> Pause {
        self.is_lost = is_header;
        Pause::Lost(fault)
    }

    /// Takes in one block; says why if nothing after it can be read.
    #[inline]
    fn block(&mut self, kind: u32, body: &[u8], intake: &mut Intake<'_>) -> Option<Pause> {
        match kind {
            6 => self.enhanced(body, intake),
            3 => self.simple(body, intake),
            2 => self.obsolete(body, intake),
            1 => return self.describe(body, intake),
            5 => self.statistics(body, intake),
            SECTION => return self.begin(body, intake),
            // Wireshark numbers these as it numbers frames, tested with 4.0.17: custom blocks, the systemd journal's,
            // and sysdig events without flags.
            0x0bad | 0x4000_0bad | 0x09 | 0x0204 | 0x0216 | 0x0221 => intake.tally.skip_number(),
            _ => {}
        }
        None
    }

    /// Begins a section: its interfaces are its own.
    fn begin(&mut self, body: &[u8], intake: &mut Intake<'_>) -> Option<Pause> {
        let major = self.order.u16_at(body, 4).unwrap_or_default();
        if major != 1 {
            let fault = Fault::OutOfRange { field: "major version", found: major.into(), least: 1, most: 1 };
            return Some(intake.stop(HEADER, fault));
        }
        self.interfaces.clear();
        self.is_lost = false;
        intake.tally.sections = intake.tally.sections.saturating_add(1);
        let mut options = Options::new(body.get(16..).unwrap_or_default(), self.order);
        let comments = options.by_ref().filter(|&(code, _)| code == COMMENT).count();
        intake.tally.comments += comments as u64;
        if let Some(fault) = options.fault {
            intake.damaged(HEADER, Cost::Detail, fault);
        }
        None
    }
}

/// What is wrong with a block's total length.
#[inline]
pub(super) const fn wrong_length(kind: u32, length: u32, most: u32) -> Option<Fault> {
    let least = if kind == SECTION { LEAST_HEADER } else { LEAST_BLOCK as u32 };
    if length < least || length > most {
        let (found, least, most) = (length as u64, least as u64, most as u64);
        return Some(Fault::OutOfRange { field: "block length", found, least, most });
    }
    if length.is_multiple_of(4) { None } else { Some(Fault::NotMultipleOfFour(length as u64)) }
}

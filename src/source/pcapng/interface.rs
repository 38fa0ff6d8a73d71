//! Interface Description and Interface Statistics Blocks (pcapng draft §4.2, §4.6).

use super::clock::Clock;
use super::options::{COMMENT, Options};
use super::section::Section;
use crate::frame::LinkType;
use crate::source::damage::{Cost, Fault};
use crate::source::intake::{Intake, Pause};
use crate::source::{Interface, pcap};

const DESCRIPTION: &str = "pcapng Interface Description Block";
const STATISTICS: &str = "pcapng Interface Statistics Block";

/// Octets of an interface's name that are kept; Linux has 15, Windows some 50.
const NAME_OCTETS: usize = 128;

/// What a section's packets need of their interface.
#[derive(Clone, Copy, Debug)]
pub(super) struct Capturing {
    pub(super) link: LinkType,
    pub(super) snaplen: u32,
    pub(super) clock: Clock,
    pub(super) place: u16,
}

impl Section {
    /// Takes in the next interface of the section.
    pub(super) fn describe(&mut self, body: &[u8], intake: &mut Intake<'_>) -> Option<Pause> {
        let order = self.order;
        let (Some(link), Some(snaplen)) = (order.u16_at(body, 0), order.u32_at(body, 4)) else {
            // Its number cannot be left out: those of the interfaces after it would be wrong.
            let found = body.len() as u64 + 12;
            let fault = Fault::OutOfRange { field: "block length", found, least: 20, most: u32::MAX.into() };
            return Some(intake.stop(DESCRIPTION, fault));
        };
        let mut described = Interface::new(pcap::registered(link), snaplen);
        let mut clock = Clock::MICROSECONDS;
        let mut options = Options::new(body.get(8..).unwrap_or_default(), order);
        for (code, value) in options.by_ref() {
            match (code, value) {
                (COMMENT, _) => intake.tally.comments += 1,
                // if_name
                (2, name) => described.name = Some(text(name)),
                // if_tsresol
                (9, &[resolution]) => clock = clock.with_resolution(resolution),
                // if_tsoffset
                (14, seconds) => {
                    if let Some(&seconds) = seconds.first_chunk() {
                        clock = clock.with_offset(order.u64(seconds) as i64);
                    }
                }
                _ => {}
            }
        }
        if let Some(fault) = options.fault {
            intake.damaged(DESCRIPTION, Cost::Detail, fault);
        }
        let link = described.link;
        if let Some(place) = intake.tally.interface(described) {
            self.interfaces.push(Capturing { link, snaplen, clock, place });
        } else {
            let most = intake.tally.limits.interfaces;
            intake.damaged(DESCRIPTION, Cost::Frame, Fault::TooManyInterfaces(most));
        }
        None
    }

    /// Keeps an interface's drop counters. They count from the capture's start: the last ones hold.
    pub(super) fn statistics(&self, body: &[u8], intake: &mut Intake<'_>) {
        let order = self.order;
        let Some(index) = order.u32_at(body, 0) else {
            let found = body.len() as u64 + 12;
            let fault = Fault::OutOfRange { field: "block length", found, least: 24, most: u32::MAX.into() };
            return intake.damaged(STATISTICS, Cost::Detail, fault);
        };
        let Some(capturing) = self.interfaces.get(index as usize) else {
            let fault = Fault::NoInterface { index, described: self.interfaces.len() };
            return intake.damaged(STATISTICS, Cost::Detail, fault);
        };
        let mut options = Options::new(body.get(12..).unwrap_or_default(), order);
        for (code, value) in options.by_ref() {
            let count = value.first_chunk().map(|&count| order.u64(count));
            let Some(interface) = intake.tally.interface_at(capturing.place) else { continue };
            match code {
                COMMENT => intake.tally.comments += 1,
                // isb_ifdrop
                5 => interface.dropped_by_interface = count.or(interface.dropped_by_interface),
                // isb_osdrop
                7 => interface.dropped_by_system = count.or(interface.dropped_by_system),
                _ => {}
            }
        }
        if let Some(fault) = options.fault {
            intake.damaged(STATISTICS, Cost::Detail, fault);
        }
    }
}

/// The text of an option: UTF-8, what is not replaced, bounded.
fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets.get(..NAME_OCTETS).unwrap_or(octets)).into_owned()
}

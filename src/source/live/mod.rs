//! Frames as they pass an interface, through libpcap. The only user of pcap.

mod failure;
mod interfaces;
mod opening;
mod stop;
mod wait;

use std::path::Path;
use std::time::Duration;

use pcap::{Active, Capture, Packet, Savefile};

pub use failure::LiveError;
pub use interfaces::{Listed, interfaces};

use super::batch::{Batch, Head, PIECE};
use super::damage::{Cost, Fault};
use super::pcap::registered;
use super::tally::Tally;
use super::{Format, Interface, Precision, Source, Summary, Wanted};
use crate::frame::{LinkType, Mark};
use crate::limits::Limits;
use crate::units::Timestamp;
use stop::{Phase, Stop};

/// The longest time that the system keeps a frame back to hand over more at once.
const READ_TIMEOUT: Duration = Duration::from_millis(100);

/// Precision of the times. Linux has nanoseconds for every interface; libpcap does not say what other systems granted.
const PRECISION: Precision = if cfg!(target_os = "linux") { Precision::Nano } else { Precision::Micro };

/// A capture that is running.
pub struct Live {
    capture: Capture<Active>,
    name: String,
    link: LinkType,
    copy: Option<Savefile>,
    copy_fault: Option<String>,
    stop: Stop,
    tally: Tally,
    /// Octets captured.
    octets: u64,
}

impl Live {
    /// Begins to capture. From here on SIGINT and SIGTERM end the capture; the second one ends the process.
    ///
    /// # Errors
    ///
    /// There is no such interface, it may not be captured on, or the filter is not one.
    pub fn open(wanted: &Wanted, limits: Limits) -> Result<Self, LiveError> {
        let stop = Stop::new(wanted).map_err(|error| LiveError::System(error.to_string()))?;
        let capture = opening::open(wanted)?;
        let link = registered(capture.get_datalink().0 as u16);
        let mut tally = Tally::new(limits);
        tally.interface(Interface {
            name: Some(wanted.interface.clone()),
            ..Interface::new(link, wanted.snaplen)
        });
        Ok(Self {
            capture,
            name: wanted.interface.clone(),
            link,
            copy: None,
            copy_fault: None,
            stop: stop.begun(),
            tally,
            octets: 0,
        })
    }

    /// Writes every frame from now on to a pcap file, too; what is in the file is lost.
    ///
    /// # Errors
    ///
    /// The file could not be written, in the system's words.
    pub fn copy_to(&mut self, path: &Path) -> Result<(), String> {
        // libpcap takes text, and `-` for standard output.
        match path.to_str() {
            None => return Err("libpcap takes no name that is not UTF-8".to_owned()),
            Some("-") => return Err("standard output is for the report".to_owned()),
            Some(_) => {}
        }
        self.copy = Some(self.capture.savefile(path).map_err(|error| failure::words(&error))?);
        Ok(())
    }

    /// Why the copy ends early, if it does.
    pub fn copy_fault(&self) -> Option<&str> {
        self.copy_fault.as_deref()
    }

    /// Takes what is there, as much as a batch should hold.
    fn fill(&mut self, batch: &mut Batch) {
        while batch.filled < PIECE && !self.stop.has_enough(self.tally.frames) {
            match self.capture.next_packet() {
                Ok(packet) => {
                    if let Some(copy) = &mut self.copy {
                        copy.write(&packet);
                    }
                    batch.push(self.tally.next, head(&packet, self.link), packet.data);
                    self.tally.skip_number();
                    self.tally.frames += 1;
                    self.octets += packet.data.len() as u64;
                }
                Err(pcap::Error::TimeoutExpired) => break,
                Err(error) => {
                    let fault = Fault::ReadFailed(failure::words(&error));
                    self.tally.damaged(self.octets, "live capture", Cost::Rest, fault);
                    self.stop.phase = Phase::Ended;
                    break;
                }
            }
        }
        if self.stop.has_enough(self.tally.frames) {
            self.stop.phase = Phase::Ended;
        }
        self.flush();
    }

    /// Hands the copy over to the system, so that it can be read while it grows, and a full disk is noticed.
    fn flush(&mut self) {
        if let Some(Err(error)) = self.copy.as_mut().map(Savefile::flush) {
            self.copy_fault = Some(failure::words(&error));
            self.copy = None;
        }
    }

    /// Asks libpcap what was dropped. The counters are 32 bits wide, and of this capture.
    fn count_drops(&mut self) {
        let stats = self.capture.stats().ok();
        if let Some(interface) = self.tally.interface_at(0) {
            interface.dropped_by_system = stats.map(|stats| stats.dropped.into());
            interface.dropped_by_interface = stats.map(|stats| stats.if_dropped.into());
        }
    }
}

impl Source for Live {
    fn read_batch(&mut self, batch: &mut Batch) -> bool {
        batch.restart(&[]);
        while batch.is_empty() {
            if self.stop.phase == Phase::Ended {
                self.count_drops();
                return false;
            }
            let last = self.stop.is_last_look();
            self.fill(batch);
            if last {
                self.stop.phase = Phase::Ended;
            } else if batch.is_empty() && self.stop.phase != Phase::Ended {
                wait::for_frames(&self.capture, self.stop.patience());
            }
        }
        true
    }

    fn summary(&self) -> Summary {
        let tally = self.tally.clone();
        Summary {
            name: self.name.clone(),
            format: Format::Live { precision: PRECISION },
            compressed: None,
            octets: self.octets,
            sha256: None,
            frames: tally.frames,
            numbers: tally.next.0 - 1,
            untimed: 0,
            comments: 0,
            sections: 1,
            interfaces: tally.interfaces,
            damage: tally.damage,
            damages: tally.damages,
            complete: tally.complete,
        }
    }
}

fn head(packet: &Packet<'_>, link: LinkType) -> Head {
    let time = packet.header.ts;
    let nanos = i128::from(time.tv_usec) * i128::from(1_000_000_000 / PRECISION.per_second());
    let nanos = i128::from(time.tv_sec) * 1_000_000_000 + nanos;
    Head {
        time: Timestamp::from_nanos(i64::try_from(nanos).unwrap_or_default()),
        after_first: 0,
        start: 0,
        len: packet.data.len() as u32,
        wire_len: packet.header.len,
        link,
        interface: 0,
        // A cooked header says it, and is read with the frame's other headers.
        mark: Mark::None,
    }
}

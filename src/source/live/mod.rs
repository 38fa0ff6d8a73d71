//! Frames as they pass an interface, through libpcap. The only user of pcap.

mod copy;
mod drops;
mod failure;
mod interfaces;
mod opening;
mod stop;
mod wait;

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use pcap::{Active, Capture, Packet};

pub use failure::LiveError;
pub use interfaces::{Listed, interfaces, is_up, known_of};

use super::batch::{Batch, Head, PIECE};
use super::damage::{Cost, Fault};
use super::pcap::registered;
use super::tally::Tally;
use super::{Filter, Format, Interface, Precision, Rotation, Summary, Wanted};
use crate::frame::{LinkType, Mark};
use crate::limits::Limits;
use crate::units::Timestamp;
use copy::{Copy, Went};
use drops::{Drops, Remedy};
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
    filter: Filter,
    copy: Option<Copy>,
    copy_fault: Option<String>,
    stop: Stop,
    drops: Drops,
    tally: Tally,
    /// Octets captured.
    octets: u64,
}

impl Live {
    /// Begins to capture. From here on SIGINT and SIGTERM end the capture, and the second one ends the process; SIGUSR1 and
    /// SIGHUP are noted.
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
            filter: wanted.filter.clone(),
            copy: None,
            copy_fault: None,
            stop: stop.begun(),
            drops: Drops::default(),
            tally,
            octets: 0,
        })
    }

    /// Writes every frame from now on to pcap files, too; what is in them is lost. `start`: the time now.
    ///
    /// # Errors
    ///
    /// The first file could not be written, in the system's words.
    #[expect(clippy::disallowed_methods, reason = "the edge at which time passes")]
    pub fn copy_to(&mut self, rotation: &Rotation, start: Timestamp) -> Result<(), String> {
        self.copy = Some(Copy::begin(&self.capture, rotation, start, Instant::now())?);
        Ok(())
    }

    /// Why the copy ends early, if it does.
    pub fn copy_fault(&self) -> Option<&str> {
        self.copy_fault.as_deref()
    }

    /// Ends the capture after `more` time, if nothing ends it before.
    pub fn end_in(&mut self, more: Duration) {
        self.stop.end_in(more);
    }

    /// Whether SIGUSR1 came since this was asked last.
    pub fn is_asked_for_counters(&self) -> bool {
        self.stop.took_usr1()
    }

    /// Whether SIGHUP came since this was asked last.
    pub fn is_asked_to_reopen(&self) -> bool {
        self.stop.took_hup()
    }

    /// Frames dropped so far, by the system and by the interface.
    pub const fn dropped(&self) -> u64 {
        self.drops.by_system.saturating_add(self.drops.by_interface)
    }

    /// How often data in bulk was left out because frames were dropped, and whether it is now.
    pub const fn thinnings(&self) -> (u64, bool) {
        (self.drops.thinnings, self.drops.thinned)
    }

    /// Fills `batch` with what is there, waiting for it `at_most` so long; false, and an empty batch, when the capture
    /// has ended.
    pub fn read(&mut self, batch: &mut Batch, at_most: Duration) -> bool {
        batch.restart(&[]);
        if self.stop.phase == Phase::Ended {
            self.end();
            return false;
        }
        let last = self.stop.is_last_look();
        self.fill(batch);
        if last {
            self.stop.phase = Phase::Ended;
        } else if batch.is_empty() && self.stop.phase != Phase::Ended {
            wait::for_frames(&self.capture, self.stop.patience().min(at_most));
        }
        self.mind_drops();
        true
    }

    /// Takes what is there, as much as a batch should hold.
    #[expect(clippy::disallowed_methods, reason = "the edge at which time passes")]
    fn fill(&mut self, batch: &mut Batch) {
        // The capture lends its packet, and the copy needs both: one is taken out for the while.
        let mut copy = self.copy.take();
        let now = Instant::now();
        while batch.filled < PIECE && !self.stop.has_enough(self.tally.frames) {
            match self.capture.next_packet() {
                Ok(packet) => {
                    batch.push(self.tally.next, head(&packet, self.link), packet.data);
                    self.tally.skip_number();
                    self.tally.frames += 1;
                    self.octets += packet.data.len() as u64;
                    if let Some(files) = &mut copy {
                        files.write(&packet);
                    }
                }
                Err(pcap::Error::TimeoutExpired) => break,
                Err(error) => {
                    let fault = Fault::ReadFailed(failure::words(&error));
                    self.tally.damaged(self.octets, "live capture", Cost::Rest, fault);
                    self.stop.phase = Phase::Ended;
                    break;
                }
            }
            if let Some(files) = &mut copy {
                match files.turn(&self.capture, batch.last_time(), now) {
                    Ok(Went::On) => {}
                    Ok(Went::Out) => self.stop.phase = Phase::Ended,
                    Err(words) => {
                        self.copy_fault = Some(words);
                        copy = None;
                    }
                }
            }
            if self.stop.phase == Phase::Ended {
                break;
            }
        }
        if self.stop.has_enough(self.tally.frames) {
            self.stop.phase = Phase::Ended;
        }
        self.copy = copy;
        self.flush(now);
    }

    /// Hands the copy over to the system, so that it can be read while it grows, and a full disk is noticed.
    fn flush(&mut self, now: Instant) {
        if let Some(Err(words)) = self.copy.as_mut().map(|copy| copy.flush(now)) {
            self.copy_fault = Some(words);
            self.copy = None;
        }
    }

    fn end(&mut self) {
        if let Some(Err(words)) = self.copy.as_mut().map(Copy::close) {
            self.copy_fault = Some(words);
        }
        self.copy = None;
    }

    /// Counts what was dropped, and leaves bulk data out while there is no time for it.
    #[expect(clippy::disallowed_methods, reason = "the edge at which time passes")]
    fn mind_drops(&mut self) {
        let last = self.stop.phase == Phase::Ended;
        match self.drops.ask(&mut self.capture, Instant::now(), last) {
            Remedy::None => {}
            Remedy::Thin => {
                if !opening::thin(&mut self.capture, &self.filter, true) {
                    self.drops.not_thinned();
                }
            }
            Remedy::Restore => _ = opening::thin(&mut self.capture, &self.filter, false),
        }
        let (system, interface) = (self.drops.by_system, self.drops.by_interface);
        if let Some(known) = self.tally.interface_at(0) {
            known.dropped_by_system = Some(system);
            known.dropped_by_interface = Some(interface);
        }
    }

    /// What is known so far beside the frames; final after the end.
    pub fn summary(&self) -> Summary {
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

/// The time now, by the host's clock, which also stamps the frames.
#[expect(clippy::disallowed_methods, reason = "the edge at which time passes")]
pub fn start() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_nanos(i64::try_from(since.as_nanos()).unwrap_or_default())
}

/// The first of the files that a copy begun at `start` is written to.
pub fn first_file(rotation: &Rotation, start: Timestamp) -> PathBuf {
    copy::name(rotation, start, 0)
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

//! The files that captured frames are written to, one after the other; the meanings are those of tcpdump's options.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pcap::{Active, Capture, Packet, Savefile};

use super::failure;
use crate::report::strftime;
use crate::source::Rotation;
use crate::units::Timestamp;

/// Octets of a pcap file's header, and of a record's.
const HEADER: u64 = 24;
/// See [`HEADER`].
const RECORD: u64 = 16;

/// How long the system may be kept waiting for what was written: so long a full disk stays unnoticed.
const FLUSHED_EVERY: Duration = Duration::from_secs(1);

/// Files that are being written.
pub(super) struct Copy {
    rotation: Rotation,
    file: Savefile,
    octets: u64,
    /// Files begun after the first one for their size, since the last one begun for the time.
    by_size: u32,
    /// Files begun for the time.
    by_time: u32,
    began: Instant,
    flushed: Instant,
}

/// What a frame or the time did to the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Went {
    /// All is well.
    On,
    /// The last file that was wanted is full.
    Out,
}

impl Copy {
    /// Begins the first file.
    pub(super) fn begin(
        capture: &Capture<Active>,
        rotation: &Rotation,
        start: Timestamp,
        now: Instant,
    ) -> Result<Self, String> {
        let file = open(capture, &name(rotation, start, 0))?;
        Ok(Self {
            rotation: rotation.clone(),
            file,
            octets: HEADER,
            by_size: 0,
            by_time: 0,
            began: now,
            flushed: now,
        })
    }

    /// Writes a frame.
    pub(super) fn write(&mut self, packet: &Packet<'_>) {
        self.file.write(packet);
        self.octets += RECORD + packet.data.len() as u64;
    }

    /// Begins a new file if it is time to. `time`: of the last frame.
    pub(super) fn turn(
        &mut self,
        capture: &Capture<Active>,
        time: Timestamp,
        now: Instant,
    ) -> Result<Went, String> {
        let Rotation { octets, files, .. } = self.rotation;
        let period = self.period().filter(|period| now.duration_since(self.began) >= *period);
        if let Some(period) = period {
            self.by_time += 1;
            if octets.is_none() && files.is_some_and(|files| self.by_time >= files) {
                return Ok(Went::Out);
            }
            self.by_size = 0;
            // Its own beat, however late the frame came that noticed it.
            while now.duration_since(self.began) >= period {
                self.began += period;
            }
            self.next(capture, time)?;
        } else if octets.is_some_and(|most| self.octets > most) {
            self.by_size += 1;
            if files.is_some_and(|files| self.by_size >= files) {
                self.by_size = 0;
            }
            self.next(capture, time)?;
        }
        Ok(Went::On)
    }

    /// Hands what was written to the system, so that it can be read, and a full disk is noticed.
    pub(super) fn flush(&mut self, now: Instant) -> Result<(), String> {
        if !self.rotation.unbuffered && now.duration_since(self.flushed) < FLUSHED_EVERY {
            return Ok(());
        }
        self.flushed = now;
        self.close()
    }

    /// Hands all to the system.
    pub(super) fn close(&mut self) -> Result<(), String> {
        self.file.flush().map_err(|error| failure::words(&error))
    }

    fn period(&self) -> Option<Duration> {
        self.rotation.seconds.map(|seconds| Duration::from_secs(seconds.into()))
    }

    fn next(&mut self, capture: &Capture<Active>, time: Timestamp) -> Result<(), String> {
        self.close()?;
        self.file = open(capture, &name(&self.rotation, time, self.by_size))?;
        self.octets = HEADER;
        Ok(())
    }
}

/// The name of the file number `count` of those begun for their size, begun at `time`.
pub(super) fn name(rotation: &Rotation, time: Timestamp, count: u32) -> PathBuf {
    let text = rotation.path.to_string_lossy();
    let named = if rotation.seconds.is_some() { strftime(&text, time) } else { text.into_owned() };
    let count = match rotation.files.filter(|_| rotation.octets.is_some()) {
        // Zeros in front, so that the names sort.
        Some(files) => {
            format!("{count:0width$}", width = (files - 1).checked_ilog10().unwrap_or(0) as usize + 1)
        }
        None if count > 0 => count.to_string(),
        None => String::new(),
    };
    PathBuf::from(named + &count)
}

fn open(capture: &Capture<Active>, path: &Path) -> Result<Savefile, String> {
    // libpcap takes text, and `-` for standard output.
    match path.to_str() {
        None => return Err("libpcap takes no name that is not UTF-8".to_owned()),
        Some("-") => return Err("standard output is for the report".to_owned()),
        Some(_) => {}
    }
    capture.savefile(path).map_err(|error| failure::words(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rotation(path: &str) -> Rotation {
        Rotation { path: path.into(), octets: None, seconds: None, files: None, unbuffered: false }
    }

    #[test]
    fn names_are_those_that_tcpdump_gives() {
        let time = Timestamp::from_nanos(1_763_700_000_000_000_000);
        let named = |rotation: &Rotation, count| name(rotation, time, count).to_str().unwrap().to_owned();
        let plain = rotation("a%H.pcap");
        assert_eq!(named(&plain, 0), "a%H.pcap", "the time is in it with -G only");
        let by_size = Rotation { octets: Some(1), ..plain.clone() };
        assert_eq!([named(&by_size, 0), named(&by_size, 1)], ["a%H.pcap", "a%H.pcap1"]);
        let ring = Rotation { files: Some(11), ..by_size };
        assert_eq!([named(&ring, 0), named(&ring, 10)], ["a%H.pcap00", "a%H.pcap10"]);
        let by_time = Rotation { seconds: Some(60), ..rotation("a-%Y%m%d-%H%M%S") };
        assert_eq!(named(&by_time, 0), "a-20251121-044000");
    }
}

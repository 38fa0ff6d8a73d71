//! The last packets of a capture that runs: few in memory, many on disk.

use std::io;
use std::path::Path;

use super::segments::Segments;
use crate::error::Error;
use crate::frame::Frame;
use crate::source;

/// Octets held in memory at most: a server in production has more disk than memory to spare.
pub(super) const IN_MEMORY: usize = 64 << 20;

/// Holds the last frames.
#[derive(Debug)]
pub(super) enum Ring {
    Memory(source::Ring),
    Disk(Segments),
}

impl Ring {
    /// An empty ring of so many octets; on disk its files lie beside `path`, named after it.
    pub(super) fn begin(octets: usize, path: &Path, force: bool) -> Result<Self, Error> {
        Ok(if octets <= IN_MEMORY {
            Self::Memory(source::Ring::new(octets))
        } else {
            Self::Disk(Segments::begin(octets as u64, path, force)?)
        })
    }

    /// Holds `frame`; the oldest go for it.
    pub(super) fn push(&mut self, frame: &Frame<'_>) {
        match self {
            Self::Memory(ring) => ring.push(frame),
            Self::Disk(segments) => segments.push(frame),
        }
    }

    /// Hands what was pushed to the system: it is there even if this process is killed.
    pub(super) fn flush(&mut self) {
        if let Self::Disk(segments) = self {
            segments.flush();
        }
    }

    /// Gives the frames that are held to `take`, in the order of the capture and with their numbers.
    ///
    /// # Errors
    ///
    /// Those of `take`, and a file of the ring that is gone.
    pub(super) fn replay(&self, take: &mut dyn FnMut(&Frame<'_>) -> io::Result<()>) -> io::Result<()> {
        match self {
            Self::Memory(ring) => ring.frames().try_for_each(|frame| take(&frame)),
            Self::Disk(segments) => segments.replay(take),
        }
    }
}

//! The frames a second time, for whoever writes them.

use std::io;
use std::path::PathBuf;

use super::spool::Spool;
use crate::error::{Error, Exit};
use crate::frame::{Frame, FrameNo};
use crate::limits::Limits;
use crate::source::{Batch, Opening, Set};

/// Where frames come from when they are needed again.
#[derive(Debug)]
pub(super) enum Packets {
    /// Nobody needs them.
    NotNeeded,
    /// The files, read once more.
    Files(Vec<PathBuf>),
    /// A copy: what they came from cannot be read twice.
    Kept(Spool),
}

impl Packets {
    /// A copy, of nothing yet.
    pub(super) fn kept() -> Result<Self, Error> {
        Spool::new().map(Self::Kept).map_err(|error| {
            Error::new(Exit::NotWritten, format!("packets could not be kept in a temporary file: {error}"))
                .with_hint("`TMPDIR` says where such files are made")
        })
    }

    /// Keeps the frames of a batch where a copy is made.
    pub(super) fn keep(&mut self, batch: &Batch) {
        if let Self::Kept(spool) = self {
            spool.keep(batch);
        }
    }

    /// Gives all frames to `take`, in their order and with their numbers.
    ///
    /// # Errors
    ///
    /// Those of `take`, and of reading a copy. What cannot be read of a file any more is missed by whoever needs it.
    pub(super) fn again(&mut self, take: &mut dyn FnMut(&Frame<'_>) -> io::Result<()>) -> io::Result<()> {
        match self {
            Self::NotNeeded => Ok(()),
            Self::Kept(spool) => spool.replay(take),
            Self::Files(files) => {
                let mut set = Set::new(files, Opening::new(Limits::default()).without_digest());
                let (mut outcome, mut batch) = (Ok(()), Batch::new());
                while outcome.is_ok() && set.read_batch(&mut batch) {
                    outcome = batch.frames().try_for_each(|frame| take(&frame));
                }
                outcome
            }
        }
    }

    /// The first frame that a copy does not hold, and why.
    pub(super) const fn stopped(&self) -> Option<&(FrameNo, String)> {
        match self {
            Self::Kept(spool) => spool.stopped(),
            Self::NotNeeded | Self::Files(_) => None,
        }
    }
}

//! A file that is still being written, read as it grows.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use std::{fmt, thread};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// How often is looked whether there is more: less than a person waits for, and nothing for a processor.
const LOOK: Duration = Duration::from_millis(200);

/// Why no more is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The user asked for it: SIGINT or SIGTERM.
    Asked,
    /// There is no file of its name any more.
    Removed,
    /// Its name is another file's now: it was rotated.
    Replaced,
    /// It is shorter than what was read of it.
    Cut,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Asked => "is not waited for any longer",
            Self::Removed => "was removed: what was in it is reported",
            Self::Replaced => "was replaced by another file of its name: what was in the first is reported",
            Self::Cut => "was cut while it was read: what was read is reported",
        })
    }
}

/// How long a file is followed.
#[derive(Debug, Default)]
pub struct Following {
    asked: Arc<AtomicBool>,
    ended: OnceLock<Ended>,
}

impl Following {
    /// Until SIGINT or SIGTERM, to which is listened from here on; a second one ends the process.
    ///
    /// # Errors
    ///
    /// The system does not let signals be listened to.
    pub fn until_asked() -> io::Result<Arc<Self>> {
        let following = Self::default();
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal sets the flag, the second finds it set and does what signals do.
            flag::register_conditional_default(signal, Arc::clone(&following.asked))?;
            flag::register(signal, Arc::clone(&following.asked))?;
        }
        Ok(Arc::new(following))
    }

    /// Why it ended, if it did.
    pub fn ended(&self) -> Option<Ended> {
        self.ended.get().copied()
    }
}

/// A file whose end is waited beyond.
pub(super) struct Growing {
    file: File,
    path: PathBuf,
    following: Arc<Following>,
    /// Octets read.
    octets: u64,
}

impl Growing {
    pub(super) const fn new(file: File, path: PathBuf, following: Arc<Following>) -> Self {
        Self { file, path, following, octets: 0 }
    }

    /// Why there will be no more, as things stand.
    fn end(&self) -> io::Result<Option<Ended>> {
        let own = self.file.metadata()?;
        let named = fs::metadata(&self.path);
        Ok(match named {
            _ if own.len() < self.octets => Some(Ended::Cut),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Some(Ended::Removed),
            Ok(named) if !is_same(&own, &named) => Some(Ended::Replaced),
            _ => self.following.asked.load(Ordering::Relaxed).then_some(Ended::Asked),
        })
    }
}

impl Read for Growing {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            // Looked at before reading: what was written until then is read.
            let end = self.following.ended().or(self.end()?);
            let count = self.file.read(room)?;
            self.octets += count as u64;
            if count > 0 || room.is_empty() {
                return Ok(count);
            }
            if let Some(end) = end {
                // The first reason stays.
                _ = self.following.ended.set(end);
                return Ok(0);
            }
            thread::sleep(LOOK);
        }
    }
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Without the numbers of files only their names tell.
#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}

//! Opens files and standard input.

#![expect(clippy::disallowed_methods, reason = "the edge at which files are opened")]

use std::fs::{File, Metadata};
use std::io::{self, Cursor, IsTerminal, Read};
use std::path::Path;
use std::sync::Arc;

use super::batch::PIECE;
use super::compressed::{Decoded, Disk, MAGIC};
use super::failure::Reason;
use super::following::{Following, Growing};
use super::input::Input;
use super::reader::Packing;
use super::{Compression, Reader, SourceError};
use crate::limits::Limits;

/// The name of standard input, on the command line and in reports.
pub const STANDARD_INPUT: &str = "-";

/// A reader of anything.
pub type Opened = Reader<Box<dyn Read + Send>>;

/// How inputs are opened.
#[derive(Clone, Debug)]
pub struct Opening {
    limits: Limits,
    digest: bool,
    following: Option<Arc<Following>>,
}

impl Opening {
    /// With a digest of what is read.
    pub const fn new(limits: Limits) -> Self {
        Self { limits, digest: true, following: None }
    }

    /// Leaves out the digest: SHA-256 takes 0.5 s of CPU for a gigabyte with the processor's own instructions for it, reading
    /// 0.05 s (measured 2026-11-21).
    #[must_use]
    pub fn without_digest(self) -> Self {
        Self { digest: false, ..self }
    }

    /// Waits at the end of files for more.
    #[must_use]
    pub fn following(self, following: Arc<Following>) -> Self {
        Self { following: Some(following), ..self }
    }

    /// Opens a capture file, compressed or not.
    ///
    /// # Errors
    ///
    /// Nothing of it can be read: it is missing, a directory, empty, not permitted, or not a capture.
    pub fn open(&self, path: &Path) -> Result<Opened, SourceError> {
        let name = path.to_string_lossy();
        // Opening a directory succeeds on Linux; only reading it fails.
        if path.is_dir() {
            return Err(SourceError::new(&name, Reason::Directory));
        }
        let file = File::open(path).map_err(|error| SourceError::new(&name, error.into()))?;
        if let Some(following) = &self.following {
            let growing = Growing::new(file, path.to_owned(), Arc::clone(following));
            return Ok(self.begin(&name, Box::new(growing))?.followed(Arc::clone(following)));
        }
        let known = file.metadata().ok().filter(Metadata::is_file).map(|known| known.len());
        Ok(self.begin(&name, Box::new(file))?.sized(known))
    }

    /// Reads a capture from standard input, compressed or not.
    ///
    /// # Errors
    ///
    /// Nothing of it can be read: it is a terminal, empty or not a capture.
    pub fn standard_input(&self) -> Result<Opened, SourceError> {
        let input = io::stdin();
        if input.is_terminal() {
            return Err(SourceError::new(STANDARD_INPUT, Reason::Terminal));
        }
        self.begin(STANDARD_INPUT, Box::new(input))
    }

    /// Looks at the first octets, and takes off a compression that they tell.
    fn begin(&self, name: &str, mut input: Box<dyn Read + Send>) -> Result<Opened, SourceError> {
        let failed = |error: io::Error| SourceError::new(name, error.into());
        let first = Input::undigested(&mut input).first_piece(PIECE, MAGIC).map_err(failed)?;
        let compression = Compression::recognise(&first);
        let whole: Box<dyn Read + Send> = Box::new(Cursor::new(first).chain(input));
        let Some(compression) = compression else {
            let mut reader = Reader::new(name, whole, self.limits)?;
            if !self.digest {
                reader.without_digest();
            }
            return Ok(reader);
        };
        let disk = Arc::new(Disk::default());
        let input = if self.digest { Input::new(whole) } else { Input::undigested(whole) };
        let decoded = Decoded::start(compression, input, Arc::clone(&disk)).map_err(failed)?;
        let decoded: Box<dyn Read + Send> = Box::new(decoded);
        let reader = Reader::new(name, decoded, self.limits).map_err(|error| error.inside(compression))?;
        Ok(reader.packed(Packing { compression, disk }))
    }
}

/// Opens a capture file, compressed or not.
///
/// # Errors
///
/// Nothing of it can be read: it is missing, a directory, empty, not permitted, or not a capture.
pub fn open(path: &Path, limits: Limits) -> Result<Opened, SourceError> {
    Opening::new(limits).open(path)
}

/// Reads a capture from standard input, compressed or not.
///
/// # Errors
///
/// Nothing of it can be read: it is a terminal, empty or not a capture.
pub fn standard_input(limits: Limits) -> Result<Opened, SourceError> {
    Opening::new(limits).standard_input()
}

//! Opens files and standard input.

#![expect(clippy::disallowed_methods, reason = "the edge at which files are opened")]

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use super::failure::Reason;
use super::{Reader, SourceError};
use crate::limits::Limits;

/// The name of standard input, on the command line and in reports.
pub const STANDARD_INPUT: &str = "-";

/// A reader of anything.
type Opened = Reader<Box<dyn Read + Send>>;

/// Opens a capture file.
///
/// # Errors
///
/// Nothing of it can be read: it is missing, a directory, empty, not permitted, or not a capture.
pub fn open(path: &Path, limits: Limits) -> Result<Opened, SourceError> {
    let name = path.to_string_lossy();
    // Opening a directory succeeds on Linux; only reading it fails.
    if path.is_dir() {
        return Err(SourceError::new(&name, Reason::Directory));
    }
    let file = File::open(path).map_err(|error| SourceError::new(&name, error.into()))?;
    Reader::new(&name, Box::new(file), limits)
}

/// Reads a capture from standard input.
///
/// # Errors
///
/// Nothing of it can be read: it is a terminal, empty or not a capture.
pub fn standard_input(limits: Limits) -> Result<Opened, SourceError> {
    let input = io::stdin();
    if input.is_terminal() {
        return Err(SourceError::new(STANDARD_INPUT, Reason::Terminal));
    }
    Reader::new(STANDARD_INPUT, Box::new(input), limits)
}

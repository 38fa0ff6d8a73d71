//! The last packets, written out with what the report says of them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use crate::error::{Error, Exit};
use crate::report::model::{Report, died};
use crate::report::{News, Pcapng, line, remarks};
use crate::run::complain;
use crate::source::{Ring, Shown};

/// Writes the frames of `ring` to `path` as pcapng, with comments on those that matter in `report`.
pub(super) fn write(ring: &Ring, path: &Path, report: &Report) -> Exit {
    match pcapng(ring, path, report) {
        Ok(()) => Exit::Analysed,
        Err(error) => {
            let name = path.to_string_lossy();
            let message = format!("{} could not be written: {error}", Shown(&name));
            complain(&Error::new(Exit::NotWritten, message));
            Exit::NotWritten
        }
    }
}

fn pcapng(ring: &Ring, path: &Path, report: &Report) -> io::Result<()> {
    let dead = report.sessions.iter().filter(|session| died(session));
    let mut comments: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for session in dead.clone() {
        for (frame, comment) in remarks(session) {
            comments.entry(frame).or_default().push(comment);
        }
    }
    let about: Vec<String> = dead.map(|session| line(session, News::First)).collect();
    let mut file = Pcapng::new(BufWriter::new(File::create(path)?), "sshrst", &about)?;
    for frame in ring.frames() {
        let comments = comments.get(&frame.number.0).map(Vec::as_slice).unwrap_or_default();
        file.frame(&frame, frame.data.len(), comments)?;
    }
    file.finish().map(drop)
}

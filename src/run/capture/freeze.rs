//! The last packets, written out with what the report says of them.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use crate::error::{Error, Exit};
use crate::report::model::{Report, Session, died};
use crate::report::{News, Pcapng, comments, line};
use crate::run::complain;
use crate::source::Shown;

use super::ring::Ring;

/// Writes the frames of `ring` to `path` as pcapng, with comments on those that matter in `report`.
pub(super) fn write(ring: Ring, path: &Path, report: &Report) -> Exit {
    match pcapng(&ring, path, report) {
        Ok(()) => match ring {
            Ring::Memory(_) => Exit::Analysed,
            Ring::Disk(segments) => {
                let whole = if segments.has_failed() { Exit::Partial } else { Exit::Analysed };
                segments.remove();
                whole
            }
        },
        Err(error) => {
            let name = path.to_string_lossy();
            let failed =
                Error::new(Exit::NotWritten, format!("{} could not be written: {error}", Shown(&name)));
            complain(&match ring {
                Ring::Memory(_) => failed,
                Ring::Disk(_) => failed
                    .with_hint(format!("the packets are in {}.ring1 and those that follow", Shown(&name))),
            });
            Exit::NotWritten
        }
    }
}

fn pcapng(ring: &Ring, path: &Path, report: &Report) -> io::Result<()> {
    let dead: Vec<&Session> = report.sessions.iter().filter(|session| died(session)).collect();
    let remarks = comments(&dead);
    let verdicts: Vec<String> =
        dead.iter().take(VERDICTS).map(|session| line(session, News::First)).collect();
    let mut file = Pcapng::new(BufWriter::new(File::create(path)?), "sshrst", &verdicts)?;
    ring.replay(&mut |frame| {
        let remark = remarks.get(&frame.number.0).cloned();
        file.frame(frame, frame.data.len(), remark.as_slice())
    })?;
    file.finish().map(drop)
}

/// Verdicts in the file's own comments; Wireshark shows them in one window.
const VERDICTS: usize = 100;

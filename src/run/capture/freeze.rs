//! The last packets, written out with what the report says of them.

use std::io::{self, BufWriter, Write};

use super::Held;
use super::ring::Ring;
use crate::error::Exit;
use crate::report::model::{Report, Session, died};
use crate::report::{News, Pcapng, comments, line};
use crate::run::complain;

/// Writes the frames that are held to their file as pcapng, with comments on those that matter in `report`.
pub(super) fn write(held: Held, report: &Report) -> Exit {
    let Held { ring, file } = held;
    match (file.write(|out| pcapng(&ring, out, report)), ring) {
        (Ok(()), Ring::Memory(_)) => Exit::Analysed,
        (Ok(()), Ring::Disk(segments)) => {
            let whole = if segments.has_failed() { Exit::Partial } else { Exit::Analysed };
            segments.remove();
            whole
        }
        (Err(error), ring) => {
            complain(&match ring {
                Ring::Memory(_) => error,
                Ring::Disk(segments) => error.with_hint(segments.whereabouts()),
            });
            Exit::NotWritten
        }
    }
}

fn pcapng(ring: &Ring, out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let dead: Vec<&Session> = report.sessions.iter().filter(|session| died(session)).collect();
    let remarks = comments(&dead);
    let verdicts: Vec<String> =
        dead.iter().take(VERDICTS).map(|session| line(session, News::First)).collect();
    let mut file = Pcapng::new(BufWriter::new(out), "sshrst", &verdicts)?;
    ring.replay(&mut |frame| {
        let remark = remarks.get(&frame.number.0).cloned();
        file.frame(frame, frame.data.len(), remark.as_slice())
    })?;
    file.finish().map(drop)
}

/// Verdicts in the file's own comments; Wireshark shows them in one window.
const VERDICTS: usize = 100;

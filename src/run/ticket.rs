//! What goes on a ticket: packets, an archive, pseudonyms.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::Path;

use super::complain;
use super::output::{Desk, Target};
use super::packets::Packets;
use crate::analysis::Findings;
use crate::cli::{Reporting, Ticket};
use crate::error::{Error, Exit};
use crate::limits::Limits;
use crate::report::model::Report;
use crate::report::redact::{Pseudonyms, RedactKey};
use crate::report::{self, Bundle, Detail, Excerpt, ExcerptOptions, Extent, Trim};
use crate::source::Shown;

/// Octets of a key file that are looked at: one more than the longest form with a few blanks.
const KEY: u64 = 80;

/// The pseudonyms that `ticket` asks for, under the key of its file or a random one.
pub(super) fn pseudonyms(ticket: &Ticket) -> Result<Option<Pseudonyms>, Error> {
    let Some(file) = &ticket.redact else { return Ok(None) };
    let key = match file {
        Some(file) => read_key(file)?,
        None => random_key()?,
    };
    Ok(Some(Pseudonyms::new(key)))
}

fn read_key(file: &Path) -> Result<RedactKey, Error> {
    let name = file.to_string_lossy();
    let wrong = |words: String| {
        Error::new(Exit::Usage, format!("{}: {words}", Shown(&name)))
            .with_hint("`openssl rand -hex 32 > FILE` makes a key")
    };
    let mut content = Vec::new();
    let read = File::open(file).and_then(|file| file.take(KEY).read_to_end(&mut content));
    read.map_err(|error| wrong(format!("the key could not be read: {error}")))?;
    RedactKey::read(&content).map_err(|error| wrong(error.to_string()))
}

fn random_key() -> Result<RedactKey, Error> {
    loop {
        let mut octets = [0; 32];
        getrandom::fill(&mut octets).map_err(|error| {
            Error::new(Exit::Fault, format!("the system gave no random key: {error}"))
                .with_hint("`--redact-key FILE` needs none")
        })?;
        // Halves that are the same come once in 2¹²⁸ times.
        if let Ok(key) = RedactKey::new(octets) {
            return Ok(key);
        }
    }
}

/// All that a ticket is made from.
pub(super) struct Packed<'a> {
    pub(super) findings: &'a Findings,
    /// Under pseudonyms, if there are any.
    pub(super) model: &'a Report,
    pub(super) names: Option<&'a Pseudonyms>,
    pub(super) reporting: &'a Reporting,
}

impl Packed<'_> {
    /// Writes what is asked for; says on standard error what is missing in it.
    pub(super) fn write(&self, goods: Goods, packets: &mut Packets) -> Result<Exit, Error> {
        let mut missing = Missing::default();
        if let Some(target) = goods.evidence {
            target.write(|out| self.evidence(Extent::Whole, out, packets).map(|it| missing = it))?;
        }
        if let (Some(target), Some(desk)) = (goods.bundle, &goods.desk) {
            missing = self.bundle(target, desk, packets)?;
        }
        Ok(missing.complain(packets))
    }

    /// Writes the packets.
    fn evidence(&self, extent: Extent, out: &mut dyn Write, packets: &mut Packets) -> io::Result<Missing> {
        let reporting = self.reporting;
        let options = ExcerptOptions {
            all: reporting.all || !reporting.selection.is_everything(),
            extent,
            with_payload: reporting.ticket.with_payload,
            redacted: self.names,
        };
        let mut excerpt = Excerpt::new(self.findings, self.model, Limits::default(), options);
        let mut file = excerpt.begin(BufWriter::new(out), reporting.reproducible)?;
        packets.again(&mut |frame| excerpt.take(frame, &mut file))?;
        file.finish()?;
        Ok(Missing { sessions: excerpt.missing(), fragments: excerpt.fragments() })
    }

    /// Writes the archive, with less in it until it is small enough.
    fn bundle(&self, target: Target, desk: &Desk, packets: &mut Packets) -> Result<Missing, Error> {
        let failed = |error: io::Error| {
            Error::new(Exit::NotWritten, format!("the archive could not be put together: {error}"))
        };
        let most = self.reporting.ticket.max_size;
        let mut reports = None;
        for trim in Trim::STEPS {
            // Reports are written once, however often packets are tried beside them.
            let (of, base) = match reports.take() {
                Some((of, base)) if of == (trim.html, trim.json) => (of, base),
                _ => ((trim.html, trim.json), self.reports(trim, &desk.reports).map_err(failed)?),
            };
            let (_, base) = reports.insert((of, base));
            if base.seek(io::SeekFrom::End(0)).map_err(failed)? > most {
                continue;
            }
            let (mut file, missing) = self.archive(base, &desk.archive, trim, packets).map_err(failed)?;
            if file.seek(io::SeekFrom::End(0)).map_err(failed)? <= most {
                file.rewind().map_err(failed)?;
                target.write(|out| io::copy(&mut file, out).map(drop))?;
                return Ok(missing);
            }
        }
        let message = format!("the report alone does not fit into {most} octets");
        Err(Error::new(Exit::NotWritten, message)
            .with_hint("a larger `--max-size`, or `--session N` for one session"))
    }

    /// An archive of the reports, put together in `file`.
    fn reports(&self, trim: Trim, file: &File) -> io::Result<File> {
        let (model, reporting) = (self.model, self.reporting);
        let chosen = reporting.all || !reporting.selection.is_everything();
        let detail = if chosen { Detail::All } else { Detail::Deaths };
        let mut bundle = Bundle::new(emptied(file)?);
        report::markdown(model, detail, bundle.file("report.md")?)?;
        if trim.html {
            report::html(model, detail, bundle.file("report.html")?)?;
        }
        if trim.json {
            report::json(model, bundle.file("report.json")?)?;
        }
        bundle.finish()
    }

    /// The archive of the reports in `base` with the packets and the note, put together in `file`.
    fn archive(
        &self,
        base: &mut File,
        file: &File,
        trim: Trim,
        packets: &mut Packets,
    ) -> io::Result<(File, Missing)> {
        let mut file = emptied(file)?;
        base.rewind()?;
        io::copy(base, &mut file)?;
        let mut bundle = Bundle::added_to(file)?;
        let mut missing = Missing::default();
        if let Some(extent) = trim.packets {
            missing = self.evidence(extent, bundle.file("evidence.pcapng")?, packets)?;
        }
        let note = report::note(self.model, trim, self.names.is_some(), self.reporting.ticket.max_size);
        bundle.file("README.txt")?.write_all(note.as_bytes())?;
        Ok((bundle.finish()?, missing))
    }
}

/// What is handed over with the report.
#[derive(Debug)]
pub(super) struct Goods {
    pub(super) evidence: Option<Target>,
    pub(super) bundle: Option<Target>,
    /// Where the archive is put together.
    pub(super) desk: Option<Desk>,
}

/// The same file with nothing in it.
fn emptied(mut file: &File) -> io::Result<File> {
    file.set_len(0)?;
    file.rewind()?;
    file.try_clone()
}

/// What the packets that were written do not hold.
#[derive(Clone, Copy, Debug, Default)]
struct Missing {
    sessions: usize,
    fragments: u64,
}

impl Missing {
    /// Says it on standard error; how the run ends by it.
    fn complain(self, packets: &Packets) -> Exit {
        let say = |message: String| complain(&Error::new(Exit::Partial, message));
        if self.fragments > 0 {
            say(format!("{} packets that came in IP fragments are not in the evidence", self.fragments));
        }
        if let Some((frame, why)) = packets.stopped() {
            say(format!(
                "the evidence ends before frame {frame}: {why}; a capture in a file is read twice instead"
            ));
            return Exit::Partial;
        }
        if self.sessions > 0 {
            let sessions = self.sessions;
            say(format!("the evidence lacks {sessions} sessions: the input is no longer what was analysed"));
            return Exit::Partial;
        }
        Exit::Analysed
    }
}

//! One archive with everything a ticket takes, and a note on what to attach where.
//!
//! The only user of zip.

use std::io::{self, Read, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::excerpt::Extent;
use super::model::{Report, Session, died};
use super::page::{Page, Screen, Tone};
use super::text::told;

/// What an archive leaves out to stay small, from nothing to nearly all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trim {
    /// How much of each session's packets it holds; `None` for no packets.
    pub packets: Option<Extent>,
    /// Whether the HTML report is in it.
    pub html: bool,
    /// Whether the JSON report is in it.
    pub json: bool,
}

impl Trim {
    /// The steps in the order in which they are tried: packets go before reports, for the capture itself has them.
    pub const STEPS: [Self; 6] = [
        Self { packets: Some(Extent::Whole), html: true, json: true },
        Self { packets: Some(Extent::Ends), html: true, json: true },
        Self { packets: Some(Extent::Cited), html: true, json: true },
        Self { packets: None, html: true, json: true },
        Self { packets: None, html: false, json: true },
        Self { packets: None, html: false, json: false },
    ];
}

/// An archive that is being written.
pub struct Bundle<W: Write + Seek> {
    zip: ZipWriter<W>,
}

impl<W: Write + Seek> Bundle<W> {
    /// An empty archive.
    pub fn new(out: W) -> Self {
        Self { zip: ZipWriter::new(out) }
    }

    /// The archive that `file` holds, to which more is added.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn added_to(file: W) -> io::Result<Self>
    where
        W: Read,
    {
        Ok(Self { zip: ZipWriter::new_append(file)? })
    }

    /// Begins the file `name`, of any size.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn file(&mut self, name: &str) -> io::Result<&mut dyn Write> {
        // Without a time, so that the same capture gives the same archive.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(zip::DateTime::default())
            .unix_permissions(0o644)
            .large_file(true);
        self.zip.start_file(name, options)?;
        Ok(&mut self.zip)
    }

    /// Ends the archive.
    ///
    /// # Errors
    ///
    /// When its directory cannot be written.
    pub fn finish(self) -> io::Result<W> {
        Ok(self.zip.finish()?)
    }
}

/// The note in the archive: what is what, and what was left out of at most `most` octets.
pub fn note(report: &Report, trim: Trim, redacted: bool, most: u64) -> String {
    let mut page = Page::new(Screen { width: 80, color: false });
    page.paragraph(0, "What sshrst found out about SSH sessions, for a ticket", Tone::Plain);
    page.blank();
    let dead: Vec<&Session> = report.sessions.iter().filter(|session| died(session)).collect();
    for session in dead.iter().take(VERDICTS) {
        let verdict = format!("Session {}, {}", session.id, told::verdict_with_cause(session));
        page.paragraph(0, &verdict, Tone::Plain);
    }
    match dead.len() {
        0 => page.paragraph(0, "No session died.", Tone::Plain),
        more if more > VERDICTS => {
            page.paragraph(0, &format!("{} more died.", more - VERDICTS), Tone::Plain);
        }
        _ => {}
    }
    page.heading("What to attach where");
    for (name, use_of_it) in contents(trim) {
        page.hanging(&format!("{name:<16}"), &use_of_it, Tone::Plain);
    }
    page.heading("How to read it");
    let numbers = "Frames have their numbers in the whole capture, in the reports and in the comments of evidence.pcapng.";
    page.paragraph(0, numbers, Tone::Plain);
    let names = if redacted {
        "Addresses are pseudonyms, and what hosts and users wrote is taken out, in every file."
    } else {
        "The files hold addresses and what hosts wrote as it was; `--redact` replaces them."
    };
    page.paragraph(0, names, Tone::Plain);
    if let Some(missing) = left_out(trim) {
        page.heading("Left out");
        let why = format!("{missing}: the archive was to have at most {most} octets (`--max-size`).");
        page.paragraph(0, &why, Tone::Plain);
    }
    page.into_text()
}

/// Verdicts in the note.
const VERDICTS: usize = 20;

/// The files, and what each is for.
fn contents(trim: Trim) -> Vec<(&'static str, String)> {
    let mut contents =
        vec![("report.md", "Paste it into an issue on GitHub, GitLab or Jira, or into a mail.".to_owned())];
    if trim.html {
        let html = "Attach it where people read it in a browser, or print it. It runs no script and fetches nothing.";
        contents.push(("report.html", html.to_owned()));
    }
    if trim.json {
        let json = "Attach it where a program works on it. Its fields are described in src/report/schema.json of sshrst.";
        contents.push(("report.json", json.to_owned()));
    }
    if let Some(extent) = trim.packets {
        let packets = format!(
            "Attach it for whoever wants to see the packets: open it in Wireshark. The verdict is in the file's properties \
             (Statistics, Capture File Properties), and the display filter `frame.comment` shows the packets that it rests on. \
             Of each session that died it has {}.",
            extent.words()
        );
        contents.push(("evidence.pcapng", packets));
    }
    contents
}

/// What is not in the archive although it belongs there.
fn left_out(trim: Trim) -> Option<String> {
    let packets = match trim.packets {
        Some(Extent::Whole) => None,
        Some(_) => Some("the other packets of each session"),
        None => Some("evidence.pcapng (`--evidence` writes it alone)"),
    };
    let files = [packets, (!trim.html).then_some("report.html"), (!trim.json).then_some("report.json")];
    let missing: Vec<&str> = files.into_iter().flatten().collect();
    (!missing.is_empty()).then(|| missing.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_not_described_and_is_said() {
        let described = |trim: Trim| contents(trim).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        let [all, ends, .., least] = Trim::STEPS;
        assert_eq!(described(all), ["report.md", "report.html", "report.json", "evidence.pcapng"]);
        assert_eq!((described(least), left_out(all)), (vec!["report.md"], None));
        assert_eq!(left_out(ends).as_deref(), Some("the other packets of each session"));
        let missing = left_out(least).unwrap();
        for name in ["evidence.pcapng", "report.html", "report.json"] {
            assert!(missing.contains(name), "{missing}");
        }
    }
}

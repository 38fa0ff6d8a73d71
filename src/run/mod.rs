//! Plan → sources → analysis → report.

#![expect(clippy::disallowed_methods, reason = "the edge at which arguments are read and files are written")]

#[cfg(feature = "live")]
mod capture;
mod gathered;
#[cfg(not(feature = "live"))]
mod no_capture;
mod output;
mod packets;
mod spool;
mod ticket;
mod timers;

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use gathered::Gathered;
#[cfg(not(feature = "live"))]
use no_capture as capture;
use output::Output;

use crate::cli::{self, Analyze, Plan};
use crate::error::{Error, Exit};
use crate::frame::FrameNo;
use crate::limits::Limits;
use crate::report::{self, Screen};
use crate::source::{self, Reader, STANDARD_INPUT, Shown, SourceError, Summary};

/// Runs the program: arguments and standard streams in, exit status out.
pub fn main() -> ExitCode {
    let plan = cli::parse(std::env::args_os());
    let outcome = plan.and_then(|plan| match plan {
        Plan::Analyze(plan) => analyze(&plan),
        Plan::Capture(plan) => capture::capture(&plan),
        Plan::Interfaces => capture::interfaces(),
        Plan::Explain { what, screen } => explain(&what, screen),
        Plan::Timers { seconds, own, screen } => {
            let own = timers::own(own.as_deref())?;
            print(&report::timers(seconds, &own, screen))
        }
        Plan::ForEachLine(command) => Ok(capture::for_each_line(&command)),
        Plan::Print(text) => print(&text),
    });
    let exit = outcome.unwrap_or_else(|error| {
        complain(&error);
        error.exit
    });
    exit.into()
}

fn complain(error: &Error) {
    // Nothing is left to do when even this fails.
    _ = writeln!(io::stderr(), "sshrst: {error}");
}

fn print(text: &str) -> Result<Exit, Error> {
    output::standard(|out| out.write_all(text.as_bytes())).map(|()| Exit::Analysed)
}

fn explain(what: &str, screen: Screen) -> Result<Exit, Error> {
    if what.is_empty() {
        return print(&report::explain_list(screen));
    }
    let page = report::explain(what, screen).or_else(|| report::explain_message(what, screen));
    if let Some(page) = page {
        return print(&page);
    }
    let nearest = crate::error::nearest(what, report::explainable());
    let hint = match nearest {
        Some(nearest) => format!("did you mean `{nearest}`? `sshrst explain` lists all"),
        None if what.contains(' ') => "give one line as the program printed it".to_owned(),
        None => "`sshrst explain` lists all".to_owned(),
    };
    let message = if what.contains(' ') { "no message is known like" } else { "nothing is called" };
    Err(Error::new(Exit::Usage, format!("{message} `{}`", Shown(what))).with_hint(hint))
}

fn analyze(plan: &Analyze) -> Result<Exit, Error> {
    let reporting = &plan.reporting;
    let output = Output::of(reporting, &plan.files)?;
    let limits = Limits::default();
    let mut gathered = Gathered::new(limits, reporting)?;
    gathered.packets.read_again_from(&plan.files);
    let mut failures = Vec::new();
    each(&plan.files, limits, &mut |opened| match opened {
        Ok(mut reader) => {
            if !reporting.digest {
                reader.without_digest();
            }
            Some(gathered.follow(&mut reader))
        }
        Err(error) => {
            failures.push(Error::from(&error));
            None
        }
    });
    failures.iter().for_each(complain);
    if gathered.inputs.is_empty() {
        return Ok(Exit::NoInput);
    }
    if !failures.is_empty() {
        gathered.exit = gathered.exit.outranked_by(Exit::Partial);
    }
    gathered.report(reporting, &output)
}

/// Opens one file after the other, numbered as one capture, and gives each to `take`, which reads it to its end and tells
/// what was read.
fn each(
    files: &[PathBuf],
    limits: Limits,
    take: &mut dyn FnMut(Result<Opened, SourceError>) -> Option<Summary>,
) {
    let mut next = Next::default();
    for file in files {
        match open(file, limits) {
            Ok(mut reader) => {
                reader.number_from(next.frame, next.interface);
                next = take(Ok(reader)).map_or(next, |summary| next.after(&summary));
            }
            Err(error) => _ = take(Err(error)),
        }
    }
}

/// An input that is read.
type Opened = Reader<Box<dyn Read + Send>>;

fn open(file: &Path, limits: Limits) -> Result<Opened, SourceError> {
    if file.as_os_str() == STANDARD_INPUT {
        source::standard_input(limits)
    } else {
        source::open(file, limits)
    }
}

/// Where the numbers of the next input begin: several files are one capture.
#[derive(Clone, Copy, Debug)]
struct Next {
    frame: FrameNo,
    interface: u16,
}

impl Default for Next {
    fn default() -> Self {
        Self { frame: FrameNo(1), interface: 0 }
    }
}

impl Next {
    fn after(self, summary: &Summary) -> Self {
        let interfaces = u16::try_from(summary.interfaces.len()).unwrap_or(u16::MAX);
        Self {
            frame: FrameNo(self.frame.0.saturating_add(summary.numbers)),
            interface: self.interface.saturating_add(interfaces),
        }
    }
}

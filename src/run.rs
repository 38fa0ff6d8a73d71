//! Plan → sources → analysis → report.

#![expect(clippy::disallowed_methods, reason = "the edge at which arguments are read and files are written")]

#[cfg(feature = "live")]
mod capture;
#[cfg(not(feature = "live"))]
#[path = "run/no_capture.rs"]
mod capture;

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::analysis::{self, Analysis, Blind, BlindKind, Findings};
use crate::cli::{self, Analyze, Format, Plan, Reporting};
use crate::error::{Error, Exit};
use crate::frame::FrameNo;
use crate::limits::Limits;
use crate::report::{self, Screen, model};
use crate::source::{self, Batch, Reader, STANDARD_INPUT, Shown, Source, SourceError, Summary};

/// Runs the program: arguments and standard streams in, exit status out.
pub fn main() -> ExitCode {
    let plan = cli::parse(std::env::args_os());
    let outcome = plan.and_then(|plan| match plan {
        Plan::Analyze(plan) => analyze(&plan),
        Plan::Capture(plan) => capture::capture(&plan),
        Plan::Interfaces => capture::interfaces(),
        Plan::Explain { id, screen } => explain(id.as_deref(), screen),
        Plan::Timers { seconds, screen } => print(&report::timers(seconds, screen)),
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
    written(io::stdout().write_all(text.as_bytes()), "standard output").map(|()| Exit::Analysed)
}

/// A reader that closed the pipe early has read what it wanted.
fn written(result: io::Result<()>, what: &str) -> Result<(), Error> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Error::new(Exit::NotWritten, format!("{what} could not be written: {error}"))),
        Ok(()) => Ok(()),
    }
}

fn explain(id: Option<&str>, screen: Screen) -> Result<Exit, Error> {
    let Some(id) = id else { return print(&report::explain_list(screen)) };
    if let Some(page) = report::explain(id, screen) {
        return print(&page);
    }
    let nearest = crate::error::nearest(id, report::explainable());
    let hint = match nearest {
        Some(nearest) => format!("did you mean `{nearest}`? `sshrst explain` lists all"),
        None => "`sshrst explain` lists all".to_owned(),
    };
    Err(Error::new(Exit::Usage, format!("nothing is called `{}`", Shown(id))).with_hint(hint))
}

fn analyze(plan: &Analyze) -> Result<Exit, Error> {
    let reporting = &plan.reporting;
    let out = open_output(reporting)?;
    let limits = Limits::default();
    let mut gathered = Gathered::new(limits, reporting);
    let mut next = Next::default();
    let mut failures = Vec::new();
    for file in &plan.files {
        match open(file, limits) {
            Ok(mut reader) => {
                reader.number_from(next.frame, next.interface);
                next = next.after(&gathered.follow(&mut reader));
            }
            Err(error) => failures.push(Error::from(&error)),
        }
    }
    failures.iter().for_each(complain);
    if gathered.inputs.is_empty() {
        return Ok(Exit::NoInput);
    }
    if !failures.is_empty() {
        gathered.exit = gathered.exit.outranked_by(Exit::Partial);
    }
    gathered.report(reporting, out)
}

fn open(file: &Path, limits: Limits) -> Result<Reader<Box<dyn Read + Send>>, SourceError> {
    if file.as_os_str() == STANDARD_INPUT {
        source::standard_input(limits)
    } else {
        source::open(file, limits)
    }
}

/// What came of the inputs so far.
struct Gathered {
    analysis: Analysis,
    inputs: Vec<model::Input>,
    blind: Vec<Blind>,
    exit: Exit,
}

impl Gathered {
    fn new(limits: Limits, reporting: &Reporting) -> Self {
        let analysis = Analysis::new(limits, reporting.ports.clone());
        Self { analysis, inputs: Vec::new(), blind: Vec::new(), exit: Exit::Analysed }
    }

    /// Takes a source to its end.
    fn follow(&mut self, source: &mut dyn Source) -> Summary {
        let mut batch = Batch::new();
        while source.read_batch(&mut batch) {
            for frame in batch.frames() {
                self.analysis.handle_frame(&frame);
            }
        }
        let summary = source.summary();
        let damage = damage(&summary);
        for blind in &damage {
            let message = format!("{}: {}", Shown(&summary.name), blind.detail);
            complain(&Error::new(Exit::Partial, message));
            self.exit = self.exit.outranked_by(Exit::Partial);
        }
        self.blind.extend(damage);
        self.blind.extend(dropped(&summary));
        self.inputs.push(input(&summary));
        summary
    }

    /// Judges, and writes the report.
    fn report(self, reporting: &Reporting, mut out: Box<dyn Write>) -> Result<Exit, Error> {
        let findings = judged(self.analysis, self.blind, reporting.threads)?;
        let options = model::Options { reproducible: reporting.reproducible };
        let model = model::build(&findings, &self.inputs, options);
        let name = reporting
            .output
            .as_ref()
            .map_or("standard output".to_owned(), |path| Shown(&path.to_string_lossy()).to_string());
        written(render(&model, reporting.format, &mut out).and_then(|()| out.flush()), &name)?;
        Ok(self.exit)
    }
}

fn open_output(reporting: &Reporting) -> Result<Box<dyn Write>, Error> {
    let Some(path) = &reporting.output else { return Ok(Box::new(BufWriter::new(io::stdout()))) };
    Ok(Box::new(BufWriter::new(create(path, reporting.force)?)))
}

/// Makes a file; one that is there is lost with `force`, and an error without.
fn create(path: &Path, force: bool) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    options.open(path).map_err(|error| {
        let name = Shown(&path.to_string_lossy()).to_string();
        let failed = Error::new(Exit::NotWritten, format!("{name} could not be written: {error}"));
        match error.kind() {
            io::ErrorKind::AlreadyExists => failed.with_hint("`--force` overwrites it"),
            io::ErrorKind::NotFound => failed.with_hint("its directory does not exist"),
            _ => failed,
        }
    })
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

fn damage(summary: &Summary) -> Vec<Blind> {
    let blind = |damage: &source::Damage| Blind {
        kind: BlindKind::CaptureDamaged,
        detail: damage.to_string(),
        frames: Vec::new(),
    };
    summary.damage.iter().map(blind).collect()
}

fn dropped(summary: &Summary) -> Option<Blind> {
    let dropped = summary.dropped();
    (dropped > 0).then(|| Blind {
        kind: BlindKind::CaptureDropped,
        detail: format!("{dropped} packets were dropped while capturing, by the capture's own count"),
        frames: Vec::new(),
    })
}

fn input(summary: &Summary) -> model::Input {
    model::Input {
        path: Shown(&summary.name).to_string(),
        sha256: summary.sha256.clone().unwrap_or_default(),
        octets: summary.octets,
        format: summary.format.to_string(),
        complete: summary.complete,
    }
}

fn judged(analysis: Analysis, blind: Vec<Blind>, threads: Option<usize>) -> Result<Findings, Error> {
    analysis::with_threads(threads, || analysis.finish(blind))
        .map_err(|error| Error::new(Exit::Fault, format!("threads could not be started: {error}")))
}

fn render(report: &model::Report, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text { screen, detail } => report::text(report, screen, detail, out),
        Format::Json => report::json(report, out),
        Format::Ndjson => report::ndjson(report, out),
    }
}

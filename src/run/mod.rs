//! Plan → sources → analysis → report.

#![expect(clippy::disallowed_methods, reason = "the edge at which arguments are read and files are written")]

mod output;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::analysis::{self, Analysis, Blind, BlindKind, Findings};
use crate::cli::{self, Analyze, Format, Plan};
use crate::error::{Error, Exit};
use crate::frame::FrameNo;
use crate::limits::Limits;
use crate::report::{self, Screen, model};
use crate::source::{self, Batch, STANDARD_INPUT, Shown, Source, SourceError, Summary};
use output::Output;

/// Runs the program: arguments and standard streams in, exit status out.
pub fn main() -> ExitCode {
    let plan = cli::parse(std::env::args_os());
    let outcome = plan.and_then(|plan| match plan {
        Plan::Analyze(plan) => analyze(&plan),
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
    output::standard(|out| out.write_all(text.as_bytes())).map(|()| Exit::Analysed)
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
    let output = Output::of(plan)?;
    let mut exit = Exit::Analysed;
    let limits = Limits::default();
    let mut analysis = Analysis::new(limits, plan.ports.clone());
    let mut next = Next::default();
    let (mut inputs, mut blind, mut failures) = (Vec::new(), Vec::new(), Vec::new());
    for file in &plan.files {
        match read(file, limits, &mut analysis, next) {
            Ok(summary) => {
                next = next.after(&summary);
                let damage = damage(&summary);
                for blind in &damage {
                    complain(&Error::new(
                        Exit::Partial,
                        format!("{}: {}", Shown(&summary.name), blind.detail),
                    ));
                    exit = exit.outranked_by(Exit::Partial);
                }
                blind.extend(damage);
                blind.extend(dropped(&summary));
                inputs.push(input(&summary));
            }
            Err(error) => failures.push(Error::from(&error)),
        }
    }
    failures.iter().for_each(complain);
    if inputs.is_empty() {
        return Ok(Exit::NoInput);
    }
    if !failures.is_empty() {
        exit = exit.outranked_by(Exit::Partial);
    }
    let findings = judged(analysis, blind, plan.threads)?;
    let model = model::build(&findings, &inputs, model::Options { reproducible: plan.reproducible });
    output.write(|out| render(&model, plan.format, out))?;
    Ok(exit)
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

fn read(file: &Path, limits: Limits, analysis: &mut Analysis, next: Next) -> Result<Summary, SourceError> {
    let mut reader = if file.as_os_str() == STANDARD_INPUT {
        source::standard_input(limits)?
    } else {
        source::open(file, limits)?
    };
    reader.number_from(next.frame, next.interface);
    let mut batch = Batch::new();
    while reader.read_batch(&mut batch) {
        for frame in batch.frames() {
            analysis.handle_frame(&frame);
        }
    }
    Ok(reader.summary())
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

//! What the command line means: validated, nothing left to interpret.

#![expect(clippy::disallowed_methods, reason = "the edge at which the environment is read")]

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use clap::Parser;
use clap::error::ErrorKind;

use super::args::{AnalyzeArguments, Arguments, Command, Port, Rendering, ReportingArguments, When};
use super::capture::{self, Capture};
use crate::analysis::Ports;
use crate::error::{Error, Exit};

/// The run as it will happen.
#[derive(Clone, Debug, PartialEq)]
pub enum Plan {
    /// `sshrst analyze`.
    Analyze(Analyze),
    /// `sshrst capture`.
    Capture(Capture),
    /// `sshrst capture -D`.
    Interfaces,
    /// `sshrst explain`, with the id.
    Explain(Option<String>),
    /// `sshrst timers`, with the silence in seconds.
    Timers(Option<f64>),
    /// A text that clap made: help or version.
    Print(String),
}

/// `sshrst analyze`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Analyze {
    /// Inputs; `-` is standard input.
    pub files: Vec<PathBuf>,
    /// How they are judged.
    pub reporting: Reporting,
}

/// How connections are judged and the report is written, wherever the frames come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reporting {
    /// Where SSH is looked for.
    pub ports: Ports,
    /// How the report is written.
    pub format: Format,
    /// Where; standard output when `None`.
    pub output: Option<PathBuf>,
    /// Overwrite the output file.
    pub force: bool,
    /// Same capture, same report.
    pub reproducible: bool,
    /// Threads; one for each core when `None`.
    pub threads: Option<usize>,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text {
        /// With colour.
        color: bool,
        /// Every session in full.
        all: bool,
    },
    /// One JSON object.
    Json,
    /// JSON lines.
    Ndjson,
}

/// Reads the command line.
///
/// # Errors
///
/// Wrong usage, in clap's words with its hint.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Plan, Error> {
    match Arguments::try_parse_from(arguments) {
        Ok(arguments) => plan(arguments.command),
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            Ok(Plan::Print(error.render().to_string()))
        }
        Err(error) => {
            let text = error.render().to_string();
            let message = text.strip_prefix("error: ").unwrap_or(&text).trim_end();
            Err(Error::new(Exit::Usage, message))
        }
    }
}

fn plan(command: Command) -> Result<Plan, Error> {
    Ok(match command {
        Command::Analyze(arguments) => Plan::Analyze(analyze(arguments)?),
        Command::Capture(arguments) if arguments.list => Plan::Interfaces,
        Command::Capture(arguments) => Plan::Capture(capture::plan(arguments)?),
        Command::Explain { id } => Plan::Explain(id),
        Command::Timers { seconds } => Plan::Timers(seconds),
    })
}

fn analyze(arguments: AnalyzeArguments) -> Result<Analyze, Error> {
    let standard_input = arguments.files.iter().filter(|file| file.as_os_str() == "-").count();
    if standard_input > 1 {
        return Err(Error::new(Exit::Usage, "`-` (standard input) can be given once only"));
    }
    Ok(Analyze { files: arguments.files, reporting: reporting(arguments.reporting) })
}

pub(super) fn reporting(arguments: ReportingArguments) -> Reporting {
    let ports = if arguments.ports.contains(&Port::Any) {
        Ports::Any
    } else if arguments.ports.is_empty() {
        Ports::default()
    } else {
        let number = |port: &Port| match port {
            Port::Number(number) => Some(*number),
            Port::Any => None,
        };
        Ports::Only(arguments.ports.iter().filter_map(number).collect())
    };
    let format = match arguments.format {
        Rendering::Json => Format::Json,
        Rendering::Ndjson => Format::Ndjson,
        Rendering::Text => Format::Text {
            color: arguments.output.is_none() && in_color(arguments.color),
            all: arguments.all,
        },
    };
    Reporting {
        ports,
        format,
        output: arguments.output,
        force: arguments.force,
        reproducible: arguments.reproducible,
        threads: arguments.threads.map(usize::from),
    }
}

fn in_color(when: When) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        // no-color.org: any non-empty value.
        When::Auto => {
            io::stdout().is_terminal() && std::env::var("NO_COLOR").map_or(true, |value| value.is_empty())
        }
    }
}

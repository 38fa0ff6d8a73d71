//! What the command line means: validated, nothing left to interpret.

#![expect(clippy::disallowed_methods, reason = "the edge at which the environment is read")]

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use clap::Parser;
use clap::error::ErrorKind;

use super::args::{AnalyzeArguments, Arguments, Command, Place, Port, Rendering, ReportingArguments, When};
use super::capture::{self, Capture};
use super::fail_on::FailOn;
use super::manual;
use super::ticket::Ticket;
use crate::analysis::{Ports, Spot};
use crate::error::{Error, Exit};
use crate::report::{Detail, Screen, Selection, Zone};
use crate::source::Shown;

/// The run as it will happen.
#[derive(Clone, Debug, PartialEq)]
pub enum Plan {
    /// `sshrst analyze`.
    Analyze(Box<Analyze>),
    /// `sshrst capture`.
    Capture(Box<Capture>),
    /// `sshrst capture -D`.
    Interfaces,
    /// `sshrst explain`.
    Explain {
        /// An id or a message; the list of everything where it is empty.
        what: String,
        /// What it is shown on.
        screen: Screen,
    },
    /// `sshrst timers`.
    Timers {
        /// A silence: only the timers that fit it.
        seconds: Option<f64>,
        /// A file with timers of the user's.
        own: Option<PathBuf>,
        /// What they are shown on.
        screen: Screen,
    },
    /// The helper of `sshrst capture --exec`: a program and its arguments.
    ForEachLine(Vec<String>),
    /// A text that clap and its companions made: help, version, manual page, completions.
    Print(String),
}

/// `sshrst analyze`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Analyze {
    /// Inputs; `-` is standard input.
    pub files: Vec<PathBuf>,
    /// Waits at the end of the one file for more.
    pub follow: bool,
    /// Octets that connections may take; what is usual when `None`.
    pub memory: Option<u64>,
    /// Says only what went wrong.
    pub quiet: bool,
    /// How they are judged.
    pub reporting: Reporting,
}

/// How connections are judged and the report is written, wherever the frames come from.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reporting {
    /// Where SSH is looked for.
    pub ports: Ports,
    /// Where the capture was taken, if the user says so.
    pub vantage: Option<Spot>,
    /// A file with timers that the user knows of.
    pub timers: Option<PathBuf>,
    /// How the report is written.
    pub format: Format,
    /// Where; standard output when `None`.
    pub output: Option<PathBuf>,
    /// Overwrite the output file.
    pub force: bool,
    /// The zone of its times.
    pub zone: Zone,
    /// Same capture, same report.
    pub reproducible: bool,
    /// Show every session, also those that are usually folded.
    pub all: bool,
    /// State the SHA-256 of the inputs. Text does not.
    pub digest: bool,
    /// What makes the run end with exit status 1.
    pub fail_on: Vec<FailOn>,
    /// Which sessions are shown.
    pub selection: Selection,
    /// Give up the rights that are not needed any more.
    pub sandbox: bool,
    /// Threads; one for each core when `None`.
    pub threads: Option<usize>,
    /// What goes on a ticket beside the report.
    pub ticket: Ticket,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text {
        /// What it is shown on.
        screen: Screen,
        /// What is shown in full.
        detail: Detail,
    },
    /// For tickets.
    Markdown(Detail),
    /// For tickets and paper.
    Html(Detail),
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
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                Ok(Plan::Print(format!("{}\n", error.render().to_string().trim_end())))
            }
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                let hint = "`sshrst analyze FILE` reports on a capture; `sshrst --help` lists all commands";
                Err(Error::new(Exit::Usage, "no command was given").with_hint(hint))
            }
            _ => Err(wrong_usage(&error)),
        },
    }
}

/// What clap says of wrong usage, in the form of our own messages.
fn wrong_usage(error: &clap::Error) -> Error {
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let text = text.trim_end().trim_end_matches("For more information, try '--help'.").trim_end();
    Error::new(Exit::Usage, Shown(text).to_string().replace(LINE_END, "\n"))
        .with_hint("`--help` lists what is possible")
}

/// How [`Shown`] shows a line end; clap's own are to stay.
const LINE_END: &str = "\\u{a}";

fn plan(command: Command) -> Result<Plan, Error> {
    Ok(match command {
        Command::Analyze(arguments) => Plan::Analyze(Box::new(analyze(arguments)?)),
        Command::Capture(arguments) if arguments.list => Plan::Interfaces,
        Command::Capture(arguments) => Plan::Capture(Box::new(capture::plan(arguments)?)),
        Command::Explain { what } => {
            Plan::Explain { what: what.join(" ").trim().to_owned(), screen: screen(When::Auto, false) }
        }
        Command::Timers { seconds, own } => Plan::Timers { seconds, own, screen: screen(When::Auto, false) },
        Command::RunForEach { command } => Plan::ForEachLine(command),
        Command::Man => Plan::Print(manual::page()?),
        Command::Completions { shell } => Plan::Print(manual::completions(shell)),
    })
}

fn analyze(arguments: AnalyzeArguments) -> Result<Analyze, Error> {
    let standard_input = arguments.files.iter().filter(|file| file.as_os_str() == "-").count();
    if standard_input > 1 {
        let hint = "give the other captures as files";
        return Err(Error::new(Exit::Usage, "`-` (standard input) can be given once only").with_hint(hint));
    }
    if arguments.follow && (arguments.files.len() > 1 || standard_input > 0) {
        let hint = "standard input is read until its writer closes it; give `--follow` the file that is being written";
        return Err(Error::new(Exit::Usage, "`--follow` takes one file").with_hint(hint));
    }
    let selection = arguments.selection.chosen();
    let AnalyzeArguments { follow, memory, quiet, .. } = arguments;
    Ok(Analyze {
        files: arguments.files,
        follow,
        memory,
        quiet,
        reporting: reporting(arguments.reporting, selection),
    })
}

pub(super) fn reporting(arguments: ReportingArguments, selection: Selection) -> Reporting {
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
    let detail = match () {
        () if !selection.sessions.is_empty() => Detail::Exchange,
        () if arguments.all => Detail::All,
        () => Detail::Deaths,
    };
    let format = match arguments.format {
        Rendering::Json => Format::Json,
        Rendering::Ndjson => Format::Ndjson,
        Rendering::Text => {
            Format::Text { screen: screen(arguments.color, arguments.output.is_some()), detail }
        }
        Rendering::Markdown => Format::Markdown(detail),
        Rendering::Html => Format::Html(detail),
    };
    let ticket = arguments.ticket.meant();
    Reporting {
        ports,
        vantage: arguments.vantage.map(spot),
        timers: arguments.timers,
        format,
        // As everywhere, `-` is the standard stream.
        output: arguments.output.filter(|path| path.as_os_str() != "-"),
        force: arguments.force,
        zone: arguments.time_zone,
        reproducible: arguments.reproducible,
        all: arguments.all,
        digest: !arguments.no_digest && (ticket.needs_packets() || !matches!(format, Format::Text { .. })),
        fail_on: arguments.fail_on,
        selection: selection.of_zone(arguments.time_zone),
        sandbox: !arguments.no_sandbox,
        threads: arguments.threads.map(usize::from),
        ticket,
    }
}

const fn spot(place: Place) -> Spot {
    match place {
        Place::Client => Spot::Client,
        Place::ClientSide => Spot::ClientSide,
        Place::Middle => Spot::Middle,
        Place::ServerSide => Spot::ServerSide,
        Place::Server => Spot::Server,
    }
}

/// Columns where text is not shown on a terminal, and what every terminal has.
const USUAL_COLUMNS: usize = 80;

/// Columns and lines of standard output, if it is a terminal.
pub fn terminal() -> Option<(usize, usize)> {
    let (columns, lines) = terminal_size::terminal_size_of(io::stdout())?;
    Some((columns.0.into(), lines.0.into()))
}

/// What standard output, or with `to_file` a file, is for text.
fn screen(when: When, to_file: bool) -> Screen {
    let terminal = terminal_size::terminal_size_of(io::stdout()).filter(|_| !to_file);
    let color = match when {
        When::Always => true,
        When::Never => false,
        // no-color.org: any non-empty value.
        When::Auto => {
            let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            !to_file && !refused && io::stdout().is_terminal()
        }
    };
    Screen { width: terminal.map_or(USUAL_COLUMNS, |(columns, _)| usize::from(columns.0)), color }
}

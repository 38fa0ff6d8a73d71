//! What was typed.

use std::path::PathBuf;

use clap::{ArgGroup, Args, CommandFactory, Parser, Subcommand, ValueEnum};

use super::capture::CaptureArguments;
use super::fail_on::FailOn;
use super::selection::SelectionArguments;
use super::ticket::{TicketArguments, size};
use crate::report::Zone;

/// Says who reset an SSH connection, why, and since when, from a capture of its packets.
#[derive(Debug, Parser)]
#[command(name = "sshrst", version, max_term_width = 100, arg_required_else_help = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Read captures and report on the SSH connections in them.
    #[command(
        after_help = "Exit status: 0 analysed, 1 analysed and --fail-on matched, 2 wrong usage, 3 no input could be read, 4 analysed in part \
        (an input was unreadable or damaged), 5 the report could not be written, 70 a fault of sshrst."
    )]
    Analyze(AnalyzeArguments),
    /// Capture on an interface, tell the ends of SSH connections as they happen, and report when it is stopped.
    #[command(
        after_help = "Stops at Ctrl-C (a second one quits at once), SIGTERM, --count, --duration, --stop-on or --deaths, and then reports. \
        SIGUSR1 prints counters, SIGHUP opens the file of JSON lines again. Exit status: 0 analysed, 1 and \
        --fail-on matched, 2 wrong usage or filter, 3 no such interface or no permission, 4 analysed in part (the capture broke off), 5 a file \
        could not be written, 70 a fault of sshrst."
    )]
    Capture(CaptureArguments),
    /// Say what a signal, a cause or a timer means, or what can be behind an error message.
    #[command(
        after_help = "Example: sshrst explain \"kex_exchange_identification: read: Connection reset by peer\""
    )]
    Explain {
        /// An id, as reports name it; or a message as ssh, sshd's log, PuTTY or another program printed it. Without: all ids.
        #[arg(value_name = "ID|MESSAGE")]
        what: Vec<String>,
    },
    /// List known idle timers of firewalls, NATs, balancers and SSH programs.
    Timers {
        /// A silence in seconds: only the timers that fit it.
        #[arg(value_parser = seconds)]
        seconds: Option<f64>,
        /// Timers of your own network, in the form of src/timers/README.md (TOML).
        #[arg(long = "timers", value_name = "FILE")]
        own: Option<PathBuf>,
    },
    /// The helper of `capture --exec`: runs a command for each line of standard input.
    #[command(hide = true)]
    RunForEach {
        /// The program and its arguments.
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
    /// Print the manual page: `sshrst man | man -l -`.
    Man,
    /// Print the completions for a shell: `sshrst completions bash > /etc/bash_completion.d/sshrst`.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
}

#[derive(Args, Debug)]
#[command(group(ArgGroup::new(WRITTEN).multiple(true)))]
pub(super) struct AnalyzeArguments {
    /// Captures (pcap, pcapng; also compressed: gzip, zstd, lz4, xz, bzip2); `-` is standard input. Several files are one capture: rotated
    /// sets in any order, files that overlap in time. A directory stands for the captures directly in it.
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Wait at the end of the file for more, until Ctrl-C, SIGTERM, or another file takes its name; then report. One file.
    #[arg(long)]
    pub(super) follow: bool,
    /// Memory that connections may take (`512MiB`, `8GB`). Beyond it those that are over are judged at once and counted, some in
    /// full, then those that have been silent for the longest [default: half of what is free, at most 4GiB].
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    pub(super) memory: Option<u64>,
    /// Say on standard error only what went wrong: no progress on a terminal, no word on what is left out.
    #[arg(long)]
    pub(super) quiet: bool,
    #[command(flatten)]
    pub(super) selection: SelectionArguments,
    #[command(flatten)]
    pub(super) reporting: ReportingArguments,
}

/// How connections are judged and the report is written, wherever the frames come from.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Args, Debug)]
pub(super) struct ReportingArguments {
    /// Port of SSH, repeatable, or `any` to recognise SSH by its identification string [default: 22].
    #[arg(short, long = "port", value_name = "N|any", value_parser = port)]
    pub(super) ports: Vec<Port>,
    /// Where the capture was taken, if you know it better than the packets show.
    #[arg(long, value_enum, value_name = "PLACE")]
    pub(super) vantage: Option<Place>,
    /// Idle timers of your own network: a TOML file with `id`, `whose`, `ends_by` and `default_s` or `settable_s` of each.
    #[arg(long, value_name = "FILE")]
    pub(super) timers: Option<PathBuf>,
    /// How the report is written.
    #[arg(short, long, value_enum, default_value_t = Rendering::Text)]
    pub(super) format: Rendering,
    /// Write the report to this file instead of standard output.
    #[arg(short, long, value_name = "FILE", group = WRITTEN)]
    pub(super) output: Option<PathBuf>,
    /// Overwrite files that are to be written if they exist.
    #[arg(long, requires = WRITTEN)]
    pub(super) force: bool,
    /// Colour in text reports.
    #[arg(long, value_enum, default_value_t = When::Auto)]
    pub(super) color: When,
    /// Zone of the times in the report, and of those given without an offset: `Europe/Berlin`.
    #[arg(long, value_name = "ZONE", default_value_t = Zone::default())]
    pub(super) time_zone: Zone,
    /// Leave out version and directories: the same capture gives the same report everywhere.
    #[arg(long)]
    pub(super) reproducible: bool,
    /// Show every session in full: not only those that died, and refused ones that look alike one by one.
    #[arg(long)]
    pub(super) all: bool,
    /// Leave out the SHA-256 of the inputs, which `json` and `ndjson` state: it takes ten times as long as reading them.
    #[arg(long)]
    pub(super) no_digest: bool,
    /// End with exit status 1 if a session shown is one: `reset`, `death`, who sent the reset (client, server, middlebox,
    /// undetermined), or a group of causes as the JSON names it; repeatable.
    #[arg(long, value_name = "WHAT")]
    pub(super) fail_on: Vec<FailOn>,
    /// Threads that judge sessions [default: one for each core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) threads: Option<u16>,
    /// Keep the right to open any file and connection while captures are read (Linux): for a system on which giving it up
    /// goes wrong.
    #[arg(long)]
    pub(super) no_sandbox: bool,
    #[command(flatten)]
    pub(super) ticket: TicketArguments,
}

/// The files that `--force` is about: `--output`, what goes on a ticket, and what a capture is written to.
pub(super) const WRITTEN: &str = "written";

/// A `--memory` value.
fn memory(text: &str) -> Result<u64, String> {
    match size(text)? {
        octets @ LEAST_MEMORY.. => Ok(octets),
        _ => Err("expected a size of at least 32 MiB".to_owned()),
    }
}

/// Half of it is what the program takes with no connection at all.
const LEAST_MEMORY: u64 = 32 << 20;

/// A `--port` value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Port {
    Number(u16),
    Any,
}

/// A `--vantage` value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Place {
    /// On the client host.
    Client,
    /// On the client's own network, before the first router.
    ClientSide,
    /// Between routers.
    Middle,
    /// On the server's own network, behind the last router.
    ServerSide,
    /// On the server host.
    Server,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Rendering {
    /// For people, on a terminal.
    Text,
    /// For tickets: GitHub, GitLab, Jira.
    Markdown,
    /// For tickets and paper: one file with drawings, without scripts.
    Html,
    /// For programs: one object.
    Json,
    /// For programs: one line for each session, and a closing line.
    Ndjson,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    Always,
    Never,
}

fn port(text: &str) -> Result<Port, String> {
    if text == "any" {
        return Ok(Port::Any);
    }
    match text.parse() {
        Ok(0) | Err(_) => Err("a port is a number from 1 to 65535, or `any`".to_owned()),
        Ok(number) => Ok(Port::Number(number)),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    let number: f64 =
        text.strip_suffix('s').unwrap_or(text).parse().map_err(|_| "not a number of seconds")?;
    // A year: no timer is longer, and what is, is a slip of the keyboard.
    if (0.0..=31_536_000.0).contains(&number) {
        Ok(number)
    } else {
        Err("expected 0 to 31536000 seconds".to_owned())
    }
}

/// The command line's declaration, for completions, the man page and tests.
pub fn command() -> clap::Command {
    Arguments::command()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_declaration_is_sound() {
        super::command().debug_assert();
    }
}

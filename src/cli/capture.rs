//! `sshrst capture`: what was typed, and what it means.

#![expect(clippy::disallowed_methods, reason = "the edge at which the environment is read")]

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args};

use super::args::{ReportingArguments, WRITTEN};
use super::fail_on::FailOn;
use super::plan::{Reporting, reporting};
use super::ticket::size;
use crate::analysis::Ports;
use crate::error::{Error, Exit};
use crate::report::Selection;
use crate::source::{Connection, Filter, Rotation, Wanted};

#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Args, Debug)]
#[command(group(ArgGroup::new(WRITTEN).multiple(true)))]
pub(super) struct CaptureArguments {
    /// Interface to capture on, or `any` for all of them (Linux).
    #[arg(short, long, value_name = "IFACE", required_unless_present = "list")]
    interface: Option<String>,
    /// List the interfaces with state and addresses.
    #[arg(short = 'D', long = "list-interfaces", exclusive = true)]
    pub(super) list: bool,
    /// Write what is captured to this file, too (pcap); with --ring, write the last packets when it ends (pcapng).
    #[arg(short, long, value_name = "FILE", group = WRITTEN)]
    write: Option<PathBuf>,
    /// Begin a new file before it gets larger than so many million octets: FILE, FILE1, FILE2 and so on.
    #[arg(short = 'C', long, value_name = "MILLIONS", requires = "write", conflicts_with = "ring",
        value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    file_size: Option<u64>,
    /// Begin a new file every so many seconds; FILE may have the time's parts in it, as `%Y%m%d-%H%M%S` (strftime, UTC).
    #[arg(short = 'G', long, value_name = "SECONDS", requires = "write", conflicts_with = "ring",
        value_parser = clap::value_parser!(u32).range(1..))]
    rotate: Option<u32>,
    /// Keep so many files: with -C the oldest is overwritten, with -G alone the capture ends with the last one.
    #[arg(short = 'W', long, value_name = "N", requires = "write",
        value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    files: Option<u32>,
    /// Hand each packet to the system as soon as it is captured, so that FILE can be read while it grows.
    #[arg(short = 'U', long, requires = "write")]
    packet_buffered: bool,
    /// Give up root for this user once the interface is open [default: who called sudo; else `nobody`, if no file is
    /// begun later].
    #[arg(short = 'Z', long, value_name = "USER")]
    relinquish: Option<String>,
    /// Octets kept of each frame [default: 8192, headers and what SSH says in clear text].
    #[arg(short, long, value_name = "OCTETS",
        value_parser = clap::value_parser!(u32).range(i64::from(Wanted::LEAST_SNAPLEN)..=i64::from(Wanted::WHOLE)))]
    snaplen: Option<u32>,
    /// Keep all octets of each frame.
    #[arg(long, conflicts_with = "snaplen")]
    full: bool,
    /// KiB the system holds until they are read.
    #[arg(short = 'B', long, value_name = "KIB", default_value_t = Wanted::BUFFER,
        value_parser = clap::value_parser!(u32).range(64..=BUFFER))]
    buffer: u32,
    /// Leave out frames for other hosts.
    #[arg(long)]
    no_promiscuous: bool,
    /// Capture also the session that sshrst was started in (`SSH_CONNECTION`).
    #[arg(long)]
    include_own: bool,
    /// Run this program for each death, with its JSON on standard input. Words are split at blanks; there is no shell.
    #[arg(long, value_name = "CMD", value_parser = words)]
    exec: Option<Words>,
    /// Ask the kernel which resets this host sent and received (Linux, root).
    #[arg(long)]
    kernel_trace: bool,
    #[command(flatten)]
    reporting: ReportingArguments,
    // Last: its heading would stand over what follows.
    #[command(flatten)]
    stopping: StoppingArguments,
    /// What else must hold for a packet, in the words of pcap-filter(7): `host 192.0.2.7`.
    #[arg(last = true, value_name = "FILTER")]
    filter: Vec<String>,
}

/// When it ends, and what happens then.
#[derive(Args, Debug)]
#[command(next_help_heading = "When it ends")]
struct StoppingArguments {
    /// Stop after so many frames.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// Stop after so long: `90s`, `10m`, `2h`; a plain number is seconds.
    #[arg(long, value_name = "T", value_parser = duration)]
    duration: Option<Duration>,
    /// Stop when a session ended so: `reset`, `death`, who sent the reset (client, server, middlebox, undetermined), or a
    /// group of causes as the JSON names it; repeatable.
    #[arg(long, value_name = "WHAT")]
    stop_on: Vec<FailOn>,
    /// Stop after so many deaths.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    deaths: Option<u64>,
    /// Go on for so long after --stop-on or --deaths.
    #[arg(long, value_name = "T", value_parser = duration)]
    after: Option<Duration>,
    /// Hold the last packets, up to this size (`64MiB`, `512MB`), and write them to the file of -w when it ends, with comments on
    /// the frames that matter. More than 64 MiB are held on disk, beside that file.
    #[arg(long, value_name = "SIZE", value_parser = ring, requires = "write")]
    ring: Option<usize>,
}

/// A command as typed, split at blanks.
#[derive(Clone, Debug)]
struct Words(Vec<String>);

fn words(text: &str) -> Result<Words, String> {
    let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    if words.is_empty() { Err("expected a program and its arguments".to_owned()) } else { Ok(Words(words)) }
}

/// Most KiB of a buffer: libpcap takes octets in an `int`.
const BUFFER: i64 = i32::MAX as i64 / 1024;

/// `sshrst capture`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// What is captured.
    pub wanted: Wanted,
    /// Where it is written to, too; with a ring, when it ends.
    pub copy: Option<Rotation>,
    /// Octets of the last packets that are held for that.
    pub ring: Option<usize>,
    /// What ends it, of what a session can do.
    pub stop: StopWhen,
    /// What is run for each death: a program and its arguments.
    pub exec: Option<Vec<String>>,
    /// Whose rights are taken on once the interface is open.
    pub user: Option<String>,
    /// Whether the kernel is asked for the resets that it sent.
    pub kernel_trace: bool,
    /// How it is judged.
    pub reporting: Reporting,
}

/// Which deaths end a capture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StopWhen {
    /// Sessions that end so.
    pub on: Vec<FailOn>,
    /// So many deaths.
    pub deaths: Option<u64>,
    /// For how long it goes on then.
    pub after: Duration,
}

pub(super) fn plan(arguments: CaptureArguments) -> Result<Capture, Error> {
    let stopping = arguments.stopping;
    if arguments.files.is_some() && arguments.file_size.is_none() && arguments.rotate.is_none() {
        return Err(Error::new(
            Exit::Usage,
            "`-W` counts the files that `-C` or `-G` begin: give one of them",
        ));
    }
    if stopping.after.is_some() && stopping.stop_on.is_empty() && stopping.deaths.is_none() {
        return Err(Error::new(Exit::Usage, "`--after` goes with `--stop-on` or `--deaths`"));
    }
    if arguments.write.as_ref().is_some_and(|path| path.as_os_str() == "-") {
        let error = Error::new(Exit::Usage, "`-w` takes a file: standard output is for the report");
        return Err(error.with_hint("`tcpdump -U -w - port 22 | tee FILE | sshrst analyze -` does both"));
    }
    let reporting = reporting(arguments.reporting, Selection::default());
    if arguments.write.is_some() && arguments.write == reporting.output {
        return Err(Error::new(Exit::Usage, "`-w` and `-o` name the same file"));
    }
    let filter = Filter {
        ports: match &reporting.ports {
            Ports::Only(ports) => ports.clone(),
            Ports::Any => Vec::new(),
        },
        words: arguments.filter.join(" ").trim().to_owned(),
        own: std::env::var("SSH_CONNECTION")
            .ok()
            .filter(|_| !arguments.include_own)
            .and_then(|text| connection(&text)),
    };
    let wanted = Wanted {
        interface: arguments.interface.unwrap_or_default(),
        filter,
        snaplen: arguments.snaplen.unwrap_or(if arguments.full { Wanted::WHOLE } else { Wanted::SNAPLEN }),
        buffer: arguments.buffer * 1024,
        promiscuous: !arguments.no_promiscuous,
        frames: stopping.count,
        duration: stopping.duration,
    };
    let rotation = |path| Rotation {
        path,
        octets: arguments.file_size.map(|millions| millions * 1_000_000),
        seconds: arguments.rotate,
        files: arguments.files,
        unbuffered: arguments.packet_buffered,
    };
    let stop =
        StopWhen { on: stopping.stop_on, deaths: stopping.deaths, after: stopping.after.unwrap_or_default() };
    Ok(Capture {
        wanted,
        copy: arguments.write.map(rotation),
        ring: stopping.ring,
        stop,
        exec: arguments.exec.map(|words| words.0),
        user: arguments.relinquish,
        kernel_trace: arguments.kernel_trace,
        reporting,
    })
}

/// The connection that `SSH_CONNECTION` names: client address and port, server address and port (ssh(1), ENVIRONMENT).
fn connection(text: &str) -> Option<Connection> {
    let mut words = text.split(' ');
    let mut end = || {
        // Link-local addresses come with their zone, which is not in the packet.
        let address: IpAddr = words.next()?.split('%').next()?.parse().ok()?;
        Some(SocketAddr::new(address, words.next()?.parse().ok()?))
    };
    Some(Connection { from: end()?, to: end()? })
}

/// Octets for a ring.
fn ring(text: &str) -> Result<usize, String> {
    match usize::try_from(size(text)?) {
        Ok(octets) if octets >= LEAST_RING => Ok(octets),
        _ => Err("expected a size of at least 64 KiB".to_owned()),
    }
}

/// Less than this holds no whole handshake and key exchange.
const LEAST_RING: usize = 64 * 1024;

fn duration(text: &str) -> Result<Duration, String> {
    let units = [('s', 1), ('m', 60), ('h', 3_600)];
    let (number, unit) = units
        .into_iter()
        .find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)))
        .unwrap_or((text, 1));
    let number: u64 = number.parse().map_err(|_| "expected a time as `90s`, `10m` or `2h`")?;
    match number.checked_mul(unit) {
        Some(0) | None => Err("expected a time of at least a second".to_owned()),
        Some(seconds) => Ok(Duration::from_secs(seconds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_seconds_minutes_and_hours() {
        let seconds = |text| duration(text).map(|time| time.as_secs());
        assert_eq!(["45", "90s", "10m", "2h"].map(seconds), [Ok(45), Ok(90), Ok(600), Ok(7_200)]);
        for wrong in [
            "",
            "s",
            "0",
            "0m",
            "-1",
            "1.5h",
            "10 m",
            "1d",
            "99999999999999999999",
            "9999999999999999999h",
            "5é",
        ] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_ring_has_room_for_a_session() {
        assert_eq!([ring("512MB"), ring("64KiB")], [Ok(512_000_000), Ok(65_536)]);
        for wrong in ["", "63KiB", "64 KiB", "99999999999999999999GiB"] {
            assert!(ring(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_own_session_is_read_without_its_zone_and_nonsense_is_none() {
        let own = connection("fe80::1%eth0 50000 fe80::2%eth0 22").unwrap();
        assert_eq!(own.to_string(), "[fe80::1]:50000 to [fe80::2]:22");
        for wrong in ["", "192.0.2.1 22", "a b c d", "192.0.2.1 70000 192.0.2.2 22"] {
            assert_eq!(connection(wrong), None, "{wrong}");
        }
    }
}

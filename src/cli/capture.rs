//! `sshrst capture`: what was typed, and what it means.

#![expect(clippy::disallowed_methods, reason = "the edge at which the environment is read")]

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args};

use super::args::{ReportingArguments, WRITTEN};
use super::plan::{Reporting, reporting};
use crate::analysis::Ports;
use crate::error::{Error, Exit};
use crate::report::Selection;
use crate::source::{Connection, Filter, Wanted};

#[derive(Args, Debug)]
#[command(group(ArgGroup::new(WRITTEN).multiple(true)))]
pub(super) struct CaptureArguments {
    /// Interface to capture on, or `any` for all of them (Linux).
    #[arg(short, long, value_name = "IFACE", required_unless_present = "list")]
    interface: Option<String>,
    /// List the interfaces with state and addresses.
    #[arg(short = 'D', long = "list-interfaces", exclusive = true)]
    pub(super) list: bool,
    /// Stop after so many frames.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// Stop after so long: `90s`, `10m`, `2h`; a plain number is seconds.
    #[arg(long, value_name = "T", value_parser = duration)]
    duration: Option<Duration>,
    /// Write what is captured to this file, too (pcap).
    #[arg(short, long, value_name = "FILE", group = WRITTEN)]
    write: Option<PathBuf>,
    /// Octets kept of each frame.
    #[arg(short, long, value_name = "OCTETS", default_value_t = Wanted::SNAPLEN,
        value_parser = clap::value_parser!(u32).range(i64::from(Wanted::LEAST_SNAPLEN)..=i64::from(Wanted::SNAPLEN)))]
    snaplen: u32,
    /// KiB the system holds until they are read [default: libpcap's, 2048 on Linux].
    #[arg(short = 'B', long, value_name = "KIB", value_parser = clap::value_parser!(u32).range(64..=BUFFER))]
    buffer: Option<u32>,
    /// Leave out frames for other hosts.
    #[arg(long)]
    no_promiscuous: bool,
    /// Capture also the session that sshrst was started in (`SSH_CONNECTION`).
    #[arg(long)]
    include_own: bool,
    #[command(flatten)]
    reporting: ReportingArguments,
    /// What else must hold for a packet, in the words of pcap-filter(7): `host 192.0.2.7`.
    #[arg(last = true, value_name = "FILTER")]
    filter: Vec<String>,
}

/// Most KiB of a buffer: libpcap takes octets in an `int`.
const BUFFER: i64 = i32::MAX as i64 / 1024;

/// `sshrst capture`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// What is captured.
    pub wanted: Wanted,
    /// Where it is written to, too.
    pub copy: Option<PathBuf>,
    /// How it is judged.
    pub reporting: Reporting,
}

pub(super) fn plan(arguments: CaptureArguments) -> Result<Capture, Error> {
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
        snaplen: arguments.snaplen,
        buffer: arguments.buffer.map(|kib| kib * 1024),
        promiscuous: !arguments.no_promiscuous,
        frames: arguments.count,
        duration: arguments.duration,
    };
    Ok(Capture { wanted, copy: arguments.write, reporting })
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
    fn the_own_session_is_read_without_its_zone_and_nonsense_is_none() {
        let own = connection("fe80::1%eth0 50000 fe80::2%eth0 22").unwrap();
        assert_eq!(own.to_string(), "[fe80::1]:50000 to [fe80::2]:22");
        for wrong in ["", "192.0.2.1 22", "a b c d", "192.0.2.1 70000 192.0.2.2 22"] {
            assert_eq!(connection(wrong), None, "{wrong}");
        }
    }
}

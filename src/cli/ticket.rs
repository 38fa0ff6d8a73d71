//! What goes on a ticket: the packets, a bundle, and how much of it tells whose they are.

use std::path::PathBuf;

use clap::Args;

use super::args::WRITTEN;

#[derive(Args, Debug)]
#[command(next_help_heading = "What goes on a ticket")]
pub(super) struct TicketArguments {
    /// Write the packets of the sessions that died (with --session, --host … or --all: of those shown) to this file, as
    /// pcapng with the verdict and the signals as comments. What was encrypted is cut.
    #[arg(long, value_name = "FILE.pcapng", group = WRITTEN)]
    evidence: Option<PathBuf>,
    /// Keep in it what was encrypted, too.
    #[arg(long, conflicts_with = "redact")]
    with_payload: bool,
    /// Write the report as Markdown, HTML and JSON, those packets and a note on what to attach where to one archive.
    #[arg(long, value_name = "FILE.zip", group = WRITTEN)]
    bundle: Option<PathBuf>,
    /// The archive's largest size; what it then leaves out is said in it. `25MB`, `8MiB`; a plain number is octets.
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "25MB")]
    max_size: u64,
    /// Give every address a pseudonym that keeps networks together, and take out what hosts and users wrote, in all that is
    /// written.
    #[arg(long)]
    redact: bool,
    /// The key of the pseudonyms: 32 octets or 64 hexadecimal digits; the same key gives the same ones. Without it they
    /// are random.
    #[arg(long, value_name = "FILE", requires = "redact")]
    redact_key: Option<PathBuf>,
}

/// What goes on a ticket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ticket {
    /// Where the packets are written.
    pub evidence: Option<PathBuf>,
    /// Keep what was encrypted.
    pub with_payload: bool,
    /// Where the archive is written.
    pub bundle: Option<PathBuf>,
    /// Octets of the archive at most.
    pub max_size: u64,
    /// Whether pseudonyms are used; with the file that holds their key, if there is one.
    pub redact: Option<Option<PathBuf>>,
}

impl Ticket {
    /// Whether packets are needed.
    pub const fn needs_packets(&self) -> bool {
        self.evidence.is_some() || self.bundle.is_some()
    }
}

impl TicketArguments {
    pub(super) fn meant(self) -> Ticket {
        let Self { evidence, with_payload, bundle, max_size, redact, redact_key } = self;
        Ticket { evidence, with_payload, bundle, max_size, redact: redact.then_some(redact_key) }
    }
}

/// Octets, in units of 1000 or 1024.
pub(super) fn size(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 7] = [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("kB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("", 1),
    ];
    let split = |(unit, octets): (&str, u64)| Some((text.strip_suffix(unit)?.parse::<u64>().ok()?, octets));
    let octets = UNITS.into_iter().find_map(split).and_then(|(number, unit)| number.checked_mul(unit));
    match octets {
        Some(0) | None => Err("expected a size as `25MB`, `8MiB` or a number of octets".to_owned()),
        Some(octets) => Ok(octets),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_both_kinds_of_units() {
        assert_eq!(
            ["7", "25MB", "8MiB", "2GiB", "3kB"].map(size),
            [7, 25_000_000, 8 << 20, 2 << 30, 3_000].map(Ok)
        );
        for wrong in ["", "0", "MB", "-1MB", "1.5MB", "1 MB", "99999999999GB", "5mb"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}

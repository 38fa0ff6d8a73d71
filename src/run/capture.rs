//! `sshrst capture`: from an interface until it is stopped, then as any other source.

use std::io::{self, Write};

use crate::analysis::{Blind, BlindKind};
use crate::cli::Capture;
use crate::error::{Error, Exit, nearest};
use crate::limits::Limits;
use crate::run::gathered::Gathered;
use crate::run::output::{Output, create};
use crate::run::{complain, print};
use crate::source::live::{self, Listed, Live, LiveError};
use crate::source::{Shown, Wanted};

/// Captures until something ends it, then reports.
pub(super) fn capture(plan: &Capture) -> Result<Exit, Error> {
    let limits = Limits::default();
    let output = Output::of(&plan.reporting, &[])?;
    let mut live = Live::open(&plan.wanted, limits).map_err(|error| refused(&error))?;
    if let Some(path) = &plan.copy {
        create(path, plan.reporting.force)?;
        live.copy_to(path).map_err(|words| {
            Error::new(
                Exit::NotWritten,
                format!("{} could not be written: {words}", Shown(&path.to_string_lossy())),
            )
        })?;
    }
    let left_out = left_out(&plan.wanted);
    announce(&plan.wanted, &left_out);
    let mut gathered = Gathered::new(limits, &plan.reporting)?;
    gathered.blind.extend(left_out);
    gathered.follow(&mut live);
    if let (Some(fault), Some(path)) = (live.copy_fault(), &plan.copy) {
        let message = format!("{} ends early: {fault}", Shown(&path.to_string_lossy()));
        complain(&Error::new(Exit::NotWritten, message).with_hint("the report is of the whole capture"));
        gathered.exit = gathered.exit.outranked_by(Exit::NotWritten);
    }
    drop(live);
    gathered.report(&plan.reporting, &output)
}

/// What the user had left out beside what is not SSH.
fn left_out(wanted: &Wanted) -> Vec<Blind> {
    let blind = |detail| Blind { kind: BlindKind::CaptureFiltered, detail, frames: Vec::new() };
    let filter = &wanted.filter;
    let own = filter.own.map(|own| {
        format!("the session that sshrst was started in, {own}, was left out; `--include-own` captures it")
    });
    let words = (!filter.words.is_empty())
        .then(|| format!("only what matches `{}` was captured", Shown(&filter.words)));
    own.into_iter().chain(words).map(blind).collect()
}

fn announce(wanted: &Wanted, left_out: &[Blind]) {
    let mut out = io::stderr().lock();
    let name = Shown(&wanted.interface);
    // A terminal that is gone is no reason not to capture.
    _ = writeln!(out, "sshrst: capturing on {name}; Ctrl-C ends it and reports");
    for blind in left_out {
        _ = writeln!(out, "sshrst: {}", blind.detail);
    }
}

fn refused(error: &LiveError) -> Error {
    let exit = if matches!(error, LiveError::Filter { .. }) { Exit::Usage } else { Exit::NoInput };
    let failed = Error::new(exit, error.to_string());
    match error {
        LiveError::Unknown { name, known } => match nearest(name, known.iter().map(String::as_str)) {
            Some(nearest) => {
                failed.with_hint(format!("did you mean `{}`? `sshrst capture -D` lists all", Shown(nearest)))
            }
            None => failed.with_hint("`sshrst capture -D` lists all"),
        },
        LiveError::Permission { .. } => failed.with_hint(
            "capturing needs CAP_NET_RAW: run it as root, or once \
             `sudo setcap cap_net_raw,cap_net_admin=eip $(which sshrst)`",
        ),
        LiveError::Down { name } => failed.with_hint(format!("`ip link set {} up`", Shown(name))),
        LiveError::Filter { .. } => failed.with_hint("pcap-filter(7) has the language"),
        LiveError::Interface { .. } | LiveError::System(_) => failed,
    }
}

/// Lists the interfaces.
pub(super) fn interfaces() -> Result<Exit, Error> {
    let listed = live::interfaces().map_err(|words| {
        Error::new(Exit::NoInput, format!("the interfaces could not be listed: {}", Shown(&words)))
    })?;
    print(&listed.iter().map(line).collect::<String>())
}

fn line(listed: &Listed) -> String {
    let name = Shown(&listed.name).to_string();
    let addresses = listed.addresses.iter().map(ToString::to_string);
    let description = listed.description.iter().map(|text| format!("({})", Shown(text)));
    let known: Vec<_> = addresses.chain(description).collect();
    let line = format!("{name:<16} {:<18} {}", listed.state, known.join(" "));
    line.trim_end().to_owned() + "\n"
}

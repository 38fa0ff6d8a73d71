//! `sshrst capture`: tells ends as they come, until something ends it, and then reports.

mod exec;
mod freeze;
mod kernel;
mod link;
#[cfg(unix)]
mod privileges;
mod rights;
mod ring;
mod screen;
mod scribe;
mod segments;
mod teller;

use std::io::{self, Write};
use std::time::{Duration, Instant};

pub(super) use exec::for_each_line;

use self::exec::{Exec, Helper};
use self::link::Link;
#[cfg(unix)]
use self::privileges::Rights;
use self::ring::Ring;
use self::scribe::{Scribe, Target};
use self::teller::Teller;
use crate::analysis::{Blind, BlindKind, Watch};
use crate::cli::{Capture, Format};
use crate::error::{Error, Exit, nearest};
use crate::limits::Limits;
use crate::report::redact::redacted;
use crate::report::{Standing, model};
use crate::run::gathered::Before;
use crate::run::output::{self, Output, create};
use crate::run::packets::Packets;
use crate::run::{complain, gathered, print, ticket};
use crate::source::live::{self, Listed, Live, LiveError};
use crate::source::{Batch, Shown, Summary, Wanted};
use crate::units::Elapsed;

/// The longest wait between two looks at signals and at what is due.
const TICK: Duration = Duration::from_millis(200);

/// Captures until something ends it, tells what happens, then reports.
pub(super) fn capture(plan: &Capture) -> Result<Exit, Error> {
    let limits = Limits::default();
    let reporting = &plan.reporting;
    let mut output = Output::of(reporting, &[])?;
    let Before { own, names, packets } = Before::of(reporting, false)?;
    #[cfg(unix)]
    let rights = Rights::wanted(plan)?;
    let helper = plan.exec.as_deref().map(Helper::start).transpose()?;
    let mut live = Live::open(&plan.wanted, limits).map_err(|error| refused(&error))?;
    let kernel = if plan.kernel_trace { kernel::open() } else { None };
    #[cfg(unix)]
    if let Rights::Of(_) = rights {
        rights.take_on()?;
    }
    let held = begin_files(plan, &mut live, &mut output)?;
    #[cfg(unix)]
    if let Rights::OfNobody(_) = rights {
        // It is a precaution that nobody asked for: where the system refuses, the capture goes on.
        _ = rights.take_on();
    }
    // Listing them takes a socket.
    let hosts = if kernel.is_some() { live::interfaces().unwrap_or_default() } else { Vec::new() };
    give_up(plan, &output, held.as_ref(), kernel.as_ref());
    // Threads begin with the rights that are left.
    let (scribe, exec) = (lines(plan)?, helper.map(Exec::begin).transpose()?);
    let left_out = left_out(&plan.wanted);
    announce(&plan.wanted, &left_out);
    let mut watch = Watch::new(limits, reporting.ports.clone()).seen_from(reporting.vantage).knowing(own);
    if kernel.is_some() {
        watch = watch.hearing(hosts.into_iter().flat_map(|it| it.addresses).collect(), live::start());
    }
    let mut running = Running {
        live,
        watch,
        held,
        teller: Teller::new(reporting, plan.stop.clone(), scribe, exec, names),
        packets,
        kernel,
        link: Link::new(&plan.wanted.interface, now()),
        began: now(),
        dropped: 0,
    };
    running.teller.table = screen::Table::wanted(plan);
    running.run();
    running.teller.clear();
    running.close(plan, left_out, output)
}

/// The last packets, and the file that they are written to in the end.
struct Held {
    ring: Ring,
    file: output::Target,
}

/// Begins the files that are written while the capture runs, and those that are written when it ends.
fn begin_files(plan: &Capture, live: &mut Live, output: &mut Output) -> Result<Option<Held>, Error> {
    if plan.reporting.format == Format::Ndjson {
        // Lines are written as they come, to a file that has its name from the beginning.
        output.report = output::Target::Standard;
    }
    output.begin()?;
    let Some(rotation) = &plan.copy else { return Ok(None) };
    let force = plan.reporting.force;
    if let Some(octets) = plan.ring {
        let mut file = output::Target::file(&rotation.path, force, &[])?;
        let ring = Ring::begin(octets, &rotation.path, force)?;
        file.begin()?;
        return Ok(Some(Held { ring, file }));
    }
    let start = live::start();
    let first = live::first_file(rotation, start);
    create(&first, force)?;
    live.copy_to(rotation, start).map_err(|words| {
        let name = first.to_string_lossy();
        Error::new(Exit::NotWritten, format!("{} could not be written: {words}", Shown(&name)))
    })?;
    Ok(None)
}

/// Gives up the rights that are not needed from here on.
fn give_up(plan: &Capture, output: &Output, held: Option<&Held>, kernel: Option<&kernel::Trace>) {
    let mut written = output.rights(crate::sandbox::Rights::none());
    if let Some(held) = held {
        written = held.file.rights(written);
    }
    let on_disk = held.is_some_and(|held| matches!(held.ring, Ring::Disk(_)));
    rights::for_capture(plan, written, on_disk, kernel.map(kernel::Trace::instance));
}

/// What writes the lines.
fn lines(plan: &Capture) -> Result<Scribe, Error> {
    let target = Teller::target(&plan.reporting);
    if let Target::File(path) = &target {
        create(path, plan.reporting.force)?;
    }
    Scribe::new(target)
        .map_err(|error| Error::new(Exit::NotWritten, format!("lines could not be written: {error}")))
}

/// A capture that runs.
struct Running {
    live: Live,
    watch: Watch,
    held: Option<Held>,
    packets: Packets,
    kernel: Option<kernel::Trace>,
    teller: Teller,
    link: Link,
    began: Instant,
    /// Frames dropped so far.
    dropped: u64,
}

#[expect(clippy::disallowed_methods, reason = "the edge at which time passes")]
fn now() -> Instant {
    Instant::now()
}

impl Running {
    /// Time since it began, by a clock that never goes back.
    fn age(&self) -> Elapsed {
        Elapsed::from_nanos(now().duration_since(self.began).as_nanos() as i64)
    }

    /// Takes frames and tells what can be told, until it ends.
    fn run(&mut self) {
        let mut batch = Batch::new();
        loop {
            let due = self.watch.due().map_or(TICK, |due| {
                Duration::from_nanos((due - self.age()).max_zero().as_nanos().unsigned_abs())
            });
            let goes_on = self.live.read(&mut batch, due.min(TICK));
            let age = self.age();
            self.packets.keep(&batch);
            for frame in batch.frames() {
                self.watch.handle_frame(&frame, age);
                if let Some(held) = &mut self.held {
                    held.ring.push(&frame);
                }
            }
            if let Some(held) = &mut self.held {
                held.ring.flush();
            }
            if let Some(kernel) = &mut self.kernel {
                kernel.read(live::start(), |said| self.watch.hear(said));
            }
            if batch.is_empty() {
                self.link.look(now());
            } else {
                self.link.seen(now());
            }
            let dropped = self.live.dropped();
            if dropped > self.dropped {
                self.dropped = dropped;
                self.watch.note_drops();
            }
            let mut enough = None;
            self.watch.look(age, &mut |told| enough = self.teller.tell(&told).or(enough));
            if let Some(after) = enough {
                self.live.end_in(after);
            }
            if self.live.is_asked_to_reopen() {
                self.teller.scribe.reopen();
            }
            if self.live.is_asked_for_counters() {
                self.counters();
            }
            self.draw(age);
            if self.teller.scribe.is_over() {
                self.live.end_in(Duration::ZERO);
            }
            if !goes_on {
                return;
            }
        }
    }

    /// Shows how things stand, on a terminal.
    fn draw(&mut self, age: Elapsed) {
        if self.teller.table.is_none() {
            return;
        }
        let summary = self.live.summary();
        let standing = Standing {
            interface: &summary.name,
            frames: summary.frames,
            dropped: summary.dropped(),
            deaths: self.teller.ledger.told,
            begun: self.watch.begun(),
        };
        self.teller.draw(&standing, &self.watch, age, now());
    }

    /// Says how things stand.
    fn counters(&self) {
        let summary = self.live.summary();
        let (thinnings, thinned) = self.live.thinnings();
        let interface = summary.interfaces.first();
        let dropped = |of: fn(&crate::source::Interface) -> Option<u64>| interface.and_then(of).unwrap_or(0);
        _ = writeln!(
            io::stderr(),
            "sshrst: {} frames captured, {} dropped by the system, {} by the interface, bulk data left out {}; {} connections live, {} deaths told, {} lines not taken",
            summary.frames,
            dropped(|it| it.dropped_by_system),
            dropped(|it| it.dropped_by_interface),
            if thinned { "now".to_owned() } else { format!("{thinnings} times") },
            self.watch.living(),
            self.teller.ledger.told,
            self.teller.scribe.missed,
        );
    }

    /// Reports.
    fn close(self, plan: &Capture, left_out: Vec<Blind>, output: Output) -> Result<Exit, Error> {
        let Self { live, watch, held, mut packets, mut teller, link, .. } = self;
        let reporting = &plan.reporting;
        let mut exit = Exit::Analysed;
        let summary = live.summary();
        let mut blind = left_out;
        blind.extend(lost(&summary, live.thinnings().0, &mut exit));
        blind.extend(link.blind(now()));
        copy_ended(plan, &live, &mut exit);
        drop(live);
        let (findings, ids) = watch.finish(blind);
        let options = model::Options {
            reproducible: reporting.reproducible,
            singly: reporting.all,
            traces: gathered::traces(reporting.format, &output),
            ..model::Options::default()
        };
        let report = model::build(&findings, &[gathered::input(&summary)], &options);
        let mut report = redacted(reporting.zone.shown(report), teller.names.as_ref());
        let packed =
            ticket::Packed { findings: &findings, model: &report, names: teller.names.as_ref(), reporting };
        let Output { report: target, evidence, bundle, desk } = output;
        let packed = packed.write(ticket::Goods { evidence, bundle, desk }, &mut packets);
        teller.ledger.close(&mut report, &ids);
        teller.close(&report);
        if let Some(held) = held {
            exit = exit.outranked_by(freeze::write(held, &report));
        }
        let told = end_of_lines(teller);
        if reporting.format != Format::Ndjson && told.is_ok() {
            target.write(|out| gathered::render(&report, reporting.format, out))?;
        }
        told?;
        // Only now: a bundle that cannot be written costs neither the ring nor the report.
        exit = exit.outranked_by(packed?);
        let matched = reporting.fail_on.iter().any(|what| what.matches(&report));
        Ok(if matched { exit.outranked_by(Exit::Matched) } else { exit })
    }
}

/// Ends the lines. A reader that closed the pipe early has read what it wanted.
fn end_of_lines(teller: Teller) -> Result<(), Error> {
    let missed = teller.scribe.missed;
    let (scribe, not_run) = teller.finish();
    let say = |count: u64, what: &str| {
        if count > 0 {
            complain(&Error::new(Exit::Partial, format!("{count} {what}")));
        }
    };
    say(missed, "lines were not written: their reader was too slow; the closing report has what they said");
    say(not_run, "deaths came so fast that `--exec` was not run for them");
    match scribe.finish() {
        Some(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::new(Exit::NotWritten, format!("lines could not be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// What was captured in part only, or not at all.
fn lost(summary: &Summary, thinnings: u64, exit: &mut Exit) -> Vec<Blind> {
    let thinned = (thinnings > 0).then(|| Blind {
        kind: BlindKind::CaptureDropped,
        detail: format!(
            "data in segments of more than 512 octets was left out for a while, {thinnings} times, when packets were dropped"
        ),
        frames: Vec::new(),
    });
    gathered::lost(summary, exit).into_iter().chain(thinned).collect()
}

fn copy_ended(plan: &Capture, live: &Live, exit: &mut Exit) {
    if let (Some(fault), Some(rotation)) = (live.copy_fault(), &plan.copy) {
        let name = rotation.path.to_string_lossy();
        let message = format!("{} ends early: {fault}", Shown(&name));
        complain(&Error::new(Exit::NotWritten, message).with_hint("the report is of the whole capture"));
        *exit = exit.outranked_by(Exit::NotWritten);
    }
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
             `sudo setcap cap_net_raw=eip $(which sshrst)`",
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

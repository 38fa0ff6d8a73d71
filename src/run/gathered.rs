//! What came of the inputs, up to the report.

use std::io::{self, Write};
use std::mem;

use super::complain;
use super::output::Output;
use super::packets::Packets;
use super::progress::Progress;
use super::ticket;
use super::timers;
use crate::analysis::{Analysis, Blind, BlindKind, Threads};
use crate::cli::{Format, Reporting};
use crate::error::{Error, Exit};
use crate::limits::Limits;
use crate::report::model::Stories;
use crate::report::redact::{Pseudonyms, redacted};
use crate::report::{self, Detail, model};
use crate::source::{self, Batch, Set, Shown, SourceError, Summary, Taken};
use crate::timers::Timer;

/// Sessions whose packets are drawn at most.
const DRAWN: usize = 100;

/// What is read and begun before the inputs are.
#[derive(Debug)]
pub(super) struct Before {
    /// The user's timers.
    pub(super) own: Vec<Timer>,
    /// The pseudonyms that are used.
    pub(super) names: Option<Pseudonyms>,
    /// Room for frames, where they are needed again.
    pub(super) packets: Packets,
}

impl Before {
    /// As `reporting` asks for. `twice`: whether the frames can be read a second time.
    ///
    /// # Errors
    ///
    /// When the user's timers or key cannot be read, or packets cannot be kept.
    pub(super) fn of(reporting: &Reporting, twice: bool) -> Result<Self, Error> {
        let kept = reporting.ticket.needs_packets() && !twice;
        let packets = if kept { Packets::kept()? } else { Packets::NotNeeded };
        Ok(Self {
            own: timers::own(reporting.timers.as_deref())?,
            names: ticket::pseudonyms(&reporting.ticket)?,
            packets,
        })
    }
}

/// What came of the inputs so far.
pub(super) struct Gathered {
    analysis: Analysis,
    /// The inputs that could be read.
    pub(super) inputs: Vec<model::Input>,
    /// What they could not show.
    pub(super) blind: Vec<Blind>,
    /// How the run ends as things stand.
    pub(super) exit: Exit,
    /// The frames, where they are needed again.
    pub(super) packets: Packets,
    /// The pseudonyms that are used.
    names: Option<Pseudonyms>,
}

impl Gathered {
    /// Nothing yet.
    ///
    /// # Errors
    ///
    /// When the system gives no threads.
    pub(super) fn new(mut limits: Limits, reporting: &Reporting, before: Before) -> Result<Self, Error> {
        if reporting.all {
            limits.judged_singly = usize::MAX;
            limits.crowd = usize::MAX;
        }
        let threads = Threads::new(reporting.threads)
            .map_err(|error| Error::new(Exit::Fault, format!("threads could not be started: {error}")))?;
        let Before { own, names, packets } = before;
        let analysis = Analysis::new(limits, reporting.ports.clone())
            .seen_from(reporting.vantage)
            .knowing(own)
            .on(threads);
        Ok(Self { analysis, inputs: Vec::new(), blind: Vec::new(), exit: Exit::Analysed, packets, names })
    }

    /// Takes the files of a set to their ends; those of which nothing could be read.
    pub(super) fn follow_set(&mut self, mut set: Set, progress: Option<Progress>) -> Vec<SourceError> {
        if let Some(progress) = progress {
            self.show_while(&mut set, progress);
        } else {
            let packets = &mut self.packets;
            self.analysis.follow(Batch::new, &mut |batch: &mut Batch| {
                let more = set.read_batch(batch);
                packets.keep(batch);
                more
            });
        }
        let (taken, failures) = set.finish();
        for file in &taken {
            self.blind.extend(lost(&file.summary, &mut self.exit));
            self.blind.extend(doubled(file, &taken));
            self.blind.extend(late(file));
            let numbers = file.numbers.map(|(first, last)| (first.0, last.0));
            self.inputs.push(model::Input { numbers, duplicates: file.twins, ..input(&file.summary) });
        }
        failures
    }

    /// Takes the files of a set to their ends, and says from time to time how far that is.
    fn show_while(&mut self, set: &mut Set, mut progress: Progress) {
        let mut is_over = false;
        while !is_over {
            let packets = &mut self.packets;
            let mut fill = |batch: &mut Batch| {
                let more = progress.fill(set, batch, &mut is_over);
                if more {
                    packets.keep(batch);
                }
                more
            };
            self.analysis.follow(Batch::new, &mut fill);
            progress.show(set.position(), self.analysis.so_far());
        }
        progress.end();
    }

    /// Judges, and writes the report and what goes on a ticket with it.
    pub(super) fn report(mut self, reporting: &Reporting, output: Output) -> Result<Exit, Error> {
        let findings = self.analysis.finish(self.blind);
        let options = model::Options {
            reproducible: reporting.reproducible,
            singly: reporting.all,
            traces: traces(reporting.format, &output),
            stories: stories(reporting.format, &output),
            selection: reporting.selection.clone(),
        };
        let model = reporting.zone.shown(model::build(&findings, &self.inputs, &options));
        let model = redacted(model, self.names.as_ref());
        let Output { report, evidence, bundle, desk } = output;
        report.write(|out| render(&model, reporting.format, out))?;
        let packed =
            ticket::Packed { findings: &findings, model: &model, names: self.names.as_ref(), reporting };
        self.exit = self
            .exit
            .outranked_by(packed.write(ticket::Goods { evidence, bundle, desk }, &mut self.packets)?);
        let matched = reporting.fail_on.iter().any(|what| what.matches(&model));
        // The process ends, and the system takes it all back at once: piece by piece it took a twentieth of the time.
        mem::forget((findings, model));
        Ok(if matched { self.exit.outranked_by(Exit::Matched) } else { self.exit })
    }
}

/// Sessions that are drawn: nobody looks at more drawings, and each has thousands of octets.
pub(super) const fn traces(format: Format, output: &Output) -> usize {
    if matches!(format, Format::Html(_)) || output.bundle.is_some() { DRAWN } else { 0 }
}

/// How much of the frames the report tells.
pub(super) const fn stories(format: Format, output: &Output) -> Stories {
    match format {
        _ if output.bundle.is_some() => Stories::Whole,
        Format::Text { detail: Detail::Deaths | Detail::All, .. } => Stories::Ends,
        Format::Markdown(Detail::Deaths) | Format::Html(Detail::Deaths) => Stories::Died,
        _ => Stories::Whole,
    }
}

/// What an input could not show; of damage it is said at once, and `exit` is how the run ends by it.
pub(super) fn lost(summary: &Summary, exit: &mut Exit) -> Vec<Blind> {
    let damage = damage(summary);
    for blind in &damage {
        let message = format!("{}: {}", Shown(&summary.name), blind.detail);
        complain(&Error::new(Exit::Partial, message));
        *exit = exit.outranked_by(Exit::Partial);
    }
    damage.into_iter().chain(dropped(summary)).collect()
}

pub(super) fn damage(summary: &Summary) -> Vec<Blind> {
    let decoded = summary.compressed.is_some();
    let blind = |damage: &source::Damage| Blind {
        kind: BlindKind::CaptureDamaged,
        detail: match damage.fault {
            // It names both places itself.
            source::Fault::Undecodable { .. } => damage.to_string(),
            _ if decoded => format!("decompressed, {damage}"),
            _ => damage.to_string(),
        },
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

/// Frames of a file that another one holds, too.
fn doubled(file: &Taken, all: &[Taken]) -> Option<Blind> {
    let other = all.get(file.twin_of?)?;
    let [name, other] = [file, other].map(|file| Shown(&file.summary.name).to_string());
    let (twins, frames) = (file.twins, file.summary.frames);
    Some(Blind {
        kind: BlindKind::Duplicates,
        // In back quotes: what names a file is taken out of a report under pseudonyms.
        detail: format!(
            "{twins} of {frames} frames are in two files and count once: those of `{name}` that `{other}` holds, too"
        ),
        frames: Vec::new(),
    })
}

/// A file whose frames come after those of later files.
fn late(file: &Taken) -> Option<Blind> {
    file.late.then(|| Blind {
        kind: BlindKind::LimitReached,
        detail: format!(
            "too many files overlap in time: one was opened after its time, `{}`",
            Shown(&file.summary.name)
        ),
        frames: Vec::new(),
    })
}

/// An input that is one of its own: numbered from 1.
pub(super) fn input(summary: &Summary) -> model::Input {
    model::Input {
        path: Shown(&summary.name).to_string(),
        sha256: summary.sha256.clone().unwrap_or_default(),
        octets: summary.octets,
        format: summary.format.to_string(),
        compressed: compressed(summary),
        frames: summary.frames,
        numbers: (summary.numbers > 0).then_some((1, summary.numbers)),
        duplicates: 0,
        complete: summary.complete,
    }
}

fn compressed(summary: &Summary) -> Option<(String, u64)> {
    summary.compressed.map(|compressed| (compressed.compression.to_string(), compressed.decoded_octets))
}

pub(super) fn render(report: &model::Report, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text { screen, detail } => report::text(report, screen, detail, out),
        Format::Markdown(detail) => report::markdown(report, detail, out),
        Format::Html(detail) => report::html(report, detail, out),
        Format::Json => report::json(report, out),
        Format::Ndjson => report::ndjson(report, out),
    }
}

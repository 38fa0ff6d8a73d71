//! From findings to the report: everything resolved, nothing left to compute for a renderer.

use std::collections::BTreeSet;

use super::{
    Capture, Endpoint, InputFile, Limit, Path, Pattern, Refused, Report, Resets, SCHEMA, Selected, Session,
    Silences, Ssh, Tool, Unanswered, Vantage, died, exchange, trace,
};
use crate::case::{Blind, Case, Ending};
use crate::flow::{OrientedBy, Side};
use crate::population::{self, Findings, Judged};
use crate::report::select::Selection;
use crate::report::{community_id, moment, wireshark, zeek};
use crate::units::Elapsed;
use crate::wire::IcmpError;

/// What the edges know of one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Path as given, escaped.
    pub path: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Octets read, as they lie on disk.
    pub octets: u64,
    /// Capture-file format.
    pub format: String,
    /// How it is compressed, and the octets decoded.
    pub compressed: Option<(String, u64)>,
    /// Frames it holds.
    pub frames: u64,
    /// Numbers of its first and last frame that were looked at.
    pub numbers: Option<(u64, u64)>,
    /// Frames left out because another input holds them.
    pub duplicates: u64,
    /// Read to its end without damage.
    pub complete: bool,
}

/// How the report is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Leave out the version and directories, so that the same capture gives the same report everywhere.
    pub reproducible: bool,
    /// Show connections singly that never got past the handshake and look alike.
    pub singly: bool,
    /// Sessions that get a trace, those that died first.
    pub traces: usize,
    /// Sessions whose frames are told.
    pub stories: Stories,
    /// Which sessions are shown.
    pub selection: Selection,
}

/// How much of [`Session::exchange`] is told: of many sessions it takes as much room as all the rest of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stories {
    /// All of it.
    #[default]
    Whole,
    /// The frames that a report in words names: FINs, DISCONNECTs, text where SSH should be. Sessions that died are told whole.
    Died,
    /// Of these, too, no more than that.
    Ends,
}

/// Makes the report.
pub fn build(findings: &Findings, inputs: &[Input], options: &Options) -> Report {
    let counts = &findings.counts;
    let files = inputs.iter().map(|input| file(input, options)).collect();
    let folds = if options.singly {
        findings.folded.clone()
    } else {
        population::folds(&findings.sessions, &findings.folded)
    };
    let wanted = wanted(findings, &options.selection);
    let touches = |sessions: &[usize]| sessions.iter().any(|index| wanted.contains(index));
    let folds: Vec<_> = folds.into_iter().filter(|fold| touches(&fold.sessions)).collect();
    let hidden = hidden(&folds, &wanted, &options.selection);
    let shown = findings.sessions.iter().zip(1..).enumerate();
    let shown = shown.filter(|(index, _)| wanted.contains(index) && !hidden.contains(index));
    let mut sessions: Vec<Session> =
        shown.map(|(_, (judged, id))| told(session(judged, id, findings), options.stories)).collect();
    draw(&mut sessions, findings, options.traces);
    Report {
        schema: SCHEMA,
        tool: Tool {
            name: env!("CARGO_PKG_NAME"),
            version: (!options.reproducible).then_some(env!("CARGO_PKG_VERSION")),
        },
        time_zone: None,
        redacted: false,
        capture: Capture {
            files,
            frames: counts.frames,
            ssh_frames: counts.ssh_frames,
            resets: Resets::of(counts.resets),
            first_time: counts.first.map(moment),
            last_time: counts.last.map(moment),
            limits: findings.blind.iter().map(limit).collect(),
        },
        selection: (!options.selection.is_everything())
            .then(|| Selected::of(&options.selection, wanted.len(), &findings.sessions)),
        sessions,
        patterns: findings
            .patterns
            .iter()
            .filter(|pattern| touches(&pattern.sessions))
            .map(pattern)
            .chain(folds.iter().map(folded))
            .collect(),
    }
}

/// Indices of the sessions that are asked for.
fn wanted(findings: &Findings, selection: &Selection) -> BTreeSet<usize> {
    let capture = (findings.counts.first.unwrap_or_default(), findings.counts.last.unwrap_or_default());
    let numbered = findings.sessions.iter().zip(1..).enumerate();
    numbered
        .filter(|(_, (judged, id))| selection.takes(*id, judged, capture))
        .map(|(index, _)| index)
        .collect()
}

/// Of the sessions of a group that are asked for, those beyond the examples; one that is named is always shown.
fn hidden(folds: &[population::Fold], wanted: &BTreeSet<usize>, selection: &Selection) -> BTreeSet<usize> {
    let beyond = |fold: &population::Fold| {
        let wanted: Vec<usize> =
            fold.sessions.iter().copied().filter(|index| wanted.contains(index)).collect();
        wanted.into_iter().skip(population::EXAMPLES)
    };
    folds.iter().flat_map(beyond).filter(|index| !selection.names(*index as u32 + 1)).collect()
}

/// The session with as much of its story as is wanted.
fn told(mut session: Session, stories: Stories) -> Session {
    if stories == Stories::Ends || (stories == Stories::Died && !died(&session)) {
        session.exchange.retain(|step| matches!(step.what, "fin" | "text" | "disconnect"));
        session.exchange.shrink_to_fit();
    }
    session
}

/// Gives the first `most` sessions their traces, those that died first.
fn draw(sessions: &mut [Session], findings: &Findings, most: usize) {
    if most == 0 {
        return;
    }
    let mut order: Vec<&mut Session> = sessions.iter_mut().collect();
    order.sort_by_key(|session| !died(session));
    for session in order.into_iter().take(most) {
        if let Some(judged) = findings.sessions.get((session.id as usize).wrapping_sub(1)) {
            session.trace = trace::of(&judged.case);
        }
    }
}

fn folded(fold: &population::Fold) -> Pattern {
    Pattern {
        id: fold.meta.id.to_owned(),
        sessions: fold.sessions.iter().take(population::EXAMPLES).map(|&index| index as u32 + 1).collect(),
        count: fold.count,
        detail: fold.detail.clone(),
        frames: Vec::new(),
        interval_s: None,
        silences: None,
        timers: Vec::new(),
        first_time: Some(moment(fold.first)),
        last_time: Some(moment(fold.last)),
    }
}

fn pattern(pattern: &population::Pattern) -> Pattern {
    Pattern {
        id: pattern.meta.id.to_owned(),
        sessions: pattern.sessions.iter().map(|&index| index as u32 + 1).collect(),
        count: pattern.sessions.len() as u64,
        detail: pattern.detail.clone(),
        frames: pattern.frames.iter().map(|frame| frame.0).collect(),
        interval_s: pattern.bracket.map(|bracket| [bracket.above, bracket.up_to].map(seconds)),
        silences: pattern.bracket.map(|bracket| Silences {
            killed: bracket.killed as u64,
            survived: bracket.survived as u64,
            contradicting: bracket.contradicting as u64,
        }),
        timers: pattern.timers.clone(),
        first_time: None,
        last_time: None,
    }
}

fn file(input: &Input, options: &Options) -> InputFile {
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    InputFile {
        path: if options.reproducible { name(&input.path) } else { input.path.clone() },
        sha256: input.sha256.clone(),
        octets: input.octets,
        format: input.format.clone(),
        compression: input.compressed.as_ref().map(|(compression, _)| compression.clone()),
        decoded_octets: input.compressed.as_ref().map(|(_, octets)| *octets),
        frames: input.frames,
        first_frame: input.numbers.map(|(first, _)| first),
        last_frame: input.numbers.map(|(_, last)| last),
        duplicates: input.duplicates,
        complete: input.complete,
    }
}

fn limit(blind: &Blind) -> Limit {
    Limit {
        id: blind.kind.id().to_owned(),
        detail: blind.detail.clone(),
        frames: blind.frames.iter().map(|frame| frame.0).collect(),
    }
}

fn session(judged: &Judged, id: u32, findings: &Findings) -> Session {
    // Every part looks at the segments: they are unpacked once.
    let case = &{
        let mut case = judged.case.clone();
        case.flow.wake();
        case
    };
    let (client, server) = (case.endpoint(Side::Client), case.endpoint(Side::Server));
    let endpoint = |end: crate::wire::Endpoint| Endpoint { ip: end.addr.to_string(), port: end.port };
    Session {
        id,
        community_id: community_id::of(client, server),
        history: zeek::history(&case.flow),
        conn_state: zeek::conn_state(&case.flow),
        client: endpoint(client),
        server: endpoint(server),
        oriented_by: oriented_by(case.flow.oriented_by),
        vantage: Vantage { place: case.vantage.spot.word(), confidence: round(case.vantage.confidence, 2) },
        start: moment(case.flow.first.time),
        end: moment(case.flow.last.time),
        duration_s: seconds(case.flow.duration()),
        ended_at_s: seconds(case.flow.last.time.since(findings.counts.first.unwrap_or_default())),
        frames: case.flow.packets,
        phase: case.progress.map(crate::case::Progress::word),
        ended_by: case.ending.word(),
        closed_by: case.first_fin().map(|(side, _)| side.word()),
        unanswered: unanswered(case),
        refused: refused(case),
        client_saw: judged.diagnosis.client_saw.clone(),
        exchange: exchange::of(case),
        display_filter: wireshark::session(client, server),
        path: Path::of(case),
        ssh: Ssh::of(case),
        reset: judged.diagnosis.verdict.as_ref().and_then(|verdict| super::Reset::of(case, verdict)),
        cause: super::Cause::of(case, &judged.diagnosis),
        timer: super::Timer::of(case, &judged.diagnosis, &findings.timers),
        limits: case.blind.iter().map(limit).collect(),
        trace: Vec::new(),
    }
}

/// The most insistent of what went unanswered.
fn unanswered(case: &Case) -> Option<Unanswered> {
    let death = case.death()?;
    let (owed, half) = (death.owed, case.flow.half(death.sender));
    let last = |side: Side| case.flow.half(side).last.map(|last| moment(last.time));
    Some(Unanswered {
        sent_by: death.sender.word(),
        first_frame: owed.first.frame.0,
        last_frame: owed.last.frame.0,
        repeats: owed.repeats,
        what: match owed.probe {
            true => "keepalive-probe",
            false if half.opened.is_some_and(|opened| opened == owed.first) => "syn",
            false => "data",
        },
        dead_by: moment(owed.first.time),
        alive_at: death.alive.map(|alive| moment(alive.time)),
        last_from_client: last(Side::Client),
        last_from_server: last(Side::Server),
        other_end_heard: death.peer_heard,
        largest_octets: owed.largest,
        largest_arrived_octets: death.outsized,
    })
}

fn refused(case: &Case) -> Option<Refused> {
    let quote = case.flow.quotes.first().filter(|_| case.ending == Ending::Refused)?;
    let IcmpError::Unreachable(code) = quote.error else { return None };
    Some(Refused { by: quote.reporter.to_string(), code, frame: quote.frame.0 })
}

const fn oriented_by(how: OrientedBy) -> &'static str {
    match how {
        OrientedBy::Syn => "syn",
        OrientedBy::SynAck => "syn-ack",
        OrientedBy::Port => "port",
        OrientedBy::FirstFrame => "first-frame",
    }
}

/// Seconds with nanosecond resolution.
pub(super) fn seconds(elapsed: Elapsed) -> f64 {
    elapsed.as_secs_f64()
}

/// `value` with `digits` decimal places: a probability with sixteen is false precision.
pub(super) fn round(value: f64, digits: i32) -> f64 {
    let factor = 10f64.powi(digits);
    (value * factor).round() / factor
}

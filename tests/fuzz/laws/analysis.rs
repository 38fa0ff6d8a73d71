//! The whole analysis on captures that were changed frame by frame.

use std::collections::BTreeSet;

use sshrst::analysis::{Analysis, Findings, Frames, Ports, Threads, Watch};
use sshrst::detect::Outcome;
use sshrst::frame::Frame;
use sshrst::limits::Limits;
use sshrst::report::{self, model};
use sshrst::units::{Elapsed, Timestamp};

use super::mutation::changed;
use super::recording::{Recorded, Recording};
use super::script::Script;

/// Every bound that a capture of some hundred frames can reach, within its reach.
const NARROW: fn() -> Limits = || Limits {
    judged_singly: 1,
    timeline_head: 4,
    timeline_tail: 4,
    resets_per_flow: 2,
    reorder_octets: 512,
    reorder_segments: 2,
    round_trip_marks: 2,
    keepalive_times: 4,
    violations: 1,
    undecoded_examples: 1,
    names_per_list: 2,
    lines_before_banner: 1,
    banner_octets: 64,
    ssh_packet_octets: 512,
    finished_octets: 20_000,
    handshakes_watched: 1,
    hosts_remembered: 1,
    ..Limits::default()
};

/// A changed capture as a file: the same report on one thread and on three, and it cites frames that are there.
pub(crate) fn analysis(octets: &[u8]) {
    let mut script = Script(octets);
    let how = script.octet();
    let limits = if how & 1 == 1 { NARROW() } else { Limits::default() };
    let recording = changed(&mut script);
    let findings = recording.analysed_within(limits);
    cites_what_is_there(&findings, &recording);
    let report = json(&findings);
    if how & 0x30 == 0 {
        // Of many connections those that were brief are judged by what they look like.
        let singly = Limits { judged_singly: usize::MAX, ..limits };
        let brief = json(&recording.analysed_within(singly));
        let flows = json(&recording.analysed_within(Limits { brief_packets: 0, ..singly }));
        assert_eq!(brief, flows, "kept as packets, and as flows at once");
    }
    // Threads are dear to make.
    if how & 0x0e == 0 {
        assert_eq!(json(&followed(&recording, limits, 3)), report, "on three threads");
        // What is over goes as soon as it is looked at, and what is silent.
        let nothing = Limits { memory: 0, ..limits };
        let few = followed(&recording, nothing, 1);
        assert_eq!(json(&followed(&recording, nothing, 3)), json(&few), "on three threads, without memory");
        cites_what_is_there(&few, &recording);
    }
}

/// What is found when the frames come in batches, on so many threads.
fn followed(recording: &Recording, limits: Limits, threads: usize) -> Findings {
    let threads = Threads::new(Some(threads)).unwrap();
    let mut analysis = Analysis::new(limits, Ports::default()).on(threads);
    let mut rest = recording.frames.chunks(3);
    analysis.follow(Chunk::default, &mut |chunk: &mut Chunk| {
        chunk.0 = rest.next().unwrap_or_default().to_vec();
        !chunk.0.is_empty()
    });
    analysis.finish(Vec::new())
}

/// The same while frames still come: whatever is told is a report of its own, and the closing one is, too.
pub(crate) fn watch(octets: &[u8]) {
    let mut script = Script(octets);
    let how = script.octet();
    let limits = if how & 1 == 1 { NARROW() } else { Limits::default() };
    let recording = changed(&mut script);
    let mut watch = Watch::new(limits, Ports::default());
    if how & 2 == 2 {
        watch = watch.hearing(Vec::new(), Timestamp::from_nanos(0));
    }
    let mut now = Elapsed::ZERO;
    let mut ledger = report::Ledger::default();
    let mut tell = |told: sshrst::analysis::Told| {
        cites_what_is_there(&told.findings, &recording);
        let mut report = build(&told.findings);
        for session in &mut report.sessions {
            session.id = told.id;
            assert!(!report::line(session, ledger.note(session)).contains('\n'));
        }
    };
    for (frame, number) in recording.frames.iter().zip(0_u64..) {
        // The host's own clock goes on, whatever the capture's does.
        now = now + Elapsed::from_millis(1 << (number % 14));
        watch.handle_frame(&frame.as_frame(), now);
        if how & 4 == 4 && number % 32 == 9 {
            watch.note_drops();
        }
        if watch.due().is_some_and(|due| due <= now) {
            watch.look(now, &mut tell);
        }
        assert!(watch.activity(now).is_sorted_by(|one, next| one.id < next.id));
    }
    watch.look(now + Elapsed::from_secs(100_000), &mut tell);
    let (findings, ids) = watch.finish(Vec::new());
    cites_what_is_there(&findings, &recording);
    let mut report = build(&findings);
    ledger.close(&mut report, &ids);
    assert!(report.sessions.is_sorted_by_key(|session| session.id));
}

fn cites_what_is_there(findings: &Findings, recording: &Recording) {
    let there: BTreeSet<u64> = recording.frames.iter().map(|frame| frame.number).collect();
    for judged in &findings.sessions {
        assert!(judged.diagnosis.causes.iter().all(|(_, probability)| (0.0..=1.0).contains(probability)));
        let Some(verdict) = &judged.diagnosis.verdict else { continue };
        assert!((0.0..=1.0).contains(&verdict.confidence));
        for item in &verdict.evidence {
            if let Outcome::Present(finding) | Outcome::Absent(finding) = &item.outcome {
                assert!(finding.frames.iter().all(|frame| there.contains(&frame.0)), "{}", item.meta.id);
            }
        }
    }
    for pattern in &findings.patterns {
        assert!(pattern.frames.iter().all(|frame| there.contains(&frame.0)), "{}", pattern.meta.id);
    }
}

pub(super) fn build(findings: &Findings) -> model::Report {
    let options = model::Options { reproducible: true, singly: true, traces: 4, ..model::Options::default() };
    model::build(findings, &[], &options)
}

fn json(findings: &Findings) -> String {
    let mut out = Vec::new();
    report::json(&build(findings), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[derive(Default)]
struct Chunk(Vec<Recorded>);

impl Frames for Chunk {
    fn frames(&self) -> impl Iterator<Item = Frame<'_>> {
        self.0.iter().map(Recorded::as_frame)
    }
}

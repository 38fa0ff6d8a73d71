//! Laws that hold for every capture of the lab: what changes nothing, and what may only make the answer less sure.

#![allow(clippy::disallowed_methods, reason = "the fence is around the core; tests open files")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod dice;
mod recording;
mod sureness;

use std::collections::BTreeSet;

use dice::Dice;
use proptest::prelude::*;
use recording::{Packet, Recorded, Recording, slugs};
use sshrst::cause::Cause;
use sshrst::detect::Outcome;
use sshrst::flow::Side;
use sshrst::infer::{Mechanism, Sender, Verdict};
use sshrst::population::{Findings, Judged};
use sshrst::report::{self, model};
use sureness::overstated;

/// What is said of one connection, without frame numbers, times and addresses.
#[derive(Clone, Debug, PartialEq)]
struct Said {
    ending: &'static str,
    progress: Option<&'static str>,
    causes: Vec<(Cause, f64)>,
    reset: Option<(Sender, f64, Mechanism, &'static str)>,
    outcomes: Vec<(&'static str, &'static str, i32)>,
}

fn said(findings: &Findings) -> Vec<Said> {
    let of_reset = |Judged { case, diagnosis, .. }: &Judged| {
        let (reset, verdict) = (case.reset.as_ref()?, diagnosis.verdict.as_ref()?);
        Some((verdict.sender, verdict.confidence, verdict.mechanism, reset.role.word()))
    };
    let outcomes = |verdict: &Verdict| {
        verdict.evidence.iter().map(|item| (item.meta.id, item.outcome.word(), item.tilt)).collect()
    };
    findings
        .sessions
        .iter()
        .map(|judged| Said {
            ending: judged.case.ending.word(),
            progress: judged.case.progress.map(sshrst::case::Progress::word),
            causes: judged.diagnosis.causes.clone(),
            reset: of_reset(judged),
            outcomes: judged.diagnosis.verdict.as_ref().map(outcomes).unwrap_or_default(),
        })
        .collect()
}

fn recordings() -> Vec<(String, Recording)> {
    slugs().into_iter().map(|slug| (slug.clone(), Recording::load(&slug).unwrap())).collect()
}

/// Fails if `change` changes what is said of any capture.
fn changes_nothing(change: impl Fn(&mut Recording)) {
    for (slug, recording) in recordings() {
        assert_eq!(said(&changed(&recording, &change).analysed()), said(&recording.analysed()), "{slug}");
    }
}

/// Fails if hiding what one of `ways` hides makes any verdict surer, or another one.
fn never_surer(ways: impl Fn(&Recording) -> Vec<(String, Recording)>) {
    let mut wrong = Vec::new();
    for (slug, recording) in recordings() {
        let whole = recording.analysed();
        for (how, less) in ways(&recording) {
            let overstated = overstated(&whole, &less.analysed());
            wrong.extend(overstated.into_iter().map(|why| format!("{slug} {how}: {why}")));
        }
    }
    assert!(wrong.is_empty(), "{} times surer with less:\n{}", wrong.len(), wrong.join("\n"));
}

fn changed(recording: &Recording, change: impl FnOnce(&mut Recording)) -> Recording {
    let mut changed = recording.clone();
    change(&mut changed);
    changed
}

/// Snaplens in use: tcpdump's of old, that of many a ring buffer, and headers only.
const SNAPLENS: [usize; 4] = [96, 68, 66, 54];

#[test]
fn hiding_one_direction_makes_no_verdict_surer() {
    never_surer(|recording| {
        let ways = Side::BOTH.into_iter().flat_map(|side| [(side, true), (side, false)]);
        ways.map(|(side, but_resets)| {
            (format!("without the {}", side.word()), changed(recording, |it| it.hide(side, but_resets)))
        })
        .collect()
    });
}

#[test]
fn a_short_snaplen_makes_no_verdict_surer() {
    never_surer(|recording| {
        let cut = |octets| (format!("cut to {octets}"), changed(recording, |it| it.cut(octets)));
        SNAPLENS.map(cut).to_vec()
    });
}

#[test]
fn a_late_start_makes_no_verdict_surer() {
    never_surer(|recording| {
        let late = |first| {
            (format!("from frame {}", first + 1), changed(recording, |it| drop(it.frames.drain(..first))))
        };
        (1..recording.frames.len()).map(late).collect()
    });
}

#[test]
fn lost_packets_make_no_verdict_surer() {
    never_surer(|recording| {
        let last = recording.frames.len();
        let runs = [1, 2, 5, 13].into_iter().flat_map(|run| (run..last).map(move |end| end - run..end));
        let missing = |run: std::ops::Range<usize>| {
            let how = format!("without frames {} to {}", run.start + 1, run.end);
            (how, changed(recording, |it| drop(it.frames.drain(run))))
        };
        runs.map(missing).collect()
    });
}

/// The same capture, of which frames were lost here and there: so many in a hundred, others for each `seed`, and no reset.
fn scattered_losses(recording: &Recording, percent: usize, seed: u32) -> Recording {
    let is_lost = |frame: &Recorded| {
        let reset = Packet::of(frame).is_some_and(|packet| packet.is_reset(frame));
        !reset && Dice::of(&format!("{seed} {}", frame.number)).below(100) < percent
    };
    changed(recording, |it| it.frames.retain(|frame| !is_lost(frame)))
}

/// Shares in a hundred, and the seeds that each is tried with.
fn losses() -> impl Iterator<Item = (usize, u32)> {
    [5, 20, 40].into_iter().flat_map(|percent| (0..24).map(move |seed| (percent, seed)))
}

/// What is held against the two sides of each connection: broken rules, and text where SSH should be.
fn held_against(findings: &Findings) -> BTreeSet<(String, &'static str, &'static str)> {
    let of_session = |Judged { case, .. }: &Judged| {
        let key = format!("{:?}", case.flow.key);
        let broken = case.transcript.violations.iter().map(|it| (it.side, it.id));
        let texts = Side::BOTH.into_iter().filter(|side| case.transcript.party.of(*side).stray.is_some());
        let all = broken.chain(texts.map(|side| (side, "text")));
        all.map(|(side, what)| (key.clone(), side.word(), what)).collect::<Vec<_>>()
    };
    findings.sessions.iter().flat_map(of_session).collect()
}

#[test]
fn what_a_capture_lost_is_held_against_nobody() {
    let mut wrong = Vec::new();
    for (slug, recording) in recordings() {
        let whole = held_against(&recording.analysed());
        for (percent, seed) in losses() {
            let less = held_against(&scattered_losses(&recording, percent, seed).analysed());
            let more: Vec<_> = less.difference(&whole).collect();
            if !more.is_empty() {
                wrong.push(format!("{slug}, {percent} in a hundred, seed {seed}: {more:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} times more with less:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn scattered_losses_make_no_verdict_surer() {
    never_surer(|recording| {
        let way = |(percent, seed)| {
            (format!("{percent} in a hundred, seed {seed}"), scattered_losses(recording, percent, seed))
        };
        losses().map(way).collect()
    });
}

#[test]
fn a_reset_of_which_nothing_else_is_known_names_nobody() {
    for (slug, recording) in recordings() {
        let whole = recording.analysed();
        let resets = whole.sessions.iter().flat_map(|judged| &judged.case.flow.resets);
        for reset in resets.map(|seen| seen.segment.frame.0) {
            let alone = changed(&recording, |it| it.frames.retain(|frame| frame.number == reset));
            for judged in alone.analysed().sessions {
                let verdict = judged.diagnosis.verdict.unwrap();
                let (sender, confidence) = (verdict.sender.word(), verdict.confidence);
                assert_eq!(verdict.sender, Sender::Undetermined, "{slug} {reset}: {sender} {confidence}");
            }
        }
    }
}

#[test]
fn a_short_snaplen_names_no_other_cause_as_likely() {
    for (slug, recording) in recordings() {
        let whole = recording.analysed();
        for octets in SNAPLENS {
            let less = changed(&recording, |it| it.cut(octets)).analysed();
            for (less, whole) in less.sessions.iter().zip(&whole.sessions) {
                let (cause, probability) = less.diagnosis.causes[0];
                let named = whole.diagnosis.causes[0].0 == cause || probability < LIKELY;
                assert!(named, "{slug} cut to {octets}: {cause:?} {probability:.2}");
            }
        }
    }
}

/// From this probability on a cause is what the reader will act on.
const LIKELY: f64 = 0.7;

/// With these addresses the right checksum of one packet is the one that its network card would be left with, too.
#[test]
fn a_checksum_that_may_be_either_changes_no_verdict() {
    let recording = Recording::load("host-firewall-idle-seen-at-server").unwrap();
    let other = changed(&recording, |recording| recording.renumber([0, 129, 100]));
    assert_ne!(other.frames[0].data, recording.frames[0].data);
    assert_eq!(said(&other.analysed()), said(&recording.analysed()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn a_constant_added_to_all_times_changes_no_verdict(seconds in -900_000_000_i64..900_000_000, nanos in 0_i64..1_000_000_000) {
        changes_nothing(|recording| recording.shift(seconds * 1_000_000_000 + nanos));
    }

    #[test]
    fn other_addresses_change_no_verdict(mask: [u8; 3]) {
        changes_nothing(|recording| recording.renumber(mask));
    }

    #[test]
    fn a_vlan_tag_changes_no_verdict(vlan in 1_u16..4095) {
        changes_nothing(|recording| recording.tag(vlan));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn damage_anywhere_leaves_a_report_that_cites_frames_of_the_capture(
        which: prop::sample::Index,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let slugs = slugs();
        let mut recording = Recording::load(&slugs[which.index(slugs.len())]).unwrap();
        for (frame, octet, value) in damage {
            let at = frame.index(recording.frames.len());
            let data = &mut recording.frames[at].data;
            // Headers matter most; the data behind them are mostly cipher.
            let at = octet.index(data.len().min(90));
            data[at] = value;
        }
        let findings = recording.analysed();
        let numbers: BTreeSet<u64> = recording.frames.iter().map(|frame| frame.number).collect();
        for verdict in findings.sessions.iter().filter_map(|judged| judged.diagnosis.verdict.as_ref()) {
            for item in &verdict.evidence {
                if let Outcome::Present(finding) | Outcome::Absent(finding) = &item.outcome {
                    prop_assert!(finding.frames.iter().all(|frame| numbers.contains(&frame.0)), "{}", item.meta.id);
                }
            }
        }
        let model = model::build(&findings, &[], &model::Options { reproducible: true, singly: true, ..model::Options::default() });
        let mut json = Vec::new();
        report::json(&model, &mut json).unwrap();
        prop_assert!(serde_json::from_slice::<serde_json::Value>(&json).is_ok());
    }
}

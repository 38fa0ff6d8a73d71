//! Laws that hold for every capture: what changes nothing, and what may only make the answer less sure.

#![allow(clippy::disallowed_methods, reason = "the fence is around the core; tests open files")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod recording;

use std::collections::BTreeSet;

use proptest::prelude::*;
use recording::{Recording, slugs};
use sshrst::cause::Cause;
use sshrst::detect::Outcome;
use sshrst::flow::Side;
use sshrst::infer::{Mechanism, Sender, Verdict};
use sshrst::population::{Findings, Judged};
use sshrst::report::{self, model};

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
    let of_reset = |Judged { case, diagnosis }: &Judged| {
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
        let mut changed = recording.clone();
        change(&mut changed);
        assert_eq!(said(&changed.analysed()), said(&recording.analysed()), "{slug}");
    }
}

/// What `hidden`, with less of the same capture in it, says too much of a reset; empty if nothing.
fn overstated(whole: &Findings, hidden: &Findings) -> Vec<String> {
    let verdict = |judged: &Judged| {
        let frame = judged.case.reset.as_ref()?.segment().frame;
        judged.diagnosis.verdict.clone().map(|verdict| (frame, verdict))
    };
    let mut wrong = Vec::new();
    for (frame, less) in hidden.sessions.iter().filter_map(verdict) {
        let Some((_, full)) = whole.sessions.iter().filter_map(verdict).find(|(known, _)| *known == frame)
        else {
            continue;
        };
        let decided = less.sender != Sender::Undetermined;
        let surer = less.sender != full.sender || less.confidence > full.confidence + SLACK;
        if decided && surer {
            let mut why = vec![format!(
                "reset {frame}: {:?} {:.4} with less, {:?} {:.4} with all",
                less.sender, less.confidence, full.sender, full.confidence
            )];
            let pairs = less.evidence.iter().zip(&full.evidence);
            why.extend(
                pairs
                    .filter(|(less, full)| {
                        less.tilt != full.tilt || less.outcome.word() != full.outcome.word()
                    })
                    .map(|(less, full)| {
                        format!(
                            "    {}: {} {} with less, {} {} with all",
                            less.meta.id,
                            words(&less.outcome),
                            less.tilt,
                            words(&full.outcome),
                            full.tilt
                        )
                    }),
            );
            wrong.push(why.join("\n"));
        }
    }
    wrong
}

fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::CannotTell(why) => format!("cannot tell ({why})"),
        Outcome::Present(finding) | Outcome::Absent(finding) => {
            format!("{} ({})", outcome.word(), finding.summary)
        }
    }
}

/// Confidence that may be won by rounding.
const SLACK: f64 = 0.001;

/// Fails if hiding what `hide` hides makes any verdict surer, or another one.
fn never_surer(hide: impl Fn(&mut Recording)) {
    let mut wrong = Vec::new();
    for (slug, recording) in recordings() {
        let mut hidden = recording.clone();
        hide(&mut hidden);
        wrong.extend(
            overstated(&recording.analysed(), &hidden.analysed())
                .into_iter()
                .map(|why| format!("{slug}: {why}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn hiding_one_direction_makes_no_verdict_surer() {
    for side in Side::BOTH {
        for but_resets in [true, false] {
            never_surer(|recording| recording.hide(side, but_resets));
        }
    }
}

#[test]
fn a_short_snaplen_makes_no_verdict_surer() {
    for octets in [96, 68, 66, 54] {
        never_surer(|recording| recording.cut(octets));
    }
}

#[test]
fn a_late_start_makes_no_verdict_surer() {
    let mut wrong = Vec::new();
    for (slug, recording) in recordings() {
        let whole = recording.analysed();
        for first in 1..recording.frames.len() {
            let mut late = recording.clone();
            late.frames.drain(..first);
            wrong.extend(
                overstated(&whole, &late.analysed())
                    .into_iter()
                    .map(|why| format!("{slug} from frame {}: {why}", first + 1)),
            );
        }
    }
    assert!(wrong.is_empty(), "{} {}", wrong.len(), wrong.join("\n"));
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
        let model = model::build(&findings, &[], model::Options { reproducible: true });
        let mut json = Vec::new();
        report::json(&model, &mut json).unwrap();
        prop_assert!(serde_json::from_slice::<serde_json::Value>(&json).is_ok());
    }
}

#[test]
fn explore() {
    let mut wrong = std::collections::BTreeMap::<String, Vec<String>>::new();
    for (slug, recording) in recordings() {
        let whole = recording.analysed();
        let n = recording.frames.len();
        let mut check = |less: Recording, what: String| {
            let findings = less.analysed();
            for judged in &findings.sessions {
                let key = &judged.case.flow.key;
                let Some(full) = whole.sessions.iter().find(|full| full.case.flow.key == *key) else {
                    continue;
                };
                let (a, p) = judged.diagnosis.causes[0];
                let (b, q) = full.diagnosis.causes[0];
                let known = full.diagnosis.causes.iter().find(|(c, _)| *c == a).map_or(0.0, |x| x.1);
                if a != b && p > 0.6 && known < 0.3 {
                    wrong
                        .entry(format!("{slug}: {a:?} instead of {b:?} {q:.2}"))
                        .or_default()
                        .push(format!("{what} ({p:.2})"));
                }
            }
        };
        for len in [1, 2, 5, 13] {
            for first in 0..n.saturating_sub(len) {
                let mut less = recording.clone();
                less.frames.drain(first..first + len);
                check(less, format!("without {}-{}", first + 1, first + len));
            }
        }
        for first in 1..n {
            let mut less = recording.clone();
            less.frames.drain(..first);
            check(less, format!("from {}", first + 1));
            let mut less = recording.clone();
            less.frames.truncate(first);
            check(less, format!("up to {first}"));
        }
        for side in Side::BOTH {
            for but in [true, false] {
                let mut less = recording.clone();
                less.hide(side, but);
                check(less, format!("hide {side:?} {but}"));
            }
        }
        for octets in [96, 68, 54] {
            let mut less = recording.clone();
            less.cut(octets);
            check(less, format!("cut {octets}"));
        }
    }
    for (k, v) in &wrong {
        println!("{k}: {} {}", v.len(), v.iter().take(6).cloned().collect::<Vec<_>>().join(", "));
    }
}

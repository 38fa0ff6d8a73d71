//! What a verdict asks for: an observation taken out of a capture that can be decided is named among what would settle it.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the fence is around the core; tests open files"
)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod recording;

use recording::Recording;
use sshrst::flow::Side;
use sshrst::infer::Verdict;

/// The verdict on the first reset.
fn verdict(recording: &Recording) -> Verdict {
    let sessions = recording.analysed().sessions;
    sessions.into_iter().find_map(|judged| judged.diagnosis.verdict).unwrap()
}

fn edited(slug: &str, lines: &[&str]) -> Recording {
    let mut recording = Recording::load(slug).unwrap();
    for line in lines {
        recording.edit(line).unwrap();
    }
    recording
}

#[track_caller]
fn asks_for(recording: &Recording, words: &str) {
    let wanted = verdict(recording).would_settle;
    assert!(wanted.iter().any(|it| it.contains(words)), "`{words}` is not in {wanted:#?}");
}

#[test]
fn what_is_settled_asks_for_nothing() {
    let verdict = verdict(&Recording::load("idle-reject-seen-at-client").unwrap());
    assert!(verdict.confidence >= 0.98 && verdict.would_settle.is_empty(), "{:#?}", verdict.would_settle);
}

#[test]
fn without_another_packet_of_the_host_its_ttl_is_asked_for() {
    let mut recording = Recording::load("idle-reject-seen-at-client").unwrap();
    recording.hide(Side::Server, true);
    asks_for(&recording, "compare its TTL with");
    asks_for(&recording, "a capture on the server taken at the same time");
}

#[test]
fn whatever_rests_on_the_ttl_asks_for_it_when_it_is_hidden() {
    let mut looked = 0;
    for slug in recording::slugs() {
        let mut recording = Recording::load(&slug).unwrap();
        let sessions = recording.analysed().sessions;
        let Some((judged, verdict)) =
            sessions.iter().find_map(|it| it.diagnosis.verdict.as_ref().map(|verdict| (it, verdict)))
        else {
            continue;
        };
        let ttl = verdict.evidence.iter().find(|item| item.meta.id == "reset-ttl-differs").unwrap();
        let claimed = judged.case.reset.as_ref().unwrap().claimed;
        if sessions.len() == 1 && ttl.tilt >= 15 {
            recording.hide(claimed, true);
            asks_for(&recording, "compare its TTL with");
            looked += 1;
        }
    }
    assert!(looked >= 4, "only {looked} captures rest on the TTL");
}

#[test]
fn without_the_handshake_the_start_is_asked_for() {
    let mut recording = edited("idle-reject-seen-at-client", &["drop 1-80"]);
    recording.hide(Side::Server, true);
    asks_for(&recording, "the connection's start");
}

#[test]
fn a_capture_that_ends_with_an_abort_asks_for_what_follows() {
    let copied = "set 49 ttl=51 tos=16 ip_id=34922 window=500";
    let recording = edited("forged-reset-seen-at-client", &["keep 1-49", copied]);
    asks_for(&recording, "of capture after the reset");
}

#[test]
fn what_was_taken_on_the_claimed_host_asks_for_no_capture_there() {
    for slug in recording::slugs().into_iter().filter(|slug| slug.ends_with("-seen-at-server")) {
        let sessions = Recording::load(&slug).unwrap().analysed().sessions;
        for judged in sessions.iter().filter(|it| it.case.vantage.spot.is_at(Side::Server)) {
            let wanted = judged.diagnosis.verdict.iter().flat_map(|verdict| &verdict.would_settle);
            let asked: Vec<_> = wanted.filter(|it| it.starts_with("a capture on the server")).collect();
            assert!(asked.is_empty(), "{slug}: {asked:?}");
        }
    }
}

#[test]
fn at_most_four_observations_are_named() {
    for slug in recording::slugs() {
        for hidden in Side::BOTH {
            let mut recording = Recording::load(&slug).unwrap();
            recording.hide(hidden, true);
            for judged in recording.analysed().sessions {
                let wanted = judged.diagnosis.verdict.map(|verdict| verdict.would_settle).unwrap_or_default();
                assert!(wanted.len() <= 4, "{slug}: {wanted:#?}");
            }
        }
    }
}

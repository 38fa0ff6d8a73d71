//! Every verdict on a kept capture agrees with what its label says can be known from there.
//!
//! `cargo test --test labels -- --nocapture` prints who was said to have sent what.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the fence is around the core; tests open files and print"
)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod label;
mod tool;

use std::collections::BTreeMap;
use std::path::Path;

use label::judge::{self, CauseAnswer, Difference};
use label::known::KNOWN;
use label::{Label, Labelled, labelled};
use serde_json::Value;

/// First causes that may differ from the labels, of all kept captures. To be lowered with every one that is mended.
const WRONG_CAUSES: usize = 2;

/// A label beside the session it is about.
struct Judged {
    folder: Labelled,
    session: Value,
}

fn judged() -> Vec<Judged> {
    let captures = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures");
    let judge = |folder: Labelled| {
        let answer = tool::analyze(["--all", "--format", "json"], &folder.capture);
        let report = answer.report().unwrap_or_else(|why| panic!("{}: {why}", folder.slug));
        let session = judge::session_of(&report, &folder.label);
        let session = session.unwrap_or_else(|why| panic!("{}: {why}", folder.slug)).clone();
        Judged { folder, session }
    };
    labelled(&captures).into_iter().map(judge).collect()
}

#[test]
fn every_verdict_agrees_with_its_label() {
    let judged = judged();
    println!("{}", confusion(&judged));
    let found: Vec<_> = judged.iter().flat_map(|one| judge::differences(&one.folder, &one.session)).collect();
    let new: Vec<_> = found.iter().filter(|one| !one.is_known()).map(Difference::to_string).collect();
    assert!(new.is_empty(), "{} differences:\n{}", new.len(), new.join("\n"));
    let gone: Vec<_> = KNOWN
        .iter()
        .filter(|known| !found.iter().any(|one| one.slug == known.slug && one.field == known.field))
        .map(|known| (known.slug, known.field))
        .collect();
    assert!(gone.is_empty(), "mended, so to be taken out of tests/label/known.rs: {gone:?}");
}

#[test]
fn the_first_cause_is_the_one_that_can_be_known() {
    let judged = judged();
    let wrong: Vec<_> = judged
        .iter()
        .filter(|one| judge::cause(&one.folder.label, &one.session) == CauseAnswer::Wrong)
        .map(|one| {
            let Label { happened, knowable, .. } = &one.folder.label;
            let cause = &one.session["cause"];
            let slug = &one.folder.slug;
            format!(
                "{slug}: said {} ({}), knowable {knowable}, happened {happened}",
                cause["id"], cause["confidence"]
            )
        })
        .collect();
    println!("first cause right in {} of {}\n{}", judged.len() - wrong.len(), judged.len(), wrong.join("\n"));
    assert!(wrong.len() <= WRONG_CAUSES, "{} wrong first causes:\n{}", wrong.len(), wrong.join("\n"));
}

/// Senders by the kernel's word against those that were said.
fn confusion(judged: &[Judged]) -> String {
    const SENDERS: [&str; 5] = ["client", "server", "middlebox", "undetermined", "none"];
    let mut counts = BTreeMap::<(&str, String), u32>::new();
    for one in judged {
        let said = judge::told_sender(&one.session["reset"]);
        *counts.entry((one.folder.label.sender.as_str(), said)).or_default() += 1;
    }
    let mut table = format!("{:16}", "was \\ said");
    table.extend(SENDERS.map(|said| format!("{said:>14}")));
    for was in SENDERS {
        table.extend(["\n".to_owned(), format!("{was:16}")]);
        table.extend(SENDERS.map(|said| {
            let count = counts.get(&(was, said.to_owned())).copied().unwrap_or_default();
            format!("{:>14}", if count == 0 { "·".to_owned() } else { count.to_string() })
        }));
    }
    table
}

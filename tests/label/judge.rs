//! A report held against a label.

use std::fmt;
use std::net::SocketAddr;

use serde_json::Value;

use super::known::KNOWN;
use super::{Label, Labelled};

/// Confidence from which a sender counts as told for sure.
const SURE: f64 = 0.95;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// The sender: a wrong one, one surer than the vantage allows, or one for a reset that is not there.
    Sender,
    /// The sender was left open although it can be told.
    Abstention,
    /// Frames of the resets.
    ResetFrames,
    /// The reset that counts.
    DecisiveFrame,
    /// How the session ended.
    EndedBy,
    /// How far the connection was.
    Phase,
    /// The last silence.
    IdleGap,
    /// Where it was captured.
    Vantage,
    /// Evidence that a right verdict rests on and this one does not.
    MustCite,
    /// A cause that would be wrong.
    MustNotClaim,
}

/// Something that the report says otherwise than the label.
#[derive(Debug)]
pub(crate) struct Difference {
    /// The capture's folder.
    pub(crate) slug: String,
    /// What differs.
    pub(crate) field: Field,
    /// By the report.
    pub(crate) said: String,
    /// By the label.
    pub(crate) known: String,
}

impl Difference {
    /// Whether it is one of [`KNOWN`].
    pub(crate) fn is_known(&self) -> bool {
        KNOWN.iter().any(|known| known.slug == self.slug && known.field == self.field)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?} is said to be {}, and was {}", self.slug, self.field, self.said, self.known)
    }
}

/// How the first cause stands to the label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CauseAnswer {
    /// It is the one that can be told from there.
    Right,
    /// The cause cannot be told from there, and none is claimed to be more likely than all others together.
    KeptOpen,
    /// Another one, or one that cannot be told from there.
    Wrong,
}

/// The session the label is about, or why there is none.
pub(crate) fn session_of<'a>(report: &'a Value, label: &Label) -> Result<&'a Value, String> {
    let is_end = |end: &Value, known: SocketAddr| {
        end["ip"].as_str() == Some(&known.ip().to_string())
            && end["port"].as_u64() == Some(known.port().into())
    };
    let ours = |session: &&Value| {
        is_end(&session["client"], label.client) && is_end(&session["server"], label.server)
    };
    let found = report["sessions"].as_array().and_then(|sessions| sessions.iter().find(ours));
    found.ok_or_else(|| format!("the session of {} is not reported", label.client))
}

/// Everything in which a session's report differs from the label.
pub(crate) fn differences(folder: &Labelled, session: &Value) -> Vec<Difference> {
    let label = &folder.label;
    let reset = &session["reset"];
    let mut found = Vec::new();
    let mut note = |field: Field, said: String, known: String| {
        found.push(Difference { slug: folder.slug.clone(), field, said, known });
    };
    if let Some(field) = sender(label, reset) {
        note(field, told_sender(reset), label.sender.clone());
    }
    let frames: Vec<_> = reset["frames"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    if frames != label.reset_frames.iter().map(|frame| u64::from(*frame)).collect::<Vec<_>>() {
        note(Field::ResetFrames, format!("{frames:?}"), format!("{:?}", label.reset_frames));
    }
    let decisive = reset["decisive_frame"].as_u64();
    if decisive != label.decisive_frame.map(u64::from) {
        note(Field::DecisiveFrame, format!("{decisive:?}"), format!("{:?}", label.decisive_frame));
    }
    if session["ended_by"] != *label.ended_by {
        note(Field::EndedBy, session["ended_by"].to_string(), label.ended_by.clone());
    }
    if session["phase"].as_str() != label.phase.as_deref() {
        note(Field::Phase, session["phase"].to_string(), format!("{:?}", label.phase));
    }
    let gap = reset["idle_gap_s"].as_f64();
    if !same_gap(gap, label.idle_gap_s) {
        note(Field::IdleGap, format!("{gap:?}"), format!("{:?}", label.idle_gap_s));
    }
    let place = &session["vantage"]["place"];
    if *place != *label.vantage && place != "unknown" {
        note(Field::Vantage, place.to_string(), label.vantage.clone());
    }
    for id in label.must_cite.iter().filter(|id| !cites(reset, id)) {
        note(Field::MustCite, "not present".to_owned(), id.clone());
    }
    let cause = session["cause"]["id"].as_str().unwrap_or_default();
    if label.must_not_claim.iter().any(|id| id == cause) {
        note(Field::MustNotClaim, cause.to_owned(), label.happened.clone());
    }
    found
}

/// The sender as the report has it; `none` where it shows no reset.
pub(crate) fn told_sender(reset: &Value) -> String {
    reset["sender"].as_str().unwrap_or("none").to_owned()
}

/// What is wrong with the reported sender, if something is.
///
/// Where the vantage cannot decide, the right sender is a guess: it may be said, but not for sure, unless the reset is the
/// named host's own by the kernel's word and only the cause is out of sight.
fn sender(label: &Label, reset: &Value) -> Option<Field> {
    let said = told_sender(reset);
    let hidden = label.knowable == "undetermined" && label.sender == "middlebox";
    if said == "undetermined" && label.sender != "none" {
        return (label.knowable != "undetermined").then_some(Field::Abstention);
    }
    let too_sure = hidden && reset["confidence"].as_f64().is_none_or(|claimed| claimed >= SURE);
    (said != label.sender || too_sure).then_some(Field::Sender)
}

/// The contract's tolerance: 50 ms or 1 %, whichever is larger.
fn same_gap(said: Option<f64>, known: Option<f64>) -> bool {
    match (said, known) {
        (Some(said), Some(known)) => (said - known).abs() <= (known * 0.01).max(0.05),
        (said, known) => said.is_none() && known.is_none(),
    }
}

fn cites(reset: &Value, id: &str) -> bool {
    let evidence = reset["evidence"].as_array().into_iter().flatten();
    evidence.filter(|item| item["outcome"] == "present").any(|item| item["id"] == *id)
}

/// The first cause against what can be known of it.
pub(crate) fn cause(label: &Label, session: &Value) -> CauseAnswer {
    let cause = &session["cause"];
    let more_likely_than_not = cause["confidence"].as_f64().is_none_or(|claimed| claimed > 0.5);
    match label.knowable.as_str() {
        "undetermined" if more_likely_than_not => CauseAnswer::Wrong,
        "undetermined" => CauseAnswer::KeptOpen,
        knowable if cause["id"] == *knowable => CauseAnswer::Right,
        _ => CauseAnswer::Wrong,
    }
}

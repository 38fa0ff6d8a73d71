//! The decisive reset and what is said of it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::build::{round, seconds};
use crate::case::Case;
use crate::detect::Outcome;
use crate::flow::Side;
use crate::infer::{self, Sender, Testimony, Verdict};
use crate::report::moment;
use crate::units::Hops;

/// The decisive reset.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Reset {
    /// Frames of all resets of the session, bounded.
    pub frames: Vec<u64>,
    /// The frame that the verdict is about.
    pub decisive_frame: u64,
    /// When it came.
    pub time: String,
    /// `initiating`, `reaction`, `ineffective`.
    pub role: &'static str,
    /// The end whose address it carries.
    pub claimed_sender: &'static str,
    /// `client`, `server`, `middlebox`, `undetermined`.
    pub sender: &'static str,
    /// Probability of `sender`; with `undetermined` the highest posterior.
    pub confidence: f64,
    /// Probabilities before any evidence, by the reset's form and role alone; they sum up to 1.
    pub prior: Posterior,
    /// Probabilities; they sum up to 1.
    pub posterior: Posterior,
    /// Whether there is strong evidence both for the claimed host and for a box; the sender is then `undetermined`.
    pub conflict: bool,
    /// How it came into being.
    pub mechanism: &'static str,
    /// Where the sending box stands; absent where that cannot be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// The last silence before the reset, seconds; null if there is none.
    pub idle_gap_s: Option<f64>,
    /// The packet that it answers; null if none is known.
    pub trigger_frame: Option<u64>,
    /// What the capturing host's kernel said of it; absent where it was not asked, or cannot know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel: Option<Kernel>,
    /// All observations.
    pub evidence: Vec<Evidence>,
    /// What would settle or strengthen the verdict, most telling first.
    pub would_settle: Vec<String>,
}

/// Probabilities of the senders.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Posterior {
    /// The client host.
    pub client: f64,
    /// The server host.
    pub server: f64,
    /// A box between them.
    pub middlebox: f64,
}

/// The kernel's word on a reset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Kernel {
    /// `sent`: its TCP sent it; `not-sent`: its TCP did not, though the address is its own; `taken`: it received and took it.
    pub says: &'static str,
    /// Why it was sent, in the kernel's own word (`enum sk_rst_reason`); only with `sent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Kernel {
    fn of(testimony: &Testimony) -> Self {
        let (says, reason) = match testimony {
            Testimony::Sent(reason) => ("sent", Some(reason.clone()).filter(|reason| !reason.is_empty())),
            Testimony::NotSent => ("not-sent", None),
            Testimony::Taken => ("taken", None),
        };
        Self { says, reason }
    }
}

/// Where a box stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Location {
    /// Routers between the capture point and the box, by its TTL.
    pub hops_from_vantage: u8,
    /// On which side of the capture point: `client` or `server`.
    pub toward: &'static str,
}

/// One observation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Evidence {
    /// The detector.
    pub id: &'static str,
    /// `present`, `absent`, `cannot-tell`.
    pub outcome: &'static str,
    /// In words, with both values compared.
    pub summary: String,
    /// Frames that show it.
    pub frames: Vec<u64>,
    /// What it says for (positive) or against a sender, in decibans of the odds against the others.
    pub bears: BTreeMap<&'static str, i32>,
}

impl Reset {
    /// What is said of the decisive reset of `case`.
    pub(super) fn of(case: &Case, verdict: &Verdict) -> Option<Self> {
        let reset = case.reset.as_ref()?;
        let prior = |side: Side| round(verdict.prior(reset, side), 4);
        let posterior = |side: Side| round(verdict.posterior(reset, side), 4);
        Some(Self {
            frames: case.flow.resets.iter().map(|seen| seen.segment.frame.0).collect(),
            decisive_frame: reset.segment().frame.0,
            time: moment(reset.segment().time),
            role: reset.role.word(),
            claimed_sender: reset.claimed.word(),
            sender: verdict.sender.word(),
            confidence: round(verdict.confidence, 4),
            prior: Posterior {
                client: prior(Side::Client),
                server: prior(Side::Server),
                middlebox: round(verdict.prior_middlebox, 4),
            },
            posterior: Posterior {
                client: posterior(Side::Client),
                server: posterior(Side::Server),
                middlebox: round(verdict.middlebox, 4),
            },
            conflict: verdict.conflict,
            mechanism: verdict.mechanism.word(),
            location: location(case, reset, verdict),
            idle_gap_s: reset.seen.silence.map(|silence| seconds(silence.length)),
            trigger_frame: reset.trigger.as_ref().map(|trigger| trigger.segment.frame.0),
            kernel: verdict.kernel.as_ref().map(Kernel::of),
            evidence: verdict.evidence.iter().map(|item| evidence(item, reset)).collect(),
            would_settle: verdict.would_settle.clone(),
        })
    }
}

fn location(case: &Case, reset: &crate::case::Reset, verdict: &Verdict) -> Option<Location> {
    if verdict.sender != Sender::Middlebox {
        return None;
    }
    let hops = Hops::from_ttl(reset.segment().ttl);
    let host = case.flow.half(reset.claimed).ttl.usual().map(|usual| Hops::from_ttl(usual.value));
    // Farther away than the host it imitates: its initial TTL is not one of the usual ones.
    host.is_none_or(|host| hops <= host)
        .then_some(Location { hops_from_vantage: hops.0, toward: reset.claimed.word() })
}

fn evidence(item: &infer::Evidence, reset: &crate::case::Reset) -> Evidence {
    let (summary, frames) = match &item.outcome {
        Outcome::Present(finding) | Outcome::Absent(finding) => {
            (finding.summary.clone(), finding.frames.iter().map(|frame| frame.0).collect())
        }
        Outcome::CannotTell(why) => (why.clone(), Vec::new()),
    };
    let bears = match item.tilt {
        0 => BTreeMap::new(),
        1.. => BTreeMap::from([(Sender::Middlebox.word(), item.tilt)]),
        _ => BTreeMap::from([(reset.claimed.word(), -item.tilt)]),
    };
    Evidence { id: item.meta.id, outcome: item.outcome.word(), summary, frames, bears }
}

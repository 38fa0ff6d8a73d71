//! The verdict: sender, how, role, and how sure.

use crate::case::{Case, Form, Reset, Role};
use crate::cause::Origin;
use crate::detect::{Meta, Outcome};
use crate::flow::Side;
use crate::infer::Testimony;
use crate::infer::weigh::Weighed;

/// Who put the reset on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sender {
    /// The client host.
    Client,
    /// The server host.
    Server,
    /// A box between them.
    Middlebox,
    /// The capture cannot tell.
    Undetermined,
}

impl Sender {
    /// The contract's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
            Self::Middlebox => "middlebox",
            Self::Undetermined => "undetermined",
        }
    }

    /// The host of `side`.
    pub const fn host(side: Side) -> Self {
        match side {
            Side::Client => Self::Client,
            Side::Server => Self::Server,
        }
    }
}

/// How the reset came into being: the contract's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mechanism {
    /// A socket aborted.
    Abort,
    /// A TCP without the socket answered.
    NoConnection,
    /// A SYN to a closed port.
    Refused,
    /// A packet filter on the host rejected.
    HostFilterReject,
    /// A packet filter on the path rejected.
    PathFilterReject,
    /// A box's timer ran out: forged out of a silence of at least [`Case::SHORTEST_TIMER`].
    Timer,
    /// A program or appliance forged it.
    Injected,
    /// A box that owns the address.
    AddressOwner,
    /// Not to be told.
    Unknown,
}

impl Mechanism {
    /// The contract's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Abort => "abort",
            Self::NoConnection => "no-connection",
            Self::Refused => "refused",
            Self::HostFilterReject => "host-filter-reject",
            Self::PathFilterReject => "path-filter-reject",
            Self::Timer => "timer",
            Self::Injected => "injected",
            Self::AddressOwner => "address-owner",
            Self::Unknown => "unknown",
        }
    }
}

/// One detector's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Whose.
    pub meta: &'static Meta,
    /// What it said.
    pub outcome: Outcome,
    /// How far it moves the odds of a box against the claimed host, in decibans, taken alone.
    pub tilt: i32,
}

/// What the evidence says of a reset.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Who sent it.
    pub sender: Sender,
    /// Probability of `sender`; with [`Sender::Undetermined`] the highest posterior.
    pub confidence: f64,
    /// Probability of the claimed host and of a box. They sum up to 1.
    pub claimed_host: f64,
    /// See `claimed_host`.
    pub middlebox: f64,
    /// How, if that can be told.
    pub mechanism: Mechanism,
    /// Probability of each origin, in the order of [`Origin::ALL`].
    pub origins: [f64; 6],
    /// Probability of a box before any evidence, by the reset's form and role alone.
    pub prior_middlebox: f64,
    /// Strong evidence both ways.
    pub conflict: bool,
    /// All that was looked at, in the catalogue's order.
    pub evidence: Vec<Evidence>,
    /// What would settle it.
    pub would_settle: Vec<String>,
    /// What the capturing host's kernel said, where it was asked.
    pub kernel: Option<Testimony>,
}

/// Below this probability the sender is undetermined.
const DECIDED: f64 = 0.8;

/// Below this share of the sender's own probability a mechanism is not named.
const NAMED: f64 = 0.6;

impl Verdict {
    pub(super) fn new(case: &Case, reset: &Reset, evidence: Vec<Evidence>, weighed: &Weighed) -> Self {
        let host = Origin::side_share(&weighed.posterior, true);
        let middlebox = 1.0 - host;
        let decided = host.max(middlebox) >= DECIDED && !weighed.conflict;
        let sender = match (decided, host >= middlebox) {
            (false, _) => Sender::Undetermined,
            (true, true) => Sender::host(reset.claimed),
            (true, false) => Sender::Middlebox,
        };
        let mechanism = mechanism(case, reset, weighed, sender);
        Self {
            sender,
            confidence: host.max(middlebox),
            claimed_host: host,
            middlebox,
            mechanism,
            origins: weighed.posterior,
            prior_middlebox: weighed.prior_middlebox,
            conflict: weighed.conflict,
            evidence,
            would_settle: Vec::new(),
            kernel: None,
        }
    }

    /// Probability that the host of `side` sent it.
    pub fn posterior(&self, reset: &Reset, side: Side) -> f64 {
        if side == reset.claimed { self.claimed_host } else { 0.0 }
    }

    /// The same before any evidence.
    pub fn prior(&self, reset: &Reset, side: Side) -> f64 {
        if side == reset.claimed { 1.0 - self.prior_middlebox } else { 0.0 }
    }
}

fn mechanism(case: &Case, reset: &Reset, weighed: &Weighed, sender: Sender) -> Mechanism {
    if sender == Sender::Undetermined {
        return Mechanism::Unknown;
    }
    let of_sender = |origin: &Origin| origin.is_claimed_host() == (sender != Sender::Middlebox);
    let mut ranked: Vec<(Origin, f64)> =
        Origin::ALL.into_iter().zip(weighed.posterior).filter(|(origin, _)| of_sender(origin)).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    let total: f64 = ranked.iter().map(|(_, probability)| probability).sum();
    let Some(&(origin, probability)) = ranked.first() else { return Mechanism::Unknown };
    if probability < NAMED * total {
        return Mechanism::Unknown;
    }
    // Out of a silence, whatever an earlier packet may have asked for. Somebody who types pauses for seconds, too. A handshake
    // under way is owed an answer, and so not silent.
    let silence = case.idle().filter(|_| reset.is_unprompted() && reset.role == Role::Initiating);
    match origin {
        Origin::Socket => Mechanism::Abort,
        Origin::Stack if reset.form == Form::SynAnswer => Mechanism::Refused,
        Origin::Stack => Mechanism::NoConnection,
        Origin::HostFilter => Mechanism::HostFilterReject,
        Origin::PathFilter => Mechanism::PathFilterReject,
        Origin::Forger => match silence {
            Some(silence) if silence.length >= Case::SHORTEST_TIMER => Mechanism::Timer,
            Some(_) => Mechanism::Unknown,
            None => Mechanism::Injected,
        },
        Origin::Owner => Mechanism::AddressOwner,
    }
}

#[cfg(test)]
mod tests;

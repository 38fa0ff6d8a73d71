//! Adding up: the strongest observation of each group, then the sum over groups and the prior.

use std::collections::BTreeMap;

use crate::case::{BlindKind, Case, Form, Reset, Role};
use crate::cause::{Bearing, Origin, Weight};
use crate::detect::Group;
use crate::flow::Side;
use crate::infer::Evidence;
use crate::units::Elapsed;

/// The sums, and what they make of each origin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Weighed {
    /// Probability of each origin, in the order of [`Origin::ALL`]; they sum up to 1.
    pub posterior: [f64; 6],
    /// Probability of a box before any evidence.
    pub prior_middlebox: f64,
    /// Strong evidence for the claimed host in one group and for a box in another.
    pub conflict: bool,
}

/// From this weight on, in decibans, a group's evidence is strong enough to contradict another's.
const STRONG: i32 = 15;

/// What is left for errors of the model and of the capture, where the hop count supports the answer: no posterior
/// leaves less to the other side. Half a percent, about what mislabelled or damaged captures come to.
const MODEL_ERROR: f64 = 0.005;

/// What is left where the hop count does not support the answer, or the sender may own the address. All else in a reset
/// can be copied by a box that stands in the right place, or looks so because a network rewrites it.
const WITHOUT_HOPS: f64 = 0.06;

/// What each part that the capture hides takes off an answer's distance from even odds: it may hold evidence against it.
/// Chosen, not measured, so that no capture of the lab says more with less in it (`tests/properties.rs`).
const HIDDEN: f64 = 0.03;

/// What is left where the capture holds nothing of the connection but resets: nothing to compare them with.
const RESETS_ONLY: f64 = 0.25;

/// What is left to a box where the packet answered is not in the capture: then neither the time of the answer nor the mark it
/// copies can be looked at, and an equal TTL alone names nobody. Judgement; of boxes that were given the host's TTL all looked
/// like the host then.
const UNASKED: f64 = 0.21;

/// What the capture hides of all that could speak of a reset.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hidden {
    /// Parts that are not there: the start, one direction, packets between, the packet answered; or that may not be, where
    /// the capture dropped some.
    pub parts: usize,
    /// The packet answered is not.
    pub unasked: bool,
    /// There is nothing but resets.
    pub all: bool,
}

/// What the capture hides that could speak of `reset`.
pub(super) fn hidden(case: &Case, reset: &Reset) -> Hidden {
    let blind = [
        BlindKind::StartsMidstream,
        BlindKind::OneDirection,
        BlindKind::PacketsMissing,
        BlindKind::CaptureDropped,
    ];
    let asked = reset.trigger.is_some_and(|trigger| trigger.answer_time < LONGEST_ANSWER);
    let unasked = reset.form != Form::Abort && !asked;
    Hidden {
        unasked,
        parts: blind.into_iter().filter(|&kind| case.is_blind(kind)).count() + usize::from(unasked),
        all: Side::BOTH.into_iter().all(|side| case.flow.half(side).packets == 0),
    }
}

/// No path and no stack takes longer to answer: an earlier packet with the same numbers is not the one answered.
const LONGEST_ANSWER: Elapsed = Elapsed::from_secs(2);

/// Weighs `evidence` on top of `prior`. The order of the evidence does not matter.
pub(super) fn weigh(evidence: &[Evidence], prior: Bearing, hidden: Hidden) -> Weighed {
    let strongest = strongest(evidence);
    let sums = Origin::ALL.map(|origin| {
        let sum: i32 = strongest.values().map(|bearing| bearing.of(origin).0).sum();
        sum + prior.of(origin).0
    });
    let most = sums.iter().copied().max().unwrap_or(0);
    let odds = sums.map(|sum| Weight(sum - most).likelihood_ratio());
    let total: f64 = odds.iter().sum();
    let raw = odds.map(|odds| odds / total);
    let posterior = humbled(raw, evidence, hidden);
    let tilts: Vec<i32> = strongest.values().map(|bearing| tilt(bearing, prior)).collect();
    let conflict = tilts.iter().any(|&tilt| tilt >= STRONG) && tilts.iter().any(|&tilt| tilt <= -STRONG);
    Weighed { posterior, prior_middlebox: middlebox_share(prior), conflict }
}

/// Leaves what must be left to the side that lost.
fn humbled(raw: [f64; 6], evidence: &[Evidence], hidden: Hidden) -> [f64; 6] {
    let (host, boxes) = (Origin::side_share(&raw, true), Origin::side_share(&raw, false));
    let owner = raw.last().copied().unwrap_or_default() > boxes / 2.0;
    let tilt_of = |group: Group| -> i32 {
        evidence.iter().filter(|item| item.meta.group == group).map(|item| item.tilt).sum()
    };
    let tilt = tilt_of(Group::Ttl) + tilt_of(Group::Vantage);
    let supported = if host >= boxes { tilt <= -HOPS_COUNT } else { tilt >= HOPS_COUNT && !owner };
    let least = match (hidden.all, supported) {
        (true, _) => RESETS_ONLY,
        _ if hidden.unasked && host >= boxes && tilt_of(Group::Vantage) > -HOPS_COUNT => UNASKED,
        (_, true) => MODEL_ERROR,
        _ => WITHOUT_HOPS,
    };
    if host.min(boxes) <= 0.0 {
        return raw;
    }
    let lost = host.min(boxes).max(least);
    let lost = 0.5 - (0.5 - lost) * (1.0 - HIDDEN * hidden.parts as f64);
    let (host_factor, box_factor) =
        if host >= boxes { ((1.0 - lost) / host, lost / boxes) } else { (lost / host, (1.0 - lost) / boxes) };
    let mut shares = Origin::ALL
        .into_iter()
        .zip(raw)
        .map(|(origin, share)| share * if origin.is_claimed_host() { host_factor } else { box_factor });
    raw.map(|_| shares.next().unwrap_or_default())
}

/// Decibans from which the hop count supports an answer: an equal TTL over some packets gives 6 or 7.
const HOPS_COUNT: i32 = 5;

fn strongest(evidence: &[Evidence]) -> BTreeMap<Group, Bearing> {
    let mut strongest: BTreeMap<Group, Bearing> = BTreeMap::new();
    for item in evidence {
        let Some(bearing) = item.outcome.bearing() else { continue };
        let held = strongest.entry(item.meta.group).or_insert(bearing);
        // On a tie the one that sorts first, so that the order of detectors does not matter.
        let key = |bearing: &Bearing| (bearing.spread(), Origin::ALL.map(|origin| bearing.of(origin).0));
        if key(&bearing) > key(held) {
            *held = bearing;
        }
    }
    strongest
}

/// The probability that `prior` alone gives to a box.
fn middlebox_share(prior: Bearing) -> f64 {
    let likely = Origin::ALL.map(|origin| prior.of(origin).likelihood_ratio());
    Origin::side_share(&likely, false) / likely.iter().sum::<f64>()
}

/// How far a bearing moves the odds of a box against the claimed host, in decibans, starting from `prior`.
pub(super) fn tilt(bearing: &Bearing, prior: Bearing) -> i32 {
    let odds = |with: &Bearing| {
        let likely = Origin::ALL.map(|origin| (prior.of(origin) + with.of(origin)).likelihood_ratio());
        Origin::side_share(&likely, false) / Origin::side_share(&likely, true)
    };
    (10.0 * (odds(bearing) / odds(&Bearing::SILENT)).log10()).round() as i32
}

/// Odds before any observation, in decibans below 0.
///
/// Most resets are the ends' own: Arlitt and Williamson (2005) found 15 to 25 % of connections with one, mostly for reasons of
/// the two hosts. Each form has its usual makers: only sockets and forgers abort, and of answers a host's TCP makes the
/// most. How the rest is shared among filters, forgers and address owners is judgement, and reports show what it comes to.
pub(super) fn prior(case: &Case, reset: &Reset) -> Bearing {
    let refused_by_client = case.flow.half(Side::Server).isn.is_some() && !case.flow.is_established();
    if reset.claimed == Side::Client && refused_by_client && reset.form == Form::Answer {
        // A client that never took the SYN-ACK: a scanner's kernel, or one that had given up. Filters reject the
        // client's SYN, not the server's answer.
        return Bearing {
            socket: -15,
            stack: -1,
            host_filter: -10,
            path_filter: -13,
            forger: -13,
            owner: -13,
        };
    }
    match (reset.form, reset.role) {
        (_, Role::Reaction) => {
            Bearing { socket: -3, stack: -3, host_filter: -15, path_filter: -13, forger: -15, owner: -13 }
        }
        (Form::Abort, _) => {
            Bearing { socket: -2, stack: -10, host_filter: -15, path_filter: -15, forger: -6, owner: -13 }
        }
        (Form::Answer | Form::SynAnswer, _) => {
            Bearing { socket: -10, stack: -4, host_filter: -10, path_filter: -6, forger: -12, owner: -13 }
        }
    }
}

#[cfg(test)]
mod tests;

//! Adding up: the strongest observation of each group, then the sum over groups and the prior.

use std::collections::BTreeMap;

use crate::case::{Case, Form, Reset, Role};
use crate::cause::{Bearing, Origin};
use crate::detect::Group;
use crate::infer::Evidence;

/// The sums, and what they make of each origin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Weighed {
    /// Probability of each origin, in the order of [`Origin::ALL`]; they sum up to 1.
    pub posterior: [f64; 6],
    /// Strong evidence for the claimed host in one group and for a box in another.
    pub conflict: bool,
}

/// From this weight on, in decibans, a group's evidence is strong enough to contradict another's.
const STRONG: i32 = 15;

/// What is left for errors of the model and of the capture: no posterior leaves less to the other side.
/// One in a thousand, about what mislabelled or damaged captures come to.
const MODEL_ERROR: f64 = 0.001;

/// Weighs `evidence` on top of `prior`. The order of the evidence does not matter.
pub(super) fn weigh(evidence: &[Evidence], prior: Bearing) -> Weighed {
    let strongest = strongest(evidence);
    let sums = Origin::ALL.map(|origin| {
        let sum: i32 = strongest.values().map(|bearing| bearing.of(origin).0).sum();
        sum + prior.of(origin).0
    });
    let most = sums.iter().copied().max().unwrap_or(0);
    let odds = sums.map(|sum| 10f64.powf(f64::from(sum - most) / 10.0));
    let total: f64 = odds.iter().sum();
    let posterior = odds.map(|odds| odds / total * (1.0 - 2.0 * MODEL_ERROR) + MODEL_ERROR / 3.0);
    let tilts: Vec<i32> = strongest.values().map(|bearing| tilt(bearing, prior)).collect();
    let conflict = tilts.iter().any(|&tilt| tilt >= STRONG) && tilts.iter().any(|&tilt| tilt <= -STRONG);
    Weighed { posterior, conflict }
}

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

/// How far a bearing moves the odds of a box against the claimed host, in decibans, starting from `prior`.
pub(super) fn tilt(bearing: &Bearing, prior: Bearing) -> i32 {
    let mass = |claimed: bool, with: &Bearing| -> f64 {
        let of_side = Origin::ALL.into_iter().filter(|origin| origin.is_claimed_host() == claimed);
        of_side.map(|origin| 10f64.powf(f64::from(prior.of(origin).0 + with.of(origin).0) / 10.0)).sum()
    };
    let odds = |with: &Bearing| mass(false, with) / mass(true, with);
    (10.0 * (odds(bearing) / odds(&Bearing::SILENT)).log10()).round() as i32
}

/// Odds before any observation, in decibans below 0.
///
/// Most resets are the ends' own (Arlitt and Williamson 2005). Each form has its usual makers: only sockets and
/// forgers abort, and of answers a host's TCP makes the most.
pub(super) fn prior(_: &Case, reset: &Reset) -> Bearing {
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

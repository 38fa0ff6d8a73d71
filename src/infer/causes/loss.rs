//! Loss on the path, as far as retransmissions show it.

use super::Share;
use crate::case::{Case, Ending};
use crate::cause::Cause;
use crate::flow::{Flow, Side};

/// Whether losses came all along, and not in one outage: then the path is bad, and no link was down.
pub(super) fn is_scattered(case: &Case) -> bool {
    let worst = Side::BOTH.into_iter().flat_map(|side| {
        let half = case.flow.half(side);
        half.outage.into_iter().chain(half.unanswered).map(|owed| u64::from(owed.repeats))
    });
    let lost = lost(&case.flow);
    lost >= MANY && lost >= 2 * worst.max().unwrap_or_default()
}

/// Loss as an alternative to `shares`, where so much was lost that a user may have given up for it.
pub(super) fn alternative(case: &Case, shares: &[Share]) -> Option<Share> {
    let likeliest = shares.iter().map(|(_, share)| *share).fold(0.0, f64::max);
    let given_up = matches!(case.ending, Ending::Close | Ending::Reset) && likeliest < SAID;
    let bad = Side::BOTH.into_iter().any(|side| share(&case.flow, side) >= UNUSABLE);
    (given_up && bad && lost(&case.flow) >= MANY).then_some((Cause::PathLoss, likeliest * PART))
}

/// Segments that were lost, or whose acknowledgements were.
fn lost(flow: &Flow) -> u64 {
    Side::BOTH.into_iter().map(|side| flow.half(side).losses).map(|losses| losses.ahead + losses.behind).sum()
}

/// Share of a side's segments with data that were retransmissions.
fn share(flow: &Flow, side: Side) -> f64 {
    let half = flow.half(side);
    let all = half.data_segments + half.retransmitted;
    if all == 0 { 0.0 } else { half.retransmitted as f64 / all as f64 }
}

/// Fewer may be one burst.
const MANY: u64 = 8;

/// From a tenth on a connection crawls: with 10 % of loss, TCP's rate is some four segments a round trip (Mathis et al., The
/// Macroscopic Behavior of the TCP Congestion Avoidance Algorithm, 1997).
const UNUSABLE: f64 = 0.1;

/// Part of the likeliest cause's share.
const PART: f64 = 0.4;

/// Share from which on something in clear text decided.
const SAID: f64 = 0.9;

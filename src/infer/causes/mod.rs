//! Why a connection ended: candidates by phase and ending, ranked.
//!
//! The shares below are judgement, checked on labelled captures; what one capture cannot separate gets shares of
//! the same order, so that the alternatives show. How often the first was right at which confidence is on the page
//! `CALIBRATION.md` beside this folder.

mod auth;
mod banner;
mod closing;
mod handshake;
mod kex;
mod loss;
mod overload;
mod relay;
mod session;
mod signs;

use crate::case::{BlindKind, Case, Ending, Progress, Role};
use crate::cause::Cause;
use crate::infer::Verdict;

/// A candidate with its share of belief before all shares are made to sum up to 1.
type Share = (Cause, f64);

/// The causes of the end of `case`, likeliest first, with probabilities. Never empty.
pub(super) fn ranked(case: &Case, verdict: Option<&Verdict>) -> Vec<(Cause, f64)> {
    let mut shares = match (case.ending, &case.reset) {
        (Ending::Open, Some(reset)) if reset.role == Role::Ineffective => ineffective(),
        _ if case.is_blind(BlindKind::Multipath) => return vec![(Cause::Unknown, 0.0)],
        (Ending::Open, _) => return vec![(Cause::Unknown, 0.0)],
        (Ending::Refused, _) => handshake::refused_by_icmp(case),
        _ => by_phase(case, verdict),
    };
    let alternatives = [overload::alternative(case, &shares), loss::alternative(case, &shares)];
    shares.extend(alternatives.into_iter().flatten());
    normalised(shares)
}

fn ineffective() -> Vec<Share> {
    vec![(Cause::InjectedRstIneffective, 0.85), (Cause::BenignRstAfterClose, 0.05)]
}

fn by_phase(case: &Case, verdict: Option<&Verdict>) -> Vec<Share> {
    if let Some(reset) = &case.reset
        && reset.role == Role::Ineffective
        && case.ending != Ending::Silence
    {
        return ineffective();
    }
    match case.progress {
        Some(Progress::TcpHandshake) => handshake::causes(case, verdict),
        Some(Progress::Banner) => banner::causes(case, verdict),
        Some(Progress::Kex) => kex::causes(case, verdict),
        Some(Progress::Auth) => auth::causes(case, verdict),
        Some(Progress::Session | Progress::Closed) => session::causes(case, verdict),
        None if signs::begins_with_text(case) || case.transcript.before_cipher => {
            banner::causes(case, verdict)
        }
        None => session::causes_midstream(case, verdict),
    }
}

/// Shares that sum up to 1, largest first; alphabetical on a tie, so that the order is always the same.
fn normalised(shares: Vec<Share>) -> Vec<Share> {
    let mut merged: Vec<Share> = Vec::new();
    for (cause, share) in shares {
        match merged.iter_mut().find(|(held, _)| *held == cause) {
            Some((_, held)) => *held += share,
            None => merged.push((cause, share)),
        }
    }
    // Whatever the rules say, something they do not know may have happened.
    let total: f64 = merged.iter().map(|(_, share)| share).sum::<f64>().max(1.0);
    for (_, share) in &mut merged {
        *share /= total;
    }
    merged.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    if merged.is_empty() { vec![(Cause::Unknown, 0.0)] } else { merged }
}

/// Every share times `factor`.
fn scaled(shares: Vec<Share>, factor: f64) -> Vec<Share> {
    shares.into_iter().map(|(cause, share)| (cause, share * factor)).collect()
}

#[cfg(test)]
mod tests;

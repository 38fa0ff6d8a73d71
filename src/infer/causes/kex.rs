//! Both identification strings were seen, not both NEWKEYS.

use super::{Share, scaled, session, signs};
use crate::case::{Case, Ending, Reset};
use crate::cause::{Cause, Origin};
use crate::flow::Side;
use crate::infer::Verdict;
use crate::units::Elapsed;

pub(super) fn causes(case: &Case, verdict: Option<&Verdict>) -> Vec<Share> {
    if signs::conversed(case) {
        // Both went on with what looks impossible: we misread their key exchange, and it ended nothing.
        return by_ending(case, verdict);
    }
    if case.transcript.mismatch.is_some() {
        return vec![(Cause::NoCommonAlgorithm, 0.97)];
    }
    if signs::has_text(case, Side::Client) || signs::has_text(case, Side::Server) {
        return vec![(Cause::ProtocolMismatch, 0.6), (Cause::MalformedPacket, 0.35)];
    }
    if !case.transcript.violations.is_empty() {
        return vec![(Cause::MalformedPacket, 0.85), (Cause::CorruptedPacket, 0.12)];
    }
    by_ending(case, verdict)
}

fn by_ending(case: &Case, verdict: Option<&Verdict>) -> Vec<Share> {
    match (case.ending, &case.reset, verdict) {
        (Ending::Reset, Some(reset), Some(verdict)) => reset_in_kex(case, reset, verdict),
        (Ending::Close, ..) => closed(case),
        (Ending::Silence, ..) => silence(case),
        _ => Vec::new(),
    }
}

fn reset_in_kex(case: &Case, reset: &Reset, verdict: &Verdict) -> Vec<Share> {
    let own = |shares| scaled(shares, verdict.claimed_host);
    let mut shares = match reset.claimed {
        side if signs::waited_in_vain(case, side).is_some() => {
            own(vec![(Cause::TcpUserTimeout, 0.7), (Cause::PathLoss, 0.2)])
        }
        Side::Server => own(vec![
            (Cause::SshdSessionKilled, 0.4),
            (Cause::ForkFailure, 0.25),
            (Cause::CorruptedPacket, 0.15),
        ]),
        Side::Client => {
            let ended =
                vec![(Cause::ClientAbort, 0.55), (Cause::ClientKilled, 0.25), (Cause::CorruptedPacket, 0.1)];
            session::by_client_early(case, reset, verdict, ended)
        }
    };
    shares.extend(boxes(case, reset, verdict));
    shares
}

/// What a box's reset in the key exchange is for.
fn boxes(case: &Case, reset: &Reset, verdict: &Verdict) -> Vec<Share> {
    let filter = signs::of(verdict, Origin::PathFilter);
    let filtered = if signs::was_unanswered(reset) {
        Cause::BlackholeThenReset
    } else if case.idle().is_some() {
        Cause::FirewallIdleTimeout
    } else {
        Cause::FirewallRuleReject
    };
    vec![
        (filtered, filter),
        (Cause::InjectedRst, signs::of(verdict, Origin::Forger)),
        (Cause::NatStateLost, signs::of(verdict, Origin::Owner)),
    ]
}

fn closed(case: &Case) -> Vec<Share> {
    let Some((side, fin)) = case.first_fin() else { return Vec::new() };
    let (client, server) = (case.transcript.party.of(Side::Client), case.transcript.party.of(Side::Server));
    let asked = client.kex_message.is_some();
    match side {
        Side::Client if signs::is_scanner(case) => vec![(Cause::KeyScan, 0.93)],
        Side::Client if server.newkeys.is_some() && !signs::is_interactive(case) => {
            // It had the server's key and wanted no more.
            vec![(Cause::KeyScan, 0.75), (Cause::ClientAbort, 0.15), (Cause::CorruptedPacket, 0.05)]
        }
        Side::Client if server.newkeys.is_some() => {
            // A key it does not trust, or a signature that did not verify: OpenSSH closes alike, without a word.
            vec![(Cause::ClientAbort, 0.6), (Cause::CorruptedPacket, 0.3), (Cause::KeyScan, 0.05)]
        }
        Side::Client => vec![(Cause::ClientAbort, 0.4), (Cause::KeyScan, 0.4), (Cause::CorruptedPacket, 0.1)],
        Side::Server if signs::age(case, fin) > GRACE_AT_LEAST => {
            vec![(Cause::LoginGraceTimeout, 0.7), (Cause::SshdSessionKilled, 0.15)]
        }
        // A process that ends without a word right after a packet did not like the packet.
        Side::Server if asked => vec![
            (Cause::CorruptedPacket, 0.45),
            (Cause::MalformedPacket, 0.3),
            (Cause::SshdSessionKilled, 0.15),
        ],
        Side::Server => {
            vec![(Cause::MalformedPacket, 0.4), (Cause::SshdSessionKilled, 0.3), (Cause::ForkFailure, 0.15)]
        }
    }
}

/// A wait in the key exchange that no computation explains.
const GRACE_AT_LEAST: Elapsed = Elapsed::from_secs(3);

fn silence(case: &Case) -> Vec<Share> {
    // KEXINIT and the first key of post-quantum methods fill whole segments: the first large packets of a connection.
    let large = Side::BOTH.into_iter().any(|side| {
        let half = case.flow.half(side);
        half.unanswered.is_some() && half.octets > LARGE
    });
    if large {
        vec![(Cause::MtuBlackhole, 0.7), (Cause::LinkOutage, 0.15), (Cause::FirewallSilentDrop, 0.1)]
    } else {
        vec![(Cause::LinkOutage, 0.45), (Cause::FirewallSilentDrop, 0.35), (Cause::MtuBlackhole, 0.1)]
    }
}

/// More than a small packet: identification strings alone stay below.
const LARGE: u64 = 600;

//! TCP was up, not both identification strings were seen.

use super::{Share, scaled, session, signs};
use crate::case::{Case, Ending, Reset};
use crate::cause::{Cause, Origin};
use crate::flow::Side;
use crate::infer::Verdict;
use crate::ssh::KnownText;
use crate::units::{Elapsed, Timestamp};

pub(super) fn causes(case: &Case, verdict: Option<&Verdict>) -> Vec<Share> {
    if let Some(shares) = by_words(case) {
        return shares;
    }
    match (case.ending, &case.reset, verdict) {
        (Ending::Reset, Some(reset), Some(verdict)) => reset_early(case, reset, verdict),
        (Ending::Close, ..) => closed(case),
        (Ending::Silence, ..) => vec![
            (Cause::FirewallSilentDrop, 0.5),
            (Cause::LinkOutage, 0.25),
            (Cause::ServerOverloaded, 0.1),
            (Cause::MtuBlackhole, 0.05),
        ],
        _ => Vec::new(),
    }
}

/// A text says it: the server's refusal, or something that is no SSH.
fn by_words(case: &Case) -> Option<Vec<Share>> {
    match signs::text(case, Side::Server) {
        Some(KnownText::ExceededMaxStartups) => return Some(vec![(Cause::MaxStartups, 0.97)]),
        // From 9.8 on both have the same text; a penalty follows failures of the same address.
        Some(KnownText::NotAllowedAtThisTime) => {
            return Some(vec![(Cause::PerSourcePenalty, 0.5), (Cause::MaxStartups, 0.48)]);
        }
        Some(_) => return Some(vec![(Cause::ProtocolMismatch, 0.95)]),
        None => {}
    }
    if signs::has_text(case, Side::Client) || signs::has_text(case, Side::Server) {
        return Some(vec![(Cause::ProtocolMismatch, 0.9), (Cause::MalformedPacket, 0.05)]);
    }
    (!case.transcript.violations.is_empty())
        .then(|| vec![(Cause::ProtocolMismatch, 0.8), (Cause::MalformedPacket, 0.1)])
}

fn reset_early(case: &Case, reset: &Reset, verdict: &Verdict) -> Vec<Share> {
    let mut shares = match reset.claimed {
        Side::Server => scaled(server_reset(case, reset, verdict), verdict.claimed_host),
        Side::Client => client_reset(case, reset, verdict),
    };
    let forger = signs::of(verdict, Origin::Forger);
    let filter = signs::of(verdict, Origin::PathFilter);
    shares.extend([
        (Cause::InjectedRst, forger),
        (Cause::FirewallRuleReject, filter),
        (Cause::ProxyBackendDown, signs::of(verdict, Origin::Owner)),
    ]);
    shares
}

fn server_reset(case: &Case, reset: &Reset, verdict: &Verdict) -> Vec<Share> {
    let spoke = signs::spoke(case, Side::Server);
    if signs::of(verdict, Origin::Stack) > signs::of(verdict, Origin::Socket) && !spoke {
        // The handshake's last segment, or the client's first, met no socket: the queue was full.
        return vec![
            (Cause::AcceptQueueOverflow, 0.7),
            (Cause::PortClosed, 0.1),
            (Cause::ServerFirewallReject, 0.1),
        ];
    }
    if spoke {
        return vec![
            (Cause::ForkFailure, 0.35),
            (Cause::SshdSessionKilled, 0.35),
            (Cause::ServerOverloaded, 0.1),
        ];
    }
    unsaid(case, reset.segment().time)
}

/// The server ended it at `end` without a banner and without a text: how long that took tells what had already happened.
fn unsaid(case: &Case, end: Timestamp) -> Vec<Share> {
    let since_accept = case.since_accept(end).unwrap_or_else(|| end.since(case.flow.first.time));
    if since_accept < A_PROCESS {
        // The listener itself: it has not even started a process.
        vec![
            (Cause::MaxStartups, 0.42),
            (Cause::ForkFailure, 0.28),
            (Cause::ProxyBackendDown, 0.14),
            (Cause::TcpWrappers, 0.08),
        ]
    } else if since_accept < LOOKUP {
        vec![
            (Cause::TcpWrappers, 0.36),
            (Cause::ForkFailure, 0.22),
            (Cause::ProxyBackendDown, 0.18),
            (Cause::MaxStartups, 0.16),
        ]
    } else {
        // libwrap looks the client's name up before it refuses: that takes seconds where the lookup has no answer. A
        // balancer takes as long to find out that no server answers it.
        vec![(Cause::TcpWrappers, 0.62), (Cause::ProxyBackendDown, 0.18), (Cause::ForkFailure, 0.1)]
    }
}

/// OpenSSH starts a process and executes sshd anew for each connection before it looks at the client's address: less than this
/// was not measured.
const A_PROCESS: Elapsed = Elapsed::from_millis(3);

/// A wait that a refusal without name lookup does not have.
const LOOKUP: Elapsed = Elapsed::from_secs(2);

fn client_reset(case: &Case, reset: &Reset, verdict: &Verdict) -> Vec<Share> {
    // A scanner that only connects does not wait for the server's first line.
    let own = match (signs::spoke(case, Side::Client), signs::spoke(case, Side::Server)) {
        (true, _) => {
            let aborted = vec![(Cause::ClientAbort, 0.6), (Cause::ClientKilled, 0.3)];
            return session::by_client_early(case, reset, verdict, aborted);
        }
        (false, true) => vec![(Cause::ClientAbort, 0.55), (Cause::PortScan, 0.35)],
        (false, false) => vec![(Cause::PortScan, 0.6), (Cause::ClientAbort, 0.3)],
    };
    scaled(own, verdict.claimed_host)
}

fn closed(case: &Case) -> Vec<Share> {
    let Some((side, fin)) = case.first_fin() else { return Vec::new() };
    let age = signs::age(case, fin);
    let [client, server] = Side::BOTH.map(|side| signs::spoke(case, side));
    match side {
        Side::Client if signs::is_scanner(case) => vec![(Cause::KeyScan, 0.6), (Cause::PortScan, 0.3)],
        // It waited for the server's first line, and TCP had answered all the while.
        Side::Client if !server && signs::pause_before(case, fin.frame) > LOOKUP => {
            vec![
                (Cause::ClientConnectTimeout, 0.5),
                (Cause::ServerOverloaded, 0.25),
                (Cause::ProxyBackendDown, 0.12),
            ]
        }
        Side::Client if client => {
            vec![(Cause::ClientAbort, 0.5), (Cause::KeyScan, 0.2), (Cause::ClientConnectTimeout, 0.2)]
        }
        Side::Client if server => vec![(Cause::ClientAbort, 0.55), (Cause::PortScan, 0.35)],
        Side::Client => vec![(Cause::PortScan, 0.5), (Cause::ClientAbort, 0.35)],
        Side::Server if server && age > LOOKUP => {
            vec![(Cause::LoginGraceTimeout, 0.8), (Cause::SshdSessionKilled, 0.1)]
        }
        Side::Server if case.transcript.party.server.banner.is_some() => {
            vec![(Cause::ProtocolMismatch, 0.4), (Cause::SshdSessionKilled, 0.25), (Cause::ForkFailure, 0.2)]
        }
        // What it said is not in the capture: its identification, or why it refuses.
        Side::Server if server => {
            vec![
                (Cause::MaxStartups, 0.35),
                (Cause::ProtocolMismatch, 0.25),
                (Cause::SshdSessionKilled, 0.15),
                (Cause::ForkFailure, 0.1),
            ]
        }
        Side::Server => unsaid(case, fin.time),
    }
}

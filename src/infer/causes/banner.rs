//! TCP was up, not both identification strings were seen.

use super::{Share, scaled, signs};
use crate::case::{Case, Ending, Reset};
use crate::cause::{Cause, Origin};
use crate::flow::Side;
use crate::infer::Verdict;
use crate::ssh::{KnownText, Party, Program, Software};
use crate::units::Elapsed;

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
    let broke = |side: Side| case.transcript.violations.iter().any(|violation| violation.side == side);
    (broke(Side::Client) || broke(Side::Server))
        .then(|| vec![(Cause::ProtocolMismatch, 0.8), (Cause::MalformedPacket, 0.1)])
}

fn reset_early(case: &Case, reset: &Reset, verdict: &Verdict) -> Vec<Share> {
    let mut shares = match reset.claimed {
        Side::Server => scaled(server_reset(case, reset, verdict), verdict.claimed_host),
        Side::Client => scaled(client_reset(case), verdict.claimed_host),
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
    let spoke = case.transcript.party.of(Side::Server).banner.is_some();
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
    // libwrap looks the client's name up before it refuses: that takes seconds where the lookup has no answer.
    let slow = reset.segment().time.since(case.flow.first.time) > LOOKUP;
    if slow {
        vec![(Cause::TcpWrappers, 0.7), (Cause::ForkFailure, 0.1), (Cause::MaxStartups, 0.08)]
    } else {
        vec![(Cause::MaxStartups, 0.35), (Cause::TcpWrappers, 0.3), (Cause::ForkFailure, 0.2)]
    }
}

/// A wait that a refusal without name lookup does not have.
const LOOKUP: Elapsed = Elapsed::from_secs(2);

fn client_reset(case: &Case) -> Vec<Share> {
    let spoke = case.transcript.party.of(Side::Client).banner.is_some();
    // A scanner that only connects does not wait for the server's first line.
    let waited = case.transcript.party.of(Side::Server).banner.is_some();
    match (spoke, waited) {
        (true, _) => vec![(Cause::ClientAbort, 0.6), (Cause::ClientKilled, 0.3)],
        (false, true) => vec![(Cause::ClientAbort, 0.55), (Cause::PortScan, 0.35)],
        (false, false) => vec![(Cause::PortScan, 0.6), (Cause::ClientAbort, 0.3)],
    }
}

/// Whether the client names itself a program that looks at servers and does not log in.
fn is_scanner(client: &Party) -> bool {
    let software = client.banner.as_ref().and_then(|banner| Software::of(&banner.line));
    software.is_some_and(|software| software.program == Program::Scanner)
}

fn closed(case: &Case) -> Vec<Share> {
    let Some((side, fin)) = case.first_fin() else { return Vec::new() };
    let age = signs::age(case, fin);
    let (client, server) = (case.transcript.party.of(Side::Client), case.transcript.party.of(Side::Server));
    match side {
        Side::Client if is_scanner(client) => vec![(Cause::KeyScan, 0.7), (Cause::PortScan, 0.25)],
        Side::Client if client.banner.is_some() => {
            vec![(Cause::ClientAbort, 0.5), (Cause::KeyScan, 0.2), (Cause::ClientConnectTimeout, 0.2)]
        }
        Side::Client if server.banner.is_some() => vec![(Cause::ClientAbort, 0.55), (Cause::PortScan, 0.35)],
        Side::Client => vec![(Cause::PortScan, 0.5), (Cause::ClientAbort, 0.35)],
        Side::Server if server.banner.is_some() && (signs::after_usual_grace(age) || age > LOOKUP) => {
            vec![(Cause::LoginGraceTimeout, 0.8), (Cause::SshdSessionKilled, 0.1)]
        }
        Side::Server if server.banner.is_some() => {
            vec![(Cause::ProtocolMismatch, 0.4), (Cause::SshdSessionKilled, 0.25), (Cause::ForkFailure, 0.2)]
        }
        Side::Server if age > LOOKUP => vec![(Cause::TcpWrappers, 0.5), (Cause::ForkFailure, 0.2)],
        Side::Server => vec![(Cause::MaxStartups, 0.4), (Cause::ForkFailure, 0.2), (Cause::TcpWrappers, 0.2)],
    }
}

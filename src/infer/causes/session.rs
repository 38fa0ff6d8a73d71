//! In cipher, past authentication; also where the start is not in the capture.

use super::signs::{self, Vain};
use super::{Share, loss, scaled};
use crate::case::{BlindKind, Case, Ending, Reset};
use crate::cause::{Cause, Origin};
use crate::flow::{Moment, Side};
use crate::infer::Verdict;
use crate::units::Elapsed;

pub(super) fn causes(case: &Case, verdict: Option<&Verdict>) -> Vec<Share> {
    if case.ending != Ending::Silence && broken_stream(case) {
        return vec![(Cause::MalformedPacket, 0.6), (Cause::CorruptedPacket, 0.35)];
    }
    match (case.ending, &case.reset, verdict) {
        (Ending::Reset, Some(reset), Some(verdict)) => reset_in_session(case, reset, verdict),
        (Ending::Close, ..) => closed(case),
        (Ending::Silence, ..) => silence(case),
        _ => Vec::new(),
    }
}

/// The handshake is not in the capture: a connection picked up in its middle, or a packet of one that lost its address.
pub(super) fn causes_midstream(case: &Case, verdict: Option<&Verdict>) -> Vec<Share> {
    if let (Ending::Reset, Some(reset), Some(verdict)) = (case.ending, &case.reset, verdict)
        && case.is_blind(BlindKind::StartsMidstream)
        && case.flow.packets <= 4
        && signs::of(verdict, Origin::Stack) > 0.4
    {
        // A few packets out of nowhere, and a stack that never knew them.
        let unknown_there =
            if reset.claimed == Side::Server { Cause::NatRebinding } else { Cause::NatStateLost };
        return vec![(unknown_there, 0.4), (Cause::NatStateLost, 0.3), (Cause::ServerRebooted, 0.2)];
    }
    causes(case, verdict)
}

fn broken_stream(case: &Case) -> bool {
    !case.transcript.violations.is_empty() || Side::BOTH.into_iter().any(|side| signs::has_text(case, side))
}

fn reset_in_session(case: &Case, reset: &Reset, verdict: &Verdict) -> Vec<Share> {
    let own = match reset.claimed {
        Side::Server => by_server(case, reset, verdict),
        Side::Client => by_client(case, reset, verdict),
    };
    let mut shares = own;
    shares.extend(host_filter(case, verdict));
    shares.extend(boxes(case, reset, verdict));
    shares
}

fn by_server(case: &Case, reset: &Reset, verdict: &Verdict) -> Vec<Share> {
    let socket = match signs::waited_in_vain(case, Side::Server) {
        Some(Vain::Probes) => {
            vec![(Cause::TcpKeepaliveTimeout, 0.75), (Cause::TcpUserTimeout, 0.12), (Cause::LinkOutage, 0.1)]
        }
        Some(Vain::Data) => {
            vec![(Cause::LinkOutage, 0.4), (Cause::TcpUserTimeout, 0.3), (Cause::PathLoss, 0.2)]
        }
        None if unprompted(reset) && signs::idle(case).is_some() => {
            vec![
                (Cause::ProxyIdleTimeout, 0.4),
                (Cause::SshdSessionKilled, 0.35),
                (Cause::SocketDestroyed, 0.15),
            ]
        }
        None => vec![
            (Cause::SshdSessionKilled, 0.65),
            (Cause::OomKill, 0.12),
            (Cause::SocketDestroyed, 0.08),
            (Cause::ServerShutdown, 0.05),
        ],
    };
    let moved = case.flow.half(Side::Server).ttl.total() > 2
        && case.flow.half(Side::Server).ttl.count(reset.segment().ttl) == 0;
    let stack = if moved {
        vec![(Cause::ServerFailover, 0.7), (Cause::ServerRebooted, 0.2)]
    } else {
        vec![(Cause::ServerRebooted, 0.7), (Cause::ServerFailover, 0.12), (Cause::NatStateLost, 0.08)]
    };
    let mut shares = scaled(socket, signs::of(verdict, Origin::Socket));
    shares.extend(scaled(stack, signs::of(verdict, Origin::Stack)));
    shares
}

fn unprompted(reset: &Reset) -> bool {
    reset.seen.silence.is_some_and(|silence| silence.after == reset.segment().frame)
}

fn by_client(case: &Case, reset: &Reset, verdict: &Verdict) -> Vec<Share> {
    let own = verdict.claimed_host;
    if case.transcript.cipher.client_disconnect.is_some() || server_had_finished(case) {
        return vec![(Cause::NormalClose, 0.7 * own), (Cause::ClientAbort, 0.2 * own)];
    }
    let idle_end = unprompted(reset) && signs::idle(case).is_some();
    let socket = match signs::waited_in_vain(case, Side::Client) {
        Some(Vain::Probes) => {
            vec![(Cause::TcpKeepaliveTimeout, 0.75), (Cause::TcpUserTimeout, 0.12), (Cause::LinkOutage, 0.1)]
        }
        Some(Vain::Data) => {
            vec![(Cause::LinkOutage, 0.45), (Cause::TcpUserTimeout, 0.25), (Cause::PathLoss, 0.2)]
        }
        None if idle_end => {
            vec![(Cause::ProxyIdleTimeout, 0.35), (Cause::ClientKilled, 0.3), (Cause::ClientAbort, 0.2)]
        }
        None => vec![(Cause::ClientKilled, 0.5), (Cause::ClientAbort, 0.4)],
    };
    let mut shares = scaled(socket, signs::of(verdict, Origin::Socket));
    let stack = vec![(Cause::ClientKilled, 0.4), (Cause::NatStateLost, 0.3), (Cause::HalfOpen, 0.2)];
    shares.extend(scaled(stack, signs::of(verdict, Origin::Stack)));
    shares
}

/// The server's last words, by size and order, were those that end a session in order (exit-status, EOF, CLOSE).
fn server_had_finished(case: &Case) -> bool {
    let Some(reset) = &case.reset else { return false };
    let last = |side: Side| case.flow.half(side).last_data;
    // Some libraries abort a finished session: both sides had just exchanged their last small packets.
    let Some((client, server)) = last(Side::Client).zip(last(Side::Server)) else { return false };
    let near = |moment: Moment| reset.segment().time.since(moment.time) < crate::flow::SHORTEST;
    near(client) && near(server) && client.frame > server.frame
}

fn host_filter(case: &Case, verdict: &Verdict) -> Vec<Share> {
    let share = signs::of(verdict, Origin::HostFilter);
    if signs::idle(case).is_some() && !signs::survived_as_much(case) {
        vec![(Cause::HostFirewallIdleTimeout, 0.7 * share), (Cause::ServerFirewallReject, 0.3 * share)]
    } else {
        vec![(Cause::ServerFirewallReject, 0.8 * share), (Cause::HostFirewallIdleTimeout, 0.2 * share)]
    }
}

/// Whether the server closed right after it had read what the client sent, all of it, without a word: it did not like
/// it. A process that is killed does not wait for that.
fn at_once(case: &Case, fin: Moment) -> bool {
    let client = case.flow.half(Side::Client);
    let loops = client.round_trips.min.map_or(Elapsed::ZERO, |shortest| shortest.time);
    let server = case.flow.half(Side::Server);
    let way = server.round_trips.min.map_or(loops, |shortest| shortest.time);
    let asked = signs::last_data_before(case, Side::Client, fin);
    let answered = signs::last_data_before(case, Side::Server, fin);
    asked.is_some_and(|asked| {
        let silent = answered.is_none_or(|answer| answer.frame < asked.frame);
        let read = case.flow.timeline.segments().find(|it| it.frame == fin.frame);
        let all = read.is_some_and(|close| close.ack == asked.seq.advance(asked.payload_len));
        all && silent && fin.time.since(asked.time) < way + AT_ONCE
    })
}

/// A process that ends because of a packet ends within this after reading it.
const AT_ONCE: Elapsed = Elapsed::from_millis(100);

/// What a box's reset in cipher is for.
pub(super) fn boxes(case: &Case, reset: &Reset, verdict: &Verdict) -> Vec<Share> {
    let idle = signs::idle(case).is_some() && !signs::survived_as_much(case);
    let filter = if signs::was_unanswered(reset) {
        vec![(Cause::BlackholeThenReset, 0.7), (Cause::FirewallRuleReject, 0.2)]
    } else if idle {
        vec![
            (Cause::FirewallIdleTimeout, 0.8),
            (Cause::FirewallStateLost, 0.1),
            (Cause::FirewallRuleReject, 0.08),
        ]
    } else {
        vec![
            (Cause::FirewallRuleReject, 0.5),
            (Cause::FirewallStateLost, 0.35),
            (Cause::FirewallIdleTimeout, 0.1),
        ]
    };
    let forger = if idle && unprompted(reset) {
        vec![(Cause::FirewallIdleTimeout, 0.8), (Cause::InjectedRst, 0.15)]
    } else if idle {
        vec![(Cause::InjectedRst, 0.5), (Cause::FirewallIdleTimeout, 0.4)]
    } else {
        vec![(Cause::InjectedRst, 0.85), (Cause::FirewallRuleReject, 0.1)]
    };
    let mut shares = scaled(filter, signs::of(verdict, Origin::PathFilter));
    shares.extend(scaled(forger, signs::of(verdict, Origin::Forger)));
    shares.push((Cause::NatStateLost, signs::of(verdict, Origin::Owner)));
    shares
}

fn closed(case: &Case) -> Vec<Share> {
    let Some((side, fin)) = case.first_fin() else { return Vec::new() };
    let cipher = &case.transcript.cipher;
    let timer =
        case.silence().0.is_some_and(|silence| silence.after == fin.frame && silence.length >= signs::IDLE);
    match side {
        Side::Client if cipher.client_disconnect.is_some() => vec![(Cause::NormalClose, 0.9)],
        Side::Client if cipher.keepalive.of(Side::Client).unanswered > 0 => {
            vec![(Cause::SshKeepaliveTimeout, 0.85), (Cause::LinkOutage, 0.1)]
        }
        _ if signs::outage_before(case, fin) && loss::is_scattered(case) => {
            vec![(Cause::PathLoss, 0.5), (Cause::LinkOutage, 0.3), (Cause::SshKeepaliveTimeout, 0.1)]
        }
        _ if signs::outage_before(case, fin) => {
            vec![(Cause::LinkOutage, 0.45), (Cause::PathLoss, 0.35), (Cause::SshKeepaliveTimeout, 0.1)]
        }
        Side::Client if timer => vec![(Cause::ProxyIdleTimeout, 0.4), (Cause::NormalClose, 0.4)],
        // Seen from its start, but not how far it got: a client closes after a failed negotiation or login too.
        Side::Client if case.progress.is_none() && !case.is_blind(BlindKind::StartsMidstream) => vec![
            (Cause::NormalClose, 0.5),
            (Cause::AuthenticationFailed, 0.15),
            (Cause::ClientAbort, 0.15),
            (Cause::NoCommonAlgorithm, 0.1),
        ],
        Side::Client => {
            vec![(Cause::NormalClose, 0.7), (Cause::ClientKilled, 0.15), (Cause::CorruptedPacket, 0.05)]
        }
        Side::Server if cipher.keepalive.of(Side::Server).unanswered > 0 => {
            vec![(Cause::SshKeepaliveTimeout, 0.85), (Cause::SshdSessionKilled, 0.1)]
        }
        Side::Server if timer => {
            vec![
                (Cause::SshdSessionKilled, 0.42),
                (Cause::ProxyIdleTimeout, 0.4),
                (Cause::ServerShutdown, 0.1),
            ]
        }
        Side::Server if at_once(case, fin) => {
            vec![(Cause::CorruptedPacket, 0.45), (Cause::SshdSessionKilled, 0.35), (Cause::OomKill, 0.05)]
        }
        Side::Server => vec![
            (Cause::SshdSessionKilled, 0.6),
            (Cause::ServerShutdown, 0.15),
            (Cause::OomKill, 0.1),
            (Cause::CorruptedPacket, 0.1),
        ],
    }
}

/// Died without a word.
pub(super) fn silence(case: &Case) -> Vec<Share> {
    if signs::idle(case).is_some() && !signs::survived_as_much(case) {
        vec![(Cause::FirewallSilentDrop, 0.7), (Cause::LinkOutage, 0.15), (Cause::NatStateLost, 0.08)]
    } else {
        vec![
            (Cause::LinkOutage, 0.6),
            (Cause::FirewallSilentDrop, 0.15),
            (Cause::PathLoss, 0.1),
            (Cause::MtuBlackhole, 0.05),
        ]
    }
}

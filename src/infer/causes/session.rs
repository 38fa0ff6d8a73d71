//! In cipher, past authentication; also where the start is not in the capture.

use super::signs::{self, Vain};
use super::{Share, closing, relay, scaled};
use crate::case::{BlindKind, Case, Ending, Reset};
use crate::cause::{Cause, Origin};
use crate::flow::{Moment, Side};
use crate::infer::Verdict;

pub(super) fn causes(case: &Case, verdict: Option<&Verdict>) -> Vec<Share> {
    if case.ending != Ending::Silence && broken_stream(case) {
        return vec![(Cause::MalformedPacket, 0.6), (Cause::CorruptedPacket, 0.35)];
    }
    match (case.ending, &case.reset, verdict) {
        (Ending::Reset, Some(reset), Some(verdict)) => reset_in_session(case, reset, verdict),
        (Ending::Close, ..) => closing::causes(case),
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
        return match reset.claimed {
            Side::Server => {
                vec![(Cause::NatRebinding, 0.4), (Cause::NatStateLost, 0.3), (Cause::ServerRebooted, 0.2)]
            }
            // A client that was scanning has no socket for the answer either.
            Side::Client => vec![
                (Cause::NatStateLost, 0.4),
                (Cause::HalfOpen, 0.25),
                (Cause::PortScan, 0.15),
                (Cause::ClientKilled, 0.1),
            ],
        };
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
        None if reset.is_unprompted() && case.idle().is_some() => out_of_silence(case, reset),
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
    } else if signs::was_away(case, reset) {
        vec![
            (Cause::ServerRebooted, 0.7),
            (Cause::ServerFailover, 0.12),
            (Cause::NatStateLost, 0.08),
            (Cause::NatRebinding, 0.06),
        ]
    } else {
        // No host restarts between two packets: another one answers, or a reset that this capture did not see was first.
        vec![
            (Cause::ServerFailover, 0.25),
            (Cause::NatRebinding, 0.2),
            (Cause::InjectedRst, 0.2),
            (Cause::FirewallStateLost, 0.15),
            (Cause::ServerRebooted, 0.1),
        ]
    };
    let mut shares = scaled(socket, signs::of(verdict, Origin::Socket));
    shares.extend(scaled(stack, signs::of(verdict, Origin::Stack)));
    shares
}

/// A socket that resets of its own accord after a silence.
fn out_of_silence(case: &Case, reset: &Reset) -> Vec<Share> {
    let side = reset.claimed;
    let killed = if side == Side::Server { Cause::SshdSessionKilled } else { Cause::ClientKilled };
    if relay::is_relay(case, side) {
        return vec![(Cause::ProxyIdleTimeout, 0.75), (killed, 0.1), (Cause::SocketDestroyed, 0.05)];
    }
    if signs::left_unread(case, side, reset.segment().frame) {
        return if case.transcript.cipher.keepalive.of(!side).unanswered > 0 {
            // Its TCP took the probes and its program did not: it had stopped before it was ended.
            vec![(killed, 0.5), (Cause::SshKeepaliveTimeout, 0.3), (Cause::ProxyIdleTimeout, 0.1)]
        } else {
            vec![(killed, 0.55), (Cause::ProxyIdleTimeout, 0.2), (Cause::OomKill, 0.08)]
        };
    }
    // Nothing was unread, so no process died of it: a kill would have shown as FIN.
    let long = case.idle().is_some_and(|silence| silence.length >= Case::SHORTEST_TIMER);
    match side {
        _ if long => {
            vec![(Cause::ProxyIdleTimeout, 0.55), (Cause::SocketDestroyed, 0.25), (killed, 0.08)]
        }
        Side::Server => {
            vec![(Cause::SocketDestroyed, 0.45), (Cause::ProxyIdleTimeout, 0.3), (killed, 0.1)]
        }
        Side::Client => {
            vec![(Cause::ClientAbort, 0.4), (Cause::ProxyIdleTimeout, 0.25), (Cause::SocketDestroyed, 0.15)]
        }
    }
}

fn by_client(case: &Case, reset: &Reset, verdict: &Verdict) -> Vec<Share> {
    // A filter on the host has causes of its own.
    let own = signs::of(verdict, Origin::Socket) + signs::of(verdict, Origin::Stack);
    if case.transcript.cipher.client_disconnect.is_some() || server_had_finished(case) {
        return vec![(Cause::NormalClose, 0.7 * own), (Cause::ClientAbort, 0.2 * own)];
    }
    let idle_end = reset.is_unprompted() && case.idle().is_some();
    let socket = match signs::waited_in_vain(case, Side::Client) {
        Some(Vain::Probes) => {
            vec![(Cause::TcpKeepaliveTimeout, 0.75), (Cause::TcpUserTimeout, 0.12), (Cause::LinkOutage, 0.1)]
        }
        Some(Vain::Data) => {
            vec![(Cause::LinkOutage, 0.45), (Cause::TcpUserTimeout, 0.25), (Cause::PathLoss, 0.2)]
        }
        None if idle_end => out_of_silence(case, reset),
        None => vec![(Cause::ClientKilled, 0.5), (Cause::ClientAbort, 0.4)],
    };
    let mut shares = scaled(socket, signs::of(verdict, Origin::Socket));
    shares.extend(scaled(unknown_to_client(case, reset), signs::of(verdict, Origin::Stack)));
    shares
}

/// A reset of the client's before anybody was logged in: its program `ended` it, unless its TCP had no socket for it.
pub(super) fn by_client_early(
    case: &Case,
    reset: &Reset,
    verdict: &Verdict,
    ended: Vec<Share>,
) -> Vec<Share> {
    let stack = signs::of(verdict, Origin::Stack);
    let mut shares = scaled(ended, verdict.claimed_host - stack);
    shares.extend(scaled(unknown_to_client(case, reset), stack));
    shares
}

/// The client's TCP resets what it does not know, and was never seen to close it.
fn unknown_to_client(case: &Case, reset: &Reset) -> Vec<Share> {
    if signs::was_away(case, reset) {
        vec![(Cause::NatStateLost, 0.35), (Cause::HalfOpen, 0.3), (Cause::ClientKilled, 0.2)]
    } else {
        // A program that ends says so, by FIN or by reset, and no host restarts between two packets: its socket was ended
        // by a reset that this capture did not see.
        vec![(Cause::InjectedRst, 0.45), (Cause::FirewallStateLost, 0.2), (Cause::NatStateLost, 0.15)]
    }
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
    if case.idle().is_some() && !signs::survived_as_much(case) {
        vec![(Cause::HostFirewallIdleTimeout, 0.7 * share), (Cause::ServerFirewallReject, 0.3 * share)]
    } else {
        vec![(Cause::ServerFirewallReject, 0.8 * share), (Cause::HostFirewallIdleTimeout, 0.2 * share)]
    }
}

/// What a box's reset in cipher is for.
pub(super) fn boxes(case: &Case, reset: &Reset, verdict: &Verdict) -> Vec<Share> {
    let idle = case.idle().is_some() && !signs::survived_as_much(case);
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
    let long = case.idle().is_some_and(|silence| silence.length >= Case::SHORTEST_TIMER);
    let forger = if idle && reset.is_unprompted() && long {
        vec![(Cause::FirewallIdleTimeout, 0.8), (Cause::InjectedRst, 0.15)]
    } else if idle && reset.is_unprompted() {
        vec![(Cause::FirewallIdleTimeout, 0.62), (Cause::InjectedRst, 0.32)]
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

/// Died without a word.
pub(super) fn silence(case: &Case) -> Vec<Share> {
    if case.idle().is_some() && !signs::survived_as_much(case) {
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

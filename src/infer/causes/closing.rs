//! In cipher, past authentication, and a FIN ended it.

use super::{Share, loss, relay, signs};
use crate::case::{BlindKind, Case};
use crate::cause::Cause;
use crate::flow::{Moment, Side};
use crate::units::Elapsed;
use crate::wire::Segment;

pub(super) fn causes(case: &Case) -> Vec<Share> {
    let Some((side, fin)) = case.first_fin() else { return Vec::new() };
    if case.flow.half(!side).packets == 0 {
        // Only one direction was captured: nobody knows whose FIN came first.
        return vec![(Cause::NormalClose, 0.5), (Cause::SshdSessionKilled, 0.2), (Cause::ClientAbort, 0.1)];
    }
    let pause = signs::pause_before(case, fin.frame);
    let unanswered = case.transcript.cipher.keepalive.of(side).unanswered > 0;
    let killed = if side == Side::Server { Cause::SshdSessionKilled } else { Cause::ClientKilled };
    if pause >= Case::IDLE && relay::is_relay(case, side) {
        return vec![(Cause::ProxyIdleTimeout, 0.75), (killed, 0.15)];
    }
    if side == Side::Client && case.transcript.cipher.client_disconnect.is_some() {
        return orderly(case);
    }
    if side == Side::Client && unanswered {
        return vec![(Cause::SshKeepaliveTimeout, 0.85), (Cause::LinkOutage, 0.1)];
    }
    if signs::outage_before(case, fin) {
        return if loss::is_scattered(case) {
            vec![(Cause::PathLoss, 0.5), (Cause::LinkOutage, 0.3), (Cause::SshKeepaliveTimeout, 0.1)]
        } else {
            vec![(Cause::LinkOutage, 0.45), (Cause::PathLoss, 0.35), (Cause::SshKeepaliveTimeout, 0.1)]
        };
    }
    if unanswered {
        return vec![(Cause::SshKeepaliveTimeout, 0.85), (Cause::SshdSessionKilled, 0.1)];
    }
    match side {
        Side::Client => by_client(case, pause),
        Side::Server => by_server(case, fin, pause),
    }
}

/// Both had said good-bye; a reset after that is an echo.
fn orderly(case: &Case) -> Vec<Share> {
    if case.reset.is_some() {
        vec![(Cause::BenignRstAfterClose, 0.85), (Cause::NormalClose, 0.1)]
    } else {
        vec![(Cause::NormalClose, 0.93)]
    }
}

fn by_client(case: &Case, pause: Elapsed) -> Vec<Share> {
    // An SSH client's own good-bye, or its answer to the server's, would stand before its FIN.
    if pause >= Case::SHORTEST_TIMER {
        vec![(Cause::ClientKilled, 0.4), (Cause::ProxyIdleTimeout, 0.3), (Cause::NormalClose, 0.2)]
    } else if pause >= Case::IDLE {
        vec![(Cause::ClientKilled, 0.45), (Cause::NormalClose, 0.25), (Cause::ProxyIdleTimeout, 0.15)]
    } else if case.progress.is_none() && !case.is_blind(BlindKind::StartsMidstream) {
        // Seen from its start, but not how far it got: a client closes after a failed negotiation or login too.
        vec![
            (Cause::NormalClose, 0.5),
            (Cause::AuthenticationFailed, 0.15),
            (Cause::ClientAbort, 0.15),
            (Cause::NoCommonAlgorithm, 0.1),
        ]
    } else {
        vec![(Cause::NormalClose, 0.7), (Cause::ClientKilled, 0.15), (Cause::CorruptedPacket, 0.05)]
    }
}

fn by_server(case: &Case, fin: Moment, pause: Elapsed) -> Vec<Share> {
    if pause >= Case::SHORTEST_TIMER {
        vec![(Cause::SshdSessionKilled, 0.42), (Cause::ProxyIdleTimeout, 0.38), (Cause::ServerShutdown, 0.1)]
    } else if pause >= Case::IDLE {
        vec![(Cause::SshdSessionKilled, 0.55), (Cause::ProxyIdleTimeout, 0.18), (Cause::ServerShutdown, 0.14)]
    } else if at_once(case, fin) {
        vec![
            (Cause::CorruptedPacket, 0.42),
            (Cause::SshdSessionKilled, 0.33),
            (Cause::MalformedPacket, 0.12),
            (Cause::OomKill, 0.05),
        ]
    } else if case.progress.is_none() {
        // Before the login a server closes for other reasons.
        vec![
            (Cause::SshdSessionKilled, 0.4),
            (Cause::MaxAuthTries, 0.12),
            (Cause::LoginGraceTimeout, 0.1),
            (Cause::ServerShutdown, 0.1),
            (Cause::CorruptedPacket, 0.08),
            (Cause::ProtocolMismatch, 0.06),
        ]
    } else {
        vec![
            (Cause::SshdSessionKilled, 0.6),
            (Cause::ServerShutdown, 0.15),
            (Cause::OomKill, 0.1),
            (Cause::CorruptedPacket, 0.1),
        ]
    }
}

/// Whether the server closed right after it had received a single packet of the client, without a word: it did not like the
/// packet. In the midst of a stream, or with something still on its way, the packet before is chance.
fn at_once(case: &Case, fin: Moment) -> bool {
    let loops = |side: Side| case.flow.half(side).round_trips.min.map(|shortest| shortest.time);
    let way = loops(Side::Server).or(loops(Side::Client)).unwrap_or_default();
    let segments = case.flow.timeline.segments().rev();
    let mut up_to = segments.skip_while(|segment| segment.frame > fin.frame);
    let Some(end) = up_to.next() else { return false };
    let mut data = up_to.filter(|segment| segment.payload_len > 0);
    let by_client = |segment: &Segment| case.flow.side(segment.from) == Side::Client;
    let Some(asked) = data.next().filter(by_client) else { return false };
    let single = !data.next().is_some_and(|before| by_client(&before));
    let received = !asked.end().is_after(end.ack);
    single && received && fin.time.since(asked.time) < way + AT_ONCE
}

/// A process that ends because of a packet ends within this after reading it.
const AT_ONCE: Elapsed = Elapsed::from_millis(100);

//! What a connection does at the moment, for somebody who looks on.

use std::net::SocketAddr;

use crate::flow::{Flow, Side};
use crate::report::Activity;
use crate::ssh::Phase;
use crate::units::Elapsed;

/// Of connection number `id`, whose SSH has come to `phase` and which has been `idle` for so long.
pub(super) fn of(id: u32, flow: &Flow, phase: Option<Phase>, idle: Elapsed) -> Activity {
    let end = |side: Side| {
        let end = flow.key.at(flow.end(side));
        SocketAddr::new(end.addr, end.port).to_string()
    };
    let half = |side: Side| flow.half(side);
    let phase = phase.map(|phase| match phase {
        Phase::Banner => "banner",
        Phase::Kex => "kex",
        Phase::Auth => "auth",
        Phase::Session => "session",
    });
    Activity {
        id,
        client: end(Side::Client),
        server: end(Side::Server),
        phase: if flow.is_established() { phase } else { Some("tcp-handshake") },
        idle,
        retransmissions: Side::BOTH.map(|side| half(side).retransmitted).iter().sum(),
        waits: Side::BOTH.into_iter().any(|side| half(side).unanswered.is_some()),
    }
}

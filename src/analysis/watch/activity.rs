//! What a connection does at the moment, for somebody who looks on.

use std::net::SocketAddr;

use crate::flow::{Flow, Side};
use crate::ssh::Phase;
use crate::units::Elapsed;

/// A connection that lives, as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    /// Its number among all connections watched.
    pub id: u32,
    /// Who opened it.
    pub client: SocketAddr,
    /// Whom it was opened to.
    pub server: SocketAddr,
    /// How far SSH got, in the contract's words; `None` where nothing tells.
    pub phase: Option<&'static str>,
    /// Time since its last packet.
    pub idle: Elapsed,
    /// Segments sent again, both directions.
    pub retransmissions: u64,
    /// Packets, both directions.
    pub packets: u64,
    /// Something of it waits for an answer.
    pub waits: bool,
}

impl Activity {
    pub(super) fn of(id: u32, flow: &Flow, phase: Option<Phase>, idle: Elapsed) -> Self {
        let end = |side: Side| {
            let end = flow.key.at(flow.end(side));
            SocketAddr::new(end.addr, end.port)
        };
        let half = |side: Side| flow.half(side);
        let phase = phase.map(|phase| match phase {
            Phase::Banner => "banner",
            Phase::Kex => "kex",
            Phase::Auth => "auth",
            Phase::Session => "session",
        });
        Self {
            id,
            client: end(Side::Client),
            server: end(Side::Server),
            phase: if flow.is_established() { phase } else { Some("tcp-handshake") },
            idle,
            retransmissions: Side::BOTH.map(|side| half(side).retransmitted).iter().sum(),
            packets: flow.packets,
            waits: Side::BOTH.into_iter().any(|side| half(side).unanswered.is_some()),
        }
    }
}

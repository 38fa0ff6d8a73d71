//! Where on the path the capture was taken, by its own signs.

use crate::flow::{Flow, Side};
use crate::units::Elapsed;
use crate::wire::{Checksum, Traits};

/// A place on the path between the two hosts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spot {
    /// On the client host.
    Client,
    /// On the client's own network, before the first router.
    ClientSide,
    /// Between routers.
    Middle,
    /// On the server's own network, behind the last router.
    ServerSide,
    /// On the server host.
    Server,
    /// The signs do not tell.
    #[default]
    Unknown,
}

impl Spot {
    /// The contract's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::ClientSide => "client-side",
            Self::Middle => "middle",
            Self::ServerSide => "server-side",
            Self::Server => "server",
            Self::Unknown => "unknown",
        }
    }

    /// On the host of `side`.
    pub fn is_at(self, side: Side) -> bool {
        matches!((self, side), (Self::Client, Side::Client) | (Self::Server, Side::Server))
    }

    /// On the host of `side` or before its first router.
    pub fn is_near(self, side: Side) -> bool {
        self.is_at(side)
            || matches!((self, side), (Self::ClientSide, Side::Client) | (Self::ServerSide, Side::Server))
    }
}

/// A place with how sure it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Vantage {
    /// The place.
    pub spot: Spot,
    /// Between 0 and 1.
    pub confidence: f64,
}

/// Where `flow` was seen.
///
/// Signs, strongest first: checksums left for the network card and super-packets (only the sending host shows
/// them), a TTL no router has lowered, the loop to one end being a small part of the whole.
pub(super) fn of(flow: &Flow) -> Vantage {
    let near: Vec<(Side, Nearness)> =
        Side::BOTH.into_iter().filter_map(|side| nearness(flow, side).map(|near| (side, near))).collect();
    let (spot, confidence) = match near.as_slice() {
        [(side, near)] => placed(*side, *near),
        [(first, a), (_, b)] if a.on_host && !b.on_host => placed(*first, *a),
        [(_, a), (second, b)] if b.on_host && !a.on_host => placed(*second, *b),
        [(first, a), (second, b)] => match by_loops(flow) {
            Some(side) if side == *first => placed(*first, *a),
            Some(_) => placed(*second, *b),
            None => (Spot::Unknown, 0.0),
        },
        _ if routed(flow) => (Spot::Middle, 0.8),
        _ => (Spot::Unknown, 0.0),
    };
    Vantage { spot, confidence }
}

#[derive(Clone, Copy)]
struct Nearness {
    on_host: bool,
}

fn placed(side: Side, near: Nearness) -> (Spot, f64) {
    match (side, near.on_host) {
        (Side::Client, true) => (Spot::Client, 0.9),
        (Side::Client, false) => (Spot::ClientSide, 0.7),
        (Side::Server, true) => (Spot::Server, 0.9),
        (Side::Server, false) => (Spot::ServerSide, 0.7),
    }
}

fn nearness(flow: &Flow, side: Side) -> Option<Nearness> {
    let half = flow.half(side);
    let fresh = half.ttl.usual().is_some_and(|ttl| matches!(ttl.value, 64 | 128 | 255));
    let unfinished = flow.timeline.segments().any(|segment| {
        segment.from == flow.end(side)
            && (segment.checksum == Checksum::Partial || segment.traits.has(Traits::SUPER_PACKET))
    });
    let short = half.round_trips.min.is_none_or(|shortest| shortest.time < SAME_WIRE);
    (fresh && short).then_some(Nearness { on_host: unfinished })
}

/// A loop shorter than this can stay on one wire; longer ones can too (a busy host), so it only supports.
const SAME_WIRE: Elapsed = Elapsed::from_millis(2);

fn by_loops(flow: &Flow) -> Option<Side> {
    let shortest = |side: Side| flow.half(side).round_trips.min.map(|shortest| shortest.time);
    let (client, server) = (shortest(Side::Client)?, shortest(Side::Server)?);
    if client.as_nanos() * 4 < server.as_nanos() {
        Some(Side::Client)
    } else if server.as_nanos() * 4 < client.as_nanos() {
        Some(Side::Server)
    } else {
        None
    }
}

fn routed(flow: &Flow) -> bool {
    Side::BOTH
        .into_iter()
        .all(|side| flow.half(side).ttl.usual().is_some_and(|ttl| !matches!(ttl.value, 32 | 64 | 128 | 255)))
}

//! Where on the path the capture was taken: by its own signs, or because its user says so.

use crate::case::Host;
use crate::flow::{Flow, Pair, Side};
use crate::frame::Mark;
use crate::units::Elapsed;
use crate::wire::Segment;

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

    const fn at(side: Side) -> Self {
        match side {
            Side::Client => Self::Client,
            Side::Server => Self::Server,
        }
    }

    const fn beside(side: Side) -> Self {
        match side {
            Side::Client => Self::ClientSide,
            Side::Server => Self::ServerSide,
        }
    }
}

/// A place with how sure it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Vantage {
    /// The place.
    pub spot: Spot,
    /// Between 0 and 1; 1 only for what the user says.
    pub confidence: f64,
}

impl Vantage {
    /// The place that the user knows.
    pub const fn known(spot: Spot) -> Self {
        Self { spot, confidence: 1.0 }
    }

    const UNKNOWN: Self = Self { spot: Spot::Unknown, confidence: 0.0 };

    /// Of one end there is nothing but resets, and these may be forged.
    const BETWEEN_RESETS: Self = Self { spot: Spot::Middle, confidence: 0.7 };
}

/// Where `flow` was seen. `hosts`: what other connections of the capture show of its two ends, for an end that
/// sent nothing but a reset in this one.
///
/// A TTL that no router has lowered tells the side. Whether the capture was taken on that host or on its wire is told,
/// strongest first, by the capture's own marks, by checksums and super-packets that only the sending machine shows, and by
/// the time in which the host answers. `tests/calibration.rs` prints how often each place is right where that is known.
pub(super) fn of(flow: &Flow, hosts: &Pair<Host>) -> Vantage {
    let client = Signs::of(flow, hosts, Side::Client);
    let server = Signs::of(flow, hosts, Side::Server);
    match (client.fresh, server.fresh) {
        (Some(true), Some(true)) => match nearer(&client, &server) {
            Some(side) => near(side, if side == Side::Client { &client } else { &server }, flow),
            None => Vantage::UNKNOWN,
        },
        (Some(true), _) => near(Side::Client, &client, flow),
        (_, Some(true)) => near(Side::Server, &server, flow),
        (Some(false), Some(false)) => Vantage { spot: Spot::Middle, confidence: 0.9 },
        (Some(false), None) if resets_were_routed(flow, Side::Server) => Vantage::BETWEEN_RESETS,
        (None, Some(false)) if resets_were_routed(flow, Side::Client) => Vantage::BETWEEN_RESETS,
        _ => Vantage::UNKNOWN,
    }
}

/// What the packets of one host say of its distance.
struct Signs {
    /// Its TTL is one that hosts start with; `None` without a packet of it.
    fresh: Option<bool>,
    /// The shortest loop from here to it and back.
    round_trip: Option<Elapsed>,
    /// The capture says that this machine sent its packets and received the other's.
    sent_here: bool,
    /// Packets as only the machine that sends them sees them.
    unfinished: bool,
}

impl Signs {
    fn of(flow: &Flow, hosts: &Pair<Host>, side: Side) -> Self {
        let (half, other) = (flow.half(side), hosts.of(side));
        let ttl = half.ttl.usual().filter(|_| !is_crafted(flow, side)).or_else(|| other.ttl.usual());
        let loops = half.round_trips.min.into_iter().chain(other.round_trip);
        Self {
            fresh: ttl.map(|ttl| is_fresh(ttl.value)),
            round_trip: loops.map(|it| it.time).min(),
            sent_here: is_sent_here(flow, side),
            unfinished: flow.half(side).unfinished || other.unfinished,
        }
    }
}

/// Whether systems send with this TTL: Linux, BSDs and macOS with 64, Windows with 128, some appliances with 255.
const fn is_fresh(ttl: u8) -> bool {
    matches!(ttl, 64 | 128 | 255)
}

/// Whether the SYN of `side` is a scanner's, made with a TTL of its choice: its kernel, which never heard of that SYN, resets
/// what comes back with a TTL of its own.
fn is_crafted(flow: &Flow, side: Side) -> bool {
    let (half, from) = (flow.half(side), flow.end(side));
    let other_ttl = |ttl: u8| half.ttl.count(ttl) == 0;
    half.acked.is_none() && flow.resets.iter().any(|it| it.segment.from == from && other_ttl(it.segment.ttl))
}

fn near(side: Side, signs: &Signs, flow: &Flow) -> Vantage {
    let (spot, confidence) = match signs.round_trip {
        _ if signs.sent_here => (Spot::at(side), 0.97),
        // Seen on the far side of virtual wires, too, which hand checksums on unfinished; then it takes time to get there.
        None if signs.unfinished => (Spot::at(side), 0.9),
        Some(time) if signs.unfinished && time < SAME_WIRE => (Spot::at(side), 0.9),
        Some(time) if time <= SAME_HOST => (Spot::at(side), 0.8),
        Some(time) if time < SAME_WIRE => (Spot::beside(side), 0.6),
        // No wire of one's own network is that long: a tunnel, that lowers no TTL.
        Some(_) if flow.has_handshake_loop() => return Vantage::UNKNOWN,
        Some(_) => (Spot::beside(side), 0.5),
        // It never answered. Captures on hosts are more usual than on their wires.
        None => (Spot::at(side), 0.6),
    };
    Vantage { spot, confidence }
}

/// A kernel answers within this time (15 to 100 µs on captures of the lab that were taken on the host); through a
/// network card, a switch and another machine's interrupt it takes longer as a rule.
const SAME_HOST: Elapsed = Elapsed::from_micros(100);

/// A loop shorter than this can stay on one wire; longer ones can too (a busy host), so it only supports.
const SAME_WIRE: Elapsed = Elapsed::from_millis(2);

/// Which of two hosts without a router in between was captured on.
fn nearer(client: &Signs, server: &Signs) -> Option<Side> {
    let only = |client: bool, server: bool| match (client, server) {
        (true, false) => Some(Side::Client),
        (false, true) => Some(Side::Server),
        _ => None,
    };
    only(client.sent_here, server.sent_here)
        .or_else(|| only(client.unfinished, server.unfinished))
        .or_else(|| shorter(client.round_trip?, server.round_trip?))
}

/// The side whose loop is a small part of the whole.
fn shorter(client: Elapsed, server: Elapsed) -> Option<Side> {
    if client.as_nanos() * 4 < server.as_nanos() {
        Some(Side::Client)
    } else if server.as_nanos() * 4 < client.as_nanos() {
        Some(Side::Server)
    } else {
        None
    }
}

/// Whether the capture marks all packets of `side` as sent by the capturing machine, and all others as received.
fn is_sent_here(flow: &Flow, side: Side) -> bool {
    let from = flow.end(side);
    let agrees = |segment: &Segment| match segment.mark {
        Mark::Outbound => segment.from == from,
        Mark::Inbound => segment.from != from,
        Mark::None => false,
    };
    flow.half(side).packets > 0 && flow.timeline.segments().filter(|it| !it.flags.rst()).all(|it| agrees(&it))
}

/// Whether `side` shows resets, and routers lowered the TTL of all: neither that host nor a box beside it sent one past
/// here. They may be forged; they say that nobody is near, not who it was.
fn resets_were_routed(flow: &Flow, side: Side) -> bool {
    let from = flow.end(side);
    let mut ttls =
        flow.resets.iter().filter(|it| it.segment.from == from).map(|it| it.segment.ttl).peekable();
    ttls.peek().is_some() && ttls.all(|ttl| !is_fresh(ttl))
}

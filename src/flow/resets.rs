//! How many segments with RST there were, by whose address they carry.

use crate::flow::{Flow, Side};
use crate::wire::{End, FlowKey, Segment};

/// Segments with RST that carry the address of one side, copies included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resets {
    /// All of them.
    pub count: u64,
    /// Those whose TTL or hop limit none of the packets had that the same end had sent before in the connection. Most
    /// forged ones are among these; routes that change, and hosts that answer without a socket, make others.
    pub other_ttl: u64,
}

impl Resets {
    pub(super) fn take(&mut self, like: Option<bool>) {
        self.count += 1;
        self.other_ttl += u64::from(like == Some(false));
    }

    /// Those of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { count: self.count + other.count, other_ttl: self.other_ttl + other.other_ttl }
    }
}

/// The side of the end that sent, by its port: millions of scanned connections are not looked at more closely. Where neither
/// port or both are those of SSH servers, the lower one is the server's.
pub(super) fn side(key: &FlowKey, from: End, ports: &[u16]) -> Side {
    let [own, other] = [from, !from].map(|end| key.at(end).port);
    match (ports.contains(&own), ports.contains(&other)) {
        (true, false) => Side::Server,
        (false, true) => Side::Client,
        _ if own < other => Side::Server,
        _ => Side::Client,
    }
}

/// Whether the end that sent `reset` had sent a packet of its TTL; `None` where it had sent none.
pub(super) fn is_like(flow: &Flow, reset: &Segment) -> Option<bool> {
    let half = flow.at(reset.from);
    (half.packets > 0).then(|| half.ttl.count(reset.ttl) > 0)
}

/// The same of a connection of which `segments` are all.
pub(super) fn is_like_one_of(segments: impl Iterator<Item = Segment>, reset: &Segment) -> Option<bool> {
    let own = segments.filter(|it| it.from == reset.from && !it.flags.rst());
    own.map(|it| it.ttl == reset.ttl).reduce(|one, other| one || other)
}

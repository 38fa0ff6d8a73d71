//! Resets that look the same though the hosts they claim do not: one machine speaks for several.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::crowd::Crowd;
use super::{Judged, Pattern};
use crate::case::Reset;
use crate::cause::Cause;
use crate::frame::{FrameNo, Place};
use crate::wire::Traits;

declare_pattern! {
    /// Resets with the addresses of several hosts are alike and come from none of them: one machine between made them.
    ///
    /// ## Sees
    /// Resets of three sessions or more that have everything in common that does not depend on the connection (flags, TTL,
    /// TOS, window, identification, options, data), with the addresses of two hosts or more, of which none is as far away as
    /// the resets come from.
    ///
    /// ## Means
    /// Hosts with the same system at the same distance send equal resets. Only a TTL that is none of the hosts' own makes
    /// the likeness tell of one machine between.
    ///
    /// ## Misleads when
    /// The hosts reset with another TTL than they send data with, and have the same system: sockets with a TTL of their own.
    ///
    /// ## Needs
    /// Packets of the claimed hosts that are no resets.
    ///
    /// ## References
    /// Weaver, Sommer, Paxson, Detecting Forged TCP Reset Packets, NDSS 2009 (fingerprints of injectors).
    SAME_RESET_FROM_SEVERAL_HOSTS = "same-reset-from-several-hosts"
}

/// What a host does by itself, where resets turn out not to be the hosts'.
pub(super) const BY_HOSTS: [(Cause, i32); 9] = [
    (Cause::SshdSessionKilled, -6),
    (Cause::OomKill, -6),
    (Cause::SocketDestroyed, -6),
    (Cause::ServerRebooted, -6),
    (Cause::ServerFailover, -6),
    (Cause::ServerShutdown, -6),
    (Cause::ClientKilled, -6),
    (Cause::ClientAbort, -6),
    (Cause::PortClosed, -6),
];

/// Sessions from which on a likeness is called a pattern.
const SESSIONS: usize = 3;

/// What the maker of a reset leaves in it, whatever the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fingerprint {
    place: Place,
    flags: u16,
    ttl: u8,
    tos: u8,
    window: u16,
    ip_id: u16,
    traits: u16,
    octets: u32,
}

impl Fingerprint {
    fn of(reset: &Reset, place: Place) -> Self {
        let segment = reset.segment();
        let kept = [Traits::IPV6, Traits::DONT_FRAGMENT, Traits::TIMESTAMPS];
        let traits = kept.into_iter().filter(|&bit| segment.traits.has(bit)).fold(0, |sum, bit| sum | bit.0);
        Self {
            place,
            flags: segment.flags.0,
            ttl: segment.ttl,
            tos: segment.tos,
            window: segment.window,
            ip_id: segment.ip_id,
            traits,
            octets: segment.payload_len,
        }
    }
}

/// Sessions with one fingerprint.
#[derive(Default)]
struct Alike {
    sessions: Vec<usize>,
    /// The hosts whose address the resets carry.
    hosts: BTreeSet<IpAddr>,
    frames: Vec<FrameNo>,
    /// The usual TTLs of these hosts' own packets.
    own: BTreeSet<u8>,
}

pub(super) fn find(crowd: &Crowd<'_>) -> Vec<Pattern> {
    let mut alike: BTreeMap<Fingerprint, Alike> = BTreeMap::new();
    for (index, Judged { case, .. }) in crowd.each() {
        let Some(reset) = &case.reset else { continue };
        let (own, others) = (&case.flow.half(reset.claimed).ttl, &case.hosts.of(reset.claimed).ttl);
        let Some(usual) = own.usual().or_else(|| others.usual()) else { continue };
        if own.count(reset.segment().ttl) + others.count(reset.segment().ttl) > 0 {
            continue;
        }
        let alike = alike.entry(Fingerprint::of(reset, case.flow.place)).or_default();
        alike.sessions.push(index);
        alike.frames.push(reset.segment().frame);
        alike.hosts.insert(case.endpoint(reset.claimed).addr);
        alike.own.insert(usual.value);
    }
    let several = |alike: &Alike| alike.sessions.len() >= SESSIONS && alike.hosts.len() >= 2;
    alike
        .into_iter()
        .filter(|(_, alike)| several(alike))
        .map(|(print, alike)| pattern(print, alike))
        .collect()
}

fn pattern(print: Fingerprint, alike: Alike) -> Pattern {
    let own: Vec<String> = alike.own.iter().map(ToString::to_string).collect();
    let detail = format!(
        "{} resets with the addresses of {} hosts are alike (TTL {}, window {}, identification {}, TOS {:#04x}), while \
         these hosts' own packets have TTL {}: one machine between made them",
        alike.sessions.len(),
        alike.hosts.len(),
        print.ttl,
        print.window,
        print.ip_id,
        print.tos,
        own.join(" or "),
    );
    let sessions = alike.sessions;
    Pattern::new(&SAME_RESET_FROM_SEVERAL_HOSTS, sessions.clone(), detail)
        .shown_by(alike.frames)
        .moving(&sessions, &BY_HOSTS)
}

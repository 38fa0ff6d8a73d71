//! Resets that look the same though the hosts they claim do not: one machine speaks for several.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::{Judged, Pattern};
use crate::case::Reset;
use crate::frame::Place;
use crate::wire::Traits;

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
    /// The usual TTLs of these hosts' own packets.
    own: BTreeSet<u8>,
}

/// Resets of [`SESSIONS`] sessions or more that have everything in common that does not depend on the connection, with the
/// addresses of two hosts or more, of which none is as far away as the resets come from.
///
/// Hosts with the same system at the same distance send equal resets. Only a TTL that is none of the hosts' own makes
/// the likeness tell of one machine between.
pub(super) fn patterns(sessions: &[Judged]) -> Vec<Pattern> {
    let mut alike: BTreeMap<Fingerprint, Alike> = BTreeMap::new();
    for (index, Judged { case, .. }) in sessions.iter().enumerate() {
        let Some(reset) = &case.reset else { continue };
        let (own, others) = (&case.flow.half(reset.claimed).ttl, &case.hosts.of(reset.claimed).ttl);
        let Some(usual) = own.usual().or_else(|| others.usual()) else { continue };
        if own.count(reset.segment().ttl) + others.count(reset.segment().ttl) > 0 {
            continue;
        }
        let alike = alike.entry(Fingerprint::of(reset, case.flow.place)).or_default();
        alike.sessions.push(index);
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
    Pattern {
        id: "same-reset-from-several-hosts",
        detail: format!(
            "{} resets with the addresses of {} hosts are alike (TTL {}, window {}, identification {}, TOS {:#04x}), while \
             these hosts' own packets have TTL {}: one machine between made them",
            alike.sessions.len(),
            alike.hosts.len(),
            print.ttl,
            print.window,
            print.ip_id,
            print.tos,
            own.join(" or "),
        ),
        sessions: alike.sessions,
    }
}

//! Resets whose TTL goes with that of the packets they answer, not with that of the host they claim.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::Pattern;
use super::crowd::{Crowd, counted};
use super::same_reset_from_several_hosts::BY_HOSTS;
use crate::case::Role;
use crate::frame::{FrameNo, Place};

declare_pattern! {
    /// The TTL of the resets goes with that of their receivers' packets: a box answers with what it copies from them.
    ///
    /// ## Sees
    /// Resets of three sessions or more, each with a TTL that the claimed host does not have, and all the same even number
    /// below the usual TTL of the host they are sent to, while that TTL is not the same for all.
    ///
    /// ## Means
    /// A host and a packet filter start their resets with a TTL of their own. Only a box that turns a packet round, TTL
    /// included, sends one that depends on its receiver. Half the difference is the number of routers between the
    /// capture point and the box.
    ///
    /// ## Misleads when
    /// Several boxes at the same distance, each with its own initial TTL, meet receivers with the same ones.
    ///
    /// ## Needs
    /// Receivers with different TTLs, so clients with different systems or at different distances.
    ///
    /// ## References
    /// Raman et al., CenTrace, CoNEXT 2022; Anonymous et al., Triplet Censors, FOCI 2020.
    RESET_TTL_FOLLOWS_RECEIVER = "reset-ttl-follows-receiver"
}

/// Resets with one distance between their TTL and their receivers'.
#[derive(Default)]
struct Alike {
    sessions: Vec<usize>,
    frames: Vec<FrameNo>,
    ttls: BTreeSet<u8>,
    receivers: BTreeSet<IpAddr>,
}

/// Sessions from which on a likeness is called a pattern.
const SESSIONS: usize = 3;

pub(super) fn find(crowd: &Crowd<'_>) -> Vec<Pattern> {
    let mut alike: BTreeMap<(Place, u8), Alike> = BTreeMap::new();
    for (index, judged) in crowd.each() {
        let case = &judged.case;
        let Some(reset) = case.reset.as_ref().filter(|it| it.role == Role::Initiating) else { continue };
        let (own, others) = (&case.flow.half(reset.claimed).ttl, &case.hosts.of(reset.claimed).ttl);
        let ttl = reset.segment().ttl;
        let foreign = own.total() + others.total() > 0 && own.count(ttl) + others.count(ttl) == 0;
        let Some(receiver) = case.flow.half(reset.receiver()).ttl.usual().filter(|_| foreign) else {
            continue;
        };
        let Some(below) = receiver.value.checked_sub(ttl).filter(|below| below % 2 == 0) else { continue };
        let alike = alike.entry((case.flow.place, below)).or_default();
        alike.sessions.push(index);
        alike.frames.push(reset.segment().frame);
        alike.ttls.insert(ttl);
        alike.receivers.insert(case.endpoint(reset.receiver()).addr);
    }
    let several = |alike: &Alike| {
        alike.sessions.len() >= SESSIONS && alike.ttls.len() >= 2 && alike.receivers.len() >= 2
    };
    let found = alike.into_iter().filter(|(_, alike)| several(alike));
    found.map(|((_, below), alike)| pattern(below, alike)).collect()
}

fn pattern(below: u8, alike: Alike) -> Pattern {
    let how = match below {
        0 => "equal to".to_owned(),
        below => format!("{below} below"),
    };
    let detail = format!(
        "the resets of {} have TTLs {how} those of the hosts they are sent to ({}), and none of the hosts they claim: a box turned \
         packets round",
        counted(alike.sessions.len(), "session"),
        alike.ttls.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    );
    let sessions = alike.sessions;
    Pattern::new(&RESET_TTL_FOLLOWS_RECEIVER, sessions.clone(), detail)
        .shown_by(alike.frames)
        .moving(&sessions, &BY_HOSTS)
}

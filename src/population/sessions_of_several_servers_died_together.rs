//! Sessions of several servers that were reset at once: what they have in common is the path.

use std::collections::BTreeSet;

use super::Pattern;
use super::crowd::{Crowd, client, counted};
use super::death::{self, Death, How};
use crate::cause::Cause;
use crate::flow::Side;
use crate::units::Elapsed;

declare_pattern! {
    /// Sessions with several servers were reset within a second: something that their paths share did it.
    ///
    /// ## Sees
    /// Three sessions or more, with two servers or more, that were reset within 1 s, more than a busy capture brings
    /// together by chance.
    ///
    /// ## Means
    /// Servers do not fail in the same second. What the sessions share does: a firewall that lost its table or got
    /// new rules, an address translator that changed its address, a box that resets what it dislikes.
    ///
    /// ## Misleads when
    /// The servers are virtual machines of one host, or are restarted by one command.
    ///
    /// ## Needs
    /// A capture where the paths to several servers are seen.
    ///
    /// ## References
    /// RFC 7857 §2.2; Linux Documentation/networking/nf_conntrack-sysctl.rst (`nf_conntrack_tcp_loose`).
    SESSIONS_OF_SEVERAL_SERVERS_DIED_TOGETHER = "sessions-of-several-servers-died-together"
}

pub(super) fn find(crowd: &Crowd<'_>) -> Vec<Pattern> {
    let deaths = crowd.timed().filter_map(|(index, judged)| Death::of(index, judged));
    let reset = deaths.filter(|death| death.how != How::Fin).collect();
    death::together(reset, 3).into_iter().filter_map(|deaths| pattern(crowd, &deaths)).collect()
}

fn pattern(crowd: &Crowd<'_>, deaths: &[Death]) -> Option<Pattern> {
    let judged = || deaths.iter().filter_map(|death| crowd.get(death.session));
    let servers: BTreeSet<_> = judged().map(|it| it.case.endpoint(Side::Server).addr).collect();
    let clients: BTreeSet<_> = judged().map(client).collect();
    if servers.len() < 2 {
        return None;
    }
    let span = deaths.first().zip(deaths.last()).map_or(Elapsed::ZERO, |(a, b)| b.time.since(a.time));
    let detail = format!(
        "{} of {} with {} were reset within {span}, {}: what their paths share did it",
        counted(deaths.len(), "session"),
        counted(clients.len(), "client"),
        counted(servers.len(), "server"),
        death::kinds(deaths),
    );
    let members: Vec<usize> = deaths.iter().map(|death| death.session).collect();
    let pattern = Pattern::new(&SESSIONS_OF_SEVERAL_SERVERS_DIED_TOGETHER, members.clone(), detail);
    Some(pattern.shown_by(deaths.iter().map(|death| death.frame)).moving(&members, &MOVES))
}

/// What meets one server alone, and what meets all that pass one place.
const MOVES: [(Cause, i32); 8] = [
    (Cause::SshdSessionKilled, -6),
    (Cause::OomKill, -8),
    (Cause::SocketDestroyed, -4),
    (Cause::ServerRebooted, -5),
    (Cause::ServerFailover, -5),
    (Cause::FirewallStateLost, 5),
    (Cause::FirewallRuleReject, 2),
    (Cause::NatStateLost, 3),
];

//! A server that knows none of its connections any more.

use super::aftermath::{self, Aftermath, Clock};
use super::crowd::{Crowd, Numbered, counted};
use super::death::{self, Death, How};
use super::{Judged, Pattern};
use crate::cause::Cause;
use crate::flow::Side;
use crate::infer::Sender;
use crate::wire::Endpoint;

declare_pattern! {
    /// A server answered the packets of several sessions as if it had never known them.
    ///
    /// ## Sees
    /// Two sessions or more of one server that ended by a reset in answer to a packet, sent by the server itself, with
    /// one moment in which all can have been lost: no session had a sign of life from the server after another
    /// had been refused. Then how the next connection fared, and whether the server's timestamps, TTL and
    /// identification are those of before.
    ///
    /// ## Means
    /// The host lost its memory of TCP: it was restarted, or another machine took over its address. Such resets come
    /// when a client sends next, so they may lie hours apart and long after the restart. Timestamps that jump, while
    /// before they were common to all connections of a client, are those of another kernel.
    ///
    /// ## Misleads when
    /// A translator or balancer in front of the server sends all old connections to another host. Somebody
    /// destroyed the sockets by hand (`ss -K`).
    ///
    /// ## Needs
    /// Sessions that sent something after the loss.
    ///
    /// ## References
    /// RFC 9293 §3.5.1, §3.10.7.1; Linux net/core/secure_seq.c (`secure_tcp_ts_off`).
    SERVER_LOST_ITS_CONNECTIONS = "server-lost-its-connections"
}

pub(super) fn find(crowd: &Crowd<'_>) -> Vec<Pattern> {
    let servers = crowd.by_server().into_iter();
    servers.filter_map(|(server, sessions)| of_server(server, &sessions)).collect()
}

fn of_server(server: Endpoint, sessions: &[Numbered<'_>]) -> Option<Pattern> {
    let own = |death: &Death| death.how == How::Answer && death.sender == Sender::Server;
    let deaths = sessions.iter().filter_map(|(index, judged)| Death::of(*index, judged));
    let mut deaths: Vec<Death> = deaths.filter(own).collect();
    deaths.sort_unstable_by_key(|death| (death.time, death.frame));
    let first = deaths.first()?.time;
    if deaths.len() < 2 || !death::share_a_moment(&deaths) {
        return None;
    }
    let after = Aftermath::of(sessions, first);
    let (before, _) = aftermath::split(sessions, first);
    let other = after.served().zip(before.last()).is_some_and(|(next, (_, before))| differs(before, next));
    let detail = format!(
        "{} of {} port {} were reset by a TCP that had no such connection, all within one possible loss of its memory{}{}",
        counted(deaths.len(), "session"),
        server.addr,
        server.port,
        after.words(),
        if other { "; its TTL or identification differs from before: another machine" } else { "" },
    );
    let members: Vec<usize> = deaths.iter().map(|death| death.session).collect();
    let rebooted = match after.clock {
        Some(Clock::Restarted) => 6,
        Some(Clock::RanOn) => -3,
        None => 2,
    };
    let moves = [
        (Cause::ServerRebooted, rebooted),
        (Cause::ServerFailover, if other { 8 } else { 0 }),
        (Cause::NatStateLost, -4),
        (Cause::SocketDestroyed, -3),
    ];
    let frames = deaths.iter().map(|death| death.frame).chain(after.frame());
    let pattern = Pattern::new(&SERVER_LOST_ITS_CONNECTIONS, members.clone(), detail).shown_by(frames);
    Some(pattern.moving(&members, &moves))
}

/// Whether the server of `after` is another machine than that of `before`, by what a restart does not change.
fn differs(before: &Judged, after: &Judged) -> bool {
    let ttl = |judged: &Judged| judged.case.flow.half(Side::Server).ttl.usual().map(|seen| seen.value);
    let banner = |judged: &Judged| {
        judged.case.transcript.party.of(Side::Server).banner.as_ref().map(|banner| banner.line.clone())
    };
    let both = |one: Option<u8>, other: Option<u8>| one.zip(other).is_some_and(|(one, other)| one != other);
    let same_client = super::crowd::client(before) == super::crowd::client(after);
    let banners = banner(before).zip(banner(after)).is_some_and(|(one, other)| one != other);
    same_client && (both(ttl(before), ttl(after)) || banners)
}

//! Sessions of one server whose processes ended at once.

use super::Pattern;
use super::aftermath::{Aftermath, Clock, Welcome};
use super::crowd::{Crowd, Numbered, counted};
use super::death::{self, Death, How};
use crate::cause::Cause;
use crate::infer::Sender;
use crate::units::Elapsed;
use crate::wire::Endpoint;

declare_pattern! {
    /// Sessions of one server ended within a second: its processes went together.
    ///
    /// ## Sees
    /// Two sessions or more of one address and port that the server ended within 1 s, by FIN or by the reset of a socket,
    /// and how the first connection after that fared. Ends that a busy capture brings together by chance are not taken.
    ///
    /// ## Means
    /// Whatever killed one session killed all: the service with its sessions, a shutdown, a crash of what they have in
    /// common. The kernel was still there to close the sockets, so it was neither a power cut nor a crash of the
    /// kernel. SYNs that are refused afterwards say that the listener is gone too, SYNs without an answer that
    /// the host is; a new session at once says that sshd was only restarted.
    ///
    /// ## Misleads when
    /// A proxy or balancer in front of the server was restarted: its sockets close in the same way. A script ended
    /// commands on many sessions at once, and the server closes first.
    ///
    /// ## Needs
    /// The ends of the sessions, and for what came after, a connection after them.
    ///
    /// ## References
    /// RFC 9293 §3.6; RFC 1122 §4.2.2.13; systemd.kill(5) (`KillMode=`).
    SESSIONS_OF_A_SERVER_DIED_TOGETHER = "sessions-of-a-server-died-together"
}

pub(super) fn find(crowd: &Crowd<'_>) -> Vec<Pattern> {
    let servers = crowd.by_server().into_iter();
    servers.flat_map(|(server, sessions)| of_server(server, &sessions)).collect()
}

fn of_server(server: Endpoint, sessions: &[Numbered<'_>]) -> Vec<Pattern> {
    let own = |death: &Death| death.how != How::Answer && death.sender != Sender::Middlebox;
    let deaths = sessions.iter().filter_map(|(index, judged)| Death::of(*index, judged)).filter(own);
    let groups = death::together(deaths.collect(), 2);
    groups.into_iter().map(|deaths| pattern(server, sessions, &deaths)).collect()
}

fn pattern(server: Endpoint, sessions: &[Numbered<'_>], deaths: &[Death]) -> Pattern {
    let last = deaths.last().map(|death| death.time).unwrap_or_default();
    let span = deaths.first().map_or(Elapsed::ZERO, |first| last.since(first.time));
    let after = Aftermath::of(sessions, last);
    let detail = format!(
        "{} of {} port {} ended within {span}, {}{}",
        counted(deaths.len(), "session"),
        server.addr,
        server.port,
        death::kinds(deaths),
        after.words(),
    );
    let members: Vec<usize> = deaths.iter().map(|death| death.session).collect();
    Pattern::new(&SESSIONS_OF_A_SERVER_DIED_TOGETHER, members.clone(), detail)
        .shown_by(deaths.iter().map(|death| death.frame).chain(after.frame()))
        .moving(&members, &ONE_PROCESS)
        .moving(&members, &[(Cause::ServerShutdown, shutdown(&after))])
}

/// Causes that meet one process or one connection, not all at the same moment.
const ONE_PROCESS: [(Cause, i32); 5] = [
    (Cause::OomKill, -5),
    (Cause::SocketDestroyed, -5),
    (Cause::CorruptedPacket, -8),
    (Cause::ForkFailure, -5),
    (Cause::ProxyIdleTimeout, -8),
];

/// How far the aftermath speaks for a shutdown of the host, in decibans.
fn shutdown(after: &Aftermath<'_>) -> i32 {
    match (after.welcome(), after.clock) {
        (Some(Welcome::Taken), Some(Clock::Restarted)) | (Some(Welcome::Unanswered), _) => 8,
        (Some(Welcome::Taken), Some(Clock::RanOn)) => -8,
        (Some(Welcome::Taken), None) => -3,
        (Some(Welcome::Refused), _) => 6,
        (None, _) => 0,
    }
}

//! Connections turned away while many others had not logged in.

use super::Pattern;
use super::crowd::{Crowd, Numbered, counted};
use super::refusal::{self, Met, Visit};
use crate::cause::Cause;
use crate::wire::Endpoint;

declare_pattern! {
    /// A server turned connections away while others had not logged in yet, and took them when fewer were waiting.
    ///
    /// ## Sees
    /// Two connections or more that the server closed, reset or refused in words at once, before its identification, each
    /// while more others were connected and not logged in than when it took one before; how many were waiting then,
    /// and how many it still took while as many were.
    ///
    /// ## Means
    /// `MaxStartups start:rate:full`: from `start` connections on sshd drops new ones with a probability that grows from
    /// `rate` per cent to certainty at `full` (10:30:100 as shipped). So some are taken and some are not while the
    /// number is the same, and the lowest number at which one was refused is `start` or above.
    ///
    /// ## Misleads when
    /// Connections of clients that the capture does not show count as well: the true numbers are higher. A balancer in
    /// front has a limit of its own. `PerSourceMaxStartups` counts one source only.
    ///
    /// ## Needs
    /// The connections that were waiting, from their handshakes on.
    ///
    /// ## References
    /// sshd_config(5) (`MaxStartups`, `PerSourceMaxStartups`); OpenSSH sshd.c (`should_drop_connection`).
    REFUSALS_AT_THE_STARTUP_LIMIT = "refusals-at-the-startup-limit"
}

pub(super) fn find(crowd: &Crowd<'_>) -> Vec<Pattern> {
    let servers = crowd.by_server().into_iter();
    servers.filter_map(|(server, sessions)| of_server(server, &sessions)).collect()
}

fn of_server(server: Endpoint, sessions: &[Numbered<'_>]) -> Option<Pattern> {
    let visits = refusal::visits(sessions);
    let quiet = visits.iter().filter(|visit| visit.met == Met::Taken).map(|visit| visit.waiting).min()?;
    let away: Vec<&Visit> =
        visits.iter().filter(|it| it.met == Met::TurnedAway && it.waiting > quiet).collect();
    let (least, most) =
        away.iter().map(|visit| visit.waiting).min().zip(away.iter().map(|it| it.waiting).max())?;
    if away.len() < 2 || least < CROWD {
        return None;
    }
    let taken = |visit: &&Visit| visit.met == Met::Taken && visit.waiting >= least;
    let still = visits.iter().filter(taken).count();
    let numbers = if least == most { least.to_string() } else { format!("{least} to {most}") };
    let shape = match still {
        0 => "none was taken while that many were: a fixed limit, or the upper end of a range".to_owned(),
        1 => "one was taken while that many were, as where a server drops at random before it is full"
            .to_owned(),
        _ => format!(
            "{still} were taken while that many were, as where a server drops at random before it is full"
        ),
    };
    let detail = format!(
        "{} of {} port {} were turned away while {numbers} others had not logged in; {shape}",
        counted(away.len(), "connection"),
        server.addr,
        server.port,
    );
    let members: Vec<usize> = away.iter().map(|visit| visit.session).collect();
    let judged = |session: &usize| sessions.iter().find(|(index, _)| index == session).map(|(_, it)| *it);
    let frames: Vec<_> =
        members.iter().take(Pattern::FRAMES).filter_map(judged).filter_map(refusal::frame).collect();
    let pattern = Pattern::new(&REFUSALS_AT_THE_STARTUP_LIMIT, members.clone(), detail).shown_by(frames);
    Some(pattern.moving(&members, &MOVES))
}

/// With fewer waiting, other limits and accidents are as likely.
const CROWD: usize = 2;

const MOVES: [(Cause, i32); 4] = [
    (Cause::MaxStartups, 6),
    (Cause::PerSourcePenalty, -4),
    (Cause::TcpWrappers, -5),
    (Cause::ForkFailure, -2),
];

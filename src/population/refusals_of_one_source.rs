//! A source that a server turns away after what it did before, while nothing else is in the way.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::crowd::{Crowd, Numbered, client, counted};
use super::refusal::{self, Met, Visit};
use super::{Judged, Pattern};
use crate::case::{Ending, Progress};
use crate::cause::Cause;
use crate::units::{Elapsed, Timestamp};
use crate::wire::Endpoint;

declare_pattern! {
    /// A server turned a source away that had left without a login before, though few others were waiting.
    ///
    /// ## Sees
    /// Connections of one address that the server refused before its identification, after others of that address had ended
    /// without a login within ten minutes; at a time when the server had taken connections with as many waiting, or
    /// when none was waiting. And whether others were taken meanwhile.
    ///
    /// ## Means
    /// `PerSourcePenalties` (OpenSSH 9.8 and later, on as shipped): each failed login, crash or login left undone adds
    /// to a penalty of its source, during which sshd turns its connections away. `MaxStartups` would meet all sources,
    /// and only while many are waiting.
    ///
    /// ## Misleads when
    /// The server is busy with clients that the capture does not show: then its limit may be the reason. A program in
    /// front of sshd keeps a list of its own.
    ///
    /// ## Needs
    /// The source's earlier connections.
    ///
    /// ## References
    /// sshd_config(5) (`PerSourcePenalties`, `PerSourceNetBlockSize`); OpenSSH 9.8 release notes.
    REFUSALS_OF_ONE_SOURCE = "refusals-of-one-source"
}

pub(super) fn find(crowd: &Crowd<'_>) -> Vec<Pattern> {
    let servers = crowd.by_server().into_iter();
    servers.flat_map(|(server, sessions)| of_server(server, &sessions)).collect()
}

fn of_server(server: Endpoint, sessions: &[Numbered<'_>]) -> Vec<Pattern> {
    let visits = refusal::visits(sessions);
    if visits.iter().all(|visit| visit.met != Met::TurnedAway) {
        return Vec::new();
    }
    let judged: BTreeMap<usize, &Judged> = sessions.iter().copied().collect();
    let busiest = visits.iter().filter(|it| it.met == Met::Taken).map(|it| it.waiting).max().unwrap_or(0);
    let mut sources: BTreeMap<IpAddr, Vec<&Visit>> = BTreeMap::new();
    for visit in &visits {
        if let Some(judged) = judged.get(&visit.session) {
            sources.entry(client(judged)).or_default().push(visit);
        }
    }
    let each = sources.iter();
    each.filter_map(|(source, own)| of_source(server, *source, own, &visits, busiest, &judged)).collect()
}

fn of_source(
    server: Endpoint,
    source: IpAddr,
    own: &[&Visit],
    all: &[Visit],
    busiest: usize,
    judged: &BTreeMap<usize, &Judged>,
) -> Option<Pattern> {
    let first = own.iter().find(|it| it.met == Met::TurnedAway && it.waiting <= busiest)?;
    let away = own.iter().filter(|it| it.met == Met::TurnedAway && it.waiting <= busiest);
    let away: Vec<usize> = away.map(|visit| visit.session).collect();
    let recent = |visit: &&&Visit| visit.until <= first.from && first.from.since(visit.until) < MEMORY;
    let failed = own.iter().filter(recent).filter(|it| judged.get(&it.session).is_some_and(|it| failed(it)));
    let failed: Vec<usize> = failed.map(|visit| visit.session).collect();
    if failed.is_empty() {
        return None;
    }
    let last = own.iter().rfind(|it| it.met == Met::TurnedAway)?;
    let foreign = |visit: &Visit| judged.get(&visit.session).is_some_and(|it| client(it) != source);
    let begun_by = |time: Timestamp| all.partition_point(|visit| visit.from < time);
    let meanwhile = all.get(begun_by(first.from)..begun_by(last.from + NEAR)).unwrap_or_default();
    let taken = meanwhile.iter().filter(|it| it.met == Met::Taken && foreign(it)).count();
    let detail = format!(
        "{} of {source} to {} port {} {} turned away, {} after it had left {} without a login; {} waiting to log in then{}",
        counted(away.len(), "connection"),
        server.addr,
        server.port,
        if away.len() == 1 { "was" } else { "were" },
        first.from.since(judged.get(failed.last()?)?.case.flow.last.time).max_zero(),
        counted(failed.len(), "connection"),
        match first.waiting {
            0 => "nobody else was".to_owned(),
            1 => "one other was".to_owned(),
            waiting => format!("{waiting} others were"),
        },
        match taken {
            0 => String::new(),
            1 => ", and one of another source was taken meanwhile".to_owned(),
            taken => format!(", and {taken} of other sources were taken meanwhile"),
        },
    );
    let strength = if taken > 0 { 8 } else { 4 };
    let frames: Vec<_> = away.iter().filter_map(|it| refusal::frame(judged.get(it)?)).collect();
    let members = failed.into_iter().chain(away.iter().copied()).collect();
    let pattern = Pattern::new(&REFUSALS_OF_ONE_SOURCE, members, detail).shown_by(frames);
    Some(pattern.moving(&away, &[(Cause::PerSourcePenalty, strength), (Cause::MaxStartups, -strength)]))
}

/// Longest time over which a failure counts: the penalties of OpenSSH are forgotten after ten minutes at most as shipped
/// (`max:10m`).
const MEMORY: Elapsed = Elapsed::from_secs(600);

/// Others count that come this soon after the last refusal.
const NEAR: Elapsed = Elapsed::from_secs(1);

/// Whether the connection ended without a login after the server had identified itself.
pub(super) fn failed(judged: &Judged) -> bool {
    let case = &judged.case;
    let early = matches!(case.progress, Some(Progress::Banner | Progress::Kex | Progress::Auth));
    early && refusal::met(judged) == Met::Taken && !matches!(case.ending, Ending::Open)
}

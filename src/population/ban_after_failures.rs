//! A source whose SYNs are refused after its logins had failed.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::aftermath::{Welcome, welcome};
use super::crowd::{Crowd, Numbered, client, counted};
use super::{Judged, Pattern};
use crate::case::{Ending, Progress};
use crate::cause::{Cause, Group};
use crate::flow::Side;
use crate::units::{Elapsed, Timestamp};

declare_pattern! {
    /// A source's new connections were refused after several of its logins had failed.
    ///
    /// ## Sees
    /// Two connections of one address, or more, that ended during authentication; after them SYNs of that address to the
    /// same server that met a reset, an ICMP error or silence. No other address was refused meanwhile; whether others
    /// were served is said.
    ///
    /// ## Means
    /// Something reads sshd's log and puts the address on a list of the packet filter: fail2ban, sshguard, a rule that
    /// counts new connections. A port on which nothing listens any more would be closed for all.
    ///
    /// ## Misleads when
    /// sshd stopped by chance right after the failures, and nobody else tried.
    ///
    /// ## Needs
    /// The failed logins and what came after; connections of others make it sure.
    ///
    /// ## References
    /// fail2ban jail.conf(5) (`maxretry`, `findtime`, `bantime`); filter.d/sshd.conf.
    BAN_AFTER_FAILURES = "ban-after-failures"
}

pub(super) fn find(crowd: &Crowd<'_>) -> Vec<Pattern> {
    let mut servers: BTreeMap<IpAddr, Vec<Numbered<'_>>> = BTreeMap::new();
    for (index, judged) in crowd.timed() {
        servers.entry(judged.case.endpoint(Side::Server).addr).or_default().push((index, judged));
    }
    servers.into_iter().flat_map(|(server, sessions)| of_server(server, &sessions)).collect()
}

fn of_server(server: IpAddr, sessions: &[Numbered<'_>]) -> Vec<Pattern> {
    let mut sources: BTreeMap<IpAddr, Vec<Numbered<'_>>> = BTreeMap::new();
    for &(index, judged) in sessions {
        sources.entry(client(judged)).or_default().push((index, judged));
    }
    let refused: Vec<Numbered<'_>> = refusals(sessions).collect();
    if refused.is_empty() {
        return Vec::new();
    }
    let each = sources.iter();
    each.filter_map(|(source, own)| of_source(server, *source, own, sessions, &refused)).collect()
}

fn of_source(
    server: IpAddr,
    source: IpAddr,
    own: &[Numbered<'_>],
    all: &[Numbered<'_>],
    refused: &[Numbered<'_>],
) -> Option<Pattern> {
    let failed: Vec<Numbered<'_>> = own.iter().copied().filter(|(_, judged)| failed(judged)).collect();
    let since = start(failed.get(FAILURES - 1)?.1);
    let away: Vec<Numbered<'_>> = refusals(own).filter(|(_, judged)| start(judged) > since).collect();
    let (first, last) = (start(away.first()?.1), start(away.last()?.1));
    let failed: Vec<Numbered<'_>> = failed.into_iter().filter(|(_, it)| start(it) < first).collect();
    let foreign = |judged: &Judged| client(judged) != source;
    if between(refused, first, last).iter().any(|(_, judged)| foreign(judged)) {
        return None;
    }
    let let_in = |judged: &Judged| welcome(judged) == Some(Welcome::Taken);
    let others = between(all, first, last).iter().filter(|(_, it)| foreign(it) && let_in(it)).count();
    if between(own, first, last).iter().any(|(_, judged)| let_in(judged)) {
        return None;
    }
    let detail = format!(
        "after {} of {source} to {server} had ended during authentication, {} of it {} refused{}",
        counted(failed.len(), "connection"),
        counted(away.len(), "new connection"),
        if away.len() == 1 { "was" } else { "were" },
        match others {
            0 => String::new(),
            1 => ", while one of another address was served".to_owned(),
            others => format!(", while {others} of other addresses were served"),
        }
    );
    let strength = if others > 0 { 8 } else { 5 };
    let moved: Vec<usize> = away.iter().map(|(index, _)| *index).collect();
    let members = failed.iter().chain(&away).map(|(index, _)| *index).collect();
    let frames = away.iter().map(|(_, judged)| judged.case.flow.first_frame());
    let pattern = Pattern::new(&BAN_AFTER_FAILURES, members, detail).shown_by(frames);
    Some(pattern.moving(
        &moved,
        &[
            (Cause::ServerFirewallReject, strength),
            (Cause::FirewallRuleReject, strength / 2),
            (Cause::PortClosed, -strength),
            (Cause::ServerRebooted, -strength),
            (Cause::LinkOutage, -strength),
        ],
    ))
}

/// Failed logins from which on a ban is thinkable: lists count at least so many (fail2ban five as shipped).
const FAILURES: usize = 2;

/// Others count that come this soon after the last refusal.
const NEAR: Elapsed = Elapsed::from_secs(60);

/// Those of `sessions`, which are in the order of first frames, that began from `first` to a little after `last`.
fn between<'a, 'b>(sessions: &'b [Numbered<'a>], first: Timestamp, last: Timestamp) -> &'b [Numbered<'a>] {
    let begun_by = |time: Timestamp| sessions.partition_point(|(_, judged)| start(judged) < time);
    sessions.get(begun_by(first)..begun_by(last + NEAR)).unwrap_or_default()
}

fn start(judged: &Judged) -> Timestamp {
    judged.case.flow.start()
}

/// Connections that ended during authentication.
fn failed(judged: &Judged) -> bool {
    let group = judged.diagnosis.causes.first().map(|(cause, _)| cause.group());
    judged.case.progress == Some(Progress::Auth)
        && judged.case.ending != Ending::Open
        && group == Some(Group::Authentication)
}

/// Connections whose SYN was refused, or not answered.
fn refusals<'a>(sessions: &[Numbered<'a>]) -> impl Iterator<Item = Numbered<'a>> {
    sessions.iter().copied().filter(|(_, judged)| {
        judged.case.ending == Ending::Refused
            || matches!(welcome(judged), Some(Welcome::Refused | Welcome::Unanswered))
    })
}

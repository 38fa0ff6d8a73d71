//! Refused before the server's identification string: what one connection does not tell, the ones around it may.
//!
//! `Not allowed at this time` is written by OpenSSH from 9.8 on for `MaxStartups` and for `PerSourcePenalties` alike
//! (`sshd.c`, drop_connection). And who closes without a word has not reached MaxStartups if it is an OpenSSH from 8.2
//! on: that would have said so.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::net::IpAddr;

use super::Judged;
use crate::case::{Case, Ending, Progress};
use crate::cause::{Cause, Group};
use crate::flow::Side;
use crate::ssh::{KnownText, Software};
use crate::units::{Elapsed, Timestamp};
use crate::wire::Endpoint;

/// Longest penalty (sshd_config(5), `PerSourcePenalties`: `max:10m`).
const LONGEST_PENALTY: Elapsed = Elapsed::from_secs(600);

/// First release that writes a text when MaxStartups is reached (OpenSSH release notes 8.2).
const SAYS_SO: (u32, u32) = (8, 2);

/// Weighs the causes of refusals by what else the capture holds of the server.
///
/// `sessions` are in the order of their first packets.
pub fn reconsider(sessions: &mut [Judged]) {
    let talkative = talkative(sessions);
    for judged in sessions.iter_mut() {
        let server = judged.case.endpoint(Side::Server);
        if was_dismissed(&judged.case) && talkative.contains(&server) {
            without_max_startups(&mut judged.diagnosis.causes);
        }
    }
    tell_penalties(sessions);
}

/// The servers that some connection shows to be an OpenSSH which says so when MaxStartups is reached.
fn talkative(sessions: &[Judged]) -> BTreeSet<Endpoint> {
    let says_so = |judged: &&Judged| {
        let banner = judged.case.transcript.party.server.banner.as_ref();
        let software = banner.and_then(|banner| Software::of(&banner.line));
        software.is_some_and(|it| it.is_openssh_from(SAYS_SO))
    };
    sessions.iter().filter(says_so).map(|judged| judged.case.endpoint(Side::Server)).collect()
}

/// Whether the server ended a connection on which it had not said anything.
fn was_dismissed(case: &Case) -> bool {
    let by_server = match (case.ending, &case.reset) {
        (Ending::Close, _) => case.first_fin().is_some_and(|(side, _)| side == Side::Server),
        (Ending::Reset, Some(reset)) => reset.claimed == Side::Server,
        _ => false,
    };
    by_server && case.progress == Some(Progress::Banner) && case.flow.half(Side::Server).octets == 0
}

/// Takes MaxStartups out of the causes; the others share what it had.
fn without_max_startups(causes: &mut Vec<(Cause, f64)>) {
    let before: f64 = causes.iter().map(|(_, share)| share).sum();
    causes.retain(|(cause, _)| *cause != Cause::MaxStartups);
    let after: f64 = causes.iter().map(|(_, share)| share).sum();
    for (_, share) in causes.iter_mut() {
        *share *= before / after;
    }
    if causes.is_empty() {
        causes.push((Cause::Unknown, 0.0));
    }
}

fn tell_penalties(sessions: &mut [Judged]) {
    let mut servers: BTreeMap<Endpoint, Server> = BTreeMap::new();
    for judged in sessions {
        let server = servers.entry(judged.case.endpoint(Side::Server)).or_default();
        let opened = judged.case.flow.first.time;
        if was_refused(&judged.case) {
            let seen = server.at(opened, judged.case.endpoint(Side::Client).addr);
            weigh(&mut judged.diagnosis.causes, seen);
        }
        server.take(&judged.case, judged.diagnosis.causes.first().map(|(cause, _)| *cause));
    }
}

fn was_refused(case: &Case) -> bool {
    let text = case.transcript.party.server.stray.as_ref();
    text.is_some_and(|text| text.known == Some(KnownText::NotAllowedAtThisTime))
}

/// What the capture holds of a server's other connections when one is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    /// Connections that sshd had greeted and nobody had logged in on.
    waiting: usize,
    /// A connection of the same address ended in a way that sshd punishes, not longer ago than a penalty lasts.
    earned: bool,
}

/// Connections of one server so far.
#[derive(Debug, Default)]
struct Server {
    /// When those that wait for a login end, the next one first.
    waiting: BinaryHeap<Reverse<Timestamp>>,
    /// When an address last did what sshd punishes.
    earned: BTreeMap<IpAddr, Timestamp>,
}

impl Server {
    fn at(&mut self, moment: Timestamp, client: IpAddr) -> Seen {
        while self.waiting.peek().is_some_and(|Reverse(end)| *end < moment) {
            self.waiting.pop();
        }
        let earned = self.earned.get(&client);
        let earned = earned.is_some_and(|&then| then < moment && moment.since(then) < LONGEST_PENALTY);
        Seen { waiting: self.waiting.len(), earned }
    }

    fn take(&mut self, case: &Case, likeliest: Option<Cause>) {
        let greeted = case.transcript.party.server.banner.is_some();
        let outside = matches!(case.progress, Some(Progress::Banner | Progress::Kex | Progress::Auth));
        if !greeted || !outside {
            return;
        }
        // What has no end in the capture may have lasted to the capture's.
        let open = matches!(case.ending, Ending::Open | Ending::Silence);
        let end = if open { case.capture_end } else { case.flow.last.time };
        self.waiting.push(Reverse(end));
        // `noauth`, `authfail`, `grace-exceeded` and `crash` of sshd_config(5).
        let punished = !open && likeliest.is_none_or(|it| it.group() != Group::NetworkOrFirewallTimeout);
        if punished {
            let client = case.endpoint(Side::Client).addr;
            let last = self.earned.entry(client).or_insert(end);
            *last = end.max(*last);
        }
    }
}

/// Gives the two causes their shares of what both have. Nothing seen on either side leaves them as they are.
fn weigh(causes: &mut [(Cause, f64)], seen: Seen) {
    let startups = match (seen.waiting, seen.earned) {
        (2.., false) => 0.85,
        (0, true) => 0.1,
        _ => return,
    };
    let of = |cause: Cause| causes.iter().find(|(it, _)| *it == cause).map_or(0.0, |(_, share)| *share);
    let both = of(Cause::MaxStartups) + of(Cause::PerSourcePenalty);
    for (cause, share) in causes.iter_mut() {
        match cause {
            Cause::MaxStartups => *share = both * startups,
            Cause::PerSourcePenalty => *share = both * (1.0 - startups),
            _ => {}
        }
    }
    causes.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(seen: Seen) -> Vec<(Cause, f64)> {
        let mut causes = vec![(Cause::PerSourcePenalty, 0.5), (Cause::MaxStartups, 0.48)];
        weigh(&mut causes, seen);
        causes
    }

    #[test]
    fn logins_that_wait_speak_for_max_startups_and_failures_for_a_penalty() {
        assert_eq!(after(Seen { waiting: 3, earned: false })[0].0, Cause::MaxStartups);
        let penalty = after(Seen { waiting: 0, earned: true });
        assert!(penalty[0].0 == Cause::PerSourcePenalty && penalty[0].1 > 0.8, "{penalty:?}");
    }

    #[test]
    fn who_would_have_said_so_did_not_reach_max_startups() {
        let mut causes =
            vec![(Cause::MaxStartups, 0.4), (Cause::ForkFailure, 0.2), (Cause::TcpWrappers, 0.2)];
        without_max_startups(&mut causes);
        assert_eq!(causes, [(Cause::ForkFailure, 0.4), (Cause::TcpWrappers, 0.4)]);
        let mut only = vec![(Cause::MaxStartups, 0.4)];
        without_max_startups(&mut only);
        assert_eq!(only, [(Cause::Unknown, 0.0)]);
    }

    #[test]
    fn without_a_sign_or_with_both_nothing_changes() {
        let before = vec![(Cause::PerSourcePenalty, 0.5), (Cause::MaxStartups, 0.48)];
        assert_eq!(after(Seen::default()), before);
        assert_eq!(after(Seen { waiting: 9, earned: true }), before);
    }

    #[test]
    fn a_connection_waits_until_it_ends_and_a_penalty_is_served() {
        let second = |seconds: i64| Timestamp::from_nanos(seconds * 1_000_000_000);
        let client: IpAddr = "192.0.2.1".parse().unwrap();
        let mut server = Server::default();
        server.waiting.extend([Reverse(second(5)), Reverse(second(9))]);
        server.earned.insert(client, second(5));
        assert_eq!(server.at(second(7), client), Seen { waiting: 1, earned: true });
        assert_eq!(server.at(second(700), client), Seen { waiting: 0, earned: false });
    }
}

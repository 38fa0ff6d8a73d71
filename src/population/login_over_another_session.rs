//! A session that a host opened for the user of another session: the second leg of one login.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::IpAddr;

use super::crowd::{Crowd, client};
use super::gist::Bursts;
use super::same_connection_seen_twice::{End, name, order};
use super::{Judged, Pattern};
use crate::case::Progress;
use crate::flow::Side;
use crate::units::{Elapsed, Timestamp};

declare_pattern! {
    /// One session carries another: what happens in the second follows, and is followed by, what happens in the first.
    ///
    /// ## Sees
    /// A session that began while another one was past its key exchange, and in which nearly each burst of packets of the
    /// client comes within 100 ms after one of the first session's client, and nearly each burst of its server within 100 ms
    /// before one of the first session's server; at least five bursts each way, and so many of them that chance would do
    /// it in one of a million. Two sessions of one client host are not taken: whoever types into several windows at
    /// once drives them in step.
    ///
    /// ## Means
    /// The first session leads to a bastion (`ProxyJump`, or `ssh` typed there), the second leads on from it: two legs of one
    /// login. Who ended first is said; the other's end follows from it. Addresses are not asked: a bastion can have one on
    /// either side.
    ///
    /// ## Misleads when
    /// Programs on two hosts do the same at the same times.
    ///
    /// ## Needs
    /// Both legs in one capture, on one clock, and the start of the second.
    ///
    /// ## References
    /// Zhang and Paxson, Detecting Stepping Stones, USENIX Security 2000 (the same by idle times); ssh_config(5)
    /// (`ProxyJump`); RFC 4254 §7.2.
    LOGIN_OVER_ANOTHER_SESSION = "login-over-another-session"
}

/// Between a burst on one leg and its like on the other: a wake-up of a process on the bastion.
const FOLLOWS: Elapsed = Elapsed::from_millis(100);

/// The share of bursts that has to be matched; retransmissions and window updates blur some.
const MATCHED: f64 = 0.9;

/// Chance below which two sessions are called legs, before it is multiplied by the pairs there are.
const CHANCE: f64 = 1e-6;

/// Bursts of other sessions that are looked at behind one: in a busier moment nothing is told.
const CANDIDATES: usize = 64;

/// Of these, sessions that are compared burst by burst.
const EXAMINED: usize = 8;

pub(super) fn find<'a>(crowd: &Crowd<'a>) -> Vec<Pattern> {
    let bursts = |(index, judged): (usize, &'a Judged)| Some((index, judged.gist.bursts.as_ref()?));
    let long: BTreeMap<usize, &Bursts> = crowd.timed().filter_map(bursts).collect();
    if long.len() < 2 {
        return Vec::new();
    }
    // What the servers said, in the order of time: a carrier speaks soon after what it carries.
    let mut said: Vec<(Timestamp, usize)> = long
        .iter()
        .flat_map(|(&index, bursts)| bursts.server.iter().map(move |&time| (time, index)))
        .collect();
    said.sort_unstable();
    let pairs = long.len();
    let carried = long.iter().filter_map(|(&index, bursts)| {
        let judged = crowd.get(index)?;
        let outer = candidates(&said, index, bursts).into_iter().filter_map(|outer| {
            let carrier = crowd.get(outer)?;
            let fits = opened_within(carrier, judged) && client(carrier) != client(judged);
            let chance = if fits { likeness(long.get(&outer)?, bursts)? } else { return None };
            (chance * (pairs as f64) < CHANCE).then_some((outer, chance))
        });
        let (outer, _) = outer.min_by(|one, other| one.1.total_cmp(&other.1))?;
        pattern(outer, index, crowd)
    });
    carried.collect()
}

/// Sessions whose server spoke soon after the inner one's did, each time of a sample but one.
fn candidates(said: &[(Timestamp, usize)], inner: usize, bursts: &Bursts) -> Vec<usize> {
    let mut times: BTreeMap<usize, usize> = BTreeMap::new();
    let sample =
        bursts.server.iter().step_by(bursts.server.len().div_ceil(Bursts::FEWEST)).take(Bursts::FEWEST);
    let asked = sample.clone().count();
    for &time in sample {
        let from = said.partition_point(|&(other, _)| other < time);
        let soon = said.iter().skip(from).take_while(|(other, _)| other.since(time) <= FOLLOWS);
        let mut near: Vec<usize> =
            soon.take(CANDIDATES).map(|&(_, session)| session).filter(|&it| it != inner).collect();
        near.sort_unstable();
        near.dedup();
        for session in near {
            *times.entry(session).or_default() += 1;
        }
    }
    let mut often: Vec<(usize, usize)> = times.into_iter().filter(|(_, count)| count + 1 >= asked).collect();
    often.sort_by_key(|&(session, count)| (Reverse(count), session));
    often.into_iter().take(EXAMINED).map(|(session, _)| session).collect()
}

/// Whether `inner` was opened, before the eyes of the capture, while `outer` was in cipher.
fn opened_within(outer: &Judged, inner: &Judged) -> bool {
    let (around, within) = (&outer.case.flow, &inner.case.flow);
    let newkeys = outer.case.transcript.party.of(Side::Client).newkeys.map(|mark| mark.time);
    let ready = newkeys.unwrap_or(around.start());
    let began = within.half(Side::Client).opened.map(|opened| opened.time);
    let deep = outer.case.progress.is_none_or(|progress| progress >= Progress::Auth);
    deep && began.is_some_and(|began| ready < began && began < around.last.time)
}

/// How likely chance would bring the bursts of both together; `None` where they are not.
fn likeness(outer: &Bursts, inner: &Bursts) -> Option<f64> {
    let back = Elapsed::ZERO - FOLLOWS;
    let forth = matches(&inner.client, &outer.client, back, Elapsed::ZERO)?;
    let answers = matches(&inner.server, &outer.server, Elapsed::ZERO, FOLLOWS)?;
    Some(forth * answers)
}

/// The probability that so many of `inner` have one of `outer` between `from` and `to` around them by chance.
fn matches(inner: &[Timestamp], outer: &[Timestamp], from: Elapsed, to: Elapsed) -> Option<f64> {
    let (first, last) = inner.first().zip(inner.last())?;
    let within = |time: &&Timestamp| **time + FOLLOWS >= *first && **time <= *last + FOLLOWS;
    let beside = outer.iter().filter(within).count();
    let met = inner.iter().filter(|&&time| {
        let at = outer.partition_point(|&other| other < time + from);
        outer.get(at).is_some_and(|&other| other <= time + to)
    });
    let met = met.count();
    if (met as f64) < MATCHED * inner.len() as f64 {
        return None;
    }
    let watched = last.since(*first).as_secs_f64() + FOLLOWS.as_secs_f64();
    let covered = (beside as f64 * (to - from).as_secs_f64() / watched).min(1.0);
    // The Chernoff bound of the binomial distribution.
    let (share, all) = (met as f64 / inner.len() as f64, inner.len() as f64);
    if share <= covered {
        return None;
    }
    let missed = 1.0 - share;
    let rest = if missed > 0.0 { missed * (missed / (1.0 - covered)).ln() } else { 0.0 };
    Some((-all * (share * (share / covered).ln() + rest)).exp())
}

fn pattern(outer: usize, inner: usize, crowd: &Crowd<'_>) -> Option<Pattern> {
    let (around, within) = (crowd.get(outer)?, crowd.get(inner)?);
    let names = [outer, inner].map(|index| name(index, crowd.get(index)));
    let (around_end, within_end) = (End::of(around), End::of(within));
    let address = |judged: &Judged, side: Side| -> IpAddr { judged.case.endpoint(side).addr };
    let through = if address(around, Side::Server) == address(within, Side::Client) {
        format!("through {}", address(within, Side::Client))
    } else {
        format!(
            "through a host that is {} on one side and {} on the other",
            address(around, Side::Server),
            client(within)
        )
    };
    let detail = format!(
        "{} carries {}: one login {through}{}",
        names[0],
        names[1],
        order(&names, around_end, within_end)
    );
    let frames = [around_end, within_end].into_iter().flatten().map(|end| end.frame);
    Some(Pattern::new(&LOGIN_OVER_ANOTHER_SESSION, vec![outer, inner], detail).shown_by(frames))
}

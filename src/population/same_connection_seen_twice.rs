//! One connection that the capture shows more than once: at two places, or on both sides of something in between.

use std::collections::BTreeMap;

use super::{Judged, Pattern};
use crate::cause::Cause;
use crate::flow::Side;
use crate::frame::FrameNo;
use crate::units::{Elapsed, Timestamp};

declare_pattern! {
    /// Two of the sessions are one SSH connection, seen on both sides of something on its path.
    ///
    /// ## Sees
    /// Sessions with the same random octets in both KEXINITs, or, where these are not to be seen, with the same initial
    /// sequence numbers of both ends: 256 or 64 bits that no two connections have in common. With equal addresses and
    /// ports it is one connection at two places of the capture; with equal sequence numbers an address translator lies
    /// between; with other sequence numbers a relay that has a TCP connection on either side, or a firewall that
    /// rewrites them. Then which of them ended first, and how the other followed.
    ///
    /// ## Means
    /// They count as one login. Where a reset is seen on one side only, what lies between made it; where it is seen on
    /// both, it came from the side where it was seen first.
    ///
    /// ## Misleads when
    /// The capture was put together from files whose clocks differ: then which came first is the clocks' word. A program
    /// replays a recorded handshake.
    ///
    /// ## Needs
    /// The start of the connection, both directions.
    ///
    /// ## References
    /// RFC 4253 §7.1 (the cookie is random); RFC 6528 (initial sequence numbers).
    SAME_CONNECTION_SEEN_TWICE = "same-connection-seen-twice"
}

/// What no two connections have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    /// The cookies of the client's and the server's KEXINIT.
    Cookies([u8; 16], [u8; 16]),
    /// The initial sequence numbers of the client and the server.
    Numbers(u32, u32),
}

pub(super) fn find(sessions: &[Judged]) -> Vec<Pattern> {
    let mut sights: BTreeMap<Identity, Vec<usize>> = BTreeMap::new();
    for (index, judged) in sessions.iter().enumerate() {
        if let Some(identity) = identity(judged) {
            sights.entry(identity).or_default().push(index);
        }
    }
    let mut patterns: Vec<Pattern> = sights
        .into_values()
        .filter(|indices| indices.len() > 1)
        .filter_map(|indices| pattern(&indices, sessions))
        .collect();
    patterns.sort_by(|a, b| a.sessions.cmp(&b.sessions));
    patterns
}

fn identity(judged: &Judged) -> Option<Identity> {
    let case = &judged.case;
    let cookie = |side: Side| {
        let offer = case.transcript.party.of(side).offer.as_ref()?;
        // A program that fills in a constant has no cookie.
        offer.cookie.windows(2).any(|pair| pair.first() != pair.last()).then_some(offer.cookie)
    };
    if let Some((client, server)) = cookie(Side::Client).zip(cookie(Side::Server)) {
        return Some(Identity::Cookies(client, server));
    }
    // Programs that make up packets count from 0 or 1000; hosts draw from the whole space (RFC 6528).
    let number = |side: Side| case.flow.half(side).isn.map(|isn| isn.0).filter(|&isn| isn > MADE_UP);
    number(Side::Client).zip(number(Side::Server)).map(|(client, server)| Identity::Numbers(client, server))
}

/// One initial sequence number in 65 536 is not above this.
const MADE_UP: u32 = 0xffff;

/// What lies between two sights of one connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Between {
    Nothing,
    Translator,
    Relay,
}

fn between(one: &Judged, other: &Judged) -> Between {
    let numbers = |judged: &Judged| Side::BOTH.map(|side| judged.case.flow.half(side).isn);
    match (one.case.flow.key == other.case.flow.key, numbers(one) == numbers(other)) {
        (_, false) => Between::Relay,
        (true, true) => Between::Nothing,
        (false, true) => Between::Translator,
    }
}

fn pattern(indices: &[usize], sessions: &[Judged]) -> Option<Pattern> {
    let (&first, &second) = indices.first().zip(indices.get(1))?;
    let (one, other) = (sessions.get(first)?, sessions.get(second)?);
    let between = between(one, other);
    let what = match between {
        Between::Nothing => "one connection, seen at two places of the capture",
        Between::Translator => "one connection, seen on both sides of an address translator",
        Between::Relay => {
            "one SSH connection on two TCP connections: a relay, or a firewall that rewrites sequence numbers, lies between"
        }
    };
    let names = [first, second].map(|index| name(index, sessions.get(index)));
    let others = match indices.len() {
        2 => String::new(),
        all => format!(" ({} more show it, too)", all - 2),
    };
    let mut detail = format!("{} and {}: {what}{others}", names[0], names[1]);
    let (one_end, other_end) = (End::of(one), End::of(other));
    detail += &order(&names, one_end, other_end);
    let frames = [one_end, other_end].into_iter().flatten().map(|end| end.frame);
    let pattern = Pattern::new(&SAME_CONNECTION_SEEN_TWICE, indices.to_vec(), detail).shown_by(frames);
    let reset = |end: Option<End>| end.is_some_and(|end| end.what == "reset");
    // A reset that only one side of the translator shows is the translator's own.
    let own = match (between, reset(one_end), reset(other_end)) {
        (Between::Translator, true, false) => vec![first],
        (Between::Translator, false, true) => vec![second],
        _ => Vec::new(),
    };
    Some(pattern.moving(&own, &[(Cause::NatStateLost, 5), (Cause::FirewallStateLost, 2)]))
}

/// `session 3 (10.0.0.1:40000 > 10.0.0.2:22)`.
pub(super) fn name(index: usize, judged: Option<&Judged>) -> String {
    let Some(judged) = judged else { return String::new() };
    let (client, server) = (judged.case.endpoint(Side::Client), judged.case.endpoint(Side::Server));
    format!("session {} ({client} > {server})", index + 1)
}

/// How a sight ended.
#[derive(Clone, Copy)]
pub(super) struct End {
    /// `reset` or `FIN`.
    pub(super) what: &'static str,
    pub(super) from: Side,
    pub(super) time: Timestamp,
    pub(super) frame: FrameNo,
}

impl End {
    /// The first reset or FIN.
    pub(super) fn of(judged: &Judged) -> Option<Self> {
        let case = &judged.case;
        let reset = case.reset.as_ref().map(|reset| {
            let segment = reset.segment();
            Self { what: "reset", from: reset.claimed, time: segment.time, frame: segment.frame }
        });
        let fin =
            case.first_fin().map(|(from, fin)| Self { what: "FIN", from, time: fin.time, frame: fin.frame });
        reset.into_iter().chain(fin).min_by_key(|end| end.frame)
    }

    fn words(self) -> String {
        format!("{} with the {}'s address, frame {}", self.what, self.from.word(), self.frame)
    }
}

/// Which of two ended first, and how the other followed.
pub(super) fn order(names: &[String; 2], one: Option<End>, other: Option<End>) -> String {
    let [first, second] = names;
    match (one, other) {
        (None, None) => String::new(),
        (Some(end), None) => format!("; only {first} shows an end ({})", end.words()),
        (None, Some(end)) => format!("; only {second} shows an end ({})", end.words()),
        (Some(one), Some(other)) => {
            let (died, end, followed, after) = if one.frame <= other.frame {
                (first, one, second, other)
            } else {
                (second, other, first, one)
            };
            let later = after.time.since(end.time).max_zero();
            let later =
                if later == Elapsed::ZERO { "at the same time".to_owned() } else { format!("{later} later") };
            format!("; {died} ended first ({}), {followed} {later} ({})", end.words(), after.words())
        }
    }
}

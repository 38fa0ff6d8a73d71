//! The idle limit of a path, from the silences of all sessions that took it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::alike::network;
use super::bracket::Bracket;
use super::crowd::{Crowd, client, counted};
use super::{Judged, Pattern};
use crate::case::Ending;
use crate::cause::{Cause, Group};
use crate::flow::{Side, Silence};
use crate::timers::{self, Counts, Fit, Gap};
use crate::units::Elapsed;

declare_pattern! {
    /// Sessions on one path died after silences longer than a limit, and survived shorter ones.
    ///
    /// ## Sees
    /// Three sessions or more that ended alike after a silence for which a timer can be blamed, and the longest silences that
    /// these and others of the same clients and servers survived. From both follows an interval for the limit, with
    /// how many silences stand on each side, and how many contradict it. Where all paths of the capture agree on
    /// one limit they are taken together, else each server's, else each client network's with each server; where
    /// even that leaves contradictions, these are said and no limit is.
    ///
    /// ## Means
    /// A device on the path forgets what is idle for longer. The limit is the same for every session, so that each silence
    /// narrows it: a single session only says that it lies between what it survived and what it did not. Keepalives have to
    /// come more often than the lower end of the interval, with room for lost ones.
    ///
    /// ## Misleads when
    /// The device has several limits, by port, rule or load. The server's own timers end sessions, too
    /// (`ChannelTimeout`, the shell's `TMOUT`). Devices are known to let a packet pass now and then
    /// after their limit, when they take up connections in their middle.
    ///
    /// ## Needs
    /// Several sessions with silences of different lengths; keepalives hide the limit.
    ///
    /// ## References
    /// Hätönen et al., IMC 2010 (the same by active probing); RFC 5382 §5 (REQ-5); Wilks, Ann. Math. Statist. 9, 1938.
    IDLE_LIMIT_OF_A_PATH = "idle-limit-of-a-path"
}

/// Sessions that have to die alike before one speaks of a limit.
const KILLS: usize = 3;

/// A limit is worth telling if its upper end is at most this many times the lower.
const WORTH_TELLING: f64 = 4.0;

/// From an interval this narrow on, the limit speaks for itself in each session.
const NARROW: f64 = 1.5;

/// What the capture point's clock, and the coarseness of timers, add to the way of the packets.
const COARSE: Elapsed = Elapsed::from_millis(20);

/// A session that a silence ended.
#[derive(Clone, Copy)]
struct Killed<'a> {
    session: usize,
    judged: &'a Judged,
    gap: Elapsed,
    ended_by: timers::Ending,
}

/// Client network and server: what decides on the path.
type Ends = (IpAddr, IpAddr);

/// The silences of a path that ended alike, and what was survived there.
#[derive(Default)]
struct Silences<'a> {
    killed: Vec<Killed<'a>>,
    survived: Vec<Elapsed>,
    /// The longest way there and back.
    blur: Elapsed,
}

pub(super) fn find(crowd: &Crowd<'_>) -> Vec<Pattern> {
    let mut survived: BTreeMap<Ends, (Vec<Elapsed>, Elapsed)> = BTreeMap::new();
    let mut killed: BTreeMap<timers::Ending, BTreeMap<Ends, Vec<Killed<'_>>>> = BTreeMap::new();
    for (session, judged) in crowd.timed() {
        let ends = (network(client(judged)), judged.case.endpoint(Side::Server).addr);
        let (lengths, blur) = survived.entry(ends).or_default();
        lengths.extend(outlived(judged));
        *blur = way(judged).max(*blur);
        if let Some((gap, ended_by)) = ended(judged) {
            let alike = killed.entry(ended_by).or_default().entry(ends).or_default();
            alike.push(Killed { session, judged, gap, ended_by });
        }
    }
    killed.into_values().flat_map(|paths| of_ending(paths, &survived)).collect()
}

/// The patterns of sessions that ended alike: of all paths together, of each server, or of each path.
fn of_ending(
    paths: BTreeMap<Ends, Vec<Killed<'_>>>,
    survived: &BTreeMap<Ends, (Vec<Elapsed>, Elapsed)>,
) -> Vec<Pattern> {
    let mut levels: Vec<BTreeMap<Ends, Silences<'_>>> =
        vec![BTreeMap::new(), BTreeMap::new(), BTreeMap::new()];
    let nowhere = IpAddr::from([0, 0, 0, 0]);
    for (ends, killed) in paths {
        let keys = [(nowhere, nowhere), (nowhere, ends.1), ends];
        let (lengths, blur) = survived.get(&ends).cloned().unwrap_or_default();
        for (level, key) in levels.iter_mut().zip(keys) {
            let silences = level.entry(key).or_default();
            silences.killed.extend(&killed);
            silences.survived.extend(&lengths);
            silences.blur = silences.blur.max(blur);
        }
    }
    let mut contradictory = None;
    for level in levels {
        let estimates: Vec<(Silences<'_>, Option<Bracket>)> = level
            .into_values()
            .filter(|silences| silences.killed.len() >= KILLS)
            .map(|silences| {
                let bracket = silences.bracket();
                (silences, bracket)
            })
            .collect();
        let clean = |(_, bracket): &(Silences<'_>, Option<Bracket>)| bracket.is_some();
        if !estimates.is_empty() && estimates.iter().all(clean) {
            return estimates.into_iter().filter_map(|(it, bracket)| it.pattern(bracket?)).collect();
        }
        contradictory = Some(estimates).filter(|it| !it.is_empty()).or(contradictory);
    }
    let rest = contradictory.unwrap_or_default().into_iter();
    rest.filter_map(|(silences, bracket)| match bracket {
        Some(bracket) => silences.pattern(bracket),
        None => silences.contradiction(),
    })
    .collect()
}

impl Silences<'_> {
    fn bracket(&self) -> Option<Bracket> {
        let killed: Vec<Elapsed> = self.killed.iter().map(|it| it.gap).collect();
        if self.at_expiry() {
            return expiry(&killed, &self.survived).map(|it| it.blurred(self.blur + COARSE));
        }
        Bracket::of(&killed, &self.survived).map(|it| it.blurred(self.blur + COARSE))
    }

    fn at_expiry(&self) -> bool {
        self.killed.first().is_some_and(|it| it.ended_by == timers::Ending::ResetAtExpiry)
    }

    fn sessions(&self) -> Vec<usize> {
        self.killed.iter().map(|it| it.session).collect()
    }

    /// `37 sessions with 2 servers`.
    fn who(&self) -> String {
        let mut servers: Vec<IpAddr> =
            self.killed.iter().map(|it| it.judged.case.endpoint(Side::Server).addr).collect();
        servers.sort_unstable();
        servers.dedup();
        let with = match servers.as_slice() {
            [server] => server.to_string(),
            servers => counted(servers.len(), "server"),
        };
        format!("{} with {with}", counted(self.killed.len(), "session"))
    }

    fn pattern(&self, bracket: Bracket) -> Option<Pattern> {
        if bracket.ratio() > WORTH_TELLING {
            return None;
        }
        let Bracket { above, up_to, survived, contradicting, .. } = bracket;
        let ended = self.killed.first()?.ended_by;
        let timers = fitting(&bracket, ended);
        let detail = format!(
            "{} died after silences of {up_to} and more, and {} of up to {above} {} survived on the same paths: an idle limit between \
             {above} and {up_to}{}{}",
            self.who(),
            counted(survived, "longest silence"),
            if survived == 1 { "was" } else { "were" },
            match contradicting {
                0 => String::new(),
                1 => "; one silence contradicts it".to_owned(),
                several => format!("; {several} silences contradict it"),
            },
            timers::advice_interval(above)
                .map_or(String::new(), |interval| format!("; a keepalive every {interval} s stays below it")),
        );
        let sessions = self.sessions();
        let frames = self.killed.iter().filter_map(|it| it.judged.case.silence().0).map(|it| it.after);
        let mut pattern = Pattern::new(&IDLE_LIMIT_OF_A_PATH, sessions.clone(), detail).shown_by(frames);
        if bracket.ratio() <= NARROW {
            let within: Vec<usize> =
                self.killed.iter().filter(|it| it.gap >= above).map(|it| it.session).collect();
            pattern = pattern.moving(&within, &MOVES);
        }
        pattern.bracket = Some(bracket);
        pattern.timers = timers;
        Some(pattern)
    }

    /// What is said where no limit explains the silences.
    fn contradiction(&self) -> Option<Pattern> {
        let shortest = self.killed.iter().map(|it| it.gap).min()?;
        let longest = self.survived.iter().copied().max().filter(|&longest| longest > shortest)?;
        let above = self.survived.iter().filter(|&&it| it >= shortest).count();
        let detail = format!(
            "{} died after a silence, the shortest {shortest}, but {} of {shortest} to {longest} {} survived on the same paths: no \
             single idle limit explains that",
            self.who(),
            counted(above, "longest silence"),
            if above == 1 { "was" } else { "were" },
        );
        let frames = self.killed.iter().filter_map(|it| it.judged.case.silence().0).map(|it| it.after);
        Some(Pattern::new(&IDLE_LIMIT_OF_A_PATH, self.sessions(), detail).shown_by(frames))
    }
}

/// A device that resets when its limit is reached shows the limit itself, late by its sweep at most.
fn expiry(killed: &[Elapsed], survived: &[Elapsed]) -> Option<Bracket> {
    let (first, last) = killed.iter().min().zip(killed.iter().max())?;
    let sweep = *last - *first;
    let longest = survived.iter().copied().max().unwrap_or(Elapsed::ZERO);
    let regular = sweep <= SWEEP.max(Elapsed::from_nanos(first.as_nanos() / 10));
    (regular && longest < *last).then(|| Bracket {
        above: (*first - sweep - SWEEP).max(longest.min(*first - SWEEP)).max_zero(),
        up_to: *first,
        killed: killed.len(),
        survived: survived.len(),
        contradicting: 0,
    })
}

/// How late a timer may act that is looked at now and then.
const SWEEP: Elapsed = Elapsed::from_secs(1);

/// The silence that ended a session, if an idle timer is among what may have ended it.
fn ended(judged: &Judged) -> Option<(Elapsed, timers::Ending)> {
    let idle = judged.diagnosis.idle.as_ref()?;
    let blamed: f64 =
        judged.diagnosis.causes.iter().filter(|(it, _)| IDLE.contains(it)).map(|(_, it)| it).sum();
    let gap = idle.gap.ended_after;
    (blamed >= BLAMED && gap >= SHORTEST).then_some((gap, idle.gap.ended_by))
}

/// Share of belief from which on an idle timer is in question.
const BLAMED: f64 = 0.3;

/// No device has a shorter limit for connections in use.
const SHORTEST: Elapsed = Elapsed::from_secs(1);

/// Causes that are an idle limit.
const IDLE: [Cause; 5] = [
    Cause::FirewallIdleTimeout,
    Cause::FirewallSilentDrop,
    Cause::HostFirewallIdleTimeout,
    Cause::NatStateLost,
    Cause::ProxyIdleTimeout,
];

/// For each session of a narrow limit.
const MOVES: [(Cause, i32); 10] = [
    (Cause::FirewallIdleTimeout, 4),
    (Cause::FirewallSilentDrop, 4),
    (Cause::HostFirewallIdleTimeout, 4),
    (Cause::ProxyIdleTimeout, 4),
    (Cause::InjectedRst, -4),
    (Cause::FirewallRuleReject, -4),
    (Cause::FirewallStateLost, -4),
    (Cause::LinkOutage, -4),
    (Cause::SshdSessionKilled, -4),
    (Cause::ServerFirewallReject, -4),
];

/// The longest silence that did the session no harm.
fn outlived(judged: &Judged) -> Option<Elapsed> {
    let (leading, survived) = judged.case.silence();
    let orderly = judged.diagnosis.causes.first().is_some_and(|(cause, _)| cause.group() == Group::Normal);
    let answered = |_: &Silence| orderly && judged.case.ending == Ending::Close;
    let longest = leading.filter(answered).into_iter().chain(survived).map(|it| it.length).max();
    longest.filter(|&length| length >= SHORTEST)
}

/// The way through the whole path and back, as far as it is known.
fn way(judged: &Judged) -> Elapsed {
    let half = |side: Side| judged.case.flow.half(side).round_trips.min.map_or(Elapsed::ZERO, |it| it.time);
    half(Side::Client) + half(Side::Server)
}

/// Idle timers of the catalogue with a known value in the interval, at most [`NAMED`], the best first.
fn fitting(bracket: &Bracket, ended_by: timers::Ending) -> Vec<&'static str> {
    let gap = Gap {
        longest_survived: Some(bracket.above),
        ended_after: bracket.up_to,
        ended_by,
        keepalive: None,
        age: bracket.up_to,
    };
    let known =
        |it: &timers::Candidate<'_>| it.timer.counts == Counts::Idle && it.origin != timers::Origin::Settable;
    let within = |it: &timers::Candidate<'_>| {
        it.fits == Fit::Value || it.timer.default.is_some_and(|value| value > bracket.above)
    };
    let candidates = timers::matching(&gap).into_iter().filter(|it| known(it) && within(it));
    candidates.take(NAMED).map(|it| it.timer.id.as_str()).collect()
}

/// Timers named with one limit.
const NAMED: usize = 8;

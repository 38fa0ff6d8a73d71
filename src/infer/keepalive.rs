//! Whether a keepalive would have saved the session, and at which interval.

use std::fmt;

use super::idle::Idle;
use crate::case::{Case, Progress};
use crate::cause::{Cause, Group};
use crate::timers::{self, Ending, Fit, Gap, Origin, ReArmedBy};
use crate::units::Elapsed;

/// What a keepalive would do against the likeliest cause.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Keepalive {
    /// It would have kept the session alive.
    Helps {
        /// Seconds between two: two may be lost before the timer runs out.
        interval_s: u32,
        /// What the interval follows from.
        from: Bound,
        /// Whether TCP's own keepalive counts for that timer; `None` where the timers that fit differ.
        tcp_counts: Option<bool>,
    },
    /// It would not have helped.
    Useless(Why),
}

/// What an interval follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The session survived a silence of that length, so the timer is longer.
    Survived(Elapsed),
    /// The timer acted by itself after that silence, so that is its value.
    Expired(Elapsed),
    /// A packet found the timer expired after that silence: it is at most as long.
    EndedAfter(Elapsed),
}

/// Why no keepalive helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The connection was never open.
    NeverOpen,
    /// It was in use when it ended.
    InUse,
    /// The cause has nothing to do with idleness.
    NotIdleness,
    /// It only ends sooner what is dead anyway.
    PeerGone,
}

/// A bound that nearly every timer of the catalogue exceeds, with the 60 s in its third that people use.
const USUAL_BOUND: Elapsed = Elapsed::from_secs(180);

impl Keepalive {
    /// What a keepalive does against `likeliest`; `None` where nobody would think of one.
    pub(super) fn of(case: &Case, likeliest: Cause, idle: Option<&Idle>) -> Option<Self> {
        let of_idleness = matches!(
            likeliest,
            Cause::FirewallIdleTimeout
                | Cause::HostFirewallIdleTimeout
                | Cause::ProxyIdleTimeout
                | Cause::FirewallSilentDrop
                | Cause::NatStateLost
                | Cause::NatRebinding
                | Cause::HalfOpen
        );
        let never_open = case.progress == Some(Progress::TcpHandshake) && likeliest != Cause::Unknown;
        let useless = match likeliest.group() {
            Group::NetworkOrFirewallTimeout | Group::Unknown if never_open => Why::NeverOpen,
            _ if of_idleness => match idle {
                Some(idle) => return Some(Self::against(&idle.gap, likeliest)),
                None => Why::InUse,
            },
            Group::ServerRebootOrShutdown => Why::PeerGone,
            Group::NetworkOrFirewallTimeout if likeliest == Cause::FirewallStateLost => Why::InUse,
            // After a silence it cannot be told whether a timer was behind it.
            Group::NetworkOrFirewallTimeout if idle.is_none() => Why::NotIdleness,
            _ => return None,
        };
        Some(Self::Useless(useless))
    }

    fn against(gap: &Gap, cause: Cause) -> Self {
        let survived = gap.longest_survived.filter(|survived| *survived >= Case::SHORTEST_TIMER);
        let from = match (gap.ended_by, survived) {
            (Ending::ResetAtExpiry | Ending::Close, _) => Bound::Expired(gap.ended_after),
            (_, Some(survived)) => Bound::Survived(survived),
            _ => Bound::EndedAfter(gap.ended_after),
        };
        let bound = match from {
            Bound::Survived(survived) => survived,
            Bound::Expired(timer) => timer,
            Bound::EndedAfter(silence) => silence.min(USUAL_BOUND),
        };
        let third = (bound.as_secs_f64() / 3.0).max(1.0) as u32;
        let interval_s = timers::advice_interval(bound).unwrap_or(third);
        Self::Helps { interval_s, from, tcp_counts: tcp_counts(gap, cause) }
    }

    /// Seconds between two; `None` where it does not help.
    pub const fn interval_s(&self) -> Option<u32> {
        match self {
            Self::Helps { interval_s, .. } => Some(*interval_s),
            Self::Useless(_) => None,
        }
    }

    /// Whether setting one changes anything for the user.
    pub const fn is_worth_it(&self) -> bool {
        matches!(self, Self::Helps { .. } | Self::Useless(Why::PeerGone))
    }
}

/// Whether a TCP keepalive probe re-arms the timer.
///
/// A relay ends the TCP connection: its kernel answers the probe, and its program never hears of it. Of other devices, those
/// whose default is the length of the silence decide.
fn tcp_counts(gap: &Gap, cause: Cause) -> Option<bool> {
    if cause == Cause::ProxyIdleTimeout {
        return Some(false);
    }
    let mut known = timers::matching(gap)
        .into_iter()
        .filter(|it| it.fits == Fit::Value && it.origin != Origin::Settable)
        .map(|it| it.timer.rearmed_by == ReArmedBy::AnySegment);
    let Some(first) = known.next() else { return Some(true) };
    known.all(|counts| counts == first).then_some(first)
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Survived(silence) => write!(f, "a third of the {silence} that it survived"),
            Self::Expired(silence) => write!(f, "a third of the {silence} after which the timer ran out"),
            Self::EndedAfter(silence) if *silence > USUAL_BOUND => {
                write!(
                    f,
                    "a third of 180 s: the timer may be any up to {silence}, few known ones are shorter than 180 s"
                )
            }
            Self::EndedAfter(silence) => {
                write!(f, "a third of the {silence} that it did not survive, but the timer may be shorter")
            }
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NeverOpen => "no keepalive helps: the connection was never open",
            Self::InUse => "no keepalive helps: the connection was in use when it ended",
            Self::NotIdleness => "no keepalive helps: this is not a matter of idleness",
            Self::PeerGone => {
                "a keepalive does not save the session, it only tells sooner that the server is gone"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(survived: Option<i64>, ended_after: i64, ended_by: Ending) -> Gap {
        let s = Elapsed::from_secs;
        Gap {
            longest_survived: survived.map(s),
            ended_after: s(ended_after),
            ended_by,
            keepalive: None,
            age: s(ended_after + 10),
        }
    }

    fn interval(survived: Option<i64>, ended_after: i64, ended_by: Ending) -> u32 {
        let advice = Keepalive::against(&gap(survived, ended_after, ended_by), Cause::FirewallIdleTimeout);
        advice.interval_s().unwrap()
    }

    #[test]
    fn the_interval_is_a_third_of_what_the_timer_is_known_to_exceed() {
        assert_eq!(interval(Some(100), 350, Ending::ResetOnNextPacket), 30);
        assert_eq!(interval(Some(900), 3600, Ending::Silence), 300);
        assert_eq!(interval(Some(40), 60, Ending::Close), 20);
        assert_eq!(interval(None, 50, Ending::ResetAtExpiry), 15);
    }

    #[test]
    fn an_upper_bound_alone_gives_no_more_than_the_usual_minute() {
        assert_eq!(interval(None, 7200, Ending::ResetOnNextPacket), 60);
        assert_eq!(interval(Some(3), 7200, Ending::ResetOnNextPacket), 60);
        assert_eq!(interval(None, 6, Ending::ResetOnNextPacket), 2);
        assert_eq!(interval(None, 1, Ending::ResetOnNextPacket), 1);
    }

    #[test]
    fn tcp_keepalives_do_not_reach_a_relays_program() {
        let counts = |ended_after, ended_by, cause| {
            let Keepalive::Helps { tcp_counts, .. } =
                Keepalive::against(&gap(None, ended_after, ended_by), cause)
            else {
                panic!("it helps against idleness")
            };
            tcp_counts
        };
        assert_eq!(counts(50, Ending::Close, Cause::ProxyIdleTimeout), Some(false));
        assert_eq!(counts(400, Ending::ResetOnNextPacket, Cause::FirewallIdleTimeout), Some(true));
        let alone = [660, 50, 60].map(|seconds| counts(seconds, Ending::Close, Cause::FirewallIdleTimeout));
        let why = "a balancer's that counts segments, relays' that count data, and both kinds";
        assert_eq!(alone, [Some(true), Some(false), None], "{why}");
    }

    #[test]
    fn what_a_keepalive_does_depends_on_the_cause_and_on_idleness() {
        let mut wire = crate::flow::tests::Wire::new();
        wire.handshake(100, 900);
        let mut case = crate::case::tests::case(&wire);
        let silence = gap(None, 400, Ending::ResetOnNextPacket);
        let idle = Idle {
            gap: silence,
            measured_by: timers::MeasuredBy::AnySegment,
            waits: timers::Waits::default(),
            masked: false,
            denied_by: None,
        };
        let against = Keepalive::against(&silence, Cause::FirewallIdleTimeout);
        let helps = Some(against);
        let useless = |why| Some(Keepalive::Useless(why));
        let session = Some(Progress::Session);
        let handshake = Some(Progress::TcpHandshake);
        for (progress, cause, busy, silent) in [
            (session, Cause::FirewallIdleTimeout, useless(Why::InUse), helps),
            (session, Cause::FirewallStateLost, useless(Why::InUse), useless(Why::InUse)),
            (session, Cause::LinkOutage, useless(Why::NotIdleness), None),
            (session, Cause::ServerRebooted, useless(Why::PeerGone), useless(Why::PeerGone)),
            (session, Cause::Unknown, None, None),
            (session, Cause::NormalClose, None, None),
            (handshake, Cause::FirewallIdleTimeout, useless(Why::NeverOpen), useless(Why::NeverOpen)),
            (handshake, Cause::Unknown, None, None),
        ] {
            case.progress = progress;
            let said = [None, Some(&idle)].map(|idle| Keepalive::of(&case, cause, idle));
            assert_eq!(said, [busy, silent], "{cause:?}, {progress:?}");
        }
        assert!(Keepalive::Useless(Why::PeerGone).is_worth_it() && against.is_worth_it());
        assert!(!Keepalive::Useless(Why::InUse).is_worth_it());
        assert_eq!(Keepalive::Useless(Why::PeerGone).interval_s(), None);
    }

    #[test]
    fn an_interval_says_what_it_follows_from() {
        let seconds = Elapsed::from_secs;
        let says = |bound: Bound, words: &str| assert!(bound.to_string().starts_with(words), "{bound}");
        says(Bound::Survived(seconds(40)), "a third of the 40.00 s that it survived");
        says(Bound::Expired(seconds(60)), "a third of the 60.00 s after which the timer ran out");
        says(Bound::EndedAfter(seconds(180)), "a third of the 3 min 0 s that it did not survive");
        says(Bound::EndedAfter(seconds(181)), "a third of 180 s: the timer may be any up to 3 min 1 s");
    }

    #[test]
    fn a_survived_silence_counts_from_the_shortest_timer_on() {
        let from = |survived| {
            let advice =
                Keepalive::against(&gap(Some(survived), 7200, Ending::Silence), Cause::FirewallSilentDrop);
            let Keepalive::Helps { from, .. } = advice else { panic!("it helps against idleness") };
            from
        };
        assert_eq!(from(30), Bound::Survived(Elapsed::from_secs(30)));
        assert_eq!(from(29), Bound::EndedAfter(Elapsed::from_secs(7200)));
    }
}

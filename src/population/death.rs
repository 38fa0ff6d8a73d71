//! Ends that nobody asked for, as the server's side shows them.

use super::Judged;
use crate::case::{Ending, Form, Progress, Role};
use crate::cause::Group;
use crate::flow::Side;
use crate::frame::FrameNo;
use crate::infer::Sender;
use crate::units::{Elapsed, Timestamp};
use crate::wire::Segment;

/// How the server's address ended a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum How {
    /// With a FIN, before the client closed: the kernel closes the sockets of a process that ends.
    Fin,
    /// With a reset of a socket that aborted: the same with something unread (RFC 1122 §4.2.2.13).
    Abort,
    /// With a reset that answers a packet: whoever sent it had no such connection, or a rule against it.
    Answer,
}

impl How {
    /// In a sentence: `2 by FIN`.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Fin => "by FIN",
            Self::Abort => "by the reset of a socket",
            Self::Answer => "by a reset that answers a packet",
        }
    }
}

/// The end of one session.
#[derive(Clone, Copy, Debug)]
pub(super) struct Death {
    /// Which session.
    pub(super) session: usize,
    /// When.
    pub(super) time: Timestamp,
    /// The FIN or the reset.
    pub(super) frame: FrameNo,
    /// How.
    pub(super) how: How,
    /// The server's last packet before it.
    pub(super) alive: Timestamp,
    /// Who sent it.
    pub(super) sender: Sender,
}

impl Death {
    /// The end of an established session by the server's address, if it did not end in order. Refusals before the
    /// server's identification are no deaths.
    pub(super) fn of(session: usize, judged: &Judged) -> Option<Self> {
        let (case, diagnosis) = (&judged.case, &judged.diagnosis);
        let orderly = diagnosis.causes.first().is_some_and(|(cause, _)| cause.group() == Group::Normal);
        let refused =
            matches!(case.progress, Some(Progress::TcpHandshake | Progress::Banner | Progress::Closed));
        if orderly || refused || !case.flow.is_established() {
            return None;
        }
        let (moment, how) = match (case.ending, &case.reset) {
            (Ending::Reset, Some(reset)) if reset.role == Role::Initiating => {
                let how = if reset.form == Form::Abort { How::Abort } else { How::Answer };
                (reset.claimed == Side::Server)
                    .then_some(((reset.segment().time, reset.segment().frame), how))?
            }
            (Ending::Close, _) => {
                let (side, fin) = case.first_fin()?;
                (side == Side::Server).then_some(((fin.time, fin.frame), How::Fin))?
            }
            _ => return None,
        };
        let server = case.flow.end(Side::Server);
        let (time, frame) = moment;
        let flow = &case.flow;
        let last = flow.half(Side::Server).last.filter(|last| last.frame < frame).map(|last| last.time);
        let before = || {
            let earlier = |it: &Segment| it.from == server && it.frame < frame && !it.flags.rst();
            flow.timeline.segments().rfind(earlier).map(|segment| segment.time)
        };
        let sender = match (&diagnosis.verdict, how) {
            (Some(verdict), How::Abort | How::Answer) => verdict.sender,
            _ => Sender::Server,
        };
        let alive = last.or_else(before).unwrap_or(flow.start());
        Some(Self { session, time, frame, how, alive, sender })
    }
}

/// Deaths closer than this are one event: a kernel closes the sockets of a killed service within milliseconds.
pub(super) const TOGETHER: Elapsed = Elapsed::from_secs(1);

/// Groups of `least` deaths or more within [`TOGETHER`] of their first, that are more than the deaths of a busy
/// capture would bring together by chance.
pub(super) fn together(mut deaths: Vec<Death>, least: usize) -> Vec<Vec<Death>> {
    deaths.sort_unstable_by_key(|death| (death.time, death.frame));
    let all = deaths.len();
    let watched = deaths.first().zip(deaths.last()).map(|(first, last)| last.time.since(first.time));
    let watched = watched.unwrap_or(Elapsed::ZERO).as_secs_f64().max(1.0);
    let mut groups = Vec::new();
    let mut rest = deaths.as_slice();
    while let Some(first) = rest.first() {
        let size = rest.iter().take_while(|death| death.time.since(first.time) <= TOGETHER).count();
        let (group, behind) = rest.split_at(size);
        rest = behind;
        if size >= least && by_chance(size, all - size, watched) < CHANCE {
            groups.push(group.to_vec());
        }
    }
    groups
}

/// A group that chance would bring in one of a hundred captures like this one is none.
const CHANCE: f64 = 0.01;

/// How often `size` of independent deaths, of which `others` more fell into `seconds`, would be expected within one
/// second: the Chernoff bound of the Poisson distribution, times the seconds there are.
fn by_chance(size: usize, others: usize, seconds: f64) -> f64 {
    let (size, mean) = (size as f64, others as f64 / seconds);
    if mean >= size {
        return f64::INFINITY;
    }
    // In logarithms: the factors of a large group overflow.
    (size - mean + size * (mean / size).ln() + seconds.ln()).exp()
}

/// How many of each kind: `2 by FIN, 1 by the reset of a socket`.
pub(super) fn kinds(deaths: &[Death]) -> String {
    let kinds = [How::Fin, How::Abort, How::Answer].into_iter().filter_map(|how| {
        let count = deaths.iter().filter(|death| death.how == how).count();
        (count > 0).then(|| format!("{count} {}", how.words()))
    });
    kinds.collect::<Vec<_>>().join(", ")
}

/// Whether one moment lies between the last sign of life and the end of all: they may have died in it.
pub(super) fn share_a_moment(deaths: &[Death]) -> bool {
    let last_alive = deaths.iter().map(|death| death.alive).max();
    let first_dead = deaths.iter().map(|death| death.time).min();
    last_alive.zip(first_dead).is_some_and(|(alive, dead)| alive < dead)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_deaths_at_once_are_no_chance_in_a_quiet_capture_and_chance_in_a_busy_one() {
        assert!(by_chance(2, 0, 60.0) < CHANCE);
        assert!(by_chance(2, 600, 600.0) > CHANCE);
        assert!(by_chance(40, 600, 600.0) < CHANCE);
        assert!(by_chance(100_000, 0, 60.0) < CHANCE);
    }
}

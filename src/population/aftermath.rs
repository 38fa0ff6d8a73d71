//! What a server did with whoever came after its sessions had died.

use super::Judged;
use super::crowd::Numbered;
use crate::case::{Ending, Form, Progress};
use crate::flow::Side;
use crate::frame::FrameNo;
use crate::units::Timestamp;
use crate::wire::Segment;

/// How the next one fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Welcome {
    /// The server's SSH answered.
    Taken,
    /// A reset answered the SYN: the host is there, nothing listens.
    Refused,
    /// Nothing answered the SYN.
    Unanswered,
}

/// What came after the deaths of a server's sessions.
pub(super) struct Aftermath<'a> {
    /// The first connection that came to something.
    next: Option<(&'a Judged, Welcome)>,
    /// What the server's clock says, where that connection was served.
    pub(super) clock: Option<Clock>,
    /// When it begins.
    since: Timestamp,
}

impl<'a> Aftermath<'a> {
    /// Of deaths up to `last` among `sessions`, all of one server and in the order of first frames.
    pub(super) fn of(sessions: &[Numbered<'a>], last: Timestamp) -> Self {
        let (before, later) = split(sessions, last);
        let next = later.iter().find_map(|&(_, judged)| Some((judged, welcome(judged)?)));
        let taken = next.filter(|(_, welcome)| *welcome == Welcome::Taken);
        Self { next, clock: taken.and_then(|(judged, _)| clock(before, judged)), since: last }
    }

    /// How the next connection fared.
    pub(super) fn welcome(&self) -> Option<Welcome> {
        self.next.map(|(_, welcome)| welcome)
    }

    /// The next connection, if it was served.
    pub(super) fn served(&self) -> Option<&'a Judged> {
        self.next.filter(|(_, welcome)| *welcome == Welcome::Taken).map(|(judged, _)| judged)
    }

    /// The first frame of the next connection.
    pub(super) fn frame(&self) -> Option<FrameNo> {
        self.next.map(|(judged, _)| judged.case.flow.first_frame())
    }

    /// The end of a sentence; empty where nothing came after.
    pub(super) fn words(&self) -> String {
        let Some((judged, welcome)) = self.next else { return String::new() };
        let (frame, after) = (judged.case.flow.first_frame(), judged.case.flow.start().since(self.since));
        let fared = match welcome {
            Welcome::Taken => "a new connection was served",
            Welcome::Refused => "a SYN was answered by a reset",
            Welcome::Unanswered => "a SYN had no answer",
        };
        let clock = match self.clock {
            Some(Clock::RanOn) => ", and the server's timestamps run on: the same kernel",
            Some(Clock::Restarted) => ", and the server's timestamps begin anew: another kernel",
            None => "",
        };
        format!("; {after} later {fared} (frame {frame}){clock}")
    }
}

/// The sessions that began up to `moment`, and those after it.
pub(super) fn split<'a, 'b>(
    sessions: &'b [Numbered<'a>],
    moment: Timestamp,
) -> (&'b [Numbered<'a>], &'b [Numbered<'a>]) {
    sessions.split_at(sessions.partition_point(|(_, judged)| judged.case.flow.start() <= moment))
}

/// How a connection was received; `None` for one that was picked up in its middle, or tells nothing.
pub(super) fn welcome(judged: &Judged) -> Option<Welcome> {
    let case = &judged.case;
    let (client, server) = (case.flow.half(Side::Client), case.flow.half(Side::Server));
    client.isn?;
    let by_server = |it: &&crate::case::Reset| it.claimed == Side::Server;
    match &case.reset.as_ref().filter(by_server) {
        Some(reset) if reset.form == Form::SynAnswer => Some(Welcome::Refused),
        _ if server.first_data.is_some() => Some(Welcome::Taken),
        _ if case.progress == Some(Progress::TcpHandshake)
            && case.ending == Ending::Silence
            && server.packets == 0 =>
        {
            Some(Welcome::Unanswered)
        }
        _ => None,
    }
}

/// What the server's timestamps (RFC 7323 §5.4) say of whether its kernel was started anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    /// They count on from those of before: the same kernel.
    RanOn,
    /// They jumped, although before they were the same for all connections of this client.
    Restarted,
}

/// The server's clock over its deaths: `before` and `after` hold sessions of one server.
///
/// Linux adds one offset for each pair of addresses, drawn when the kernel starts (`secure_tcp_ts_off`,
/// net/core/secure_seq.c). Others draw one for each connection: there a jump says nothing, and so one counts only where two
/// connections of before agree.
fn clock(before: &[Numbered<'_>], after: &Judged) -> Option<Clock> {
    let pair = |judged: &Judged| (super::crowd::client(judged), judged.case.endpoint(Side::Server).addr);
    let latest = before.iter().rev().take(LOOKED_AT).map(|(_, judged)| *judged);
    let same = latest.filter(|judged| pair(judged) == pair(after));
    let readings: Vec<Reading> = same.filter_map(reading).take(READINGS).collect();
    let later = reading(after)?;
    if readings.iter().any(|earlier| earlier.leads_to(&later)) {
        return Some(Clock::RanOn);
    }
    let agree = readings.windows(2).any(|pair| match pair {
        [one, other] => one.leads_to(other) || other.leads_to(one),
        _ => false,
    });
    agree.then_some(Clock::Restarted)
}

/// Connections among which those of one client are looked for.
const LOOKED_AT: usize = 4096;

/// Connections that are compared: more tell the same.
const READINGS: usize = 16;

/// First and last timestamp that the server sent in one connection.
#[derive(Clone, Copy)]
struct Reading {
    first: (Timestamp, u32),
    last: (Timestamp, u32),
}

fn reading(judged: &Judged) -> Option<Reading> {
    let flow = &judged.case.flow;
    let server = flow.end(Side::Server);
    let read = |segment: Segment| Some((segment.time, segment.timestamps()?.0));
    let mut stamped =
        flow.timeline.segments().filter(|it| it.from == server && !it.flags.rst()).filter_map(read);
    let first = stamped.next()?;
    Some(Reading { first, last: stamped.next_back().unwrap_or(first) })
}

impl Reading {
    /// Whether `later` is on the same clock, if that ticks as often as systems do.
    fn leads_to(&self, later: &Self) -> bool {
        let seconds = later.first.0.since(self.last.0).as_secs_f64();
        let ticks = f64::from(later.first.1.wrapping_sub(self.last.1) as i32);
        let off = |rate: f64| (ticks - rate * seconds).abs();
        TICKS.iter().any(|&rate| off(rate) <= rate * (0.5 + seconds.abs() * DRIFT))
    }
}

/// Ticks of a timestamp clock in a second: Linux, FreeBSD and macOS 1000, older Linux 250 and 100 (`HZ`).
const TICKS: [f64; 3] = [1000.0, 250.0, 100.0];

/// How far two clocks drift apart: far more than quartz does, far less than the next rate.
const DRIFT: f64 = 0.001;

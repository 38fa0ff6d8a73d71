//! What a server did with whoever came after its sessions had died.

use super::Judged;
use crate::case::{Ending, Form, Progress};
use crate::flow::Side;
use crate::frame::FrameNo;
use crate::units::{Elapsed, Timestamp};
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

/// The first connection after the deaths.
pub(super) struct Next {
    /// How it fared.
    pub(super) welcome: Welcome,
    /// Which session.
    pub(super) session: usize,
    /// Its first frame.
    pub(super) frame: FrameNo,
    /// How long after the last death it began.
    pub(super) after: Elapsed,
}

impl Next {
    /// The first of `sessions`, all of one server and in the order of first frames, that began after `last` and came to
    /// something.
    pub(super) fn of(sessions: &[(usize, &Judged)], last: Timestamp) -> Option<Self> {
        let later = sessions.iter().filter(|(_, judged)| judged.case.flow.start() > last);
        let mut fared = later.filter_map(|&(session, judged)| Some((session, judged, welcome(judged)?)));
        fared.next().map(|(session, judged, welcome)| Self {
            welcome,
            session,
            frame: judged.case.flow.first_frame(),
            after: judged.case.flow.start().since(last),
        })
    }

    /// In a sentence.
    pub(super) fn words(&self) -> String {
        let Self { frame, after, .. } = self;
        match self.welcome {
            Welcome::Taken => format!("{after} later a new connection was served (frame {frame})"),
            Welcome::Refused => format!("{after} later a SYN was answered by a reset (frame {frame})"),
            Welcome::Unanswered => format!("{after} later a SYN had no answer (frame {frame})"),
        }
    }
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
pub(super) fn clock<'a>(before: impl Iterator<Item = &'a Judged>, after: &Judged) -> Option<Clock> {
    let pair = |judged: &Judged| (super::crowd::client(judged), judged.case.endpoint(Side::Server).addr);
    let same = before.filter(|judged| pair(judged) == pair(after));
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
    let read = |segment: &Segment| Some((segment.time, segment.timestamps()?.0));
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

//! Connections that a server turned away, and how many others had not logged in then.

use super::Judged;
use super::crowd::Numbered;
use crate::case::{Ending, Form, Progress};
use crate::flow::Side;
use crate::frame::FrameNo;
use crate::ssh::KnownText;
use crate::units::{Elapsed, Timestamp};

/// A connection as its server's limits count it.
pub(super) struct Visit {
    /// Which session.
    pub(super) session: usize,
    /// Its handshake.
    pub(super) from: Timestamp,
    /// When the user was let in, the connection ended, or the capture did.
    pub(super) until: Timestamp,
    /// What became of it.
    pub(super) met: Met,
    /// Others that were connected and not logged in when it came.
    pub(super) waiting: usize,
}

/// How a server met a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Met {
    /// It sent its identification.
    Taken,
    /// It closed, reset or refused in words before that.
    TurnedAway,
    /// Neither.
    Else,
}

impl Visit {
    fn of(session: usize, judged: &Judged) -> Option<Self> {
        let case = &judged.case;
        let from = case.flow.half(Side::Server).opened.filter(|_| case.flow.is_established())?.time;
        let success = case.transcript.cipher.success.map(|mark| mark.time);
        let past = matches!(case.progress, Some(Progress::Session | Progress::Closed));
        let until = match (success, case.ending) {
            (Some(success), _) => success,
            // Let in, but not to be seen when: soon.
            (None, _) if past => {
                case.flow.half(Side::Client).first_data.map_or(from, |first| first.time) + LOGIN
            }
            (None, Ending::Open) => case.capture_end,
            (None, _) => end(judged),
        };
        Some(Self { session, from, until: until.max(from), met: met(judged), waiting: 0 })
    }
}

/// How long a login takes that cannot be seen to succeed.
const LOGIN: Elapsed = Elapsed::from_secs(1);

/// When the connection was over for the server.
fn end(judged: &Judged) -> Timestamp {
    let case = &judged.case;
    let reset = case.reset.as_ref().map(|reset| reset.segment().time);
    let fin = case.first_fin().map(|(_, fin)| fin.time);
    reset.into_iter().chain(fin).min().unwrap_or(case.flow.last.time)
}

/// How the server met the connection.
pub(super) fn met(judged: &Judged) -> Met {
    let case = &judged.case;
    let party = case.transcript.party.of(Side::Server);
    let refused = |known| matches!(known, KnownText::ExceededMaxStartups | KnownText::NotAllowedAtThisTime);
    let in_words = party.stray.as_ref().and_then(|stray| stray.known).is_some_and(refused);
    if in_words {
        return Met::TurnedAway;
    }
    if party.banner.is_some() {
        return Met::Taken;
    }
    // A filter that resets is another matter; so is whoever waited for a name to be looked up.
    let closed = case.first_fin().is_some_and(|(side, _)| side == Side::Server);
    let aborted =
        case.reset.as_ref().is_some_and(|reset| reset.claimed == Side::Server && reset.form == Form::Abort);
    let quick = end(judged).since(case.flow.start()) < QUICK;
    let silent = party.stray.is_none() && case.progress == Some(Progress::Banner);
    if silent && quick && (closed || aborted) { Met::TurnedAway } else { Met::Else }
}

/// Whoever is turned away because of a count or a list is turned away at once.
const QUICK: Elapsed = Elapsed::from_secs(2);

/// The frame that turned `judged` away.
pub(super) fn frame(judged: &Judged) -> Option<FrameNo> {
    let reset = judged.case.reset.as_ref().map(|reset| reset.segment().frame);
    let fin = judged.case.first_fin().map(|(_, fin)| fin.frame);
    reset.into_iter().chain(fin).min()
}

/// The visits of one server, with how many others were waiting at each.
pub(super) fn visits(sessions: &[Numbered<'_>]) -> Vec<Visit> {
    let mut visits: Vec<Visit> = sessions.iter().filter_map(|(index, it)| Visit::of(*index, it)).collect();
    visits.sort_by_key(|visit| (visit.from, visit.session));
    // Who was turned away waited for nothing: sshd counts what it has forked for.
    let counted = visits.iter().filter(|visit| visit.met != Met::TurnedAway);
    let mut ends: Vec<Timestamp> = counted.map(|visit| visit.until).collect();
    ends.sort_unstable();
    let (mut begun, mut over) = (0usize, 0usize);
    for visit in &mut visits {
        while ends.get(over).is_some_and(|&end| end <= visit.from) {
            over += 1;
        }
        visit.waiting = begun.saturating_sub(over);
        begun += usize::from(visit.met != Met::TurnedAway);
    }
    visits
}

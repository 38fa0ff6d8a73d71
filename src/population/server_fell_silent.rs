//! A server that stopped answering all of its sessions.

use super::Pattern;
use super::aftermath::Aftermath;
use super::crowd::{Crowd, Numbered, counted};
use crate::case::Ending;
use crate::cause::Cause;
use crate::flow::{Moment, Side};
use crate::units::{Elapsed, Timestamp};
use crate::wire::Endpoint;

declare_pattern! {
    /// A server answered none of its sessions any more from one moment on.
    ///
    /// ## Sees
    /// Two sessions or more of one server whose clients' packets stayed unanswered, at least one of them while it was in use,
    /// and no sign of life from the server in any session after the first of these packets; then how the next
    /// connection fared, and whether other servers were heard meanwhile.
    ///
    /// ## Means
    /// The host is gone without a word: power, crash of the kernel, its cable, or the path to it. It is not an idle limit,
    /// which would not meet a session in use. Where other servers go on, the capture point's own network is sound. Resets
    /// or new timestamps afterwards say that it was started anew.
    ///
    /// ## Misleads when
    /// A filter begins to drop everything for that server.
    ///
    /// ## Needs
    /// Several sessions of the server, one of them in use.
    ///
    /// ## References
    /// RFC 9293 §3.8.3 (user timeout), §3.5.1 (half-open connections).
    SERVER_FELL_SILENT = "server-fell-silent"
}

/// A session whose packets came this soon after the server's last was in use.
const IN_USE: Elapsed = Elapsed::from_secs(2);

/// A session that the server left without an answer.
struct Left {
    session: usize,
    /// The server's last packet.
    heard: Timestamp,
    /// The first packet that it did not answer.
    unheard: Moment,
}

pub(super) fn find(crowd: &Crowd<'_>) -> Vec<Pattern> {
    let servers = crowd.by_server().into_iter();
    servers.filter_map(|(server, sessions)| of_server(server, &sessions, crowd)).collect()
}

fn of_server(server: Endpoint, sessions: &[Numbered<'_>], crowd: &Crowd<'_>) -> Option<Pattern> {
    let left: Vec<Left> = sessions.iter().filter_map(left).collect();
    let first = left.iter().map(|it| it.unheard).min_by_key(|it| it.time)?;
    let in_use = left.iter().any(|it| it.unheard.time.since(it.heard) < IN_USE);
    let older = |it: &&Numbered<'_>| it.1.case.flow.start() <= first.time;
    let last = sessions.iter().filter(older).filter_map(heard).max()?;
    if left.len() < 2 || !in_use || last > first.time {
        return None;
    }
    let after = Aftermath::of(sessions, first.time);
    let others = crowd.timed().filter(|(_, it)| it.case.endpoint(Side::Server).addr != server.addr);
    let on = others.filter(|it| heard(it) > Some(first.time)).count();
    let detail = format!(
        "{} of {} port {} had no answer any more from frame {} on{}{}",
        counted(left.len(), "session"),
        server.addr,
        server.port,
        first.frame,
        if on > 0 {
            format!(", while {} of other servers went on", counted(on, "session"))
        } else {
            String::new()
        },
        after.words(),
    );
    let members: Vec<usize> = left.iter().map(|it| it.session).collect();
    let frames = left.iter().map(|it| it.unheard.frame).chain(after.frame());
    let pattern = Pattern::new(&SERVER_FELL_SILENT, members.clone(), detail).shown_by(frames);
    Some(pattern.moving(&members, &MOVES))
}

fn left(&(session, judged): &Numbered<'_>) -> Option<Left> {
    let case = &judged.case;
    let silent = case.ending == Ending::Silence && case.flow.is_established();
    let unheard = case.flow.half(Side::Client).unanswered.filter(|_| silent)?.first;
    Some(Left { session, heard: heard(&(session, judged))?, unheard })
}

/// The server's last packet of a session.
fn heard((_, judged): &Numbered<'_>) -> Option<Timestamp> {
    judged.case.flow.half(Side::Server).last.map(|last| last.time)
}

/// What one path's idle limit or translator does, it does not do to a session in use.
const MOVES: [(Cause, i32); 4] = [
    (Cause::LinkOutage, 3),
    (Cause::FirewallSilentDrop, -4),
    (Cause::NatStateLost, -4),
    (Cause::MtuBlackhole, -4),
];

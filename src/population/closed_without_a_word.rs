//! A server that refuses in words when it is full, and closed without one.

use super::crowd::{Crowd, Numbered, counted};
use super::refusal::{self, Met};
use super::{Judged, Pattern};
use crate::cause::Cause;
use crate::ssh::Release;
use crate::wire::Endpoint;

declare_pattern! {
    /// A server that says so when it is full closed connections without a word.
    ///
    /// ## Sees
    /// Connections that the server ended at once without having sent anything, and another connection of the same
    /// server and port whose identification string names OpenSSH 8.2 or later.
    ///
    /// ## Means
    /// Such a server writes a line before it closes because of `MaxStartups` (`Exceeded MaxStartups`, from 9.8 on
    /// `Not allowed at this time`). What is left: TCP wrappers, a process that could not be started, a program in front
    /// of sshd, and any limit of that program.
    ///
    /// ## Misleads when
    /// A balancer gives the connections of one address to servers of different releases.
    ///
    /// ## Needs
    /// A connection that got the server's identification string.
    ///
    /// ## References
    /// OpenSSH sshd.c (`should_drop_connection`, `drop_connection`); release notes of OpenSSH 8.2.
    CLOSED_WITHOUT_A_WORD = "closed-without-a-word"
}

/// First release that writes a line when `MaxStartups` is reached.
const SAYS_SO: Release = (8, 2);

pub(super) fn find(crowd: &Crowd<'_>) -> Vec<Pattern> {
    let servers = crowd.by_server().into_iter();
    servers.filter_map(|(server, sessions)| of_server(server, &sessions)).collect()
}

fn of_server(server: Endpoint, sessions: &[Numbered<'_>]) -> Option<Pattern> {
    let silent: Vec<_> = sessions.iter().filter(|(_, judged)| was_left_without_a_word(judged)).collect();
    if silent.is_empty() {
        return None;
    }
    let (_, witness) = sessions.iter().find(|(_, judged)| says_so(judged))?;
    let detail = format!(
        "{} of {} port {} {} closed at once without a word; an OpenSSH of its release writes one when MaxStartups is reached",
        counted(silent.len(), "connection"),
        server.addr,
        server.port,
        if silent.len() == 1 { "was" } else { "were" },
    );
    let named = witness.case.transcript.party.server.banner.as_ref().map(|banner| banner.mark.frame);
    let closed = silent.iter().filter_map(|(_, judged)| refusal::frame(judged));
    let frames: Vec<_> = named.into_iter().chain(closed).take(Pattern::FRAMES).collect();
    let members: Vec<usize> = silent.iter().map(|(index, _)| *index).collect();
    let pattern = Pattern::new(&CLOSED_WITHOUT_A_WORD, members.clone(), detail).shown_by(frames);
    Some(pattern.moving(&members, &[(Cause::MaxStartups, -9)]))
}

fn was_left_without_a_word(judged: &Judged) -> bool {
    refusal::met(judged) == Met::TurnedAway && judged.case.transcript.party.server.stray.is_none()
}

fn says_so(judged: &Judged) -> bool {
    let software = judged.case.transcript.party.server.software();
    software.is_some_and(|it| it.is_openssh_from(SAYS_SO))
}

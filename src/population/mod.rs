//! What many sessions say together.
//!
//! A pattern is found after each session has been judged by itself. It moves the causes of its sessions, within
//! [`crate::infer::MOST`], and each of them says which pattern did it; who sent a reset stays with the session's own evidence.

#[macro_use]
mod declare;

mod aftermath;
mod alike;
mod attempts_alike;
mod ban_after_failures;
mod bracket;
mod closed_without_a_word;
mod connection_continues_under_another_4_tuple;
mod crowd;
mod death;
mod folding;
mod gist;
mod handshakes_alike;
mod idle_limit_of_a_path;
mod login_over_another_session;
mod refusal;
mod refusals_at_the_startup_limit;
mod refusals_of_one_source;
mod reset_ttl_follows_receiver;
mod resets_in_differing_pairs;
mod rows;
mod same_connection_seen_twice;
mod same_reset_from_several_hosts;
mod server_fell_silent;
mod server_lost_its_connections;
mod sessions_alike;
mod sessions_of_a_server_died_together;
mod sessions_of_several_servers_died_together;

pub use alike::{EXAMPLES, Fate, Group, Member, groups};
pub use bracket::Bracket;
pub use declare::Meta;
pub use folding::{Fold, folds};
pub use rows::Rows;

use std::collections::BTreeMap;

use crate::case::{Blind, Case};
use crate::cause::{Cause, Weight};
use crate::flow::{Pair, Resets};
use crate::frame::FrameNo;
use crate::infer::{Diagnosis, Move};
use crate::limits::Limits;
use crate::timers::Timer;
use crate::units::Timestamp;
use crate::wire::Undecoded;
use crowd::Crowd;
use gist::Gist;

/// One connection with its diagnosis.
#[derive(Debug)]
pub struct Judged {
    /// What is known of it.
    pub case: Case,
    /// What follows from that.
    pub diagnosis: Diagnosis,
    /// Until the patterns were looked for.
    gist: Gist,
}

impl Judged {
    /// `case` with its `diagnosis`, while its packets are still quickly looked at.
    pub fn new(case: Case, diagnosis: Diagnosis) -> Self {
        let gist = Gist::of(&case);
        Self { case, diagnosis, gist }
    }
}

/// What was counted over the whole capture.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Frames.
    pub frames: u64,
    /// Frames with a segment of an SSH connection, ICMP errors that quote one included.
    pub ssh_frames: u64,
    /// Segments with RST of SSH connections, by the side whose address they carry.
    pub resets: Pair<Resets>,
    /// Frames that could not be decoded to TCP although something says they should.
    pub undecoded: u64,
    /// The first of them.
    pub undecoded_examples: Vec<(FrameNo, Undecoded)>,
    /// Frames by what they are, where that is not TCP.
    pub others: BTreeMap<&'static str, u64>,
    /// Time of the first frame.
    pub first: Option<Timestamp>,
    /// Latest time of all frames.
    pub last: Option<Timestamp>,
}

impl Counts {
    /// Counts a frame that could not be decoded.
    pub fn note_undecoded(&mut self, frame: FrameNo, why: Undecoded, limits: &Limits) {
        self.undecoded += 1;
        if self.undecoded_examples.len() < limits.undecoded_examples {
            self.undecoded_examples.push((frame, why));
        }
    }
}

/// What a capture holds.
#[derive(Debug, Default)]
pub struct Findings {
    /// The SSH connections, in the order of their first frames, those left out that were folded.
    pub sessions: Vec<Judged>,
    /// What was counted.
    pub counts: Counts,
    /// What the capture as a whole could not show.
    pub blind: Vec<Blind>,
    /// What several sessions say together.
    pub patterns: Vec<Pattern>,
    /// Connections that are not among the sessions, all but the examples: they came to nothing like many others.
    pub folded: Vec<Fold>,
    /// Timers that the user knows of.
    pub timers: Vec<Timer>,
}

/// Something that shows only in several sessions.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// Which: its name and documentation.
    pub meta: &'static Meta,
    /// Indices of the sessions, in the order of their first frames.
    pub sessions: Vec<usize>,
    /// In words.
    pub detail: String,
    /// Frames that show it, at most [`Pattern::FRAMES`].
    pub frames: Vec<FrameNo>,
    /// The idle limit that the silences leave room for, where the pattern is one.
    pub bracket: Option<Bracket>,
    /// Timers of the catalogue whose value lies in `bracket`.
    pub timers: Vec<&'static str>,
    /// How it moves the causes of its sessions.
    moves: Vec<(usize, Cause, Weight)>,
}

impl Pattern {
    /// Frames kept of one pattern.
    pub const FRAMES: usize = 8;

    fn new(meta: &'static Meta, mut sessions: Vec<usize>, detail: String) -> Self {
        sessions.sort_unstable();
        sessions.dedup();
        Self {
            meta,
            sessions,
            detail,
            frames: Vec::new(),
            bracket: None,
            timers: Vec::new(),
            moves: Vec::new(),
        }
    }

    fn shown_by(mut self, frames: impl IntoIterator<Item = FrameNo>) -> Self {
        self.frames = frames.into_iter().take(Self::FRAMES).collect();
        self
    }

    /// Moves `causes` of `sessions`, each by so many decibans.
    fn moving(mut self, sessions: &[usize], causes: &[(Cause, i32)]) -> Self {
        let each = |&session: &usize| causes.iter().map(move |&(cause, by)| (session, cause, Weight(by)));
        self.moves.extend(sessions.iter().flat_map(each));
        self
    }
}

/// Looks for one pattern.
#[derive(Clone, Copy, Debug)]
pub struct Finder(&'static Meta, fn(&Crowd<'_>) -> Vec<Pattern>);

/// Every pattern, in the order of the report, with what looks for it.
///
/// The first tells which connections were seen more than once; the others count each once.
static FINDERS: [Finder; 14] = [
    Finder(&login_over_another_session::LOGIN_OVER_ANOTHER_SESSION, login_over_another_session::find),
    Finder(
        &sessions_of_a_server_died_together::SESSIONS_OF_A_SERVER_DIED_TOGETHER,
        sessions_of_a_server_died_together::find,
    ),
    Finder(&server_fell_silent::SERVER_FELL_SILENT, server_fell_silent::find),
    Finder(&server_lost_its_connections::SERVER_LOST_ITS_CONNECTIONS, server_lost_its_connections::find),
    Finder(
        &sessions_of_several_servers_died_together::SESSIONS_OF_SEVERAL_SERVERS_DIED_TOGETHER,
        sessions_of_several_servers_died_together::find,
    ),
    Finder(
        &refusals_at_the_startup_limit::REFUSALS_AT_THE_STARTUP_LIMIT,
        refusals_at_the_startup_limit::find,
    ),
    Finder(&refusals_of_one_source::REFUSALS_OF_ONE_SOURCE, refusals_of_one_source::find),
    Finder(&closed_without_a_word::CLOSED_WITHOUT_A_WORD, closed_without_a_word::find),
    Finder(&ban_after_failures::BAN_AFTER_FAILURES, ban_after_failures::find),
    Finder(&idle_limit_of_a_path::IDLE_LIMIT_OF_A_PATH, idle_limit_of_a_path::find),
    Finder(
        &connection_continues_under_another_4_tuple::CONNECTION_CONTINUES_UNDER_ANOTHER_4_TUPLE,
        connection_continues_under_another_4_tuple::find,
    ),
    Finder(
        &same_reset_from_several_hosts::SAME_RESET_FROM_SEVERAL_HOSTS,
        same_reset_from_several_hosts::find,
    ),
    Finder(&reset_ttl_follows_receiver::RESET_TTL_FOLLOWS_RECEIVER, reset_ttl_follows_receiver::find),
    Finder(&resets_in_differing_pairs::RESETS_IN_DIFFERING_PAIRS, resets_in_differing_pairs::find),
];

/// The documentation of every pattern, in the order of the report.
pub fn catalogue() -> impl Iterator<Item = &'static Meta> {
    let first = &same_connection_seen_twice::SAME_CONNECTION_SEEN_TWICE;
    let others = FINDERS.iter().map(|Finder(meta, _)| *meta);
    let rows = [
        &handshakes_alike::HANDSHAKES_ALIKE,
        &attempts_alike::ATTEMPTS_ALIKE,
        &sessions_alike::SESSIONS_ALIKE,
    ];
    std::iter::once(first).chain(others).chain(rows)
}

/// The patterns in `sessions`, once; the causes of their sessions are moved by them. `each` has every finder look, in whichever order,
/// and gives what they found in theirs.
pub fn patterns(
    sessions: &mut [Judged],
    each: impl FnOnce(&'static [Finder], &(dyn Fn(&Finder) -> Vec<Pattern> + Sync)) -> Vec<Vec<Pattern>>,
) -> Vec<Pattern> {
    let mut patterns = same_connection_seen_twice::find(sessions);
    let crowd = Crowd::new(sessions, &patterns);
    let found = each(&FINDERS, &|Finder(_, find)| find(&crowd));
    patterns.extend(found.into_iter().flatten());
    for judged in sessions.iter_mut() {
        judged.gist = Gist::default();
    }
    apply(sessions, &patterns);
    patterns
}

fn apply(sessions: &mut [Judged], patterns: &[Pattern]) {
    let mut moves: BTreeMap<usize, Vec<Move>> = BTreeMap::new();
    for pattern in patterns {
        for &(session, cause, by) in &pattern.moves {
            moves.entry(session).or_default().push(Move { pattern: pattern.meta.id, cause, by });
        }
    }
    for (session, moves) in moves {
        if let Some(judged) = sessions.get_mut(session) {
            judged.diagnosis.reconsider(&judged.case, &moves);
        }
    }
}

#[cfg(test)]
mod tests;

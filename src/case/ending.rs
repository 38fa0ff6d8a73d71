//! How a connection ended, as far as the capture shows.

use crate::case::{Reset, Role};
use crate::flow::{Flow, Side, Unanswered};
use crate::units::{Elapsed, Timestamp};
use crate::wire::IcmpError;

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ending {
    /// A reset ended it.
    Reset,
    /// An ICMP error answered the SYN.
    Refused,
    /// A FIN, from either end.
    Close,
    /// Data, SYN or probes unanswered to the end of the file.
    Silence,
    /// Nothing of an end is visible.
    Open,
}

impl Ending {
    /// The contract's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Refused => "refused",
            Self::Close => "close",
            Self::Silence => "silence",
            Self::Open => "open",
        }
    }
}

/// How `flow` ended. `capture_end`: the last moment of the capture.
pub(super) fn of(flow: &Flow, reset: Option<&Reset>, capture_end: Timestamp) -> Ending {
    if reset.is_some_and(|reset| reset.role == Role::Initiating) {
        return Ending::Reset;
    }
    let unreachable = |error: &IcmpError| matches!(error, IcmpError::Unreachable(_));
    if !flow.is_established() && flow.quotes.iter().any(|quote| unreachable(&quote.error)) {
        return Ending::Refused;
    }
    if Side::BOTH.into_iter().any(|side| flow.half(side).fin.is_some()) {
        return Ending::Close;
    }
    if reset.is_some_and(|reset| reset.role == Role::Reaction) {
        return Ending::Close;
    }
    let owed = Side::BOTH.into_iter().filter_map(|side| flow.half(side).unanswered);
    if owed.into_iter().any(|owed| died_waiting(&owed, capture_end)) { Ending::Silence } else { Ending::Open }
}

/// Whether the wait was long and insistent enough to call the connection dead: repeated at least twice (or a
/// SYN once), over more than [`GIVE_UP_AFTER`].
fn died_waiting(owed: &Unanswered, capture_end: Timestamp) -> bool {
    let insisted = owed.last.time.since(owed.first.time) >= GIVE_UP_AFTER && owed.repeats >= 1;
    insisted && capture_end.since(owed.first.time) >= GIVE_UP_AFTER
}

/// Linux repeats after its RTO, at least 200 ms, doubling: after 0.6 s two repetitions have gone unanswered.
const GIVE_UP_AFTER: Elapsed = Elapsed::from_millis(600);

//! One wait by the clocks that timers have: what starts one of them again does not start another.

use super::gap::Gap;
use super::timer::{Counts, Phase, ReArmedBy, Timer};

/// What a wait was measured between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MeasuredBy {
    /// Segments of any kind.
    AnySegment,
    /// Segments with data of either end.
    Payload,
    /// Messages of the client: its segments with data, SSH keepalives too.
    ClientMessages,
    /// Input: the client's segments with data that are no keepalives.
    Input,
    /// Data and its acknowledgement, which never came.
    Acknowledgement,
    /// The start of the connection and its end.
    Age,
}

impl MeasuredBy {
    /// The word for it in JSON.
    pub const fn id(self) -> &'static str {
        match self {
            Self::AnySegment => "any-segment",
            Self::Payload => "payload",
            Self::ClientMessages => "ssh-message",
            Self::Input => "user-input",
            Self::Acknowledgement => "acknowledgement",
            Self::Age => "age",
        }
    }
}

/// The wait before the end of a connection, by every clock; `None` where that clock shows none, or one no longer than
/// others that the connection survived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    /// Between segments of any kind.
    pub any: Option<Gap>,
    /// Between segments with data.
    pub payload: Option<Gap>,
    /// Since the client's last message.
    pub messages: Option<Gap>,
    /// Since the client's last input.
    pub input: Option<Gap>,
    /// Since the oldest data that was never acknowledged.
    pub acknowledgement: Option<Gap>,
    /// No wait at all: the age of a connection that ended of its own accord. Only lifetimes are compared.
    pub age: Option<Gap>,
    /// The user was let in, so that no timer of the login can have run out.
    pub logged_in: bool,
}

impl Waits {
    /// The same wait by every clock: where nothing but its length is known.
    pub const fn alike(gap: Gap) -> Self {
        let gap = Some(gap);
        Self {
            any: gap,
            payload: gap,
            messages: gap,
            input: gap,
            acknowledgement: gap,
            age: gap,
            logged_in: false,
        }
    }

    /// The wait that `timer` measures; `None` where it cannot have run out.
    pub(super) fn of(&self, timer: &Timer) -> Option<Gap> {
        if self.logged_in && timer.phase == Phase::Unauthenticated {
            return None;
        }
        if timer.counts == Counts::Lifetime {
            return self.age.or(self.any).or(self.payload);
        }
        match timer.rearmed_by {
            ReArmedBy::AnySegment => self.any,
            ReArmedBy::Payload => self.payload,
            ReArmedBy::SshMessage => self.messages,
            ReArmedBy::UserInput => self.input,
            ReArmedBy::Acknowledgement => self.acknowledgement,
            ReArmedBy::Nothing => None,
        }
    }

    /// The wait that a report speaks of first: by the strictest clock that shows one.
    pub fn main(&self) -> Option<(MeasuredBy, Gap)> {
        let by = [
            (MeasuredBy::AnySegment, self.any),
            (MeasuredBy::Payload, self.payload),
            (MeasuredBy::Acknowledgement, self.acknowledgement),
            (MeasuredBy::ClientMessages, self.messages),
            (MeasuredBy::Input, self.input),
            (MeasuredBy::Age, self.age),
        ];
        by.into_iter().find_map(|(by, gap)| Some((by, gap?)))
    }
}

//! A silence that a connection did not survive.

use crate::units::Elapsed;

/// How a connection ended after its last silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ending {
    /// FIN, or a message that ends the session, out of the silence.
    Close,
    /// A reset out of the silence: no packet came before it that it could answer.
    ResetAtExpiry,
    /// A reset that answers the first packet after the silence.
    ResetOnNextPacket,
    /// The first packet after the silence, and its repetitions, had no answer.
    Silence,
    /// It is not known which of these.
    Unknown,
}

/// A silence, how it ended, and what the same path is known to have survived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Longest earlier silence that did not end this connection, or another one over the same path: a lower
    /// bound of any timer there.
    pub longest_survived: Option<Elapsed>,
    /// Length of the silence that ended it.
    pub ended_after: Elapsed,
    /// How it ended.
    pub ended_by: Ending,
    /// Interval of a keepalive that masks the timer.
    ///
    /// Near `ended_after` it means that the keepalive was the packet that met the expired timer, and that the
    /// silence tells the keepalive's clock and not the timer's (7200 s: TCP keepalive of a stock kernel). Below
    /// `ended_after`, that the silence was measured between segments with data, while keepalives went on.
    pub keepalive: Option<Elapsed>,
    /// Age of the connection at its end, from its handshake; zero where that is not known, and then no lifetime fits.
    pub age: Elapsed,
}

/// Where a timer's value may lie: above `above`, up to `up_to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) above: Elapsed,
    pub(super) up_to: Elapsed,
}

impl Gap {
    /// Where the value of a timer lies that a packet found expired: above the longest silence that was
    /// survived, up to this one, and not more than one keepalive below it.
    pub(super) fn idle_interval(&self) -> Interval {
        let survived = self.longest_survived.unwrap_or(Elapsed::ZERO);
        let last_keepalive = self.keepalive.map_or(Elapsed::ZERO, |interval| self.ended_after - interval);
        Interval { above: survived.max(last_keepalive).max(Elapsed::ZERO), up_to: self.ended_after }
    }

    /// The same for a timer that counts from the start of the connection: it ran out in the silence.
    pub(super) fn age_interval(&self) -> Interval {
        Interval { above: (self.age - self.ended_after).max(Elapsed::ZERO), up_to: self.age }
    }

    /// Whether keepalives went on within the silence, so that no timer which they re-arm can have run out.
    pub(super) fn is_crossed_by_keepalives(&self) -> bool {
        self.keepalive.is_some_and(|interval| interval + tolerance(interval) < self.ended_after)
    }
}

/// How far from its nominal value a timer may fire early: 2 s for coarse clocks and the way of the packets,
/// or 1 % where that is more (timer wheels round by the order of the value).
pub(super) fn tolerance(value: Elapsed) -> Elapsed {
    Elapsed::from_secs(2).max(Elapsed::from_nanos(value.as_nanos() / 100))
}

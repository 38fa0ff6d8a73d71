//! Silences: when nothing passed although nothing was owed.

use crate::frame::FrameNo;
use crate::units::{Elapsed, Timestamp};
use crate::wire::End;

/// A stretch without a packet while nothing was unacknowledged and no probe unanswered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// How long.
    pub length: Elapsed,
    /// When it began: the packet before it.
    pub since: Timestamp,
    /// The packet before it.
    pub before: FrameNo,
    /// The packet that ended it.
    pub after: FrameNo,
    /// The end whose own clock, in its TCP timestamps, counted far less than this time: it slept, or the capture's clock
    /// was set forward.
    pub denied_by: Option<End>,
}

/// Shortest stretch that is called a silence. Below it lie think times and delayed acknowledgements.
pub const SHORTEST: Elapsed = Elapsed::from_millis(500);

/// Ordinary traffic that may lie between a silence and what it led to: the trigger, the answer, an SSH
/// client's good-bye. More than that, and the connection had come back to life.
pub const AFTERMATH: Elapsed = Elapsed::from_secs(3);

/// How far a packet may lie before an earlier one and still be only out of order: queues of one capturing host differ by
/// milliseconds. What lies further back was stamped by a clock that had been set.
const OUT_OF_ORDER: Elapsed = Elapsed::from_secs(1);

/// The silence that led to a moment, and the longest one before it that did no harm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pauses {
    /// The one that led here.
    pub last: Option<Silence>,
    /// The longest survived.
    pub survived: Option<Silence>,
}

/// Follows the silences of one connection.
#[derive(Clone, Debug, Default)]
pub struct Silences {
    /// The last silence, and how much ordinary traffic came after it.
    last: Option<(Silence, Elapsed)>,
    /// The longest silence that was followed by more than [`AFTERMATH`] of traffic, or by another silence.
    survived: Option<Silence>,
    latest: Option<(Timestamp, FrameNo)>,
    /// A wait that no clock measured, and how much ordinary traffic came after it.
    unmeasured: Option<Elapsed>,
}

impl Silences {
    /// A packet passed. `owed`: before it something was unacknowledged or a probe unanswered.
    pub fn packet(&mut self, time: Timestamp, frame: FrameNo, owed: bool) {
        let Some((before, before_frame)) = self.latest else {
            self.latest = Some((time, frame));
            return;
        };
        if before.since(time) > OUT_OF_ORDER {
            // The clock was set back: how long the wait was, nobody knows, and time counts from here.
            self.latest = Some((time, frame));
            self.settle();
            self.unmeasured = Some(Elapsed::ZERO);
            return;
        }
        let length = time.since(before).max_zero();
        self.latest = Some((time.max(before), frame));
        if owed {
            // Waiting for an acknowledgement is not traffic; the short steps of an exchange are.
            let wait = if length >= SHORTEST { Elapsed::ZERO } else { length };
            self.traffic(wait);
        } else if length >= SHORTEST {
            self.settle();
            self.unmeasured = None;
            let silence =
                Silence { length, since: before, before: before_frame, after: frame, denied_by: None };
            self.last = Some((silence, Elapsed::ZERO));
        } else {
            self.traffic(length);
        }
    }

    fn traffic(&mut self, length: Elapsed) {
        if let Some((_, after)) = &mut self.last {
            *after = *after + length;
        }
        self.unmeasured = self.unmeasured.map(|after| after + length).filter(|after| *after < AFTERMATH);
    }

    /// The clock of `end` counted far less than the time since `since`. What both ends deny did not pass: the
    /// capture's clock was set forward.
    pub(super) fn deny(&mut self, end: End, since: Timestamp) {
        let Some((silence, _)) = &mut self.last else { return };
        if silence.since < since {
            return;
        }
        match silence.denied_by {
            Some(other) if other != end => {
                self.last = None;
                self.unmeasured = Some(Elapsed::ZERO);
            }
            _ => silence.denied_by = Some(end),
        }
    }

    /// Whether the connection waited just now, and how long cannot be told: the capture's clock was set meanwhile.
    pub const fn is_unmeasured(&self) -> bool {
        self.unmeasured.is_some()
    }

    /// The last silence becomes one that the connection survived.
    fn settle(&mut self) {
        if let Some((silence, _)) = self.last.take()
            && self.survived.is_none_or(|longest| silence.length > longest.length)
        {
            self.survived = Some(silence);
        }
    }

    /// Both silences that count, as of now.
    pub fn pauses(&self) -> Pauses {
        Pauses { last: self.leading_here(), survived: self.longest_survived() }
    }

    /// The silence that led to what has just passed: the last one, if little traffic came after it.
    pub fn leading_here(&self) -> Option<Silence> {
        self.last.filter(|(_, traffic)| *traffic < AFTERMATH).map(|(silence, _)| silence)
    }

    /// The longest silence that the connection survived before the one that led here.
    pub fn longest_survived(&self) -> Option<Silence> {
        match (self.survived, self.last) {
            (survived, Some((silence, traffic))) if traffic >= AFTERMATH => {
                Some(survived.filter(|longest| longest.length > silence.length).unwrap_or(silence))
            }
            (survived, _) => survived,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: i64) -> Elapsed {
        Elapsed::from_secs(seconds)
    }

    /// Follows packets at these seconds, nothing owed.
    fn followed(seconds: &[i64]) -> Silences {
        let mut silences = Silences::default();
        for (&at, frame) in seconds.iter().zip(1..) {
            silences.packet(Timestamp::from_nanos(0) + s(at), FrameNo(frame), false);
        }
        silences
    }

    fn lengths(silences: &Silences) -> (Option<i64>, Option<i64>) {
        let seconds = |silence: Option<Silence>| silence.map(|it| it.length.as_nanos() / 1_000_000_000);
        (seconds(silences.leading_here()), seconds(silences.longest_survived()))
    }

    #[test]
    fn the_longest_earlier_silence_is_the_one_that_was_survived() {
        assert_eq!(lengths(&followed(&[0, 240, 250, 650])), (Some(400), Some(240)));
        assert_eq!(lengths(&followed(&[0])), (None, None));
        assert_eq!(lengths(&followed(&[0, 0, 0])), (None, None), "no time passed");
        assert_eq!(lengths(&followed(&[0, 86_400 * 3])), (Some(86_400 * 3), None), "days are counted, too");
    }

    #[test]
    fn a_clock_set_back_measures_nothing_and_later_silences_are_measured_again() {
        let back = followed(&[7_200, 7_210, 300]);
        assert_eq!((lengths(&back), back.is_unmeasured()), ((None, Some(10)), true));
        let later = followed(&[7_200, 7_210, 300, 700]);
        assert_eq!((lengths(&later), later.is_unmeasured()), ((Some(400), Some(10)), false));
    }

    #[test]
    fn packets_that_are_only_out_of_order_set_no_clock() {
        let mut silences = followed(&[0, 100]);
        silences.packet(Timestamp::from_nanos(99_999_000_000), FrameNo(3), false);
        assert_eq!((lengths(&silences), silences.is_unmeasured()), ((Some(100), None), false));
    }

    #[test]
    fn what_one_end_s_clock_denies_is_in_doubt_and_what_both_deny_did_not_pass() {
        let mut silences = followed(&[0, 3_600]);
        silences.deny(End::Low, Timestamp::from_nanos(0));
        assert_eq!(silences.leading_here().and_then(|silence| silence.denied_by), Some(End::Low));
        silences.deny(End::High, Timestamp::from_nanos(0));
        assert_eq!((lengths(&silences), silences.is_unmeasured()), ((None, None), true));
    }
}

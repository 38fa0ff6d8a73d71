//! Silences: when nothing passed although nothing was owed.

use crate::frame::FrameNo;
use crate::units::{Elapsed, Timestamp};

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
}

/// Shortest stretch that is called a silence. Below it lie think times and delayed acknowledgements.
pub const SHORTEST: Elapsed = Elapsed::from_millis(500);

/// Ordinary traffic that may lie between a silence and what it led to: the trigger, the answer, an SSH
/// client's good-bye. More than that, and the connection had come back to life.
pub const AFTERMATH: Elapsed = Elapsed::from_secs(3);

/// Follows the silences of one connection.
#[derive(Clone, Debug, Default)]
pub struct Silences {
    /// The last silence, and how much ordinary traffic came after it.
    last: Option<(Silence, Elapsed)>,
    /// The longest silence that was followed by more than [`AFTERMATH`] of traffic, or by another silence.
    survived: Option<Silence>,
    latest: Option<(Timestamp, FrameNo)>,
}

impl Silences {
    /// A packet passed. `owed`: before it something was unacknowledged or a probe unanswered.
    pub fn packet(&mut self, time: Timestamp, frame: FrameNo, owed: bool) {
        let Some((before, before_frame)) = self.latest else {
            self.latest = Some((time, frame));
            return;
        };
        // A clock stepped backwards measures nothing.
        let length = time.since(before).max_zero();
        self.latest = Some((if time > before { time } else { before }, frame));
        if owed {
            // Waiting for an acknowledgement is not traffic; the short steps of an exchange are.
            let wait = if length >= SHORTEST { Elapsed::ZERO } else { length };
            self.traffic(wait);
        } else if length >= SHORTEST {
            self.settle();
            let silence = Silence { length, since: before, before: before_frame, after: frame };
            self.last = Some((silence, Elapsed::ZERO));
        } else {
            self.traffic(length);
        }
    }

    fn traffic(&mut self, length: Elapsed) {
        if let Some((_, after)) = &mut self.last {
            *after = *after + length;
        }
    }

    /// The last silence becomes one that the connection survived.
    fn settle(&mut self) {
        if let Some((silence, _)) = self.last.take()
            && self.survived.is_none_or(|longest| silence.length > longest.length)
        {
            self.survived = Some(silence);
        }
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

//! On which side of the capture point one direction's packets were lost.

use crate::units::{Elapsed, Timestamp};
use crate::wire::Segment;

/// Retransmitted segments with data, by whether the capture point had seen their octets before.
///
/// What it had seen was lost behind it, or its acknowledgement was; some repetitions are spurious. What it had not seen
/// was lost on the way to it (or by the capture itself, if the receiver acknowledges it all the same).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// Repetitions that fill a hole: lost between their sender and the capture point.
    pub ahead: u64,
    /// Repetitions of what had passed here: lost behind the capture point, or the acknowledgement was.
    pub behind: u64,
    hole_since: Option<Timestamp>,
}

impl Losses {
    /// Takes a segment with data. `seen`: its octets had passed before.
    pub(super) fn take(
        &mut self,
        segment: &Segment,
        retransmission: bool,
        seen: bool,
        round_trip: Option<Elapsed>,
    ) {
        if !retransmission {
            return;
        }
        if seen {
            self.behind += 1;
            return;
        }
        // A packet that was only overtaken comes at once; one that was sent again comes a round trip later at the
        // earliest, for its sender had to learn of the loss.
        let late = round_trip.unwrap_or_default().max(OVERTAKEN);
        let since = self.hole_since.unwrap_or(segment.time);
        self.ahead += u64::from(segment.time.since(since) >= late);
    }

    /// Notes whether there is a hole after the segment of `now`.
    pub(super) fn hole(&mut self, open: bool, now: Timestamp) {
        self.hole_since = open.then(|| self.hole_since.unwrap_or(now));
    }
}

/// How late a packet can be that others overtook on parallel links or queues.
const OVERTAKEN: Elapsed = Elapsed::from_millis(5);

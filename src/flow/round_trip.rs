//! Round trips from the capture point to one end and back, by what that end acknowledged.

use std::collections::VecDeque;

use crate::frame::FrameNo;
use crate::units::{Elapsed, Timestamp};
use crate::wire::Seq;

/// One measured loop: a segment passed towards the end, its acknowledgement came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loop {
    /// Time between the two.
    pub time: Elapsed,
    /// The segment.
    pub out: FrameNo,
    /// The acknowledgement.
    pub back: FrameNo,
}

/// Loops from the capture point to one end and back.
///
/// Samples of retransmitted segments are left out (Karn's rule, RFC 6298 §3). Delayed acknowledgements
/// (RFC 9293 §3.8.6.3) only make samples longer, so the minimum is the path's.
#[derive(Clone, Debug, Default)]
pub struct RoundTrips {
    marks: VecDeque<(Seq, Timestamp, FrameNo)>,
    /// The shortest loop.
    pub min: Option<Loop>,
    /// Loops measured.
    pub count: u32,
    /// The last loops, for quantiles; at most `RECENT`.
    pub recent: VecDeque<Elapsed>,
}

impl RoundTrips {
    /// Loops kept for quantiles.
    const RECENT: usize = 64;

    /// What the next acknowledgement is compared with first.
    pub(super) fn foresee(&self) -> Option<&(Seq, Timestamp, FrameNo)> {
        self.marks.front()
    }

    /// Gives up room that is not needed before the next packet.
    pub(super) fn rest(&mut self) {
        self.marks.shrink_to_fit();
        self.recent.shrink_to_fit();
    }

    /// A new segment that ends at `end` passed towards the measured end.
    pub fn sent(&mut self, end: Seq, time: Timestamp, frame: FrameNo, marks: usize) {
        if self.marks.len() >= marks {
            self.marks.pop_front();
        }
        self.marks.push_back((end, time, frame));
    }

    /// A retransmission passed: samples it could stand for are void.
    pub fn retransmitted(&mut self) {
        self.marks.clear();
    }

    /// The measured end acknowledged everything before `ack`.
    pub fn acknowledged(&mut self, ack: Seq, time: Timestamp, frame: FrameNo) {
        let mut newest = None;
        while let Some(&(end, sent, out)) = self.marks.front() {
            if end.is_after(ack) {
                break;
            }
            newest = (end == ack).then_some((sent, out)).or(newest);
            self.marks.pop_front();
        }
        // Only an exact match is a sample: an acknowledgement of more may have been held back for it.
        let Some((sent, out)) = newest else { return };
        let sample = Loop { time: time.since(sent), out, back: frame };
        if sample.time < Elapsed::ZERO {
            return; // The capture's clock was stepped or its frames are out of order.
        }
        self.count = self.count.saturating_add(1);
        if self.min.is_none_or(|min| sample.time < min.time) {
            self.min = Some(sample);
        }
        if self.recent.len() >= Self::RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(sample.time);
    }

    /// The loop that `share` (0 to 1) of the recent ones do not exceed.
    pub fn quantile(&self, share: f64) -> Option<Elapsed> {
        let mut loops: Vec<Elapsed> = self.recent.iter().copied().collect();
        let index = (share * loops.len().saturating_sub(1) as f64).round() as usize;
        (index < loops.len()).then(|| *loops.select_nth_unstable(index).1)
    }
}

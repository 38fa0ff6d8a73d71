//! Would the receiver have accepted this reset?

use crate::flow::Half;
use crate::wire::{Segment, Seq};

/// What the receiver's TCP does with a reset (RFC 9293 §3.10.7.4, RFC 5961 §3.2), as far as the capture tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// Its sequence number is exactly what the receiver expects next: the connection ends.
    Exact,
    /// In the window but not exact: a receiver with RFC 5961 sends a challenge ACK and lives on.
    InWindow,
    /// Outside the window: ignored.
    Outside,
    /// Too little of the connection was seen.
    Unknown,
}

/// Judges `reset`, sent by the owner of `sender` to the owner of `receiver`, both as they were before it.
///
/// The receiver's `RCV.NXT` lies between the highest acknowledgement seen from it and the highest sequence number
/// seen towards it; both count as exact, because the capture point is somewhere between the two.
pub fn acceptance(reset: &Segment, sender: &Half, receiver: &Half) -> Acceptance {
    let handshake = sender.next.is_none() && receiver.isn.is_some() && receiver.acked.is_none();
    if handshake {
        // SYN-SENT: only a reset that acknowledges the SYN counts (RFC 9293 §3.10.7.3).
        let answers = receiver.next.is_some_and(|next| reset.ack == next);
        return if reset.flags.ack() && answers { Acceptance::Exact } else { Acceptance::Outside };
    }
    let Some(expected) = receiver.acked.or(sender.next) else { return Acceptance::Unknown };
    let sent = sender.next.map_or(expected, |next| next.max(expected));
    if reset.seq == expected || reset.seq == sent {
        return Acceptance::Exact;
    }
    // Between the two lie boundaries of segments that may have arrived or not.
    if between(reset.seq, expected, sent) {
        return if sender.packets < 3 { Acceptance::Unknown } else { Acceptance::InWindow };
    }
    let Some(scale) = receiver.window_scale.or_else(|| receiver.isn.is_some().then_some(0)) else {
        return Acceptance::Unknown; // Mid-stream: the window's scale was agreed before the capture began.
    };
    let window = u32::from(receiver.window) << scale.min(14);
    if between(reset.seq, expected, expected.advance(window)) {
        Acceptance::InWindow
    } else {
        Acceptance::Outside
    }
}

fn between(seq: Seq, first: Seq, last: Seq) -> bool {
    seq.since(first) >= 0 && last.since(seq) >= 0
}

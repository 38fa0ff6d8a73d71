//! What the path was like shortly before the end.

use crate::flow::{Flow, RoundTrips, Side};
use crate::units::Elapsed;
use crate::wire::{Segment, Seq};

/// How far before a connection's last packet is looked back.
const MINUTE: Elapsed = Elapsed::from_secs(60);

/// Segments that may wait for their acknowledgement here: what is kept of the end is not more.
const MARKS: usize = 384;

/// The last minute of a connection, or what is kept of it.
#[derive(Clone, Debug, Default)]
pub struct LastMinute {
    /// Time from the first segment looked at to the last.
    pub span: Elapsed,
    /// The client's and the server's part.
    pub sides: [Sent; 2],
}

/// What one end sent in that time.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    /// Segments with data.
    pub data_segments: u64,
    /// Those among them that were sent before.
    pub retransmitted: u64,
    /// Loops from the capture point to this end and back.
    pub round_trips: RoundTrips,
    next: Option<Seq>,
}

impl LastMinute {
    /// The last minute of `flow`.
    pub(super) fn of(flow: &Flow) -> Self {
        let mut minute = Self::default();
        let recent = |it: &Segment| flow.last.time.since(it.time) <= MINUTE && !it.flags.rst();
        for segment in flow.timeline.segments().filter(recent) {
            minute.span = minute.span.max(flow.last.time.since(segment.time));
            let is_client = segment.from == flow.end(Side::Client);
            let [client, server] = &mut minute.sides;
            if is_client { client.take(&segment, server) } else { server.take(&segment, client) }
        }
        minute
    }

    /// The part of `side`.
    pub const fn of_side(&self, side: Side) -> &Sent {
        let [client, server] = &self.sides;
        match side {
            Side::Client => client,
            Side::Server => server,
        }
    }
}

impl Sent {
    fn take(&mut self, segment: &Segment, peer: &mut Self) {
        if segment.flags.ack() {
            self.round_trips.acknowledged(segment.ack, segment.time, segment.frame);
        }
        if segment.payload_len == 0 {
            return;
        }
        // A keepalive probe may hold an octet: it is no data (RFC 9293 §3.8.4).
        let again = self.next.is_some_and(|next| !segment.end().is_after(next));
        if again && segment.payload_len == 1 {
            return;
        }
        self.data_segments += 1;
        if again {
            self.retransmitted += 1;
            peer.round_trips.retransmitted();
        } else {
            self.next = Some(segment.end());
            peer.round_trips.sent(segment.end(), segment.time, segment.frame, MARKS);
        }
    }

    /// Share of the segments with data that had been sent before; `None` without any.
    pub fn retransmitted_share(&self) -> Option<f64> {
        (self.data_segments > 0).then(|| self.retransmitted as f64 / self.data_segments as f64)
    }
}

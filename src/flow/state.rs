//! Whether a connection was opened, is over, or waits for something.

use super::{Acceptance, Flow, Half, Side};
use crate::wire::Seq;

impl Flow {
    /// Whether both SYN and SYN-ACK were seen and the SYN-ACK was acknowledged, or data of both ends or a server that
    /// acknowledges data show the same.
    /// Where only one end was captured, a client that acknowledges and a server that speaks show it too.
    pub fn is_established(&self) -> bool {
        let (client, server) = (self.half(Side::Client), self.half(Side::Server));
        if client.isn.is_none() && server.isn.is_none() {
            return client.packets + server.packets > 0;
        }
        let acknowledged = client.acked.zip(server.isn).is_some_and(|(ack, isn)| ack.is_after(isn));
        // A server acknowledges more than the SYN once the handshake is complete; a challenge (RFC 5961 §4) acknowledges
        // what this client never sent.
        let sent = |ack: Seq| client.packets == 0 || client.next.is_some_and(|next| !ack.is_after(next));
        let heard =
            server.acked.zip(client.base).is_some_and(|(ack, first)| ack.is_after(first) && sent(ack));
        let one_sided = (server.packets == 0 && client.acked.is_some())
            || (client.packets == 0 && server.first_data.is_some());
        acknowledged || heard || one_sided || (client.first_data.is_some() && server.first_data.is_some())
    }

    /// Whether SYN and SYN-ACK are there, so that each end's loops hold one that no application delayed.
    pub fn has_handshake_loop(&self) -> bool {
        self.low.opened.is_some() && self.high.opened.is_some()
    }

    /// Whether an orderly close or an accepted reset was seen. An end that was not captured may have closed.
    pub fn is_over(&self) -> bool {
        let closed =
            |half: &Half, other: &Half| half.fin.is_some() && (other.fin.is_some() || other.packets == 0);
        let closed = closed(&self.low, &self.high) || closed(&self.high, &self.low);
        closed || self.resets.iter().any(|reset| matches!(reset.acceptance, Acceptance::Exact))
    }

    /// Whether something was unacknowledged or a probe unanswered after the last packet.
    pub(super) fn is_owed(&self) -> bool {
        self.low.unanswered.is_some() || self.high.unanswered.is_some()
    }
}

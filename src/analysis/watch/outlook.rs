//! When it can be told how a connection ended, while packets may still come.

use super::connection::Signs;
use crate::flow::{Flow, Side, Unanswered};
use crate::frame::FrameNo;
use crate::units::Elapsed;

/// What can be said of a connection's end by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outlook {
    /// Nothing of an end; nothing to wait for but packets.
    Quiet,
    /// Not yet; to be looked at again after this time.
    Later(Elapsed),
    /// It can be judged.
    Decidable,
    /// The same, for what stayed unanswered since this frame.
    Dead(FrameNo),
}

/// How long a reset's afterlife is watched before it is judged: the longest that a detector looks behind a reset
/// (`resets-in-series`, `resets-differ`, `resets-count-upwards`: 2 s).
pub(super) const AFTERLIFE: Elapsed = Elapsed::from_secs(2);

/// Without a packet for so long, an exchange has come to rest.
const REST: Elapsed = Elapsed::from_millis(200);

/// After one FIN the other end may go on: a half-closed connection that rests so long is called closed.
const HALF_CLOSED: Elapsed = Elapsed::from_secs(10);

/// Packets that stayed unanswered for so long while they were repeated are called lost for good, though their sender may go
/// on for a quarter of an hour (Linux, `tcp_retries2` 15): three times what RFC 1122 §4.2.3.5 calls R1 at its shortest.
const INSISTED: Elapsed = Elapsed::from_secs(10);

/// A wait shorter than this is the jitter of one retransmission timer (RFC 6298 §2: 200 ms in practice, doubling).
const JITTER: Elapsed = Elapsed::from_secs(2);

/// Soonest that a connection which waits for an answer is looked at again.
const SOON: Elapsed = Elapsed::from_secs(1);

impl Outlook {
    /// Of `flow`, whose last packet came `quiet` ago; `judged`: its signs when it was judged before.
    pub(super) fn of(flow: &Flow, judged: Option<&Signs>, quiet: Elapsed) -> Self {
        let known = judged.map_or(0, |signs| signs.resets as usize);
        if let Some(reset) = flow.resets.get(known) {
            let since = flow.last.time.since(reset.segment.time).max_zero() + quiet;
            return Self::after(since, quiet);
        }
        let news = judged.is_none_or(|signs| signs.end() != Signs::of(flow).end());
        let refused = !flow.is_established() && !flow.quotes.is_empty();
        if news && (flow.is_over() || refused) {
            return Self::after(quiet, quiet);
        }
        let closing = Side::BOTH.into_iter().any(|side| flow.half(side).fin.is_some());
        if news && closing {
            return if quiet >= HALF_CLOSED { Self::Decidable } else { Self::Later(HALF_CLOSED - quiet) };
        }
        if flow.is_over() || closing || refused {
            return Self::Quiet;
        }
        let waits = Side::BOTH.into_iter().filter_map(|side| flow.half(side).unanswered);
        waits.map(|owed| Self::waiting(flow, &owed, quiet)).min_by_key(Self::urgency).unwrap_or(Self::Quiet)
    }

    /// After an end that came `since` ago.
    fn after(since: Elapsed, quiet: Elapsed) -> Self {
        let settled = since >= AFTERLIFE && quiet >= REST || since >= AFTERLIFE + AFTERLIFE;
        if settled { Self::Decidable } else { Self::Later((AFTERLIFE - since).max(REST)) }
    }

    /// While `owed` is unanswered. The timeout doubles: after two transmissions the next one comes in about as much time as
    /// passed since the first. Where it does not come, its sender has given up.
    fn waiting(flow: &Flow, owed: &Unanswered, quiet: Elapsed) -> Self {
        let insisted = owed.last.time.since(owed.first.time).max_zero();
        let waited = flow.last.time.since(owed.first.time).max_zero() + quiet;
        let overdue = insisted + insisted + JITTER;
        if owed.repeats > 0 && (waited >= overdue || insisted >= INSISTED) {
            return Self::Dead(owed.first.frame);
        }
        // What was never repeated is mostly an acknowledgement that the capture missed: looked at ever more rarely.
        let patience = if owed.repeats > 0 { overdue - waited } else { waited };
        Self::Later(patience.max(SOON))
    }

    const fn urgency(&self) -> Elapsed {
        match self {
            Self::Decidable | Self::Dead(_) => Elapsed::ZERO,
            Self::Later(time) => *time,
            Self::Quiet => Elapsed::MAX,
        }
    }
}

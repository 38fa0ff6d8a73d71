//! When the client last sent a message, and when its user last did something.

use crate::case::Case;
use crate::flow::{SHORTEST, Side};
use crate::units::{Elapsed, Timestamp};
use crate::wire::Segment;

/// The client's last data before `until`: what a server's idle timer counts from. `None` where it is not kept any more.
pub(super) fn last_message(case: &Case, until: Timestamp) -> Option<Timestamp> {
    last(case, until, &[])
}

/// The same, SSH keepalives and answers to the server's left out: what a shell's timer counts from, as far as rhythm tells
/// keepalives from typing.
pub(super) fn last_input(case: &Case, until: Timestamp) -> Option<Timestamp> {
    let keepalive = &case.transcript.cipher.keepalive;
    let seen = Side::BOTH.into_iter().map(|side| *keepalive.of(side)).filter(|it| it.probes > 1);
    let intervals: Vec<Elapsed> = seen.map(|it| it.interval).collect();
    last(case, until, &intervals)
}

/// The client's last data that did not come in a burst which began one of `intervals` after the packet before it.
fn last(case: &Case, until: Timestamp, intervals: &[Elapsed]) -> Option<Timestamp> {
    let client = case.flow.end(Side::Client);
    let (mut found, mut quiet, mut before): (Option<Timestamp>, Elapsed, Option<Timestamp>) =
        (None, Elapsed::ZERO, None);
    for segment in case.flow.timeline.segments().filter(|segment| segment.time < until) {
        let pause = before.map_or(Elapsed::ZERO, |before| segment.time.since(before));
        before = Some(segment.time);
        if pause >= SHORTEST {
            quiet = pause;
        }
        if segment.from == client && is_data(&segment) && !intervals.iter().any(|it| alike(quiet, *it)) {
            found = Some(segment.time);
        }
    }
    // Between the head and the tail of the timeline there may have been others.
    let complete = case.flow.timeline.dropped == 0 || found >= case.flow.timeline.tail_begins();
    found.filter(|_| complete)
}

fn is_data(segment: &Segment) -> bool {
    segment.payload_len > 1
}

/// Whether a pause is one of a rhythm: within a tenth, and the time of a packet's way.
fn alike(pause: Elapsed, interval: Elapsed) -> bool {
    let off = if pause < interval { interval - pause } else { pause - interval };
    off <= Elapsed::from_millis(200) + Elapsed::from_nanos(interval.as_nanos() / 10)
}

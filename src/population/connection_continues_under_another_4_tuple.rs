//! Connections that go on under another 4-tuple: an address translator lost or leaked its mapping.

use std::collections::BTreeMap;

use super::crowd::Crowd;
use super::gist::LastPacket;
use super::{Judged, Pattern};
use crate::case::Case;
use crate::cause::Cause;
use crate::flow::{Flow, Side};
use crate::wire::{End, FlowKey, Segment};

declare_pattern! {
    /// A connection goes on under another 4-tuple: an address translator changed or lost its mapping.
    ///
    /// ## Sees
    /// A connection whose first packet is one out of the middle, with the sequence and acknowledgement number that an end of
    /// an earlier connection would have sent next, one end the same, and timestamps that do not run backwards.
    ///
    /// ## Means
    /// 64 bits which nobody has who did not see the connection: one hit is proof. The translator gave the connection another
    /// address or port, or let a packet through without translating it; the host behind knows no such connection
    /// and answers with a reset.
    ///
    /// ## Misleads when
    /// A translator that was captured on both sides shows every packet under two 4-tuples; there the earlier connection goes
    /// on, too, and is not taken.
    ///
    /// ## Needs
    /// Both 4-tuples in the capture, so a place behind the translator.
    ///
    /// ## References
    /// RFC 5382 §4.1; Kubernetes issue 74839 (packets that leave untranslated).
    CONNECTION_CONTINUES_UNDER_ANOTHER_4_TUPLE = "connection-continues-under-another-4-tuple"
}

pub(super) fn find(crowd: &Crowd<'_>) -> Vec<Pattern> {
    let mut stopped: BTreeMap<Numbers, Vec<Stopped<'_>>> = BTreeMap::new();
    let mut patterns = Vec::new();
    for (index, judged) in crowd.all() {
        let case = &judged.case;
        if let Some(first) = opening(&case.flow)
            && let Some(before) = continued(&stopped, &case.flow, &first)
        {
            patterns.push(pattern(before, index, case, &first));
        }
        for side in Side::BOTH {
            for (numbers, stop) in stops(index, judged, side) {
                let same = stopped.entry(numbers).or_default();
                if same.len() < SAME_NUMBERS {
                    same.push(stop);
                }
            }
        }
    }
    patterns
}

/// Connections kept for one pair of numbers: more than one is a crafted capture, or one packet seen at several places.
const SAME_NUMBERS: usize = 8;

/// Sequence and acknowledgement number.
type Numbers = (u32, u32);

/// One end of a connection, as it was when the capture last saw it.
struct Stopped<'a> {
    index: usize,
    case: &'a Case,
    from: End,
    last: LastPacket,
}

/// What `side` would send next: its sequence number, and what it has acknowledged or would have to.
fn stops(index: usize, judged: &Judged, side: Side) -> impl Iterator<Item = (Numbers, Stopped<'_>)> {
    let Judged { case, gist, .. } = judged;
    let flow = &case.flow;
    let (own, other) = (flow.half(side), flow.half(!side));
    let (from, last) = (flow.end(side), *gist.stopped.of(side));
    let acknowledged = own.acked.into_iter().chain(other.next.filter(|&next| Some(next) != own.acked));
    let numbers =
        own.next.into_iter().flat_map(move |next| acknowledged.clone().map(move |ack| (next.0, ack.0)));
    numbers.filter_map(move |numbers| last.map(|last| (numbers, Stopped { index, case, from, last })))
}

/// The first packet of a connection, if it is one out of the middle.
fn opening(flow: &Flow) -> Option<Segment> {
    let first = flow.timeline.first()?;
    (first.flags.ack() && !first.flags.syn() && !first.flags.rst()).then_some(first)
}

fn continued<'a>(
    stopped: &'a BTreeMap<Numbers, Vec<Stopped<'a>>>,
    flow: &Flow,
    first: &Segment,
) -> Option<&'a Stopped<'a>> {
    // A keepalive probe repeats the last octet (RFC 9293 §3.8.4).
    let numbers = [first.seq, first.seq.advance(1)].map(|next| (next.0, first.ack.0));
    let mut before = numbers.iter().filter_map(|numbers| stopped.get(numbers)).flatten();
    before.find(|before| {
        let (key, earlier) = (&flow.key, &before.case.flow.key);
        key != earlier
            && same_peer((key, first.from), (earlier, before.from))
            && before.last.frame < first.frame
            && goes_on(&before.last, first)
    })
}

/// Whether both packets come from or go to the same address and port.
fn same_peer((key, from): (&FlowKey, End), (earlier, earlier_from): (&FlowKey, End)) -> bool {
    key.at(from) == earlier.at(earlier_from) || key.at(!from) == earlier.at(!earlier_from)
}

/// Whether the timestamps, if there are any, do not run backwards (RFC 7323 §5.3).
fn goes_on(last: &LastPacket, first: &Segment) -> bool {
    match (last.timestamps, first.timestamps()) {
        (Some((last, _)), Some((first, _))) => first.wrapping_sub(last) as i32 >= 0,
        (last, first) => last.is_none() && first.is_none(),
    }
}

fn pattern(before: &Stopped<'_>, index: usize, case: &Case, first: &Segment) -> Pattern {
    let earlier = &before.case.flow;
    let sender = |flow: &Flow, end: End| flow.key.at(end);
    let (old, new) = (sender(earlier, before.from), sender(&case.flow, first.from));
    let (old_peer, new_peer) = (sender(earlier, !before.from), sender(&case.flow, !first.from));
    let changed = if old == new {
        format!("to {new_peer} what it had sent to {old_peer}")
    } else {
        format!("as {new} what had come from {old}")
    };
    let detail = format!(
        "frame {} continues {changed} up to frame {} (sequence number {}, acknowledgement {}): an address \
         translator changed or lost its mapping",
        first.frame, before.last.frame, first.seq, first.ack
    );
    let members = [before.index, index];
    Pattern::new(&CONNECTION_CONTINUES_UNDER_ANOTHER_4_TUPLE, members.to_vec(), detail)
        .shown_by([before.last.frame, first.frame])
        .moving(&members, &MOVES)
}

/// A mapping that changed explains what a restarted server would.
const MOVES: [(Cause, i32); 5] = [
    (Cause::NatRebinding, 6),
    (Cause::NatStateLost, 3),
    (Cause::ServerRebooted, -6),
    (Cause::ServerFailover, -6),
    (Cause::LinkOutage, -4),
];

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::tests::case;
    use crate::flow::tests::{Sent, Wire};

    /// Data of one side, `millis` after the packet before.
    type Said = (Side, &'static [u8], i64);

    fn talk(said: &[Said]) -> Case {
        let mut wire = Wire::new();
        wire.handshake(100, 900);
        let mut next = [101, 901];
        for (id, &(from, data, millis)) in (10..).zip(said) {
            let [own, other] = if from == Side::Client { [0, 1] } else { [1, 0] };
            let sent = Sent { seq: next[own], ack: next[other], data, ip_id: id, ..Sent::default() };
            wire.wait(millis - 1).send(from, sent);
            next[own] += data.len() as u32;
        }
        case(&wire)
    }

    /// Frames begin behind the handshake's three.
    fn frame_at(case: &Case, time: Option<Timestamp>) -> Option<u64> {
        case.flow.timeline.segments().find(|it| Some(it.time) == time).map(|it| it.frame.0 - 3)
    }

    const FAR: Timestamp = Timestamp::from_nanos(i64::MAX);

    #[test]
    fn the_last_message_is_the_clients_last_data_before_the_end() {
        let case = talk(&[
            (Side::Client, b"one", 10),
            (Side::Client, b"two", 10),
            (Side::Server, b"out", 10),
            (Side::Client, b"", 10),
            (Side::Client, b"0", 10),
        ]);
        let last = |until| frame_at(&case, last_message(&case, until));
        assert_eq!(last(FAR), Some(2), "neither the server's, nor an acknowledgement, nor a probe's octet");
        let second = last_message(&case, FAR).unwrap();
        assert_eq!((last(second), last(case.flow.first.time)), (Some(1), None));
    }

    #[test]
    fn a_keepalive_s_rhythm_is_no_input() {
        let mut case = talk(&[
            (Side::Client, b"typed", 3_000),
            (Side::Server, b"alive?", 10_000),
            (Side::Client, b"alive!", 1),
            (Side::Server, b"alive?", 11_200),
            (Side::Client, b"alive!", 1),
            (Side::Server, b"alive?", 8_800),
            (Side::Client, b"alive!", 1),
        ]);
        let probes = |case: &mut Case, probes| {
            case.transcript.cipher.keepalive.server =
                crate::ssh::Keepalive { probes, interval: Elapsed::from_secs(10), ..Default::default() };
            frame_at(case, last_input(case, FAR))
        };
        assert_eq!(probes(&mut case, 2), Some(1));
        assert_eq!(probes(&mut case, 1), Some(7), "one has no rhythm");
        assert_eq!(frame_at(&case, last_message(&case, FAR)), Some(7));
    }

    #[test]
    fn what_comes_out_of_the_rhythm_is_input() {
        for pause in [8_799, 11_201] {
            let mut case = talk(&[(Side::Client, b"typed", 3_000), (Side::Client, b"typed", pause)]);
            case.transcript.cipher.keepalive.client =
                crate::ssh::Keepalive { probes: 2, interval: Elapsed::from_secs(10), ..Default::default() };
            assert_eq!(frame_at(&case, last_input(&case, FAR)), Some(2), "{pause} ms");
        }
    }

    #[test]
    fn a_short_pause_goes_on_with_the_burst_before_it() {
        let quick = |pause| {
            let said: [Said; 3] = [
                (Side::Client, b"typed", 3_000),
                (Side::Client, b"alive", 10_000),
                (Side::Client, b"more", pause),
            ];
            let mut case = talk(&said);
            case.transcript.cipher.keepalive.client =
                crate::ssh::Keepalive { probes: 2, interval: Elapsed::from_secs(10), ..Default::default() };
            frame_at(&case, last_input(&case, FAR))
        };
        assert_eq!((quick(499), quick(500)), (Some(1), Some(3)));
    }

    #[test]
    fn where_packets_between_are_not_kept_only_what_came_after_them_is_known_to_be_the_last() {
        let limits = crate::limits::Limits::default();
        let kept = limits.timeline_head + limits.timeline_tail;
        let after = |packets: usize| {
            let mut said: Vec<Said> = vec![(Side::Client, b"typed", 10)];
            said.extend((0..packets).map(|_| -> Said { (Side::Server, b"out", 10) }));
            let case = talk(&said);
            frame_at(&case, last_message(&case, FAR))
        };
        // The handshake's three packets are kept, too.
        assert_eq!((after(kept - 4), after(kept - 3)), (Some(1), None));
        let mut late: Vec<Said> = (0..kept).map(|_| -> Said { (Side::Server, b"out", 10) }).collect();
        late.push((Side::Client, b"typed", 10));
        let case = talk(&late);
        assert!(case.flow.timeline.dropped > 0 && last_message(&case, FAR) == Some(case.flow.last.time));
    }
}

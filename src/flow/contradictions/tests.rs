use super::*;
use crate::flow::Side;
use crate::flow::tests::{Sent, Wire};

const BANNER: &[u8] = b"SSH-2.0-OpenSSH_9.6\r\n";
const OTHER: &[u8] = b"SSH-2.0-Dropbear_20\r\n";

/// What is found where a client sends these data at these offsets, one after the other, behind three packets.
fn found(sent: &[(u32, &[u8])]) -> (u64, Vec<u64>) {
    let mut wire = Wire::new();
    wire.handshake(100, 900);
    for (number, &(offset, data)) in (1..).zip(sent) {
        wire.send(
            Side::Client,
            Sent { seq: 101 + offset, ack: 901, data, ip_id: 500 + number, ..Sent::default() },
        );
    }
    let found = &wire.flow(0).half(Side::Client).contradictions;
    (found.count, found.frames.iter().map(|frame| frame.0).collect())
}

#[test]
fn a_repetition_contradicts_nothing() {
    let (first, second) = BANNER.split_at(9);
    assert_eq!(found(&[(0, BANNER), (0, BANNER)]), (0, vec![]));
    // Two segments repeated as one.
    assert_eq!(found(&[(0, first), (9, second), (0, BANNER)]), (0, vec![]));
    // What follows is no repetition, whatever it holds.
    assert_eq!(found(&[(0, BANNER), (21, OTHER)]), (0, vec![]));
}

#[test]
fn other_octets_at_one_place_do_and_both_frames_are_named() {
    assert_eq!(found(&[(0, BANNER), (0, OTHER)]), (1, vec![4, 5]));
    assert_eq!(found(&[(0, BANNER), (0, &[OTHER, b"more"].concat())]), (1, vec![4, 5]));
    // Behind a hole, too, where neither has been handed on.
    assert_eq!(found(&[(7, b"one"), (7, b"two")]), (1, vec![4, 5]));
    // A segment that covers several, and differs in the last of them.
    assert_eq!(found(&[(0, b"abc"), (3, b"def"), (0, b"abcdeX")]), (1, vec![5, 6]));
}

#[test]
fn packets_alike_but_for_their_data_are_no_copies() {
    let mut wire = Wire::new();
    let first = Sent { seq: 101, ack: 901, data: BANNER, ip_id: 77, ..Sent::default() };
    wire.handshake(100, 900).send(Side::Client, first).send(Side::Client, Sent { data: OTHER, ..first });
    let flow = wire.flow(0);
    let client = flow.half(Side::Client);
    assert_eq!((flow.copies, client.retransmitted, client.contradictions.count), (0, 1, 1));
    wire.send(Side::Client, first);
    assert_eq!((wire.flow(0).copies, wire.flow(0).half(Side::Client).contradictions.count), (1, 1));
}

#[test]
fn the_first_of_two_is_what_later_ones_are_compared_with() {
    assert_eq!(found(&[(0, BANNER), (0, OTHER), (0, BANNER), (0, OTHER)]), (2, vec![4, 5, 4, 7]));
}

#[test]
fn the_octet_of_a_keepalive_probe_is_not_the_streams() {
    // RFC 9293 §3.8.4: one garbage octet.
    assert_eq!(found(&[(0, BANNER), (20, b"\0")]), (0, vec![]));
}

#[test]
fn what_the_snaplen_cut_is_compared_as_far_as_it_was_captured() {
    let segment =
        |frame, payload_len| Segment { payload_len, frame: FrameNo(frame), ..crate::flow::tests::segment() };
    let limits = Limits::default();
    let mut cut = Contradictions::default();
    // Neither of them was captured whole.
    cut.take(&segment(1, 21), 0, &BANNER[..9], &limits);
    cut.take(&segment(2, 21), 0, &OTHER[..9], &limits);
    cut.take(&segment(5, 21), 0, BANNER, &limits);
    assert_eq!(cut.count, 0);
    cut = Contradictions::default();
    cut.take(&segment(3, 9), 0, &BANNER[..9], &limits);
    cut.take(&segment(4, 21), 0, b"SSH-1.99-", &limits);
    assert_eq!((cut.count, cut.frames), (1, vec![FrameNo(3), FrameNo(4)]));
}

#[test]
fn so_many_segments_are_remembered_and_so_many_contradictions_shown() {
    let limits = Limits { segments_compared: 2, ..Limits::default() };
    let segment = crate::flow::tests::segment();
    let mut found = Contradictions::default();
    let mut take = |offset, octets: &[u8]| {
        found.take(&Segment { payload_len: octets.len() as u32, ..segment }, offset, octets, &limits);
        (found.marks.len(), found.count)
    };
    // A repetition is remembered once.
    assert_eq!([take(0, b"aa"), take(0, b"aa")], [(1, 0), (1, 0)]);
    assert_eq!([take(2, b"bb"), take(4, b"cc")], [(2, 0), (2, 0)]);
    // The first of them is forgotten, the others are not.
    assert_eq!(take(0, b"xx"), (2, 0));
    assert_eq!(take(4, b"xx"), (2, 1));
    (0..10).for_each(|_| _ = take(4, b"xx"));
    assert_eq!((found.count, found.frames.len()), (11, 2 * SHOWN));
}

#[test]
fn behind_the_part_in_clear_nothing_is_compared() {
    let segment = crate::flow::tests::segment();
    let mut found = Contradictions::default();
    let take = |found: &mut Contradictions, offset, octets: &[u8]| {
        let segment = Segment { payload_len: octets.len() as u32, ..segment };
        found.take(&segment, offset, octets, &Limits::default());
        found.count
    };
    // 16 KiB, as the adversaries' README has it.
    for (offset, contradicting) in [(16_383, 1), (16_384, 1), (u64::from(u32::MAX) + 1, 1)] {
        take(&mut found, offset, b"one");
        assert_eq!(take(&mut found, offset, b"two"), contradicting, "{offset}");
    }
}

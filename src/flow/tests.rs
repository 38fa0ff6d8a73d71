//! Connections from packets built by hand.

use super::*;
use crate::flow::packed::NOTHING;
use crate::frame::FrameNo;
use crate::units::Timestamp;
use crate::wire::{Endpoint, Flags, FlowKey, Seq, Traits};

/// A conversation between 10.0.0.1:40000 (client) and 10.0.0.2:22, one packet after the other.
pub(crate) struct Wire {
    pub(crate) table: Table,
    frame: u64,
    millis: i64,
    place: Place,
    /// TTL of the server's SYN-ACK.
    pub(crate) server_ttl: u8,
    pub(crate) streams: Vec<(u32, Side, Vec<u8>)>,
}

/// What a packet of a [`Wire`] holds.
#[derive(Clone, Copy)]
pub(crate) struct Sent<'a> {
    pub(crate) flags: Flags,
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    pub(crate) data: &'a [u8],
    pub(crate) ip_id: u16,
    pub(crate) ttl: u8,
}

impl Default for Sent<'_> {
    fn default() -> Self {
        Self { flags: Flags::ACK, seq: 0, ack: 0, data: b"", ip_id: 0, ttl: 64 }
    }
}

/// A segment of which nothing is to be said.
pub(crate) fn segment() -> Segment {
    Segment { flags: Flags::ACK, window: 500, ttl: 64, ..NOTHING }
}

impl Wire {
    pub(crate) fn new() -> Self {
        let limits = Limits { brief_packets: 0, ..Limits::default() };
        let table = Table::new(limits, &[22]);
        Self { table, frame: 0, millis: 0, place: Place::default(), server_ttl: 64, streams: Vec::new() }
    }

    pub(crate) fn wait(&mut self, millis: i64) -> &mut Self {
        self.millis += millis;
        self
    }

    fn at(&mut self, interface: u16) -> &mut Self {
        self.place = Place { interface, cooked: 0 };
        self
    }

    /// A packet of the client or the server, 1 ms after the one before.
    pub(crate) fn send(&mut self, from: Side, sent: Sent<'_>) -> &mut Self {
        self.frame += 1;
        self.millis += 1;
        let client = Endpoint { addr: "10.0.0.1".parse().unwrap(), port: 40_000 };
        let server = Endpoint { addr: "10.0.0.2".parse().unwrap(), port: 22 };
        let (source, target) = if from == Side::Client { (client, server) } else { (server, client) };
        let (key, end) = FlowKey::new(source, target);
        let segment = Segment {
            time: Timestamp::from_nanos(self.millis * 1_000_000),
            frame: FrameNo(self.frame),
            seq: Seq(sent.seq),
            ack: Seq(sent.ack),
            payload_len: sent.data.len() as u32,
            flags: sent.flags,
            window: if sent.flags.rst() { 0 } else { 500 },
            ip_id: sent.ip_id,
            ttl: sent.ttl,
            from: end,
            ..segment()
        };
        let packet = Packet { key, place: self.place, segment, payload: sent.data };
        let streams = &mut self.streams;
        self.table.handle(&packet, &mut |id, _, event| {
            if let Event::Stream { from, delivery: Delivery::Octets(octets) } = event {
                streams.push((id.0, from, octets.to_vec()));
            }
        });
        self
    }

    pub(crate) fn handshake(&mut self, client: u32, server: u32) -> &mut Self {
        let syn = Sent { flags: Flags::SYN, seq: client, ip_id: client as u16, ..Sent::default() };
        let (flags, ttl) = (Flags::SYN.with(Flags::ACK), self.server_ttl);
        self.send(Side::Client, syn)
            .send(Side::Server, Sent { flags, seq: server, ack: client + 1, ttl, ..Sent::default() })
            .send(
                Side::Client,
                Sent { seq: client + 1, ack: server + 1, ip_id: client as u16 + 1, ..Sent::default() },
            )
    }

    pub(crate) fn flow(&self, index: usize) -> &Flow {
        self.table.flows()[index].whole().unwrap()
    }
}

const RST: Flags = Flags::RST;

#[test]
fn the_sender_of_the_syn_is_the_client() {
    let mut wire = Wire::new();
    wire.handshake(100, 900);
    let flow = wire.flow(0);
    assert_eq!((flow.oriented_by, flow.key.at(flow.client).port), (OrientedBy::Syn, 40_000));
    assert!(flow.is_established());
}

#[test]
fn without_a_handshake_the_ssh_port_tells_the_server() {
    let mut wire = Wire::new();
    wire.send(Side::Server, Sent { seq: 5, ack: 7, data: b"x", ..Sent::default() });
    let flow = wire.flow(0);
    assert_eq!((flow.oriented_by, flow.key.at(flow.client).port), (OrientedBy::Port, 40_000));
    assert!(flow.half(Side::Server).midstream);
}

#[test]
fn a_4_tuple_used_again_after_a_reset_is_another_connection() {
    let mut wire = Wire::new();
    wire.handshake(100, 900)
        .send(Side::Server, Sent { flags: RST.with(Flags::ACK), seq: 901, ack: 101, ..Sent::default() })
        .handshake(7_000, 8_000);
    assert_eq!(wire.table.flows().len(), 2);
    assert_eq!((wire.flow(0).packets, wire.flow(1).packets), (4, 3));
}

#[test]
fn a_syn_on_a_living_connection_opens_nothing() {
    let mut wire = Wire::new();
    wire.handshake(100, 900).send(Side::Client, Sent { flags: Flags::SYN, seq: 5_000, ..Sent::default() });
    assert_eq!(wire.table.flows().len(), 1);
}

#[test]
fn a_repeated_syn_is_a_retransmission() {
    let mut wire = Wire::new();
    let syn = Sent { flags: Flags::SYN, seq: 100, ip_id: 1, ..Sent::default() };
    wire.send(Side::Client, syn).wait(1_000).send(Side::Client, Sent { ip_id: 2, ..syn });
    let owed = wire.flow(0).half(Side::Client).unanswered.unwrap();
    assert_eq!((wire.table.flows().len(), owed.repeats), (1, 1));
}

#[test]
fn the_same_packets_at_a_second_interface_are_a_second_connection() {
    let mut wire = Wire::new();
    let syn = Sent { flags: Flags::SYN, seq: 100, ip_id: 33, ..Sent::default() };
    let syn_ack =
        Sent { flags: Flags::SYN.with(Flags::ACK), seq: 900, ack: 101, ip_id: 44, ..Sent::default() };
    wire.at(0).send(Side::Client, syn).at(1).send(Side::Client, Sent { ttl: 60, ..syn });
    wire.at(1).send(Side::Server, syn_ack).at(0).send(Side::Server, Sent { ttl: 60, ..syn_ack });
    assert_eq!((wire.flow(0).packets, wire.flow(1).packets), (2, 2));
    assert_eq!(wire.flow(1).half(Side::Client).ttl.values()[0].value, 60);
}

#[test]
fn the_same_packets_by_a_clock_that_is_late_are_a_second_connection_and_a_repeated_syn_is_none() {
    let syn = Sent { flags: Flags::SYN, seq: 100, ip_id: 33, ..Sent::default() };
    let connections = |second: Sent<'_>| {
        let mut wire = Wire::new();
        wire.at(0).handshake(100, 900).wait(5_000).at(1).send(Side::Client, second);
        wire.table.flows().len()
    };
    let first = Sent { ip_id: 100, ..syn };
    assert_eq!((connections(first), connections(Sent { ip_id: 101, ..syn })), (2, 1));
}

#[test]
fn a_tap_with_one_direction_on_each_interface_is_one_connection() {
    let mut wire = Wire::new();
    wire.at(0).send(Side::Client, Sent { flags: Flags::SYN, seq: 100, ip_id: 33, ..Sent::default() });
    let flags = Flags::SYN.with(Flags::ACK);
    wire.at(1).send(Side::Server, Sent { flags, seq: 900, ack: 101, ip_id: 44, ..Sent::default() });
    assert_eq!((wire.table.flows().len(), wire.flow(0).packets), (1, 2));
}

#[test]
fn copies_of_a_span_port_are_left_out_and_counted() {
    let mut wire = Wire::new();
    let data = Sent { seq: 101, ack: 901, data: b"hello", ip_id: 77, ..Sent::default() };
    wire.handshake(100, 900).send(Side::Client, data).send(Side::Client, Sent { ttl: 63, ..data });
    let flow = wire.flow(0);
    assert_eq!((flow.packets, flow.copies, flow.half(Side::Client).retransmitted), (4, 1, 0));
}

#[test]
fn a_retransmission_has_an_identification_of_its_own() {
    let mut wire = Wire::new();
    let data = Sent { seq: 101, ack: 901, data: b"hello", ip_id: 77, ..Sent::default() };
    wire.handshake(100, 900)
        .send(Side::Client, data)
        .wait(200)
        .send(Side::Client, Sent { ip_id: 78, ..data });
    let half = wire.flow(0).half(Side::Client);
    assert_eq!((half.retransmitted, half.unanswered.unwrap().repeats), (1, 1));
}

#[test]
fn octets_are_handed_on_in_order_across_the_wrap() {
    let mut wire = Wire::new();
    let first = u32::MAX - 1;
    wire.handshake(first - 1, 900);
    let data =
        |seq: u32, data: &'static [u8]| Sent { seq, ack: 901, data, ip_id: seq as u16, ..Sent::default() };
    wire.send(Side::Client, data(first.wrapping_add(3), b"def")).send(Side::Client, data(first, b"abc"));
    let stream: Vec<u8> = wire.streams.iter().flat_map(|(_, _, octets)| octets.clone()).collect();
    assert_eq!(stream, b"abcdef");
}

#[test]
fn a_keepalive_probe_is_neither_data_nor_a_retransmission() {
    let mut wire = Wire::new();
    wire.handshake(100, 900)
        .wait(7_000)
        .send(Side::Server, Sent { seq: 900, ack: 101, ip_id: 9, ..Sent::default() });
    let half = wire.flow(0).half(Side::Server);
    assert_eq!((half.probes, half.retransmitted), (1, 0));
    assert!(half.unanswered.unwrap().probe);
}

#[test]
fn the_silence_before_a_reset_is_the_one_before_its_trigger() {
    let mut wire = Wire::new();
    wire.handshake(100, 900)
        .wait(2_000)
        .send(Side::Client, Sent { seq: 101, ack: 901, data: b"a", ip_id: 5, ..Sent::default() })
        .send(Side::Server, Sent { seq: 901, ack: 102, ip_id: 6, ..Sent::default() })
        .wait(7_000)
        .send(Side::Client, Sent { seq: 102, ack: 901, data: b"b", ip_id: 7, ..Sent::default() })
        .send(Side::Server, Sent { flags: RST, seq: 901, ..Sent::default() });
    let reset = &wire.flow(0).resets[0];
    assert_eq!(reset.silence.unwrap().length, Elapsed::from_millis(7_001));
    assert_eq!(reset.survived.unwrap().length, Elapsed::from_millis(2_001));
    assert_eq!(reset.acceptance, Acceptance::Exact);
}

#[test]
fn waiting_for_an_acknowledgement_is_no_silence() {
    let waits = |repeats: bool, wait: i64| {
        let mut wire = Wire::new();
        let data = Sent { seq: 101, ack: 901, data: b"a", ip_id: 5, ..Sent::default() };
        wire.handshake(100, 900).send(Side::Client, data);
        if repeats {
            wire.wait(200).send(Side::Client, Sent { ip_id: 6, ..data });
        }
        wire.wait(wait).send(Side::Server, Sent { flags: RST, seq: 901, ..Sent::default() });
        wire.flow(0).resets[0].silence.map(|silence| silence.length)
    };
    assert_eq!([waits(true, 9_000), waits(false, 2_998)], [None; 2]);
    // What it does not repeat for so long was acknowledged, and the capture does not have that.
    assert_eq!(waits(false, 9_000), Some(Elapsed::from_millis(9_001)));
}

#[test]
fn a_server_alone_shows_by_what_it_acknowledges_that_the_handshake_was_completed() {
    let mut wire = Wire::new();
    wire.send(
        Side::Server,
        Sent { flags: Flags::SYN.with(Flags::ACK), seq: 900, ack: 101, ..Sent::default() },
    );
    assert!(!wire.flow(0).is_established());
    wire.send(Side::Server, Sent { seq: 901, ack: 142, ip_id: 7, ..Sent::default() });
    assert!(wire.flow(0).is_established());
}

#[test]
fn a_server_that_acknowledges_data_is_connected_wherever_its_syn_ack_was() {
    let acknowledged = |ack: u32| {
        let mut wire = Wire::new();
        wire.send(Side::Client, Sent { flags: Flags::SYN, seq: 100, ..Sent::default() });
        wire.send(
            Side::Client,
            Sent { seq: 101, ack: 901, data: b"SSH-2.0-x\r\n", ip_id: 5, ..Sent::default() },
        );
        wire.send(Side::Server, Sent { seq: 901, ack, ip_id: 7, ..Sent::default() });
        wire.flow(0).is_established()
    };
    // The last one challenges: no octet of this connection has such a number.
    assert_eq!([101, 112, 40_000_000].map(acknowledged), [false, true, false]);
}

#[test]
fn what_an_end_sent_that_was_not_captured_is_counted_by_what_the_other_acknowledged() {
    let passed = |syn: bool| {
        let mut wire = Wire::new();
        if syn {
            wire.send(Side::Client, Sent { flags: Flags::SYN, seq: 100, ..Sent::default() });
        }
        for (seq, ack) in [(101, 901), (101, 942), (101, 2_078)] {
            wire.send(Side::Client, Sent { seq, ack, ip_id: ack as u16, ..Sent::default() });
        }
        let mut passed = Vec::new();
        wire.flow(0).clone().flush(&mut |side, delivery| passed.push((side, format!("{delivery:?}"))));
        passed
    };
    assert_eq!(passed(true), [(Side::Server, "Hole(1177)".to_owned())]);
    assert_eq!(passed(false), [], "where its stream began is not known");
}

#[test]
fn a_stream_seems_to_begin_where_the_other_end_never_acknowledged_less() {
    // Neither the SYN-ACK nor anything else of the server was captured so far.
    let acks = |sent: &[(u32, u32, &'static [u8])]| {
        let mut wire = Wire::new();
        wire.send(Side::Client, Sent { flags: Flags::SYN, seq: 100, ..Sent::default() });
        for &(seq, ack, data) in sent {
            wire.send(Side::Client, Sent { seq, ack, data, ip_id: seq as u16, ..Sent::default() });
        }
        wire.flow(0).half(Side::Client).adjoins(Seq(901))
    };
    assert!(acks(&[(101, 901, b"SSH-")]));
    assert!(!acks(&[(101, 880, b"SSH-"), (105, 901, b"2.0")]), "it had acknowledged some of it");
    assert!(!acks(&[(101, 901, b""), (105, 901, b"2.0")]), "a hole");
    assert!(!acks(&[(101, 950, b"SSH-")]), "it acknowledges more");
}

#[test]
fn a_syn_ack_alone_tells_where_the_other_stream_begins() {
    let mut wire = Wire::new();
    wire.send(
        Side::Server,
        Sent { flags: Flags::SYN.with(Flags::ACK), seq: 900, ack: 101, ..Sent::default() },
    )
    .send(Side::Client, Sent { seq: 104, ack: 901, data: b"late", ip_id: 7, ..Sent::default() });
    let client = wire.flow(0).half(Side::Client);
    assert_eq!((client.base, client.midstream), (Some(Seq(101)), false));
    assert!(client.assembler.is_waiting(), "three octets are missing");
}

#[test]
fn a_reset_inside_the_window_but_not_exact_draws_a_challenge() {
    let mut wire = Wire::new();
    wire.handshake(100, 900).send(Side::Server, Sent { flags: RST, seq: 950, ..Sent::default() });
    assert_eq!(wire.flow(0).resets[0].acceptance, Acceptance::InWindow);
}

#[test]
fn a_reset_outside_the_window_is_ignored() {
    let mut wire = Wire::new();
    wire.handshake(100, 900).send(Side::Server, Sent { flags: RST, seq: 90_000, ..Sent::default() });
    assert_eq!(wire.flow(0).resets[0].acceptance, Acceptance::Outside);
}

#[test]
fn a_refused_syn_is_accepted_only_if_it_is_acknowledged() {
    for (ack, expected) in [(101, Acceptance::Exact), (7, Acceptance::Outside)] {
        let mut wire = Wire::new();
        wire.send(Side::Client, Sent { flags: Flags::SYN, seq: 100, ..Sent::default() })
            .send(Side::Server, Sent { flags: RST.with(Flags::ACK), ack, ..Sent::default() });
        assert_eq!(wire.flow(0).resets[0].acceptance, expected);
    }
}

#[test]
fn without_a_handshake_one_end_alone_tells_what_is_expected() {
    // The receiver's packets only: what it has acknowledged.
    let mut wire = Wire::new();
    wire.send(Side::Client, Sent { seq: 101, ack: 901, data: b"x", ..Sent::default() })
        .send(Side::Server, Sent { flags: RST, seq: 901, ..Sent::default() })
        .send(Side::Server, Sent { flags: RST, seq: 955, ip_id: 1, ..Sent::default() });
    let judged = |wire: &Wire| wire.flow(0).resets.iter().map(|reset| reset.acceptance).collect::<Vec<_>>();
    assert_eq!(judged(&wire), [Acceptance::Exact, Acceptance::Unknown], "its window's scale is not known");
    // The sender's only: what it goes on with.
    let mut wire = Wire::new();
    wire.send(Side::Server, Sent { flags: Flags::default(), seq: 901, data: b"x", ..Sent::default() })
        .send(Side::Server, Sent { flags: RST, seq: 902, ip_id: 1, ..Sent::default() });
    assert_eq!(judged(&wire), [Acceptance::Exact]);
}

#[test]
fn a_reset_between_what_was_acknowledged_and_what_was_sent_is_in_the_window_once_enough_was_seen() {
    // SYN-ACK and so many segments of three octets, none of them acknowledged.
    for (segments, expected) in [(1, Acceptance::Unknown), (2, Acceptance::InWindow)] {
        let mut wire = Wire::new();
        wire.handshake(100, 900);
        for number in 0..segments {
            let sent = Sent { seq: 901 + 3 * number, ack: 101, data: b"xyz", ..Sent::default() };
            wire.send(Side::Server, Sent { ip_id: 40 + number as u16, ..sent });
        }
        for (seq, ip_id) in [(902, 50), (901, 51), (901 + 3 * segments, 52)] {
            wire.send(Side::Server, Sent { flags: RST, seq, ip_id, ..Sent::default() });
        }
        let judged: Vec<_> = wire.flow(0).resets.iter().map(|reset| reset.acceptance).collect();
        assert_eq!(judged, [expected, Acceptance::Exact, Acceptance::Exact], "{segments}");
    }
}

#[test]
fn a_window_is_as_large_as_the_scale_of_the_syn_makes_it() {
    let (mut sender, mut receiver) = (Half::default(), Half::default());
    let mut traits = Traits::default();
    traits.set(Traits::WINDOW_SCALE);
    let syn = Segment { flags: Flags::SYN, seq: Seq(100), window_scale: 2, traits, ..segment() };
    receiver.take(&syn, Step::New);
    sender.take(
        &Segment { flags: Flags::SYN.with(Flags::ACK), seq: Seq(900), ack: Seq(101), ..syn },
        Step::New,
    );
    receiver.take(&Segment { seq: Seq(101), ack: Seq(901), ..segment() }, Step::Bare);
    let judged = |seq| acceptance(&Segment { flags: RST, seq: Seq(seq), ..segment() }, &sender, &receiver);
    // A window of 500, times four (RFC 7323 §2.3).
    assert_eq!([judged(901 + 2_000), judged(901 + 2_001)], [Acceptance::InWindow, Acceptance::Outside]);
}

#[test]
fn round_trips_are_measured_to_each_side_of_the_capture_point() {
    let mut wire = Wire::new();
    wire.send(Side::Client, Sent { flags: Flags::SYN, seq: 100, ip_id: 1, ..Sent::default() });
    let flags = Flags::SYN.with(Flags::ACK);
    wire.wait(39).send(Side::Server, Sent { flags, seq: 900, ack: 101, ip_id: 2, ..Sent::default() });
    wire.wait(9).send(Side::Client, Sent { seq: 101, ack: 901, ip_id: 3, ..Sent::default() });
    let shortest = |side: Side| wire.flow(0).half(side).round_trips.min.unwrap().time;
    assert_eq!(shortest(Side::Server), Elapsed::from_millis(40));
    assert_eq!(shortest(Side::Client), Elapsed::from_millis(10));
}

#[test]
fn a_million_resets_of_one_connection_keep_a_bounded_number() {
    let mut wire = Wire::new();
    wire.handshake(100, 900);
    for n in 0..10_000 {
        wire.send(Side::Server, Sent { flags: RST, seq: n, ip_id: n as u16 | 1, ..Sent::default() });
    }
    let flow = wire.flow(0);
    let limits = Limits::default();
    assert_eq!(flow.resets.len(), limits.resets_per_flow);
    assert!(flow.reset_count > 9_000, "{}", flow.reset_count);
    assert!(flow.timeline.segments().count() <= limits.timeline_head + limits.timeline_tail);
}

#[test]
fn a_fin_that_was_not_captured_is_betrayed_by_its_acknowledgement() {
    let mut wire = Wire::new();
    wire.handshake(100, 900)
        .send(Side::Server, Sent { seq: 901, ack: 101, data: b"bye", ip_id: 3, ..Sent::default() })
        .send(Side::Client, Sent { seq: 101, ack: 905, data: b"ok", ip_id: 4, ..Sent::default() })
        .send(Side::Server, Sent { flags: RST, seq: 905, ..Sent::default() });
    let flow = wire.flow(0);
    assert_eq!(flow.half(Side::Server).fin.unwrap().0.frame, FrameNo(5));
    assert!(flow.resets[0].after_fin);
}

#[test]
fn between_data_a_pause_goes_on_while_keepalive_probes_pass() {
    let mut wire = Wire::new();
    wire.handshake(100, 900)
        .send(Side::Client, Sent { seq: 101, ack: 901, data: b"a", ip_id: 5, ..Sent::default() })
        .send(Side::Server, Sent { seq: 901, ack: 102, ip_id: 6, ..Sent::default() });
    for n in 0..4 {
        wire.wait(60_000)
            .send(Side::Client, Sent { seq: 101, ack: 901, ip_id: 10 + n, ..Sent::default() })
            .send(Side::Server, Sent { seq: 901, ack: 102, ip_id: 20 + n, ..Sent::default() });
    }
    let flags = RST.with(Flags::ACK);
    wire.wait(59_000).send(Side::Server, Sent { flags, seq: 901, ack: 102, ..Sent::default() });
    let reset = &wire.flow(0).resets[0];
    assert_eq!(reset.silence.unwrap().length, Elapsed::from_millis(59_001));
    assert_eq!(reset.pause.last.unwrap().length, Elapsed::from_millis(299_010));
    assert_eq!(wire.flow(0).half(Side::Client).probe_interval, Some(Elapsed::from_millis(60_002)));
}

#[test]
fn who_goes_on_without_repeating_had_an_acknowledgement_that_was_not_captured() {
    let mut wire = Wire::new();
    wire.handshake(100, 900)
        .send(Side::Client, Sent { seq: 101, ack: 901, data: b"a", ip_id: 5, ..Sent::default() })
        .wait(300_000)
        .send(Side::Client, Sent { seq: 102, ack: 901, data: b"b", ip_id: 6, ..Sent::default() })
        .send(Side::Server, Sent { flags: RST, seq: 901, ..Sent::default() });
    assert_eq!(wire.flow(0).resets[0].silence.unwrap().length, Elapsed::from_millis(300_001));
}

#[test]
fn the_same_octets_again_after_a_wait_were_not_acknowledged() {
    let mut wire = Wire::new();
    let data = Sent { seq: 101, ack: 901, data: b"a", ip_id: 5, ..Sent::default() };
    wire.handshake(100, 900).send(Side::Client, data).wait(300_000);
    wire.send(Side::Client, Sent { ip_id: 6, ..data })
        .send(Side::Server, Sent { flags: RST, seq: 901, ..Sent::default() });
    assert_eq!(wire.flow(0).resets[0].silence, None);
}

#[test]
fn a_hole_that_is_filled_late_was_lost_ahead_and_what_passes_twice_behind() {
    let mut wire = Wire::new();
    let data = |seq: u32, ip_id: u16| Sent { seq, ack: 901, data: b"abc", ip_id, ..Sent::default() };
    wire.handshake(100, 900).send(Side::Client, data(101, 1)).wait(10);
    wire.send(Side::Server, Sent { seq: 901, ack: 104, ip_id: 2, ..Sent::default() });
    wire.send(Side::Client, data(107, 3)).wait(300).send(Side::Client, data(104, 4));
    wire.wait(300).send(Side::Client, data(107, 5));
    let losses = wire.flow(0).half(Side::Client).losses;
    assert_eq!((losses.ahead, losses.behind), (1, 1));
}

#[test]
fn a_packet_that_was_only_overtaken_was_not_lost() {
    let mut wire = Wire::new();
    let data = |seq: u32, ip_id: u16| Sent { seq, ack: 901, data: b"abc", ip_id, ..Sent::default() };
    wire.handshake(100, 900).send(Side::Client, data(104, 3)).send(Side::Client, data(101, 4));
    let losses = wire.flow(0).half(Side::Client).losses;
    assert_eq!((losses.ahead, losses.behind), (0, 0));
}

#[test]
fn where_a_capture_begins_with_unanswered_probes_their_distance_is_no_silence() {
    let mut wire = Wire::new();
    for n in 0..3 {
        wire.wait(75_000).send(Side::Server, Sent { seq: 905, ack: 106, ip_id: n + 1, ..Sent::default() });
    }
    wire.wait(75_000)
        .send(Side::Server, Sent { flags: RST.with(Flags::ACK), seq: 906, ack: 106, ..Sent::default() });
    assert_eq!(wire.flow(0).resets[0].silence, None);
}

#[test]
fn a_reset_to_the_only_end_captured_ends_its_silence() {
    let mut wire = Wire::new();
    wire.send(Side::Client, Sent { seq: 101, ack: 901, data: b"a", ip_id: 5, ..Sent::default() })
        .wait(300_000)
        .send(Side::Server, Sent { flags: RST.with(Flags::ACK), seq: 901, ack: 102, ..Sent::default() });
    assert_eq!(wire.flow(0).resets[0].silence.unwrap().length, Elapsed::from_millis(300_001));
}

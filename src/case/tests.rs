//! Cases from packets built by hand.

use super::*;
use crate::flow::tests::{Sent, Wire};
use crate::units::Elapsed;
use crate::wire::Flags;

const RST: Flags = Flags::RST;
const FIN: Flags = Flags::FIN.with(Flags::ACK);

fn data(seq: u32, ack: u32, data: &[u8]) -> Sent<'_> {
    Sent { seq, ack, data, ip_id: seq as u16 | 1, ..Sent::default() }
}

pub(crate) fn case(wire: &Wire) -> Case {
    let flow = wire.flow(0).clone();
    let end = flow.last.time + Elapsed::from_secs(5);
    Case::new(flow, Transcript::default(), Pair::default(), end)
}

#[test]
fn a_reset_behind_a_fin_is_a_reaction_and_the_connection_ended_by_close() {
    let mut wire = Wire::new();
    wire.handshake(100, 900)
        .send(Side::Server, Sent { flags: FIN, seq: 901, ack: 101, ip_id: 3, ..Sent::default() })
        .send(Side::Client, data(101, 902, b"bye"))
        .send(Side::Server, Sent { flags: RST, seq: 902, ..Sent::default() });
    let case = case(&wire);
    assert_eq!((case.reset.unwrap().role, case.ending), (Role::Reaction, Ending::Close));
}

#[test]
fn of_several_resets_the_first_that_counts_is_decisive() {
    let mut wire = Wire::new();
    wire.handshake(100, 900)
        .send(Side::Server, Sent { flags: RST, seq: 77_000, ..Sent::default() })
        .send(Side::Server, Sent { flags: RST.with(Flags::ACK), seq: 901, ack: 101, ..Sent::default() });
    let reset = case(&wire).reset.unwrap();
    assert_eq!((reset.index, reset.segment().frame.0, reset.role), (1, 5, Role::Initiating));
}

#[test]
fn a_reset_that_its_receiver_outlives_is_ineffective_and_ends_nothing() {
    let mut wire = Wire::new();
    wire.handshake(100, 900).send(Side::Server, Sent { flags: RST, seq: 950, ..Sent::default() });
    wire.wait(300).send(Side::Client, data(101, 901, b"still here"));
    let case = case(&wire);
    assert_eq!(case.reset.as_ref().unwrap().role, Role::Ineffective);
    assert_eq!(case.ending, Ending::Open);
}

#[test]
fn the_trigger_of_an_answer_has_its_sequence_number_as_acknowledgement() {
    let mut wire = Wire::new();
    wire.handshake(100, 900)
        .send(Side::Client, data(101, 901, b"key"))
        .wait(19)
        .send(Side::Server, Sent { flags: RST, seq: 901, ..Sent::default() });
    let reset = case(&wire).reset.unwrap();
    let trigger = reset.trigger.unwrap();
    assert_eq!((reset.form, trigger.segment.frame.0), (Form::Answer, 4));
    assert_eq!(trigger.answer_time, Elapsed::from_millis(20));
}

#[test]
fn a_refused_syn_is_an_end_in_the_handshake() {
    let mut wire = Wire::new();
    wire.send(Side::Client, Sent { flags: Flags::SYN, seq: 100, ..Sent::default() })
        .send(Side::Server, Sent { flags: RST.with(Flags::ACK), seq: 0, ack: 101, ..Sent::default() });
    let case = case(&wire);
    assert_eq!(case.reset.unwrap().form, Form::SynAnswer);
    assert_eq!((case.ending, case.progress), (Ending::Reset, Some(Progress::TcpHandshake)));
}

#[test]
fn repetitions_into_a_void_are_a_silent_death() {
    let mut wire = Wire::new();
    wire.handshake(100, 900).send(Side::Client, data(101, 901, b"a"));
    for (n, pause) in [(2, 200), (3, 400), (4, 800)] {
        wire.wait(pause).send(Side::Client, Sent { ip_id: n, ..data(101, 901, b"a") });
    }
    assert_eq!(case(&wire).ending, Ending::Silence);
}

#[test]
fn a_capture_that_ends_before_the_acknowledgement_shows_no_end() {
    let mut wire = Wire::new();
    wire.handshake(100, 900).send(Side::Client, data(101, 901, b"a"));
    assert_eq!(case(&wire).ending, Ending::Open);
}

#[test]
fn a_capture_without_the_handshake_says_so() {
    let mut wire = Wire::new();
    wire.send(Side::Server, data(5, 7, b"x")).send(Side::Client, data(7, 6, b"y"));
    assert!(case(&wire).is_blind(BlindKind::StartsMidstream));
}

/// A session in which the client said something and was answered.
fn alive() -> Wire {
    let mut wire = Wire::new();
    wire.handshake(100, 900)
        .send(Side::Client, data(101, 901, b"hello"))
        .send(Side::Server, data(901, 106, b"hello"))
        .send(Side::Client, Sent { ip_id: 77, ..data(106, 906, b"") });
    wire
}

/// Sends the same octets again and again, with growing pauses.
fn into_the_void(wire: &mut Wire, from: Side, sent: Sent<'_>, times: u16) {
    wire.send(from, sent);
    for n in 1..=times {
        wire.wait(200 << n).send(from, Sent { ip_id: sent.ip_id + n * 3, ..sent });
    }
}

#[test]
fn a_death_after_a_silence_is_dated_between_the_last_answer_and_the_first_packet_without_one() {
    let mut wire = alive();
    wire.wait(300_000);
    into_the_void(&mut wire, Side::Client, data(106, 906, b"key"), 4);
    let case = case(&wire);
    let death = case.death().unwrap();
    assert_eq!((case.ending, death.sender, death.owed.repeats), (Ending::Silence, Side::Client, 4));
    assert_eq!((death.alive.unwrap().frame.0, death.owed.first.frame.0, death.peer_heard), (5, 7, false));
    assert_eq!(case.silence().0.unwrap().length, Elapsed::from_millis(300_001));
}

#[test]
fn where_only_one_direction_is_dead_the_other_end_is_heard() {
    let mut wire = alive();
    wire.send(Side::Server, data(906, 106, b"out"));
    for n in 0..4u16 {
        wire.wait(400).send(Side::Server, Sent { ip_id: 40 + n, ..data(906, 106, b"out") });
        wire.wait(20).send(Side::Client, Sent { ip_id: 60 + n, ..data(106, 906, b"") });
    }
    let death = case(&wire).death().unwrap();
    assert_eq!((death.sender, death.peer_heard), (Side::Server, true));
}

#[test]
fn a_path_that_carries_only_small_packets_shows_by_their_sizes() {
    let mut wire = alive();
    let large = [0; 1448];
    into_the_void(&mut wire, Side::Client, data(106, 906, &large), 4);
    let death = case(&wire).death().unwrap();
    assert_eq!((death.owed.largest, death.outsized), (1448, Some(5)));
    let mut small = alive();
    into_the_void(&mut small, Side::Client, data(106, 906, b"key"), 4);
    assert_eq!(case(&small).death().unwrap().outsized, None, "as large have arrived");
}

#[test]
fn keepalive_probes_without_an_answer_are_a_death_and_a_single_one_is_none() {
    let mut wire = alive();
    let probe = |n: u16| Sent { ip_id: 200 + n, ..data(105, 906, b"") };
    wire.wait(7_200_000).send(Side::Client, probe(0));
    assert_eq!(case(&wire).ending, Ending::Open, "the answer may still come");
    for n in 1..4 {
        wire.wait(75_000).send(Side::Client, probe(n));
    }
    let death = case(&wire).death().unwrap();
    assert!(death.owed.probe && death.owed.repeats == 3);
}

#[test]
fn a_capture_that_ends_inside_a_silence_shows_no_end() {
    let flow = alive().flow(0).clone();
    let hours = flow.last.time + Elapsed::from_secs(36_000);
    let case = Case::new(flow, Transcript::default(), Pair::default(), hours);
    assert_eq!((case.ending, case.silence()), (Ending::Open, (None, None)));
}

#[test]
fn a_capture_that_begins_inside_a_silence_measures_none() {
    let mut wire = Wire::new();
    wire.send(Side::Client, data(106, 906, b"key"))
        .send(Side::Server, Sent { flags: RST, seq: 906, ..Sent::default() });
    let case = case(&wire);
    assert_eq!((case.ending, case.silence()), (Ending::Reset, (None, None)));
}

#[test]
fn a_loss_that_was_repaired_in_the_only_direction_captured_is_no_death() {
    let mut wire = Wire::new();
    wire.send(Side::Client, Sent { flags: Flags::SYN, seq: 100, ..Sent::default() });
    for n in 0..20u32 {
        let sent = Sent { ip_id: n as u16 * 2 + 1, ..data(101 + n, 901 + n, b"k") };
        wire.wait(150).send(Side::Client, sent);
        if n % 5 == 0 {
            wire.wait(220).send(Side::Client, Sent { ip_id: n as u16 * 2 + 2, ..sent });
        }
    }
    assert_eq!(case(&wire).ending, Ending::Open);
    into_the_void(&mut wire, Side::Client, Sent { ip_id: 900, ..data(121, 930, b"x") }, 4);
    assert_eq!(case(&wire).ending, Ending::Silence);
}

#[test]
fn one_repetition_at_the_end_of_a_capture_is_no_death() {
    let mut wire = alive();
    into_the_void(&mut wire, Side::Client, data(106, 906, b"key"), 1);
    wire.wait(700);
    assert_eq!(case(&wire).ending, Ending::Open);
}

#[test]
fn the_server_s_own_time_is_what_the_round_trip_leaves_of_the_wait() {
    let mut wire = Wire::new();
    wire.handshake(100, 900).wait(4_998).send(Side::Server, data(901, 101, b"SSH-2.0-x\r\n"));
    let service = case(&wire).service();
    assert_eq!((service.banner, service.syn_tries), (Some(Elapsed::from_millis(4_998)), 1));
}

#[test]
fn syns_are_counted_until_one_is_answered() {
    let mut wire = Wire::new();
    let syn = Sent { flags: Flags::SYN, seq: 100, ip_id: 1, ..Sent::default() };
    wire.send(Side::Client, syn).wait(1_000).send(Side::Client, Sent { ip_id: 2, ..syn });
    let flags = Flags::SYN.with(Flags::ACK);
    wire.send(Side::Server, Sent { flags, seq: 900, ack: 101, ..Sent::default() });
    assert_eq!(case(&wire).service().syn_tries, 2);
}

#[test]
fn the_last_minute_counts_only_what_was_sent_in_it() {
    let mut wire = alive();
    let repeated = Sent { ip_id: 50, ..data(106, 906, b"old") };
    wire.send(Side::Client, repeated).wait(300).send(Side::Client, Sent { ip_id: 51, ..repeated });
    wire.send(Side::Server, Sent { ip_id: 52, ..data(906, 109, b"") }).wait(120_000);
    wire.send(Side::Client, data(109, 906, b"new")).wait(20);
    wire.send(Side::Server, Sent { ip_id: 53, ..data(906, 112, b"") });
    let minute = case(&wire).last_minute();
    let client = minute.of_side(Side::Client);
    assert_eq!((client.data_segments, client.retransmitted), (1, 0));
    assert_eq!(minute.of_side(Side::Server).round_trips.min.unwrap().time, Elapsed::from_millis(21));
}

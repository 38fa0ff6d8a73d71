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

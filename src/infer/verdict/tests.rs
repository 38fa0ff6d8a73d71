//! From probabilities to words.

use super::*;
use crate::case::tests::case;
use crate::flow::tests::{Sent, Wire};
use crate::wire::Flags;

const ABORT: Flags = Flags::RST.with(Flags::ACK);

/// A connection in use: a key and its echo.
fn in_use() -> Wire {
    let mut wire = Wire::new();
    wire.handshake(100, 900);
    wire.send(Side::Client, Sent { seq: 101, ack: 901, data: b"k", ip_id: 5, ..Sent::default() });
    wire.send(Side::Server, Sent { seq: 901, ack: 102, data: b"k", ip_id: 6, ..Sent::default() });
    wire.send(Side::Client, Sent { seq: 102, ack: 902, ip_id: 7, ..Sent::default() });
    wire
}

/// The same that ends with a reset of the server, `pause` milliseconds after its last packet.
fn reset(flags: Flags, pause: i64) -> Case {
    let mut wire = in_use();
    let ack = if flags == ABORT { 102 } else { 0 };
    wire.wait(pause).send(Side::Server, Sent { flags, seq: 902, ack, ..Sent::default() });
    case(&wire)
}

fn verdict(case: &Case, posterior: [f64; 6], conflict: bool) -> Verdict {
    let weighed = Weighed { posterior, prior_middlebox: 0.3, conflict };
    Verdict::new(case, case.reset.as_ref().unwrap(), Vec::new(), &weighed)
}

#[test]
fn four_in_five_name_the_sender() {
    let case = reset(ABORT, 9);
    let sender =
        |host: f64, conflict| verdict(&case, [host, 0.0, 0.0, 1.0 - host, 0.0, 0.0], conflict).sender;
    assert_eq!(
        [0.8, 0.79, 0.21, 0.2].map(|host| sender(host, false)),
        [Sender::Server, Sender::Undetermined, Sender::Undetermined, Sender::Middlebox]
    );
    assert_eq!([0.99, 0.01].map(|host| sender(host, true)), [Sender::Undetermined; 2], "both ways strong");
}

#[test]
fn probabilities_of_a_side() {
    let case = reset(ABORT, 9);
    let reset = case.reset.as_ref().unwrap();
    let verdict = verdict(&case, [0.5, 0.25, 0.125, 0.125, 0.0, 0.0], false);
    assert_eq!((verdict.claimed_host, verdict.middlebox, verdict.confidence), (0.875, 0.125, 0.875));
    assert_eq!(
        (verdict.posterior(reset, Side::Server), verdict.posterior(reset, Side::Client)),
        (0.875, 0.0)
    );
    assert_eq!((verdict.prior(reset, Side::Server), verdict.prior(reset, Side::Client)), (0.7, 0.0));
}

#[test]
fn a_way_is_named_by_three_fifths_of_its_sender() {
    let case = reset(ABORT, 9);
    let way = |posterior| verdict(&case, posterior, false).mechanism;
    assert_eq!(way([0.0, 0.0, 0.1, 0.54, 0.36, 0.0]), Mechanism::PathFilterReject);
    assert_eq!(way([0.0, 0.0, 0.1, 0.53, 0.37, 0.0]), Mechanism::Unknown);
    assert_eq!(way([0.3, 0.6, 0.0, 0.1, 0.0, 0.0]), Mechanism::NoConnection);
    assert_eq!(way([0.5, 0.0, 0.0, 0.5, 0.0, 0.0]), Mechanism::Unknown, "nobody knows whose");
}

#[test]
fn every_origin_has_its_way() {
    let only = |origin: Origin| Origin::ALL.map(|it| f64::from(u8::from(it == origin)));
    let ways = |case: &Case| Origin::ALL.map(|origin| verdict(case, only(origin), false).mechanism);
    let [socket, filter, path, owner] =
        [Mechanism::Abort, Mechanism::HostFilterReject, Mechanism::PathFilterReject, Mechanism::AddressOwner];
    let usual = [socket, Mechanism::NoConnection, filter, path, Mechanism::Injected, owner];
    assert_eq!(ways(&reset(ABORT, 9)), usual, "in use");
    let timer = [socket, Mechanism::NoConnection, filter, path, Mechanism::Timer, owner];
    let mut out_of_silence = reset(ABORT, 60_000);
    assert_eq!(ways(&out_of_silence), timer, "the last packet was long ago");
    out_of_silence.reset.as_mut().unwrap().trigger = None;
    assert_eq!(ways(&out_of_silence), timer, "nothing asked for it at all");
    assert_eq!(ways(&reset(ABORT, 1_900)), usual, "so short a silence is no timer's");
    let either = [socket, Mechanism::NoConnection, filter, path, Mechanism::Unknown, owner];
    assert_eq!(ways(&reset(ABORT, 20_000)), either, "a timer of seconds, or somebody in a pause");
    let mut reaction = reset(ABORT, 60_000);
    reaction.reset.as_mut().unwrap().role = Role::Reaction;
    assert_eq!(ways(&reaction), usual, "something had ended it before");
    let mut wire = in_use();
    wire.wait(60_000)
        .send(Side::Client, Sent { seq: 102, ack: 902, data: b"k", ip_id: 8, ..Sent::default() });
    wire.send(Side::Server, Sent { flags: ABORT, seq: 902, ack: 103, ..Sent::default() });
    let woken = case(&wire);
    assert!(woken.idle().is_some());
    assert_eq!(ways(&woken), usual, "a key after the silence asked for it");
    let mut wire = Wire::new();
    wire.send(Side::Client, Sent { flags: Flags::SYN, seq: 100, ..Sent::default() });
    wire.send(Side::Server, Sent { flags: ABORT, seq: 0, ack: 101, ..Sent::default() });
    let refused = [socket, Mechanism::Refused, filter, path, Mechanism::Injected, owner];
    assert_eq!(ways(&case(&wire)), refused, "a SYN refused");
}

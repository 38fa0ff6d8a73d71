//! Sums and what is left of them, by made-up evidence.

use super::*;
use crate::case::tests::case;
use crate::detect::{CATALOGUE, Finding, Outcome};
use crate::flow::tests::{Sent, Wire};
use crate::wire::Flags;

const NOTHING_HIDDEN: Hidden = Hidden { parts: 0, unasked: false, all: false };

/// Evidence of this group that bears so.
fn says(group: Group, bearing: Bearing) -> Evidence {
    let detector = CATALOGUE.iter().find(|it| it.meta().group == group).unwrap();
    let outcome = Outcome::Present(Finding::new("made up", [], bearing));
    Evidence { meta: detector.meta(), outcome, tilt: tilt(&bearing, Bearing::SILENT) }
}

/// Evidence for a box, or with a negative number for the host.
fn for_box(group: Group, decibans: i32) -> Evidence {
    says(group, Bearing::sides(-decibans.max(0), decibans.min(0)))
}

fn weighed(evidence: &[Evidence], hidden: Hidden) -> Weighed {
    weigh(evidence, Bearing::SILENT, hidden)
}

/// The likelier side's probability.
fn confidence(evidence: &[Evidence], hidden: Hidden) -> f64 {
    let posterior = weighed(evidence, hidden).posterior;
    assert!((posterior.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{posterior:?}");
    Origin::side_share(&posterior, true).max(Origin::side_share(&posterior, false))
}

#[track_caller]
fn is_about(value: f64, expected: f64) {
    assert!((value - expected).abs() < 1e-6, "{value} and not {expected}");
}

#[test]
fn a_tilt_is_the_difference_of_the_sides() {
    assert_eq!(tilt(&Bearing::sides(-10, 0), Bearing::SILENT), 10);
    assert_eq!(tilt(&Bearing::sides(0, -7), Bearing::SILENT), -7);
    // Of three equal ways of a box one stays likely: a third of it.
    assert_eq!(tilt(&Bearing { path_filter: -90, owner: -90, ..Bearing::SILENT }, Bearing::SILENT), -5);
}

#[test]
fn ten_decibans_are_odds_of_ten() {
    is_about(
        Origin::side_share(&weighed(&[for_box(Group::Ttl, 10)], NOTHING_HIDDEN).posterior, false),
        10.0 / 11.0,
    );
    let both = [for_box(Group::Ttl, 6), for_box(Group::Time, 4)];
    is_about(confidence(&both, NOTHING_HIDDEN), 10.0 / 11.0);
    let of_one_group = [for_box(Group::Ttl, 10), for_box(Group::Ttl, 4)];
    is_about(confidence(&of_one_group, NOTHING_HIDDEN), 10.0 / 11.0);
}

#[test]
fn strong_evidence_of_two_groups_that_disagree_is_a_conflict() {
    let conflict = |first, second| {
        weighed(&[for_box(Group::Ttl, first), for_box(Group::Time, second)], NOTHING_HIDDEN).conflict
    };
    assert!(conflict(15, -15) && conflict(-15, 15));
    assert!(!conflict(15, -14) && !conflict(14, -15) && !conflict(15, 15) && !conflict(-15, -15));
}

#[test]
fn how_sure_a_verdict_can_be() {
    let sure = |side: i32, hops: i32| [for_box(Group::Time, 60 * side), for_box(Group::Ttl, hops * side)];
    for side in [1, -1] {
        is_about(confidence(&sure(side, 5), NOTHING_HIDDEN), 1.0 - MODEL_ERROR);
        is_about(confidence(&sure(side, 4), NOTHING_HIDDEN), 1.0 - WITHOUT_HOPS);
        is_about(confidence(&sure(side, 9), Hidden { all: true, ..NOTHING_HIDDEN }), 1.0 - RESETS_ONLY);
        let two_parts = Hidden { parts: 2, ..NOTHING_HIDDEN };
        is_about(confidence(&sure(side, 9), two_parts), 0.5 + (0.5 - MODEL_ERROR) * (1.0 - 2.0 * HIDDEN));
    }
    // A group that the other side speaks for takes its part off the hops.
    let place = [for_box(Group::Time, 60), for_box(Group::Ttl, 9), for_box(Group::Vantage, -5)];
    is_about(confidence(&place, NOTHING_HIDDEN), 1.0 - WITHOUT_HOPS);
}

#[test]
fn an_unseen_question_leaves_room_for_a_box_unless_the_place_speaks_for_the_host() {
    let unasked = Hidden { unasked: true, ..NOTHING_HIDDEN };
    let host = |place| [for_box(Group::Ttl, -60), for_box(Group::Vantage, place)];
    is_about(confidence(&host(-4), unasked), 1.0 - UNASKED);
    is_about(confidence(&host(-5), unasked), 1.0 - MODEL_ERROR);
    is_about(confidence(&[for_box(Group::Ttl, 60)], unasked), 1.0 - MODEL_ERROR);
}

#[test]
fn hops_do_not_tell_a_box_that_owns_the_address_from_the_host() {
    let boxes = |owner| {
        [says(
            Group::Ttl,
            Bearing { socket: -60, stack: -60, host_filter: -60, path_filter: 0, forger: -400, owner },
        )]
    };
    is_about(confidence(&boxes(0), NOTHING_HIDDEN), 1.0 - MODEL_ERROR);
    is_about(confidence(&boxes(1), NOTHING_HIDDEN), 1.0 - WITHOUT_HOPS);
}

#[test]
fn what_is_impossible_stays_so() {
    is_about(confidence(&[for_box(Group::Time, 9_000)], NOTHING_HIDDEN), 1.0);
    is_about(confidence(&[for_box(Group::Time, -9_000)], NOTHING_HIDDEN), 1.0);
}

const ABORT: Flags = Flags::RST.with(Flags::ACK);

/// An established connection with `from`'s reset of this form, after a key of the other end if `asked` milliseconds ago.
fn reset(from: Side, flags: Flags, asked: Option<i64>) -> Case {
    let mut wire = Wire::new();
    wire.handshake(100, 900);
    let at = |side: Side| if side == Side::Client { 101 } else { 901 };
    if let Some(millis) = asked {
        let key = Sent { seq: at(!from), ack: at(from), data: b"k", ip_id: 9, ..Sent::default() };
        wire.send(!from, key).wait(millis - 1);
    }
    let ack = if flags == ABORT { at(!from) } else { 0 };
    wire.send(from, Sent { flags, seq: at(from), ack, ..Sent::default() });
    case(&wire)
}

fn hides(case: &Case) -> Hidden {
    hidden(case, case.reset.as_ref().unwrap())
}

#[test]
fn what_a_capture_hides_of_a_reset() {
    let asked = |millis| hides(&reset(Side::Server, Flags::RST, Some(millis)));
    assert_eq!((asked(1_999).parts, asked(1_999).unasked), (0, false));
    assert_eq!((asked(2_000).parts, asked(2_000).unasked), (1, true), "no answer takes so long");
    let abort = hides(&reset(Side::Server, ABORT, None));
    assert_eq!((abort.parts, abort.unasked, abort.all), (0, false, false), "an abort answers nothing");
    let mut alone = Wire::new();
    alone.send(Side::Server, Sent { flags: Flags::RST, seq: 901, ..Sent::default() });
    let alone = hides(&case(&alone));
    assert!(alone.all && alone.unasked && alone.parts >= 2, "{alone:?}");
    let mut one = Wire::new();
    one.send(Side::Client, Sent { seq: 101, ack: 901, data: b"k", ..Sent::default() });
    one.send(Side::Server, Sent { flags: Flags::RST, seq: 901, ..Sent::default() });
    assert!(!hides(&case(&one)).all, "something of the connection is there");
}

/// What is thought before any evidence: by whom, a box's probability in percent, and the likeliest of its ways.
fn before_evidence(case: &Case) -> (Vec<Origin>, i32, Origin) {
    let prior = prior(case, case.reset.as_ref().unwrap());
    assert!(Origin::ALL.iter().all(|origin| prior.of(*origin).0 < 0), "below even odds: {prior:?}");
    let most = |origins: &[Origin]| origins.iter().map(|it| prior.of(*it).0).max().unwrap();
    let likeliest = |origins: &[Origin]| {
        origins.iter().copied().filter(|it| prior.of(*it).0 == most(origins)).collect::<Vec<_>>()
    };
    let [.., path, forger, owner] = Origin::ALL;
    let of_boxes = likeliest(&[path, forger, owner]);
    (likeliest(&Origin::ALL), (100.0 * middlebox_share(prior)).round() as i32, of_boxes[0])
}

#[test]
fn before_any_evidence_form_and_role_speak() {
    let mut after_close = Wire::new();
    after_close.handshake(100, 900);
    let fin = Sent { flags: Flags::FIN.with(Flags::ACK), seq: 901, ack: 101, ip_id: 3, ..Sent::default() };
    let late = Sent { seq: 101, ack: 902, data: b"bye", ip_id: 4, ..Sent::default() };
    after_close.send(Side::Server, fin).send(Side::Client, late);
    after_close.send(Side::Server, Sent { flags: Flags::RST, seq: 902, ..Sent::default() });
    let mut refused = Wire::new();
    refused.send(Side::Client, Sent { flags: Flags::SYN, seq: 100, ..Sent::default() });
    refused.send(Side::Server, Sent { flags: ABORT, seq: 0, ack: 101, ..Sent::default() });
    let never_taken = |flags: Flags| {
        let mut wire = Wire::new();
        let flags_of_syn_ack = Flags::SYN.with(Flags::ACK);
        wire.send(Side::Client, Sent { flags: Flags::SYN, seq: 100, ..Sent::default() });
        wire.send(Side::Server, Sent { flags: flags_of_syn_ack, seq: 900, ack: 101, ..Sent::default() });
        let ack = if flags == ABORT { 901 } else { 0 };
        wire.send(Side::Client, Sent { flags, seq: 101, ack, ip_id: 3, ..Sent::default() });
        case(&wire)
    };
    let answer = (vec![Origin::Stack], 38, Origin::PathFilter);
    let abort = (vec![Origin::Socket], 30, Origin::Forger);
    let before = |case: Case| before_evidence(&case);
    for (what, said, expected) in [
        ("a server's answer", before(reset(Side::Server, Flags::RST, Some(9))), answer.clone()),
        ("a client's answer", before(reset(Side::Client, Flags::RST, Some(9))), answer.clone()),
        ("a SYN's answer", before(case(&refused)), answer),
        ("a server's abort", before(reset(Side::Server, ABORT, None)), abort.clone()),
        ("a client's abort", before(reset(Side::Client, ABORT, None)), abort.clone()),
        ("a client that aborts in the handshake", before(never_taken(ABORT)), abort),
        (
            "a client that never took the SYN-ACK",
            before(never_taken(Flags::RST)),
            (vec![Origin::Stack], 14, Origin::PathFilter),
        ),
        (
            "an echo of a close",
            before(case(&after_close)),
            (vec![Origin::Socket, Origin::Stack], 11, Origin::PathFilter),
        ),
    ] {
        assert_eq!(said, expected, "{what}");
    }
}

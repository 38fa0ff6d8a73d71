//! Laws of the inference, and verdicts on connections built by hand.

use proptest::prelude::*;

use super::weigh::{Hidden, prior, weigh};
use super::*;
use crate::case::tests::case;
use crate::cause::{Bearing, Origin};
use crate::detect::{Finding, Outcome};
use crate::flow::Side;
use crate::flow::tests::{Sent, Wire};
use crate::wire::Flags;

/// A session in which the server's packets have TTL 50, and a reset with its address.
fn reset_with(ttl: u8, seq: u32) -> Wire {
    let mut wire = Wire::new();
    wire.server_ttl = 50;
    wire.handshake(100, 900);
    for n in 0..8u32 {
        let server =
            Sent { seq: 901 + n, ack: 101, data: b"s", ip_id: 40 + n as u16, ttl: 50, ..Sent::default() };
        wire.send(Side::Server, server);
        wire.wait(9)
            .send(Side::Client, Sent { seq: 101, ack: 902 + n, ip_id: 7 + n as u16, ..Sent::default() });
    }
    wire.wait(4_000)
        .send(Side::Client, Sent { seq: 101, ack: 909, data: b"k", ip_id: 99, ..Sent::default() });
    wire.send(Side::Server, Sent { flags: Flags::RST, seq, ttl, ..Sent::default() });
    wire
}

#[test]
fn a_reset_with_another_ttl_than_the_hosts_is_a_boxs() {
    let case = case(&reset_with(60, 909));
    let verdict = judge(&case).unwrap();
    assert_eq!(verdict.sender, Sender::Middlebox, "{:?}", verdict.origins);
    assert!(verdict.confidence > 0.95);
}

#[test]
fn probabilities_of_the_senders_sum_up_to_one() {
    for ttl in [50, 51, 60, 64, 255] {
        let verdict = judge(&case(&reset_with(ttl, 909))).unwrap();
        assert!((verdict.claimed_host + verdict.middlebox - 1.0).abs() < 1e-9);
        assert!((verdict.origins.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }
}

#[test]
fn an_undetermined_verdict_says_what_would_settle_it() {
    let mut wire = Wire::new();
    wire.send(Side::Client, Sent { flags: Flags::SYN, seq: 100, ..Sent::default() })
        .send(Side::Server, Sent { flags: Flags::RST.with(Flags::ACK), seq: 0, ack: 101, ..Sent::default() });
    let verdict = judge(&case(&wire)).unwrap();
    assert_eq!(verdict.sender, Sender::Undetermined, "{:?}", verdict.origins);
    assert!(
        verdict.would_settle.first().unwrap().contains("capture on the server"),
        "{:?}",
        verdict.would_settle
    );
}

#[test]
fn strong_evidence_both_ways_is_undetermined() {
    let case = case(&reset_with(60, 909));
    let mut evidence = judge(&case).unwrap().evidence;
    for item in &mut evidence {
        if item.meta.group == crate::detect::Group::Time {
            item.outcome = Outcome::Present(Finding::new("made up", [], Bearing::sides(0, -30)));
        }
    }
    let weighed = weigh(&evidence, prior(&case, case.reset.as_ref().unwrap()), Hidden::default());
    assert!(weighed.conflict);
}

#[test]
fn exchanging_the_ends_of_an_established_connection_mirrors_the_verdict() {
    for ttl in [50, 51, 60, 255] {
        let wire = reset_with(ttl, 909);
        let as_it_is = case(&wire);
        let mut flow = wire.flow(0).clone();
        flow.client = !flow.client;
        let exchanged =
            Case::new(flow, as_it_is.transcript.clone(), as_it_is.hosts.clone(), as_it_is.capture_end);
        let (verdict, mirrored) = (judge(&as_it_is).unwrap(), judge(&exchanged).unwrap());
        let mirror = match verdict.sender {
            Sender::Client => Sender::Server,
            Sender::Server => Sender::Client,
            other => other,
        };
        assert_eq!((mirrored.sender, mirrored.origins), (mirror, verdict.origins), "TTL {ttl}");
    }
}

proptest! {
    #[test]
    fn the_order_of_the_evidence_does_not_matter(seed: u64) {
        let case = case(&reset_with(60, 909));
        let verdict = judge(&case).unwrap();
        let prior = prior(&case, case.reset.as_ref().unwrap());
        let mut shuffled = verdict.evidence.clone();
        let length = shuffled.len();
        for step in 0..length {
            let other = (seed.rotate_left(step as u32) as usize).wrapping_mul(31) % length;
            shuffled.swap(step, other);
        }
        prop_assert_eq!(weigh(&shuffled, prior, Hidden::default()), weigh(&verdict.evidence, prior, Hidden::default()));
    }

    #[test]
    fn any_ttl_gives_a_verdict_that_claims_no_certainty(ttl: u8, seq: u32) {
        let verdict = judge(&case(&reset_with(ttl, seq))).unwrap();
        prop_assert!(verdict.confidence <= 0.999);
        prop_assert_eq!(verdict.origins.len(), Origin::ALL.len());
    }
}

/// A client that waited so long for the server's first line, and left.
fn waited_for_a_banner(millis: i64) -> Vec<(Cause, f64)> {
    let mut wire = Wire::new();
    let ack = |ip_id: u16| Sent { seq: 901, ack: 112, ip_id, ..Sent::default() };
    wire.handshake(100, 900)
        .send(Side::Client, Sent { seq: 101, ack: 901, data: b"SSH-2.0-x\r\n", ip_id: 3, ..Sent::default() })
        .send(Side::Server, ack(4))
        .wait(millis);
    let fin = Flags::FIN.with(Flags::ACK);
    wire.send(Side::Client, Sent { flags: fin, seq: 112, ack: 901, ip_id: 5, ..Sent::default() });
    let plain = case(&wire);
    let transcript =
        crate::ssh::Transcript { phase: Some(crate::ssh::Phase::Banner), ..plain.transcript.clone() };
    let case = Case::new(plain.flow, transcript, plain.hosts, plain.capture_end);
    diagnose(&case).causes
}

#[test]
fn a_server_that_acknowledges_at_once_and_says_nothing_may_be_overloaded_but_that_is_only_an_alternative() {
    let overloaded = |causes: &[(Cause, f64)]| causes.iter().position(|it| it.0 == Cause::ServerOverloaded);
    assert_eq!(overloaded(&waited_for_a_banner(500)), None);
    assert!(overloaded(&waited_for_a_banner(10_000)).is_some_and(|place| place > 0));
}

#[test]
fn losses_all_along_are_the_paths_and_one_outage_is_a_links() {
    let first = |scattered: bool| {
        let mut wire = Wire::new();
        wire.handshake(100, 900);
        let data = |seq: u32, ip_id: u16| Sent { seq, ack: 901, data: b"key", ip_id, ..Sent::default() };
        for n in 0..if scattered { 10u16 } else { 0 } {
            wire.send(Side::Client, data(101 + 3 * u32::from(n), 10 * n + 1)).wait(300);
            wire.send(Side::Client, data(101 + 3 * u32::from(n), 10 * n + 2));
            let ack = 104 + 3 * u32::from(n);
            wire.send(Side::Server, Sent { seq: 901, ack, ip_id: 10 * n + 3, ..Sent::default() });
        }
        let last = wire.flow(0).half(Side::Client).next.map_or(101, |next| next.0);
        for n in 0..5u16 {
            wire.wait(200 << n).send(Side::Client, data(last, 600 + n));
        }
        let fin = Flags::FIN.with(Flags::ACK);
        wire.send(Side::Client, Sent { flags: fin, seq: last + 3, ack: 901, ip_id: 700, ..Sent::default() });
        diagnose(&case(&wire)).causes.first().map(|it| it.0)
    };
    assert_eq!((first(true), first(false)), (Some(Cause::PathLoss), Some(Cause::LinkOutage)));
}

#[test]
fn a_diagnosis_advises_by_its_likeliest_cause() {
    let case = case(&reset_with(60, 909));
    let diagnosis = diagnose(&case);
    assert_eq!(diagnosis.likeliest(), diagnosis.causes[0].0);
    let advice = diagnosis.keepalive(&case);
    assert_eq!(advice, Keepalive::of(&case, diagnosis.likeliest(), diagnosis.idle.as_ref()));
    assert!(advice.is_some_and(|it| it.interval_s().is_some()), "a silence of four seconds: {advice:?}");
    let none = Diagnosis { causes: Vec::new(), ..diagnosis };
    assert_eq!(none.likeliest(), Cause::Unknown);
}

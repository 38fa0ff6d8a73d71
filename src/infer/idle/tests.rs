//! Idleness, by connections that end in every way.

use super::*;
use crate::case::tests::case;
use crate::flow::tests::{Sent, Wire};
use crate::wire::Flags;

const ABORT: Flags = Flags::RST.with(Flags::ACK);
const FIN: Flags = Flags::FIN.with(Flags::ACK);

/// A session that has exchanged a few octets; its numbers are then 106 and 906.
fn session() -> Wire {
    let mut wire = Wire::new();
    wire.handshake(100, 900);
    exchange(&mut wire, 101, 901);
    wire
}

/// Five octets each way, with the acknowledgement.
fn exchange(wire: &mut Wire, client: u32, server: u32) {
    let ip_id = client as u16;
    wire.send(Side::Client, Sent { seq: client, ack: server, data: b"hello", ip_id, ..Sent::default() })
        .send(Side::Server, Sent { seq: server, ack: client + 5, data: b"hello", ip_id, ..Sent::default() })
        .send(Side::Client, Sent { seq: client + 5, ack: server + 5, ip_id: ip_id + 1, ..Sent::default() });
}

/// TCP keepalive probes of the client, answered.
fn probes(wire: &mut Wire, times: u16, millis: i64) {
    for n in 0..times {
        wire.wait(millis)
            .send(Side::Client, Sent { seq: 105, ack: 906, ip_id: 300 + n, ..Sent::default() })
            .send(Side::Server, Sent { seq: 906, ack: 106, ip_id: 400 + n, ..Sent::default() });
    }
}

fn idle(wire: &Wire) -> Option<Idle> {
    Idle::of(&case(wire))
}

/// The ids of the timers whose default fits.
fn fitting(idle: &Idle) -> Vec<&'static str> {
    let candidates = timers::matching_waits(&idle.waits, timers::catalogue()).into_iter();
    candidates.filter(|it| it.origin == Origin::Default).map(|it| it.timer.id.as_str()).collect()
}

#[test]
fn a_reset_with_no_packet_before_it_is_as_long_as_its_timer() {
    let mut wire = session();
    wire.wait(240_000).send(Side::Server, Sent { flags: ABORT, seq: 906, ack: 106, ..Sent::default() });
    let idle = idle(&wire).unwrap();
    assert_eq!(idle.gap.ended_by, timers::Ending::ResetAtExpiry);
    let fitting = fitting(&idle);
    assert!(fitting.contains(&"az-lb-reset") && !fitting.contains(&"f5-tcp"), "{fitting:?}");
}

#[test]
fn a_reset_on_the_next_packet_is_an_upper_bound_and_what_was_survived_the_lower() {
    let mut wire = session();
    wire.wait(245_000);
    exchange(&mut wire, 106, 906);
    wire.wait(400_000)
        .send(Side::Client, Sent { seq: 111, ack: 911, data: b"k", ip_id: 9, ..Sent::default() })
        .send(Side::Server, Sent { flags: Flags::RST, seq: 911, ..Sent::default() });
    let idle = idle(&wire).unwrap();
    let fitting = fitting(&idle);
    assert_eq!(idle.gap.longest_survived, Some(Elapsed::from_millis(245_001)));
    assert!(fitting.contains(&"aws-nlb-tcp") && fitting.contains(&"oci-nlb"), "not one winner");
    assert!(!fitting.contains(&"az-natgw"), "240 s were survived");
}

#[test]
fn what_was_survived_once_is_no_timers_doing() {
    let is_timers = |survived, then| {
        let mut wire = session();
        wire.wait(survived);
        exchange(&mut wire, 106, 906);
        wire.wait(then)
            .send(Side::Client, Sent { seq: 111, ack: 911, data: b"k", ip_id: 9, ..Sent::default() })
            .send(Side::Server, Sent { flags: Flags::RST, seq: 911, ..Sent::default() });
        idle(&wire).is_some()
    };
    assert!(!is_timers(400_000, 300_000) && !is_timers(400_000, 400_000));
    assert!(is_timers(400_000, 400_001));
}

#[test]
fn a_probe_that_meets_the_expired_timer_tells_its_own_clock() {
    let mut wire = session();
    wire.wait(7_200_000)
        .send(Side::Client, Sent { seq: 105, ack: 906, ip_id: 9, ..Sent::default() })
        .send(Side::Server, Sent { flags: Flags::RST, seq: 906, ..Sent::default() });
    let idle = idle(&wire).unwrap();
    assert!(idle.masked && idle.gap.ended_by == timers::Ending::ResetOnNextPacket);
    assert!(fitting(&idle).contains(&"aws-nlb-tcp"), "any timer up to 7200 s");
}

#[test]
fn probes_do_not_re_arm_what_counts_data_only() {
    let mut wire = session();
    probes(&mut wire, 3, 15_000);
    wire.wait(15_000).send(Side::Server, Sent { flags: FIN, seq: 906, ack: 106, ..Sent::default() });
    let idle = idle(&wire).unwrap();
    assert_eq!((idle.measured_by, idle.masked), (MeasuredBy::Payload, true));
    let fitting = fitting(&idle);
    assert!(fitting.contains(&"aws-clb") && fitting.contains(&"do-lb"), "{fitting:?}");
    assert!(!fitting.contains(&"ucloud-clb"), "any segment re-arms it");
}

#[test]
fn a_lifetime_ends_busy_sessions_too() {
    let mut wire = session();
    for n in 0..9u32 {
        wire.wait(399_990);
        exchange(&mut wire, 106 + 5 * n, 906 + 5 * n);
    }
    let fin = Sent { flags: FIN, seq: 951, ack: 151, ..Sent::default() };
    wire.send(Side::Server, fin);
    let idle = idle(&wire).unwrap();
    assert_eq!(idle.measured_by, MeasuredBy::Age);
    assert_eq!(fitting(&idle), ["aws-eice"]);
}

#[test]
fn a_close_that_no_timer_explains_says_nothing_of_timers() {
    let mut wire = session();
    wire.send(Side::Server, Sent { flags: FIN, seq: 906, ack: 106, ..Sent::default() });
    assert_eq!(idle(&wire), None);
}

#[test]
fn packets_that_vanish_after_a_silence_are_what_a_quiet_device_does() {
    let mut wire = session();
    let key = Sent { seq: 106, ack: 906, data: b"k", ip_id: 9, ..Sent::default() };
    wire.wait(350_000).send(Side::Client, key);
    for n in 1..5u16 {
        wire.wait(200 << n).send(Side::Client, Sent { ip_id: 9 + n, ..key });
    }
    let idle = idle(&wire).unwrap();
    assert_eq!(idle.gap.ended_by, timers::Ending::Silence);
    let quiet = timers::matching_waits(&idle.waits, timers::catalogue());
    let agreement = |id| quiet.iter().find(|it| it.timer.id == id).map(|it| it.agreement);
    assert_eq!(agreement("aws-netfw"), Some(timers::Agreement::Usual));
    assert_eq!(agreement("aws-nlb-tcp"), Some(timers::Agreement::Possible), "it would have reset");
}

#[test]
fn an_end_that_gave_up_probing_waited_since_the_last_sign_of_life() {
    let mut wire = session();
    wire.wait(7_200_000);
    for n in 0..9u16 {
        wire.send(Side::Server, Sent { seq: 905, ack: 106, ip_id: 500 + n, ..Sent::default() }).wait(74_999);
    }
    wire.send(Side::Server, Sent { flags: ABORT, seq: 906, ack: 106, ..Sent::default() });
    let idle = idle(&wire).unwrap();
    assert!(fitting(&idle).contains(&"linux-keepalive-dead"), "{idle:?}");
}

#[test]
fn an_end_whose_data_was_never_acknowledged_gave_up_by_another_clock() {
    let mut wire = session();
    let key = Sent { seq: 106, ack: 906, data: b"k", ip_id: 9, ..Sent::default() };
    wire.send(Side::Client, key);
    for n in 1..16u16 {
        wire.wait(61_600).send(Side::Client, Sent { ip_id: 9 + n, ..key });
    }
    wire.send(Side::Client, Sent { flags: ABORT, seq: 107, ack: 906, ..Sent::default() });
    let idle = idle(&wire).unwrap();
    assert_eq!((idle.measured_by, fitting(&idle)), (MeasuredBy::Acknowledgement, vec!["linux-retries2"]));
}

#[test]
fn a_close_out_of_a_silence_stays_one_where_a_reset_answers_what_came_later() {
    let ended_by = |late: &[u8]| {
        let mut wire = session();
        wire.wait(60_000)
            .send(Side::Server, Sent { flags: FIN, seq: 906, ack: 106, ip_id: 9, ..Sent::default() });
        if !late.is_empty() {
            wire.send(Side::Client, Sent { seq: 106, ack: 907, data: late, ip_id: 350, ..Sent::default() })
                .send(Side::Server, Sent { flags: Flags::RST, seq: 907, ip_id: 10, ..Sent::default() });
        }
        let case = case(&wire);
        assert_eq!(case.ending, Ending::Close);
        (case.reset.as_ref().map(|reset| reset.role), waits(&case).any.map(|gap| gap.ended_by))
    };
    assert_eq!(ended_by(b""), (None, Some(timers::Ending::Close)));
    assert_eq!(ended_by(b"late"), (Some(Role::Reaction), Some(timers::Ending::Close)));
}

#[test]
fn without_the_start_no_lifetime_fits() {
    let mut wire = Wire::new();
    exchange(&mut wire, 101, 901);
    wire.wait(120_000).send(Side::Server, Sent { flags: FIN, seq: 906, ack: 106, ..Sent::default() });
    let fitting = fitting(&idle(&wire).unwrap());
    assert!(!fitting.contains(&"sshd-logingrace"), "{fitting:?}");
}

#[test]
fn a_silence_before_the_first_packet_of_a_capture_is_not_measured() {
    let mut wire = Wire::new();
    wire.send(Side::Client, Sent { seq: 106, ack: 906, data: b"k", ip_id: 9, ..Sent::default() })
        .send(Side::Server, Sent { flags: Flags::RST, seq: 906, ..Sent::default() });
    assert_eq!(idle(&wire), None);
}

/// A session in which only the server talks, each minute, until it closes so many seconds after the client's last word.
fn monologue(seconds: u32) -> Wire {
    let mut wire = session();
    let mut spoken = 0u32;
    for at in (60..seconds).step_by(60).chain([seconds]) {
        let millis = i64::from(at - 60 * spoken) * 1_000 - 2;
        let (seq, ip_id) = (906 + spoken, 1_000 + spoken as u16);
        wire.wait(millis).send(Side::Server, Sent { seq, ack: 106, data: b"x", ip_id, ..Sent::default() });
        wire.send(
            Side::Client,
            Sent { seq: 106, ack: seq + 1, ip_id: 3_000 + spoken as u16, ..Sent::default() },
        );
        spoken += 1;
    }
    wire.send(Side::Server, Sent { flags: FIN, seq: 906 + spoken, ack: 106, ip_id: 9, ..Sent::default() });
    wire
}

#[test]
fn where_only_the_server_talks_the_clients_silence_counts_by_known_timers_alone() {
    let waited = |seconds| idle(&monologue(seconds)).map(|it| (it.measured_by, it.waits.input.is_some()));
    assert_eq!(waited(720), Some((MeasuredBy::ClientMessages, false)), "a default of an SSH server's");
    assert_eq!(waited(3_600), Some((MeasuredBy::Input, true)), "a default of an appliance's shell");
    assert_eq!(waited(900), None, "usual for a shell, and no default");
    assert_eq!(waited(777), None, "nobody's");
}

#[test]
fn who_is_logged_in_is_beyond_the_login_s_timers() {
    let at = |progress| {
        let mut wire = session();
        wire.wait(119_990);
        exchange(&mut wire, 106, 906);
        wire.send(Side::Server, Sent { flags: FIN, seq: 911, ack: 111, ip_id: 9, ..Sent::default() });
        let mut case = case(&wire);
        case.progress = Some(progress);
        Idle::of(&case).map(|it| it.measured_by)
    };
    assert_eq!((at(Progress::Auth), at(Progress::Session)), (Some(MeasuredBy::Age), None));
}

#[test]
fn an_abort_may_meet_the_packet_that_found_the_timer_expired() {
    let mut wire = session();
    wire.wait(245_000)
        .send(Side::Client, Sent { seq: 106, ack: 906, data: b"k", ip_id: 9, ..Sent::default() })
        .send(Side::Server, Sent { flags: ABORT, seq: 906, ack: 107, ..Sent::default() });
    assert_eq!(idle(&wire).unwrap().gap.ended_by, timers::Ending::ResetOnNextPacket);
}

#[test]
fn data_sent_once_is_no_wait_for_its_acknowledgement() {
    let waited = |times: u16| {
        let mut wire = session();
        let key = Sent { seq: 106, ack: 906, data: b"key", ip_id: 9, ..Sent::default() };
        wire.send(Side::Client, key);
        for n in 1..times {
            wire.wait(300).send(Side::Client, Sent { ip_id: 9 + n, ..key });
        }
        wire.wait(998).send(Side::Client, Sent { flags: ABORT, seq: 109, ack: 906, ..Sent::default() });
        gave_up_data(&case(&wire)).map(|gap| gap.ended_after)
    };
    assert_eq!((waited(1), waited(2)), (None, Some(Elapsed::from_millis(1_300))));
}

#[test]
fn a_wait_for_probes_is_not_one_for_data() {
    let mut wire = session();
    wire.wait(60_000);
    for n in 0..3u16 {
        wire.send(Side::Server, Sent { seq: 905, ack: 106, ip_id: 500 + n, ..Sent::default() }).wait(9_999);
    }
    wire.send(Side::Server, Sent { flags: ABORT, seq: 906, ack: 106, ..Sent::default() });
    let case = case(&wire);
    assert_eq!((gave_up_probing(&case).is_some(), gave_up_data(&case)), (true, None));
}

#[test]
fn a_keepalive_that_cut_the_silence_masks_it() {
    let probing = |probes, seconds| {
        let mut wire = session();
        wire.wait(19_999).send(Side::Server, Sent { flags: ABORT, seq: 906, ack: 106, ..Sent::default() });
        let mut case = case(&wire);
        case.transcript.cipher.keepalive.client =
            crate::ssh::Keepalive { probes, interval: Elapsed::from_secs(seconds), ..Default::default() };
        let idle = Idle::of(&case).unwrap();
        assert_eq!(idle.masked, idle.gap.keepalive.is_some());
        assert_eq!(idle.waits.payload, Some(idle.gap), "without probes no packet is without data for long");
        idle.gap.keepalive
    };
    assert_eq!(probing(2, 15), Some(Elapsed::from_secs(15)));
    assert_eq!(probing(2, 10), Some(Elapsed::from_secs(10)));
    assert_eq!(probing(1, 15), None, "one has no rhythm");
    assert_eq!(probing(2, 9), None, "two of its intervals had passed in silence");
}

#[test]
fn a_lifetime_begins_with_the_handshake_and_ends_with_the_first_end() {
    let mut wire = session();
    wire.wait(9_000).send(Side::Client, Sent { flags: FIN, seq: 106, ack: 906, ip_id: 9, ..Sent::default() });
    wire.wait(500).send(Side::Server, Sent { flags: FIN, seq: 906, ack: 107, ip_id: 9, ..Sent::default() });
    assert_eq!(age(&case(&wire)), Elapsed::from_millis(9_006), "six packets, and the wait");
    let mut wire = session();
    wire.wait(9_000).send(Side::Server, Sent { flags: Flags::RST, seq: 906, ..Sent::default() });
    wire.wait(500).send(Side::Server, Sent { flags: Flags::RST, seq: 906, ip_id: 9, ..Sent::default() });
    assert_eq!(age(&case(&wire)), Elapsed::from_millis(9_006), "a second one ends nothing");
}

#[test]
fn between_data_a_reset_ends_the_pause_itself_unless_it_answers_an_acknowledgement() {
    let after = |pause: i64| {
        let mut wire = session();
        probes(&mut wire, 3, 15_000);
        wire.wait(15_000).send(Side::Client, Sent { seq: 106, ack: 906, ip_id: 350, ..Sent::default() });
        wire.wait(pause - 1).send(Side::Server, Sent { flags: Flags::RST, seq: 906, ..Sent::default() });
        idle(&wire).unwrap().waits.payload.unwrap().ended_by
    };
    assert_eq!(after(499), timers::Ending::ResetOnNextPacket);
    assert_eq!(after(500), timers::Ending::ResetAtExpiry);
}

#[test]
fn a_probe_is_the_octet_before_the_next_and_is_answered_soon() {
    let met = |seq, data: &'static [u8], answer: i64| {
        let mut wire = session();
        wire.wait(7_200_000)
            .send(Side::Client, Sent { seq, ack: 906, data, ip_id: 9, ..Sent::default() })
            .wait(answer - 1)
            .send(Side::Server, Sent { flags: Flags::RST, seq: 906, ..Sent::default() });
        met_by_probe(&case(&wire))
    };
    assert!(met(105, b"", 10) && met(105, b"o", 2_999));
    assert!(!met(105, b"", 3_000) && !met(106, b"", 10) && !met(106, b"key", 10));
    assert!(!met(106, b"o", 10), "a new octet");
}

#[test]
fn probes_into_a_void_mask_the_timer_and_data_does_not() {
    let masked = |probe: bool| {
        let mut wire = session();
        let seq = if probe { 105 } else { 106 };
        wire.wait(60_000);
        for n in 0..4u16 {
            let data: &[u8] = if probe { b"" } else { b"key" };
            wire.send(Side::Client, Sent { seq, ack: 906, data, ip_id: 9 + n, ..Sent::default() }).wait(900);
        }
        let case = case(&wire);
        assert_eq!(case.ending, Ending::Silence);
        met_by_probe(&case)
    };
    assert_eq!([true, false].map(masked), [true, false]);
}

#[test]
fn only_the_servers_end_comes_of_its_own_accord() {
    let ended = |from: Side, flags: Flags| {
        let mut wire = session();
        let (seq, ack) = if from == Side::Server { (906, 106) } else { (106, 906) };
        wire.send(
            from,
            Sent { flags, seq, ack: if flags.ack() { ack } else { 0 }, ip_id: 9, ..Sent::default() },
        );
        of_its_own_accord(&case(&wire)).map(|(by, _)| by)
    };
    assert_eq!(ended(Side::Server, ABORT), Some(timers::Ending::ResetAtExpiry));
    assert_eq!(ended(Side::Server, FIN), Some(timers::Ending::Close));
    assert_eq!(ended(Side::Server, Flags::RST), None, "an answer");
    assert_eq!([ABORT, FIN, Flags::RST].map(|flags| ended(Side::Client, flags)), [None; 3]);
}

#[test]
fn who_answers_or_closes_did_not_give_up() {
    let ended = |flags: Flags, probe: bool| {
        let mut wire = session();
        wire.wait(60_000);
        for n in 0..3u16 {
            let (seq, data): (u32, &[u8]) = if probe { (905, b"") } else { (906, b"key") };
            wire.send(Side::Server, Sent { seq, ack: 106, data, ip_id: 500 + n, ..Sent::default() })
                .wait(999);
        }
        let (seq, ack) = (if probe { 906 } else { 909 }, if flags.ack() { 106 } else { 0 });
        wire.send(Side::Server, Sent { flags, seq, ack, ..Sent::default() });
        let case = case(&wire);
        let mut closed = case.clone();
        closed.ending = Ending::Close;
        let gave_up = |case: &Case| (gave_up_probing(case).is_some(), gave_up_data(case).is_some());
        (gave_up(&case), gave_up(&closed))
    };
    let neither = (false, false);
    assert_eq!(ended(ABORT, true), ((true, false), neither));
    assert_eq!(ended(ABORT, false), ((false, true), neither));
    assert_eq!([ended(Flags::RST, true), ended(Flags::RST, false)], [(neither, neither); 2]);
}

//! Sessions that a FIN ended.

use super::*;
use crate::flow::Moment;
use crate::frame::FrameNo;
use Cause::*;

fn close(pause: i64, from: Side) -> Case {
    Play::in_use().pauses(pause).closes(from).in_session()
}

/// Keys, each echoed long after its acknowledgement.
pub(super) fn relayed() -> Play {
    (0..9).fold(Play::begun(), |play, _| {
        play.pauses(200).says(Client, b"k").pauses(10).acks(Server).pauses(40).says(Server, b"k").acks(Client)
    })
}

#[test]
fn a_close_of_the_client() {
    let goodbye = |case: Case| case.knowing(|it| it.cipher.client_disconnect = Some(Mark::default()));
    let probed = |case: Case| case.knowing(|it| it.cipher.keepalive.client.unanswered = 1);
    let unknown = |mut case: Case| {
        case.progress = None;
        case
    };
    // Between a server's echo and the next key lies the time of a thought.
    let typed = || relayed().pauses(5_000).closes(Client).in_session();
    let exchanged = |case: Case| case.knowing(|it| it.party.client.kex_message = Some(Mark::default()));
    let reset = Play::in_use().closes(Client).rejects(Server).in_session();
    let socket = Origin::Socket;
    are_put_down(vec![
        ("at once", close(1_999, Client), socket, &[NormalClose, ClientKilled][..]),
        ("idle", close(2_000, Client), socket, &[ClientKilled, NormalClose]),
        ("below any timer", close(29_999, Client), socket, &[ClientKilled, NormalClose]),
        ("as long as a timer", close(30_000, Client), socket, &[ClientKilled, ProxyIdleTimeout]),
        ("somebody who typed", typed(), socket, &[ClientKilled, NormalClose]),
        ("a program that never answered soon", exchanged(typed()), socket, &[ProxyIdleTimeout]),
        ("with a good-bye", goodbye(close(30_000, Client)), socket, &[NormalClose]),
        ("with a good-bye and an echo", goodbye(reset), socket, &[BenignRstAfterClose, NormalClose]),
        ("unanswered probes", probed(close(9, Client)), socket, &[SshKeepaliveTimeout, LinkOutage]),
        ("not known how far it got", unknown(close(9, Client)), socket, &[NormalClose, AuthenticationFailed]),
    ]);
    let sole = || {
        let mut wire = Wire::new();
        wire.send(Client, Sent { seq: 101, ack: 901, data: b"k", ..Sent::default() });
        wire.send(Client, Sent { flags: FIN, seq: 102, ack: 901, ip_id: 1, ..Sent::default() });
        case(&wire)
    };
    are_put_down(vec![("one direction", sole(), socket, &[NormalClose, SshdSessionKilled][..])]);
}

#[test]
fn a_close_of_the_server() {
    let probed = |case: Case| case.knowing(|it| it.cipher.keepalive.server.unanswered = 1);
    let asked =
        |pause| Play::in_use().pauses(900).says(Client, b"k").pauses(pause).closes(Server).in_session();
    let stream = || {
        let twice = Play::in_use().pauses(900).says(Client, b"k").says(Client, b"k");
        twice.pauses(50).closes(Server).in_session()
    };
    let under_way = || {
        let mut play = Play::in_use().pauses(900).says(Client, b"k");
        play.next[0] -= 1;
        play.pauses(50).closes(Server).in_session()
    };
    let outlived = || {
        let closed = Play::in_use().pauses(900).says(Client, b"k").pauses(50).closes(Server);
        closed.says(Client, b"k").acks(Server).in_session()
    };
    let relay = |pause| relayed().pauses(pause).closes(Server).in_session();
    let socket = Origin::Socket;
    are_put_down(vec![
        ("in use", close(1_999, Server), socket, &[SshdSessionKilled, ServerShutdown][..]),
        ("idle", close(2_000, Server), socket, &[SshdSessionKilled, ProxyIdleTimeout, ServerShutdown]),
        ("as long as a timer", close(30_000, Server), socket, &[SshdSessionKilled, ProxyIdleTimeout]),
        ("unanswered probes", probed(close(9, Server)), socket, &[SshKeepaliveTimeout, SshdSessionKilled]),
        ("after a packet", asked(100), socket, &[CorruptedPacket, SshdSessionKilled]),
        ("some time after a packet", asked(101), socket, &[SshdSessionKilled, ServerShutdown]),
        ("in the midst of packets", stream(), socket, &[SshdSessionKilled, ServerShutdown]),
        ("and the client went on", outlived(), socket, &[CorruptedPacket, SshdSessionKilled]),
        ("before the packet came", under_way(), socket, &[SshdSessionKilled, ServerShutdown]),
        ("a relay's", relay(5_000), socket, &[ProxyIdleTimeout, SshdSessionKilled]),
        ("a relay's in use", relay(1_999), socket, &[SshdSessionKilled, ServerShutdown]),
    ]);
    let of_timer = |pause| {
        let shares = shares(&close(pause, Server), only(Origin::Socket));
        shares.iter().find(|it| it.0 == ProxyIdleTimeout).unwrap().1
    };
    assert!(of_timer(30_000) > of_timer(29_999), "a known timer's length speaks for one");
}

#[test]
fn a_close_after_an_outage() {
    let after = |times, pause| {
        let failed = Play::in_use().says(Client, b"x").repeats(Client, times, 300);
        failed.pauses(pause).closes(Server).in_session()
    };
    let socket = Origin::Socket;
    are_put_down(vec![
        ("just before", after(3, 4_999), socket, &[LinkOutage, PathLoss][..]),
        ("long before", after(3, 5_000), socket, &[SshdSessionKilled]),
        ("two repetitions", after(2, 1_000), socket, &[SshdSessionKilled]),
    ]);
    let mut overcome = Play::in_use().says(Client, b"x").repeats(Client, 3, 300).acks(Server).closes(Server);
    overcome.last.clear();
    are_put_down(vec![("overcome", overcome.in_session(), socket, &[LinkOutage, PathLoss][..])]);
}

#[test]
fn losses_all_along_are_scattered_and_make_a_bad_path_an_alternative() {
    let lossy = |losses: u32, between: u32| {
        let lost = (0..losses).fold(Play::begun(), |play, _| {
            let kept = (0..between).fold(play, |play, _| play.says(Client, b"key").acks(Server));
            kept.says(Client, b"key").repeats(Client, 1, 300).acks(Server)
        });
        lost.closes(Client).in_session()
    };
    assert!(loss::is_scattered(&lossy(8, 0)) && !loss::is_scattered(&lossy(7, 0)));
    let alternative = |case: &Case| {
        let causes = ranked(case, None);
        assert_ne!(causes[0].0, PathLoss, "no more than an alternative");
        causes.iter().any(|it| it.0 == PathLoss)
    };
    assert!(alternative(&lossy(8, 0)) && !alternative(&lossy(7, 0)));
    assert!(alternative(&lossy(8, 8)) && !alternative(&lossy(8, 9)), "one segment in ten, one in eleven");
    let beside = |share| loss::alternative(&lossy(8, 0), &[(ProtocolMismatch, share)]).is_some();
    assert!(beside(0.89) && !beside(0.9), "what was said in clear text decided");
}

#[test]
fn losses_of_one_outage_are_not_scattered() {
    let lossy = |single: u32, outage: u32| {
        let once = (0..single)
            .fold(Play::in_use(), |play, _| play.says(Client, b"key").repeats(Client, 1, 300).acks(Server));
        once.says(Client, b"key").repeats(Client, outage, 300).acks(Server).closes(Client).in_session()
    };
    assert!(loss::is_scattered(&lossy(5, 5)) && !loss::is_scattered(&lossy(4, 5)));
}

#[test]
fn a_few_packets_out_of_nowhere_belong_to_a_connection_that_lost_its_address() {
    let stray = |packets: u16, from: Side| {
        let mut wire = Wire::new();
        for n in 0..packets {
            let seq = 500 + u32::from(n);
            wire.send(from, Sent { seq, ack: 901, data: b"k", ip_id: 9 + n, ..Sent::default() });
        }
        wire.send(!from, Sent { flags: Flags::RST, seq: 901, ..Sent::default() });
        let case = case(&wire);
        assert_eq!((case.progress, case.flow.packets), (None, u64::from(packets) + 1));
        case
    };
    are_put_down(vec![
        ("the client's", stray(3, Client), Origin::Stack, &[NatRebinding, NatStateLost][..]),
        ("the server's", stray(3, Server), Origin::Stack, &[NatStateLost, HalfOpen]),
        ("a box's answer", stray(3, Client), Origin::PathFilter, &[FirewallRuleReject]),
    ]);
    assert_ne!(named(&stray(4, Client), Origin::Stack)[0], NatRebinding, "too many to be stray");
    let stack = |share: f64| {
        let posterior = Origin::ALL.map(|it| if it == Origin::Stack { share } else { (1.0 - share) / 5.0 });
        shares(&stray(3, Client), posterior).contains(&(NatRebinding, 0.4))
    };
    assert!(stack(0.41) && !stack(0.4), "it has to be a stack that never knew them, rather");
}

#[test]
fn what_is_meant_by_shortly_and_by_long_enough() {
    let case = Play::in_use().pauses(100).says(Client, b"k").closes(Server).in_session();
    let pause = |frame| signs::pause_before(&case, FrameNo(frame));
    assert_eq!(pause(7), crate::units::Elapsed::ZERO, "data is no silence's end");
    let last =
        |side, frame| signs::last_data_before(&case, side, FrameNo(frame)).map(|it: Moment| it.frame.0);
    assert_eq!(
        (last(Client, 7), last(Client, 8), last(Server, 8), last(Server, 5)),
        (Some(4), Some(7), Some(5), None)
    );
}

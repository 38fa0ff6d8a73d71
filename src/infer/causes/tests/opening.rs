//! Connections that ended before anybody was let in.

use super::*;
use crate::case::Blind;
use crate::ssh::{Banner, Mismatch};
use crate::wire::{IcmpError, Quote};
use Cause::*;

fn banner(line: &str) -> Banner {
    Banner { line: line.into(), mark: Mark::default() }
}

fn served(case: Case) -> Case {
    case.knowing(|it| it.party.server.banner = Some(banner("SSH-2.0-OpenSSH_9.2")))
}

/// A wire on which the client's SYN has passed.
fn syn() -> Wire {
    let mut wire = Wire::new();
    wire.send(Client, Sent { flags: Flags::SYN, seq: 100, ip_id: 1, ..Sent::default() });
    wire
}

const SYN_ACK: Flags = Flags::SYN.with(Flags::ACK);

#[test]
fn an_icmp_error_is_by_its_sender() {
    let refused_by = |addr: &str| {
        let mut case = case(&syn());
        case.ending = Ending::Refused;
        case.flow.quotes.push(Quote {
            key: case.flow.key,
            quoted_from: case.flow.client,
            seq: crate::wire::Seq(100),
            reporter: addr.parse().unwrap(),
            ttl: 64,
            error: IcmpError::Unreachable(13),
            time: case.flow.first.time,
            frame: case.flow.first.frame,
            place: case.flow.place,
        });
        ranked(&case, None).into_iter().map(|(cause, _)| cause).collect::<Vec<_>>()
    };
    assert_eq!(refused_by("10.0.0.2"), [ServerFirewallReject, FirewallIcmpReject]);
    assert_eq!(refused_by("10.0.0.9"), [FirewallIcmpReject, LinkOutage]);
}

/// The handshake on this wire ended otherwise than by its end.
fn unfinished(wire: &Wire, ending: Ending) -> Case {
    let mut case = case(wire);
    (case.ending, case.progress) = (ending, Some(Progress::TcpHandshake));
    case
}

/// The SYN-ACK came so late, and the client resets it.
fn late(millis: i64, flags: Flags) -> Case {
    let mut wire = syn();
    wire.wait(millis - 1).send(Server, Sent { flags: SYN_ACK, seq: 900, ack: 101, ..Sent::default() });
    let ack = if flags == ABORT { 901 } else { 0 };
    wire.send(Client, Sent { flags, seq: 101, ack, ..Sent::default() });
    unfinished(&wire, Ending::Reset)
}

fn refused() -> Case {
    let mut wire = syn();
    wire.send(Server, Sent { flags: ABORT, seq: 0, ack: 101, ..Sent::default() });
    case(&wire)
}

#[test]
fn a_handshake_that_the_client_gave_up() {
    let rst = Flags::RST;
    let mut repeated = syn();
    repeated.wait(500).send(Client, Sent { flags: Flags::SYN, seq: 100, ip_id: 2, ..Sent::default() });
    repeated.send(Server, Sent { flags: SYN_ACK, seq: 900, ack: 101, ..Sent::default() });
    repeated.send(Client, Sent { flags: rst, seq: 101, ..Sent::default() });
    let repeated = unfinished(&repeated, Ending::Reset);
    let mut challenged = syn();
    challenged.send(Server, Sent { seq: 7_000, ack: 9_000, ip_id: 5, ..Sent::default() });
    challenged.send(Client, Sent { flags: rst, seq: 9_000, ..Sent::default() });
    let challenged = unfinished(&challenged, Ending::Reset);
    let mut unasked = syn();
    unasked.send(Client, Sent { flags: rst, seq: 101, ip_id: 9, ..Sent::default() });
    let unasked = unfinished(&unasked, Ending::Reset);
    let stack = Origin::Stack;
    are_put_down(vec![
        ("the client aborts", late(1, ABORT), Origin::Socket, &[PortScan, ClientAbort][..]),
        ("the client never asked", late(1, rst), stack, &[PortScan, ClientConnectTimeout]),
        ("an answer in time", late(900, rst), stack, &[PortScan, ClientConnectTimeout]),
        ("a late answer", late(901, rst), stack, &[ClientConnectTimeout, PortScan]),
        ("a box in the client's name", late(1, rst), Origin::Forger, &[InjectedRst]),
        ("a SYN repeated", repeated, stack, &[ClientConnectTimeout, PortScan]),
        ("an answer of another connection", challenged, stack, &[ClientPortReuse, PortScan]),
        ("no answer at all", unasked, stack, &[PortScan, ClientConnectTimeout]),
    ]);
}

#[test]
fn a_handshake_that_the_server_refused_or_nobody_answered() {
    let mut met = syn();
    met.send(Server, Sent { flags: SYN_ACK, seq: 900, ack: 101, ..Sent::default() });
    met.send(Server, Sent { flags: Flags::RST, seq: 901, ..Sent::default() });
    let met = || unfinished(&met, Ending::Reset);
    let (mut answered, mut unanswered) = (syn(), syn());
    for n in 7..10 {
        let syn_ack = Sent { flags: SYN_ACK, seq: 900, ack: 101, ip_id: n, ..Sent::default() };
        answered.wait(1_000).send(Server, syn_ack);
        unanswered
            .wait(1_000)
            .send(Client, Sent { flags: Flags::SYN, seq: 100, ip_id: n, ..Sent::default() });
    }
    let stack = Origin::Stack;
    are_put_down(vec![
        ("a SYN refused", refused(), stack, &[PortClosed, ServerRebooted][..]),
        ("a SYN refused", refused(), Origin::HostFilter, &[ServerFirewallReject]),
        ("a SYN refused", refused(), Origin::PathFilter, &[FirewallRuleReject]),
        ("a SYN refused", refused(), Origin::Forger, &[InjectedRst, FirewallRuleReject]),
        ("a SYN refused", refused(), Origin::Owner, &[ProxyBackendDown]),
        ("the handshake's last segment refused", met(), stack, &[AcceptQueueOverflow, PortClosed]),
        (
            "the handshake's last segment refused",
            met(),
            Origin::PathFilter,
            &[FirewallRuleReject, InjectedRst],
        ),
        ("a close in its midst", unfinished(&syn(), Ending::Close), stack, &[PortScan, ClientAbort]),
        ("never taken", case(&answered), stack, &[HalfOpen, PortScan]),
        ("never answered", case(&unanswered), stack, &[FirewallSilentDrop, LinkOutage]),
    ]);
}

#[test]
fn words_say_what_it_was() {
    let said = |known, side| {
        let case = Play::begun().closes(Server).reaches(Progress::Banner);
        case.knowing(|it| {
            *it.party.of_mut(side) =
                crate::ssh::Party { stray: Some(text(known, 0).into()), ..Default::default() }
        })
    };
    let broke = |side| {
        Play::begun()
            .closes(Server)
            .reaches(Progress::Banner)
            .knowing(|it| it.violations.push(violation(side)))
    };
    let late = |mut case: Case| {
        case.progress = None;
        case
    };
    let socket = Origin::Socket;
    are_put_down(vec![
        ("a number", said(Some(KnownText::ExceededMaxStartups), Server), socket, &[MaxStartups][..]),
        (
            "a time",
            said(Some(KnownText::NotAllowedAtThisTime), Server),
            socket,
            &[PerSourcePenalty, MaxStartups],
        ),
        ("HTTP", said(Some(KnownText::Http), Server), socket, &[ProtocolMismatch]),
        ("something", said(None, Server), socket, &[ProtocolMismatch, MalformedPacket]),
        ("something of the client", said(None, Client), socket, &[ProtocolMismatch, MalformedPacket]),
        ("a broken rule", broke(Server), socket, &[ProtocolMismatch, MalformedPacket]),
        ("one of the client", broke(Client), socket, &[ProtocolMismatch, MalformedPacket]),
        ("not known how far it got", late(said(None, Client)), socket, &[ProtocolMismatch, MalformedPacket]),
    ]);
    let later = late(said(None, Client)).knowing(|it| it.party.client.stray = Some(text(None, 1).into()));
    assert_eq!(named(&later, socket), [MalformedPacket, CorruptedPacket], "a text in the midst of a stream");
}

#[test]
fn an_end_before_both_identification_strings() {
    let reset = |pause| Play::begun().pauses(pause).aborts(Server).reaches(Progress::Banner);
    let close = |pause, from| Play::begun().pauses(pause).closes(from).reaches(Progress::Banner);
    let left = || Play::begun().aborts(Client).reaches(Progress::Banner);
    let named = |case: Case, line: &str| case.knowing(|it| it.party.client.banner = Some(banner(line)));
    let silent = || Play::begun().says(Client, b"SSH").repeats(Client, 4, 400).reaches(Progress::Banner);
    let socket = Origin::Socket;
    // The server accepted a millisecond before the handshake's last segment passed here.
    are_put_down(vec![
        ("no socket", reset(3), Origin::Stack, &[AcceptQueueOverflow, PortClosed][..]),
        ("no socket any more", served(reset(3)), Origin::Stack, &[ForkFailure, SshdSessionKilled]),
        ("no process yet", reset(3), socket, &[MaxStartups, ForkFailure]),
        ("a process", reset(4), socket, &[TcpWrappers, ForkFailure]),
        ("no lookup", reset(2_000), socket, &[TcpWrappers, ForkFailure]),
        ("a lookup", reset(2_001), socket, &[TcpWrappers, ProxyBackendDown]),
        ("it had spoken", served(reset(2_001)), socket, &[ForkFailure, SshdSessionKilled]),
        ("a filter", reset(3), Origin::PathFilter, &[FirewallRuleReject]),
        ("a forger", reset(3), Origin::Forger, &[InjectedRst]),
        ("a box's address", reset(3), Origin::Owner, &[ProxyBackendDown]),
        ("a client that said nothing", left(), socket, &[PortScan, ClientAbort]),
        ("and heard something", served(left()), socket, &[ClientAbort, PortScan]),
        ("a client that spoke", named(left(), "SSH-2.0-x"), socket, &[ClientAbort, ClientKilled]),
        (
            "a scanner closes",
            named(close(9, Client), "SSH-2.0-OpenSSH-keyscan"),
            socket,
            &[KeyScan, PortScan],
        ),
        ("it waited", close(2_001, Client), socket, &[ClientConnectTimeout, ServerOverloaded]),
        ("it did not wait long", close(2_000, Client), socket, &[PortScan, ClientAbort]),
        ("it waited though served", served(close(2_001, Client)), socket, &[ClientAbort, PortScan]),
        (
            "it spoke and closed",
            named(close(9, Client), "SSH-2.0-x"),
            socket,
            &[ClientAbort, ClientConnectTimeout, KeyScan],
        ),
        ("the server closes at once", close(3, Server), socket, &[MaxStartups, ForkFailure]),
        ("after its line", served(close(2_001, Server)), socket, &[ProtocolMismatch, SshdSessionKilled]),
        (
            "long after its line",
            served(close(2_002, Server)),
            socket,
            &[LoginGraceTimeout, SshdSessionKilled],
        ),
        ("no answer", silent(), socket, &[FirewallSilentDrop, LinkOutage]),
    ]);
}

#[test]
fn words_that_the_capture_does_not_hold_were_words() {
    let told = |pause| Play::begun().says(Server, b"?").pauses(pause);
    let banner = |play: Play| play.reaches(Progress::Banner);
    let spoke = || Play::begun().says(Client, b"?");
    are_put_down(vec![
        ("no socket", banner(told(3).aborts(Server)), Origin::Stack, &[ForkFailure, SshdSessionKilled][..]),
        (
            "why, or who it is",
            banner(told(3).closes(Server)),
            Origin::Socket,
            &[MaxStartups, ProtocolMismatch],
        ),
        (
            "who it is",
            banner(told(3_000).closes(Server)),
            Origin::Socket,
            &[LoginGraceTimeout, SshdSessionKilled],
        ),
        ("it did not wait", banner(told(3_000).closes(Client)), Origin::Socket, &[ClientAbort, PortScan]),
        (
            "the client's",
            banner(spoke().closes(Client)),
            Origin::Socket,
            &[ClientAbort, ClientConnectTimeout, KeyScan],
        ),
        (
            "no socket of the client's",
            banner(spoke().aborts(Client)),
            Origin::Stack,
            &[InjectedRst, FirewallStateLost],
        ),
        ("the client's, reset", banner(spoke().aborts(Client)), Origin::Socket, &[ClientAbort, ClientKilled]),
    ]);
}

#[test]
fn what_a_clients_tcp_does_not_know_was_ended_by_what_was_not_seen() {
    let reset = |progress| Play::in_use().aborts(Client).reaches(progress);
    are_put_down(vec![
        ("kex", reset(Progress::Kex), Origin::Stack, &[InjectedRst, FirewallStateLost][..]),
        ("auth", reset(Progress::Auth), Origin::Stack, &[InjectedRst, FirewallStateLost]),
        ("session", reset(Progress::Session), Origin::Stack, &[InjectedRst, FirewallStateLost]),
    ]);
}

#[test]
fn a_key_exchange_that_was_reset_or_fell_silent() {
    let of = |play: Play| play.reaches(Progress::Kex);
    let abort = |from| of(Play::in_use().aborts(from));
    let vain = |from| of(Play::in_use().says(from, b"x").repeats(from, 2, 400).aborts(from));
    let met = |pause| of(Play::in_use().pauses(pause).says(Client, b"k").rejects(Server));
    let void = of(Play::in_use().says(Client, b"k").repeats(Client, 2, 400).rejects(Server));
    let silent = |octets: usize| of(Play::in_use().says(Client, &vec![0; octets]).repeats(Client, 4, 400));
    let socket = Origin::Socket;
    are_put_down(vec![
        ("the server aborts", abort(Server), socket, &[SshdSessionKilled, ForkFailure][..]),
        ("the client aborts", abort(Client), socket, &[ClientAbort, ClientKilled]),
        ("the server waited in vain", vain(Server), socket, &[TcpUserTimeout, PathLoss]),
        ("the client waited in vain", vain(Client), socket, &[TcpUserTimeout, PathLoss]),
        ("a void", void, Origin::PathFilter, &[BlackholeThenReset]),
        ("in use", met(1_999), Origin::PathFilter, &[FirewallRuleReject]),
        ("idle", met(2_000), Origin::PathFilter, &[FirewallIdleTimeout]),
        ("a forger", met(10), Origin::Forger, &[InjectedRst]),
        ("a box's address", met(10), Origin::Owner, &[NatStateLost]),
        ("large packets vanish", silent(600), socket, &[MtuBlackhole, LinkOutage]),
        ("small packets vanish", silent(599), socket, &[LinkOutage, FirewallSilentDrop]),
    ]);
}

#[test]
fn a_key_exchange_that_was_closed() {
    let of = |play: Play| play.reaches(Progress::Kex);
    let close = |from| of(Play::in_use().closes(from));
    let mismatch = |it: &mut Transcript| {
        let lists = Mismatch { what: "kex", client_offers: Vec::new(), server_offers: Vec::new() };
        it.mismatch = Some(lists.into());
    };
    let exchanged = |client: usize, server: usize| {
        let said = Play::begun().says(Client, &vec![0; client]).says(Server, &vec![0; server]).acks(Client);
        of(said.closes(Server)).knowing(mismatch)
    };
    let keyed = |line: &str| {
        close(Client).knowing(|it| {
            it.party.server.newkeys = Some(Mark::default());
            it.party.client.banner = Some(banner(line));
        })
    };
    let asked = |case: Case| case.knowing(|it| it.party.client.kex_message = Some(Mark::default()));
    let stray = |side| close(Server).knowing(|it| it.party.of_mut(side).stray = Some(text(None, 9).into()));
    let socket = Origin::Socket;
    // A key and its echo had taken three milliseconds, and the server accepted one before them.
    let waited = |pause| of(Play::in_use().pauses(pause).closes(Server));
    are_put_down(vec![
        ("nothing in common", close(Server).knowing(mismatch), socket, &[NoCommonAlgorithm][..]),
        ("one side went on", exchanged(4_096, 4_097), socket, &[NoCommonAlgorithm]),
        ("the other side went on", exchanged(4_097, 4_096), socket, &[NoCommonAlgorithm]),
        ("both went on", exchanged(4_097, 4_097), socket, &[MalformedPacket, SshdSessionKilled]),
        ("a text of the client", stray(Client), socket, &[ProtocolMismatch, MalformedPacket]),
        ("a text of the server", stray(Server), socket, &[ProtocolMismatch, MalformedPacket]),
        (
            "a broken rule",
            close(Server).knowing(|it| it.violations.push(violation(Client))),
            socket,
            &[MalformedPacket, CorruptedPacket],
        ),
        (
            "a scanner",
            close(Client).knowing(|it| it.party.client.banner = Some(banner("SSH-2.0-OpenSSH-keyscan"))),
            socket,
            &[KeyScan],
        ),
        ("it had the key and asks nobody", keyed("SSH-2.0-x"), socket, &[KeyScan, ClientAbort]),
        (
            "it had the key and asked its user",
            keyed("SSH-2.0-OpenSSH_9.2"),
            socket,
            &[ClientAbort, CorruptedPacket],
        ),
        ("it had nothing", close(Client), socket, &[ClientAbort, KeyScan, CorruptedPacket]),
        ("after a packet", asked(close(Server)), socket, &[CorruptedPacket, MalformedPacket]),
        ("before a packet", close(Server), socket, &[MalformedPacket, SshdSessionKilled]),
        ("a short wait", waited(2_998), socket, &[MalformedPacket, SshdSessionKilled]),
        ("a long wait", waited(2_999), socket, &[LoginGraceTimeout, SshdSessionKilled]),
    ]);
}

#[test]
fn an_end_at_the_login() {
    let of = |play: Play| play.reaches(Progress::Auth);
    // A key and its echo had taken three milliseconds, and the server accepted one before them.
    let aborted = |after: i64| of(Play::in_use().pauses(after - 2).aborts(Server));
    let closed = |after: i64| of(Play::in_use().pauses(after - 2).closes(Server));
    let left = |failures, pause| {
        of(Play::in_use().pauses(pause).closes(Client)).knowing(|it| it.cipher.failures = failures)
    };
    let busy = |failures| {
        of(Play::in_use().pauses(1_500).closes(Server)).knowing(|it| it.cipher.failures = failures)
    };
    let silent = of(Play::in_use().says(Client, b"k").repeats(Client, 4, 400));
    let told = closed(9).knowing(|it| it.cipher.too_many_failures = Some(Mark::default()));
    let socket = Origin::Socket;
    are_put_down(vec![
        ("before the usual time", aborted(119_999), socket, &[SshdSessionKilled, LoginGraceTimeout][..]),
        ("at the usual time", aborted(120_000), socket, &[LoginGraceTimeout, SshdSessionKilled]),
        ("five seconds later", aborted(125_000), socket, &[LoginGraceTimeout, SshdSessionKilled]),
        ("later still", aborted(125_001), socket, &[SshdSessionKilled, LoginGraceTimeout]),
        ("the client aborts", of(Play::in_use().aborts(Client)), socket, &[ClientAbort, ClientKilled]),
        ("a filter", aborted(9), Origin::PathFilter, &[FirewallRuleReject]),
        ("it was told", told, socket, &[MaxAuthTries]),
        ("two failures", left(2, 10_000), socket, &[AuthenticationFailed, ClientAbort]),
        ("one, and at once", left(1, 149), socket, &[AuthenticationFailed, ClientAbort]),
        ("one, and a thought", left(1, 150), socket, &[ClientAbort, AuthenticationFailed]),
        ("none", left(0, 149), socket, &[ClientAbort, AuthenticationFailed]),
        ("the server closes in time", closed(300_000), socket, &[LoginGraceTimeout, SshdSessionKilled]),
        ("after whole seconds", closed(20_150), socket, &[LoginGraceTimeout, SshdSessionKilled]),
        ("at any moment", closed(20_151), socket, &[SshdSessionKilled, LoginGraceTimeout]),
        ("after three failures", busy(3), socket, &[MaxAuthTries, AuthenticationFailed]),
        ("after two", busy(2), socket, &[SshdSessionKilled, CorruptedPacket]),
        ("no answer", silent, socket, &[LinkOutage, FirewallSilentDrop]),
    ]);
}

#[test]
fn several_paths_and_no_end_are_put_down_to_nothing() {
    let unknown = [(Unknown, 0.0)];
    assert_eq!(ranked(&Play::in_use().in_session(), None), unknown, "it goes on");
    let mut paths = Play::in_use().closes(Server).in_session();
    assert_ne!(ranked(&paths, None), unknown);
    paths.blind.push(Blind { kind: BlindKind::Multipath, detail: String::new(), frames: Vec::new() });
    assert_eq!(ranked(&paths, None), unknown, "a part of the packets went another way");
}

#[test]
fn a_reset_without_effect_explains_no_end_but_a_close() {
    let outlived = |ending| {
        let mut wire = Wire::new();
        wire.handshake(100, 900).send(Server, Sent { flags: Flags::RST, seq: 950, ..Sent::default() });
        wire.wait(300).send(Client, Sent { seq: 101, ack: 901, data: b"k", ip_id: 9, ..Sent::default() });
        let mut case = case(&wire);
        (case.ending, case.progress) = (ending, Some(Progress::Session));
        assert_eq!(case.reset.as_ref().unwrap().role, Role::Ineffective);
        let causes = if ending == Ending::Open { ranked(&case, None) } else { by_phase(&case, None) };
        normalised(causes).into_iter().map(|(cause, _)| cause).collect::<Vec<_>>()
    };
    assert_eq!(outlived(Ending::Open), [InjectedRstIneffective, BenignRstAfterClose]);
    assert_eq!(outlived(Ending::Close), [InjectedRstIneffective, BenignRstAfterClose]);
    assert_eq!(outlived(Ending::Silence)[0], LinkOutage);
    let open = Play::in_use().aborts(Server).in_session();
    let open = Case { ending: Ending::Open, ..open };
    assert_eq!(ranked(&open, None), [(Unknown, 0.0)], "a reset that was taken, and no end");
}

#[test]
fn a_slow_server_is_an_alternative_before_the_login() {
    let slow = |pause, progress| {
        // A millisecond is the round trip's.
        let spoke = Play::begun().pauses(pause).says(Server, b"SSH").closes(Client).reaches(progress);
        ranked(&spoke, None).iter().find(|it| it.0 == ServerOverloaded).map(|it| it.1)
    };
    let before = slow(3_001, Progress::Kex);
    assert!(before.is_some_and(|share| share > 0.0 && share < 0.2), "{before:?}");
    assert_eq!(slow(3_000, Progress::Kex), None);
    assert_eq!(slow(3_001, Progress::Session), None);
    let told = Play::begun().pauses(3_001).says(Server, b"Exceeded MaxStartups").closes(Server);
    let told = told.reaches(Progress::Banner).knowing(|it| {
        it.party.server.stray = Some(text(Some(KnownText::ExceededMaxStartups), 0).into());
    });
    assert_eq!(ranked(&told, None).len(), 1, "its text says what it was");
    let tried = |times: u16| {
        let mut wire = Wire::new();
        for n in 1..=times {
            wire.send(Client, Sent { flags: Flags::SYN, seq: 100, ip_id: n, ..Sent::default() }).wait(1_000);
        }
        wire.send(Server, Sent { flags: SYN_ACK, seq: 900, ack: 101, ..Sent::default() })
            .send(Client, Sent { seq: 101, ack: 901, ip_id: 10, ..Sent::default() })
            .send(Server, Sent { seq: 901, ack: 101, data: b"SSH", ip_id: 11, ..Sent::default() })
            .send(Client, Sent { flags: FIN, seq: 101, ack: 904, ip_id: 12, ..Sent::default() });
        let mut case = case(&wire);
        case.progress = Some(Progress::Kex);
        ranked(&case, None).iter().any(|it| it.0 == ServerOverloaded)
    };
    assert!(tried(2) && !tried(1), "its queue was full once");
}

#[test]
fn a_server_that_takes_data_and_says_nothing_for_three_seconds_is_slow() {
    let slow = |case: &Case| overload::alternative(case, &[(ClientAbort, 0.5)]).is_some();
    // Three milliseconds had passed since the server's SYN-ACK.
    let told = |pause| Play::begun().says(Client, b"SSH").acks(Server).pauses(pause).closes(Client);
    let banner = |play: Play| play.reaches(Progress::Banner);
    assert!(slow(&banner(told(2_997))) && !slow(&banner(told(2_996))));
    assert!(!slow(&banner(Play::begun().pauses(9_000).closes(Client))), "it was told nothing");
    let spoke = Play::begun().says(Client, b"SSH").says(Server, b"SSH").acks(Client).pauses(9_000);
    assert!(!slow(&banner(spoke.closes(Client))), "it spoke");
    let silent = banner(told(9_000));
    let beside = |shares: &[Share]| overload::alternative(&silent, shares).is_some();
    assert!(beside(&[(ClientAbort, 0.89)]) && !beside(&[(MaxStartups, 0.9)]), "a text says what it was");
    assert!(!beside(&[]), "an alternative to nothing");
}

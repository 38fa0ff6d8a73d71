//! Each branch of the rules by a connection that takes it, each threshold by what lies on it and beside it, and what holds for all.

mod closed;
mod opening;

use super::*;
use crate::case::tests::case;
use crate::cause::Origin;
use crate::flow::Side::{self, Client, Server};
use crate::flow::tests::{Sent, Wire};
use crate::infer::weigh::Weighed;
use crate::ssh::{KnownText, Mark, StrayText, Transcript, Violation};
use crate::wire::Flags;

const ABORT: Flags = Flags::RST.with(Flags::ACK);
const FIN: Flags = Flags::FIN.with(Flags::ACK);

/// An established connection, played on packet by packet: each is a millisecond after the one before.
struct Play {
    wire: Wire,
    next: [u32; 2],
    last: Vec<u8>,
    packets: u16,
}

impl Play {
    fn begun() -> Self {
        let mut wire = Wire::new();
        wire.handshake(100, 900);
        Self { wire, next: [101, 901], last: Vec::new(), packets: 200 }
    }

    /// A connection in use: a key and its echo.
    fn in_use() -> Self {
        Self::begun().says(Client, b"k").says(Server, b"k").acks(Client)
    }

    fn sends(mut self, from: Side, flags: Flags, seq: u32, data: &[u8]) -> Self {
        self.packets += 1;
        let ack = self.next[usize::from(from == Client)];
        self.wire.send(from, Sent { flags, seq, ack, data, ip_id: self.packets, ttl: 64 });
        self
    }

    fn at(&self, from: Side) -> u32 {
        self.next[usize::from(from == Server)]
    }

    fn says(self, from: Side, data: &[u8]) -> Self {
        let seq = self.at(from);
        let mut said = self.sends(from, Flags::ACK, seq, data);
        said.next[usize::from(from == Server)] += data.len() as u32;
        said.last = data.to_vec();
        said
    }

    fn acks(self, from: Side) -> Self {
        let seq = self.at(from);
        self.sends(from, Flags::ACK, seq, b"")
    }

    /// What was said last, again and again, `millis` after each other.
    fn repeats(mut self, from: Side, times: u32, millis: i64) -> Self {
        let last = self.last.clone();
        for _ in 0..times {
            let seq = self.at(from) - last.len() as u32;
            self = self.pauses(millis).sends(from, Flags::ACK, seq, &last);
        }
        self
    }

    /// TCP keepalive probes.
    fn probes(mut self, from: Side, times: u32) -> Self {
        for _ in 0..times {
            let seq = self.at(from) - 1;
            self = self.pauses(75_000).sends(from, Flags::ACK, seq, b"");
        }
        self
    }

    /// So that the next packet comes `millis` after the last.
    fn pauses(mut self, millis: i64) -> Self {
        self.wire.wait(millis - 1);
        self
    }

    fn aborts(self, from: Side) -> Self {
        let seq = self.at(from);
        self.sends(from, ABORT, seq, b"")
    }

    fn rejects(self, from: Side) -> Self {
        let seq = self.at(from);
        self.sends(from, Flags::RST, seq, b"")
    }

    fn closes(self, from: Side) -> Self {
        let seq = self.at(from);
        self.sends(from, FIN, seq, b"")
    }

    fn reaches(self, progress: Progress) -> Case {
        let mut case = case(&self.wire);
        case.progress = Some(progress);
        case
    }

    fn in_session(self) -> Case {
        self.reaches(Progress::Session)
    }
}

impl Case {
    fn knowing(mut self, edit: impl FnOnce(&mut Transcript)) -> Self {
        edit(&mut self.transcript);
        self
    }
}

/// The shares as if it were known which origin the reset has, or with even odds.
fn shares(case: &Case, posterior: [f64; 6]) -> Vec<Share> {
    let weighed = Weighed { posterior, prior_middlebox: 0.5, conflict: false };
    let verdict = case.reset.as_ref().map(|reset| Verdict::new(case, reset, Vec::new(), &weighed));
    by_phase(case, verdict.as_ref())
}

fn only(origin: Origin) -> [f64; 6] {
    Origin::ALL.map(|it| f64::from(u8::from(it == origin)))
}

/// The causes, likeliest first.
fn named(case: &Case, origin: Origin) -> Vec<Cause> {
    let shares = shares(case, only(origin));
    let total: f64 = shares.iter().map(|(_, share)| share).sum();
    assert!(total <= 1.0 + 1e-9, "something else may have happened: {shares:?}");
    normalised(shares).into_iter().filter(|(_, share)| *share > 0.0).map(|(cause, _)| cause).collect()
}

/// What each connection's end is first put down to, if the reset is this origin's.
#[track_caller]
fn are_put_down(rows: impl IntoIterator<Item = (&'static str, Case, Origin, &'static [Cause])>) {
    for (what, case, origin, expected) in rows {
        let named = named(&case, origin);
        assert!(named.starts_with(expected), "{what}, by {origin:?}: {named:?} and not {expected:?}");
        let even = shares(&case, [1.0 / 6.0; 6]);
        let total: f64 = even.iter().map(|(_, share)| share).sum();
        assert!((0.0..=1.0 + 1e-9).contains(&total), "{what}: {even:?}");
    }
}

#[test]
fn a_reset_of_the_server_in_a_session() {
    use Cause::*;
    let prober = |case: Case| case.knowing(|it| it.cipher.keepalive.client.unanswered = 1);
    let unread = || Play::in_use().says(Client, b"x").acks(Server).pauses(5_000).aborts(Server).in_session();
    let server = |pause| Play::in_use().pauses(pause).aborts(Server).in_session();
    let heard =
        |pause| Play::begun().says(Client, b"k").says(Server, b"k").pauses(pause).aborts(Server).in_session();
    are_put_down(vec![
        (
            "probes in vain",
            Play::in_use().probes(Server, 9).aborts(Server).in_session(),
            Origin::Socket,
            &[TcpKeepaliveTimeout, TcpUserTimeout][..],
        ),
        (
            "data in vain",
            Play::in_use().says(Server, b"x").repeats(Server, 2, 400).aborts(Server).in_session(),
            Origin::Socket,
            &[LinkOutage, TcpUserTimeout],
        ),
        (
            "a single repetition is not in vain",
            Play::in_use().says(Server, b"x").repeats(Server, 1, 400).aborts(Server).in_session(),
            Origin::Socket,
            &[SshdSessionKilled, OomKill],
        ),
        ("a moment after the last packet", server(1_999), Origin::Socket, &[SshdSessionKilled, OomKill]),
        ("two seconds of silence", server(2_000), Origin::Socket, &[SocketDestroyed, ProxyIdleTimeout]),
        ("less than a timer's", server(29_999), Origin::Socket, &[SocketDestroyed, ProxyIdleTimeout]),
        ("the shortest timer's", server(30_000), Origin::Socket, &[ProxyIdleTimeout, SocketDestroyed]),
        ("something unread", unread(), Origin::Socket, &[SshdSessionKilled, ProxyIdleTimeout]),
        ("unread probes", prober(unread()), Origin::Socket, &[SshdSessionKilled, SshKeepaliveTimeout]),
        (
            "a relay's",
            closed::relayed().pauses(5_000).aborts(Server).in_session(),
            Origin::Socket,
            &[ProxyIdleTimeout, SshdSessionKilled],
        ),
        ("a host that was heard just now", heard(999), Origin::Stack, &[ServerFailover, InjectedRst]),
        ("a host that may have restarted", heard(1_000), Origin::Stack, &[ServerRebooted, ServerFailover]),
    ]);
}

#[test]
fn another_host_answers_where_the_ttl_was_never_the_servers() {
    use Cause::*;
    let from_afar = |keys: u32, ttl| {
        let mut play = (0..keys).fold(Play::begun(), |play, _| play.says(Client, b"k").says(Server, b"k"));
        let seq = play.at(Server);
        play.wire.send(Server, Sent { flags: Flags::RST, seq, ttl, ..Sent::default() });
        play.in_session()
    };
    are_put_down(vec![
        (
            "three packets, none like it",
            from_afar(2, 50),
            Origin::Stack,
            &[ServerFailover, ServerRebooted][..],
        ),
        ("two packets", from_afar(1, 50), Origin::Stack, &[ServerFailover, InjectedRst]),
        ("packets like it", from_afar(2, 64), Origin::Stack, &[ServerFailover, InjectedRst]),
    ]);
}

#[test]
fn a_reset_of_the_client_in_a_session() {
    use Cause::*;
    let client = |pause| {
        let read = Play::begun().says(Server, b"k").says(Client, b"k").acks(Server);
        read.pauses(pause).aborts(Client).in_session()
    };
    let heard = |pause| Play::in_use().pauses(pause).aborts(Client).in_session();
    let farewell = |pause| {
        Play::in_use().says(Server, b"bye").says(Client, b"bye").acks(Server).pauses(pause).aborts(Client)
    };
    are_put_down(vec![
        (
            "probes in vain",
            Play::in_use().probes(Client, 9).aborts(Client).in_session(),
            Origin::Socket,
            &[TcpKeepaliveTimeout, TcpUserTimeout][..],
        ),
        (
            "data in vain",
            Play::in_use().says(Client, b"x").repeats(Client, 2, 400).aborts(Client).in_session(),
            Origin::Socket,
            &[LinkOutage, TcpUserTimeout],
        ),
        ("a moment after the last packet", client(1_999), Origin::Socket, &[ClientKilled, ClientAbort]),
        ("two seconds of silence", client(2_000), Origin::Socket, &[ClientAbort, ProxyIdleTimeout]),
        ("the shortest timer's", client(30_000), Origin::Socket, &[ProxyIdleTimeout, SocketDestroyed]),
        ("a host that was heard just now", heard(999), Origin::Stack, &[InjectedRst, FirewallStateLost]),
        ("a host that was away", heard(1_000), Origin::Stack, &[NatStateLost, HalfOpen]),
        (
            "its words follow the server's",
            farewell(10).in_session(),
            Origin::Socket,
            &[NormalClose, ClientAbort],
        ),
        ("half a second after the server's", farewell(497).in_session(), Origin::Socket, &[NormalClose]),
        ("and a moment later", farewell(498).in_session(), Origin::Socket, &[ClientKilled, ClientAbort]),
        (
            "the server's words are the last",
            Play::in_use().aborts(Client).in_session(),
            Origin::Socket,
            &[ClientKilled, ClientAbort],
        ),
        (
            "it had said good-bye",
            client(1_999).knowing(|it| it.cipher.client_disconnect = Some(Mark::default())),
            Origin::Socket,
            &[NormalClose, ClientAbort],
        ),
    ]);
}

#[test]
fn a_reset_of_a_filter_or_box_in_a_session() {
    use Cause::*;
    let met = |pause| Play::in_use().pauses(pause).says(Client, b"k").rejects(Server).in_session();
    let survived = |first, then| {
        let twice = Play::in_use().pauses(first).says(Client, b"k").says(Server, b"k").acks(Client);
        twice.pauses(then).says(Client, b"k").rejects(Server).in_session()
    };
    let of_itself = |pause| Play::in_use().pauses(pause).aborts(Server).in_session();
    let void =
        |times| Play::in_use().says(Client, b"k").repeats(Client, times, 400).rejects(Server).in_session();
    are_put_down(vec![
        ("in use", met(1_999), Origin::HostFilter, &[ServerFirewallReject, HostFirewallIdleTimeout][..]),
        ("idle", met(2_000), Origin::HostFilter, &[HostFirewallIdleTimeout, ServerFirewallReject]),
        (
            "survived",
            survived(5_000, 5_000),
            Origin::HostFilter,
            &[ServerFirewallReject, HostFirewallIdleTimeout],
        ),
        (
            "idle for longer",
            survived(5_000, 5_001),
            Origin::HostFilter,
            &[HostFirewallIdleTimeout, ServerFirewallReject],
        ),
        ("in use", met(1_999), Origin::PathFilter, &[FirewallRuleReject, FirewallStateLost]),
        ("idle", met(2_000), Origin::PathFilter, &[FirewallIdleTimeout, FirewallStateLost]),
        ("survived", survived(5_000, 5_000), Origin::PathFilter, &[FirewallRuleReject, FirewallStateLost]),
        ("a void", void(2), Origin::PathFilter, &[BlackholeThenReset, FirewallRuleReject]),
        ("a single repetition", void(1), Origin::PathFilter, &[FirewallRuleReject, FirewallStateLost]),
        ("in use", met(1_999), Origin::Forger, &[InjectedRst, FirewallRuleReject]),
        ("a packet after a silence", met(2_000), Origin::Forger, &[InjectedRst, FirewallIdleTimeout]),
        ("a packet after a long silence", met(30_000), Origin::Forger, &[InjectedRst, FirewallIdleTimeout]),
        ("of itself", of_itself(29_999), Origin::Forger, &[FirewallIdleTimeout, InjectedRst]),
        ("survived", survived(5_000, 5_000), Origin::Forger, &[InjectedRst, FirewallRuleReject]),
        ("the box's own address", met(2_000), Origin::Owner, &[NatStateLost]),
    ]);
    let injected = |case: &Case| {
        let shares = shares(case, only(Origin::Forger));
        shares.iter().find(|it| it.0 == InjectedRst).map(|it| it.1)
    };
    assert!(
        injected(&of_itself(30_000)) < injected(&of_itself(29_999)),
        "a known timer's length speaks for a timer"
    );
}

#[test]
fn a_session_that_died_without_a_word() {
    use Cause::*;
    let silent = |pause| Play::in_use().pauses(pause).says(Client, b"k").repeats(Client, 4, 400).in_session();
    are_put_down(vec![
        ("in use", silent(1_999), Origin::Socket, &[LinkOutage, FirewallSilentDrop][..]),
        ("idle", silent(2_000), Origin::Socket, &[FirewallSilentDrop, LinkOutage]),
    ]);
    let broken = |case: Case| case.knowing(|it| it.violations.push(violation(Client)));
    are_put_down(vec![
        (
            "a broken stream does not",
            broken(silent(10)),
            Origin::Socket,
            &[LinkOutage, FirewallSilentDrop][..],
        ),
        (
            "but one that was reset for it",
            broken(Play::in_use().aborts(Server).in_session()),
            Origin::Socket,
            &[MalformedPacket, CorruptedPacket],
        ),
        (
            "or for a text",
            Play::in_use()
                .aborts(Server)
                .in_session()
                .knowing(|it| it.party.client.stray = Some(text(None, 9).into())),
            Origin::Socket,
            &[MalformedPacket, CorruptedPacket],
        ),
    ]);
}

#[test]
fn what_goes_on_has_no_cause() {
    let open = Play::in_use().in_session();
    assert_eq!(open.ending, Ending::Open);
    assert_eq!(ranked(&open, None), [(Cause::Unknown, 0.0)]);
    let broken = open.knowing(|it| it.violations.push(violation(Client)));
    assert_eq!(ranked(&broken, None), [(Cause::Unknown, 0.0)], "it broke a rule and was not ended for it");
    let closed = Case { ending: Ending::Close, ..Play::in_use().closes(Client).in_session() };
    assert_ne!(ranked(&closed, None)[0].0, Cause::Unknown);
}

#[test]
fn shares_of_one_cause_count_together_and_all_are_one_at_most() {
    let shares = [(Cause::OomKill, 0.5), (Cause::PathLoss, 1.0), (Cause::OomKill, 1.0)];
    assert_eq!(normalised(shares.to_vec()), [(Cause::OomKill, 0.6), (Cause::PathLoss, 0.4)]);
    let less = [(Cause::PathLoss, 0.5)];
    assert_eq!(normalised(less.to_vec()), less, "what is left is for what nobody knows");
}

fn violation(side: Side) -> Violation {
    Violation { id: "made-up", side, mark: Mark::default(), detail: String::new(), reference: "" }
}

fn text(known: Option<KnownText>, offset: u64) -> StrayText {
    StrayText { text: b"?".to_vec(), known, mark: Mark { offset, ..Mark::default() } }
}

//! The TCP handshake was not completed.

use super::{Share, scaled, signs};
use crate::case::{Case, Ending, Form, Reset};
use crate::cause::{Cause, Origin};
use crate::flow::Side;
use crate::infer::Verdict;
use crate::units::Elapsed;

/// An ICMP error answered the SYN: from the server's own address its filter, else a rule on the path.
pub(super) fn refused_by_icmp(case: &Case) -> Vec<Share> {
    let server = case.endpoint(Side::Server).addr;
    let own = case.flow.quotes.iter().any(|quote| quote.reporter == server);
    if own {
        vec![(Cause::ServerFirewallReject, 0.75), (Cause::FirewallIcmpReject, 0.2)]
    } else {
        vec![(Cause::FirewallIcmpReject, 0.9), (Cause::LinkOutage, 0.05)]
    }
}

pub(super) fn causes(case: &Case, verdict: Option<&Verdict>) -> Vec<Share> {
    match (case.ending, &case.reset, verdict) {
        (Ending::Reset, Some(reset), Some(verdict)) if reset.claimed == Side::Server => {
            from_server(reset, verdict)
        }
        (Ending::Reset, Some(reset), Some(verdict)) => from_client(case, reset, verdict),
        (Ending::Silence, ..) => silence(case),
        (Ending::Close, ..) => vec![(Cause::PortScan, 0.5), (Cause::ClientAbort, 0.4)],
        _ => Vec::new(),
    }
}

fn from_server(reset: &Reset, verdict: &Verdict) -> Vec<Share> {
    if reset.form != Form::SynAnswer {
        // The handshake was under way: the kernel had no room, or a rule closed in between.
        let box_share = verdict.middlebox;
        return vec![
            (Cause::AcceptQueueOverflow, 0.8 * verdict.claimed_host),
            (Cause::PortClosed, 0.1 * verdict.claimed_host),
            (Cause::FirewallRuleReject, 0.6 * box_share),
            (Cause::InjectedRst, 0.3 * box_share),
        ];
    }
    vec![
        (Cause::PortClosed, signs::of(verdict, Origin::Stack) * 0.85),
        (Cause::ServerRebooted, signs::of(verdict, Origin::Stack) * 0.1),
        (Cause::ServerFirewallReject, signs::of(verdict, Origin::HostFilter)),
        (Cause::FirewallRuleReject, signs::of(verdict, Origin::PathFilter)),
        (Cause::InjectedRst, signs::of(verdict, Origin::Forger) * 0.7),
        (Cause::FirewallRuleReject, signs::of(verdict, Origin::Forger) * 0.3),
        (Cause::ProxyBackendDown, signs::of(verdict, Origin::Owner)),
    ]
}

fn from_client(case: &Case, reset: &Reset, verdict: &Verdict) -> Vec<Share> {
    let injected = (Cause::InjectedRst, verdict.middlebox);
    let own = if reset.form == Form::Abort {
        // A connect scan closes at once with SO_LINGER 0; programs that change their mind do the same.
        vec![(Cause::PortScan, 0.6), (Cause::ClientAbort, 0.3)]
    } else if gave_up(case) {
        vec![(Cause::ClientConnectTimeout, 0.8), (Cause::PortScan, 0.1)]
    } else if challenged(case) {
        vec![(Cause::ClientPortReuse, 0.8), (Cause::PortScan, 0.1)]
    } else {
        vec![(Cause::PortScan, 0.75), (Cause::ClientConnectTimeout, 0.15)]
    };
    let mut shares = scaled(own, verdict.claimed_host);
    shares.push(injected);
    shares
}

/// The server answered so late that the client had given up: its SYN had been repeated, or a second had passed.
fn gave_up(case: &Case) -> bool {
    let (client, server) = (case.flow.half(Side::Client), case.flow.half(Side::Server));
    let late = client.opened.zip(server.opened);
    client.retransmitted > 0 || late.is_some_and(|(syn, syn_ack)| syn_ack.time.since(syn.time) > PATIENCE)
}

/// Longest round trip on earth's networks by far; an answer later than this met a queue or a lost SYN.
const PATIENCE: Elapsed = Elapsed::from_millis(900);

/// The server answered the SYN with an acknowledgement of another connection (RFC 5961 §4).
fn challenged(case: &Case) -> bool {
    let server = case.flow.half(Side::Server);
    server.isn.is_none() && server.packets > 0
}

fn silence(case: &Case) -> Vec<Share> {
    let (client, server) = (case.flow.half(Side::Client), case.flow.half(Side::Server));
    if server.isn.is_some() && client.acked.is_none() {
        // The server answers and answers, and the client never takes it.
        return vec![(Cause::HalfOpen, 0.7), (Cause::PortScan, 0.15), (Cause::LinkOutage, 0.1)];
    }
    vec![(Cause::FirewallSilentDrop, 0.75), (Cause::LinkOutage, 0.1), (Cause::AcceptQueueOverflow, 0.05)]
}

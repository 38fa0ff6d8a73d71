//! Connections that never got past the handshake and look alike: one row for all of them.
//!
//! A server on the internet is scanned thousands of times a day; nobody reads those reports one by one.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Judged, Meta};
use crate::case::{Ending, Progress};
use crate::cause::Cause;
use crate::flow::Side;
use crate::infer::{Mechanism, Sender};
use crate::units::Timestamp;
use crate::wire::Endpoint;

declare_pattern! {
    /// Connections from one network that never got past the handshake and came to nothing in the same way.
    ///
    /// ## Sees
    /// Ten connections or more from one network (/24, /64) to one port of one server, that ended in the same way, by the same
    /// sender and for the same cause, before the TCP handshake was complete. Three of them are shown singly.
    ///
    /// ## Means
    /// A scan, a monitoring probe, or a client that tries again and again. One row stands for all.
    ///
    /// ## Misleads when
    /// A network holds clients of several owners, as behind a carrier's address translator.
    ///
    /// ## Needs
    /// Nothing; `--all` shows each connection singly.
    ///
    /// ## References
    /// RFC 4291 §2.5.1 (a /64 is one network).
    HANDSHAKES_ALIKE = "handshakes-alike"
}

/// Fewer alike than this are shown singly: a user's own few tries are not a scan.
const FEWEST: usize = 10;

/// Connections that are shown as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// Its name and documentation.
    pub meta: &'static Meta,
    /// Indices of the connections, in the order of their first frames.
    pub sessions: Vec<usize>,
    /// In words.
    pub detail: String,
    /// First frame of the first.
    pub first: Timestamp,
    /// First frame of the last.
    pub last: Timestamp,
}

/// What makes connections alike: from where, to where, and how they came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Likeness {
    server: Endpoint,
    network: IpAddr,
    ending: Ending,
    sender: Option<(Sender, Mechanism)>,
    cause: Cause,
}

/// The groups of ten or more that are alike.
pub fn folds(sessions: &[Judged]) -> Vec<Fold> {
    let mut groups: BTreeMap<Likeness, Vec<usize>> = BTreeMap::new();
    for (index, judged) in sessions.iter().enumerate() {
        if judged.case.progress == Some(Progress::TcpHandshake) {
            groups.entry(likeness(judged)).or_default().push(index);
        }
    }
    let large = groups.into_iter().filter(|(_, members)| members.len() >= FEWEST);
    large.filter_map(|(likeness, members)| fold(likeness, members, sessions)).collect()
}

fn likeness(judged: &Judged) -> Likeness {
    let case = &judged.case;
    Likeness {
        server: case.endpoint(Side::Server),
        network: network(case.endpoint(Side::Client).addr),
        ending: case.ending,
        sender: judged.diagnosis.verdict.as_ref().map(|verdict| (verdict.sender, verdict.mechanism)),
        cause: judged.diagnosis.causes.first().map_or(Cause::Unknown, |(cause, _)| *cause),
    }
}

/// The /24 of an IPv4 address, the /64 of an IPv6 address: what one owner usually has.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & !0xff).into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

fn fold(likeness: Likeness, members: Vec<usize>, sessions: &[Judged]) -> Option<Fold> {
    let start = |index: &usize| sessions.get(*index).map(|judged| judged.case.flow.start());
    let (first, last) = (members.first().and_then(start)?, members.last().and_then(start)?);
    let bits = if likeness.network.is_ipv4() { 24 } else { 64 };
    let sender = match likeness.sender {
        Some((Sender::Undetermined, _)) => ", reset by whom is undetermined".to_owned(),
        Some((sender, _)) => format!(", reset by the {}", sender.word()),
        None => String::new(),
    };
    let detail = format!(
        "{} connections from {}/{bits} to {} port {} never got past the TCP handshake: {}{sender} ({})",
        members.len(),
        likeness.network,
        likeness.server.addr,
        likeness.server.port,
        likeness.cause.title(),
        likeness.ending.word(),
    );
    Some(Fold { meta: &HANDSHAKES_ALIKE, sessions: members, detail, first, last })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_grouped_by_the_network_of_one_owner() {
        let networks =
            ["203.0.113.77", "2001:db8:1:2:3:4:5:6"].map(|text| network(text.parse().unwrap()).to_string());
        assert_eq!(networks, ["203.0.113.0", "2001:db8:1:2::"]);
    }
}

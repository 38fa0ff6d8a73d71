//! Which connections came to nothing in the same way, and between whom.

use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use foldhash::quality::RandomState;
use hashbrown::{HashMap, HashSet};

use super::attempts_alike::ATTEMPTS_ALIKE;
use super::handshakes_alike::HANDSHAKES_ALIKE;
use super::sessions_alike::SESSIONS_ALIKE;
use super::{Judged, Meta};
use crate::case::{Case, Ending, Progress};
use crate::cause::Cause;
use crate::flow::Side;
use crate::infer::{Diagnosis, Mechanism, Sender};
use crate::units::Timestamp;
use crate::wire::Endpoint;

/// How a connection came to nothing, whoever it was between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fate {
    /// How far it got: not past the key exchange.
    pub progress: Progress,
    /// How it ended.
    pub ending: Ending,
    /// Who reset it, and how.
    pub sender: Option<(Sender, Mechanism)>,
    /// The likeliest cause.
    pub cause: Cause,
}

impl Fate {
    /// The fate of `case`; `None` for one that got so far that it stands for itself.
    pub fn of(case: &Case, diagnosis: &Diagnosis) -> Option<Self> {
        case.progress.filter(|progress| *progress <= Progress::Kex)?;
        Some(Self::of_any(case, diagnosis))
    }

    /// The fate of `case`, however far it got. One that began before the capture, and does not show how far it was, is taken
    /// for a session: scans begin and end while one looks.
    pub(super) fn of_any(case: &Case, diagnosis: &Diagnosis) -> Self {
        Self {
            progress: case.progress.unwrap_or(Progress::Session),
            ending: case.ending,
            sender: diagnosis.verdict.as_ref().map(|verdict| (verdict.sender, verdict.mechanism)),
            cause: diagnosis.likeliest(),
        }
    }

    /// Fewer between the same ends than this are shown singly. A user's own few tries are not a scan, and neither is a
    /// morning of log-ins that fail in the key exchange.
    const fn fewest(self) -> u64 {
        match self.progress {
            Progress::TcpHandshake => 10,
            _ => MANY,
        }
    }
}

/// Fewer than this between all kinds of ends are shown singly.
const MANY: u64 = 100;

/// Members of a group that are shown singly.
pub const EXAMPLES: usize = 3;

/// A connection that may be one of many.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// How it came to nothing.
    pub fate: Fate,
    /// Whom it was opened to.
    pub server: Endpoint,
    /// Who opened it.
    pub client: IpAddr,
    /// Its first packet.
    pub start: Timestamp,
}

impl Member {
    /// The session as a member; `None` if it stands for itself.
    pub fn of(judged: &Judged) -> Option<Self> {
        Some(Self::with(Fate::of(&judged.case, &judged.diagnosis)?, &judged.case))
    }

    /// The session as a member, however far it got.
    pub(super) fn of_any(judged: &Judged) -> Self {
        Self::with(Fate::of_any(&judged.case, &judged.diagnosis), &judged.case)
    }

    fn with(fate: Fate, case: &Case) -> Self {
        Self {
            fate,
            server: case.endpoint(Side::Server),
            client: case.endpoint(Side::Client).addr,
            start: case.flow.start(),
        }
    }
}

/// What the members of a group have in common beside their fate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Between {
    /// A server and whoever came.
    Server(Endpoint),
    /// A client's network and whatever it tried.
    Network(IpAddr),
    /// Nothing.
    Anybody,
}

/// Connections that came to nothing in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// How.
    pub fate: Fate,
    /// Between whom.
    pub between: Between,
    /// Indices of its members.
    pub members: Vec<usize>,
    /// First packet of the first.
    pub first: Timestamp,
    /// First packet of the last.
    pub last: Timestamp,
    /// Networks that they came from.
    pub networks: u64,
    /// Servers that they went to.
    pub servers: u64,
}

/// Groups by server first: who asks what a server suffers, asks for that. What is left is grouped by the network it came
/// from (a sweep over many servers), and what is left then by its fate alone.
///
/// `members`: by index; those that stand for themselves are left out. The groups are in the order of their first members;
/// the second list has the indices of those in no group.
pub fn groups(members: impl Iterator<Item = (usize, Member)>) -> (Vec<Group>, Vec<usize>) {
    let (mut fates, mut servers, mut networks) = (Numbers::default(), Numbers::default(), Numbers::default());
    let number = |(index, member): (usize, Member)| Numbered {
        index,
        fate: fates.number(member.fate),
        server: servers.number(member.server),
        network: networks.number(network(member.client)),
        start: member.start,
    };
    let members: Vec<Numbered> = members.map(number).collect();
    let (fates, servers, networks) = (fates.values, servers.values, networks.values);
    let few = |member: &Numbered, count: u64| {
        fates.get(member.fate as usize).is_none_or(|fate| count < fate.fewest())
    };
    let to_server = counted(members.iter().map(Numbered::with_server));
    let no_server = |member: &&Numbered| few(member, count(&to_server, member.with_server()));
    let from_network = counted(members.iter().filter(no_server).map(Numbered::with_network));
    let no_network = |member: &&Numbered| few(member, count(&from_network, member.with_network()));
    let anybody = counted(members.iter().filter(no_server).filter(no_network).map(|it| u64::from(it.fate)));
    let mut gathered = Gathered::default();
    let mut alone = Vec::new();
    for member in &members {
        let Some(&fate) = fates.get(member.fate as usize) else { continue };
        let between = if !no_server(&member) {
            servers.get(member.server as usize).copied().map(Between::Server)
        } else if !no_network(&member) {
            networks.get(member.network as usize).copied().map(Between::Network)
        } else if count(&anybody, u64::from(member.fate)) >= MANY {
            Some(Between::Anybody)
        } else {
            None
        };
        match between {
            Some(between) => gathered.add(member, fate, between),
            None => alone.push(member.index),
        }
    }
    (gathered.groups, alone)
}

/// Numbers for values, in the order in which they came: compared by these, millions of members are grouped in no time.
#[derive(Debug)]
struct Numbers<T> {
    known: HashMap<T, u32, RandomState>,
    values: Vec<T>,
    /// Often the next one's too.
    latest: Option<(T, u32)>,
}

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self { known: HashMap::default(), values: Vec::new(), latest: None }
    }
}

impl<T: Copy + Eq + Hash> Numbers<T> {
    fn number(&mut self, value: T) -> u32 {
        if let Some((latest, number)) = self.latest
            && latest == value
        {
            return number;
        }
        let Self { known, values, latest } = self;
        let number = *known.entry(value).or_insert_with(|| {
            values.push(value);
            values.len() as u32 - 1
        });
        *latest = Some((value, number));
        number
    }
}

/// A member whose fate and ends are numbers.
#[derive(Debug)]
struct Numbered {
    index: usize,
    fate: u32,
    server: u32,
    network: u32,
    start: Timestamp,
}

impl Numbered {
    const fn with_server(&self) -> u64 {
        (self.fate as u64) << 32 | self.server as u64
    }

    const fn with_network(&self) -> u64 {
        (self.fate as u64) << 32 | self.network as u64
    }
}

type Counts = HashMap<u64, u64, RandomState>;

fn counted(keys: impl Iterator<Item = u64>) -> Counts {
    let mut counts = Counts::default();
    keys.for_each(|key| *counts.entry(key).or_default() += 1);
    counts
}

fn count(counts: &Counts, key: u64) -> u64 {
    counts.get(&key).copied().unwrap_or_default()
}

/// Groups while they are filled.
#[derive(Default)]
struct Gathered {
    groups: Vec<Group>,
    numbers: Numbers<(u32, Between)>,
    networks: HashSet<(u32, u32), RandomState>,
    servers: HashSet<(u32, u32), RandomState>,
}

impl Gathered {
    fn add(&mut self, member: &Numbered, fate: Fate, between: Between) {
        let Self { groups, numbers, networks, servers } = self;
        let number = numbers.number((member.fate, between));
        if number as usize == groups.len() {
            let (first, last) = (member.start, member.start);
            groups.push(Group { fate, between, members: Vec::new(), first, last, networks: 0, servers: 0 });
        }
        let Some(group) = groups.get_mut(number as usize) else { return };
        group.last = member.start;
        group.members.push(member.index);
        group.networks += u64::from(networks.insert((number, member.network)));
        group.servers += u64::from(servers.insert((number, member.server)));
    }
}

/// The /24 of an IPv4 address, the /64 of an IPv6 address: what one owner usually has.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & !0xff).into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

impl Group {
    /// What tells it from other groups.
    pub(super) const fn key(&self) -> (Fate, Between) {
        (self.fate, self.between)
    }

    /// Name and documentation of its row in reports.
    pub(super) const fn meta(&self) -> &'static Meta {
        match self.fate.progress {
            Progress::TcpHandshake => &HANDSHAKES_ALIKE,
            Progress::Banner | Progress::Kex => &ATTEMPTS_ALIKE,
            Progress::Auth | Progress::Session | Progress::Closed => &SESSIONS_ALIKE,
        }
    }

    /// In words: what became of `count` connections, of which one was from `client` to `server`. `least`: there may be more
    /// networks and servers than are counted.
    pub(super) fn detail(&self, count: u64, least: bool, client: IpAddr, server: Endpoint) -> String {
        let least = if least { "at least " } else { "" };
        let from = match (self.networks, network(client)) {
            (1, network) if network.is_ipv4() => format!("{network}/24"),
            (1, network) => format!("{network}/64"),
            (networks, _) => format!("{least}{networks} networks"),
        };
        let to = match self.servers {
            1 => format!("{} port {}", server.addr, server.port),
            servers => format!("{least}{servers} servers"),
        };
        let fate = &self.fate;
        let how_far = match fate.progress {
            Progress::TcpHandshake => "never got past the TCP handshake",
            Progress::Banner => "never had both identification strings",
            Progress::Kex => "never got past the key exchange",
            Progress::Auth => "got past the key exchange",
            Progress::Session => "were sessions in cipher",
            Progress::Closed => "were closed in order",
        };
        let sender = match fate.sender {
            Some((Sender::Undetermined, _)) => ", reset by whom is undetermined".to_owned(),
            Some((sender, _)) => format!(", reset by the {}", sender.word()),
            None => String::new(),
        };
        let (title, ending) = (fate.cause.title(), fate.ending.word());
        format!("{count} connections from {from} to {to} {how_far}: {title}{sender} ({ending})")
    }
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

    fn groups_of(ends: &[(u32, u32)]) -> (Vec<(Between, usize)>, usize) {
        let fate = Fate {
            progress: Progress::TcpHandshake,
            ending: Ending::Reset,
            sender: None,
            cause: Cause::PortClosed,
        };
        let member = |&(client, server): &(u32, u32)| Member {
            fate,
            server: Endpoint { addr: Ipv4Addr::from_bits(server).into(), port: 22 },
            client: Ipv4Addr::from_bits(client).into(),
            start: Timestamp::default(),
        };
        let (groups, alone) = groups(ends.iter().map(member).enumerate());
        (groups.iter().map(|group| (group.between, group.members.len())).collect(), alone.len())
    }

    #[test]
    fn many_networks_against_one_server_are_one_group() {
        let ends: Vec<_> = (0..12).map(|n| (n << 8, 7)).collect();
        let (groups, alone) = groups_of(&ends);
        assert!(matches!(groups.as_slice(), [(Between::Server(_), 12)]) && alone == 0, "{groups:?}");
    }

    #[test]
    fn one_network_against_many_servers_is_one_group() {
        let ends: Vec<_> = (0..12).map(|n| (0x0a00_0000 + n, n << 8)).collect();
        let (groups, alone) = groups_of(&ends);
        assert!(matches!(groups.as_slice(), [(Between::Network(_), 12)]) && alone == 0, "{groups:?}");
    }

    #[test]
    fn strangers_are_a_group_only_when_they_are_many() {
        let ends = |count: u32| (0..count).map(|n| (n << 8, n << 8)).collect::<Vec<_>>();
        assert_eq!(groups_of(&ends(99)), (Vec::new(), 99));
        assert_eq!(groups_of(&ends(100)), (vec![(Between::Anybody, 100)], 0));
    }
}

//! What the other connections of a capture show of a host.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::OnceLock;

use foldhash::quality::RandomState;
use hashbrown::HashMap;

use crate::flow::{Flow, Loop, Series, Side};
use crate::frame::{FrameNo, Place};
use crate::wire::{End, Endpoint, Segment};

/// A reset of which it is known that the host's own TCP answered with it: the host had closed before, and late data of the other
/// end came in. Nobody else has a reason to answer these, and the TTL is the host's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The reset.
    pub reset: Segment,
    /// The packet that it answers.
    pub asked: Segment,
}

/// One host, as its packets in all connections but one show it. Resets are left out.
#[derive(Clone, Debug, Default)]
pub struct Host {
    /// TTL or hop limit, one entry for each connection's usual value.
    pub ttl: Series,
    /// The shortest loop from the capture point to it and back.
    pub round_trip: Option<Loop>,
    /// Loops measured.
    pub loops: u32,
    /// A handshake is among them: kernels answer a SYN, and a SYN-ACK, at once.
    pub loop_of_handshake: bool,
    /// It shows packets as only the machine that sends them sees them.
    pub unfinished: bool,
    /// Connections that were looked at.
    pub flows: u32,
    /// What its TCP answered after it had closed, at most one for each connection.
    pub answers: Vec<Answer>,
}

/// All hosts of a capture, by address and by where they were seen.
#[derive(Debug, Default)]
pub struct Hosts {
    numbers: HashMap<(IpAddr, Place), HostId, RandomState>,
    seen: Vec<Sights>,
    /// The last two that were asked for: those of one connection are often those of the next.
    latest: [Option<((IpAddr, Place), HostId)>; 2],
    /// A host of which nothing is known.
    unknown: Host,
}

/// The number of a host among those of its capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostId(u32);

#[derive(Clone, Debug, Default)]
struct Sights {
    /// The first ones, with the numbers of their connections.
    first: Vec<(usize, Sight)>,
    /// All of them together: what every connection beyond the first sees. Final once there are [`Hosts::SIGHTS`].
    all: OnceLock<Box<Host>>,
}

/// What one connection shows of one of its hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// The TTL or hop limit that most of its packets had, and the last of these.
    pub ttl: Option<(u8, FrameNo)>,
    /// The shortest loop from the capture point to it and back.
    pub round_trip: Option<Loop>,
    /// Loops measured.
    pub loops: u32,
    /// Whether the connection has loops that no application delayed.
    pub handshake: bool,
    /// It left checksums to its network card, or segments to be cut.
    pub unfinished: bool,
    /// What its TCP answered after it had closed. Rare, and large beside the rest.
    pub answer: Option<Box<Answer>>,
}

impl Sight {
    /// What `flow` shows of the host of `side`; `None` where it shows none of its packets.
    pub fn of(flow: &Flow, side: Side) -> Option<Self> {
        let half = flow.half(side);
        (half.packets > 0).then(|| Self {
            ttl: half.ttl.usual().map(|ttl| (ttl.value, ttl.last)),
            round_trip: half.round_trips.min,
            loops: half.round_trips.count,
            handshake: flow.has_handshake_loop(),
            unfinished: half.unfinished,
            answer: late_answer(flow, side).map(Box::new),
        })
    }
}

impl Hosts {
    /// Connections remembered for one host: enough to know its TTL, and a bound for scans.
    pub const SIGHTS: usize = 32;

    /// The number of the host with this address at this place, a new one if it was not seen so far.
    pub fn number(&mut self, address: IpAddr, place: Place) -> HostId {
        let host = (address, place);
        if let Some((_, id)) = self.latest.iter().flatten().find(|(latest, _)| *latest == host) {
            return *id;
        }
        let new = HostId(self.seen.len() as u32);
        let id = *self.numbers.entry(host).or_insert(new);
        if id == new {
            self.seen.push(Sights::default());
        }
        self.latest = [Some((host, id)), self.latest[0]];
        id
    }

    /// Notes what connection number `index` shows of its two hosts. Connections are noted in the order of their numbers.
    pub fn note(&mut self, index: usize, flow: &Flow) {
        for side in Side::BOTH {
            let Endpoint { addr, .. } = flow.key.at(flow.end(side));
            let host = self.number(addr, flow.place);
            self.note_sight(index, host, || Sight::of(flow, side));
        }
    }

    /// Notes what connection number `index` shows of a host; `sight` is asked only if that is still of interest.
    pub fn note_sight(&mut self, index: usize, host: HostId, sight: impl FnOnce() -> Option<Sight>) {
        let Some(Sights { first, .. }) = self.seen.get_mut(host.index()) else { return };
        if first.len() < Self::SIGHTS
            && let Some(sight) = sight()
        {
            if first.is_empty() {
                // Of a scan's many clients each is seen once.
                first.reserve_exact(1);
            }
            first.push((index, sight));
        }
    }

    /// Of how many connections is remembered what they show of a host.
    pub fn sights(&self, host: HostId) -> usize {
        self.seen.get(host.index()).map_or(0, |sights| sights.first.len())
    }

    /// How many hosts [`Self::forget_but`] would leave.
    pub fn left_but(&self, goes: impl Fn(usize) -> bool) -> usize {
        let stays = |(index, _): &(usize, Sight)| *index == usize::MAX || goes(*index);
        self.seen.iter().filter(|sights| sights.first.iter().any(stays)).count()
    }

    /// What is known of `hosts` only.
    pub fn about(&self, hosts: [(IpAddr, Place); 2]) -> Self {
        let mut about = Self::default();
        for host in hosts {
            let sights = self.numbers.get(&host).and_then(|id| self.seen.get(id.0 as usize));
            if let Some(sights) = sights.filter(|_| !about.numbers.contains_key(&host)) {
                about.numbers.insert(host, HostId(about.seen.len() as u32));
                about.seen.push(sights.clone());
            }
        }
        about
    }

    /// The same of connections that are none of those whose numbers are still used.
    #[must_use]
    pub fn of_the_past(mut self) -> Self {
        self.forget_but(|_| true);
        self
    }

    /// Forgets what connections showed that are still kept: all but those of the past, and those numbers that `goes` takes.
    pub fn forget_but(&mut self, goes: impl Fn(usize) -> bool) {
        let mut left = Self::default();
        for (host, id) in self.numbers.drain() {
            let Some(Sights { first, .. }) = self.seen.get_mut(id.0 as usize) else { continue };
            first.retain(|(index, _)| *index == usize::MAX || goes(*index));
            for (index, _) in first.iter_mut() {
                *index = usize::MAX;
            }
            if !first.is_empty() {
                left.numbers.insert(host, HostId(left.seen.len() as u32));
                left.seen.push(Sights { first: std::mem::take(first), all: OnceLock::new() });
            }
        }
        *self = left;
    }

    /// Forgets hosts until there are `most`: those of which one connection showed something first, for a scan has millions.
    /// `unlooked`: hosts of that kind that were not even [noted](Self::note_sight).
    pub fn remember(&mut self, most: usize, unlooked: usize) {
        for (fewest, unlooked) in [(2, unlooked), (usize::MAX, 0)] {
            if self.len() + unlooked <= most {
                return;
            }
            self.seen
                .iter_mut()
                .filter(|sights| sights.first.len() < fewest)
                .for_each(|sights| sights.first.clear());
            self.forget_but(|_| true);
        }
    }

    /// How many hosts are known, by address and place.
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether no host is known.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// What all connections but number `index` show of `addr` at `place`.
    pub fn others_at(&self, index: usize, addr: IpAddr, place: Place) -> Cow<'_, Host> {
        self.numbers.get(&(addr, place)).map_or_else(Cow::default, |id| self.others(index, *id))
    }

    /// What all connections but number `index` show of a host.
    pub fn others(&self, index: usize, host: HostId) -> Cow<'_, Host> {
        let sights = match self.seen.get(host.index()) {
            Some(sights) if sights.first.iter().any(|(flow, _)| *flow != index) => sights,
            _ => return Cow::Borrowed(&self.unknown),
        };
        let full = sights.first.len() == Self::SIGHTS;
        if full && sights.first.iter().all(|(flow, _)| *flow != index) {
            Cow::Borrowed(sights.all.get_or_init(|| Box::new(sights.without(None))))
        } else {
            Cow::Owned(sights.without(Some(index)))
        }
    }
}

impl HostId {
    /// From 0 up to the number of hosts.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl Sights {
    /// Of all connections but number `index`.
    fn without(&self, index: Option<usize>) -> Host {
        let mut host = Host::default();
        for (_, sight) in self.first.iter().filter(|(flow, _)| Some(*flow) != index) {
            host.flows += 1;
            host.loops = host.loops.saturating_add(sight.loops);
            host.loop_of_handshake |= sight.handshake && sight.loops > 0;
            host.unfinished |= sight.unfinished;
            host.answers.extend(sight.answer.as_deref());
            if let Some((ttl, last)) = sight.ttl {
                host.ttl.record(ttl, last);
            }
            if let Some(sample) = sight.round_trip
                && host.round_trip.is_none_or(|shortest| sample.time < shortest.time)
            {
                host.round_trip = Some(sample);
            }
        }
        host
    }
}

impl Answer {
    /// The first answer of the end `from`, which sent a FIN in frame `fin`, to data that came after it.
    ///
    /// `resets`: of both ends, with what is known of them; `segments`: all, in capture order; `is_own`: whether the end's
    /// other packets have this TTL.
    pub fn to_late_data<'a>(
        mut resets: impl Iterator<Item = &'a Segment>,
        mut segments: impl DoubleEndedIterator<Item = Segment>,
        from: End,
        fin: FrameNo,
        is_own: impl Fn(u8) -> bool,
    ) -> Option<Self> {
        let late = |reset: &&Segment| {
            reset.from == from && !reset.flags.ack() && reset.frame > fin && is_own(reset.ttl)
        };
        let reset = *resets.find(late)?;
        let asked = |other: &Segment| {
            other.from != from && other.frame < reset.frame && other.flags.ack() && other.ack == reset.seq
        };
        let asked = segments.rfind(asked)?;
        Some(Self { reset, asked })
    }
}

/// The first answer of `side` to data that came after its FIN.
fn late_answer(flow: &Flow, side: Side) -> Option<Answer> {
    let (half, from) = (flow.half(side), flow.end(side));
    let (fin, _) = half.fin?;
    let resets = flow.resets.iter().map(|seen| &seen.segment);
    let is_own = |ttl| half.ttl.count(ttl) > 0;
    Answer::to_late_data(resets, flow.timeline.segments(), from, fin.frame, is_own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_bound_hosts_that_were_met_once_are_forgotten_first() {
        let sight = || Sight {
            ttl: Some((64, FrameNo(1))),
            round_trip: None,
            loops: 0,
            handshake: false,
            unfinished: false,
            answer: None,
        };
        let address = |last: u8| IpAddr::from([192, 0, 2, last]);
        let mut hosts = Hosts::default();
        for index in 0..12_usize {
            // The first two are met again and again.
            let host = if index < 8 { index as u8 % 2 } else { index as u8 };
            let number = hosts.number(address(host), Place::default());
            hosts.note_sight(index, number, || Some(sight()));
        }
        hosts.forget_but(|_| true);
        hosts.remember(6, 0);
        assert_eq!(hosts.len(), 6, "there is room for all of them");
        hosts.remember(6, 1);
        assert_eq!(hosts.len(), 2);
        let flows = |last: u8| hosts.others_at(0, address(last), Place::default()).flows;
        assert_eq!([flows(0), flows(1), flows(8)], [4, 4, 0]);
    }
}

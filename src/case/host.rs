//! What the other connections of a capture show of a host.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::case::vantage::leaves_unfinished;
use crate::flow::{Flow, Loop, Series, Side};
use crate::frame::Place;
use crate::wire::{Endpoint, Segment};

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
    seen: BTreeMap<(IpAddr, Place), Sights>,
}

#[derive(Clone, Debug, Default)]
struct Sights {
    /// The first ones, with the numbers of their connections.
    first: Vec<(usize, Sight)>,
    /// All of them together: what every connection beyond the first sees. Final once there are [`Hosts::SIGHTS`].
    all: OnceCell<Host>,
}

#[derive(Clone, Debug)]
struct Sight {
    ttl: Option<crate::flow::Seen>,
    round_trip: Option<Loop>,
    loops: u32,
    handshake: bool,
    unfinished: bool,
    // Rare, and large beside the rest.
    answer: Option<Box<Answer>>,
}

impl Hosts {
    /// Connections remembered for one host: enough to know its TTL, and a bound for scans.
    const SIGHTS: usize = 32;

    /// Notes what connection number `index` shows of its two hosts.
    pub fn note(&mut self, index: usize, flow: &Flow) {
        for side in Side::BOTH {
            let half = flow.half(side);
            if half.packets == 0 {
                continue;
            }
            let Endpoint { addr, .. } = flow.key.at(flow.end(side));
            let sights = &mut self.seen.entry((addr, flow.place)).or_default().first;
            if sights.len() < Self::SIGHTS {
                if sights.is_empty() {
                    // Of a scan's many clients each is seen once.
                    sights.reserve_exact(1);
                }
                let sight = Sight {
                    ttl: half.ttl.usual(),
                    round_trip: half.round_trips.min,
                    loops: half.round_trips.count,
                    handshake: flow.has_handshake_loop(),
                    unfinished: leaves_unfinished(flow, side),
                    answer: late_answer(flow, side).map(Box::new),
                };
                sights.push((index, sight));
            }
        }
    }

    /// What is known of the hosts at `addrs` only.
    pub fn about(&self, addrs: &[IpAddr]) -> Self {
        let mut about = Self::default();
        for &addr in addrs {
            let first = (addr, Place { interface: 0, cooked: 0 });
            let all = self.seen.range(first..).take_while(|((seen, _), _)| *seen == addr);
            about.seen.extend(all.map(|(key, sights)| (*key, sights.clone())));
        }
        about
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
    pub fn others(&self, index: usize, addr: IpAddr, place: Place) -> Host {
        let Some(sights) = self.seen.get(&(addr, place)) else { return Host::default() };
        let beyond = sights.first.len() == Self::SIGHTS && sights.first.iter().all(|(flow, _)| *flow < index);
        if beyond {
            sights.all.get_or_init(|| sights.without(None)).clone()
        } else {
            sights.without(Some(index))
        }
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
            if let Some(ttl) = sight.ttl {
                host.ttl.record(ttl.value, ttl.last);
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

/// The first answer of `side` to data that came after its FIN.
fn late_answer(flow: &Flow, side: Side) -> Option<Answer> {
    let (half, from) = (flow.half(side), flow.end(side));
    let (fin, _) = half.fin?;
    let late = flow.resets.iter().map(|seen| seen.segment).find(|reset| {
        reset.from == from && !reset.flags.ack() && reset.frame > fin.frame && half.ttl.count(reset.ttl) > 0
    });
    let reset = late?;
    let asked = |other: &&Segment| {
        other.from != from && other.frame < reset.frame && other.flags.ack() && other.ack == reset.seq
    };
    let asked = flow.timeline.segments().rfind(asked).copied()?;
    Some(Answer { reset, asked })
}

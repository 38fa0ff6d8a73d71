//! Sessions side by side on one capture's clock.

use crate::case::{Case, Hosts};
use crate::flow::{Flow, Pair, Side, Table};
use crate::frame::{FrameNo, Mark, Place};
use crate::infer;
use crate::limits::Limits;
use crate::population::{self, Judged, Pattern};
use crate::ssh::Transcript;
use crate::units::{Elapsed, Timestamp};
use crate::wire::{Checksum, Endpoint, Flags, FlowKey, Packet, Segment, Seq, Traits};

/// Way there and back of every session.
const ROUND_TRIP: f64 = 0.010;

/// What a test changes in a case.
type Change = fn(&mut Case);

/// What is on the wire, in any order.
#[derive(Default)]
pub(super) struct Scene {
    packets: Vec<(FlowKey, Place, Segment, Vec<u8>)>,
    /// Changes of one session before it is judged, by its number.
    changes: Vec<(usize, Change)>,
    opened: u32,
}

/// One session that is being written.
pub(super) struct Talk<'a> {
    scene: &'a mut Scene,
    ends: Pair<Endpoint>,
    next: Pair<u32>,
    ip_id: u16,
    /// TTL of each side's packets.
    pub(super) ttl: Pair<u8>,
    /// Place of the capture.
    pub(super) place: Place,
    /// What the server's timestamp clock shows at time 0, in milliseconds; without one there are none.
    pub(super) clock: Option<u32>,
    /// Seconds.
    pub(super) now: f64,
}

fn endpoint(text: &str) -> Endpoint {
    let end: std::net::SocketAddr = text.parse().unwrap();
    Endpoint { addr: end.ip(), port: end.port() }
}

fn moment(seconds: f64) -> Timestamp {
    Timestamp::from_nanos((seconds * 1e9).round() as i64)
}

impl Scene {
    /// A session from `client` to `server` (`address:port`) that begins at `now`; no packet yet.
    pub(super) fn talk(&mut self, client: &str, server: &str, now: f64) -> Talk<'_> {
        self.opened += 1;
        let next = Pair {
            client: self.opened.wrapping_mul(0x9e37_79b9),
            server: self.opened.wrapping_mul(0x85eb_ca6b),
        };
        Talk {
            ends: Pair { client: endpoint(client), server: endpoint(server) },
            scene: self,
            next,
            ip_id: 100,
            ttl: Pair { client: 64, server: 55 },
            place: Place::default(),
            clock: None,
            now,
        }
    }

    /// Changes session number `index` (in the order of first packets) before it is judged.
    pub(super) fn change(&mut self, index: usize, change: Change) {
        self.changes.push((index, change));
    }

    /// The sessions, each judged by itself.
    pub(super) fn judged(mut self) -> Vec<Judged> {
        self.packets.sort_by_key(|(_, _, segment, _)| segment.time);
        let end = self.packets.last().map_or(Timestamp::default(), |(_, _, last, _)| last.time);
        let mut table = Table::new(Limits { brief_packets: 0, ..Limits::default() }, &[22]);
        for (number, (key, place, segment, payload)) in (1..).zip(self.packets) {
            let segment = Segment { frame: FrameNo(number), ..segment };
            table.handle(&Packet { key, place, segment, payload: &payload }, &mut |_, _, _| {});
        }
        let flows: Vec<Flow> = table.into_flows().map(|(_, flow)| *flow).collect();
        let mut hosts = Hosts::default();
        flows.iter().enumerate().for_each(|(index, flow)| hosts.note(index, flow));
        let each = flows.into_iter().enumerate().map(|(index, flow)| {
            let host = |side: Side| {
                hosts.others_at(index, flow.key.at(flow.end(side)).addr, flow.place).into_owned()
            };
            let hosts = Pair { client: host(Side::Client), server: host(Side::Server) };
            let mut case = Case::new(flow, Transcript::default(), hosts, end + Elapsed::from_secs(5));
            self.changes.iter().filter(|(it, _)| *it == index).for_each(|(_, change)| change(&mut case));
            let diagnosis = infer::diagnose(&case);
            Judged::new(case, diagnosis)
        });
        each.collect()
    }

    /// The patterns called `id`.
    pub(super) fn found(self, id: &str) -> Vec<Pattern> {
        let mut sessions = self.judged();
        named(patterns(&mut sessions), id)
    }
}

/// Those called `id`.
pub(super) fn named(patterns: Vec<Pattern>, id: &str) -> Vec<Pattern> {
    patterns.into_iter().filter(|pattern| pattern.meta.id == id).collect()
}

impl Talk<'_> {
    /// One packet now.
    pub(super) fn packet(
        &mut self,
        from: Side,
        flags: Flags,
        seq: u32,
        ack: u32,
        octets: usize,
    ) -> &mut Segment {
        let (source, target) = (*self.ends.of(from), *self.ends.of(!from));
        let (key, end) = FlowKey::new(source, target);
        self.ip_id = self.ip_id.wrapping_add(1);
        let mut traits = Traits::default();
        let mut ts_value = 0;
        if let Some(clock) = self.clock {
            traits.set(Traits::TIMESTAMPS);
            ts_value = clock.wrapping_add((self.now * 1000.0).round() as u32);
        }
        let segment = Segment {
            time: moment(self.now),
            frame: FrameNo(0),
            seq: Seq(seq),
            ack: Seq(ack),
            payload_len: octets as u32,
            ts_value,
            ts_echo: 0,
            flow_label: 0,
            link_source: 0,
            flags,
            window: if flags.rst() { 0 } else { 500 },
            ip_id: if flags.rst() { 0 } else { self.ip_id },
            mss: 0,
            traits,
            ttl: *self.ttl.of(from),
            tos: 0,
            window_scale: 0,
            from: end,
            checksum: Checksum::Unknown,
            mark: Mark::None,
        };
        self.scene.packets.push((key, self.place, segment, vec![b'x'; octets]));
        &mut self.scene.packets.last_mut().unwrap().2
    }

    pub(super) fn wait(&mut self, seconds: f64) -> &mut Self {
        self.now += seconds;
        self
    }

    fn next(&self, side: Side) -> u32 {
        *self.next.of(side)
    }

    fn advance(&mut self, side: Side, octets: u32) {
        let next = match side {
            Side::Client => &mut self.next.client,
            Side::Server => &mut self.next.server,
        };
        *next = next.wrapping_add(octets);
    }

    /// The same initial sequence numbers as other sessions that say so.
    pub(super) fn numbered(&mut self, client: u32, server: u32) -> &mut Self {
        self.next = Pair { client, server };
        self
    }

    /// The handshake, and a few octets each way.
    pub(super) fn open(&mut self) -> &mut Self {
        let (client, server) = (self.next(Side::Client), self.next(Side::Server));
        self.packet(Side::Client, Flags::SYN, client, 0, 0);
        self.wait(ROUND_TRIP);
        self.packet(Side::Server, Flags::SYN.with(Flags::ACK), server, client.wrapping_add(1), 0);
        self.advance(Side::Client, 1);
        self.advance(Side::Server, 1);
        self.acknowledge(Side::Client).say(Side::Server, 40).say(Side::Client, 40)
    }

    /// `octets` of `from`, acknowledged by the other side.
    pub(super) fn say(&mut self, from: Side, octets: usize) -> &mut Self {
        let (seq, ack) = (self.next(from), self.next(!from));
        self.packet(from, Flags::ACK, seq, ack, octets);
        self.advance(from, octets as u32);
        self.wait(ROUND_TRIP).acknowledge(!from)
    }

    fn acknowledge(&mut self, from: Side) -> &mut Self {
        let (seq, ack) = (self.next(from), self.next(!from));
        self.packet(from, Flags::ACK, seq, ack, 0);
        self
    }

    /// A key that the server echoes.
    pub(super) fn key(&mut self) -> &mut Self {
        self.say(Side::Client, 36).say(Side::Server, 36)
    }

    /// A SYN that is answered by a reset.
    pub(super) fn refused(&mut self) -> &mut Self {
        let seq = self.next(Side::Client);
        self.packet(Side::Client, Flags::SYN, seq, 0, 0);
        self.wait(ROUND_TRIP);
        self.packet(Side::Server, Flags::RST.with(Flags::ACK), 0, seq.wrapping_add(1), 0);
        self
    }

    /// A FIN of `side`, acknowledged; the other closes too.
    pub(super) fn close(&mut self, side: Side) -> &mut Self {
        for from in [side, !side] {
            let (seq, ack) = (self.next(from), self.next(!from));
            self.packet(from, Flags::FIN.with(Flags::ACK), seq, ack, 0);
            self.advance(from, 1);
            self.wait(ROUND_TRIP);
        }
        self.acknowledge(side)
    }

    /// A socket of `side` aborts.
    pub(super) fn abort(&mut self, side: Side) -> &mut Self {
        let (seq, ack) = (self.next(side), self.next(!side));
        self.packet(side, Flags::RST.with(Flags::ACK), seq, ack, 0).window = 500;
        self
    }

    /// The client sends something again and again, and nothing answers.
    pub(super) fn in_vain(&mut self) -> &mut Self {
        let (seq, ack) = (self.next(Side::Client), self.next(Side::Server));
        for pause in [0.2, 0.4, 0.8, 1.6] {
            self.packet(Side::Client, Flags::ACK, seq, ack, 36);
            self.wait(pause);
        }
        self
    }

    /// The client sends something, and a reset with the server's address and this TTL answers.
    pub(super) fn rejected(&mut self, ttl: u8) -> &mut Self {
        let (seq, ack) = (self.next(Side::Client), self.next(Side::Server));
        self.packet(Side::Client, Flags::ACK, seq, ack, 36);
        self.advance(Side::Client, 36);
        self.wait(ROUND_TRIP / 2.0);
        self.packet(Side::Server, Flags::RST, ack, 0, 0).ttl = ttl;
        self
    }

    /// Another reset of the server with the numbers of the last one.
    pub(super) fn rejected_again(&mut self, ttl: u8) -> &mut Self {
        let seq = self.next(Side::Server);
        self.wait(0.003);
        self.packet(Side::Server, Flags::RST, seq, 0, 0).ttl = ttl;
        self
    }
}

/// The patterns in `sessions`.
pub(super) fn patterns(sessions: &mut [Judged]) -> Vec<Pattern> {
    population::patterns(sessions, |finders, find| finders.iter().map(find).collect())
}

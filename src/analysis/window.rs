//! Several batches at once: looked at by all threads, then applied by all threads, each to its part of the connections.

use super::Ports;
use super::shard::Shard;
use super::threads::Threads;
use crate::frame::Frame;
use crate::limits::Limits;
use crate::population::Counts;
use crate::units::Timestamp;
use crate::wire::{Decoded, Decoder, FlowKey, Packet, Quote, Skimmed, skim};

/// Frames that were read together.
pub trait Frames: Send + Sync {
    /// The frames in the order of the capture.
    fn frames(&self) -> impl Iterator<Item = Frame<'_>>;
}

/// Packets with the hashes of their keys.
type Lane<'a> = Vec<(u64, Packet<'a>)>;

/// Room for packets, handed on from one window to the next: to get it from the system, and give it back, takes longer than to
/// look at the packets.
#[derive(Debug, Default)]
pub(super) struct Room(Vec<Lane<'static>>);

impl Room {
    fn lanes<'a>(&mut self, count: usize) -> Vec<Lane<'a>> {
        (0..count).map(|_| emptied(self.0.pop().unwrap_or_default())).collect()
    }

    fn back(&mut self, lanes: Vec<Lane<'_>>) {
        self.0.extend(lanes.into_iter().map(emptied));
    }
}

/// The room of `lane`: a list is collected in place where its elements have the same size.
fn emptied<'a>(lane: Lane<'_>) -> Lane<'a> {
    lane.into_iter().map_while(|_| None).collect()
}

/// What a look at the frames of one batch gave.
struct Looked<'a> {
    /// For each part of the connections its packets.
    lanes: Vec<Lane<'a>>,
    /// What the decoder is to read, in its order.
    unclear: Vec<Frame<'a>>,
    frames: u64,
    plain_udp: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

/// What the decoder made of a frame that was not plain.
enum Late {
    Packet { hash: u64, packet: Packet<'static>, payload: Box<[u8]> },
    Quote(Quote),
}

/// What all stages of a window need.
pub(super) struct Window<'a> {
    pub(super) threads: &'a Threads,
    pub(super) limits: &'a Limits,
    pub(super) ports: &'a Ports,
    pub(super) decoder: &'a mut Decoder,
    pub(super) shards: &'a mut Vec<Shard>,
    pub(super) counts: &'a mut Counts,
    pub(super) room: &'a mut Room,
}

impl Window<'_> {
    /// Takes `batches`, as if their frames had come one after the other.
    pub(super) fn handle<B: Frames>(&mut self, batches: &[B]) {
        let (limits, ports, count) = (self.limits, self.ports, self.shards.len());
        let Some(hasher) = self.shards.first().map(|shard| shard.table.hasher()) else { return };
        let hash = |key: &FlowKey| hasher(key);
        let room = &mut *self.room;
        let batches = batches.iter().map(|batch| (batch, room.lanes(count)));
        let looked: Vec<Looked<'_>> =
            self.threads.map(batches, |(batch, lanes)| look(batch, lanes, limits, ports, &hash));
        let mut late: Vec<Vec<Late>> = (0..count).map(|_| Vec::new()).collect();
        for looked in &looked {
            self.count(looked);
            for frame in &looked.unclear {
                self.decode(frame, &hash, &mut late);
            }
        }
        let (shards, found) = (&mut *self.shards, &looked);
        let of_shards = shards.iter_mut().zip(late).enumerate();
        let quoted = self.threads.map(of_shards, |(part, (shard, late))| {
            let lanes = found.iter().filter_map(|looked| looked.lanes.get(part));
            apply(shard, lanes.map(Vec::as_slice), late, limits)
        });
        self.counts.ssh_frames += quoted.into_iter().sum::<u64>();
        for Looked { lanes, .. } in looked {
            self.room.back(lanes);
        }
    }

    fn count(&mut self, looked: &Looked<'_>) {
        let counts = &mut *self.counts;
        counts.frames += looked.frames;
        counts.ssh_frames += looked.lanes.iter().map(|lane| lane.len() as u64).sum::<u64>();
        counts.first = counts.first.or(looked.first);
        counts.last = counts.last.max(looked.last);
        if looked.plain_udp > 0 {
            *counts.others.entry("udp").or_default() += looked.plain_udp;
        }
    }

    /// Reads a frame that is not plain.
    fn decode(&mut self, frame: &Frame<'_>, hash: &impl Fn(&FlowKey) -> u64, late: &mut [Vec<Late>]) {
        let parts = late.len();
        let mut add = |hash: u64, what: Late| {
            if let Some(lane) = late.get_mut(part_of(hash, parts)) {
                lane.push(what);
            }
        };
        match self.decoder.decode(frame) {
            Decoded::Tcp(packet) if self.ports.takes(&packet) => {
                self.counts.ssh_frames += 1;
                let (hash, payload) = (hash(&packet.key), packet.payload.into());
                add(hash, Late::Packet { hash, packet: Packet { payload: &[], ..packet }, payload });
            }
            Decoded::Tcp(_) => {}
            Decoded::Icmp(quote) => add(hash(&quote.key), Late::Quote(quote)),
            Decoded::Other(layer) => *self.counts.others.entry(layer).or_default() += 1,
            Decoded::Undecoded(undecoded) => {
                self.counts.note_undecoded(frame.number, undecoded, self.limits);
            }
        }
    }
}

/// Which of so many parts a connection is in. The upper bits: the tables use the lower ones.
pub(super) const fn part_of(hash: u64, parts: usize) -> usize {
    ((hash >> 32) as usize * parts) >> 32
}

fn look<'a, B: Frames>(
    batch: &'a B,
    lanes: Vec<Lane<'a>>,
    limits: &Limits,
    ports: &Ports,
    hash: &impl Fn(&FlowKey) -> u64,
) -> Looked<'a> {
    let count = lanes.len();
    let mut looked = Looked { lanes, unclear: Vec::new(), frames: 0, plain_udp: 0, first: None, last: None };
    for frame in batch.frames() {
        looked.frames += 1;
        looked.first.get_or_insert(frame.time);
        looked.last = looked.last.max(Some(frame.time));
        match skim(&frame, limits, |one, other| ports.connect(one, other)) {
            Skimmed::Tcp(packet) => {
                let hash = hash(&packet.key);
                if let Some(lane) = looked.lanes.get_mut(part_of(hash, count)) {
                    lane.push((hash, packet));
                }
            }
            Skimmed::Elsewhere => {}
            Skimmed::Udp => looked.plain_udp += 1,
            Skimmed::Unclear => looked.unclear.push(frame),
        }
    }
    looked
}

/// Applies what belongs to `shard` in the order of the frames; how many quotes were of its connections.
fn apply<'a>(
    shard: &mut Shard,
    lanes: impl Iterator<Item = &'a [(u64, Packet<'a>)]>,
    late: Vec<Late>,
    limits: &Limits,
) -> u64 {
    let mut quoted = 0;
    let mut late = late.into_iter().peekable();
    let mut take = |shard: &mut Shard, late: Late| match late {
        Late::Packet { hash, packet, payload } => {
            shard.handle(hash, &Packet { payload: &payload, ..packet }, limits);
        }
        Late::Quote(quote) => quoted += u64::from(shard.handle_quote(quote, limits)),
    };
    for packets in lanes.flat_map(|lane| lane.chunks(Shard::AT_ONCE)) {
        shard.foresee(packets);
        for (hash, packet) in packets {
            while let Some(before) = late.next_if(|late| late.frame() < packet.segment.frame) {
                take(shard, before);
            }
            shard.handle(*hash, packet, limits);
        }
    }
    late.for_each(|late| take(shard, late));
    quoted
}

impl Late {
    const fn frame(&self) -> crate::frame::FrameNo {
        match self {
            Self::Packet { packet, .. } => packet.segment.frame,
            Self::Quote(quote) => quote.frame,
        }
    }
}

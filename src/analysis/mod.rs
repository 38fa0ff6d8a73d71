//! The stages in a row: frames in, judged cases out.
//!
//! The only place that knows all stages, and the only user of rayon: finished cases are judged in parallel,
//! collected in order, so that the result is the same for any number of threads.

mod budget;
mod crowd;
mod kernel;
mod meetings;
mod ports;
mod reading;
mod shape;
mod shard;
mod sketch;
mod slots;
mod threads;
mod view;
mod watch;
mod window;

pub use crate::case::{Blind, BlindKind, Spot};
pub use crate::infer::KernelReset;
pub use crate::population::Findings;
pub use ports::{Ports, SSH_PORT};
pub use threads::Threads;
pub use watch::{Told, Watch};
pub use window::Frames;

use std::slice;

use crate::case::{Case, Hosts, Vantage};
use crate::flow::{Flow, FlowId, Kept, Pair, Side};
use crate::frame::Frame;
use crate::infer;
use crate::limits::Limits;
use crate::population::{self, Counts, Fold, Group, Judged};
use crate::timers::Timer;
use crate::units::Timestamp;
use crate::wire::{Decoder, FlowKey};
use budget::LetGo;
use crowd::{Court, Crowd, Past};
use kernel::KernelLog;
use reading::{Said, read};
use shard::Shard;
use slots::Slot;
use view::View;
use window::{Room, Window, part_of};

/// What an analysis has seen so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SoFar {
    /// TCP connections on the ports of SSH; where any port can be one, all.
    pub connections: u64,
    /// Segments of theirs with RST.
    pub resets: u64,
}

/// Takes frames one after the other.
#[derive(Debug)]
pub struct Analysis {
    limits: Limits,
    ports: Ports,
    vantage: Option<Spot>,
    timers: Vec<Timer>,
    threads: Threads,
    decoder: Decoder,
    /// As many as threads.
    shards: Vec<Shard>,
    counts: Counts,
    room: Room,
    /// Frames of UDP that need no entry in `counts` each.
    plain_udp: u64,
    /// What is known from connections that are no longer kept.
    past: Past,
    /// What connections that are no longer kept came to.
    gone: LetGo,
    /// Batches that were taken.
    batches: usize,
    /// When frames were dropped for the last time, as far as that is known: connections that lived by then may miss some.
    dropped: Option<Timestamp>,
    /// What the capturing host's kernel says, where it is asked.
    kernel: Option<KernelLog>,
}

impl Analysis {
    /// An analysis of connections on `ports`.
    pub fn new(limits: Limits, ports: Ports) -> Self {
        let threads = Threads::default();
        Self {
            decoder: Decoder::new(limits),
            shards: Shard::several(threads.count(), limits, ports.list()),
            counts: Counts::default(),
            room: Room::default(),
            plain_udp: 0,
            past: Past::default(),
            gone: LetGo::default(),
            batches: 0,
            dropped: None,
            kernel: None,
            threads,
            limits,
            ports,
            vantage: None,
            timers: Vec::new(),
        }
    }

    /// Takes `vantage` for the place of the capture, of all its connections, instead of inferring it from their signs.
    #[must_use]
    pub fn seen_from(self, vantage: Option<Spot>) -> Self {
        Self { vantage, ..self }
    }

    /// Compares silences with `timers`, too: what the user knows of the path.
    #[must_use]
    pub fn knowing(self, timers: Vec<Timer>) -> Self {
        Self { timers, ..self }
    }

    /// Works on `threads`, instead of one for each core. To be called before the first frame.
    #[must_use]
    pub fn on(self, threads: Threads) -> Self {
        let shards = Shard::several(threads.count(), self.limits, self.ports.list());
        Self { threads, shards, ..self }
    }

    /// Takes what `fill` gives until it gives no more: `false`, and an empty batch. `batch` makes an empty one.
    ///
    /// With several threads one of them fills the next batches while the others work on the last ones; then several batches
    /// are held at a time.
    pub fn follow<B: Frames>(
        &mut self,
        batch: impl Fn() -> B,
        fill: &mut (impl FnMut(&mut B) -> bool + Send + ?Sized),
    ) {
        if self.threads.count() == 1 {
            let mut batch = batch();
            while fill(&mut batch) {
                self.window().handle(slice::from_ref(&batch));
                self.count_batches(1);
            }
            return;
        }
        let mut taken = self.batches;
        let mut fill_all = |batches: &mut [B]| {
            // Up to where one looks at the memory, whatever the number of threads.
            let room = BATCHES - taken % BATCHES;
            let filled = batches.iter_mut().take(room).map_while(|batch| fill(batch).then_some(())).count();
            taken += filled;
            filled
        };
        let [mut ready, mut free] = [(); 2].map(|()| (0..BATCHES).map(|_| batch()).collect::<Vec<B>>());
        let mut filled = fill_all(&mut ready);
        while filled > 0 {
            let mut window = self.window();
            let threads = window.threads;
            let work = || window.handle(ready.get(..filled).unwrap_or_default());
            let done = filled;
            ((), filled) = threads.join(work, || fill_all(&mut free));
            std::mem::swap(&mut ready, &mut free);
            self.count_batches(done);
        }
    }

    fn window(&mut self) -> Window<'_> {
        let Self { threads, limits, ports, decoder, shards, counts, room, .. } = self;
        Window { threads, limits, ports, decoder, shards, counts, room }
    }

    fn count_batches(&mut self, count: usize) {
        self.batches += count;
        if self.batches.is_multiple_of(BATCHES) {
            // At these places of the capture only: what is needed is the same for any number of threads.
            let now = self.counts.last.unwrap_or_default();
            self.threads.map(self.shards.iter_mut(), |shard| shard.table.settle(now));
            self.thin_crowds();
            self.stay_within_budget();
        }
    }

    /// What was seen so far: quickly told, and not final.
    pub fn so_far(&self) -> SoFar {
        let resets = |shard: &Shard| shard.table.resets();
        let add = |sum: SoFar, shard: &Shard| SoFar {
            connections: sum.connections + shard.table.flows().len() as u64,
            resets: sum.resets + resets(shard).client.count + resets(shard).server.count,
        };
        let SoFar { connections, resets } = self.shards.iter().fold(SoFar::default(), add);
        SoFar { connections: connections + self.gone.count(), resets }
    }

    /// Takes the next frame of the capture.
    pub fn handle_frame(&mut self, frame: &Frame<'_>) {
        let Self { decoder, shards, limits, ports, counts, plain_udp, .. } = self;
        match read(frame, decoder, limits, ports, counts, plain_udp) {
            Some(Said::Packet(packet)) => {
                if let Some((hash, shard)) = shard_of(shards, &packet.key) {
                    shard.handle(hash, &packet, limits);
                }
            }
            Some(Said::Quote(quote)) => {
                let shard = shard_of(shards, &quote.key);
                let known = shard.is_some_and(|(_, shard)| shard.handle_quote(quote, limits));
                counts.ssh_frames += u64::from(known);
            }
            None => {}
        }
    }

    /// Judges everything. `blind`: what the source knows that the capture does not hold.
    ///
    /// Where more than [`Limits::judged_singly`] connections were brief, those among them that look alike are judged by
    /// the first, and shown as one.
    pub fn finish(mut self, mut blind: Vec<Blind>) -> Findings {
        let end = self.counts.last.unwrap_or_default();
        if self.plain_udp > 0 {
            *self.counts.others.entry("udp").or_default() += self.plain_udp;
        }
        if blind.iter().any(|blind| blind.kind == BlindKind::CaptureDropped) {
            // A file says how many, and not when.
            self.dropped.get_or_insert(end);
        }
        let limits = self.limits;
        let shards = std::mem::take(&mut self.shards);
        let Some(mut all) = Shard::joined(shards) else { return Findings::default() };
        self.counts.resets = all.table.resets();
        let mut past = std::mem::take(&mut self.past);
        let too_many = all.table.briefs() > limits.judged_singly;
        let crowd =
            too_many.then(|| self.court(&mut past, end).crowd(&View::of(slice::from_ref(&all)), false));
        let mut hosts = past.hosts;
        expand(&mut all, crowd.as_ref(), &limits);
        all.finish(&limits);
        blind.extend(self.unread());
        if crowd.is_none() {
            for (index, flow) in all.table.flows().iter().enumerate() {
                flow.whole().into_iter().for_each(|flow| hosts.note(index, flow));
            }
        }
        let (ids, mut sessions) = self.sessions(all, &hosts, end);
        let patterns =
            population::patterns(&mut sessions, |finders, find| self.threads.map(finders.iter(), find));
        let made = crowd.as_ref().map(|crowd| folded(crowd, &ids, &sessions)).unwrap_or_default();
        blind.extend(self.gone.says(&limits));
        let (counts, timers) = (self.counts, self.timers);
        let mut findings = Findings { sessions, counts, blind, patterns, folded: Vec::new(), timers };
        self.gone.rows.tell(made, &mut findings);
        findings
    }

    /// Who judges brief connections at the moment `end` of the capture.
    fn court<'a>(&'a self, past: &'a mut Past, end: Timestamp) -> Court<'a> {
        let vantage = self.vantage.map(Vantage::known);
        let must_speak = self.ports == Ports::Any;
        Court { threads: &self.threads, limits: &self.limits, past, vantage, must_speak, end }
    }

    /// What the decoder could not read.
    fn unread(&self) -> Vec<Blind> {
        let mut blind = Vec::new();
        let unfinished = self.decoder.unfinished_datagrams();
        if unfinished > 0 {
            blind.push(Blind {
                kind: BlindKind::Undecoded,
                detail: format!("{unfinished} datagrams that may hold TCP miss fragments"),
                frames: Vec::new(),
            });
        }
        if self.counts.undecoded > 0 {
            blind.push(undecoded(&self.counts));
        }
        blind
    }

    /// The SSH connections that are kept as flows, judged, in the order of their first frames, with their numbers.
    fn sessions(&self, all: Shard, hosts: &Hosts, end: Timestamp) -> (Vec<usize>, Vec<Judged>) {
        let (mut all, mut slots) = all.into_parts();
        let judge = |(id, kept, slot): (FlowId, Kept, Slot)| {
            let (index, flow) = (id.0 as usize, kept.into_flow()?);
            let mut judged = self.judged(self.case(index, flow, slot, hosts, end)?);
            judged.case.flow.rest();
            Some((index, judged))
        };
        // Those that are not kept as flows are given up by the threads, too: there can be millions.
        let judge_all = |part: Vec<_>| part.into_iter().filter_map(judge).collect::<Vec<_>>();
        let mut next = || {
            let part = all.by_ref().take(AT_A_TIME).map(|(id, kept)| (id, kept, slots.take(id)));
            Some(part.collect::<Vec<_>>()).filter(|part| !part.is_empty())
        };
        let mut sessions = (Vec::new(), Vec::new());
        loop {
            let parts: Vec<_> = (0..TOGETHER).map_while(|_| next()).collect();
            if parts.is_empty() {
                return sessions;
            }
            sessions.extend(self.threads.map(parts.into_iter(), judge_all).into_iter().flatten());
        }
    }

    /// The case of connection number `index` among `hosts`; `None` if it is not SSH.
    fn case(
        &self,
        index: usize,
        mut flow: Box<Flow>,
        slot: Slot,
        hosts: &Hosts,
        end: Timestamp,
    ) -> Option<Case> {
        flow.wake();
        let transcript = slot.into_transcript(&self.limits);
        if self.ports == Ports::Any && !transcript.speaks() {
            return None;
        }
        let host =
            |side: Side| hosts.others_at(index, flow.key.at(flow.end(side)).addr, flow.place).into_owned();
        let hosts = Pair { client: host(Side::Client), server: host(Side::Server) };
        let mut case = Case::new(flow, transcript, hosts, end);
        if let Some(spot) = self.vantage {
            case.vantage = Vantage::known(spot);
        }
        if self.dropped.is_some_and(|dropped| dropped >= case.flow.start()) {
            case.blind.push(Blind {
                kind: BlindKind::CaptureDropped,
                detail: "the capture dropped packets while this session lived; some may have been its own"
                    .to_owned(),
                frames: Vec::new(),
            });
        }
        Some(case)
    }

    /// Judges `case` by its packets, and by what the kernel says where it was asked.
    fn judged(&self, case: Case) -> Judged {
        let mut diagnosis = infer::diagnose(&case);
        if let Some(testimony) = self.kernel.as_ref().and_then(|kernel| kernel.about(&case)) {
            diagnosis.hear(&case, testimony);
        }
        Judged::new(case, diagnosis)
    }
}

/// Connections that one thread judges at a time.
const AT_A_TIME: usize = 64;

/// Times that of all threads, before what they judged is put with the rest.
const TOGETHER: usize = 16;

/// Batches that all threads work on at a time: 4 MiB, so that starting and waiting for one another takes a hundredth of it.
const BATCHES: usize = 16;

/// The part that a connection is in, and the hash of its key.
fn shard_of<'a>(shards: &'a mut [Shard], key: &FlowKey) -> Option<(u64, &'a mut Shard)> {
    let hash = shards.first()?.table.hash(key);
    let part = part_of(hash, shards.len());
    Some((hash, shards.get_mut(part)?))
}

/// Makes flows of the brief connections that are shown singly.
fn expand(all: &mut Shard, crowd: Option<&Crowd>, limits: &Limits) {
    match crowd {
        None => (0..all.table.flows().len()).for_each(|index| all.expand(index, limits)),
        Some(Crowd { groups, alone, .. }) => {
            let examples = groups.iter().flat_map(|group| group.members.iter().take(population::EXAMPLES));
            let shown = examples.chain(alone);
            shown.for_each(|&index| all.expand(index, limits));
        }
    }
}

/// The rows of a crowd. `ids`: the numbers of `sessions` among all connections, ascending.
fn folded<'a>(crowd: &'a Crowd, ids: &[usize], sessions: &[Judged]) -> Vec<(&'a Group, Fold)> {
    let shown = |group: &Group| {
        let examples = group.members.iter().take(population::EXAMPLES);
        examples.filter_map(|id| ids.binary_search(id).ok()).collect()
    };
    crowd.groups.iter().filter_map(|group| Some((group, Fold::of(group, shown(group), sessions)?))).collect()
}

fn undecoded(counts: &Counts) -> Blind {
    let first =
        counts.undecoded_examples.first().map(|(frame, why)| format!("; the first, frame {frame}: {why}"));
    Blind {
        kind: BlindKind::Undecoded,
        detail: format!("{} frames could not be decoded{}", counts.undecoded, first.unwrap_or_default()),
        frames: counts.undecoded_examples.iter().map(|(frame, _)| *frame).take(8).collect(),
    }
}

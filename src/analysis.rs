//! The stages in a row: frames in, judged cases out.
//!
//! The only place that knows all stages, and the only user of rayon: finished cases are judged in parallel,
//! collected in order, so that the result is the same for any number of threads.

pub use crate::case::{Blind, BlindKind, Spot};
pub use crate::population::Findings;

use rayon::prelude::*;

use crate::case::{Case, Hosts, Vantage};
use crate::flow::{Delivery, Event, FlowId, Pair, Side, Table};
use crate::frame::{Frame, FrameNo};
use crate::infer;
use crate::limits::Limits;
use crate::population::{self, Counts, Judged};
use crate::ssh::{self, Arrival, Chunk};
use crate::timers::Timer;
use crate::units::Timestamp;
use crate::wire::{Decoded, Decoder, Packet};

/// Which ports SSH is looked for on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ports {
    /// These only.
    Only(Vec<u16>),
    /// Any: a connection is SSH when one side sends an identification string.
    Any,
}

impl Default for Ports {
    fn default() -> Self {
        Self::Only(vec![SSH_PORT])
    }
}

/// Port of SSH (RFC 4253 §4.1).
pub const SSH_PORT: u16 = 22;

impl Ports {
    fn list(&self) -> &[u16] {
        match self {
            Self::Only(ports) => ports,
            Self::Any => &[SSH_PORT],
        }
    }

    fn takes(&self, packet: &Packet<'_>) -> bool {
        match self {
            Self::Only(ports) => {
                ports.contains(&packet.key.low.port) || ports.contains(&packet.key.high.port)
            }
            Self::Any => true,
        }
    }
}

/// Takes frames one after the other.
#[derive(Debug)]
pub struct Analysis {
    limits: Limits,
    ports: Ports,
    vantage: Option<Spot>,
    timers: Vec<Timer>,
    decoder: Decoder,
    table: Table,
    sessions: Vec<Slot>,
    counts: Counts,
}

/// The SSH part of a connection: made when its first octets come, for a scan has millions that never say anything.
#[derive(Debug)]
struct Slot {
    midstream: bool,
    session: Option<Box<ssh::Session>>,
}

impl Slot {
    fn session(&mut self, limits: &Limits) -> &mut ssh::Session {
        let midstream = self.midstream;
        self.session.get_or_insert_with(|| {
            Box::new(if midstream { ssh::Session::midstream(limits) } else { ssh::Session::new(limits) })
        })
    }

    fn transcript(&self, limits: &Limits) -> ssh::Transcript {
        match &self.session {
            Some(session) => session.finish(),
            None if self.midstream => ssh::Session::midstream(limits).finish(),
            None => ssh::Session::new(limits).finish(),
        }
    }
}

impl Analysis {
    /// An analysis of connections on `ports`.
    pub fn new(limits: Limits, ports: Ports) -> Self {
        Self {
            decoder: Decoder::new(limits),
            table: Table::new(limits, ports.list()),
            sessions: Vec::new(),
            counts: Counts::default(),
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

    /// Takes the next frame of the capture.
    pub fn handle_frame(&mut self, frame: &Frame<'_>) {
        let counts = &mut self.counts;
        counts.frames += 1;
        counts.first.get_or_insert(frame.time);
        counts.last = counts.last.max(Some(frame.time));
        match self.decoder.decode(frame) {
            Decoded::Tcp(packet) if self.ports.takes(&packet) => {
                counts.ssh_frames += 1;
                let at = Arrival { frame: frame.number, time: frame.time };
                let (sessions, limits) = (&mut self.sessions, &self.limits);
                self.table.handle(&packet, &mut |flow, event| feed(sessions, limits, at, flow, event));
            }
            Decoded::Tcp(_) => {}
            Decoded::Icmp(quote) => counts.ssh_frames += u64::from(self.table.handle_quote(quote)),
            Decoded::Other(layer) => *counts.others.entry(layer).or_default() += 1,
            Decoded::Undecoded(undecoded) => {
                counts.undecoded += 1;
                if counts.undecoded_examples.len() < self.limits.undecoded_examples {
                    counts.undecoded_examples.push((frame.number, undecoded));
                }
            }
        }
    }

    /// Judges everything. `blind`: what the source knows that the capture does not hold.
    pub fn finish(mut self, mut blind: Vec<Blind>) -> Findings {
        let end = self.counts.last.unwrap_or_default();
        let at = Arrival { frame: FrameNo::default(), time: end };
        let (sessions, limits) = (&mut self.sessions, &self.limits);
        self.table.finish(&mut |flow, event| feed(sessions, limits, at, flow, event));
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
        let mut cases = cases(self.table, &self.sessions, &self.limits, &self.ports, end);
        if let Some(spot) = self.vantage {
            for case in &mut cases {
                case.vantage = Vantage::known(spot);
            }
        }
        let mut sessions: Vec<Judged> = cases
            .into_par_iter()
            .map(|case| {
                let diagnosis = infer::diagnose(&case);
                Judged { case, diagnosis }
            })
            .collect();
        let patterns = population::patterns(&mut sessions);
        Findings { sessions, counts: self.counts, blind, patterns, timers: self.timers }
    }
}

fn feed(slots: &mut Vec<Slot>, limits: &Limits, at: Arrival, flow: FlowId, event: Event<'_>) {
    let index = flow.0 as usize;
    if let Event::Opened { midstream } = event {
        debug_assert_eq!(index, slots.len(), "connections are numbered in the order of their first packets");
        slots.push(Slot { midstream, session: None });
    }
    let Some(slot) = slots.get_mut(index) else { return };
    match event {
        Event::Opened { .. } => {}
        Event::Stream { from, delivery } => take(slot.session(limits), at, from, delivery),
        // The end of what never began says nothing.
        Event::Ended { from } => {
            if let Some(session) = &mut slot.session {
                session.handle_end(from, at);
            }
        }
    }
}

fn take(session: &mut ssh::Session, at: Arrival, from: Side, delivery: Delivery<'_>) {
    match delivery {
        Delivery::Octets(octets) => session.handle(from, Chunk::Data { at, octets }),
        Delivery::Cut(octets) => session.handle(from, Chunk::Segment { at, octets }),
        Delivery::NextSegment => session.handle_next_segment(from),
        Delivery::Hole(octets) => session.handle(from, Chunk::Hole { at, octets }),
        Delivery::LateStart { adjoins } => session.handle_late_start(from, adjoins),
    }
}

fn cases(table: Table, slots: &[Slot], limits: &Limits, ports: &Ports, end: Timestamp) -> Vec<Case> {
    let flows = table.into_flows();
    let mut hosts = Hosts::default();
    for (index, flow) in flows.iter().enumerate() {
        hosts.note(index, flow);
    }
    let mut cases = Vec::new();
    for (index, (flow, slot)) in flows.into_iter().zip(slots).enumerate() {
        let transcript = slot.transcript(limits);
        let speaks_ssh = Side::BOTH.into_iter().any(|side| transcript.party.of(side).banner.is_some());
        if *ports == Ports::Any && !speaks_ssh {
            continue;
        }
        let host = |side: Side| hosts.others(index, flow.key.at(flow.end(side)).addr, flow.place);
        let hosts = Pair { client: host(Side::Client), server: host(Side::Server) };
        cases.push(Case::new(flow, transcript, hosts, end));
    }
    cases
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

/// Runs `work` on `threads` threads, or on one for each core.
///
/// # Errors
///
/// When the system gives no threads.
pub fn with_threads<T: Send>(threads: Option<usize>, work: impl FnOnce() -> T + Send) -> Result<T, String> {
    let Some(threads) = threads else { return Ok(work()) };
    let pool =
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|error| error.to_string())?;
    Ok(pool.install(work))
}

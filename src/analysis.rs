//! The stages in a row: frames in, judged cases out.
//!
//! The only place that knows all stages, and the only user of rayon: finished cases are judged in parallel,
//! collected in order, so that the result is the same for any number of threads.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::case::{Blind, BlindKind, Case, Hosts};
use crate::flow::{Delivery, Event, FlowId, Pair, Side, Table};
use crate::frame::{Frame, FrameNo};
use crate::infer::{self, Diagnosis};
use crate::limits::Limits;
use crate::ssh::{self, Arrival, Chunk};
use crate::units::Timestamp;
use crate::wire::{Decoded, Decoder, Packet, Undecoded};

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

/// What was counted over the whole capture.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Frames.
    pub frames: u64,
    /// Frames with a segment of an SSH connection, ICMP errors that quote one included.
    pub ssh_frames: u64,
    /// Frames that could not be decoded to TCP although something says they should.
    pub undecoded: u64,
    /// The first of them.
    pub undecoded_examples: Vec<(FrameNo, Undecoded)>,
    /// Frames by what they are, where that is not TCP.
    pub others: BTreeMap<&'static str, u64>,
    /// Time of the first frame.
    pub first: Option<Timestamp>,
    /// Latest time of all frames.
    pub last: Option<Timestamp>,
}

/// One connection with its diagnosis.
#[derive(Debug)]
pub struct Judged {
    /// What is known of it.
    pub case: Case,
    /// What follows from that.
    pub diagnosis: Diagnosis,
}

/// What a capture holds.
#[derive(Debug)]
pub struct Findings {
    /// The SSH connections, in the order of their first frames.
    pub sessions: Vec<Judged>,
    /// What was counted.
    pub counts: Counts,
    /// What the capture as a whole could not show.
    pub blind: Vec<Blind>,
}

/// Takes frames one after the other.
#[derive(Debug)]
pub struct Analysis {
    limits: Limits,
    ports: Ports,
    decoder: Decoder,
    table: Table,
    sessions: Vec<ssh::Session>,
    counts: Counts,
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
        }
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
        if self.counts.undecoded > 0 {
            blind.push(undecoded(&self.counts));
        }
        let cases = cases(self.table, &self.sessions, &self.ports, end);
        let sessions = cases
            .into_par_iter()
            .map(|case| {
                let diagnosis = infer::diagnose(&case);
                Judged { case, diagnosis }
            })
            .collect();
        Findings { sessions, counts: self.counts, blind }
    }
}

fn feed(sessions: &mut Vec<ssh::Session>, limits: &Limits, at: Arrival, flow: FlowId, event: Event<'_>) {
    let index = flow.0 as usize;
    if let Event::Opened { midstream } = event {
        debug_assert_eq!(
            index,
            sessions.len(),
            "connections are numbered in the order of their first packets"
        );
        sessions.push(if midstream { ssh::Session::midstream(limits) } else { ssh::Session::new(limits) });
    }
    let Some(session) = sessions.get_mut(index) else { return };
    match event {
        Event::Opened { .. } => {}
        Event::Stream { from, delivery: Delivery::Octets(octets) } => {
            session.handle(from, Chunk::Data { at, octets });
        }
        Event::Stream { from, delivery: Delivery::Hole(octets) } => {
            session.handle(from, Chunk::Hole { at, octets });
        }
        Event::Stream { from, delivery: Delivery::LateStart { adjoins } } => {
            session.handle_late_start(from, adjoins);
        }
        Event::Ended { from } => session.handle_end(from, at),
    }
}

fn cases(table: Table, sessions: &[ssh::Session], ports: &Ports, end: Timestamp) -> Vec<Case> {
    let flows = table.into_flows();
    let mut hosts = Hosts::default();
    for (index, flow) in flows.iter().enumerate() {
        hosts.note(index, flow);
    }
    let mut cases = Vec::new();
    for (index, (flow, session)) in flows.into_iter().zip(sessions).enumerate() {
        let transcript = session.finish();
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

//! The stages in a row: frames in, judged cases out.
//!
//! The only place that knows all stages, and the only user of rayon: finished cases are judged in parallel,
//! collected in order, so that the result is the same for any number of threads.

mod crowd;
mod ports;
mod shape;
mod slots;
mod threads;

pub use crate::case::{Blind, BlindKind, Spot};
pub use crate::population::Findings;
pub use ports::{Ports, SSH_PORT};
pub use threads::Threads;

use crate::case::{Case, Hosts, Vantage};
use crate::flow::{FlowId, Pair, Side, Table};
use crate::frame::Frame;
use crate::infer;
use crate::limits::Limits;
use crate::population::{self, Counts, Fold, Judged};
use crate::units::Timestamp;
use crate::wire::{Decoded, Decoder, Skimmed, skim};
use crowd::{Court, Crowd};
use slots::Slots;

/// Takes frames one after the other.
#[derive(Debug)]
pub struct Analysis {
    limits: Limits,
    ports: Ports,
    vantage: Option<Spot>,
    threads: Threads,
    decoder: Decoder,
    table: Table,
    slots: Slots,
    counts: Counts,
    /// Frames of UDP that need no entry in `counts` each.
    plain_udp: u64,
}

impl Analysis {
    /// An analysis of connections on `ports`.
    pub fn new(limits: Limits, ports: Ports) -> Self {
        Self {
            decoder: Decoder::new(limits),
            table: Table::new(limits, ports.list()),
            slots: Slots::default(),
            counts: Counts::default(),
            plain_udp: 0,
            threads: Threads::default(),
            limits,
            ports,
            vantage: None,
        }
    }

    /// Takes `vantage` for the place of the capture, of all its connections, instead of inferring it from their signs.
    #[must_use]
    pub fn seen_from(self, vantage: Option<Spot>) -> Self {
        Self { vantage, ..self }
    }

    /// Works on `threads`, instead of one for each core.
    #[must_use]
    pub fn on(self, threads: Threads) -> Self {
        Self { threads, ..self }
    }

    /// Takes the next frame of the capture.
    pub fn handle_frame(&mut self, frame: &Frame<'_>) {
        let Self { decoder, table, slots, limits, ports, counts, plain_udp, .. } = self;
        counts.frames += 1;
        counts.first.get_or_insert(frame.time);
        counts.last = counts.last.max(Some(frame.time));
        let skimmed = skim(frame, limits, |one, other| ports.connect(one, other));
        let decoded = match skimmed {
            Skimmed::Tcp(packet) => Decoded::Tcp(packet),
            Skimmed::Elsewhere => return,
            Skimmed::Udp => {
                *plain_udp += 1;
                return;
            }
            Skimmed::Unclear => decoder.decode(frame),
        };
        match decoded {
            Decoded::Tcp(packet) if ports.takes(&packet) => {
                counts.ssh_frames += 1;
                table.handle(&packet, &mut |flow, at, event| slots.feed(limits, flow, at, event));
            }
            Decoded::Tcp(_) => {}
            Decoded::Icmp(quote) => {
                let known = table.handle_quote(quote, &mut |flow, at, event| {
                    slots.feed(limits, flow, at, event);
                });
                counts.ssh_frames += u64::from(known);
            }
            Decoded::Other(layer) => *counts.others.entry(layer).or_default() += 1,
            Decoded::Undecoded(undecoded) => {
                counts.undecoded += 1;
                if counts.undecoded_examples.len() < limits.undecoded_examples {
                    counts.undecoded_examples.push((frame.number, undecoded));
                }
            }
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
        let mut hosts = Hosts::default();
        let crowd = (self.table.briefs() > self.limits.judged_singly).then(|| self.crowd(&mut hosts, end));
        self.expand(crowd.as_ref());
        let limits = &self.limits;
        self.table.finish(end, &mut |flow, at, event| self.slots.feed(limits, flow, at, event));
        blind.extend(self.unread());
        if crowd.is_none() {
            for (index, flow) in self.table.flows().iter().enumerate() {
                flow.whole().into_iter().for_each(|flow| hosts.note(index, flow));
            }
        }
        let (ids, cases) = self.cases(&hosts, end);
        let sessions = self.threads.map(cases, |case| {
            let diagnosis = infer::diagnose(&case);
            Judged { case, diagnosis }
        });
        let patterns = population::patterns(&sessions);
        let folded = crowd.map(|crowd| folded(crowd, &ids, &sessions)).unwrap_or_default();
        Findings { sessions, counts: self.counts, blind, patterns, folded }
    }

    fn crowd(&self, hosts: &mut Hosts, end: Timestamp) -> Crowd {
        let vantage = self.vantage.map(Vantage::known);
        let must_speak = self.ports == Ports::Any;
        Court { limits: &self.limits, hosts, vantage, must_speak, end }.crowd(&self.table)
    }

    /// Makes flows of the brief connections that are shown singly.
    fn expand(&mut self, crowd: Option<&Crowd>) {
        let Self { table, slots, limits, .. } = self;
        let all = table.flows().len();
        let mut expand = |index: usize| {
            table.expand(FlowId(index as u32), &mut |flow, at, event| slots.feed(limits, flow, at, event));
        };
        match crowd {
            None => (0..all).for_each(expand),
            Some(Crowd { groups, alone }) => {
                groups.iter().flat_map(|group| &group.examples).chain(alone).for_each(|&it| expand(it));
            }
        }
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

    /// The SSH connections that are kept as flows, with their numbers, in the order of their first frames.
    fn cases(&mut self, hosts: &Hosts, end: Timestamp) -> (Vec<usize>, Vec<Case>) {
        let table = std::mem::replace(&mut self.table, Table::new(self.limits, &[]));
        let mut cases = Vec::new();
        let mut ids = Vec::new();
        for (id, flow) in table.into_flows() {
            let transcript = self.slots.take(id).transcript(&self.limits);
            let speaks_ssh = Side::BOTH.into_iter().any(|side| transcript.party.of(side).banner.is_some());
            if self.ports == Ports::Any && !speaks_ssh {
                continue;
            }
            let index = id.0 as usize;
            let host = |side: Side| hosts.others(index, flow.key.at(flow.end(side)).addr, flow.place);
            let hosts = Pair { client: host(Side::Client), server: host(Side::Server) };
            let mut case = Case::new(*flow, transcript, hosts, end);
            if let Some(spot) = self.vantage {
                case.vantage = Vantage::known(spot);
            }
            ids.push(index);
            cases.push(case);
        }
        (ids, cases)
    }
}

/// The rows of a crowd. `ids`: the numbers of `sessions` among all connections, ascending.
fn folded(crowd: Crowd, ids: &[usize], sessions: &[Judged]) -> Vec<Fold> {
    let rows = crowd.groups.into_iter().filter_map(|mut group| {
        group.examples = group.examples.iter().filter_map(|id| ids.binary_search(id).ok()).collect();
        Fold::of(group, sessions)
    });
    rows.collect()
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

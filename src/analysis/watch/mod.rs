//! The analysis while frames still come: each connection is judged as soon as its end can be told.
//!
//! It is judged by itself, as it would be if the capture ended there, with the same functions as in a file. When the
//! capture does end, what is still kept is judged again with all that was seen; a verdict that changed is a revision.
//!
//! Pure as the rest of the core: time is handed in, counted from any moment by a clock that never goes back. It is not the
//! capture's time, which can be set.
//!
//! Memory is bounded by the connections that live, not by the time that passes: those that were told are kept for the
//! closing report while there is room, the oldest go first; of a flood of handshakes the oldest are let go untold, and
//! the report says how many.

mod activity;
mod connection;
mod outlook;
mod register;

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::kernel::KernelLog;
use super::reading::{Said, read};
use super::{Analysis, Ports, Spot};
use crate::case::{Blind, BlindKind, Ending, Hosts};
use crate::flow::FlowId;
use crate::frame::{Frame, FrameNo, Place};
use crate::infer::KernelReset;
use crate::limits::Limits;
use crate::population::{Findings, Judged};
use crate::report::Activity;
use crate::timers::Timer;
use crate::units::{Elapsed, Timestamp};
use crate::wire::FlowKey;
use connection::{Connection, Signs};
use register::Register;

/// Judgements in one look: the frames that come meanwhile must not wait for longer than a fraction of a second.
const AT_ONCE: usize = 256;

/// What can be told of a connection.
#[derive(Debug)]
pub struct Told {
    /// Its number among all connections watched, from 1, in the order of their first frames.
    pub id: u32,
    /// Its end was told before; this is how it looks now.
    pub again: bool,
    /// Findings with this session alone.
    pub findings: Findings,
}

/// Takes frames as they come, and tells how connections ended.
#[derive(Debug)]
pub struct Watch {
    rules: Analysis,
    register: Register,
    /// Hosts of connections that were told.
    hosts: Hosts,
}

impl Watch {
    /// Watches connections on `ports`.
    pub fn new(limits: Limits, ports: Ports) -> Self {
        let rules = Analysis::new(limits, ports);
        Self { register: Register::new(limits, rules.ports.list()), rules, hosts: Hosts::default() }
    }

    /// Takes `vantage` for the place of the capture, as [`Analysis::seen_from`] does.
    #[must_use]
    pub fn seen_from(self, vantage: Option<Spot>) -> Self {
        Self { rules: self.rules.seen_from(vantage), ..self }
    }

    /// Compares silences with `timers`, too.
    #[must_use]
    pub fn knowing(self, timers: Vec<Timer>) -> Self {
        Self { rules: self.rules.knowing(timers), ..self }
    }

    /// Joins what the kernel of the capturing host, which has the addresses `own`, says from `since` on.
    #[must_use]
    pub fn hearing(mut self, own: Vec<IpAddr>, since: Timestamp) -> Self {
        self.rules.kernel = Some(KernelLog::new(own, since));
        self
    }

    /// Frames were dropped just now: connections that live may miss some.
    pub fn note_drops(&mut self) {
        self.rules.dropped = self.rules.counts.last.or(self.rules.dropped);
    }

    /// Takes what the kernel said of a reset.
    pub fn hear(&mut self, said: KernelReset) {
        let Analysis { kernel, ports, .. } = &mut self.rules;
        if ports.connect(said.from.port, said.to.map_or(0, |to| to.port))
            && let Some(kernel) = kernel
        {
            kernel.note(said);
        }
    }

    /// Takes the next frame, which came at `now`.
    pub fn handle_frame(&mut self, frame: &Frame<'_>, now: Elapsed) {
        let Self { rules, register, .. } = self;
        let Analysis { decoder, limits, ports, counts, plain_udp, .. } = rules;
        match read(frame, decoder, limits, ports, counts, plain_udp) {
            Some(Said::Packet(packet)) => register.take(&packet, now, limits),
            Some(Said::Quote(quote)) => {
                counts.ssh_frames += u64::from(register.take_quote(quote, now, limits));
            }
            None => {}
        }
    }

    /// When [`Watch::look`] is to be called next, if no frame comes before.
    pub fn due(&self) -> Option<Elapsed> {
        self.register.due()
    }

    /// Tells `tell` what can be told by `now`. Where much can be told at once, the rest is due again at once.
    pub fn look(&mut self, now: Elapsed, tell: &mut impl FnMut(Told)) {
        let mut judged = 0;
        while judged < AT_ONCE {
            let Some(key) = self.register.next_due(now) else { return };
            let Some(connection) = self.register.get(&key) else { continue };
            let (ready, again) = connection.outlook(&self.rules.limits, now);
            for (index, signs) in ready {
                judged += 1;
                self.judge(key, index, signs, tell);
            }
            if let Some(again) = again {
                self.register.look_again(key, again);
            }
            if self.register.get(&key).is_some_and(Connection::is_told) {
                self.register.finish(key, now, &self.rules.limits);
            }
        }
    }

    /// Judges flow number `index` of a connection as if the capture ended here.
    fn judge(&mut self, key: FlowKey, index: usize, signs: Signs, tell: &mut impl FnMut(Told)) {
        let end = self.rules.counts.last.unwrap_or_default();
        let Some(connection) = self.register.get(&key) else { return };
        let Some(&watched) = connection.flows.get(index) else { return };
        let judged = self.judged(connection, index, end);
        let ended = judged.as_ref().is_none_or(|judged| judged.case.ending != Ending::Open);
        let lasts = judged.as_ref().is_some_and(|judged| judged.case.ending != Ending::Silence);
        if let Some(judged) = &judged
            && !watched.told
        {
            self.hosts.note(watched.id as usize, &judged.case.flow);
            if self.hosts.len() > self.rules.limits.hosts_remembered {
                self.hosts = Hosts::default();
            }
        }
        if let Some(flow) = self.register.get_mut(&key).and_then(|it| it.flows.get_mut(index)) {
            flow.judged = Some(match &judged {
                Some(judged) if ended && lasts => signs.and_packets(&judged.case.flow),
                _ => signs,
            });
            flow.lasts = ended && lasts;
            flow.revisions = if ended && watched.told { watched.revisions + 1 } else { 0 };
            flow.told = ended;
        }
        if let Some(judged) = judged
            && (ended || watched.told)
        {
            let findings = Findings {
                sessions: vec![judged],
                counts: self.rules.counts.clone(),
                timers: self.rules.timers.clone(),
                ..Findings::default()
            };
            tell(Told { id: watched.id, again: watched.told, findings });
        }
    }

    fn judged(&self, connection: &Connection, index: usize, end: Timestamp) -> Option<Judged> {
        let watched = connection.flows.get(index)?;
        let mut shard = connection.as_it_stands(&self.rules.limits);
        shard.finish(&self.rules.limits);
        let (mut all, mut slots) = shard.into_parts();
        let (id, kept) = all.find(|(id, _)| id.0 as usize == index)?;
        let flow = kept.into_flow()?;
        let hosts = self.neighbours(&flow.key, flow.place);
        let case = self.rules.case(watched.id as usize, flow, slots.take(id), &hosts, end)?;
        Some(self.rules.judged(case))
    }

    /// What is known of the two hosts of a connection: what was told of them, and their connections that live.
    fn neighbours(&self, key: &FlowKey, place: Place) -> Hosts {
        let ends = [key.low.addr, key.high.addr];
        let mut hosts = self.hosts.about(ends.map(|end| (end, place)));
        for neighbour in self.register.beside(&ends) {
            let untold = neighbour.flows.iter().enumerate().filter(|(_, watched)| !watched.told);
            for (index, watched) in untold {
                if let Some(flow) = neighbour.whole(index) {
                    hosts.note(watched.id as usize, flow);
                }
            }
        }
        hosts
    }

    /// How many connections live: their end was not told.
    pub fn living(&self) -> usize {
        self.register.all().filter(|connection| !connection.is_told()).count()
    }

    /// How many of those that live have only begun, so that [`Self::activity`] leaves them out.
    pub fn begun(&self) -> usize {
        let of = |connection: &Connection| {
            let untold = connection.flows.iter().enumerate().filter(|(_, watched)| !watched.told);
            untold.filter(|(index, _)| connection.whole(*index).is_none()).count()
        };
        self.register.all().map(of).sum()
    }

    /// The connections that live and are kept as more than their first packets, in the order of their first frames.
    pub fn activity(&self, now: Elapsed) -> Vec<Activity> {
        let limits = &self.rules.limits;
        let of = |connection: &Connection| -> Vec<Activity> {
            let untold = connection.flows.iter().enumerate().filter(|(_, watched)| !watched.told);
            let idle = now - connection.heard;
            let of = |(index, watched): (usize, &connection::Watched)| {
                let phase = connection.shard.phase(FlowId(index as u32), limits);
                Some(activity::of(watched.id, connection.whole(index)?, phase, idle))
            };
            untold.filter_map(of).collect()
        };
        let mut all: Vec<Activity> = self.register.all().flat_map(of).collect();
        all.sort_unstable_by_key(|activity| activity.id);
        all
    }

    /// The capture ended: judges everything that is kept, as [`Analysis::finish`] does. The second list has the numbers of
    /// the sessions among all connections watched.
    pub fn finish(self, mut blind: Vec<Blind>) -> (Findings, Vec<u32>) {
        let Self { mut rules, register, hosts } = self;
        blind.extend(given_up(&register));
        if register.released > 0 {
            rules.past.hosts = hosts.of_the_past();
        }
        let (part, connections) = register.into_all();
        let ids: BTreeMap<FrameNo, u32> = connections
            .iter()
            .flat_map(|connection| &connection.flows)
            .map(|watched| (watched.opened, watched.id))
            .collect();
        rules.shards = connections.into_iter().map(|connection| connection.shard).chain([part]).collect();
        let findings = rules.finish(blind);
        let id = |judged: &Judged| ids.get(&judged.case.flow.first_frame()).copied().unwrap_or_default();
        let ids = findings.sessions.iter().map(id).collect();
        (findings, ids)
    }
}

/// What the bounds on memory cost.
fn given_up(register: &Register) -> Vec<Blind> {
    let blind = |detail| Blind { kind: BlindKind::LimitReached, detail, frames: Vec::new() };
    let (forgotten, released) = (register.forgotten, register.released);
    let forgotten = (forgotten > 0).then(|| {
        format!("{forgotten} connections with few packets were let go before their end could be told: they came too fast")
    });
    let released = (released > 0).then(|| {
        format!(
            "{released} connections were told when they ended and are not compared with the others any more"
        )
    });
    forgotten.into_iter().chain(released).map(blind).collect()
}

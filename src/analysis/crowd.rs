//! Connections too many to be judged one by one: of each shape one is judged, the others are counted.

use std::borrow::Cow;

use foldhash::quality::RandomState;
use hashbrown::HashMap;

use super::shape::{Shape, Shapes};
use super::sketch::Desk;
use super::slots::Slot;
use crate::case::{Case, Host, HostId, Hosts, Vantage};
use crate::flow::{Event, Flow, FlowId, Kept, Moment, Pair, Side, Table};
use crate::infer;
use crate::limits::Limits;
use crate::population::{Fate, Group, Member, groups};
use crate::units::Timestamp;
use crate::wire::End;

/// What all connections of a capture are judged with.
pub(super) struct Court<'a> {
    pub(super) limits: &'a Limits,
    pub(super) hosts: &'a mut Hosts,
    /// Place of the capture, where the user knows it.
    pub(super) vantage: Option<Vantage>,
    /// Only connections in which somebody spoke SSH count.
    pub(super) must_speak: bool,
    /// Last moment of the capture.
    pub(super) end: Timestamp,
}

/// A brief connection at the first look.
#[derive(Clone, Copy)]
struct Glance {
    shape: Shape,
    client: End,
    hosts: [HostId; 2],
    start: Timestamp,
}

/// What is known of a sketch, by the first connection that had it.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// The own part of its shape.
    own: u64,
    /// Somebody spoke SSH.
    speaks: bool,
}

/// How brief connections are looked at.
#[derive(Default)]
struct Desks {
    shapes: Shapes,
    desk: Desk,
    known: HashMap<u64, Known, RandomState>,
}

impl Desks {
    /// Sketches remembered: scans show some thousands. Whoever makes more has them looked at one by one.
    const SKETCHES: usize = 1 << 16;
}

/// Brief connections by what became of them.
pub(super) struct Crowd {
    /// Those that are shown as one.
    pub(super) groups: Vec<Group>,
    /// Those in no group.
    pub(super) alone: Vec<usize>,
}

impl Court<'_> {
    /// Judges the brief connections of `table` by their shapes. Notes what all connections show of their hosts.
    pub(super) fn crowd(&mut self, table: &Table) -> Crowd {
        let mut desks = Desks::default();
        let glances: Vec<Option<Glance>> =
            (0..table.flows().len()).map(|index| self.glance(index, table, &mut desks)).collect();
        let mut fates: HashMap<u64, Option<Fate>, RandomState> = HashMap::default();
        let mut members: Vec<Option<Fate>> = Vec::with_capacity(glances.len());
        let mut alone = Vec::new();
        for (index, glance) in glances.iter().enumerate() {
            let fate = glance.and_then(|glance| {
                let shape = desks.shapes.among(&glance.shape, |side| self.others(index, &glance, side));
                *fates.entry(shape).or_insert_with(|| self.judge(index, table, &glance))
            });
            if glance.is_some() && fate.is_none() {
                alone.push(index);
            }
            members.push(fate);
        }
        let member = |(index, fate): (usize, &Option<Fate>)| {
            let (key, glance) = (table.flows().get(index)?.key(), (*glances.get(index)?)?);
            let (client, server) = (key.at(glance.client).addr, key.at(!glance.client));
            Some((index, Member { fate: (*fate)?, server, client, start: glance.start }))
        };
        let (groups, few) = groups(members.iter().enumerate().filter_map(member));
        alone.extend(few);
        alone.sort_unstable();
        Crowd { groups, alone }
    }

    /// Looks at connection number `index`; `None` if it is not brief, or not SSH.
    fn glance(&mut self, index: usize, table: &Table, desks: &mut Desks) -> Option<Glance> {
        let kept = table.flows().get(index)?;
        if let Some(flow) = kept.whole() {
            self.hosts.note(index, flow);
            return None;
        }
        let Desks { shapes, desk, known } = desks;
        let Some(sketch) = desk.sketch(kept, shapes, self.end) else {
            let (flow, look, speaks) = self.look(index, table, shapes)?;
            self.hosts.note(index, &flow);
            return (speaks || !self.must_speak).then_some(look);
        };
        let hosts = self.numbers(kept);
        for (end, host) in [End::Low, End::High].into_iter().zip(hosts) {
            self.hosts.note_sight(index, host, || sketch.sight(end));
        }
        let it = match known.get(&sketch.hash) {
            Some(known) => *known,
            None => {
                let (_, look, speaks) = self.look(index, table, shapes)?;
                let first = Known { own: look.shape.own, speaks };
                if known.len() < Desks::SKETCHES {
                    known.insert(sketch.hash, first);
                }
                first
            }
        };
        (it.speaks || !self.must_speak).then_some(Glance {
            shape: sketch.shape(it.own),
            client: sketch.client,
            hosts,
            start: sketch.start,
        })
    }

    /// The flow of connection number `index`, what a glance at it shows, and whether somebody spoke SSH.
    fn look(&mut self, index: usize, table: &Table, shapes: &Shapes) -> Option<(Flow, Glance, bool)> {
        let (flow, slot) = self.replay(index, table)?;
        let transcript = slot.has_spoken().then(|| slot.transcript(self.limits));
        let speaks = transcript
            .as_ref()
            .is_some_and(|it| Side::BOTH.into_iter().any(|side| it.party.of(side).banner.is_some()));
        let shape = shapes.of(&flow, transcript.as_ref(), self.end);
        let hosts = self.numbers(table.flows().get(index)?);
        let glance = Glance { shape, client: flow.client, hosts, start: flow.start() };
        Some((flow, glance, speaks))
    }

    /// The numbers of the hosts at the low and at the high end.
    fn numbers(&mut self, kept: &Kept) -> [HostId; 2] {
        [End::Low, End::High].map(|end| self.hosts.number(kept.key().at(end).addr, kept.place()))
    }

    fn replay(&self, index: usize, table: &Table) -> Option<(Flow, Slot)> {
        let mut slot = Slot::default();
        let tell = &mut |_: FlowId, at: Moment, event: Event<'_>| slot.feed(self.limits, at, event);
        let flow = table.replay(FlowId(index as u32), self.end, tell)?;
        Some((flow, slot))
    }

    fn others(&self, index: usize, glance: &Glance, side: Side) -> Cow<'_, Host> {
        let [low, high] = glance.hosts;
        let is_low = (glance.client == End::Low) == (side == Side::Client);
        self.hosts.others(index, if is_low { low } else { high })
    }

    /// What became of connection number `index`, by everything that is known.
    fn judge(&self, index: usize, table: &Table, glance: &Glance) -> Option<Fate> {
        let (flow, slot) = self.replay(index, table)?;
        let host = |side| self.others(index, glance, side).into_owned();
        let hosts = Pair { client: host(Side::Client), server: host(Side::Server) };
        let mut case = Case::new(flow, slot.transcript(self.limits), hosts, self.end);
        if let Some(vantage) = &self.vantage {
            case.vantage = *vantage;
        }
        Fate::of(&case, &infer::diagnose(&case))
    }
}

//! Connections too many to be judged one by one: of each shape one is judged, the others are counted.

use foldhash::quality::RandomState;
use hashbrown::HashMap;

use super::shape::{Shape, Shapes};
use super::slots::Slot;
use crate::case::{Case, Host, Hosts, Vantage};
use crate::flow::{Event, Flow, FlowId, Moment, Pair, Side, Table};
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
    start: Timestamp,
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
        let shapes = Shapes::default();
        let glances: Vec<Option<Glance>> =
            (0..table.flows().len()).map(|index| self.glance(index, table, &shapes)).collect();
        let mut fates: HashMap<u64, Option<Fate>, RandomState> = HashMap::default();
        let mut members: Vec<Option<Fate>> = Vec::with_capacity(glances.len());
        let mut alone = Vec::new();
        for (index, glance) in glances.iter().enumerate() {
            let fate = glance.and_then(|glance| {
                let hosts = self.others(index, table, glance.client);
                let shape = shapes.among(&glance.shape, &hosts.client, &hosts.server);
                *fates.entry(shape).or_insert_with(|| self.judge(index, table, hosts))
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
    fn glance(&mut self, index: usize, table: &Table, shapes: &Shapes) -> Option<Glance> {
        if let Some(flow) = table.flows().get(index)?.whole() {
            self.hosts.note(index, flow);
            return None;
        }
        let (flow, slot) = self.replay(index, table)?;
        self.hosts.note(index, &flow);
        let transcript = slot.has_spoken().then(|| slot.transcript(self.limits));
        let speaks = transcript
            .as_ref()
            .is_some_and(|it| Side::BOTH.into_iter().any(|side| it.party.of(side).banner.is_some()));
        (speaks || !self.must_speak).then(|| Glance {
            shape: shapes.of(&flow, transcript.as_ref(), self.end),
            client: flow.client,
            start: flow.start(),
        })
    }

    fn replay(&self, index: usize, table: &Table) -> Option<(Flow, Slot)> {
        let mut slot = Slot::default();
        let tell = &mut |_: FlowId, at: Moment, event: Event<'_>| slot.feed(self.limits, at, event);
        let flow = table.replay(FlowId(index as u32), self.end, tell)?;
        Some((flow, slot))
    }

    fn others(&self, index: usize, table: &Table, client: End) -> Pair<Host> {
        let Some(kept) = table.flows().get(index) else { return Pair::default() };
        let host = |end| self.hosts.others(index, kept.key().at(end).addr, kept.place());
        Pair { client: host(client), server: host(!client) }
    }

    /// What became of connection number `index`, by everything that is known.
    fn judge(&self, index: usize, table: &Table, hosts: Pair<Host>) -> Option<Fate> {
        let (flow, slot) = self.replay(index, table)?;
        let mut case = Case::new(flow, slot.transcript(self.limits), hosts, self.end);
        if let Some(vantage) = &self.vantage {
            case.vantage = *vantage;
        }
        Fate::of(&case, &infer::diagnose(&case))
    }
}

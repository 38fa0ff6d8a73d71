//! Connections too many to be judged one by one: of each shape one is judged, the others are counted.

use std::borrow::Cow;

use foldhash::quality::RandomState;
use hashbrown::HashMap;

use super::shape::Shape;
use super::sketch::Desk;
use super::slots::Slot;
use super::view::View;
use crate::case::{Case, Host, HostId, Hosts, Sight, Vantage};
use crate::flow::{Event, Flow, FlowId, Kept, Moment, Pair, Side};
use crate::infer;
use crate::limits::Limits;
use crate::population::{Fate, Group, Member, groups};
use crate::ssh::Transcript;
use crate::units::Timestamp;
use crate::wire::End;

/// What all connections of a capture are judged with.
pub(super) struct Court<'a> {
    pub(super) limits: &'a Limits,
    pub(super) past: &'a mut Past,
    /// Place of the capture, where the user knows it.
    pub(super) vantage: Option<Vantage>,
    /// Only connections in which somebody spoke SSH count.
    pub(super) must_speak: bool,
    /// Last moment of the capture.
    pub(super) end: Timestamp,
}

/// A brief connection at a glance.
#[derive(Clone, Copy)]
struct Glance {
    shape: Shape,
    client: End,
    start: Timestamp,
    /// Somebody spoke SSH.
    speaks: bool,
}

/// How a brief connection is looked at.
#[derive(Clone, Copy)]
struct Entry {
    /// At its low and at its high end.
    hosts: [HostId; 2],
    /// By its sketch, or as the flow that it makes: the number of that look.
    looked: Option<u32>,
}

/// What is known of a sketch, by the first connection that had it.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// The own part of its shape.
    own: u64,
    /// Somebody spoke SSH.
    speaks: bool,
}

/// What is known beside the connections themselves.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// What connections showed of their hosts.
    pub(super) hosts: Hosts,
    /// What sketches have turned out to be.
    sketches: HashMap<u64, Known, RandomState>,
    /// What became of connections of a shape.
    fates: HashMap<u64, Option<Fate>, RandomState>,
}

/// Sketches and shapes remembered: scans show some thousands. Whoever makes more has them looked at one by one.
const REMEMBERED: usize = 1 << 16;

/// Brief connections by what became of them.
pub(super) struct Crowd {
    /// Those that are shown as one.
    pub(super) groups: Vec<Group>,
    /// Those in no group.
    pub(super) alone: Vec<usize>,
}

/// What brief connection number `index` of `all` shows of the host at its `end`, where it ran without surprises.
fn sight(index: usize, end: End, all: &View<'_>, desk: &mut Desk) -> Option<Sight> {
    desk.sketch(all.kept(index)?.packets(), all.shapes())?;
    desk.sight(end)
}

impl Past {
    /// Looks at what was put off, of the connections that `goes` takes: they are of the past soon, where `most` hosts are known.
    pub(super) fn look(&mut self, all: &View<'_>, goes: impl Fn(usize) -> bool, most: usize) {
        let mut desk = Desk::default();
        for (host, index, end) in self.hosts.unlooked_of(goes, most) {
            self.hosts.note_sight(index, host, || sight(index, end, all, &mut desk));
        }
    }
}

impl Court<'_> {
    /// Judges the brief connections of `all` by their shapes; `over`: those only that are over. Notes what all connections
    /// show of their hosts.
    pub(super) fn crowd(&mut self, all: &View<'_>, over: bool) -> Crowd {
        let (mut desk, mut looked, end) = (Desk::default(), Vec::new(), self.end);
        let mut enter = |index| {
            let judged = !over || all.is_over_brief(index, end);
            let entry = self.enter(index, all, judged, &mut desk, &mut looked);
            entry.filter(|_| judged)
        };
        let entries: Vec<Option<Entry>> = (0..all.len()).map(&mut enter).collect();
        let mut alone = Vec::new();
        let mut member = |(index, entry): (usize, &Option<Entry>)| {
            let entry = (*entry)?;
            let glance = match entry.looked {
                Some(number) => *looked.get(number as usize)?,
                None => self.glance(index, all)?,
            };
            if self.must_speak && !glance.speaks {
                return None;
            }
            let others = |side| self.others(index, &entry, glance.client, side);
            let shape = all.shapes().among(&glance.shape, others);
            let fate = self.past.fates.get(&shape).copied().unwrap_or_else(|| {
                let fate = self.judge(index, all, &entry, glance.client);
                if self.past.fates.len() < REMEMBERED {
                    self.past.fates.insert(shape, fate);
                }
                fate
            });
            let Some(fate) = fate else {
                alone.push(index);
                return None;
            };
            let key = all.kept(index)?.key();
            let (client, server) = (key.at(glance.client).addr, key.at(!glance.client));
            Some((index, Member { fate, server, client, start: glance.start }))
        };
        let (groups, few) = groups(entries.iter().enumerate().filter_map(&mut member));
        alone.extend(few);
        alone.sort_unstable();
        Crowd { groups, alone }
    }

    /// Notes what connection number `index` shows of its hosts; `None` if it is not brief. `judged`: whether it is to be looked
    /// at beyond that.
    fn enter(
        &mut self,
        index: usize,
        all: &View<'_>,
        judged: bool,
        desk: &mut Desk,
        looked: &mut Vec<Glance>,
    ) -> Option<Entry> {
        let kept = all.kept(index)?;
        let hosts = self.numbers(kept);
        let [low, high] = hosts;
        // Where a host talks to itself, each end is a sight of its own.
        let firsts = hosts.map(|host| self.meet(host, all, desk) && low != high);
        if let Some(flow) = kept.whole() {
            self.past.hosts.note(index, flow);
            return None;
        }
        if let Some(sketch) = all.sketch(index).filter(|it| !judged || it.is_before(self.end)) {
            let ends = [End::Low, End::High].into_iter().zip(hosts).zip(firsts).zip(sketch.sent);
            for (((end, host), first), _) in ends.filter(|(_, sent)| *sent) {
                if first {
                    self.past.hosts.put_off(index, host, end);
                } else {
                    self.past.hosts.note_sight(index, host, || sight(index, end, all, desk));
                }
            }
            return Some(Entry { hosts, looked: None });
        }
        let (flow, glance) = self.look(index, all)?;
        self.past.hosts.note(index, &flow);
        looked.push(glance);
        Some(Entry { hosts, looked: Some(looked.len() as u32 - 1) })
    }

    /// A connection meets `host`: what the first one shows of it is of interest now. True if this is the first.
    fn meet(&mut self, host: HostId, all: &View<'_>, desk: &mut Desk) -> bool {
        let first = self.past.hosts.meet(host);
        if let Some((earlier, end)) = self.past.hosts.unlooked(host) {
            self.past.hosts.note_sight(earlier, host, || sight(earlier, end, all, desk));
        }
        first
    }

    /// What connection number `index` shows, by its sketch.
    fn glance(&mut self, index: usize, all: &View<'_>) -> Option<Glance> {
        let sketch = all.sketch(index)?;
        let known = if let Some(known) = self.past.sketches.get(&sketch.hash) {
            *known
        } else {
            let (_, Glance { shape, speaks, .. }) = self.look(index, all)?;
            let first = Known { own: shape.own, speaks };
            if self.past.sketches.len() < REMEMBERED {
                self.past.sketches.insert(sketch.hash, first);
            }
            first
        };
        Some(Glance {
            shape: sketch.shape(known.own),
            client: sketch.client,
            start: sketch.start,
            speaks: known.speaks,
        })
    }

    /// The flow of connection number `index`, and what it shows.
    fn look(&self, index: usize, all: &View<'_>) -> Option<(Flow, Glance)> {
        let (flow, slot) = self.replay(index, all)?;
        let transcript = slot.has_spoken().then(|| slot.into_transcript(self.limits));
        let speaks = transcript.as_ref().is_some_and(Transcript::speaks);
        let shape = all.shapes().of(&flow, transcript.as_ref(), self.end);
        let glance = Glance { shape, client: flow.client, start: flow.start(), speaks };
        Some((flow, glance))
    }

    /// The numbers of the hosts at the low and at the high end.
    fn numbers(&mut self, kept: &Kept) -> [HostId; 2] {
        [End::Low, End::High].map(|end| self.past.hosts.number(kept.key().at(end).addr, kept.place()))
    }

    fn replay(&self, index: usize, all: &View<'_>) -> Option<(Flow, Slot)> {
        let mut slot = Slot::default();
        let tell = &mut |_: FlowId, at: Moment, event: Event<'_>| slot.feed(self.limits, at, event);
        let flow = all.replay(index, tell)?;
        Some((flow, slot))
    }

    fn others(&self, index: usize, entry: &Entry, client: End, side: Side) -> Cow<'_, Host> {
        let [low, high] = entry.hosts;
        let is_low = (client == End::Low) == (side == Side::Client);
        self.past.hosts.others(index, if is_low { low } else { high })
    }

    /// What became of connection number `index`, by everything that is known.
    fn judge(&self, index: usize, all: &View<'_>, entry: &Entry, client: End) -> Option<Fate> {
        let (flow, slot) = self.replay(index, all)?;
        let host = |side| self.others(index, entry, client, side).into_owned();
        let hosts = Pair { client: host(Side::Client), server: host(Side::Server) };
        let mut case = Case::new(flow, slot.into_transcript(self.limits), hosts, self.end);
        if let Some(vantage) = &self.vantage {
            case.vantage = *vantage;
        }
        Fate::of(&case, &infer::diagnose(&case))
    }
}

//! Connections too many to be judged one by one: of each shape one is judged, the others are counted.

use std::borrow::Cow;

use foldhash::quality::RandomState;
use hashbrown::{HashMap, HashSet};

use super::meetings::{By, Meeting, Onlooker, Sorted, sorted};
use super::shape::Shape;
use super::slots::Slot;
use super::threads::Threads;
use super::view::View;
use crate::case::{Case, Host, HostId, Hosts, Sight, Vantage};
use crate::flow::{Event, Flow, FlowId, Moment, Pair, Side};
use crate::infer;
use crate::limits::Limits;
use crate::population::{Fate, Group, Member, groups};
use crate::ssh::Transcript;
use crate::units::Timestamp;
use crate::wire::End;

/// What all connections of a capture are judged with.
pub(super) struct Court<'a> {
    pub(super) threads: &'a Threads,
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

/// A brief connection that is to be judged.
#[derive(Clone, Copy)]
struct Entry {
    index: u32,
    /// At its low and at its high end.
    hosts: [HostId; 2],
    /// The number of its glance, if it has no sketch.
    glance: Option<u32>,
}

/// What is to be known of a connection before its hosts are.
struct First {
    /// Whether there are packets of the low and of the high end.
    shows: [bool; 2],
    by: By,
    /// It is brief, and to be judged.
    judged: bool,
    glance: Option<Glance>,
}

/// All connections and their hosts, in their order.
struct Met {
    entries: Vec<Entry>,
    meetings: Vec<Meeting>,
    glances: Vec<Glance>,
}

/// What a connection shows with what is known of its hosts.
#[derive(Clone, Copy)]
struct Shaped {
    shape: u64,
    client: End,
    start: Timestamp,
}

const ENDS: [End; 2] = [End::Low, End::High];

/// Connections, or meetings of hosts, that one thread takes at a time.
const AT_A_TIME: usize = 4_096;

/// The same of all threads, where what they find takes much room until it is noted.
const TOGETHER: usize = 16 * AT_A_TIME;

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
    /// The only meetings of hosts that one connection has, which nobody has looked at.
    pub(super) once: Vec<Meeting>,
}

/// The first of `items` of each hash, at most `most`, in their order.
fn firsts<T>(items: impl Iterator<Item = (u64, T)>, most: usize) -> Vec<(u64, T)> {
    let mut met: HashSet<u64, RandomState> = HashSet::default();
    items.filter(|(hash, _)| met.insert(*hash)).take(most).collect()
}

/// What the connections of `meetings` show of their hosts.
fn sights(meetings: &[Meeting], all: &View<'_>) -> Vec<Option<Sight>> {
    let mut onlooker = Onlooker::default();
    meetings.iter().map(|meeting| onlooker.sight(meeting, all)).collect()
}

impl Past {
    /// Looks at the connections that met a host `once`, of those that `goes` takes: they are of the past soon, and `most` hosts
    /// are known of it. Where there would be more, those met once are [forgotten](Hosts::remember) anyway; how many were left
    /// out for that.
    pub(super) fn look(
        &mut self,
        once: &[Meeting],
        all: &View<'_>,
        goes: impl Fn(usize) -> bool,
        most: usize,
    ) -> usize {
        let going = || once.iter().filter(|meeting| goes(meeting.index as usize));
        let count = going().count();
        if self.hosts.left_but(&goes) + count > most {
            return count;
        }
        let mut onlooker = Onlooker::default();
        for meeting in going() {
            self.hosts.note_sight(meeting.index as usize, meeting.host, || onlooker.sight(meeting, all));
        }
        0
    }
}

impl Court<'_> {
    /// Judges the brief connections of `all` by their shapes; `over`: those only that are over. Notes what all connections
    /// show of their hosts.
    ///
    /// Who looks at packets does so on all threads; what is noted is noted in the order of the connections.
    pub(super) fn crowd(&mut self, all: &View<'_>, over: bool) -> Crowd {
        let Met { entries, meetings, glances } = self.met(all, over);
        let Sorted { now, once } = sorted(&meetings, &self.past.hosts);
        drop(meetings);
        for some in now.chunks(TOGETHER) {
            let sights = self.threads.map(some.chunks(AT_A_TIME), |meetings| sights(meetings, all));
            for (meeting, sight) in some.iter().zip(sights.into_iter().flatten()) {
                self.past.hosts.note_sight(meeting.index as usize, meeting.host, || sight);
            }
        }
        self.know_sketches(&entries, all);
        let shaped = |entries| self.shaped(entries, all, &glances);
        let shaped: Vec<Vec<Option<Shaped>>> = self.threads.map(entries.chunks(AT_A_TIME), shaped);
        drop(glances);
        self.know_fates(&entries, &shaped, all);
        let mut alone = Vec::new();
        let mut member = |(entry, shaped): (&Entry, &Option<Shaped>)| {
            let (index, Shaped { shape, client, start }) = (entry.index as usize, *shaped.as_ref()?);
            let known = self.past.fates.get(&shape).copied();
            let Some(fate) = known.unwrap_or_else(|| self.judge(entry, all, client)) else {
                alone.push(index);
                return None;
            };
            let key = all.kept(index)?.key();
            let (client, server) = (key.at(client).addr, key.at(!client));
            Some((index, Member { fate, server, client, start }))
        };
        let (groups, few) = groups(entries.iter().zip(shaped.iter().flatten()).filter_map(&mut member));
        alone.extend(few);
        alone.sort_unstable();
        Crowd { groups, alone, once }
    }

    /// Numbers the hosts of all connections.
    fn met(&mut self, all: &View<'_>, over: bool) -> Met {
        // The room is taken as it is filled.
        let (entries, meetings) = (Vec::with_capacity(all.len()), Vec::with_capacity(2 * all.len()));
        let mut met = Met { entries, meetings, glances: Vec::new() };
        for begin in (0..all.len()).step_by(TOGETHER) {
            let some = begin..all.len().min(begin + TOGETHER);
            let parts = some.clone().step_by(AT_A_TIME).map(|begin| begin..some.end.min(begin + AT_A_TIME));
            let first = |index| self.first(index, all, over);
            let firsts: Vec<Vec<_>> = self.threads.map(parts, |part| part.map(first).collect());
            for (index, first) in some.zip(firsts.into_iter().flatten()) {
                let (Some(First { shows, by, judged, glance }), Some(kept)) = (first, all.kept(index)) else {
                    continue;
                };
                let hosts = ENDS.map(|end| self.past.hosts.number(kept.key().at(end).addr, kept.place()));
                let index = index as u32;
                for ((end, host), shows) in ENDS.into_iter().zip(hosts).zip(shows) {
                    met.meetings.push(Meeting { host, index, end, shows, by });
                }
                if judged {
                    let number = glance.map(|_| met.glances.len() as u32);
                    met.glances.extend(glance);
                    met.entries.push(Entry { index, hosts, glance: number });
                }
            }
        }
        met
    }

    /// What is to be known of connection number `index` before its hosts are.
    fn first(&self, index: usize, all: &View<'_>, over: bool) -> Option<First> {
        if let Some(flow) = all.kept(index)?.whole() {
            let shows = ENDS.map(|end| flow.half(flow.side(end)).packets > 0);
            return Some(First { shows, by: By::Flow, judged: false, glance: None });
        }
        let judged = !over || all.is_over_brief(index, self.end);
        if let Some(sketch) = all.sketch(index).filter(|it| !judged || it.is_before(self.end)) {
            return Some(First { shows: sketch.sent, by: By::Packets, judged, glance: None });
        }
        let (flow, glance) = self.look(index, all)?;
        let shows = ENDS.map(|end| flow.half(flow.side(end)).packets > 0);
        Some(First { shows, by: By::Replay, judged, glance: Some(glance) })
    }

    /// Takes care that all sketches of `entries` are known, up to the bound: each by the first connection that has it.
    fn know_sketches(&mut self, entries: &[Entry], all: &View<'_>) {
        let sketches = &self.past.sketches;
        let hash = |entry: &Entry| Some((all.sketch(entry.index as usize)?.hash, entry.index as usize));
        let unknown = entries.iter().filter(|entry| entry.glance.is_none()).filter_map(hash);
        let unknown =
            firsts(unknown.filter(|(hash, _)| !sketches.contains_key(hash)), REMEMBERED - sketches.len());
        let known =
            self.threads.map(unknown.into_iter(), |(hash, index)| Some((hash, self.known(index, all)?)));
        self.past.sketches.extend(known.into_iter().flatten());
    }

    /// Takes care that it is known what becomes of all shapes of `entries`, up to the bound: each by the first connection that
    /// has it.
    fn know_fates(&mut self, entries: &[Entry], shaped: &[Vec<Option<Shaped>>], all: &View<'_>) {
        let fates = &self.past.fates;
        let shape = |(entry, shaped): (_, &Option<Shaped>)| {
            let Shaped { shape, client, .. } = *shaped.as_ref()?;
            Some((shape, (entry, client)))
        };
        let unknown = entries.iter().zip(shaped.iter().flatten()).filter_map(shape);
        let unknown =
            firsts(unknown.filter(|(shape, _)| !fates.contains_key(shape)), REMEMBERED - fates.len());
        let judge = |(shape, (entry, client))| (shape, self.judge(entry, all, client));
        let known = self.threads.map(unknown.into_iter(), judge);
        self.past.fates.extend(known);
    }

    /// The shapes of `entries` among their hosts; `None` for what does not count.
    fn shaped(&self, entries: &[Entry], all: &View<'_>, glances: &[Glance]) -> Vec<Option<Shaped>> {
        let shaped = |entry: &Entry| {
            let Glance { shape, client, start, speaks } = match entry.glance {
                Some(number) => *glances.get(number as usize)?,
                None => self.glance(entry.index as usize, all)?,
            };
            let others = |side| self.others(entry, client, side);
            let shape = || all.shapes().among(&shape, others);
            (speaks || !self.must_speak).then(|| Shaped { shape: shape(), client, start })
        };
        entries.iter().map(shaped).collect()
    }

    /// What connection number `index` shows, by its sketch.
    fn glance(&self, index: usize, all: &View<'_>) -> Option<Glance> {
        let sketch = all.sketch(index)?;
        let known = self.past.sketches.get(&sketch.hash).copied().or_else(|| self.known(index, all))?;
        let (shape, Known { speaks, .. }) = (sketch.shape(known.own), known);
        Some(Glance { shape, client: sketch.client, start: sketch.start, speaks })
    }

    /// What is known of the sketch of connection number `index` once the flow is.
    fn known(&self, index: usize, all: &View<'_>) -> Option<Known> {
        let (_, Glance { shape, speaks, .. }) = self.look(index, all)?;
        Some(Known { own: shape.own, speaks })
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

    fn replay(&self, index: usize, all: &View<'_>) -> Option<(Flow, Slot)> {
        let mut slot = Slot::default();
        let tell = &mut |_: FlowId, at: Moment, event: Event<'_>| slot.feed(self.limits, at, event);
        let flow = all.replay(index, tell)?;
        Some((flow, slot))
    }

    fn others(&self, entry: &Entry, client: End, side: Side) -> Cow<'_, Host> {
        let [low, high] = entry.hosts;
        let is_low = (client == End::Low) == (side == Side::Client);
        self.past.hosts.others(entry.index as usize, if is_low { low } else { high })
    }

    /// What became of a connection, by everything that is known.
    fn judge(&self, entry: &Entry, all: &View<'_>, client: End) -> Option<Fate> {
        let (flow, slot) = self.replay(entry.index as usize, all)?;
        let host = |side| self.others(entry, client, side).into_owned();
        let hosts = Pair { client: host(Side::Client), server: host(Side::Server) };
        let mut case = Case::new(flow, slot.into_transcript(self.limits), hosts, self.end);
        if let Some(vantage) = &self.vantage {
            case.vantage = *vantage;
        }
        Fate::of(&case, &infer::diagnose(&case))
    }
}

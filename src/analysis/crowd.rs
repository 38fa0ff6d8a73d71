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
use crate::flow::{Event, Flow, FlowId, Kept, Moment, Pair, Side};
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
    index: usize,
    /// At its low and at its high end.
    hosts: [HostId; 2],
    by: By,
}

/// A brief connection of which there is no sketch, by the flow that it makes.
struct Looked {
    glance: Glance,
    /// What it shows of the hosts at its low and at its high end.
    sights: [Option<Sight>; 2],
}

/// What is to be known of a connection before its hosts are; with whether there are packets of the low and of the high end.
enum First {
    Whole([bool; 2]),
    Sketched([bool; 2]),
    Looked(Box<Looked>),
}

/// All connections and their hosts, in their order.
#[derive(Default)]
struct Met {
    entries: Vec<Entry>,
    meetings: Vec<Meeting>,
    looked: Vec<Looked>,
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
fn sights(meetings: &[Meeting], all: &View<'_>, looked: &[Looked]) -> Vec<Option<Sight>> {
    let mut onlooker = Onlooker::default();
    let mut sight = |meeting: &Meeting| match meeting.by {
        By::Flow => {
            let flow = all.kept(meeting.index as usize)?.whole()?;
            Sight::of(flow, flow.side(meeting.end))
        }
        By::Packets => onlooker.sight(meeting, all),
        By::Look(number) => {
            let [low, high] = &looked.get(number as usize)?.sights;
            if meeting.end == End::Low { low.clone() } else { high.clone() }
        }
    };
    meetings.iter().map(&mut sight).collect()
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
        let Met { entries, meetings, looked } = self.met(all, over);
        let Sorted { now, once } = sorted(&meetings, &self.past.hosts);
        let sights = |meetings| sights(meetings, all, &looked);
        let sights: Vec<Vec<Option<Sight>>> = self.threads.map(now.chunks(AT_A_TIME), sights);
        for (meeting, sight) in now.iter().zip(sights.into_iter().flatten()) {
            self.past.hosts.note_sight(meeting.index as usize, meeting.host, || sight);
        }
        self.know_sketches(&entries, all);
        let shaped = |entries| self.shaped(entries, all, &looked);
        let shaped: Vec<Vec<Option<Shaped>>> = self.threads.map(entries.chunks(AT_A_TIME), shaped);
        let shaped: Vec<Option<Shaped>> = shaped.into_iter().flatten().collect();
        self.know_fates(&entries, &shaped, all);
        let mut alone = Vec::new();
        let mut member = |(entry, shaped): (&Entry, &Option<Shaped>)| {
            let Shaped { shape, client, start } = *shaped.as_ref()?;
            let known = self.past.fates.get(&shape).copied();
            let Some(fate) = known.unwrap_or_else(|| self.judge(entry, all, client)) else {
                alone.push(entry.index);
                return None;
            };
            let key = all.kept(entry.index)?.key();
            let (client, server) = (key.at(client).addr, key.at(!client));
            Some((entry.index, Member { fate, server, client, start }))
        };
        let (groups, few) = groups(entries.iter().zip(&shaped).filter_map(&mut member));
        alone.extend(few);
        alone.sort_unstable();
        Crowd { groups, alone, once }
    }

    /// Numbers the hosts of all connections.
    fn met(&mut self, all: &View<'_>, over: bool) -> Met {
        let mut met = Met::default();
        for (index, (judged, first)) in self.before_hosts(all, over).into_iter().flatten().enumerate() {
            let (Some(first), Some(kept)) = (first, all.kept(index)) else { continue };
            let hosts = ENDS.map(|end| self.past.hosts.number(kept.key().at(end).addr, kept.place()));
            let (by, shows) = match first {
                First::Whole(shows) => (By::Flow, shows),
                First::Sketched(shows) => (By::Packets, shows),
                First::Looked(look) => {
                    let shows = look.sights.each_ref().map(Option::is_some);
                    met.looked.push(*look);
                    (By::Look(met.looked.len() as u32 - 1), shows)
                }
            };
            for ((end, host), shows) in ENDS.into_iter().zip(hosts).zip(shows) {
                met.meetings.push(Meeting { host, index: index as u32, end, shows, by });
            }
            if judged {
                met.entries.push(Entry { index, hosts, by });
            }
        }
        met
    }

    /// Whether each connection is to be judged, and what is to be known of it first.
    fn before_hosts(&self, all: &View<'_>, over: bool) -> Vec<Vec<(bool, Option<First>)>> {
        let first = |index: usize| {
            let judged = !over || all.is_over_brief(index, self.end);
            let sketch = all.sketch(index).filter(|it| !judged || it.is_before(self.end));
            match (all.kept(index).and_then(Kept::whole), sketch) {
                (Some(flow), _) => {
                    let shows = |end| flow.half(flow.side(end)).packets > 0;
                    (false, Some(First::Whole(ENDS.map(shows))))
                }
                (None, Some(sketch)) => (judged, Some(First::Sketched(sketch.sent))),
                (None, None) => (judged, self.look(index, all).map(Box::new).map(First::Looked)),
            }
        };
        let some = (0..all.len()).step_by(AT_A_TIME);
        self.threads.map(some, |begin| (begin..all.len().min(begin + AT_A_TIME)).map(first).collect())
    }

    /// Takes care that all sketches of `entries` are known, up to the bound: each by the first connection that has it.
    fn know_sketches(&mut self, entries: &[Entry], all: &View<'_>) {
        let sketches = &self.past.sketches;
        let hash = |entry: &Entry| Some((all.sketch(entry.index)?.hash, entry.index));
        let unknown = entries.iter().filter(|entry| entry.by == By::Packets).filter_map(hash);
        let unknown =
            firsts(unknown.filter(|(hash, _)| !sketches.contains_key(hash)), REMEMBERED - sketches.len());
        let known =
            self.threads.map(unknown.into_iter(), |(hash, index)| Some((hash, self.known(index, all)?)));
        self.past.sketches.extend(known.into_iter().flatten());
    }

    /// Takes care that it is known what becomes of all shapes of `entries`, up to the bound: each by the first connection that
    /// has it.
    fn know_fates(&mut self, entries: &[Entry], shaped: &[Option<Shaped>], all: &View<'_>) {
        let fates = &self.past.fates;
        let shape = |(entry, shaped): (_, &Option<Shaped>)| {
            let Shaped { shape, client, .. } = *shaped.as_ref()?;
            Some((shape, (entry, client)))
        };
        let unknown = entries.iter().zip(shaped).filter_map(shape);
        let unknown =
            firsts(unknown.filter(|(shape, _)| !fates.contains_key(shape)), REMEMBERED - fates.len());
        let judge = |(shape, (entry, client))| (shape, self.judge(entry, all, client));
        let known = self.threads.map(unknown.into_iter(), judge);
        self.past.fates.extend(known);
    }

    /// The shapes of `entries` among their hosts; `None` for what does not count.
    fn shaped(&self, entries: &[Entry], all: &View<'_>, looked: &[Looked]) -> Vec<Option<Shaped>> {
        let shaped = |entry: &Entry| {
            let Glance { shape, client, start, speaks } = match entry.by {
                By::Look(number) => looked.get(number as usize)?.glance,
                By::Packets | By::Flow => self.glance(entry.index, all)?,
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
        let Glance { shape, speaks, .. } = self.look(index, all)?.glance;
        Some(Known { own: shape.own, speaks })
    }

    /// What the flow of connection number `index` shows.
    fn look(&self, index: usize, all: &View<'_>) -> Option<Looked> {
        let (flow, slot) = self.replay(index, all)?;
        let transcript = slot.has_spoken().then(|| slot.into_transcript(self.limits));
        let speaks = transcript.as_ref().is_some_and(Transcript::speaks);
        let shape = all.shapes().of(&flow, transcript.as_ref(), self.end);
        let glance = Glance { shape, client: flow.client, start: flow.start(), speaks };
        let sights = ENDS.map(|end| Sight::of(&flow, flow.side(end)));
        Some(Looked { glance, sights })
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
        self.past.hosts.others(entry.index, if is_low { low } else { high })
    }

    /// What became of a connection, by everything that is known.
    fn judge(&self, entry: &Entry, all: &View<'_>, client: End) -> Option<Fate> {
        let (flow, slot) = self.replay(entry.index, all)?;
        let host = |side| self.others(entry, client, side).into_owned();
        let hosts = Pair { client: host(Side::Client), server: host(Side::Server) };
        let mut case = Case::new(flow, slot.into_transcript(self.limits), hosts, self.end);
        if let Some(vantage) = &self.vantage {
            case.vantage = *vantage;
        }
        Fate::of(&case, &infer::diagnose(&case))
    }
}

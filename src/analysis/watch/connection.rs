//! One 4-tuple while it is watched: its flows, and what was said of them.

use super::outlook::Outlook;
use crate::analysis::shard::Shard;
use crate::flow::{Flow, Side};
use crate::frame::FrameNo;
use crate::limits::Limits;
use crate::units::Elapsed;
use crate::wire::{Packet, Quote};

/// One 4-tuple: mostly one flow; more when it was used again, or seen at several places.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) shard: Shard,
    /// One for each flow of the shard.
    pub(super) flows: Vec<Watched>,
    /// When it is looked at next.
    pub(super) due: Option<Elapsed>,
    /// When its last packet came.
    pub(super) heard: Elapsed,
    /// Its first packet was a SYN: what is known of it is all there was.
    pub(super) opened: bool,
    /// Octets that it takes, by estimate; only once its end was told.
    pub(super) finished: Option<usize>,
}

/// What was said of a flow.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watched {
    /// Its number among all connections watched, from 1.
    pub(super) id: u32,
    /// Its first frame.
    pub(super) opened: FrameNo,
    /// Its signs when it was judged last.
    pub(super) judged: Option<Signs>,
    /// Its end was told.
    pub(super) told: bool,
    /// And was no silence: any packet calls it in question.
    pub(super) lasts: bool,
    /// How often what was told was looked at again.
    pub(super) revisions: u8,
}

/// What a judgement depends on: while it stays the same, judging again says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Signs {
    pub(super) resets: u64,
    quotes: usize,
    fins: usize,
    /// Since when it is dead without a word.
    dead: Option<FrameNo>,
    /// Packets beside resets. Only where an end was told that such a packet can call in question.
    packets: Option<u64>,
}

/// Judgements of one flow after the first: a flow that dies and comes back again and again is said to do so only so often.
const REVISIONS: u8 = 8;

impl Connection {
    pub(super) const fn new(shard: Shard, opened: bool, now: Elapsed) -> Self {
        Self { shard, flows: Vec::new(), due: None, heard: now, opened, finished: None }
    }

    /// Takes a packet; `next` gives numbers to new flows.
    pub(super) fn handle(&mut self, hash: u64, packet: &Packet<'_>, limits: &Limits, next: &mut u32) {
        self.shard.handle(hash, packet, limits);
        while self.flows.len() < self.shard.table.flows().len() {
            *next += 1;
            let opened = packet.segment.frame;
            self.flows.push(Watched {
                id: *next,
                opened,
                judged: None,
                told: false,
                lasts: false,
                revisions: 0,
            });
        }
    }

    /// Takes a quote; whether it is of one of its flows.
    pub(super) fn handle_quote(&mut self, quote: Quote, limits: &Limits) -> bool {
        self.shard.handle_quote(quote, limits)
    }

    /// Whether none of its flows is kept as a flow yet.
    pub(super) fn is_brief(&self) -> bool {
        self.shard.table.briefs() == self.flows.len()
    }

    /// Whether the end of each of its flows was told.
    pub(super) fn is_told(&self) -> bool {
        self.flows.iter().all(|flow| flow.told)
    }

    /// The number of the latest of its flows whose end was not told.
    pub(super) fn latest_untold(&self) -> Option<u32> {
        self.flows.iter().rfind(|flow| !flow.told).map(|flow| flow.id)
    }

    /// Its flows as if the capture ended here.
    pub(super) fn as_it_stands(&self, limits: &Limits) -> Shard {
        let mut shard = self.shard.clone();
        (0..self.flows.len()).for_each(|index| shard.expand(index, limits));
        shard
    }

    /// What can be said by `now`: the flows that are to be judged, with their signs, and when to look again.
    pub(super) fn outlook(&self, limits: &Limits, now: Elapsed) -> (Vec<(usize, Signs)>, Option<Elapsed>) {
        let quiet = now - self.heard;
        let (mut ready, mut again) = (Vec::new(), None::<Elapsed>);
        let stands = (self.shard.table.briefs() > 0).then(|| self.as_it_stands(limits));
        let shard = stands.as_ref().unwrap_or(&self.shard);
        let flows = shard.table.flows().iter().zip(&self.flows).enumerate();
        for (index, (kept, watched)) in flows {
            let Some(flow) = kept.whole() else { continue };
            let outlook = Outlook::of(flow, watched.judged.as_ref(), quiet);
            let signs = match outlook {
                Outlook::Later(time) => {
                    again = Some(again.map_or(time, |again| again.min(time)));
                    continue;
                }
                Outlook::Quiet if !watched.told => continue,
                Outlook::Dead(since) => Signs { dead: Some(since), ..Signs::of(flow) },
                Outlook::Quiet | Outlook::Decidable if watched.told && watched.lasts => {
                    Signs::of(flow).and_packets(flow)
                }
                Outlook::Quiet | Outlook::Decidable => Signs::of(flow),
            };
            if watched.judged != Some(signs) && watched.revisions < REVISIONS {
                ready.push((index, signs));
            }
        }
        (ready, again.map(|time| now + time))
    }

    /// Octets that it takes, by estimate.
    pub(super) fn octets(&self) -> usize {
        let octets = |flow: &Flow| WHOLE + flow.timeline.segments().count() * SEGMENT;
        let each = self.shard.table.flows().iter().map(|kept| kept.whole().map_or(BRIEF, octets));
        CONNECTION + each.sum::<usize>()
    }

    /// Flow number `index`, if it is kept as one.
    pub(super) fn whole(&self, index: usize) -> Option<&Flow> {
        self.shard.table.flows().get(index)?.whole()
    }

    /// Whether none of its flows was told to have died in silence: those may come back.
    pub(super) fn rests(&self) -> bool {
        self.flows.iter().all(|flow| flow.lasts)
    }
}

/// Octets of a connection beside its flows (measured with a counting allocator, rounded up).
const CONNECTION: usize = 1_536;

/// Octets of a flow kept as its packets.
const BRIEF: usize = 512;

/// Octets of a flow with what SSH did in it, beside its segments.
const WHOLE: usize = 8_192;

/// Octets of a segment kept in a timeline.
const SEGMENT: usize = 64;

impl Signs {
    pub(super) fn of(flow: &Flow) -> Self {
        Self {
            resets: flow.reset_count,
            quotes: flow.quotes.len(),
            fins: Side::BOTH.into_iter().filter(|side| flow.half(*side).fin.is_some()).count(),
            dead: None,
            packets: None,
        }
    }

    /// Resets, ICMP errors and closes.
    pub(super) const fn end(&self) -> (u64, usize, usize) {
        (self.resets, self.quotes, self.fins)
    }

    /// Of a flow that was told to have ended in another way than by silence.
    pub(super) fn and_packets(self, flow: &Flow) -> Self {
        let packets = Side::BOTH.map(|side| flow.half(side).packets).iter().sum();
        Self { packets: Some(packets), ..self }
    }
}

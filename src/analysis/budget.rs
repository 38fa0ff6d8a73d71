//! What is let go when connections take more memory than they may.
//!
//! What is over goes first: handshakes that nobody answered, refusals, sessions that were closed or reset; then what has been
//! silent for half a minute, for idle sessions are what the analysis is there for; and where that is not enough, because a flood
//! came faster, handshakes that may still go on. All of it is judged first, by what the capture has shown up to there.

use std::collections::BTreeSet;
use std::slice;

use super::shard::Shard;
use super::view::View;
use super::{Analysis, expand};
use crate::case::{Blind, BlindKind};
use crate::flow::Kept;
use crate::limits::Limits;
use crate::population::{EXAMPLES, Rows};
use crate::units::Timestamp;

/// Octets that a connection kept as its packets takes up to the report. Measured with the resident set: some 360 for scanned
/// connections of five packets that are over (the generator's scenario C), and up to 890 for a SYN that nobody answers.
const BRIEF: usize = 896;

/// The same of a session, judged and in the report (scenario A, of 260 packets on average).
const WHOLE: usize = 24 * 1024;

/// What a session takes beyond that while packets of it come: at most 512 segments that are not packed.
const AWAKE: usize = 32 * 1024;

/// What the program takes with no connection at all.
const BASE: usize = 16 * 1024 * 1024;

/// What was let go.
#[derive(Debug, Default)]
pub(super) struct LetGo {
    pub(super) rows: Rows,
    /// Connections that were over.
    over: u64,
    /// Connections that were not.
    alive: u64,
    /// Connections that were members of crowds.
    counted: u64,
    /// Brief connections that stayed when crowds were thinned.
    stayed: usize,
    /// What was needed after the last time: it is tried again when much has come since.
    left: usize,
}

/// Which connections go.
#[derive(Clone, Copy)]
enum Which {
    Over,
    Silent,
    Begun,
}

impl Which {
    fn takes(self, kept: &Kept, now: Timestamp) -> bool {
        match self {
            Self::Over => kept.is_over(now) || kept.is_half_open(now),
            Self::Silent => kept.is_silent(now),
            Self::Begun => kept.is_handshake(),
        }
    }
}

impl Analysis {
    /// Lets members of crowds go, where they are many.
    pub(super) fn thin_crowds(&mut self) {
        let briefs = self.shards.iter().map(|shard| shard.table.briefs()).sum::<usize>();
        let Some(now) = self.counts.last.filter(|_| briefs >= self.gone.stayed + self.limits.crowd) else {
            return;
        };
        let mut hosts = std::mem::take(&mut self.past);
        let view = View::of(&self.shards);
        let crowd = self.crowd(&view, &mut hosts, now, true);
        let mut go: Vec<BTreeSet<u32>> = vec![BTreeSet::new(); self.shards.len()];
        let mut going = BTreeSet::new();
        for group in &crowd.groups {
            let Some(first) = group.members.first().and_then(|first| view.kept(*first)) else { continue };
            let more = group.members.iter().skip(EXAMPLES);
            going.extend(more.clone().copied());
            for (part, id) in more.filter_map(|index| view.place(*index)) {
                go.get_mut(part).map(|go| go.insert(id.0));
            }
            self.gone.rows.thin(group, first.key());
        }
        hosts.forget_but(|index| going.contains(&index));
        hosts.remember(self.limits.hosts_remembered);
        self.past = hosts;
        for (shard, go) in self.shards.iter_mut().zip(&go) {
            shard.part(|id, _| go.contains(&id.0));
        }
        self.gone.counted += going.len() as u64;
        self.gone.stayed = self.shards.iter().map(|shard| shard.table.briefs()).sum();
    }

    /// Keeps what connections take within [`Limits::memory`].
    pub(super) fn stay_within_budget(&mut self) {
        let most = self.limits.memory.saturating_sub(BASE);
        let Some(now) = self.counts.last.filter(|_| self.needs() > most.max(self.gone.left / 8 * 9)) else {
            return;
        };
        let over = self.let_go(Which::Over, now);
        self.gone.over += over;
        for (which, enough) in [(Which::Silent, most / 2), (Which::Begun, most)] {
            if self.needs() > enough {
                let alive = self.let_go(which, now);
                self.gone.alive += alive;
            }
        }
        self.gone.left = self.needs();
    }

    /// Octets that all connections take beyond what the program does, by estimate.
    fn needs(&self) -> usize {
        let of = |shard: &Shard| {
            let (all, brief) = (shard.table.flows().len(), shard.table.briefs());
            brief * BRIEF + (all - brief) * WHOLE + shard.table.awake() * AWAKE
        };
        self.shards.iter().map(of).sum::<usize>() + self.gone.rows.examples() * WHOLE
    }

    fn let_go(&mut self, which: Which, now: Timestamp) -> u64 {
        let gone = self.shards.iter_mut().map(|shard| shard.part(|_, kept| which.takes(kept, now)));
        let Some(mut gone) = Shard::joined(gone.collect()) else { return 0 };
        let count = gone.table.flows().len() as u64;
        if count == 0 {
            return 0;
        }
        let limits = self.limits;
        let mut hosts = std::mem::take(&mut self.past);
        let crowd = self.crowd(&View::of(slice::from_ref(&gone)), &mut hosts, now, false);
        expand(&mut gone, Some(&crowd), &limits);
        gone.finish(now, &limits);
        let (ids, sessions) = self.sessions(gone, &hosts, now);
        self.gone.rows.take(&crowd.groups, &ids, sessions);
        self.past = hosts.of_the_past();
        self.past.remember(self.limits.hosts_remembered);
        count
    }
}

impl LetGo {
    /// How many connections.
    pub(super) const fn count(&self) -> u64 {
        self.over + self.alive + self.counted
    }

    /// What a report says of it.
    pub(super) fn says(&self, limits: &Limits) -> Option<Blind> {
        let alive = self.alive;
        let untimely = self.over + alive;
        if untimely == 0 {
            return None;
        }
        let still = if alive > 0 {
            format!(", {alive} of them not over: silent for half a minute, or no more than a handshake")
        } else {
            String::new()
        };
        Some(Blind {
            kind: BlindKind::LimitReached,
            detail: format!(
                "{} connections were judged and let go before the end of the capture, so as not to take more memory than \
                 {}{still}: they are counted in the rows of connections alike, of each some in full; more memory \
                 (--memory) shows more of them singly",
                untimely,
                amount(limits.memory)
            ),
            frames: Vec::new(),
        })
    }
}

/// `3.5 GiB`, `64 MiB`.
fn amount(octets: usize) -> String {
    const MEBI: usize = 1 << 20;
    match octets {
        0..0x4000_0000 => format!("{} MiB", octets / MEBI),
        _ => format!("{:.1} GiB", octets as f64 / (1024.0 * MEBI as f64)),
    }
}

//! What is let go when connections take more memory than they may.
//!
//! What is over goes first: handshakes that nobody answered, refusals, sessions that were closed or reset; then what has been
//! silent for half a minute, for idle sessions are what the analysis is there for; and where that is not enough, because a flood
//! came faster, handshakes that may still go on. All of it is judged first, by what the capture has shown up to there.

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

/// Some of many connections, by their numbers.
#[derive(Clone, Default)]
struct Marked {
    marks: Vec<bool>,
    count: u64,
}

impl Marked {
    /// Marks number `index`, which is not.
    fn mark(&mut self, index: usize) {
        if index >= self.marks.len() {
            self.marks.resize(index + 1, false);
        }
        if let Some(mark) = self.marks.get_mut(index) {
            *mark = true;
            self.count += 1;
        }
    }

    fn holds(&self, index: usize) -> bool {
        self.marks.get(index).copied().unwrap_or_default()
    }
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
        let mut past = std::mem::take(&mut self.past);
        let view = View::of(&self.shards);
        let crowd = self.court(&mut past, now).crowd(&view, true);
        let mut going = Marked::default();
        let mut go: Vec<Marked> = vec![Marked::default(); self.shards.len()];
        for group in &crowd.groups {
            let Some(first) = group.members.first().and_then(|first| view.kept(*first)) else { continue };
            for &index in group.members.iter().skip(EXAMPLES) {
                going.mark(index);
                if let Some((part, id)) = view.place(index)
                    && let Some(go) = go.get_mut(part)
                {
                    go.mark(id.0 as usize);
                }
            }
            self.gone.rows.thin(group, first.key());
        }
        let most = self.limits.hosts_remembered;
        let unlooked = past.look(&crowd.once, &view, |index| going.holds(index), most);
        past.hosts.forget_but(|index| going.holds(index));
        past.hosts.remember(most, unlooked);
        self.past = past;
        for (shard, go) in self.shards.iter_mut().zip(&go) {
            shard.part(|id, _| go.holds(id.0 as usize));
        }
        self.gone.counted += going.count;
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
        let mut past = std::mem::take(&mut self.past);
        let view = View::of(slice::from_ref(&gone));
        let crowd = self.court(&mut past, now).crowd(&view, false);
        let most = limits.hosts_remembered;
        let unlooked = past.look(&crowd.once, &view, |_| true, most);
        expand(&mut gone, Some(&crowd), &limits);
        gone.finish(&limits);
        let (ids, sessions) = self.sessions(gone, &past.hosts, now);
        self.gone.rows.take(&crowd.groups, &ids, sessions);
        past.hosts.forget_but(|_| true);
        past.hosts.remember(most, unlooked);
        self.past = past;
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

//! Connections that were judged and let go before the others: counted, with some of each kind in full.

use std::collections::BTreeSet;

use foldhash::quality::RandomState;
use hashbrown::HashMap;

use super::alike::{Between, EXAMPLES, Fate, Group, Member, groups, network};
use super::folding::{Ends, ends};
use super::{Findings, Fold, Judged};
use crate::wire::{End, FlowKey};

/// Rows beyond which those between certain ends are not told apart any more: each keeps its examples, some 30 kB.
const ROWS: usize = 1_024;

/// What became of connections that are no longer kept.
#[derive(Debug, Default)]
pub struct Rows {
    rows: Vec<Row>,
    numbers: HashMap<(Fate, Between), usize, RandomState>,
}

#[derive(Debug)]
struct Row {
    /// Without its members.
    group: Group,
    count: u64,
    /// It was added to: its ends are counted at least.
    merged: bool,
    /// Those that are kept and like it belong to it: it has as many as it takes to be a row.
    open: bool,
    examples: Vec<Judged>,
    /// Of one of them.
    ends: Ends,
}

impl Rows {
    /// Takes `sessions`, whose numbers `ids` are ascending, and `made`, the groups of those numbers that are among them, with
    /// the members that are not.
    pub fn take(&mut self, made: &[Group], ids: &[usize], sessions: Vec<Judged>) {
        let mut sessions: Vec<Option<Judged>> = sessions.into_iter().map(Some).collect();
        for group in made {
            let places = group.members.iter().filter_map(|id| ids.binary_search(id).ok());
            let examples = places.filter_map(|place| sessions.get_mut(place)?.take()).take(EXAMPLES);
            self.add(group.clone(), examples.collect(), true);
        }
        let members = sessions.iter().enumerate();
        let members = members.filter_map(|(place, judged)| Some((place, Member::of_any(judged.as_ref()?))));
        let (found, alone) = groups(members);
        for group in found {
            let examples = group.members.iter().take(EXAMPLES);
            let examples = examples.filter_map(|&place| sessions.get_mut(place)?.take());
            let examples = examples.collect();
            self.add(group, examples, true);
        }
        for place in alone {
            let Some(judged) = sessions.get_mut(place).and_then(Option::take) else { continue };
            let Member { fate, start, .. } = Member::of_any(&judged);
            let (between, members, first, last) = (Between::Anybody, vec![place], start, start);
            let group = Group { fate, between, members, first, last, networks: 1, servers: 1 };
            self.add(group, vec![judged], false);
        }
    }

    /// Counts the members of `group` beyond the examples, which are kept; `key`: of one of them.
    pub fn thin(&mut self, group: &Group, key: &FlowKey) {
        let (low, high) = (key.at(End::Low), key.at(End::High));
        let low_is_server = match group.between {
            Between::Server(server) => low == server,
            Between::Network(from) => network(low.addr) != from,
            // Its ends are not named.
            Between::Anybody => false,
        };
        let ends = if low_is_server { (high.addr, low) } else { (low.addr, high) };
        let count = group.members.len().saturating_sub(EXAMPLES) as u64;
        let group = Group { members: Vec::new(), ..group.clone() };
        let row = Row { group, count, merged: false, open: true, examples: Vec::new(), ends };
        self.add_row(row);
    }

    fn add(&mut self, mut group: Group, examples: Vec<Judged>, open: bool) {
        let Some(ends) = examples.first().map(ends) else { return };
        let count = group.members.len() as u64;
        group.members = Vec::new();
        self.add_row(Row { group, count, merged: false, open, examples, ends });
    }

    fn add_row(&mut self, mut row: Row) {
        let full = self.rows.len() >= ROWS;
        if full && !self.numbers.contains_key(&row.group.key()) {
            row.group.between = Between::Anybody;
        }
        let next = self.rows.len();
        let number = *self.numbers.entry(row.group.key()).or_insert(next);
        match self.rows.get_mut(number) {
            Some(own) => own.add(row),
            None => self.rows.push(row),
        }
    }

    /// The row of a session that is like those that it counts; `None` where it stands for itself.
    fn of_member(&self, judged: &Judged) -> Option<usize> {
        let Member { fate, server, client, .. } = Member::of(judged)?;
        let between = [Between::Server(server), Between::Network(network(client)), Between::Anybody];
        let mut numbers =
            between.into_iter().filter_map(|between| self.numbers.get(&(fate, between)).copied());
        numbers.find(|number| self.rows.get(*number).is_some_and(|row| row.open))
    }

    /// How many are kept in full.
    pub fn examples(&self) -> usize {
        self.rows.iter().map(|row| row.examples.len()).sum()
    }

    /// Puts them into `findings`: the examples among the sessions, a row for each kind. `made`: the rows of those that were
    /// kept to the end; what is of one kind with them has one row.
    pub fn tell(mut self, made: Vec<(&Group, Fold)>, findings: &mut Findings) {
        let mut kept: Vec<Vec<usize>> = vec![Vec::new(); self.rows.len()];
        let mut taken: BTreeSet<usize> = BTreeSet::new();
        for (group, fold) in made {
            taken.extend(fold.sessions.iter().copied());
            let number = self.numbers.get(&group.key()).copied().unwrap_or(usize::MAX);
            match (self.rows.get_mut(number), kept.get_mut(number)) {
                (Some(row), Some(kept)) => {
                    row.count(group, fold.count, row.ends);
                    kept.extend(fold.sessions);
                }
                _ => findings.folded.push(fold),
            }
        }
        for (index, judged) in
            findings.sessions.iter().enumerate().filter(|(index, _)| !taken.contains(index))
        {
            let Some(number) = self.of_member(judged) else { continue };
            if let (Some(row), Some(kept)) = (self.rows.get_mut(number), kept.get_mut(number)) {
                let start = judged.case.flow.start();
                row.count(&Group { first: start, last: start, ..row.group.clone() }, 1, ends(judged));
                kept.push(index);
            }
        }
        // The sessions are many and large: their places are found by their numbers, and they are moved once.
        let old = findings.sessions.len();
        let mut rows: Vec<usize> = Vec::new();
        for (number, row) in self.rows.iter_mut().enumerate() {
            rows.extend(row.examples.iter().map(|_| number));
            findings.sessions.append(&mut row.examples);
        }
        let first_frame = |judged: &Judged| judged.case.flow.first_frame();
        let mut order: Vec<_> = findings.sessions.iter().map(first_frame).zip(0..).collect();
        order.sort_unstable();
        // Stable: those that were there keep their order.
        findings.sessions.sort_by_cached_key(first_frame);
        let mut places = Vec::new();
        let mut shown: Vec<Vec<usize>> = vec![Vec::new(); self.rows.len()];
        for (place, (_, index)) in order.into_iter().enumerate() {
            let row = usize::checked_sub(index, old).and_then(|example| rows.get(example));
            match row.and_then(|number| shown.get_mut(*number)) {
                Some(shown) => shown.push(place),
                None => places.push(place),
            }
        }
        let moved = |index: &mut usize| *index = places.get(*index).copied().unwrap_or(*index);
        findings.patterns.iter_mut().for_each(|pattern| pattern.sessions.iter_mut().for_each(moved));
        findings.folded.iter_mut().for_each(|fold| fold.sessions.iter_mut().for_each(moved));
        for ((row, mut sessions), mut kept) in self.rows.into_iter().zip(shown).zip(kept) {
            kept.iter_mut().for_each(moved);
            sessions.extend(kept);
            sessions.sort_unstable();
            findings.folded.push(row.fold(sessions));
        }
    }
}

impl Row {
    fn add(&mut self, other: Self) {
        self.count(&other.group, other.count, other.ends);
        self.open |= other.open;
        let room = EXAMPLES.saturating_sub(self.examples.len());
        self.examples.extend(other.examples.into_iter().take(room));
    }

    /// Counts `count` connections of `group`, one of which is between `ends`.
    fn count(&mut self, group: &Group, count: u64, ends: Ends) {
        self.merged = true;
        self.count += count;
        let other_network = network(self.ends.0) != network(ends.0);
        let other_server = self.ends.1 != ends.1;
        let own = &mut self.group;
        own.networks = own.networks.max(group.networks).max(1 + u64::from(other_network));
        own.servers = own.servers.max(group.servers).max(1 + u64::from(other_server));
        own.first = own.first.min(group.first);
        own.last = own.last.max(group.last);
    }

    /// The row, of which `sessions` are kept.
    fn fold(self, sessions: Vec<usize>) -> Fold {
        Fold::counted(&self.group, self.count, self.merged, self.ends, sessions)
    }
}

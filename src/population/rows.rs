//! Connections that were judged and let go before the others: counted, with some of each kind in full.

use std::net::IpAddr;

use foldhash::quality::RandomState;
use hashbrown::HashMap;

use super::alike::{Between, EXAMPLES, Fate, Group, Member, groups, network};
use super::{Findings, Fold, Judged};
use crate::flow::Side;
use crate::wire::Endpoint;

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
    examples: Vec<Judged>,
}

impl Rows {
    /// Takes `sessions`, whose numbers `ids` are ascending, and `made`, the groups of those numbers that are among them, with
    /// the members that are not.
    pub fn take(&mut self, made: &[Group], ids: &[usize], sessions: Vec<Judged>) {
        let mut sessions: Vec<Option<Judged>> = sessions.into_iter().map(Some).collect();
        for group in made {
            let places = group.members.iter().filter_map(|id| ids.binary_search(id).ok());
            let examples = places.filter_map(|place| sessions.get_mut(place)?.take()).take(EXAMPLES);
            self.add(group.clone(), examples.collect());
        }
        let members = sessions.iter().enumerate();
        let members = members.filter_map(|(place, judged)| Some((place, Member::of_any(judged.as_ref()?))));
        let (found, alone) = groups(members);
        for group in found {
            let examples = group.members.iter().take(EXAMPLES);
            let examples = examples.filter_map(|&place| sessions.get_mut(place)?.take());
            let examples = examples.collect();
            self.add(group, examples);
        }
        for place in alone {
            let Some(judged) = sessions.get_mut(place).and_then(Option::take) else { continue };
            let Member { fate, start, .. } = Member::of_any(&judged);
            let (between, members, first, last) = (Between::Anybody, vec![place], start, start);
            self.add(Group { fate, between, members, first, last, networks: 1, servers: 1 }, vec![judged]);
        }
    }

    fn add(&mut self, mut group: Group, examples: Vec<Judged>) {
        let full = self.rows.len() >= ROWS;
        if full && !self.numbers.contains_key(&(group.fate, group.between)) {
            group.between = Between::Anybody;
        }
        let count = group.members.len() as u64;
        group.members = Vec::new();
        let next = self.rows.len();
        let number = *self.numbers.entry((group.fate, group.between)).or_insert(next);
        match self.rows.get_mut(number) {
            Some(row) => row.add(&group, count, examples),
            None => self.rows.push(Row { group, count, merged: false, examples }),
        }
    }

    /// How many connections they stand for.
    pub fn count(&self) -> u64 {
        self.rows.iter().map(|row| row.count).sum()
    }

    /// How many are kept in full.
    pub fn examples(&self) -> usize {
        self.rows.iter().map(|row| row.examples.len()).sum()
    }

    /// Puts them into `findings`: the examples among the sessions, a row for each kind. `made`: the rows of those that were
    /// kept to the end; what is of one kind with them has one row.
    pub fn tell(mut self, made: Vec<(&Group, Fold)>, findings: &mut Findings) {
        let mut kept: Vec<Vec<usize>> = vec![Vec::new(); self.rows.len()];
        for (group, fold) in made {
            let number = self.numbers.get(&(group.fate, group.between)).copied().unwrap_or(usize::MAX);
            match (self.rows.get_mut(number), kept.get_mut(number)) {
                (Some(row), Some(kept)) => {
                    row.count(
                        group,
                        fold.count,
                        findings.sessions.get(fold.sessions.first().copied().unwrap_or(0)),
                    );
                    kept.extend(fold.sessions);
                }
                _ => findings.folded.push(fold),
            }
        }
        let old = std::mem::take(&mut findings.sessions).into_iter().map(|judged| (None, judged));
        let mut all: Vec<(Option<usize>, Judged)> = old.collect();
        for (number, row) in self.rows.iter_mut().enumerate() {
            all.extend(row.examples.drain(..).map(|judged| (Some(number), judged)));
        }
        // Stable: the old ones keep their order.
        all.sort_by_key(|(_, judged)| judged.case.flow.first_frame());
        let mut places = Vec::new();
        let mut shown: Vec<Vec<usize>> = vec![Vec::new(); self.rows.len()];
        for (place, (number, _)) in all.iter().enumerate() {
            match number.and_then(|number| shown.get_mut(number)) {
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
            findings.folded.extend(row.fold(sessions, &all));
        }
        findings.sessions = all.into_iter().map(|(_, judged)| judged).collect();
    }
}

impl Row {
    fn add(&mut self, group: &Group, count: u64, examples: Vec<Judged>) {
        self.count(group, count, examples.first());
        let room = EXAMPLES.saturating_sub(self.examples.len());
        self.examples.extend(examples.into_iter().take(room));
    }

    /// Counts `count` connections of `group`, one of which is `example`.
    fn count(&mut self, group: &Group, count: u64, example: Option<&Judged>) {
        self.merged = true;
        self.count += count;
        let ends = self.examples.first().zip(example).map(|(one, other)| (ends(one), ends(other)));
        let networks = ends.map_or(1, |((one, _), (other, _))| 1 + u64::from(network(one) != network(other)));
        let servers = ends.map_or(1, |((_, one), (_, other))| 1 + u64::from(one != other));
        let own = &mut self.group;
        own.networks = own.networks.max(group.networks).max(networks);
        own.servers = own.servers.max(group.servers).max(servers);
        own.first = own.first.min(group.first);
        own.last = own.last.max(group.last);
    }

    /// The row, of which `sessions` are among `all`.
    fn fold(self, sessions: Vec<usize>, all: &[(Option<usize>, Judged)]) -> Option<Fold> {
        let Self { group, count, merged, .. } = self;
        let (client, server) = ends(&all.get(*sessions.first()?)?.1);
        let (meta, detail) = (group.meta(), group.detail(count, merged, client, server));
        Some(Fold { meta, sessions, count, detail, first: group.first, last: group.last })
    }
}

/// The client's address, and the server's end.
fn ends(judged: &Judged) -> (IpAddr, Endpoint) {
    (judged.case.endpoint(Side::Client).addr, judged.case.endpoint(Side::Server))
}

//! What sessions have alike, held once.

use std::hash::Hash;
use std::sync::Arc;

use foldhash::quality::RandomState;
use hashbrown::HashSet;

use super::negotiate::Outcome;
use super::offer::{Lists, Offer};
use super::transcript::{Mismatch, Negotiated, Pair};
use crate::limits::Limits;

/// What sessions were offered and what came of it, to be held together with those that are offered the same.
///
/// Bounded: beyond that, and where an offer is longer than real ones are, a session has its own.
#[derive(Clone, Debug)]
pub struct Stock {
    lists: Kinds<Lists>,
    negotiated: Kinds<Negotiated>,
    mismatches: Kinds<Mismatch>,
}

impl Stock {
    /// An empty one.
    pub fn new(limits: &Limits) -> Self {
        let most = limits.kinds_of_offers;
        Self { lists: Kinds::new(most), negotiated: Kinds::new(most), mismatches: Kinds::new(most) }
    }

    /// Replaces these by those that others have, where they are the same.
    pub(super) fn share(&mut self, offers: &mut Pair<Option<Offer>>, outcome: &mut Outcome) {
        for offer in [&mut offers.client, &mut offers.server].into_iter().flatten() {
            if offer.lists.size() > LONGEST {
                return;
            }
            self.lists.share(&mut offer.lists);
        }
        match outcome {
            Outcome::Unknown => {}
            Outcome::Agreed(negotiated) => self.negotiated.share(negotiated),
            Outcome::Mismatch(mismatch) => self.mismatches.share(mismatch),
        }
    }
}

/// Octets of the longest offer that is shared: that of a real program with the most names had 2 228 (measured on 80 captures).
const LONGEST: usize = 4_096;

/// Values of which each is held once.
#[derive(Clone, Debug)]
struct Kinds<T> {
    known: HashSet<Arc<T>, RandomState>,
    most: usize,
    /// Values that found no room since it was looked for.
    missed: usize,
}

impl<T: Eq + Hash> Kinds<T> {
    fn new(most: usize) -> Self {
        Self { known: HashSet::default(), most, missed: 0 }
    }

    fn share(&mut self, value: &mut Arc<T>) {
        if let Some(known) = self.known.get(&**value) {
            value.clone_from(known);
            return;
        }
        if self.known.len() >= self.most {
            self.look_for_room();
        }
        if self.known.len() < self.most {
            self.known.insert(Arc::clone(value));
        }
    }

    /// Lets go what nobody else holds. Done seldom enough to cost each value the same.
    fn look_for_room(&mut self) {
        self.missed += 1;
        if self.missed >= self.most {
            self.missed = 0;
            self.known.retain(|known| Arc::strong_count(known) > 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::offer::tests::lists;
    use super::*;

    fn kex(names: &str) -> Arc<Lists> {
        Arc::new(lists([names, "", "", "", "", "", "", ""]))
    }

    #[test]
    fn the_same_lists_are_held_once_and_others_apart() {
        let mut kinds = Kinds::new(8);
        let [mut first, mut same, mut other] = ["a", "a", "b"].map(kex);
        for lists in [&mut first, &mut same, &mut other] {
            kinds.share(lists);
        }
        assert!(Arc::ptr_eq(&first, &same) && !Arc::ptr_eq(&first, &other));
        assert_eq!((&*same, &*other), (&*kex("a"), &*kex("b")));
    }

    #[test]
    fn beyond_the_bound_each_has_its_own_until_there_is_room() {
        let mut kinds = Kinds::new(2);
        let mut all: Vec<_> = ["a", "b", "c", "c"].map(kex).into();
        for lists in &mut all {
            kinds.share(lists);
        }
        assert_eq!((kinds.known.len(), Arc::ptr_eq(&all[2], &all[3])), (2, false));
        all.truncate(1);
        let [mut first, mut second, mut third] = ["d", "d", "d"].map(kex);
        for lists in [&mut first, &mut second, &mut third] {
            kinds.share(lists);
        }
        // `b` is nobody's any more: one room.
        assert!(Arc::ptr_eq(&second, &third), "{}", kinds.known.len());
        assert!(kinds.known.contains(&kex("a")) && !kinds.known.contains(&kex("b")));
    }
}

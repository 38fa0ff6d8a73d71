//! Connections that came to nothing in the same way: one row for all of them.
//!
//! A server on the internet is scanned thousands of times a day; nobody reads those reports one by one.

use std::collections::BTreeSet;

use super::alike::{Group, Member, groups};
use super::{Judged, Meta};
use crate::flow::Side;
use crate::units::Timestamp;

/// Connections that are shown as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// Its name and documentation.
    pub meta: &'static Meta,
    /// Sessions that are shown as examples.
    pub examples: Vec<usize>,
    /// How many connections it stands for.
    pub count: u64,
    /// In words.
    pub detail: String,
    /// First packet of the first.
    pub first: Timestamp,
    /// First packet of the last.
    pub last: Timestamp,
}

impl Fold {
    /// The row of `group`, whose examples are in `sessions`.
    pub fn of(group: Group, sessions: &[Judged]) -> Option<Self> {
        let case = &sessions.get(*group.examples.first()?)?.case;
        let detail = group.detail(case.endpoint(Side::Client).addr, case.endpoint(Side::Server));
        let (meta, count, first, last) = (group.meta(), group.count, group.first, group.last);
        Some(Self { meta, examples: group.examples, count, detail, first, last })
    }
}

/// The rows of `sessions`, and which of these need not be shown beside them. `rows` that the analysis has made already keep
/// their examples.
pub fn folds(sessions: &[Judged], rows: &[Fold]) -> (Vec<Fold>, BTreeSet<usize>) {
    let taken: BTreeSet<usize> = rows.iter().flat_map(|fold| fold.examples.iter().copied()).collect();
    let member = |(index, judged): (usize, &Judged)| {
        (!taken.contains(&index)).then(|| Member::of(judged)).flatten().map(|member| (index, member))
    };
    let members: Vec<(usize, Member)> = sessions.iter().enumerate().filter_map(member).collect();
    let (groups, alone) = groups(members.iter().copied());
    let mut hidden: BTreeSet<usize> = members.iter().map(|(index, _)| *index).collect();
    let shown = groups.iter().flat_map(|group| &group.examples).chain(&alone);
    shown.for_each(|index| _ = hidden.remove(index));
    let folds = rows.iter().cloned().chain(groups.into_iter().filter_map(|it| Fold::of(it, sessions)));
    (folds.collect(), hidden)
}

//! Connections that came to nothing in the same way: one row for all of them.
//!
//! A server on the internet is scanned thousands of times a day; nobody reads those reports one by one.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::alike::{Group, Member, groups};
use super::{Judged, Meta};
use crate::flow::Side;
use crate::units::Timestamp;
use crate::wire::Endpoint;

/// Connections that are shown as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// Its name and documentation.
    pub meta: &'static Meta,
    /// Indices of those among the sessions, in the order of their first frames: all of them, or at least the examples.
    pub sessions: Vec<usize>,
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
    /// The row of `group`, of whose members `shown` are among `sessions`.
    pub fn of(group: &Group, shown: Vec<usize>, sessions: &[Judged]) -> Option<Self> {
        let ends = ends(sessions.get(*shown.first()?)?);
        Some(Self::counted(group, group.members.len() as u64, false, ends, shown))
    }

    /// The row of `group`, of which there were `count`, one of them between `ends`. `least`: as in [`Group::detail`].
    pub(super) fn counted(
        group: &Group,
        count: u64,
        least: bool,
        (client, server): Ends,
        shown: Vec<usize>,
    ) -> Self {
        let detail = group.detail(count, least, client, server);
        Self { meta: group.meta(), sessions: shown, count, detail, first: group.first, last: group.last }
    }
}

/// The client's address, and the server's end.
pub(super) type Ends = (IpAddr, Endpoint);

pub(super) fn ends(judged: &Judged) -> Ends {
    (judged.case.endpoint(Side::Client).addr, judged.case.endpoint(Side::Server))
}

/// The rows of `sessions`, behind those that the analysis has made already.
pub fn folds(sessions: &[Judged], made: &[Fold]) -> Vec<Fold> {
    let taken: BTreeSet<usize> = made.iter().flat_map(|fold| fold.sessions.iter().copied()).collect();
    let member = |(index, judged): (usize, &Judged)| {
        (!taken.contains(&index)).then(|| Member::of(judged)).flatten().map(|member| (index, member))
    };
    let members: Vec<(usize, Member)> = sessions.iter().enumerate().filter_map(member).collect();
    let (groups, _) = groups(members.into_iter());
    let fold = |group: Group| Fold::of(&group, group.members.clone(), sessions);
    made.iter().cloned().chain(groups.into_iter().filter_map(fold)).collect()
}

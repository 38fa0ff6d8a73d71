//! The sessions of a capture as the patterns look at them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::{Judged, Pattern};
use crate::case::BlindKind;
use crate::flow::Side;
use crate::wire::Endpoint;

/// A session and its number.
pub(super) type Numbered<'a> = (usize, &'a Judged);

/// All sessions, and which of them show a connection that another one shows already.
pub(super) struct Crowd<'a> {
    sessions: &'a [Judged],
    again: Vec<bool>,
}

impl<'a> Crowd<'a> {
    /// `twice`: connections that were seen more than once; the first sight of each counts.
    pub(super) fn new(sessions: &'a [Judged], twice: &[Pattern]) -> Self {
        let mut again = vec![false; sessions.len()];
        for index in twice.iter().flat_map(|pattern| pattern.sessions.iter().skip(1)) {
            if let Some(again) = again.get_mut(*index) {
                *again = true;
            }
        }
        Self { sessions, again }
    }

    /// Each connection once, in the order of first frames.
    pub(super) fn each(&self) -> impl Iterator<Item = Numbered<'a>> {
        self.all().zip(&self.again).filter(|(_, again)| !**again).map(|(session, _)| session)
    }

    /// Those of [`Self::each`] whose times can be compared with others'.
    pub(super) fn timed(&self) -> impl Iterator<Item = Numbered<'a>> {
        self.each().filter(|(_, judged)| !judged.case.is_blind(BlindKind::ClockReversed))
    }

    /// Every sight of every connection.
    pub(super) fn all(&self) -> impl Iterator<Item = Numbered<'a>> + use<'a> {
        self.sessions.iter().enumerate()
    }

    /// Session number `index`.
    pub(super) fn get(&self, index: usize) -> Option<&'a Judged> {
        self.sessions.get(index)
    }

    /// The connections of each server in the order of first frames; those with comparable times only.
    pub(super) fn by_server(&self) -> BTreeMap<Endpoint, Vec<Numbered<'a>>> {
        let mut servers: BTreeMap<Endpoint, Vec<Numbered<'a>>> = BTreeMap::new();
        for (index, judged) in self.timed() {
            servers.entry(judged.case.endpoint(Side::Server)).or_default().push((index, judged));
        }
        servers
    }
}

/// Address of the client.
pub(super) fn client(judged: &Judged) -> IpAddr {
    judged.case.endpoint(Side::Client).addr
}

/// `1 session`, `2 sessions`.
pub(super) fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

//! Connections that fell silent, and take less room until the next packet.

use std::collections::VecDeque;

use crate::flow::{Flow, FlowId};
use crate::units::{Elapsed, Timestamp};

/// How often a connection is looked at while packets come.
const EACH: Elapsed = Elapsed::from_secs(2);

/// Silence after which a connection rests. To wake one of 512 segments takes some microseconds.
const SILENT: Elapsed = Elapsed::from_secs(30);

/// The same of one that is over: hardly any packet will come.
const OVER: Elapsed = Elapsed::from_secs(1);

/// The connections that are awake, each with when it was looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct Awake(VecDeque<(Timestamp, FlowId)>);

impl Awake {
    /// `id` woke at `now`.
    pub(super) fn add(&mut self, id: FlowId, now: Timestamp) {
        self.0.push_back((now, id));
    }

    /// The next that is to be looked at by `now`.
    pub(super) fn next(&mut self, now: Timestamp) -> Option<FlowId> {
        let &(seen, id) = self.0.front()?;
        (now.since(seen) >= EACH).then(|| self.0.pop_front())?;
        Some(id)
    }
}

/// Whether `flow` rests by `now`.
pub(super) fn rests(flow: &Flow, now: Timestamp) -> bool {
    now.since(flow.last.time) >= if flow.is_over() { OVER } else { SILENT }
}

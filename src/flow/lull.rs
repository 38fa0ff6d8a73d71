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
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

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

    /// Their numbers are others from now on; `None` for those that are gone.
    pub(super) fn renumber(&mut self, new: impl Fn(FlowId) -> Option<FlowId>) {
        self.0.retain_mut(|(_, id)| {
            let renumbered = new(*id);
            *id = renumbered.unwrap_or(*id);
            renumbered.is_some()
        });
    }
}

/// Whether `flow` rests by `now`.
pub(super) fn rests(flow: &Flow, now: Timestamp) -> bool {
    let last = Some(flow.last.time);
    if flow.is_over() { is_over_by(now, last) } else { is_silent_by(now, last) }
}

/// Whether a connection that ended and whose last packet passed at `last` is over by `now`.
pub(super) fn is_over_by(now: Timestamp, last: Option<Timestamp>) -> bool {
    last.is_some_and(|last| now.since(last) >= OVER)
}

/// Whether a connection whose last packet passed at `last` fell silent by `now`.
pub(super) fn is_silent_by(now: Timestamp, last: Option<Timestamp>) -> bool {
    last.is_some_and(|last| now.since(last) >= SILENT)
}

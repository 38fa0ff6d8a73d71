//! Connections that fell silent, and take less room until the next packet.

use crate::flow::{Flow, FlowId};
use crate::units::{Elapsed, Timestamp};

/// Silence after which a connection rests. To wake one of 512 segments takes some microseconds.
const SILENT: Elapsed = Elapsed::from_secs(30);

/// The same of one that is over: hardly any packet will come.
const OVER: Elapsed = Elapsed::from_secs(1);

/// The connections that are awake.
#[derive(Clone, Debug, Default)]
pub(super) struct Awake(Vec<FlowId>);

impl Awake {
    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    /// `id` woke.
    pub(super) fn add(&mut self, id: FlowId) {
        self.0.push(id);
    }

    /// Lets those rest of which `rests` says so.
    pub(super) fn settle(&mut self, mut rests: impl FnMut(FlowId) -> bool) {
        self.0.retain(|id| !rests(*id));
    }

    /// Their numbers are others from now on; `None` for those that are gone.
    pub(super) fn renumber(&mut self, new: impl Fn(FlowId) -> Option<FlowId>) {
        self.0.retain_mut(|id| {
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

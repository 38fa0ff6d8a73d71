//! One connection as the table keeps it.

use std::borrow::Cow;

use crate::flow::brief::Brief;
use crate::flow::{Flow, FlowId, lull, resets};
use crate::frame::Place;
use crate::limits::Limits;
use crate::units::Timestamp;
use crate::wire::{End, FlowKey, Segment};

/// A connection as the table keeps it.
#[derive(Clone, Debug)]
pub struct Kept(pub(super) State);

/// How it keeps it.
#[derive(Clone, Debug)]
pub(super) enum State {
    /// Few packets so far: nobody was told of it yet.
    Brief(Brief),
    /// What they did.
    Whole(Box<Flow>),
}

impl Kept {
    /// Its two ends.
    pub const fn key(&self) -> &FlowKey {
        match &self.0 {
            State::Brief(brief) => &brief.key,
            State::Whole(flow) => &flow.key,
        }
    }

    /// Where it was seen.
    pub const fn place(&self) -> Place {
        match &self.0 {
            State::Brief(brief) => brief.place,
            State::Whole(flow) => flow.place,
        }
    }

    /// The flow, if it is kept as such.
    pub fn whole(&self) -> Option<&Flow> {
        match &self.0 {
            State::Brief(_) => None,
            State::Whole(flow) => Some(flow),
        }
    }

    /// The flow, if it is kept as such; it takes no more packets.
    pub fn into_flow(self) -> Option<Box<Flow>> {
        match self.0 {
            State::Brief(_) => None,
            State::Whole(mut flow) => {
                flow.awake = false;
                Some(flow)
            }
        }
    }

    /// Reads where its packets lie, if it is kept as these.
    pub(super) fn foresee_place(&self) {
        if let State::Brief(brief) = &self.0 {
            brief.foresee_place();
        }
    }

    /// Reads what taking a packet from `end` begins with.
    pub(super) fn foresee(&self, end: End) {
        match &self.0 {
            State::Brief(brief) => brief.foresee(),
            State::Whole(flow) => flow.foresee(end),
        }
    }

    /// Whether the end that sent `reset` had sent a packet of its TTL; `None` where it had sent none.
    pub(super) fn is_like(&self, reset: &Segment) -> Option<bool> {
        match &self.0 {
            State::Brief(brief) => resets::is_like_one_of(brief.each().map(|(segment, _)| segment), reset),
            State::Whole(flow) => resets::is_like(flow, reset),
        }
    }

    /// Whether it is kept as its packets.
    pub const fn is_brief(&self) -> bool {
        matches!(self.0, State::Brief(_))
    }

    /// Whether it is brief, and its last packet ended it.
    pub const fn is_ended_brief(&self) -> bool {
        match &self.0 {
            State::Brief(brief) => brief.is_over(),
            State::Whole(_) => false,
        }
    }

    /// Whether hardly a packet of it will come by `now`.
    pub fn is_over(&self, now: Timestamp) -> bool {
        let ended = match &self.0 {
            State::Brief(brief) => brief.is_over(),
            State::Whole(flow) => flow.is_over(),
        };
        ended && lull::is_over_by(now, self.last())
    }

    /// When its last packet passed.
    fn last(&self) -> Option<Timestamp> {
        match &self.0 {
            State::Brief(brief) => brief.last(),
            State::Whole(flow) => Some(flow.last.time),
        }
    }

    /// Whether no data passed so far.
    pub fn is_handshake(&self) -> bool {
        let State::Brief(brief) = &self.0 else { return false };
        brief.each().all(|(segment, _)| segment.payload_len == 0)
    }

    /// Whether nothing but its handshake passed, and it fell silent by `now`.
    pub fn is_half_open(&self, now: Timestamp) -> bool {
        self.is_handshake() && self.is_silent(now)
    }

    /// Whether it fell silent by `now`.
    pub fn is_silent(&self, now: Timestamp) -> bool {
        lull::is_silent_by(now, self.last())
    }

    /// Its packets, and the octets of data that were captured of each; none if it is kept as a flow.
    pub fn packets(&self) -> impl Iterator<Item = (Segment, &[u8])> {
        let brief = match &self.0 {
            State::Brief(brief) => Some(brief),
            State::Whole(_) => None,
        };
        brief.into_iter().flat_map(Brief::each)
    }

    /// The flow, made of its packets if it is kept as these; nobody is told what they did.
    pub(super) fn flow(&self, ports: &[u16], limits: &Limits) -> Option<Cow<'_, Flow>> {
        match &self.0 {
            State::Brief(brief) => brief.replay(FlowId(0), ports, limits, &mut |_, _, _| {}).map(Cow::Owned),
            State::Whole(flow) => Some(Cow::Borrowed(flow)),
        }
    }
}

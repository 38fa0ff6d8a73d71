//! The SSH part of each connection, fed by what its flow hands on.

use crate::flow::{Delivery, Event, FlowId, Moment, Side};
use crate::limits::Limits;
use crate::ssh::{self, Arrival, Chunk};

/// The SSH part of a connection: made when its first octets come, for a scan has millions that never say anything.
#[derive(Clone, Debug, Default)]
pub(super) struct Slot {
    midstream: bool,
    session: Option<Box<ssh::Session>>,
}

impl Slot {
    fn session(&mut self, limits: &Limits) -> &mut ssh::Session {
        let midstream = self.midstream;
        self.session.get_or_insert_with(|| Box::new(session(midstream, limits)))
    }

    /// Whether an octet came.
    pub(super) const fn has_spoken(&self) -> bool {
        self.session.is_some()
    }

    /// What SSH did so far.
    pub(super) fn transcript(&self, limits: &Limits) -> ssh::Transcript {
        match &self.session {
            Some(session) => session.finish(),
            None => session(self.midstream, limits).finish(),
        }
    }

    /// What SSH did; nothing follows.
    pub(super) fn into_transcript(self, limits: &Limits) -> ssh::Transcript {
        self.session.map_or_else(|| session(self.midstream, limits), |session| *session).conclude()
    }

    /// Takes what its flow hands on.
    pub(super) fn feed(&mut self, limits: &Limits, at: Moment, event: Event<'_>) {
        let at = Arrival { frame: at.frame, time: at.time };
        match event {
            Event::Opened { midstream } => *self = Self { midstream, session: None },
            Event::Stream { from, delivery } => take(self.session(limits), at, from, delivery),
            Event::Brief(_) => {}
            // The end of what never began says nothing.
            Event::Ended { from } => {
                if let Some(session) = &mut self.session {
                    session.handle_end(from, at);
                }
            }
        }
    }
}

fn session(midstream: bool, limits: &Limits) -> ssh::Session {
    if midstream { ssh::Session::midstream(limits) } else { ssh::Session::new(limits) }
}

fn take(session: &mut ssh::Session, at: Arrival, from: Side, delivery: Delivery<'_>) {
    match delivery {
        Delivery::Octets(octets) => session.handle(from, Chunk::Data { at, octets }),
        Delivery::Cut(octets) => session.handle(from, Chunk::Segment { at, octets }),
        Delivery::NextSegment => session.handle_next_segment(from),
        Delivery::Hole(octets) => session.handle(from, Chunk::Hole { at, octets }),
        Delivery::LateStart { adjoins } => session.handle_late_start(from, adjoins),
    }
}

/// The slots of all connections that are kept as flows, by their number.
#[derive(Clone, Debug, Default)]
pub(super) struct Slots {
    slots: Vec<Slot>,
    /// What their sessions have alike; nothing where each connection is a part.
    stock: Option<Box<ssh::Stock>>,
}

impl Slots {
    /// The slots by their numbers.
    pub(super) const fn of(slots: Vec<Slot>) -> Self {
        Self { slots, stock: None }
    }

    /// Slots whose sessions share what they have alike.
    pub(super) fn sharing(limits: &Limits) -> Self {
        Self { slots: Vec::new(), stock: Some(Box::new(ssh::Stock::new(limits))) }
    }

    /// Empty slots whose sessions share what they have alike, where these do.
    pub(super) fn sibling(&self) -> Self {
        Self { slots: Vec::new(), stock: self.stock.clone() }
    }

    /// Takes the slots of `go` out; those of `stay` are numbered in this order from then on.
    pub(super) fn part(&mut self, stay: &[FlowId], go: &[FlowId]) -> Self {
        let gone = Self::of(go.iter().map(|id| self.take(*id)).collect());
        self.slots = stay.iter().map(|id| self.take(*id)).collect();
        gone
    }

    /// Takes what flow `id` hands on.
    pub(super) fn feed(&mut self, limits: &Limits, id: FlowId, at: Moment, event: Event<'_>) {
        let index = id.0 as usize;
        let Self { slots, stock } = self;
        if index >= slots.len() {
            slots.resize_with(index + 1, Slot::default);
        }
        let Some(slot) = slots.get_mut(index) else { return };
        slot.feed(limits, at, event);
        if let (Some(session), Some(stock)) = (&mut slot.session, stock) {
            session.share(stock);
        }
    }

    /// Holds what their sessions have in common with others together with them.
    pub(super) fn share(&mut self, stock: &mut ssh::Stock) {
        let sessions = self.slots.iter_mut().filter_map(|slot| slot.session.as_mut());
        sessions.for_each(|session| session.share(stock));
    }

    /// Reads what the next octets of flow `id` begin with.
    pub(super) fn foresee(&self, id: FlowId) {
        if let Some(session) = self.get(id).and_then(|slot| slot.session.as_ref()) {
            session.foresee();
        }
    }

    /// What SSH did in flow `id` so far; `None` while nothing was handed on.
    pub(super) fn get(&self, id: FlowId) -> Option<&Slot> {
        self.slots.get(id.0 as usize)
    }

    /// What SSH did in flow `id`; its state is given up.
    pub(super) fn take(&mut self, id: FlowId) -> Slot {
        self.slots.get_mut(id.0 as usize).map(std::mem::take).unwrap_or_default()
    }
}

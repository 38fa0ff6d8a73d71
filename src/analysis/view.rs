//! All connections in the order of their first packets, in whichever part each is.

use super::shape::Shapes;
use super::shard::Shard;
use super::sketch::Sketch;
use crate::flow::{Event, Flow, FlowId, Kept, Moment};
use crate::units::Timestamp;

/// The connections of some parts, numbered from 0 in the order of their first packets.
pub(super) struct View<'a> {
    parts: &'a [Shard],
    /// For each connection its part, and its number there.
    order: Vec<(u32, FlowId)>,
    shapes: Shapes,
}

impl<'a> View<'a> {
    /// Of `parts`.
    pub(super) fn of(parts: &'a [Shard]) -> Self {
        let mut opened = Vec::with_capacity(parts.iter().map(|part| part.table.flows().len()).sum());
        for (part, number) in parts.iter().zip(0..) {
            opened
                .extend(part.table.opened().iter().zip(0..).map(|(frame, id)| (*frame, number, FlowId(id))));
        }
        // A frame opens one connection. Those of one part are in order.
        opened.sort_by_key(|(frame, ..)| *frame);
        let order = opened.into_iter().map(|(_, part, id)| (part, id)).collect();
        let shapes = parts.iter().find_map(Shard::sketches).map(|it| it.shapes.clone()).unwrap_or_default();
        Self { parts, order, shapes }
    }

    /// How many.
    pub(super) const fn len(&self) -> usize {
        self.order.len()
    }

    /// What makes their shapes.
    pub(super) const fn shapes(&self) -> &Shapes {
        &self.shapes
    }

    /// The part of connection number `index`, and its number there.
    pub(super) fn place(&self, index: usize) -> Option<(usize, FlowId)> {
        self.order.get(index).map(|(part, id)| (*part as usize, *id))
    }

    /// Connection number `index`.
    pub(super) fn kept(&self, index: usize) -> Option<&'a Kept> {
        let (part, id) = self.place(index)?;
        self.parts.get(part)?.table.flows().get(id.0 as usize)
    }

    /// What it showed when it was over, if it was brief and ran without surprises, and nothing came since.
    pub(super) fn sketch(&self, index: usize) -> Option<&'a Sketch> {
        let (part, id) = self.place(index)?;
        let part = self.parts.get(part)?;
        let ended = part.table.flows().get(id.0 as usize)?.is_ended_brief();
        part.sketches()?.get(id.0 as usize).filter(|_| ended)
    }

    /// Whether it is brief, and hardly a packet of it will come by `now`.
    pub(super) fn is_over_brief(&self, index: usize, now: Timestamp) -> bool {
        self.kept(index).is_some_and(|kept| {
            let by_packets = || kept.is_over(now);
            kept.is_ended_brief()
                && self.sketch(index).map_or_else(by_packets, |sketch| sketch.is_before(now))
        })
    }

    /// The flow that its packets make so far; `None` if it is not kept as these.
    pub(super) fn replay(
        &self,
        index: usize,
        tell: &mut impl FnMut(FlowId, Moment, Event<'_>),
    ) -> Option<Flow> {
        let (part, id) = self.place(index)?;
        self.parts.get(part)?.table.replay(id, tell)
    }
}

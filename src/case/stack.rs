//! What a host's own packets tell of its TCP/IP stack.

use crate::flow::{Flow, Side};
use crate::wire::{Segment, Traits};

/// How a host numbers the IPv4 packets of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generator {
    /// One more for each packet.
    Counter {
        /// The last number seen.
        last: u16,
        /// The largest step between neighbouring packets.
        widest: u16,
    },
    /// Always 0.
    Zero,
}

/// What is known of a host's stack, from its packets of one connection before the reset.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stack {
    /// How it numbers its packets, with the last of them; `None` when no rule shows.
    pub generator: Option<(Generator, Segment)>,
    /// It behaves as Linux does: initial TTL 64, and packets counted (IPv4) or a flow label (IPv6).
    pub like_linux: bool,
}

/// Packets looked at: the generator can change when a device on the path takes over.
const RECENT: usize = 12;

/// A step wider than this is no counter's.
const WIDEST_STEP: u16 = 2048;

impl Stack {
    /// The stack of `side`, by its packets before `reset`.
    pub fn of(flow: &Flow, side: Side, reset: &Segment) -> Self {
        let from = flow.end(side);
        let own: Vec<&Segment> = flow
            .timeline
            .segments()
            .filter(|other| other.from == from && other.frame < reset.frame)
            .filter(|other| !other.flags.rst() && !other.flags.syn())
            .collect();
        let generator = generator(&own);
        let initial_64 = flow.half(side).ttl.usual().is_some_and(|ttl| (33..=64).contains(&ttl.value));
        let counted = matches!(generator, Some((Generator::Counter { .. }, _)));
        let labelled = own.last().is_some_and(|last| last.traits.has(Traits::IPV6) && last.flow_label != 0);
        Self { generator, like_linux: initial_64 && (counted || labelled) }
    }
}

fn generator(own: &[&Segment]) -> Option<(Generator, Segment)> {
    let recent = own.get(own.len().saturating_sub(RECENT)..)?;
    let last = **recent.last()?;
    if recent.len() < 3 || last.traits.has(Traits::IPV6) {
        return None;
    }
    if recent.iter().all(|segment| segment.ip_id == 0) {
        return Some((Generator::Zero, last));
    }
    let steps: Vec<u16> = recent
        .windows(2)
        .filter_map(|pair| Some(pair.get(1)?.ip_id.wrapping_sub(pair.first()?.ip_id)))
        .collect();
    let counting = steps.iter().all(|&step| (1..=WIDEST_STEP).contains(&step));
    let widest = steps.iter().copied().max()?;
    counting.then_some((Generator::Counter { last: last.ip_id, widest }, last))
}

//! What a host's own packets tell of its TCP/IP stack.

use crate::case::host::Answer;
use crate::case::{Host, StampClock};
use crate::flow::{Flow, Side};
use crate::wire::{Checksum, Segment, Traits};

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

impl Generator {
    /// How the host that sent `own`, in their order, numbers its packets; `None` when no rule shows.
    pub fn of(own: &[Segment]) -> Option<Self> {
        let recent = own.get(own.len().saturating_sub(RECENT)..)?;
        let last = *recent.last()?;
        if recent.len() < Self::FEWEST || last.traits.has(Traits::IPV6) {
            return None;
        }
        if recent.iter().all(|segment| segment.ip_id == 0) {
            return Some(Self::Zero);
        }
        let steps = || {
            let pairs = recent.windows(2);
            pairs.filter_map(|pair| Some(pair.get(1)?.ip_id.wrapping_sub(pair.first()?.ip_id)))
        };
        let counting = steps().all(|step| (1..=WIDEST_STEP).contains(&step));
        counting.then_some(Self::Counter { last: last.ip_id, widest: steps().max()? })
    }

    /// Packets that show a rule.
    pub const FEWEST: usize = 3;

    /// Packets that may be missing between the last one seen and the next: a super-packet of 64 KiB is 45 of them.
    const SLACK: u16 = 64;

    /// How far beyond the last number `id` is, where a counter can have come to it.
    pub fn steps_to(self, id: u16) -> Option<u16> {
        let Self::Counter { last, widest } = self else { return None };
        let step = id.wrapping_sub(last);
        (1..=widest.saturating_mul(2).max(Self::SLACK)).contains(&step).then_some(step)
    }
}

/// What is known of the stack of the host whose address a reset carries: by its packets before the reset, and by what
/// its TCP answered in other connections of the capture. Resets are compared with this, not with what stacks send in general.
#[derive(Clone, Debug, Default)]
pub struct Stack {
    /// Its last packet before the reset that is no SYN; `None` where it sent none that was captured.
    pub last: Option<Segment>,
    /// Whether its packets of this connection carry TCP timestamps; `None` without any packet of it.
    pub stamps: Option<bool>,
    /// How it numbers its packets; `None` when no rule shows.
    pub generator: Option<Generator>,
    /// Its TCP timestamp clock, where two packets lie far enough apart.
    pub clock: Option<StampClock>,
    /// The TTL that it starts with, by its usual one in this connection, else in others: 64, 128 or 255. `None` below 33: the
    /// socket has one of its own, or the path is longer than any.
    pub initial_ttl: Option<u8>,
    /// It behaves as Linux does: initial TTL 64, and packets counted (IPv4) or a flow label (IPv6).
    pub like_linux: bool,
    /// The TCP checksums of its packets.
    pub sums: Sums,
    /// Resets of other connections of which it is known that its own TCP answered.
    pub answers: Vec<Answer>,
}

/// How many checksums of a host's packets, resets left out, are right or left half-made for the card, and how many wrong.
/// Those that could not be judged are in neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Right, or to be finished by the card.
    pub right: usize,
    /// Wrong: by another way of offload than Linux's, or for a reason.
    pub wrong: usize,
}

impl Sums {
    pub(super) fn of(flow: &Flow, side: Side) -> Self {
        let from = flow.end(side);
        let own = flow.timeline.segments().filter(|other| other.from == from && !other.flags.rst());
        own.fold(Self::default(), |sums, other| match other.checksum {
            Checksum::Unknown => sums,
            Checksum::Good | Checksum::Partial => Self { right: sums.right + 1, ..sums },
            Checksum::Bad => Self { wrong: sums.wrong + 1, ..sums },
        })
    }

    /// Whether a wrong checksum with this host's address is really wrong: none of some others is.
    pub const fn are_right(self) -> bool {
        self.wrong == 0 && self.right >= FEWEST_SUMS
    }
}

/// Packets of a host that show how its checksums look here.
const FEWEST_SUMS: usize = 3;

/// Packets looked at: the generator can change when a device on the path takes over.
const RECENT: usize = 12;

/// A step wider than this is no counter's.
const WIDEST_STEP: u16 = 2048;

/// The TTL of hosts that start with 128: Windows, and what is built on it.
const TTL_OF_WINDOWS: u8 = 128;

impl Stack {
    /// The stack of `side`, by its packets before `reset`. `host`: what other connections show of it.
    pub(super) fn of(flow: &Flow, host: &Host, side: Side, reset: &Segment) -> Self {
        let from = flow.end(side);
        let before = |other: &Segment| other.from == from && other.frame < reset.frame && !other.flags.rst();
        let own: Vec<Segment> =
            flow.timeline.segments().filter(before).filter(|other| !other.flags.syn()).collect();
        let last = own.last().copied();
        let latest = flow.timeline.segments().rfind(before);
        let generator = Generator::of(&own);
        let usual = flow.half(side).ttl.usual().or_else(|| host.ttl.usual());
        let initial_ttl = usual.and_then(|ttl| initial(ttl.value));
        let counted = matches!(generator, Some(Generator::Counter { .. }));
        let labelled = last.is_some_and(|last| last.traits.has(Traits::IPV6) && last.flow_label != 0);
        Self {
            last,
            stamps: latest.map(|latest| latest.traits.has(Traits::TIMESTAMPS)),
            generator,
            clock: StampClock::of(&own),
            initial_ttl,
            like_linux: initial_ttl == Some(64) && (counted || labelled),
            sums: Sums::of(flow, side),
            answers: host.answers.clone(),
        }
    }

    /// Whether it may be a Windows: initial TTL 128, and no timestamps, which Windows leaves off unless it is asked. A Linux
    /// can be set up like that, so this excuses what Windows does and accuses nobody.
    pub fn like_windows(&self) -> bool {
        self.initial_ttl == Some(TTL_OF_WINDOWS) && self.stamps != Some(true)
    }
}

/// The next of the usual initial values.
const fn initial(ttl: u8) -> Option<u8> {
    match ttl {
        0..=32 => None,
        33..=64 => Some(64),
        65..=128 => Some(TTL_OF_WINDOWS),
        _ => Some(255),
    }
}

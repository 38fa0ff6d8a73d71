//! How a connection ended, as far as the capture shows.

use crate::case::{Reset, Role};
use crate::flow::{Flow, Half, Moment, Side, Unanswered};
use crate::units::{Elapsed, Timestamp};
use crate::wire::IcmpError;

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ending {
    /// A reset ended it.
    Reset,
    /// An ICMP error answered the SYN.
    Refused,
    /// A FIN, from either end.
    Close,
    /// Data, SYN or probes unanswered to the end of the file.
    Silence,
    /// Nothing of an end is visible.
    Open,
}

impl Ending {
    /// The contract's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Refused => "refused",
            Self::Close => "close",
            Self::Silence => "silence",
            Self::Open => "open",
        }
    }
}

/// How `flow` ended. `capture_end`: the last moment of the capture.
pub(super) fn of(flow: &Flow, reset: Option<&Reset>, capture_end: Timestamp) -> Ending {
    if reset.is_some_and(|reset| reset.role == Role::Initiating) {
        return Ending::Reset;
    }
    let unreachable = |error: &IcmpError| matches!(error, IcmpError::Unreachable(_));
    if !flow.is_established() && flow.quotes.iter().any(|quote| unreachable(&quote.error)) {
        return Ending::Refused;
    }
    if Side::BOTH.into_iter().any(|side| flow.half(side).fin.is_some()) {
        return Ending::Close;
    }
    if reset.is_some_and(|reset| reset.role == Role::Reaction) {
        return Ending::Close;
    }
    if Side::BOTH.into_iter().any(|side| died_waiting(flow, side, capture_end)) {
        Ending::Silence
    } else {
        Ending::Open
    }
}

/// A death without a word: who went on in vain, and when the connection was alive for the last time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Death {
    /// The end whose packets stayed unanswered.
    pub sender: Side,
    /// What stayed unanswered.
    pub owed: Unanswered,
    /// Last sign, before the first unanswered packet, that packets of the sender still arrived or that its peer was there;
    /// `None` where the capture holds none.
    pub alive: Option<Moment>,
    /// The peer was heard after the first unanswered packet: only the way to it is dead, or it ignores what arrives.
    pub peer_heard: bool,
    /// Octets of data in the largest segment of the sender that is known to have arrived; what stayed unanswered is larger.
    pub outsized: Option<u32>,
}

impl Death {
    /// How `flow`, which ended in silence, died.
    pub(super) fn of(flow: &Flow, capture_end: Timestamp) -> Option<Self> {
        let waiting = Side::BOTH.into_iter().filter(|side| died_waiting(flow, *side, capture_end));
        let (sender, owed) = waiting
            .filter_map(|side| Some((side, flow.half(side).unanswered?)))
            .max_by_key(|(_, owed)| owed.repeats)?;
        let (half, peer) = (flow.half(sender), flow.half(!sender));
        let before = |moment: &Moment| moment.frame < owed.first.frame;
        let signs = half.answered.into_iter().chain(peer.last);
        let arrived = half.largest_arrived;
        Some(Self {
            sender,
            owed,
            alive: signs.filter(before).max_by_key(|moment| moment.frame),
            peer_heard: peer.last.is_some_and(|last| last.frame > owed.first.frame),
            outsized: (arrived > 0 && owed.largest > arrived).then_some(arrived),
        })
    }
}

/// Whether `side` waited so long and insistently that the connection is to be called dead.
fn died_waiting(flow: &Flow, side: Side, capture_end: Timestamp) -> bool {
    let (half, peer) = (flow.half(side), flow.half(!side));
    let Some(owed) = half.unanswered else { return false };
    if is_held_off(&owed, peer) {
        return false;
    }
    // Where the other direction was not captured every wait looks unanswered; then only repetitions without end count.
    let repeats = if peer.packets == 0 && half.acked.is_some() { owed.in_a_row } else { owed.repeats };
    let handshake = half.packets == u64::from(half.openings);
    let enough = if owed.probe || handshake { 1 } else { INSISTENT };
    repeats >= enough && owed.last.time.min(capture_end).since(owed.first.time) >= GIVE_UP_AFTER
}

/// Whether the peer is alive and only has no room: it goes on to announce a closed window while it is probed (RFC 9293
/// §3.8.6.1).
fn is_held_off(owed: &Unanswered, peer: &Half) -> bool {
    let answers = peer.last.is_some_and(|last| last.frame > owed.first.frame);
    peer.window == 0 && answers
}

/// Repetitions of data after which no single loss explains the wait: the timeout has doubled.
const INSISTENT: u32 = 2;

/// Linux repeats after its RTO, at least 200 ms, doubling: after 0.6 s two repetitions have gone unanswered.
const GIVE_UP_AFTER: Elapsed = Elapsed::from_millis(600);

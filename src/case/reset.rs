//! The reset that counts: which of several, in which form, in answer to what, and in which role.

use crate::case::{Host, Stack, Sums};
use crate::flow::{Acceptance, Flow, Loop, Pair, SeenReset, Side};
use crate::units::Elapsed;
use crate::wire::{Checksum, Segment};

/// The form of a reset, by RFC 9293 §3.10.7 and §3.5.2 and by what genuine stacks send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// RST with ACK inside a connection: the form in which a living socket aborts (RFC 9293 §3.10.5).
    Abort,
    /// RST without ACK, its sequence number taken from the acknowledgement it answers: a stack without a
    /// socket, or a packet filter's reject.
    Answer,
    /// RST with ACK and sequence number 0 that acknowledges a segment without ACK, mostly a SYN.
    SynAnswer,
}

impl Form {
    /// Whether `reset`, of this form, has the numbers that it would have in answer to `packet`.
    fn answers(self, reset: &Segment, packet: &Segment) -> bool {
        let acknowledged_up_to_reset = packet.flags.ack() && packet.ack == reset.seq;
        packet.from != reset.from
            && packet.frame < reset.frame
            && !packet.flags.rst()
            && match self {
                Self::Answer => acknowledged_up_to_reset,
                Self::SynAnswer => packet.end() == reset.ack,
                // An abort answers nothing by rule; programs that kill on a packet copy its numbers.
                Self::Abort => acknowledged_up_to_reset && packet.end() == reset.ack,
            }
    }
}

/// What a reset was in the life of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// It ended the connection.
    Initiating,
    /// It answered a close or reset that was already under way.
    Reaction,
    /// The receiver would not accept it, or the connection went on.
    Ineffective,
}

impl Role {
    /// The contract's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Initiating => "initiating",
            Self::Reaction => "reaction",
            Self::Ineffective => "ineffective",
        }
    }
}

/// The packet that a reset answers.
#[derive(Clone, Copy, Debug)]
pub struct Trigger {
    /// The packet, sent by the reset's receiver.
    pub segment: Segment,
    /// Time from it to the reset, at the capture point.
    pub answer_time: Elapsed,
    /// Whether the host can have answered it just then: in about the time of a loop to it, and without having answered it
    /// otherwise before. Not known, and so false, where no loop could be measured.
    pub in_time: bool,
    /// Other packets of the receiver that the reset could as well answer (same acknowledgement number).
    pub others: usize,
}

/// The decisive reset of a connection.
#[derive(Clone, Debug)]
pub struct Reset {
    /// Index in [`Flow::resets`].
    pub index: usize,
    /// The reset with the connection's state before it.
    pub seen: SeenReset,
    /// Whose address it carries.
    pub claimed: Side,
    /// Its form.
    pub form: Form,
    /// What it answers; `None` for a form that answers nothing, or when no such packet was captured.
    pub trigger: Option<Trigger>,
    /// What it was.
    pub role: Role,
    /// What is known of the stack of the claimed host.
    pub stack: Stack,
}

impl Reset {
    /// The decisive reset of `flow`: the first that its receiver accepted, else the first of all. `hosts`: what other
    /// connections show of the two ends.
    pub(super) fn decisive(flow: &Flow, hosts: &Pair<Host>) -> Option<Self> {
        let accepted = |reset: &SeenReset| {
            matches!(reset.acceptance, Acceptance::Exact | Acceptance::Unknown) && !is_dropped(reset, flow)
        };
        let index = flow.resets.iter().position(accepted).or((!flow.resets.is_empty()).then_some(0))?;
        let seen = flow.resets.get(index)?.clone();
        let claimed = flow.side(seen.segment.from);
        let form = form(&seen, flow, claimed);
        let host = hosts.of(claimed);
        let shortest = shortest_loop(flow, host, claimed).map(|it| it.time);
        let trigger = trigger(&seen.segment, form, flow, shortest);
        let role = role(&seen, flow, index);
        let stack = Stack::of(flow, host, claimed, &seen.segment);
        Some(Self { index, seen, claimed, form, trigger, role, stack })
    }

    /// The segment.
    pub const fn segment(&self) -> &Segment {
        &self.seen.segment
    }

    /// Whether it came out of a silence: no packet had just asked for it.
    pub fn is_unprompted(&self) -> bool {
        self.seen.silence.is_some_and(|silence| silence.after == self.segment().frame)
    }

    /// The end that the reset was sent to.
    pub fn receiver(&self) -> Side {
        !self.claimed
    }
}

fn form(seen: &SeenReset, flow: &Flow, claimed: Side) -> Form {
    let segment = &seen.segment;
    if !segment.flags.ack() {
        return Form::Answer;
    }
    let unanswered_syn = flow.half(claimed).isn.is_none() && flow.half(!claimed).isn.is_some();
    if segment.seq.0 == 0 && (unanswered_syn || seen.sender_next.is_none()) {
        return Form::SynAnswer;
    }
    Form::Abort
}

/// The shortest loop from the capture point to the host of `side`, in this connection or another.
pub(super) fn shortest_loop(flow: &Flow, host: &Host, side: Side) -> Option<Loop> {
    let loops = flow.half(side).round_trips.min.into_iter().chain(host.round_trip);
    loops.min_by_key(|it| it.time)
}

/// The packet of the receiver that a stack would answer with exactly this reset. Of several the one whose answer takes the
/// time that speaks best for the claimed host, `round_trip` from here; the latest where none fits or no loop is known.
fn trigger(reset: &Segment, form: Form, flow: &Flow, round_trip: Option<Elapsed>) -> Option<Trigger> {
    let answered = |segment: &Segment| form.answers(reset, segment);
    let candidates: Vec<Segment> = flow.timeline.segments().filter(answered).collect();
    let answer_time = |asked: &Segment| reset.time.since(asked.time).max_zero();
    let fairest = round_trip.filter(|_| form != Form::Abort).and_then(|round_trip| {
        let distance = |asked: &&Segment| (answer_time(asked).as_nanos() - round_trip.as_nanos()).abs();
        let in_time = |asked: &&Segment| {
            // An answer before the question is a fault of the clocks.
            asked.time <= reset.time && answer_time(asked) < round_trip + round_trip + LATE
        };
        // A stack answers every packet it has no socket for, the first one first: the others were under way.
        let open = |asked: &&Segment| !answered_already(reset, asked, flow);
        candidates.iter().filter(in_time).filter(open).min_by_key(distance)
    });
    let segment = *fairest.or(candidates.last())?;
    let in_time = fairest.is_some();
    Some(Trigger { segment, answer_time: answer_time(&segment), in_time, others: candidates.len() - 1 })
}

/// How much later than twice the loop an answer is still looked for.
const LATE: Elapsed = Elapsed::from_millis(50);

/// Whether the sender of `reset` showed, after receiving `asked`, that it still had the connection.
fn answered_already(reset: &Segment, asked: &Segment, flow: &Flow) -> bool {
    let mut between = flow.timeline.segments().filter(|other| {
        other.from == reset.from
            && other.frame > asked.frame
            && other.frame < reset.frame
            && !other.flags.rst()
    });
    asked.sequence_len() > 0 && between.any(|other| other.flags.ack() && other.ack.since(asked.end()) >= 0)
}

fn role(seen: &SeenReset, flow: &Flow, index: usize) -> Role {
    if seen.after_fin || flow.resets.iter().take(index).any(|earlier| earlier.acceptance == Acceptance::Exact)
    {
        return Role::Reaction;
    }
    let refused = matches!(seen.acceptance, Acceptance::InWindow | Acceptance::Outside);
    if went_on(seen, flow) || (refused && flow.last.frame > seen.segment.frame && answered_after(seen, flow))
    {
        return Role::Ineffective;
    }
    if seen.acceptance == Acceptance::Outside || is_dropped(seen, flow) {
        Role::Ineffective
    } else {
        Role::Initiating
    }
}

/// Whether the receiver's TCP drops the reset for its checksum (RFC 9293 §3.1, MUST-3).
fn is_dropped(seen: &SeenReset, flow: &Flow) -> bool {
    seen.segment.checksum == Checksum::Bad && Sums::of(flow, flow.side(seen.segment.from)).are_right()
}

/// Whether the reset's receiver was still alive after it: it sent something that no packet in flight can explain.
fn went_on(seen: &SeenReset, flow: &Flow) -> bool {
    let reset = &seen.segment;
    let receiver = flow.at(!reset.from);
    // What left the receiver before the reset reached it passes here within the loop to it.
    let loop_time = receiver.round_trips.quantile(0.95).unwrap_or_default();
    let settled = reset.time + loop_time + IN_FLIGHT;
    let mut alive = flow.timeline.segments().filter(|segment| {
        segment.from != reset.from
            && segment.frame > reset.frame
            && segment.time > settled
            && !segment.flags.rst()
            && !segment.flags.is_syn()
    });
    alive.next().is_some()
}

/// Allowance for what a host had queued when the reset reached it.
const IN_FLIGHT: Elapsed = Elapsed::from_millis(20);

fn answered_after(seen: &SeenReset, flow: &Flow) -> bool {
    let after = |segment: &Segment| segment.frame > seen.segment.frame && segment.from != seen.segment.from;
    flow.timeline.segments().filter(after).any(|segment| !segment.flags.rst())
}

//! One file, one observation.

use crate::case::{BlindKind, Case, Form, Reset};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::flow::{Acceptance, Flow};
use crate::frame::FrameNo;
use crate::units::Elapsed;
use crate::wire::{End, Flags, Segment};

declare_detector! {
    /// The receiver challenged the reset, and the host that it claims to come from did not confirm it.
    ///
    /// ## Sees
    /// A bare acknowledgement that repeats the numbers of the receiver right after a reset inside its window but not
    /// at its edge, or after a SYN on a living connection: the challenge ACK. And what the claimed host made of it.
    ///
    /// ## Means
    /// A challenge asks whether the connection is really gone. A host that has no such connection answers with a
    /// reset of exactly the number challenged, and then that reset is its own. A host that goes on had sent no reset.
    ///
    /// ## Misleads when
    /// A packet filter on the path rejects the challenge too. The challenge is lost, or a firewall that saw the reset
    /// has forgotten the connection and drops it: the host is silent because it was not asked.
    ///
    /// ## Needs
    /// Packets of both ends after the first reset, and a receiver with RFC 5961, as Linux since 3.6.
    ///
    /// ## References
    /// RFC 5961 §3.2 and §4.2; RFC 9293 §3.10.7.4. Measured on Linux 6.18 (lab of the project,
    /// `captures/forged-reset-ineffective-seen-at-client`).
    ChallengeAfterReset { id: "challenge-after-reset", group: Afterlife, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    if let Some(confirmed) = confirmed(case, reset) {
        return confirmed;
    }
    let segment = reset.segment();
    if reset.seen.acceptance != Acceptance::InWindow {
        return cannot_tell("the reset was none that its receiver has to challenge");
    }
    let Some(challenge) = challenge(&case.flow, segment) else {
        return cannot_tell(format!("the {} did not challenge the reset", reset.receiver().word()));
    };
    // What had left the claimed host before the challenge reached it still passes here within the loop to it.
    let half = case.flow.half(reset.claimed);
    let asked = challenge.time + half.round_trips.quantile(0.95).unwrap_or(UNKNOWN_LOOP) + QUEUES;
    let unmoved = case.flow.timeline.segments().find(|other| {
        other.from == segment.from && other.time > asked && !other.flags.rst() && !other.flags.syn()
    });
    let frames = [segment.frame, challenge.frame];
    let who = reset.claimed.word();
    if let Some(unmoved) = unmoved {
        let summary = format!(
            "the {} challenged the reset {} later, and the {who} went on",
            reset.receiver().word(),
            challenge.time.since(segment.time)
        );
        // Asked and alive, by RFC 5961 and one capture: judgement, as strong as the table of impossible things allows, but for captures out of order.
        let host = if case.is_blind(BlindKind::ClockReversed) { -8 } else { -24 };
        let bearing = Bearing { socket: host, stack: host, owner: -4, ..Bearing::SILENT };
        return Outcome::Present(Finding::new(summary, frames.into_iter().chain([unmoved.frame]), bearing));
    }
    let watched = case.capture_end.since(asked);
    if watched < PATIENCE || half.packets == 0 || case.is_blind(BlindKind::OneDirection) {
        return cannot_tell(format!("the capture does not show what the {who} made of the challenge"));
    }
    let summary =
        format!("the {} challenged the reset, and the {who} did not confirm it", reset.receiver().word());
    // The challenge may not have arrived: judgement.
    let bearing = Bearing { socket: -6, stack: -6, ..Bearing::SILENT };
    Outcome::Present(Finding::new(summary, frames, bearing))
}

/// The decisive reset is itself the answer to a challenge.
fn confirmed(case: &Case, reset: &Reset) -> Option<Outcome> {
    let asked = reset.trigger.as_ref().filter(|_| reset.form == Form::Answer)?.segment;
    let segment = reset.segment();
    let mut before = case.flow.timeline.segments().filter(|other| {
        other.from == segment.from && other.frame < asked.frame && (other.flags.rst() || other.flags.is_syn())
    });
    let provocation = before.next_back().filter(|it| is_challenge(&case.flow, it, &asked))?;
    let frames: [FrameNo; 3] = [provocation.frame, asked.frame, segment.frame];
    let who = reset.claimed.word();
    if provocation.flags.is_syn() {
        let summary =
            format!("the {who} opened anew, was challenged, and confirmed that it has no connection");
        // Its own SYN says that it has none; a box would have to wait for just this moment: judgement.
        let bearing = Bearing {
            socket: -6,
            host_filter: -10,
            path_filter: -10,
            forger: -13,
            owner: -6,
            ..Bearing::SILENT
        };
        return Some(Outcome::Absent(Finding::new(summary, frames, bearing)));
    }
    let summary =
        format!("an earlier reset was challenged, and the {who} confirmed it with the number challenged");
    // A packet filter rejects a challenge as it rejects all else, so it is spared: judgement.
    let bearing = Bearing { forger: -10, ..Bearing::SILENT };
    Some(Outcome::Absent(Finding::new(summary, frames, bearing)))
}

/// The challenge that `provocation` drew.
fn challenge(flow: &Flow, provocation: &Segment) -> Option<Segment> {
    let answers = |other: &Segment| other.from != provocation.from && other.frame > provocation.frame;
    let mut later = flow.timeline.segments().filter(answers).take(LOOKED_AT);
    later.find(|other| is_challenge(flow, provocation, other))
}

/// Packets of the receiver after the reset among which a challenge is looked for: it may have had some on the way.
const LOOKED_AT: usize = 8;

/// Whether `answer` is the challenge that `provocation`, a reset or SYN, drew: it repeats its sender's numbers and
/// window, tells nothing new, and nothing else came that it could answer.
fn is_challenge(flow: &Flow, provocation: &Segment, answer: &Segment) -> bool {
    let loop_time = flow.at(answer.from).round_trips.quantile(0.95).unwrap_or(UNKNOWN_LOOP);
    let bare = answer.flags == Flags::ACK && answer.payload_len == 0 && answer.from != provocation.from;
    if !bare || answer.frame < provocation.frame || answer.time.since(provocation.time) > loop_time + QUEUES {
        return false;
    }
    let Some(before) = numbers(flow, answer.from, answer.frame) else { return false };
    let nothing_new = (answer.seq, answer.ack, answer.window) == (before.end(), before.ack, before.window);
    // What came within the loop, or since the sender's last packet, may be what it answers.
    let since = before.frame.min(provocation.frame);
    let mut other_reasons = flow.timeline.segments().filter(|other| {
        other.from == provocation.from
            && other.frame > since
            && other.frame < answer.frame
            && other.frame != provocation.frame
    });
    nothing_new && other_reasons.next().is_none()
}

/// The last packet of `from` before `frame`.
fn numbers(flow: &Flow, from: End, frame: FrameNo) -> Option<Segment> {
    let mut before = flow.timeline.segments().filter(|other| {
        other.from == from && other.frame < frame && !other.flags.rst() && !other.flags.syn()
    });
    before.next_back()
}

/// Loop to a host where none was measured: a long one.
const UNKNOWN_LOOP: Elapsed = Elapsed::from_millis(500);

/// What a busy host needs on top of the loop.
const QUEUES: Elapsed = Elapsed::from_millis(20);

/// How long an answer to a challenge is waited for.
const PATIENCE: Elapsed = Elapsed::from_secs(1);

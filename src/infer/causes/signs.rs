//! Signs that several phases read alike.

use crate::case::{Case, Reset};
use crate::cause::Origin;
use crate::flow::{Moment, Side, Unanswered};
use crate::frame::FrameNo;
use crate::infer::Verdict;
use crate::ssh::{KnownText, Program, Software};
use crate::units::Elapsed;

/// Whether an earlier silence about as long did no harm.
pub(super) fn survived_as_much(case: &Case) -> bool {
    let (silence, survived) = case.silence();
    silence.zip(survived).is_some_and(|(silence, survived)| survived.length >= silence.length)
}

/// Probability of `origin` by the verdict.
pub(super) fn of(verdict: &Verdict, origin: Origin) -> f64 {
    Origin::ALL.iter().zip(verdict.origins).find(|(it, _)| **it == origin).map_or(0.0, |(_, share)| share)
}

/// What the side's text is, where it is known.
pub(super) fn text(case: &Case, side: Side) -> Option<KnownText> {
    case.transcript.party.of(side).stray.as_ref().and_then(|stray| stray.known)
}

/// Time without a packet of the connection before `frame`; none if that carries data, for then it was not silent itself.
pub(super) fn pause_before(case: &Case, frame: FrameNo) -> Elapsed {
    let mut segments = case.flow.timeline.segments().rev().skip_while(|segment| segment.frame > frame);
    let times = segments.next().zip(segments.next());
    let silent = times.filter(|(this, _)| this.payload_len == 0);
    silent.map_or(Elapsed::ZERO, |(this, before)| this.time.since(before.time).max_zero())
}

/// The last segment with data that `side` had sent before `frame`.
pub(super) fn last_data_before(case: &Case, side: Side, frame: FrameNo) -> Option<Moment> {
    let mut segments = case.flow.timeline.segments().rev();
    let last = segments.find(|segment| {
        segment.frame < frame && segment.payload_len > 0 && case.flow.side(segment.from) == side
    });
    last.as_ref().map(Moment::of)
}

/// Whether `side`'s program may not have read everything by `frame`: the last to send data was the other end.
///
/// A socket that is closed with nothing unread sends FIN, not a reset (RFC 1122 §4.2.2.13), however its program died.
pub(super) fn left_unread(case: &Case, side: Side, frame: FrameNo) -> bool {
    let last = |side: Side| last_data_before(case, side, frame).map(|last| last.frame);
    last(!side) > last(side)
}

/// Whether the side sent text where SSH should be.
pub(super) fn has_text(case: &Case, side: Side) -> bool {
    case.transcript.party.of(side).stray.is_some()
}

/// Whether a side said who it is, or anything else that the capture does not hold.
pub(super) fn spoke(case: &Case, side: Side) -> bool {
    case.transcript.party.of(side).banner.is_some() || case.flow.half(side).first_data.is_some()
}

/// Whether a side began with text where its identification string belongs.
pub(super) fn begins_with_text(case: &Case) -> bool {
    let stray = |side: Side| case.transcript.party.of(side).stray.as_ref();
    Side::BOTH.into_iter().filter_map(stray).any(|stray| stray.mark.offset == 0)
}

/// Whether the reset's receiver had been sending into a void: the same octets, again and again.
pub(super) fn was_unanswered(reset: &Reset) -> bool {
    reset.seen.owed_to_receiver.is_some_and(|owed| owed.repeats >= 2)
}

/// Whether the end that sent the reset may have been away before: nothing of it was seen for long enough that a small host
/// or container could have been started anew.
pub(super) fn was_away(case: &Case, reset: &Reset) -> bool {
    let mut heard = case.flow.timeline.segments().rev().filter(|segment| !segment.flags.rst());
    let last = heard.find(|segment| {
        segment.frame < reset.segment().frame && case.flow.side(segment.from) == reset.claimed
    });
    last.is_none_or(|last| reset.segment().time.since(last.time) >= RESTART)
}

/// The shortest restart: a container or a small virtual machine.
const RESTART: Elapsed = Elapsed::from_secs(1);

/// What a side had been waiting for in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vain {
    /// An answer to its keepalive probes.
    Probes,
    /// An acknowledgement of data.
    Data,
}

/// What the side had itself been waiting for in vain when the connection ended.
pub(super) fn waited_in_vain(case: &Case, side: Side) -> Option<Vain> {
    let owed = case.flow.half(side).unanswered?;
    match (owed.probe, owed.repeats) {
        (true, _) => Some(Vain::Probes),
        (false, 2..) => Some(Vain::Data),
        (false, _) => None,
    }
}

/// Whether the path had failed shortly before `end`: the same octets repeated again and again, answered late or never.
pub(super) fn outage_before(case: &Case, end: Moment) -> bool {
    let insistent = |owed: &Unanswered| owed.repeats >= 3 && end.time.since(owed.last.time) < OUTAGE_ENDED;
    Side::BOTH.into_iter().any(|side| {
        let half = case.flow.half(side);
        half.outage.iter().chain(&half.unanswered).any(insistent)
    })
}

/// How long after its last repetition an outage still explains what a program does.
const OUTAGE_ENDED: Elapsed = Elapsed::from_secs(5);

/// Time from the end of the handshake to `moment`; without the handshake, from the first packet.
pub(super) fn age(case: &Case, moment: Moment) -> Elapsed {
    case.since_accept(moment.time).unwrap_or_else(|| moment.time.since(case.flow.first.time))
}

/// Whether the server opened a session that its `LoginGraceTime` ended: the usual 120 s (600 s, 300 s, 60 s, 30 s)
/// counted from the handshake, or any other long wait that ended with the server's own close.
pub(super) fn after_usual_grace(age: Elapsed) -> bool {
    let usual = [30, 60, 120, 300, 600].map(Elapsed::from_secs);
    usual.iter().any(|&grace| age >= grace && age - grace <= Elapsed::from_secs(5))
}

/// Whether `age` is a whole number of seconds: timers are set in seconds, people and faults keep to none.
///
/// `LoginGraceTime` begins when sshd's child has started, some hundredths of a second after the handshake.
pub(super) fn is_whole_seconds(age: Elapsed) -> bool {
    let beyond = age.as_nanos().rem_euclid(Elapsed::from_secs(1).as_nanos());
    age >= Elapsed::from_secs(1) && beyond <= START_OF_A_PROCESS.as_nanos()
}

/// How long a program takes from the connection's acceptance to setting its timer.
const START_OF_A_PROCESS: Elapsed = Elapsed::from_millis(150);

/// Whether the client names itself as a program that asks for keys and versions and never logs in.
pub(super) fn is_scanner(case: &Case) -> bool {
    case.transcript.party.client.software().is_some_and(|it| it.program == Program::Scanner)
}

/// Whether the client names itself as one that people log in with, and that asks them about unknown keys.
pub(super) fn is_interactive(case: &Case) -> bool {
    case.transcript.party.client.software().is_some_and(Software::is_login_client)
}

/// Whether both sides sent far more than identification, KEXINIT and a guessed packet: they understood each other.
pub(super) fn conversed(case: &Case) -> bool {
    Side::BOTH.into_iter().all(|side| case.flow.half(side).octets > UNDERSTOOD)
}

/// The largest opening measured, with a post-quantum guess, is about 3 KiB.
const UNDERSTOOD: u64 = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::tests::case;
    use crate::flow::tests::{Sent, Wire};
    use crate::wire::Flags;

    /// A key of the client, the server's echo if `echoed`, and after `pause` milliseconds a reset of the server.
    fn reset_after_a_key(echoed: bool, pause: i64) -> Case {
        let mut wire = Wire::new();
        wire.handshake(100, 900)
            .send(Side::Client, Sent { seq: 101, ack: 901, data: b"k", ip_id: 5, ..Sent::default() });
        let octets: &[u8] = if echoed { b"k" } else { b"" };
        wire.send(Side::Server, Sent { seq: 901, ack: 102, data: octets, ip_id: 6, ..Sent::default() });
        let flags = Flags::RST.with(Flags::ACK);
        let seq = if echoed { 902 } else { 901 };
        wire.wait(pause).send(Side::Server, Sent { flags, seq, ack: 102, ip_id: 7, ..Sent::default() });
        case(&wire)
    }

    #[test]
    fn what_nobody_answered_may_be_unread() {
        let unread = |case: &Case| left_unread(case, Side::Server, FrameNo(6));
        assert!(unread(&reset_after_a_key(false, 10)));
        assert!(!unread(&reset_after_a_key(true, 10)));
        let mut wire = Wire::new();
        wire.handshake(100, 900);
        assert!(!unread(&case(&wire)), "nothing was sent");
    }

    #[test]
    fn a_pause_is_measured_to_the_packet_before() {
        let case = reset_after_a_key(true, 3_999);
        assert_eq!(pause_before(&case, FrameNo(6)), Elapsed::from_secs(4));
        assert_eq!(pause_before(&case, FrameNo(1)), Elapsed::ZERO);
    }

    #[test]
    fn no_host_restarts_within_a_second() {
        let away = |case: &Case| was_away(case, case.reset.as_ref().unwrap());
        assert!(away(&reset_after_a_key(true, 1_500)));
        assert!(!away(&reset_after_a_key(true, 10)));
    }

    #[test]
    fn timers_run_for_whole_seconds() {
        let whole = [1_000, 6_050, 999, 1_499, 120_010].map(|ms| is_whole_seconds(Elapsed::from_millis(ms)));
        assert_eq!(whole, [true, true, false, false, true]);
    }
}

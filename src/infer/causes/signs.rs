//! Signs that several phases read alike.

use crate::case::{Case, Reset};
use crate::cause::Origin;
use crate::flow::{Moment, Side, Silence, Unanswered};
use crate::infer::Verdict;
use crate::ssh::KnownText;
use crate::units::Elapsed;
use crate::wire::Segment;

/// Shortest silence that a network's timer can explain. Real ones are longer (the shortest default in the catalogue is
/// 30 s), but rules and laboratories use seconds.
pub(super) const IDLE: Elapsed = Elapsed::from_secs(2);

/// The silence before the end, if it is long enough to be a timer's.
pub(super) fn idle(case: &Case) -> Option<Silence> {
    case.silence().0.filter(|silence| silence.length >= IDLE)
}

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

/// Whether the side sent text where SSH should be.
pub(super) fn has_text(case: &Case, side: Side) -> bool {
    case.transcript.party.of(side).stray.is_some()
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

/// The last packet with data that `side` sent before `moment`.
pub(super) fn last_data_before(case: &Case, side: Side, moment: Moment) -> Option<&Segment> {
    let from = case.flow.end(side);
    let mut segments = case.flow.timeline.segments();
    segments.rfind(|it| it.frame < moment.frame && it.from == from && it.payload_len > 0)
}

/// How long nothing had passed when `moment` came. What follows it does not count: who answers a close late does not
/// make the wait before it shorter.
pub(super) fn quiet_before(case: &Case, moment: Moment) -> Elapsed {
    let before = case.flow.timeline.segments().rfind(|it| it.frame < moment.frame);
    before.map_or(Elapsed::ZERO, |before| moment.time.since(before.time))
}

/// Time from the end of the handshake to `moment`.
pub(super) fn age(case: &Case, moment: Moment) -> Elapsed {
    let opened = case.flow.half(Side::Server).opened.or(case.flow.half(Side::Client).opened);
    moment.time.since(opened.map_or(case.flow.first.time, |opened| opened.time))
}

/// Whether the server opened a session that its `LoginGraceTime` ended: the usual 120 s (600 s, 300 s, 60 s, 30 s)
/// counted from the handshake, or any other long wait that ended with the server's own close.
pub(super) fn after_usual_grace(age: Elapsed) -> bool {
    let usual = [30, 60, 120, 300, 600].map(Elapsed::from_secs);
    usual.iter().any(|&grace| age >= grace && age - grace <= Elapsed::from_secs(5))
}

/// Whether both sides sent far more than identification, KEXINIT and a guessed packet: they understood each other.
pub(super) fn conversed(case: &Case) -> bool {
    Side::BOTH.into_iter().all(|side| case.flow.half(side).octets > UNDERSTOOD)
}

/// The largest opening measured, with a post-quantum guess, is about 3 KiB.
const UNDERSTOOD: u64 = 4096;

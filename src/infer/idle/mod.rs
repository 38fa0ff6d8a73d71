//! Whether idleness is in question, and what the silences say of the timer.

use super::input;
use crate::case::{BlindKind, Case, Ending, Form, Progress, Reset, Role};
use crate::flow::{AFTERMATH, Pauses, SHORTEST, Side, Silence};
use crate::timers::{self, Fit, Gap, MeasuredBy, Origin, Waits};
use crate::units::{Elapsed, Timestamp};

/// The silence that a session did not survive.
#[derive(Clone, Debug, PartialEq)]
pub struct Idle {
    /// What is matched with the catalogue first.
    pub gap: Gap,
    /// Between what `gap` was measured.
    pub measured_by: MeasuredBy,
    /// The wait by every clock that a timer may have.
    pub waits: Waits,
    /// Keepalives cut the silence, or crossed it: the timer may be shorter than it seems.
    pub masked: bool,
    /// The end whose own clock counted far less than the silence: it slept, or the capture's clock was set.
    pub denied_by: Option<Side>,
}

impl Idle {
    /// The idleness before the end of `case`; `None` when it is not in question.
    pub(super) fn of(case: &Case) -> Option<Self> {
        let waits = waits(case);
        let (measured_by, gap) = waits.main()?;
        let denied_by = case.silence().0.and_then(|silence| silence.denied_by);
        let denied_by = denied_by.map(|end| case.flow.side(end));
        let masked = measured_by == MeasuredBy::Payload || gap.keepalive.is_some();
        Some(Self { gap, measured_by, waits, masked, denied_by })
    }
}

fn waits(case: &Case) -> Waits {
    let (last, survived) = case.silence();
    let logged_in = matches!(case.progress, Some(Progress::Session | Progress::Closed));
    let any = gave_up_probing(case).or_else(|| gap(case, Pauses { last, survived }));
    let any = any.map(|gap| Gap { keepalive: keepalive(case, gap.ended_after), ..gap });
    let pauses = case.pauses();
    // Only probes and their answers are packets that end a silence and no pause.
    let probed = Side::BOTH.into_iter().any(|side| case.flow.half(side).probes > 0);
    let payload = if probed && pauses.last.is_some() { gap(case, pauses) } else { any };
    let mut waits = Waits {
        any,
        payload,
        messages: any,
        input: any,
        acknowledgement: gave_up_data(case),
        age: None,
        logged_in,
    };
    if let Some((by, since)) = of_its_own_accord(case) {
        let idle = waits.main().is_some();
        let until = |moment: Option<Timestamp>| Some(whole(case, since.since(moment?), by));
        let messages = until(input::last_message(case, since));
        let input = until(input::last_input(case, since));
        let age = Some(whole(case, age(case), by));
        let known = |only: Waits| is_known(&Waits { logged_in, ..only });
        waits.messages = messages.filter(|_| idle || known(Waits { messages, ..Waits::default() }));
        waits.input = input.filter(|_| idle || known(Waits { input, ..Waits::default() }));
        waits.age = age.filter(|_| known(Waits { age, ..Waits::default() }));
    }
    waits
}

/// Whether a timer of the catalogue is by default as long as one of `waits`. Without a silence before the end nothing else
/// speaks for a timer.
fn is_known(waits: &Waits) -> bool {
    let fitting = timers::matching_waits(waits, timers::catalogue());
    fitting.iter().any(|it| it.fits == Fit::Value && it.origin == Origin::Default)
}

/// The silence of `pauses` as what ended the connection; `None` where it is no timer's doing.
fn gap(case: &Case, pauses: Pauses) -> Option<Gap> {
    let silence = pauses.last?;
    let ended_by = ended_by(case, &silence)?;
    let longest_survived = pauses.survived.map(|it| it.length);
    // What was survived once is no timer's doing.
    let is_longest = longest_survived.is_none_or(|survived| survived < silence.length);
    let gap =
        Gap { longest_survived, ended_after: silence.length, ended_by, keepalive: None, age: age(case) };
    is_longest.then_some(gap)
}

fn ended_by(case: &Case, silence: &Silence) -> Option<timers::Ending> {
    match (case.ending, &case.reset) {
        (Ending::Reset, Some(reset)) if silence.after == reset.segment().frame && !answers(reset) => {
            Some(timers::Ending::ResetAtExpiry)
        }
        (Ending::Reset, _) => Some(timers::Ending::ResetOnNextPacket),
        (Ending::Silence, _) => Some(timers::Ending::Silence),
        (Ending::Close, reset) => {
            // A close right after a silence can be a proxy's or a server's timer; one that a person typed is not.
            let (_, first) = case.first_fin()?;
            let reaction = reset.as_ref().is_none_or(|reset| reset.role == Role::Reaction);
            (silence.after == first.frame && reaction).then_some(timers::Ending::Close)
        }
        (Ending::Open | Ending::Refused, _) => None,
    }
}

/// Whether the reset answers a packet without data that came just before it.
fn answers(reset: &Reset) -> bool {
    reset.form != Form::Abort && reset.trigger.as_ref().is_some_and(|it| it.answer_time < SHORTEST)
}

/// The server's end, or a proxy's in its place, came first and of its own accord: how, and when.
fn of_its_own_accord(case: &Case) -> Option<(timers::Ending, Timestamp)> {
    match (case.ending, &case.reset) {
        (Ending::Close, _) => {
            let (side, fin) = case.first_fin()?;
            (side == Side::Server).then_some((timers::Ending::Close, fin.time))
        }
        (Ending::Reset, Some(reset)) if reset.form == Form::Abort && reset.claimed == Side::Server => {
            Some((timers::Ending::ResetAtExpiry, reset.segment().time))
        }
        _ => None,
    }
}

/// An end that had probed in vain gave up: no sign of life since the silence began.
fn gave_up_probing(case: &Case) -> Option<Gap> {
    let reset = case.reset.as_ref().filter(|it| it.form == Form::Abort && case.ending == Ending::Reset)?;
    case.flow.half(reset.claimed).unanswered.filter(|owed| owed.probe)?;
    let silence = reset.seen.silence?;
    let length = reset.segment().time.since(silence.since);
    Some(whole(case, length, timers::Ending::ResetAtExpiry))
}

/// An end whose data was not acknowledged gave up: since when it waited.
fn gave_up_data(case: &Case) -> Option<Gap> {
    let reset = case.reset.as_ref().filter(|it| it.form == Form::Abort && case.ending == Ending::Reset)?;
    let owed = case.flow.half(reset.claimed).unanswered.filter(|owed| !owed.probe && owed.repeats > 0)?;
    Some(whole(case, reset.segment().time.since(owed.first.time), timers::Ending::ResetAtExpiry))
}

/// A wait of which nothing shorter is known to have been survived.
fn whole(case: &Case, length: Elapsed, ended_by: timers::Ending) -> Gap {
    let ended_after = length.max_zero();
    Gap { longest_survived: None, ended_after, ended_by, keepalive: None, age: age(case) }
}

/// Time from the handshake to the end; zero where the start is not in the capture, and then no lifetime fits.
fn age(case: &Case) -> Elapsed {
    if case.is_blind(BlindKind::StartsMidstream) {
        return Elapsed::ZERO;
    }
    let end = match (case.ending, &case.reset) {
        (Ending::Reset, Some(reset)) => reset.segment().time,
        _ => case.first_fin().map_or(case.flow.last.time, |(_, fin)| fin.time),
    };
    end.since(case.flow.first.time).max_zero()
}

/// Interval of the keepalives that cut the session's silences: a silence no longer than about one interval ended when the
/// keepalive met the expired timer, and tells the keepalive's clock.
fn keepalive(case: &Case, silence: Elapsed) -> Option<Elapsed> {
    let keepalive = &case.transcript.cipher.keepalive;
    let seen = Side::BOTH.into_iter().map(|side| *keepalive.of(side)).filter(|it| it.probes > 1);
    let ssh = seen.map(|it| it.interval);
    let tcp = Side::BOTH.into_iter().filter_map(|side| case.flow.half(side).probe_interval);
    let cuts = |interval: &Elapsed| silence <= *interval + *interval;
    ssh.chain(tcp).filter(cuts).min().or_else(|| met_by_probe(case).then_some(silence))
}

/// Whether what met the expired timer was a TCP keepalive probe: then the silence is the prober's clock.
fn met_by_probe(case: &Case) -> bool {
    let prober = match (case.ending, &case.reset) {
        (Ending::Reset, Some(reset)) => {
            let asked = reset.trigger.as_ref().filter(|it| it.answer_time < AFTERMATH);
            let half = case.flow.half(reset.receiver());
            return asked.zip(half.next).is_some_and(|(asked, next)| {
                // A new octet ends where a probe's does, and was not there before.
                let new = half.last_data.is_some_and(|data| data.frame == asked.segment.frame);
                asked.segment.seq == next.retreat(1) && asked.segment.payload_len <= 1 && !new
            });
        }
        (Ending::Silence, _) => Side::BOTH.into_iter().find_map(|side| case.flow.half(side).unanswered),
        _ => None,
    };
    prober.is_some_and(|owed| owed.probe)
}

#[cfg(test)]
mod tests;

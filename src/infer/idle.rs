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
            let next = case.flow.half(reset.receiver()).next;
            return asked.zip(next).is_some_and(|(asked, next)| {
                asked.segment.seq == next.retreat(1) && asked.segment.payload_len <= 1
            });
        }
        (Ending::Silence, _) => Side::BOTH.into_iter().find_map(|side| case.flow.half(side).unanswered),
        _ => None,
    };
    prober.is_some_and(|owed| owed.probe)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::tests::case;
    use crate::flow::tests::{Sent, Wire};
    use crate::wire::Flags;

    const ABORT: Flags = Flags::RST.with(Flags::ACK);
    const FIN: Flags = Flags::FIN.with(Flags::ACK);

    /// A session that has exchanged a few octets; its numbers are then 106 and 906.
    fn session() -> Wire {
        let mut wire = Wire::new();
        wire.handshake(100, 900);
        exchange(&mut wire, 101, 901);
        wire
    }

    /// Five octets each way, with the acknowledgement.
    fn exchange(wire: &mut Wire, client: u32, server: u32) {
        let ip_id = client as u16;
        wire.send(Side::Client, Sent { seq: client, ack: server, data: b"hello", ip_id, ..Sent::default() })
            .send(
                Side::Server,
                Sent { seq: server, ack: client + 5, data: b"hello", ip_id, ..Sent::default() },
            )
            .send(
                Side::Client,
                Sent { seq: client + 5, ack: server + 5, ip_id: ip_id + 1, ..Sent::default() },
            );
    }

    /// TCP keepalive probes of the client, answered.
    fn probes(wire: &mut Wire, times: u16, millis: i64) {
        for n in 0..times {
            wire.wait(millis)
                .send(Side::Client, Sent { seq: 105, ack: 906, ip_id: 300 + n, ..Sent::default() })
                .send(Side::Server, Sent { seq: 906, ack: 106, ip_id: 400 + n, ..Sent::default() });
        }
    }

    fn idle(wire: &Wire) -> Option<Idle> {
        Idle::of(&case(wire))
    }

    /// The ids of the timers whose default fits.
    fn fitting(idle: &Idle) -> Vec<&'static str> {
        let candidates = timers::matching_waits(&idle.waits, timers::catalogue()).into_iter();
        candidates.filter(|it| it.origin == Origin::Default).map(|it| it.timer.id.as_str()).collect()
    }

    #[test]
    fn a_reset_with_no_packet_before_it_is_as_long_as_its_timer() {
        let mut wire = session();
        wire.wait(240_000).send(Side::Server, Sent { flags: ABORT, seq: 906, ack: 106, ..Sent::default() });
        let idle = idle(&wire).unwrap();
        assert_eq!(idle.gap.ended_by, timers::Ending::ResetAtExpiry);
        let fitting = fitting(&idle);
        assert!(fitting.contains(&"az-lb-reset") && !fitting.contains(&"f5-tcp"), "{fitting:?}");
    }

    #[test]
    fn a_reset_on_the_next_packet_is_an_upper_bound_and_what_was_survived_the_lower() {
        let mut wire = session();
        wire.wait(245_000);
        exchange(&mut wire, 106, 906);
        wire.wait(400_000)
            .send(Side::Client, Sent { seq: 111, ack: 911, data: b"k", ip_id: 9, ..Sent::default() })
            .send(Side::Server, Sent { flags: Flags::RST, seq: 911, ..Sent::default() });
        let idle = idle(&wire).unwrap();
        let fitting = fitting(&idle);
        assert_eq!(idle.gap.longest_survived, Some(Elapsed::from_millis(245_001)));
        assert!(fitting.contains(&"aws-nlb-tcp") && fitting.contains(&"oci-nlb"), "not one winner");
        assert!(!fitting.contains(&"az-natgw"), "240 s were survived");
    }

    #[test]
    fn what_was_survived_once_is_no_timers_doing() {
        let mut wire = session();
        wire.wait(400_000);
        exchange(&mut wire, 106, 906);
        wire.wait(300_000)
            .send(Side::Client, Sent { seq: 111, ack: 911, data: b"k", ip_id: 9, ..Sent::default() })
            .send(Side::Server, Sent { flags: Flags::RST, seq: 911, ..Sent::default() });
        assert_eq!(idle(&wire), None);
    }

    #[test]
    fn a_probe_that_meets_the_expired_timer_tells_its_own_clock() {
        let mut wire = session();
        wire.wait(7_200_000)
            .send(Side::Client, Sent { seq: 105, ack: 906, ip_id: 9, ..Sent::default() })
            .send(Side::Server, Sent { flags: Flags::RST, seq: 906, ..Sent::default() });
        let idle = idle(&wire).unwrap();
        assert!(idle.masked && idle.gap.ended_by == timers::Ending::ResetOnNextPacket);
        assert!(fitting(&idle).contains(&"aws-nlb-tcp"), "any timer up to 7200 s");
    }

    #[test]
    fn probes_do_not_re_arm_what_counts_data_only() {
        let mut wire = session();
        probes(&mut wire, 3, 15_000);
        wire.wait(15_000).send(Side::Server, Sent { flags: FIN, seq: 906, ack: 106, ..Sent::default() });
        let idle = idle(&wire).unwrap();
        assert_eq!((idle.measured_by, idle.masked), (MeasuredBy::Payload, true));
        let fitting = fitting(&idle);
        assert!(fitting.contains(&"aws-clb") && fitting.contains(&"do-lb"), "{fitting:?}");
        assert!(!fitting.contains(&"ucloud-clb"), "any segment re-arms it");
    }

    #[test]
    fn a_lifetime_ends_busy_sessions_too() {
        let mut wire = session();
        for n in 0..9u32 {
            wire.wait(399_990);
            exchange(&mut wire, 106 + 5 * n, 906 + 5 * n);
        }
        let fin = Sent { flags: FIN, seq: 951, ack: 151, ..Sent::default() };
        wire.send(Side::Server, fin);
        let idle = idle(&wire).unwrap();
        assert_eq!(idle.measured_by, MeasuredBy::Age);
        assert_eq!(fitting(&idle), ["aws-eice"]);
    }

    #[test]
    fn a_close_that_no_timer_explains_says_nothing_of_timers() {
        let mut wire = session();
        wire.send(Side::Server, Sent { flags: FIN, seq: 906, ack: 106, ..Sent::default() });
        assert_eq!(idle(&wire), None);
    }

    #[test]
    fn packets_that_vanish_after_a_silence_are_what_a_quiet_device_does() {
        let mut wire = session();
        let key = Sent { seq: 106, ack: 906, data: b"k", ip_id: 9, ..Sent::default() };
        wire.wait(350_000).send(Side::Client, key);
        for n in 1..5u16 {
            wire.wait(200 << n).send(Side::Client, Sent { ip_id: 9 + n, ..key });
        }
        let idle = idle(&wire).unwrap();
        assert_eq!(idle.gap.ended_by, timers::Ending::Silence);
        let quiet = timers::matching_waits(&idle.waits, timers::catalogue());
        let agreement = |id| quiet.iter().find(|it| it.timer.id == id).map(|it| it.agreement);
        assert_eq!(agreement("aws-netfw"), Some(timers::Agreement::Usual));
        assert_eq!(agreement("aws-nlb-tcp"), Some(timers::Agreement::Possible), "it would have reset");
    }

    #[test]
    fn an_end_that_gave_up_probing_waited_since_the_last_sign_of_life() {
        let mut wire = session();
        wire.wait(7_200_000);
        for n in 0..9u16 {
            wire.send(Side::Server, Sent { seq: 905, ack: 106, ip_id: 500 + n, ..Sent::default() })
                .wait(74_999);
        }
        wire.send(Side::Server, Sent { flags: ABORT, seq: 906, ack: 106, ..Sent::default() });
        let idle = idle(&wire).unwrap();
        assert!(fitting(&idle).contains(&"linux-keepalive-dead"), "{idle:?}");
    }

    #[test]
    fn an_end_whose_data_was_never_acknowledged_gave_up_by_another_clock() {
        let mut wire = session();
        let key = Sent { seq: 106, ack: 906, data: b"k", ip_id: 9, ..Sent::default() };
        wire.send(Side::Client, key);
        for n in 1..16u16 {
            wire.wait(61_600).send(Side::Client, Sent { ip_id: 9 + n, ..key });
        }
        wire.send(Side::Client, Sent { flags: ABORT, seq: 107, ack: 906, ..Sent::default() });
        let idle = idle(&wire).unwrap();
        assert_eq!((idle.measured_by, fitting(&idle)), (MeasuredBy::Acknowledgement, vec!["linux-retries2"]));
    }

    #[test]
    fn without_the_start_no_lifetime_fits() {
        let mut wire = Wire::new();
        exchange(&mut wire, 101, 901);
        wire.wait(120_000).send(Side::Server, Sent { flags: FIN, seq: 906, ack: 106, ..Sent::default() });
        let fitting = fitting(&idle(&wire).unwrap());
        assert!(!fitting.contains(&"sshd-logingrace"), "{fitting:?}");
    }

    #[test]
    fn a_silence_before_the_first_packet_of_a_capture_is_not_measured() {
        let mut wire = Wire::new();
        wire.send(Side::Client, Sent { seq: 106, ack: 906, data: b"k", ip_id: 9, ..Sent::default() })
            .send(Side::Server, Sent { flags: Flags::RST, seq: 906, ..Sent::default() });
        assert_eq!(idle(&wire), None);
    }

    /// A session in which only the server talks, each minute, until it closes so many seconds after the client's last word.
    fn monologue(seconds: u32) -> Wire {
        let mut wire = session();
        let mut spoken = 0u32;
        for at in (60..seconds).step_by(60).chain([seconds]) {
            let millis = i64::from(at - 60 * spoken) * 1_000 - 2;
            let (seq, ip_id) = (906 + spoken, 1_000 + spoken as u16);
            wire.wait(millis)
                .send(Side::Server, Sent { seq, ack: 106, data: b"x", ip_id, ..Sent::default() });
            wire.send(
                Side::Client,
                Sent { seq: 106, ack: seq + 1, ip_id: 3_000 + spoken as u16, ..Sent::default() },
            );
            spoken += 1;
        }
        wire.send(
            Side::Server,
            Sent { flags: FIN, seq: 906 + spoken, ack: 106, ip_id: 9, ..Sent::default() },
        );
        wire
    }

    #[test]
    fn where_only_the_server_talks_the_clients_silence_counts_by_known_timers_alone() {
        let waited = |seconds| idle(&monologue(seconds)).map(|it| (it.measured_by, it.waits.input.is_some()));
        assert_eq!(waited(720), Some((MeasuredBy::ClientMessages, false)), "a default of an SSH server's");
        assert_eq!(waited(3_600), Some((MeasuredBy::Input, true)), "a default of an appliance's shell");
        assert_eq!(waited(900), None, "usual for a shell, and no default");
        assert_eq!(waited(777), None, "nobody's");
    }

    #[test]
    fn who_is_logged_in_is_beyond_the_login_s_timers() {
        let at = |progress| {
            let mut wire = session();
            wire.wait(119_990);
            exchange(&mut wire, 106, 906);
            wire.send(Side::Server, Sent { flags: FIN, seq: 911, ack: 111, ip_id: 9, ..Sent::default() });
            let mut case = case(&wire);
            case.progress = Some(progress);
            Idle::of(&case).map(|it| it.measured_by)
        };
        assert_eq!((at(Progress::Auth), at(Progress::Session)), (Some(MeasuredBy::Age), None));
    }

    #[test]
    fn an_abort_may_meet_the_packet_that_found_the_timer_expired() {
        let mut wire = session();
        wire.wait(245_000)
            .send(Side::Client, Sent { seq: 106, ack: 906, data: b"k", ip_id: 9, ..Sent::default() })
            .send(Side::Server, Sent { flags: ABORT, seq: 906, ack: 107, ..Sent::default() });
        assert_eq!(idle(&wire).unwrap().gap.ended_by, timers::Ending::ResetOnNextPacket);
    }

    #[test]
    fn data_sent_once_is_no_wait_for_its_acknowledgement() {
        let waited = |times: u16| {
            let mut wire = session();
            let key = Sent { seq: 106, ack: 906, data: b"key", ip_id: 9, ..Sent::default() };
            wire.send(Side::Client, key);
            for n in 1..times {
                wire.wait(300).send(Side::Client, Sent { ip_id: 9 + n, ..key });
            }
            wire.wait(998).send(Side::Client, Sent { flags: ABORT, seq: 109, ack: 906, ..Sent::default() });
            gave_up_data(&case(&wire)).map(|gap| gap.ended_after)
        };
        assert_eq!((waited(1), waited(2)), (None, Some(Elapsed::from_millis(1_300))));
    }

    #[test]
    fn a_wait_for_probes_is_not_one_for_data() {
        let mut wire = session();
        wire.wait(60_000);
        for n in 0..3u16 {
            wire.send(Side::Server, Sent { seq: 905, ack: 106, ip_id: 500 + n, ..Sent::default() })
                .wait(9_999);
        }
        wire.send(Side::Server, Sent { flags: ABORT, seq: 906, ack: 106, ..Sent::default() });
        let case = case(&wire);
        assert_eq!((gave_up_probing(&case).is_some(), gave_up_data(&case)), (true, None));
    }

    #[test]
    fn a_keepalive_that_cut_the_silence_masks_it() {
        let probing = |probes, seconds| {
            let mut wire = session();
            wire.wait(20_000)
                .send(Side::Server, Sent { flags: ABORT, seq: 906, ack: 106, ..Sent::default() });
            let mut case = case(&wire);
            case.transcript.cipher.keepalive.client =
                crate::ssh::Keepalive { probes, interval: Elapsed::from_secs(seconds), ..Default::default() };
            let idle = Idle::of(&case).unwrap();
            assert_eq!(idle.masked, idle.gap.keepalive.is_some());
            idle.gap.keepalive
        };
        assert_eq!(probing(2, 15), Some(Elapsed::from_secs(15)));
        assert_eq!(probing(1, 15), None, "one has no rhythm");
        assert_eq!(probing(2, 9), None, "two of its intervals had passed in silence");
    }

    #[test]
    fn a_lifetime_begins_with_the_handshake_and_ends_with_the_first_end() {
        let mut wire = session();
        wire.wait(9_000)
            .send(Side::Client, Sent { flags: FIN, seq: 106, ack: 906, ip_id: 9, ..Sent::default() });
        wire.wait(500)
            .send(Side::Server, Sent { flags: FIN, seq: 906, ack: 107, ip_id: 9, ..Sent::default() });
        assert_eq!(age(&case(&wire)), Elapsed::from_millis(9_006), "six packets, and the wait");
    }

    #[test]
    fn between_data_a_reset_ends_the_pause_itself_unless_it_answers_an_acknowledgement() {
        let after = |pause: i64| {
            let mut wire = session();
            probes(&mut wire, 3, 15_000);
            wire.wait(15_000).send(Side::Client, Sent { seq: 106, ack: 906, ip_id: 350, ..Sent::default() });
            wire.wait(pause - 1).send(Side::Server, Sent { flags: Flags::RST, seq: 906, ..Sent::default() });
            idle(&wire).unwrap().waits.payload.unwrap().ended_by
        };
        assert_eq!(after(499), timers::Ending::ResetOnNextPacket);
        assert_eq!(after(500), timers::Ending::ResetAtExpiry);
    }
}

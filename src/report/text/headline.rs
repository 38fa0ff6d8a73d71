//! The verdict in a sentence, and what belongs on the first screen: who, why, when, how long it was idle.

use super::words;
use crate::report::model::{Candidate, Cause, Refused, Reset, Session, Timer, Unanswered};
use crate::report::page::{Page, Tone};
use crate::report::timers::configured;
use crate::units::Elapsed;

/// How many known timers are named; the JSON report has all.
const TIMERS: usize = 2;

/// How many other causes are named; the JSON report has all.
const ALTERNATIVES: usize = 2;

/// The verdict on `session` as one sentence, behind its number.
pub(super) fn numbered(page: &mut Page, session: &Session) {
    let sentence = format!("{}: {}", words::ends(session), verdict(session));
    page.hanging(&format!("#{:<3} ", session.id), &sentence, tone(session));
}

/// The same with the cause, where nothing else stands below.
pub(super) fn numbered_with_cause(page: &mut Page, session: &Session) {
    let cause = match session.cause.id {
        "unknown" => "cause undetermined".to_owned(),
        id => format!("{} ({})", words::because(id), words::percent(session.cause.confidence)),
    };
    let sentence = format!("{}: {}; {cause}", words::ends(session), verdict(session));
    page.hanging(&format!("#{:<3} ", session.id), &sentence, tone(session));
}

/// Doubt is visible from afar.
fn tone(session: &Session) -> Tone {
    let open = session.reset.as_ref().is_some_and(|reset| reset.sender == "undetermined");
    match session.ended_by {
        _ if open => Tone::Doubt,
        _ if super::died(session) => Tone::Bad,
        _ => Tone::Strong,
    }
}

fn verdict(session: &Session) -> String {
    match (session.ended_by, &session.reset) {
        (_, Some(reset)) if reset.role == "ineffective" => {
            let end = if session.ended_by == "close" { closed(session) } else { ended(session) };
            format!(
                "a RST had no effect (frame {}): {}; the connection was {end}",
                reset.decisive_frame,
                sent(reset)
            )
        }
        ("close", Some(reset)) => {
            format!(
                "{}; the RST after that (frame {}) only followed from it",
                closed(session),
                reset.decisive_frame
            )
        }
        ("close", None) => closed(session),
        (_, Some(reset)) => sent(reset),
        (_, None) => ended(session),
    }
}

fn ended(session: &Session) -> String {
    match session.ended_by {
        "refused" => refused(session.refused.as_ref()),
        "silence" => silent(session.unanswered.as_ref()),
        "reset" => "reset later".to_owned(),
        _ => "still open at the end of the capture".to_owned(),
    }
}

fn refused(refused: Option<&Refused>) -> String {
    let from = refused.map_or(String::new(), |it| {
        format!(" of {}, frame {} (unreachable, code {})", it.by, it.frame, it.code)
    });
    format!("refused by an ICMP error{from} in answer to the SYN")
}

fn silent(unanswered: Option<&Unanswered>) -> String {
    let what = match unanswered {
        Some(it) => format!(
            "the {}'s packets stayed unanswered from frame {} on, {} times repeated, to the end of the capture",
            it.sent_by, it.first_frame, it.repeats
        ),
        None => "packets stayed unanswered to the end of the capture".to_owned(),
    };
    format!("died without a reset or a close; {what}")
}

fn closed(session: &Session) -> String {
    let Some(side) = session.closed_by else { return "closed in order".to_owned() };
    let frame = words::fin(session).map_or(String::new(), |frame| format!(", frame {frame}"));
    if super::died(session) {
        format!("closed by the {side} (FIN{frame}), but something went wrong before")
    } else {
        format!("closed in order, by the {side} first (FIN{frame})")
    }
}

fn sent(reset: &Reset) -> String {
    let claimed = reset.claimed_sender;
    let sure = words::percent(reset.confidence);
    match reset.sender {
        "middlebox" => format!("a box between them (not the {claimed}) sent the RST ({sure})"),
        "undetermined" => format!(
            "reset, and this capture cannot tell by whom: the {claimed} {}, a box between them {}",
            words::percent(if claimed == "client" { reset.posterior.client } else { reset.posterior.server }),
            words::percent(reset.posterior.middlebox),
        ),
        sender => format!("the {sender} sent the RST ({sure})"),
    }
}

/// Who, why, when, and the silences.
pub(super) fn first_screen(page: &mut Page, session: &Session) {
    if let Some(reset) = &session.reset {
        // Where a close came first, who sent the reset is not who ended the connection.
        let label = if reset.role == "initiating" { "Who" } else { "RST" };
        page.labelled(label, &who(reset), Tone::Plain);
        if let Some(kernel) = &reset.kernel {
            page.beside(&words::kernel(kernel), Tone::Plain);
        }
    } else if session.ended_by == "silence" {
        page.labelled("Who", "no reset was seen: whatever drops the packets says nothing", Tone::Plain);
    }
    why(page, session);
    when(page, session);
    if let Some(timer) = session.timer.as_ref().filter(|_| is_idleness_in_question(session)) {
        idle(page, timer);
    }
    if let Some(advice) = &session.cause.keepalive {
        super::advice::keepalive(page, advice);
    }
}

/// What the user's terminal showed, line for line.
pub(super) fn shown_to_the_user(page: &mut Page, session: &Session) {
    let Some(message) = &session.client_saw else { return };
    let mut lines = message.lines();
    // Nothing of a connection that never was tells which program wanted it.
    let guessed = session.phase == Some("tcp-handshake");
    let whom = if guessed { "to the user, if the program was OpenSSH's" } else { "to the user" };
    page.labelled("Shown", &format!("{whom}: {}", lines.next().unwrap_or_default()), Tone::Plain);
    lines.for_each(|line| page.beside(line, Tone::Plain));
}

fn who(reset: &Reset) -> String {
    if reset.sender == "undetermined" {
        return "undetermined; see below what would settle it".to_owned();
    }
    let place = reset.location.as_ref().map_or(String::new(), |place| match place.hops_from_vantage {
        0 => format!("the next one from the capture point toward the {}", place.toward),
        hops => format!(
            "{} from the capture point toward the {}",
            words::counted(hops.into(), "hop"),
            place.toward
        ),
    });
    // The sentence above has named the sender.
    match words::mechanism(reset) {
        Some(how) if place.is_empty() => how,
        Some(how) => format!("{place}: {how}"),
        None => words::joined(&[words::sender(reset.sender), &place]),
    }
}

fn why(page: &mut Page, session: &Session) {
    let cause = &session.cause;
    if cause.id == "unknown" {
        return page.labelled("Why", "undetermined: this capture does not show the cause", Tone::Doubt);
    }
    let group = words::group(cause.group).map_or(String::new(), |group| format!(" — {group}"));
    let likely = if cause.confidence < 0.5 { "most likely " } else { "" };
    let why = format!("{likely}{} ({}){group}", words::because(cause.id), words::percent(cause.confidence));
    page.labelled("Why", &why, Tone::Plain);
    if !cause.alternatives.is_empty() {
        let others = cause.alternatives.iter().take(ALTERNATIVES);
        let others =
            others.map(|it| format!("{} ({})", words::because(it.id), words::percent(it.confidence)));
        page.beside(&format!("or else: {}", others.collect::<Vec<_>>().join("; ")), Tone::Plain);
    }
    moved(page, cause);
}

/// Says which patterns of several sessions had a hand in the likeliest cause, and what it was without them.
fn moved(page: &mut Page, cause: &Cause) {
    let mut patterns: Vec<&str> = cause.moved.iter().map(|it| it.pattern).collect();
    patterns.dedup();
    let own = cause.moved.iter().find(|it| it.cause == cause.id);
    let before = own.map_or(String::new(), |it| format!(", {} without them", words::percent(it.from)));
    if !patterns.is_empty() {
        let line = format!("in the light of other sessions{before} ({})", patterns.join(", "));
        page.beside(&line, Tone::Plain);
    }
}

fn when(page: &mut Page, session: &Session) {
    let phase = words::phase(session.phase).unwrap_or_default();
    let age = match session.duration_s {
        seconds if seconds > 0.0 => format!("{} after the first", words::span(seconds)),
        _ => String::new(),
    };
    let Some(reset) = &session.reset else {
        if let Some(unanswered) = &session.unanswered {
            return died(page, unanswered, phase);
        }
        let last = format!("last frame {}", words::moment(&session.end));
        return page.labelled("When", &words::joined(&[&last, &age, phase]), Tone::Plain);
    };
    let frame = format!("frame {}", reset.decisive_frame);
    // A program aborts and a timer runs out when they do; only a TCP and a filter answer a packet.
    let unprompted = matches!(reset.mechanism, "abort" | "timer");
    let trigger = match reset.trigger_frame {
        Some(frame) if unprompted => format!("after frame {frame}"),
        Some(frame) => format!("in answer to frame {frame}"),
        None => String::new(),
    };
    let gap = reset.idle_gap_s.map_or(String::new(), |gap| format!("after {} of silence", words::span(gap)));
    page.labelled(
        "When",
        &words::joined(&[&words::moment(&reset.time), &frame, &trigger, &gap, phase]),
        Tone::Plain,
    );
    let others = reset.frames.len().saturating_sub(1);
    if others > 0 {
        page.beside(&format!("the session's resets: {}", words::frames(&reset.frames)), Tone::Plain);
    }
}

/// When the connection died, as far as its packets say, and what they say of how.
fn died(page: &mut Page, unanswered: &Unanswered, phase: &str) {
    let between = match &unanswered.alive_at {
        Some(alive) => format!("between {}", words::from_to(alive, &unanswered.dead_by)),
        None => format!("before {}", words::moment(&unanswered.dead_by)),
    };
    page.labelled("When", &words::joined(&[&between, phase]), Tone::Plain);
    let other = if unanswered.sent_by == "client" { "server" } else { "client" };
    if unanswered.other_end_heard {
        page.beside(&format!("the {other} was still heard after that"), Tone::Plain);
    }
    if let Some(arrived) = unanswered.largest_arrived_octets {
        let larger = format!(
            "segments of up to {arrived} octets arrived, one of {} did not",
            unanswered.largest_octets
        );
        page.beside(&larger, Tone::Plain);
    }
}

/// Whether a timer is among what may have ended the session; where it is not, one more number only distracts.
fn is_idleness_in_question(session: &Session) -> bool {
    let cause = &session.cause;
    let groups = cause.alternatives.iter().map(|it| it.group).chain([cause.group]);
    groups.into_iter().any(|group| matches!(group, "network-or-firewall-timeout" | "unknown"))
}

fn idle(page: &mut Page, timer: &Timer) {
    let ended = words::span(timer.ended_after_s);
    let survived = timer.longest_survived_s.map(words::span);
    let what = match timer.measured_by {
        "payload" => " without data",
        "ssh-message" => " without a message of the client",
        "user-input" => " without input",
        "acknowledgement" => " without an acknowledgement",
        "age" => return page.labelled("Age", &format!("it ended {ended} after its start"), Tone::Plain),
        _ => "",
    };
    let bounds = match survived {
        _ if timer.at_expiry => format!(
            "it ended of its own accord after {ended}{what} of silence: if a timer did it, that is its value"
        ),
        Some(survived) => format!("a silence of {survived}{what} was survived, one of {ended} was not"),
        None => format!("silent for {ended}{what}, none survived before: any timer up to that fits"),
    };
    page.labelled("Idle", &bounds, Tone::Plain);
    if timer.keepalive_masks {
        page.beside("keepalives cut the silences: the timer may be shorter than it seems", Tone::Doubt);
    }
    if let Some(side) = timer.denied_by {
        let doubt = format!(
            "the {side}'s own clock counted far less: it slept, or the capture's clock was set and the length is wrong"
        );
        page.beside(&doubt, Tone::Doubt);
    }
    known_timers(page, timer);
}

/// Names the timers that come by themselves, or that the user named; of the others only that they exist.
fn known_timers(page: &mut Page, timer: &Timer) {
    for candidate in timer.candidates.iter().take(TIMERS) {
        page.hanging(&format!("{:9}- ", ""), &known(candidate), Tone::Plain);
    }
    let command = format!("sshrst timers {:.0}", timer.ended_after_s);
    let line = match timer.candidates.len() {
        0 if timer.settable > 0 => {
            format!("no known default lies there; {} could be set so: {command}", timer.settable)
        }
        0 => "no known timer fits".to_owned(),
        1..=TIMERS => return,
        _ => format!("more that fit: {command}"),
    };
    page.beside(&line, Tone::Plain);
}

fn known(candidate: &Candidate) -> String {
    let shown = |seconds: f64| configured(Elapsed::from_secs_f64(seconds));
    let value = match (candidate.value_s, candidate.default_s) {
        (Some(value), Some(default)) if value < default || default < value => {
            format!(", often set to {} (default {})", shown(value), shown(default))
        }
        (Some(value), _) => format!(", {}", shown(value)),
        (None, Some(default)) => format!(", {} unless set otherwise", shown(default)),
        (None, None) => ", settable".to_owned(),
    };
    let recalled = if candidate.source_check == "none" { ", recalled and not verified" } else { "" };
    let (kind, id) = match candidate.source {
        Some(_) => ("known", format!(" ({}{recalled})", candidate.id)),
        None => ("yours", format!(" ({})", candidate.id)),
    };
    let how = match candidate.agreement {
        "optional" => ", if it is set to show it so",
        "possible" => ", if something else sent what was seen",
        _ => "",
    };
    format!("{kind}: {}{value}{id}{how}", candidate.product)
}

//! The catalogue of idle timers, as `sshrst timers` and `sshrst explain` print it.

use super::page::{Page, Screen, Tone};
use crate::timers::{
    self, Candidate, Counts, Ending, Expiry, Fit, Gap, KeepaliveHelps, Origin, ReArmedBy, Settable, Timer,
};
use crate::units::Elapsed;

/// Width of the column of ids.
const IDS: usize = 26;

/// All known timers, or those that a silence of so many seconds fits. `own`: timers of the user's.
pub fn timers(seconds: Option<f64>, own: &[Timer], screen: Screen) -> String {
    let mut page = Page::new(screen);
    match seconds {
        Some(seconds) => fitting(&mut page, Elapsed::from_secs_f64(seconds), own),
        None => all(&mut page, own),
    }
    page.blank();
    page.paragraph(0, "`sshrst explain ID` shows an entry with its source.", Tone::Faint);
    page.into_text()
}

fn all(page: &mut Page, own: &[Timer]) {
    if !own.is_empty() {
        page.heading("yours");
    }
    for timer in own {
        entry(page, timer);
    }
    let mut place = "";
    for timer in timers::catalogue() {
        if timer.place != place {
            place = &timer.place;
            page.heading(&place.replace('-', " "));
        }
        entry(page, timer);
    }
}

fn fitting(page: &mut Page, silence: Elapsed, own: &[Timer]) {
    let gap = Gap {
        longest_survived: None,
        ended_after: silence,
        ended_by: Ending::Unknown,
        keepalive: None,
        age: silence,
    };
    group(page, "Yours", &timers::matching_in(&gap, own), |_| true);
    let candidates = timers::matching(&gap);
    let settable = |it: &Candidate| it.origin == Origin::Settable;
    group(page, &format!("As long as {silence}"), &candidates, |it| it.fits == Fit::Value && !settable(it));
    apart(page, silence);
    let shorter = "Shorter: they had run out when the next packet came";
    group(page, shorter, &candidates, |it| it.fits == Fit::Interval && !settable(it));
    if candidates.iter().all(settable) {
        page.paragraph(0, &format!("No known default is {silence} or shorter."), Tone::Plain);
    }
    let set: Vec<&str> = candidates.iter().filter(|it| settable(it)).map(|it| it.timer.id.as_str()).collect();
    if !set.is_empty() {
        page.heading("Can be set so, with another default");
        page.paragraph(2, &set.join(", "), Tone::Plain);
    }
}

/// What tells the members of a family apart.
fn apart(page: &mut Page, silence: Elapsed) {
    let families: Vec<_> = timers::families().iter().filter(|family| family.holds(silence)).collect();
    if !families.is_empty() {
        page.heading("What tells them apart");
    }
    for family in families {
        let values: Vec<String> = family.values().map(configured).collect();
        page.hanging("  - ", &format!("{}: {}", values.join(", "), family.apart), Tone::Plain);
    }
}

fn group(page: &mut Page, heading: &str, candidates: &[Candidate], belongs: impl Fn(&Candidate) -> bool) {
    let members: Vec<&Candidate> = candidates.iter().filter(|it| belongs(it)).collect();
    if !members.is_empty() {
        page.heading(heading);
    }
    for candidate in members {
        entry(page, candidate.timer);
    }
}

fn entry(page: &mut Page, timer: &Timer) {
    let recalled = if timer.is_recalled() { "; recalled, not read in a source" } else { "" };
    let line = format!("{}: {}; {}{recalled}", timer.whose, value(timer), at_expiry(timer.ends_by));
    page.hanging(&format!("  {:IDS$} ", timer.id), &line, Tone::Plain);
}

fn value(timer: &Timer) -> String {
    let default = match (timer.default, timer.counts) {
        (Some(value), Counts::Lifetime) => format!("{} from its start", configured(value)),
        (Some(value), _) => configured(value),
        (None, _) => format!("no default ({})", timer.default_is),
    };
    match timer.settable() {
        Settable::Within(least, most) => {
            format!("{default} (settable, {} to {})", configured(least), configured(most))
        }
        Settable::From(least) => format!("{default} (settable from {})", configured(least)),
        Settable::Yes => format!("{default} (settable)"),
        Settable::No => default,
    }
}

/// A value as it is configured: `350 s`, `15 min`, `2 h 4 min`. Below ten minutes manuals speak of seconds.
pub(super) fn configured(value: Elapsed) -> String {
    let seconds = value.as_nanos() / 1_000_000_000;
    if seconds < 600 {
        return format!("{seconds} s");
    }
    let parts = [
        (seconds / 86_400, "d"),
        (seconds / 3_600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}"));
    parts.collect::<Vec<_>>().join(" ")
}

/// What happens when a timer has run out.
pub(super) const fn at_expiry(expiry: Expiry) -> &'static str {
    match expiry {
        Expiry::SilentDrop => "then packets are dropped, nothing is sent",
        Expiry::SilentThenRstSender => "then whoever sends next is reset",
        Expiry::SilentThenRstInside => "then the inner host is reset when it sends",
        Expiry::RstBothAtExpiry => "then both ends are reset at once",
        Expiry::CloseBoth => "then both ends are closed",
        Expiry::FinInside => "then the inner host gets a FIN",
        Expiry::Rehash => "then the next packet may reach another host, which resets it",
        Expiry::SilentPassthrough => "then it is forgotten and mostly learned again",
        Expiry::ProbeThenDrop => "then both ends are probed, and dropped if they do not answer",
        Expiry::SshClose => "then the SSH server closes without a message",
        Expiry::SshDisconnect => "then the SSH server says goodbye and closes",
        Expiry::TunnelTeardown => "then the tunnel around it ends",
        Expiry::ClientAbort => "then an end gives up its socket",
        Expiry::ShellExit => "then the shell ends and the session is closed",
        Expiry::RefuseNew => "then new connections are refused; this one stays",
        Expiry::None => "nothing is cut",
    }
}

/// The page of one timer.
pub(super) fn explain(page: &mut Page, timer: &Timer) {
    page.heading(&timer.id);
    page.paragraph(0, &timer.whose, Tone::Plain);
    let shown = |text: &Option<String>| text.clone().unwrap_or_default();
    let also: Vec<String> = timer.also.iter().copied().map(configured).collect();
    let keepalive =
        timer.server_alive_s.map_or(String::new(), |it| format!("; ServerAliveInterval {it} is enough"));
    page.heading("Timer");
    for (label, text) in [
        ("Value", value(timer)),
        ("Also", also.join(", ")),
        ("Set by", shown(&timer.setting)),
        ("Formula", shown(&timer.formula)),
        ("Re-arm", rearmed(timer.rearmed_by).to_owned()),
        ("Ends", format!("{} ({})", at_expiry(timer.ends_by), timer.ends_by_is)),
        ("Wire", shown(&timer.wire)),
        ("For", shown(&timer.versions)),
        ("Helps", format!("{}{keepalive}", helps(timer.keepalive))),
        ("Device", shown(&timer.remedy)),
        ("Note", shown(&timer.note)),
    ] {
        if !text.is_empty() {
            page.labelled(label, &text, Tone::Plain);
        }
    }
    page.heading("References");
    if timer.is_recalled() {
        page.paragraph(2, "recalled, not read in a source: check it before you rely on it", Tone::Doubt);
    }
    if let Some(source) = timer.source() {
        let read =
            timer.checked().map_or(String::new(), |day| format!(", read {day} (check: {})", timer.check));
        page.paragraph(2, &format!("{}, {}{read}", source.by, source.title), Tone::Plain);
        page.uncut(2, source.url);
        source.url_2.iter().for_each(|url| page.uncut(2, url));
    }
}

const fn rearmed(by: ReArmedBy) -> &'static str {
    match by {
        ReArmedBy::AnySegment => "with any TCP segment",
        ReArmedBy::Payload => "with data only, not with TCP keepalives",
        ReArmedBy::SshMessage => "with SSH messages",
        ReArmedBy::UserInput => "with keystrokes or channel data only",
        ReArmedBy::Acknowledgement => "when data is acknowledged",
        ReArmedBy::Nothing => "never: it is not an idle timer",
    }
}

const fn helps(keepalive: KeepaliveHelps) -> &'static str {
    match keepalive {
        KeepaliveHelps::TcpOrSsh => "TCP and SSH keepalives",
        KeepaliveHelps::SshOnly => "SSH keepalives, not TCP's",
        KeepaliveHelps::None => "no keepalive",
        KeepaliveHelps::NotApplicable => "keepalives have nothing to do with it",
        KeepaliveHelps::Unknown => "not known whether keepalives do",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Screen = Screen { width: 80, color: false };

    #[test]
    fn the_list_holds_every_timer_once() {
        let list = timers(None, &[], SCREEN);
        for timer in timers::catalogue() {
            let lines = list.lines().filter(|line| line.split_whitespace().next() == Some(&timer.id));
            assert_eq!(lines.count(), 1, "{}", timer.id);
        }
    }

    #[test]
    fn values_are_shown_as_manuals_have_them() {
        let shown = [350, 900, 7_440, 432_000].map(|seconds| configured(Elapsed::from_secs(seconds)));
        assert_eq!(shown, ["350 s", "15 min", "2 h 4 min", "5 d"]);
    }

    #[test]
    fn equal_timers_come_before_shorter_ones() {
        let text = timers(Some(350.0), &[], SCREEN);
        let (equal, shorter) = (text.find("As long as 5 min 50 s").unwrap(), text.find("Shorter").unwrap());
        let balancer = text.find("aws-nlb-tcp ").unwrap();
        assert!(equal < balancer && balancer < shorter, "{text}");
    }

    #[test]
    fn a_silence_shorter_than_every_default_is_said_to_be() {
        let text = timers(Some(0.0), &[], SCREEN);
        assert!(text.starts_with("No known default is 0 ns or shorter."), "{text}");
    }
}

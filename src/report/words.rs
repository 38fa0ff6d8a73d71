//! Words for the model's values: what a term of the report is called in a sentence.

use std::borrow::Cow;

use crate::cause::{Cause, Group};
use crate::report::model::{Endpoint, InputFile, Kernel, Pattern, Report, Reset, Session};
use crate::units::Elapsed;

/// `host:port`, an IPv6 address in brackets.
pub(super) fn endpoint(end: &Endpoint) -> String {
    if end.ip.contains(':') {
        format!("[{}]:{}", end.ip, end.port)
    } else {
        format!("{}:{}", end.ip, end.port)
    }
}

/// `client → server` of a session.
pub(super) fn ends(session: &Session) -> String {
    format!("{} → {}", endpoint(&session.client), endpoint(&session.server))
}

/// A probability. Never 100 %: nothing read off a capture is certain.
pub(super) fn percent(probability: f64) -> String {
    match probability {
        ..0.01 => "under 1 %".to_owned(),
        0.99.. => format!("{:.1} %", (probability * 100.0).min(99.9)),
        _ => format!("{:.0} %", probability * 100.0),
    }
}

/// How strong evidence of so many decibans is: odds of about 30 to 1, of 5 to 1, or less.
pub(super) const fn weight(decibans: i32) -> &'static str {
    match decibans {
        15.. => "strong",
        7.. => "fair",
        _ => "weak",
    }
}

/// A span of seconds in the unit a person would pick.
pub(super) fn span(seconds: f64) -> String {
    Elapsed::from_secs_f64(seconds).to_string()
}

/// The model's moment for people: `2026-11-21 08:04:30.185 UTC`, or with the offset of its zone.
pub(super) fn moment(iso: &str) -> String {
    let zone = |rest: &str| match rest.trim_start_matches(|it: char| it.is_ascii_digit()) {
        "Z" => Some("UTC".to_owned()),
        offset if offset.len() == 6 => Some(offset.to_owned()),
        _ => None,
    };
    let seconds = iso.get(..23).zip(iso.get(23..).and_then(zone));
    seconds.map_or_else(|| iso.to_owned(), |(seconds, zone)| format!("{} {zone}", seconds.replace('T', " ")))
}

/// Two of the model's moments: `2026-11-21 08:04:30.185 and 08:05:02.001 UTC`, with both days where they differ.
pub(super) fn from_to(from: &str, to: &str) -> String {
    let (from, to) = (moment(from), moment(to));
    let parts = |text: &str| -> Option<[String; 3]> {
        let parts: Vec<String> = text.split(' ').map(str::to_owned).collect();
        parts.try_into().ok()
    };
    match (parts(&from), parts(&to)) {
        (Some([day, since, zone]), Some([same, until, other])) if day == same && zone == other => {
            format!("{day} {since} and {until} {zone}")
        }
        _ => format!("{from} and {to}"),
    }
}

/// `frame 7`, `frames 7, 9`; nothing for none.
pub(super) fn frames(frames: &[u64]) -> String {
    let listed = numbers(frames);
    match listed.as_str() {
        "" => String::new(),
        one if !one.contains(',') => format!("frame {one}"),
        more => format!("frames {more}"),
    }
}

/// `7, 9`: each once and in order.
pub(super) fn numbers(frames: &[u64]) -> String {
    let mut numbers = frames.to_vec();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
}

/// `text`, or its first characters and `…`, at most `most` in all.
pub(super) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some(_) => Cow::Owned(text.chars().take(most.saturating_sub(1)).chain(['…']).collect()),
        None => Cow::Borrowed(text),
    }
}

/// How to read the numbers of `report`, and what made it.
pub(super) fn colophon(report: &Report) -> Vec<String> {
    let through = if report.capture.files.len() > 1 {
        " and go on from one file to the next: `mergecap -a` puts the files together so"
    } else {
        ""
    };
    let version = report.tool.version.map_or(String::new(), |version| format!(" {version}"));
    vec![
        format!("Frames are numbered as in Wireshark{through}. Times are {}.", zone(report)),
        format!("Made by {}{version}; report format {}.", report.tool.name, report.schema),
    ]
}

/// The zone of its times, as the end of "times are".
fn zone(report: &Report) -> String {
    report
        .time_zone
        .as_ref()
        .map_or_else(|| "UTC".to_owned(), |zone| format!("of {zone}, with their offset from UTC"))
}

/// What stands between `text` and `more` in a list whose parts may be empty.
pub(super) fn joined(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

/// The numbers of a file's frames.
pub(super) fn numbered(file: &InputFile) -> String {
    match (file.first_frame, file.last_frame) {
        (Some(first), Some(last)) if first == last => first.to_string(),
        (Some(first), Some(last)) => format!("{first} to {last}"),
        _ => "none".to_owned(),
    }
}

/// How a file is written, and how it is compressed.
pub(super) fn format(file: &InputFile) -> Cow<'_, str> {
    match &file.compression {
        Some(compression) => format!("{}, compressed with {compression}", file.format).into(),
        None => file.format.as_str().into(),
    }
}

/// `1 frame`, `2 frames`.
pub(super) fn counted(count: u64, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

/// Who a sender is, in a sentence about `reset`.
pub(super) fn sender(word: &str) -> &str {
    match word {
        "middlebox" => "a box between them",
        "client" => "the client",
        "server" => "the server",
        other => other,
    }
}

/// The phrase that completes "the connection ended because …".
pub(super) fn because(cause: &str) -> &'static str {
    Cause::from_id(cause).map_or("of something new", Cause::title)
}

/// What a group of causes is called; nothing for the group of what cannot be told.
pub(super) fn group(group: &str) -> Option<&'static str> {
    Group::from_id(group).filter(|group| *group != Group::Unknown).map(Group::title)
}

/// What an entry of a list of algorithms is, by the list's name in the report.
pub(super) fn list(what: &str) -> &str {
    match what {
        "kex" => "key exchange method",
        "host_key" => "host key algorithm",
        "cipher_c2s" => "cipher from client to server",
        "cipher_s2c" => "cipher from server to client",
        "mac_c2s" => "MAC from client to server",
        "mac_s2c" => "MAC from server to client",
        "compression_c2s" => "compression from client to server",
        "compression_s2c" => "compression from server to client",
        other => other,
    }
}

/// The name of a DISCONNECT's reason code (RFC 4250 §4.2.2).
pub(super) fn reason(code: &str) -> Option<&'static str> {
    Some(match code {
        "1" => "HOST_NOT_ALLOWED_TO_CONNECT",
        "2" => "PROTOCOL_ERROR",
        "3" => "KEY_EXCHANGE_FAILED",
        "5" => "MAC_ERROR",
        "6" => "COMPRESSION_ERROR",
        "7" => "SERVICE_NOT_AVAILABLE",
        "8" => "PROTOCOL_VERSION_NOT_SUPPORTED",
        "9" => "HOST_KEY_NOT_VERIFIABLE",
        "10" => "CONNECTION_LOST",
        "11" => "BY_APPLICATION",
        "12" => "TOO_MANY_CONNECTIONS",
        "13" => "AUTH_CANCELLED_BY_USER",
        "14" => "NO_MORE_AUTH_METHODS_AVAILABLE",
        "15" => "ILLEGAL_USER_NAME",
        _ => return None,
    })
}

/// How the reset came into being, in words.
pub(super) fn mechanism(reset: &Reset) -> Option<String> {
    let claimed = reset.claimed_sender;
    Some(match reset.mechanism {
        "abort" => {
            format!("a program on the {claimed} gave the connection up, or was ended with data unread")
        }
        "no-connection" => format!("the {claimed}'s TCP did not know the connection (any more)"),
        "refused" => "the port takes no connections".to_owned(),
        "host-filter-reject" => format!("a packet filter on the {claimed} itself rejected the packet"),
        "path-filter-reject" => {
            "it answers as a packet filter does that rejects (iptables REJECT, nft reject)".to_owned()
        }
        "timer" => "it reset the connection of its own accord, as at the end of a timer".to_owned(),
        "injected" => "the RST is forged, as by an appliance or a program".to_owned(),
        "address-owner" => format!("it owns the {claimed}'s address as seen here: a proxy, balancer or NAT"),
        _ => return None,
    })
}

/// What the kernel of the capturing host says of a reset.
pub(super) fn kernel(kernel: &Kernel) -> String {
    match (kernel.says, kernel.reason.as_deref()) {
        ("sent", Some(reason)) => match kernel_reason(reason) {
            Some(words) => format!("this host's kernel says that its TCP sent it: {words} ({reason})"),
            None => format!("this host's kernel says that its TCP sent it ({reason})"),
        },
        ("sent", None) => "this host's kernel says that its TCP sent it".to_owned(),
        ("not-sent", _) => {
            "this host's kernel says that its TCP did not send it: a packet filter here did, or it came from elsewhere"
                .to_owned()
        }
        _ => "this host's kernel received it from elsewhere, and took it".to_owned(),
    }
}

/// What the names of `enum sk_rst_reason` mean (include/net/rstreason.h).
fn kernel_reason(name: &str) -> Option<&'static str> {
    Some(match name {
        "NO_SOCKET" => "it had no socket for the packet",
        "TCP_ABORT_ON_CLOSE" => "the program closed with data unread",
        "TCP_ABORT_ON_DATA" => "data came after the program had closed",
        "TCP_ABORT_ON_LINGER" => "the program closed it so (SO_LINGER 0)",
        "TCP_ABORT_ON_MEMORY" => "memory for closed connections was short",
        "TCP_KEEPALIVE_TIMEOUT" => "keepalive probes had no answer",
        "TCP_DISCONNECT_WITH_DATA" => "the program disconnected with data unsent",
        "TCP_TIMEWAIT_SOCKET" => "the connection was closed already",
        "TCP_STATE" => "the program ended the connection",
        "TCP_FLAGS" | "INVALID_SYN" => "the packet's flags are not those of this state",
        "TCP_INVALID_ACK_SEQUENCE" | "TCP_TOO_OLD_ACK" | "TCP_ACK_UNSENT_DATA" | "TCP_OLD_ACK" => {
            "the packet acknowledged what was never sent"
        }
        _ => return None,
    })
}

/// The frame in which `side` did `what`, if the exchange tells it.
pub(super) fn told(session: &Session, side: &str, what: &str) -> Option<u64> {
    let step = session.exchange.iter().find(|step| step.side == side && step.what == what);
    step.map(|step| step.frame)
}

/// The frame of the first FIN, if the exchange tells it.
pub(super) fn fin(session: &Session) -> Option<u64> {
    told(session, session.closed_by?, "fin")
}

/// Text that a peer sent, as the model escapes it, without the end of its last line.
pub(super) fn line(text: &str) -> &str {
    text.strip_suffix(r"\x0d\x0a").filter(|line| !line.ends_with('\\')).unwrap_or(text)
}

/// When in the life of an SSH connection.
pub(super) fn phase(phase: Option<&str>) -> Option<&'static str> {
    Some(match phase? {
        "tcp-handshake" => "during the TCP handshake",
        "banner" => "before both sides had sent their SSH version",
        "kex" => "during the key exchange",
        "auth" => "during the login",
        "session" => "when logged in",
        "closed" => "after an orderly close",
        _ => return None,
    })
}

/// Most ids in a list; the JSON report has all.
const IDS: usize = 12;

/// Ids of a pattern's sessions; `…` where there are more than are named.
pub(super) fn sessions(pattern: &Pattern) -> String {
    let ids: Vec<String> = pattern.sessions.iter().take(IDS).map(u32::to_string).collect();
    format!("{}{}", ids.join(", "), if pattern.count > ids.len() as u64 { ", …" } else { "" })
}

/// Known timers that are named with a limit; the JSON report has more.
const TIMERS: usize = 3;

/// The known timers that lie in the interval of a pattern.
pub(super) fn timers(pattern: &Pattern) -> Option<String> {
    let known: Vec<&str> = pattern.timers.iter().take(TIMERS).copied().collect();
    (!known.is_empty()).then(|| format!("known timers in it: {}", known.join(", ")))
}

/// What the cells of [`row`] hold.
pub(super) fn columns(report: &Report) -> [String; 6] {
    let zone = report.time_zone.as_deref().unwrap_or("UTC");
    ["#", "client", "server", &format!("start ({zone})"), "lasted", "end"].map(str::to_owned)
}

/// A session in a row of a table.
pub(super) fn row(session: &Session) -> [String; 6] {
    let start = moment(&session.start);
    let reset = session.reset.as_ref().map_or(String::new(), |reset| match reset.role {
        "reaction" => format!("RST after it (frame {})", reset.decisive_frame),
        "ineffective" => format!("RST without effect (frame {})", reset.decisive_frame),
        _ => String::new(),
    });
    let telling = !matches!(session.cause.id, "normal-close" | "benign-rst-after-close" | "unknown");
    let why = if telling { because(session.cause.id) } else { "" };
    [
        session.id.to_string(),
        endpoint(&session.client),
        endpoint(&session.server),
        start.get(..19).unwrap_or(&start).to_owned(),
        span(session.duration_s),
        joined(&[ending(session), &reset, why]),
    ]
}

/// How a session ended, in a cell of a table.
fn ending(session: &Session) -> &'static str {
    match (session.ended_by, session.phase) {
        ("reset", _) => "reset",
        ("refused", _) => "refused",
        ("silence", _) => "no answer",
        ("close", _) => "closed",
        _ => "still open",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certainty_is_never_shown_as_complete() {
        assert_eq!(
            [0.0, 0.8, 0.98, 0.994, 1.0].map(percent),
            ["under 1 %", "80 %", "98 %", "99.4 %", "99.9 %"]
        );
    }

    #[test]
    fn moments_are_cut_to_milliseconds_and_odd_ones_left_alone() {
        assert_eq!(moment("2026-11-21T08:04:30.185400317Z"), "2026-11-21 08:04:30.185 UTC");
        assert_eq!(moment("2026-11-21T08:04:30.185400317+01:00"), "2026-11-21 08:04:30.185 +01:00");
        assert_eq!(moment("soon"), "soon");
    }

    #[test]
    fn a_day_that_two_moments_share_is_said_once() {
        let from = "2026-11-21T08:04:30.185400317Z";
        assert_eq!(
            from_to(from, "2026-11-21T08:05:02.001000000Z"),
            "2026-11-21 08:04:30.185 and 08:05:02.001 UTC"
        );
        assert_eq!(
            from_to(from, "2026-11-22T08:05:02.001000000Z"),
            "2026-11-21 08:04:30.185 UTC and 2026-11-22 08:05:02.001 UTC"
        );
    }

    #[test]
    fn frames_are_listed_once_and_in_order() {
        assert_eq!(frames(&[9, 7, 9]), "frames 7, 9");
        assert_eq!(frames(&[7]), "frame 7");
        assert_eq!(frames(&[]), "");
    }

    #[test]
    fn the_end_of_a_line_is_no_part_of_it() {
        assert_eq!(line(r"Exceeded MaxStartups\x0d\x0a"), "Exceeded MaxStartups");
        assert_eq!(
            line(r"a backslash of the peer's own: \\x0d\x0a"),
            r"a backslash of the peer's own: \\x0d\x0a"
        );
        assert_eq!(line("no end"), "no end");
    }

    #[test]
    fn an_ipv6_address_stands_in_brackets() {
        assert_eq!(endpoint(&Endpoint { ip: "2001:db8::1".into(), port: 22 }), "[2001:db8::1]:22");
    }
}

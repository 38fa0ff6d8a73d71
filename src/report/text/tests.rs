//! Whole reports from models made by hand.

use std::collections::BTreeMap;

use super::*;
use crate::report::model::{
    Alternative, Capture, Cause, Confirm, Endpoint, Evidence, InputFile, KeepaliveAdvice, Limit, Location,
    Mismatch, Path, Pattern, Posterior, Remedy, Reset, SCHEMA, Ssh, Timer, Tool, Vantage,
};

const NARROW: Screen = Screen { width: 80, color: false };
const WIDE: Screen = Screen { width: 120, color: false };

fn evidence(
    id: &'static str,
    outcome: &'static str,
    summary: &str,
    bears: Option<(&'static str, i32)>,
) -> Evidence {
    Evidence { id, outcome, summary: summary.into(), frames: vec![46, 43], bears: BTreeMap::from_iter(bears) }
}

fn reset() -> Reset {
    Reset {
        frames: vec![46],
        decisive_frame: 46,
        time: "2026-11-21T08:04:30.185400317Z".into(),
        role: "initiating",
        claimed_sender: "server",
        sender: "middlebox",
        confidence: 0.98,
        prior: Posterior { client: 0.0, server: 0.64, middlebox: 0.36 },
        posterior: Posterior { client: 0.0, server: 0.02, middlebox: 0.98 },
        conflict: false,
        mechanism: "path-filter-reject",
        location: Some(Location { hops_from_vantage: 5, toward: "server" }),
        idle_gap_s: Some(6.216),
        trigger_frame: Some(45),
        evidence: vec![
            evidence(
                "reset-ttl-differs",
                "present",
                "TTL 59, this host's other packets 50 (n=18)",
                Some(("middlebox", 19)),
            ),
            evidence("reset-ip-id-differs", "absent", "identification in series", Some(("server", 8))),
            evidence("reset-follows-silence", "present", "6.22 s of silence before the reset", None),
            evidence("reset-carries-data", "absent", "no data in the reset", None),
            evidence("sender-alive-after-reset", "cannot-tell", "the capture ends with the reset", None),
        ],
        kernel: None,
        would_settle: vec!["a capture on the server taken at the same time".into()],
    }
}

fn cause() -> Cause {
    Cause {
        id: "firewall-idle-timeout",
        group: "network-or-firewall-timeout",
        confidence: 0.91,
        alternatives: vec![Alternative {
            id: "server-rebooted",
            group: "server-reboot-or-shutdown",
            confidence: 0.05,
        }],
        keepalive: Some(KeepaliveAdvice {
            helps: true,
            interval_s: Some(1),
            tcp_counts: Some(false),
            why: "a third of the 3.1 s survived".into(),
        }),
        moved: Vec::new(),
        confirm: vec![Confirm { place: "server", command: "last -x -F".into(), expect: "no restart".into() }],
        remedies: vec![Remedy {
            place: "client",
            what: "# ~/.ssh/config\nHost *\n    ServerAliveInterval 60".into(),
            paste: true,
            why: "it re-arms the timer".into(),
            trap: Some("the first value found wins".into()),
        }],
    }
}

fn session(id: u32) -> Session {
    Session {
        id,
        community_id: "1:x".into(),
        history: "ShADadr".into(),
        conn_state: "RSTR",
        client: Endpoint { ip: "192.0.2.9".into(), port: 37519 },
        server: Endpoint { ip: "198.51.100.7".into(), port: 22 },
        oriented_by: "syn",
        vantage: Vantage { place: "client", confidence: 0.9 },
        start: "2026-11-21T08:04:22.981469022Z".into(),
        end: "2026-11-21T08:04:30.185400317Z".into(),
        duration_s: 7.2,
        ended_at_s: 7.2,
        frames: 42,
        phase: Some("session"),
        ended_by: "reset",
        closed_by: None,
        unanswered: None,
        refused: None,
        client_saw: Some("client_loop: send disconnect: Connection reset by peer".into()),
        exchange: Vec::new(),
        display_filter: String::new(),
        path: Path { rtt_min_ms: Some(31.0), retransmitted_share_s2c: 0.01, ..Path::default() },
        ssh: Ssh::default(),
        reset: Some(reset()),
        cause: cause(),
        timer: Some(Timer {
            longest_survived_s: Some(3.1),
            ended_after_s: 6.2,
            interval_s: [3.1, 6.2],
            ..Timer::default()
        }),
        limits: Vec::new(),
        trace: Vec::new(),
    }
}

fn ended(id: u32, how: &'static str, cause: &'static str) -> Session {
    let cause =
        Cause { id: cause, group: "normal", confidence: 0.9, alternatives: Vec::new(), ..self::cause() };
    Session { ended_by: how, reset: None, timer: None, cause, ..session(id) }
}

fn report(sessions: Vec<Session>) -> Report {
    Report {
        schema: SCHEMA,
        tool: Tool { name: "sshrst", version: None },
        time_zone: None,
        redacted: false,
        capture: Capture {
            files: vec![InputFile {
                path: "dump.pcap".into(),
                sha256: String::new(),
                octets: 12054,
                format: "pcap".into(),
                compression: None,
                decoded_octets: None,
                frames: 46,
                first_frame: Some(1),
                last_frame: Some(46),
                duplicates: 0,
                complete: true,
            }],
            frames: 46,
            ssh_frames: 42,
            resets: crate::report::model::Resets::default(),
            first_time: Some("2026-11-21T08:04:22.981469022Z".into()),
            last_time: Some("2026-11-21T08:04:30.185400317Z".into()),
            limits: Vec::new(),
        },
        selection: None,
        sessions,
        patterns: Vec::new(),
    }
}

fn shown(report: &Report, screen: Screen) -> String {
    shown_in(report, screen, Detail::Deaths)
}

fn shown_in(report: &Report, screen: Screen, detail: Detail) -> String {
    let mut out = Vec::new();
    text(report, screen, detail, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The text without its line breaks.
fn flowing(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn position(text: &str, part: &str) -> usize {
    text.find(part).unwrap_or_else(|| panic!("`{part}` is missing in:\n{text}"))
}

#[test]
fn the_verdict_stands_before_cause_time_and_advice_and_the_evidence_comes_after() {
    let text = shown(&report(vec![session(1)]), NARROW);
    let order = [
        "192.0.2.9:37519 → 198.51.100.7:22: a box between them (not the server)",
        "Who    5 hops from the capture point toward the server: it answers as a packet",
        "Why    the firewall forgot the idle connection (91 %)",
        "or else: the server was restarted and no longer knew the connection",
        "When   2026-11-21 08:04:30.185 UTC, frame 46, in answer to frame 45",
        "Idle   a silence of 3.10 s was survived, one of 6.20 s was not",
        "an SSH keepalive every 1 s keeps it up: a third of the 3.1 s survived;",
        "Check  on the server: last -x -F\n",
        "Mend   on the client: ServerAliveInterval 60 (~/.ssh/config, under `Host *`)\n",
        "Shown  to the user: client_loop: send disconnect: Connection reset by peer\n",
        "Evidence that a box between them sent it",
        "strong  TTL 59",
        "reset-ttl-differs, frames 43, 46",
        "Against that, evidence that the server sent it",
        "fair    identification in series",
        "Also seen, fits either",
        "Looked for and not there",
        "Could not be seen in this capture",
        "What would settle it",
        "What to check and to change",
        "         expect: no restart",
        "               ServerAliveInterval 60\n",
        "why: it re-arms the timer",
        "mind: the first value found wins",
    ];
    let found: Vec<usize> = order.iter().map(|part| position(&text, part)).collect();
    assert!(found.is_sorted(), "{found:?}\n{text}");
}

#[test]
fn the_verdict_and_what_to_do_fit_on_the_first_screen() {
    let text = shown(&report(vec![session(1)]), NARROW);
    let line = text.lines().position(|line| line.contains("ServerAliveInterval")).unwrap();
    assert!(line < 24, "line {line} of\n{text}");
}

#[test]
fn a_message_of_two_lines_is_shown_in_two() {
    let mut refused = session(1);
    refused.client_saw = Some("kex_exchange_identification: read\nConnection reset by 198.51.100.7".into());
    let text = shown(&report(vec![refused]), NARROW);
    position(
        &text,
        "Shown  to the user: kex_exchange_identification: read\n         Connection reset by 198.51.100.7\n",
    );
}

#[test]
fn a_second_remedy_for_another_place_is_offered_on_the_first_screen() {
    let mut session = session(1);
    let first = session.cause.remedies[0].clone();
    let words = Remedy { what: "use another way".into(), paste: false, ..first.clone() };
    let server = Remedy { place: "server", what: "# /etc/ssh/sshd_config\nUseDNS no".into(), ..first };
    session.cause.remedies.extend([words, server]);
    let text = shown(&report(vec![session]), NARROW);
    position(&text, "  or     on the server: UseDNS no (/etc/ssh/sshd_config)\n");
}

#[test]
fn no_line_is_wider_than_asked_for() {
    let mut long = session(1);
    long.client.ip = "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff".into();
    long.server.ip = "2001:db8:ffff:ffff:ffff:ffff:ffff:fffe".into();
    long.ssh.server.text = Some("x".repeat(300));
    for width in [60, 80, 110] {
        let report =
            report(vec![long.clone(), ended(2, "close", "normal-close"), ended(3, "silence", "path-loss")]);
        let text = shown_in(&report, Screen { width, ..NARROW }, Detail::All);
        let widest = text.lines().max_by_key(|line| line.chars().count()).unwrap();
        assert!(widest.chars().count() <= width, "{width}: {widest}");
    }
}

#[test]
fn an_undetermined_sender_is_called_so_with_both_probabilities() {
    let mut open = session(1);
    let reset = open.reset.as_mut().unwrap();
    reset.sender = "undetermined";
    reset.posterior = Posterior { client: 0.0, server: 0.61, middlebox: 0.39 };
    let text = shown(&report(vec![open]), WIDE);
    let flowing = text.split_whitespace().collect::<Vec<_>>().join(" ");
    position(
        &flowing,
        "reset, and this capture cannot tell by whom: the server 61 %, a box between them 39 %",
    );
    assert!(!text.contains("Against that"), "{text}");
    assert!(
        text.contains("Evidence that the server sent it")
            && text.contains("Evidence that a box between them sent it")
    );
}

#[test]
fn deaths_without_a_reset_are_deaths_and_orderly_ends_are_rows_of_the_table() {
    let sessions = vec![
        ended(1, "silence", "firewall-silent-drop"),
        ended(2, "refused", "firewall-icmp-reject"),
        ended(3, "close", "normal-close"),
        ended(4, "open", "unknown"),
    ];
    let text = shown(&report(sessions), WIDE);
    position(&text, "4 SSH sessions; 2 died.");
    position(&text, "died without a reset or a close");
    position(&text, "refused by an ICMP error");
    let table = &text[position(&text, "Other sessions")..];
    assert!(table.contains("closed") && table.contains("still open"), "{table}");
    assert!(!text.contains("#3"), "{text}");
}

#[test]
fn a_reset_after_a_close_is_a_note_and_no_death() {
    let mut closed = ended(7, "close", "benign-rst-after-close");
    closed.reset = Some(Reset { role: "reaction", ..reset() });
    let text = shown(&report(vec![closed]), WIDE);
    position(&text, "1 SSH session; none died.");
    position(&text, "closed, RST after it (frame 46)");
}

#[test]
fn a_reset_without_effect_is_named_although_nobody_died() {
    let mut attacked = ended(1, "close", "injected-rst-ineffective");
    attacked.reset = Some(Reset { role: "ineffective", ..reset() });
    let text = shown(&report(vec![attacked]), WIDE);
    position(&text, "1 SSH session; none died.");
    position(&text, "Resets without effect");
    position(
        &flowing(&text),
        "a RST had no effect (frame 46): a box between them (not the server) sent the RST (98 %)",
    );
}

#[test]
fn what_ssh_says_in_clear_text_stands_before_the_packets() {
    let mut refused = session(1);
    refused.ssh.server.text = Some("Exceeded MaxStartups".into());
    refused.ssh.mismatch = Some(Mismatch {
        verdict: "the server is too old".into(),
        enable: Vec::new(),
        what: "kex",
        client_offers: vec!["curve25519-sha256".into()],
        server_offers: Vec::new(),
    });
    let text = shown(&report(vec![refused]), WIDE);
    let ssh = position(&text, "the server sent `Exceeded MaxStartups` where SSH should be");
    position(
        &text,
        "no key exchange method in common (kex): the client offers curve25519-sha256, the server nothing",
    );
    assert!(ssh < position(&text, "Evidence that a box between them sent it"));
}

#[test]
fn a_timer_is_not_spoken_of_where_idleness_explains_nothing() {
    let mut killed = session(1);
    killed.cause =
        Cause { id: "oom-kill", group: "server-resource-exhaustion", alternatives: Vec::new(), ..cause() };
    assert!(!shown(&report(vec![killed]), WIDE).contains("  Idle "));
}

#[test]
fn all_shows_every_session_in_full() {
    let sessions = vec![session(1), ended(2, "close", "normal-close")];
    let text = shown_in(&report(sessions), NARROW, Detail::All);
    assert!(text.contains("#1 ") && text.contains("#2 ") && !text.contains("Other sessions"), "{text}");
}

#[test]
fn beyond_twenty_deaths_the_rest_is_listed_and_none_is_lost() {
    let text = shown(&report((1..=30).map(session).collect()), WIDE);
    assert_eq!(text.matches("  Who    ").count(), 20);
    position(&text, "Also died (`--all` shows each in full)");
    assert_eq!(text.matches("192.0.2.9:37519 → ").count(), 30 + 20);
}

#[test]
fn nothing_found_says_what_to_try() {
    let mut empty = report(Vec::new());
    position(&shown(&empty, NARROW), "No SSH session found. If SSH runs on another port");
    empty.capture.frames = 0;
    position(&shown(&empty, NARROW), "The capture holds no frames.");
}

#[test]
fn a_damaged_file_is_said_at_the_top_and_explained_at_the_end() {
    let mut cut = report(vec![session(1)]);
    cut.capture.files[0].complete = false;
    cut.capture.limits =
        vec![Limit { id: "capture-damaged".into(), detail: "ends inside a record".into(), frames: vec![] }];
    cut.patterns = vec![Pattern {
        id: "together".into(),
        sessions: vec![1],
        count: 1,
        detail: "died together".into(),
        frames: Vec::new(),
        interval_s: None,
        silences: None,
        timers: Vec::new(),
        first_time: None,
        last_time: None,
    }];
    let text = shown(&cut, NARROW);
    assert!(position(&text, "INCOMPLETE") < position(&text, "#1 "));
    assert!(position(&text, "died together") < position(&text, "#1 "));
    assert!(position(&text, "ends inside a record") > position(&text, "Could not be seen"));
}

#[test]
fn what_a_peer_sent_cannot_command_the_terminal() {
    let mut hostile = session(1);
    let escape = "\u{1b}]0;owned\u{7}\u{9b}31m\r\u{202e}";
    hostile.ssh.client.banner = Some(escape.into());
    hostile.client_saw = Some(escape.into());
    hostile.cause.confirm[0].command = format!("echo {escape}\nrm");
    let reset = hostile.reset.as_mut().unwrap();
    reset.evidence[0].summary = escape.into();
    reset.would_settle = vec![escape.into()];
    let mut report = report(vec![hostile]);
    report.capture.files[0].path = escape.into();
    let text = shown(&report, NARROW);
    assert!(text.chars().all(|it| it == '\n' || !it.is_control()), "{text:?}");
    let colored = shown(&report, Screen { color: true, ..NARROW });
    let sequences: Vec<&str> =
        colored.split('\u{1b}').skip(1).map(|it| it.split_once('m').unwrap().0).collect();
    assert!(sequences.iter().all(|it| ["[0", "[1", "[1;31", "[33", "[2"].contains(it)), "{sequences:?}");
}

//! Bounds of what is kept of SSH.

use sshrst::limits::Limits;
use sshrst::ssh::Transcript;

use super::clear;
use super::forge::{ACK, opening, segment};
use super::recording::Recording;
use super::{capture, report, said};

/// A connection in which the server sends these octets, and the client only its identification string.
fn server(octets: &[u8]) -> Recording {
    let client = segment(false, 101, 201, ACK, b"SSH-2.0-x\r\n");
    let parts = octets.chunks(1_000).zip(0_u32..);
    let sent = parts.map(|(part, number)| segment(true, 201 + 1_000 * number, 112, ACK, part));
    capture(opening().into_iter().chain([client]).chain(sent))
}

fn transcript(capture: &Recording, limits: Limits) -> Transcript {
    capture.analysed_within(limits).sessions.pop().unwrap().case.transcript
}

fn broken(capture: &Recording, limits: Limits) -> Vec<&'static str> {
    transcript(capture, limits).violations.iter().map(|broken| broken.id).collect()
}

pub(crate) fn a_longer_beginning_is_no_identification() {
    // Two lines: the bound counts both.
    let capture = server(b"welcome\r\nSSH-2.0-y\r\n");
    let banner = |banner_octets| {
        let server = transcript(&capture, Limits { banner_octets, ..Limits::default() }).party.server;
        server.banner.map(|banner| banner.line)
    };
    assert_eq!((banner(20), banner(19)), (Some(b"SSH-2.0-y".to_vec()), None));
    assert_eq!(
        broken(&capture, Limits { banner_octets: 19, ..Limits::default() }),
        ["identification-missing"]
    );
}

pub(crate) fn more_lines_are_not_kept() {
    let capture = server(b"one\r\ntwo\r\nthree\r\nSSH-2.0-y\r\n");
    for lines_before_banner in [2, 3] {
        let server = transcript(&capture, Limits { lines_before_banner, ..Limits::default() }).party.server;
        assert_eq!(server.lines_before.len(), lines_before_banner);
        assert!(server.banner.is_some(), "what follows is read all the same");
    }
}

pub(crate) fn a_longer_packet_breaks_a_rule() {
    // SSH_MSG_IGNORE, RFC 4253 §11.2.
    let ignore = clear::packet(&clear::message(2, &[500]));
    let length = ignore.len() - 4;
    let capture = server(&[b"SSH-2.0-y\r\n", &ignore[..]].concat());
    let broken = |ssh_packet_octets| broken(&capture, Limits { ssh_packet_octets, ..Limits::default() });
    assert_eq!((broken(length), broken(length - 1)), (vec![], vec!["packet-length-out-of-range"]));
}

pub(crate) fn a_list_of_more_names_has_no_fingerprint() {
    let capture = server(&[b"SSH-2.0-y\r\n", &clear::offer("aes128-ctr,aes256-ctr,none")[..]].concat());
    let hassh = |names_per_list| {
        let report = report(&capture, Limits { names_per_list, ..Limits::default() });
        report.sessions[0].ssh.server.hassh.is_some()
    };
    assert_eq!([hassh(3), hassh(2)], [true, false]);
}

pub(crate) fn more_kinds_are_held_by_each_session_for_itself() {
    // Only who holds them is another: the reports are the same.
    let sessions =
        ["healthy-seen-at-client", "idle-reject-v6-seen-at-client", "no-common-kex-seen-at-client"];
    for slug in sessions {
        let capture = Recording::load(slug).unwrap();
        let told = |kinds_of_offers| report(&capture, Limits { kinds_of_offers, ..Limits::default() });
        assert!(told(0) == told(1) && told(1) == told(1_024), "{slug}");
    }
}

pub(crate) fn without_their_times_keepalives_have_no_interval() {
    let capture = Recording::load("keepalive-survives-seen-at-client").unwrap();
    let intervals = |keepalive_times| {
        let report = report(&capture, Limits { keepalive_times, ..Limits::default() });
        let keepalive = &report.sessions[0].ssh.keepalive;
        keepalive.client_interval_s.or(keepalive.server_interval_s).is_some()
    };
    assert_eq!([intervals(512), intervals(0)], [true, false]);
}

pub(crate) fn more_broken_rules_are_counted_and_that_is_said() {
    // Message number 0, three times.
    let zero = clear::packet(&[0]);
    let capture = server(&[b"SSH-2.0-y\r\n", &zero.repeat(3)[..]].concat());
    let told = |violations| {
        let limits = Limits { violations, ..Limits::default() };
        (broken(&capture, limits).len(), said(&report(&capture, limits)))
    };
    assert_eq!(told(3), (3, vec![]));
    let more = "limit-reached: 2 more broken rules of SSH are not listed".to_owned();
    assert_eq!(told(1), (1, vec![more]));
}

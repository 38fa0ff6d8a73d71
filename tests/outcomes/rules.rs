//! Each rule of SSH broken, kept, and out of sight.

use std::collections::BTreeSet;

use sshrst::analysis::Findings;
use sshrst::case::BlindKind;
use sshrst::frame::{LinkType, Mark, Place};
use sshrst::ssh::RULES;

use crate::clear::{message, packet};
use crate::forge::{ACK, RAW, opening, segment};
use crate::recording::{Recorded, Recording};
use crate::row;

/// Octets that the client (`C`) or the server (`S`) sends in one segment.
type Turn = (Side, Vec<u8>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    C,
    S,
}
use Side::{C, S};

/// What a connection does, up to what a rule is about.
struct Case {
    rule: &'static str,
    before: Vec<Turn>,
    /// Breaks the rule, and of the other rules no more than `besides`.
    broken: Turn,
    besides: &'static [&'static str],
    /// The same as it should be.
    kept: Vec<u8>,
}

const IDENTIFICATION: &[u8] = b"SSH-2.0-x\r\n";
const GCM: &str = "aes128-gcm@openssh.com";
/// IGNORE (RFC 4253 §11.2) with three octets.
const IGNORE: [u8; 8] = [2, 0, 0, 0, 3, b'a', b'b', b'c'];
/// DISCONNECT by the application (RFC 4253 §11.1), without words.
const DISCONNECT: [u8; 13] = [1, 0, 0, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0];
/// EXT_INFO without extensions (RFC 8308 §2.3).
const EXT_INFO: [u8; 5] = [7, 0, 0, 0, 0];

/// A KEXINIT of these methods.
fn offer(kex: &str) -> Vec<u8> {
    let mac = "hmac-sha2-256";
    let mut payload = vec![20; 17];
    for list in [kex, "ssh-ed25519", GCM, GCM, mac, mac, "none", "none", "", ""] {
        payload.extend_from_slice(&(list.len() as u32).to_be_bytes());
        payload.extend_from_slice(list.as_bytes());
    }
    payload.extend_from_slice(&[0; 5]);
    packet(&payload)
}

const CURVE: &str = "curve25519-sha256";

fn strict(role: &str) -> Vec<u8> {
    offer(&format!("{CURVE},kex-strict-{role}-v00@openssh.com"))
}

/// Identification strings of both.
fn greeted() -> Vec<Turn> {
    vec![(C, IDENTIFICATION.to_vec()), (S, IDENTIFICATION.to_vec())]
}

/// Identification strings, and the KEXINITs of both.
fn offered() -> Vec<Turn> {
    [greeted(), vec![(C, offer(CURVE)), (S, offer(CURVE))]].concat()
}

/// The same, and the client's public value.
fn asked() -> Vec<Turn> {
    [offered(), vec![(C, packet(&message(30, &[32])))]].concat()
}

/// The same, the server's answer and its NEWKEYS.
fn answered() -> Vec<Turn> {
    let answer = [packet(&message(31, &[51, 32, 83])), packet(&[21])].concat();
    [asked(), vec![(S, answer)]].concat()
}

/// An AES-GCM packet of so many octets (RFC 5647 §7.3).
fn gcm(octets: usize) -> Vec<u8> {
    let mut packet = ((octets - 20) as u32).to_be_bytes().to_vec();
    packet.resize(octets, 0xee);
    packet
}

fn case(
    rule: &'static str,
    before: Vec<Turn>,
    broken: (Side, impl Into<Vec<u8>>),
    kept: impl Into<Vec<u8>>,
) -> Case {
    Case { rule, before, broken: (broken.0, broken.1.into()), besides: &[], kept: kept.into() }
}

/// In the order of [`RULES`].
fn cases() -> Vec<Case> {
    [identifications(), packets(), exchanges(), ends(), stricter()].into_iter().flatten().collect()
}

/// The client's identification string has gone.
fn client() -> Vec<Turn> {
    vec![(C, IDENTIFICATION.to_vec())]
}

fn identifications() -> Vec<Case> {
    let line = |octets: usize| [&b"SSH-2.0-"[..], &vec![b'x'; octets - 10], b"\r\n"].concat();
    let notice = |octets: usize| [&vec![b'w'; octets][..], b"\r\n", IDENTIFICATION].concat();
    let server = vec![(S, IDENTIFICATION.to_vec())];
    vec![
        case("identification-missing", vec![], (C, *b"GET / HTTP/1.0\r\n\r\n"), IDENTIFICATION),
        case("identification-too-long", vec![], (C, line(256)), line(255)),
        case("line-before-identification-too-long", vec![], (S, notice(8_193)), notice(8_000)),
        case("identification-forbidden-octet", vec![], (C, *b"SSH-2.0-x\0\r\n"), IDENTIFICATION),
        case("identification-malformed", vec![], (C, *b"SSH-2.0-\r\n"), IDENTIFICATION),
        case("protocol-version-unsupported", server, (C, *b"SSH-1.5-x\n"), IDENTIFICATION),
    ]
}

fn packets() -> Vec<Case> {
    let sound = || packet(&IGNORE);
    let three = [&[0, 0, 0, 12, 3][..], &IGNORE, &[0; 3]].concat();
    let nothing_else = [&[0, 0, 0, 12, 11][..], &[0; 11]].concat();
    vec![
        case("text-instead-of-packet", client(), (C, *b"echo hello"), sound()),
        case("packet-length-out-of-range", client(), (C, [0xff; 16]), sound()),
        case("packet-misaligned", client(), (C, [0, 0, 0, 13, 4, 20, 0, 0]), sound()),
        case("padding-too-short", client(), (C, three), sound()),
        case("padding-exceeds-packet", client(), (C, nothing_else), sound()),
        case("message-number-zero", client(), (C, packet(&[0])), sound()),
    ]
}

fn exchanges() -> Vec<Case> {
    let (value, reply) = (packet(&message(30, &[32])), packet(&message(31, &[51, 32, 83])));
    vec![
        case("kexinit-malformed", client(), (C, packet(&[20, 1, 2])), offer(CURVE)),
        case("kexinit-repeated", offered(), (C, offer(CURVE)), value.clone()),
        case("kex-message-before-kexinit", client(), (C, value.clone()), offer(CURVE)),
        case("kex-message-unexpected", asked(), (S, packet(&message(33, &[32]))), reply),
        case("kex-value-malformed", offered(), (C, packet(&message(30, &[31]))), value.clone()),
        case("newkeys-too-early", offered(), (C, packet(&[21])), value),
        case("newkeys-malformed", answered(), (C, packet(&[21, 0])), packet(&[21])),
        case("message-before-newkeys", client(), (C, packet(&[5, 0, 0, 0, 0])), packet(&IGNORE)),
        case("ext-info-before-newkeys", client(), (C, packet(&EXT_INFO)), packet(&IGNORE)),
    ]
}

fn ends() -> Vec<Case> {
    let over = [client(), vec![(C, packet(&DISCONNECT))]].concat();
    vec![
        case("disconnect-malformed", client(), (C, packet(&[1, 0, 0])), packet(&DISCONNECT)),
        case("message-after-disconnect", over, (C, packet(&IGNORE)), vec![]),
    ]
}

fn stricter() -> Vec<Case> {
    let first = |octets: &[u8]| [IDENTIFICATION, octets].concat();
    let server = || vec![(S, first(&strict("s")))];
    let ignored = packet(&IGNORE);
    let (before, behind) = ([&ignored[..], &strict("c")].concat(), [&strict("c")[..], &ignored].concat());
    let kept = || first(&strict("c"));
    let encrypted = [answered(), vec![(C, packet(&[21]))]].concat();
    let text = [gcm(52), b"HTTP/1.1 400 Bad Request\r\n".to_vec()].concat();
    vec![
        Case {
            besides: &["strict-kex-unexpected-message"],
            ..case("strict-kex-first-packet", server(), (C, first(&before)), kept())
        },
        case("strict-kex-unexpected-message", server(), (C, first(&behind)), kept()),
        case("cipher-framing-lost", encrypted, (S, text), gcm(52)),
    ]
}

/// The turns as a capture; of the last, with its data or without.
fn capture(turns: &[Turn], last_is_whole: bool) -> Recording {
    let (mut client, mut server) = (101, 201);
    let mut packets = opening();
    for (side, octets) in turns {
        let (own, other) = if *side == C { (&mut client, server) } else { (&mut server, client) };
        packets.push(segment(*side == S, *own, other, ACK, octets));
        *own += octets.len() as u32;
    }
    let mut frames: Vec<Recorded> = (1..)
        .zip(packets)
        .map(|(number, data)| Recorded {
            number,
            time: 1_700_000_000_000_000_000 + number as i64 * 1_000_000,
            link: LinkType(RAW as u16),
            place: Place::default(),
            mark: Mark::None,
            wire_len: data.len() as u32,
            data,
        })
        .collect();
    if !last_is_whole {
        // The headers of IPv4 and TCP.
        frames.last_mut().unwrap().data.truncate(40);
    }
    Recording { frames }
}

fn broken(findings: &Findings) -> BTreeSet<&'static str> {
    findings.sessions[0].case.transcript.violations.iter().map(|violation| violation.id).collect()
}

impl Case {
    fn findings(&self, octets: &[u8], last_is_whole: bool) -> Findings {
        let turns = [&self.before[..], &[(self.broken.0, octets.to_vec())]].concat();
        capture(&turns, last_is_whole).analysed()
    }
}

#[test]
fn each_rule_is_found_broken_where_it_is_and_only_there() {
    for case in cases() {
        let expected: BTreeSet<&str> = case.besides.iter().copied().chain([case.rule]).collect();
        assert_eq!(broken(&case.findings(&case.broken.1, true)), expected, "{}", case.rule);
        assert_eq!(broken(&case.findings(&case.kept, true)), BTreeSet::new(), "{} kept", case.rule);
    }
}

#[test]
fn what_the_capture_does_not_hold_breaks_no_rule_and_is_said_to_be_missing() {
    for case in cases() {
        let findings = case.findings(&case.broken.1, false);
        assert_eq!(broken(&findings), BTreeSet::new(), "{}", case.rule);
        let blind = &findings.sessions[0].case.blind;
        assert!(blind.iter().any(|blind| blind.kind == BlindKind::Snaplen), "{}: {blind:?}", case.rule);
    }
}

/// A rule without its case is refused.
pub(crate) fn table() -> String {
    let (cases, rules) = (cases(), RULES.iter().map(|rule| rule.id));
    assert_eq!(cases.iter().map(|case| case.rule).collect::<Vec<_>>(), rules.collect::<Vec<_>>());
    let rows = RULES.iter().map(|rule| {
        let yes = || "yes".to_owned();
        row(&[format!("`{}`", rule.id), rule.reference.to_owned(), yes(), yes(), yes()])
    });
    "| rule | from | broken | kept | cannot be told |\n|---|---|---|---|---|\n".to_owned()
        + &rows.collect::<String>()
}

//! Key exchanges that offer a million names, one name of a megabyte, or themselves again and again.

use super::clear;
use super::forge::{ACK, capture, opening, segment};
use super::run::{Run, analyze};

/// Octets of one segment's data.
const SEGMENT: usize = 32_000;

/// A connection in which both sides say who they are and the client sends `octets`.
fn session(octets: &[u8]) -> Run {
    let mut packets = opening();
    packets.push(segment(true, 201, 101, ACK, b"SSH-2.0-OpenSSH_9.2\r\n"));
    packets.push(segment(false, 101, 222, ACK, b"SSH-2.0-OpenSSH_9.6\r\n"));
    let mut seq = 122;
    for part in octets.chunks(SEGMENT) {
        packets.push(segment(false, seq, 222, ACK, part));
        packets.push(segment(true, 222, seq + part.len() as u32, ACK, b""));
        seq += part.len() as u32;
    }
    let run = analyze(&["--all"], [capture(packets)]);
    assert_eq!(run.status, Some(0), "{}", run.complaint);
    assert_eq!(run.sessions().len(), 1);
    run.within("KEXINIT", 64);
    run
}

/// A KEXINIT with these lists; those that are missing are empty.
fn kexinit(lists: &[&[u8]]) -> Vec<u8> {
    let mut payload = vec![20; 17];
    for list in lists.iter().chain(std::iter::repeat(&&b""[..])).take(10) {
        payload.extend((list.len() as u32).to_be_bytes());
        payload.extend(*list);
    }
    payload.extend([0; 5]);
    clear::packet(&payload)
}

/// What the client is said to have broken.
fn violations(run: &Run) -> Vec<&str> {
    let violations = run.sessions()[0]["ssh"]["violations"].as_array().unwrap();
    violations.iter().filter_map(|it| it["id"].as_str()).collect()
}

#[test]
fn a_hundred_thousand_names_are_not_kept() {
    let names = b"a,".repeat(100_000);
    let run = session(&kexinit(&[&names, b"ssh-ed25519"]));
    assert!(run.report.to_string().len() < 100_000);
    // Put together and looked at; no fingerprint is made of a list that is cut.
    let session = &run.sessions()[0];
    assert_eq!(session["phase"], "kex");
    assert!(session["ssh"]["client"]["hassh"].is_null() && violations(&run).is_empty(), "{session}");
}

#[test]
fn a_packet_longer_than_any_is_not_waited_for() {
    // Four megabytes that follow a length of four gigabytes.
    let octets = [&u32::MAX.to_be_bytes()[..], &[4, 20], &vec![b'a'; 4_000_000]].concat();
    let run = session(&octets);
    assert!(run.report.to_string().len() < 100_000);
    assert_eq!(violations(&run), ["packet-length-out-of-range"]);
}

#[test]
fn a_key_exchange_again_and_again_fills_no_list() {
    let names: &[u8] = b"curve25519-sha256";
    let run = session(&kexinit(&[names; 8]).repeat(10_000));
    assert!(run.report.to_string().len() < 200_000);
    let violations = violations(&run).len();
    assert!((1..=40).contains(&violations), "{violations} violations");
}

#[test]
fn lines_before_the_identification_string_are_kept_to_a_bound() {
    let mut packets = opening();
    let lines = b"a line before it\r\n".repeat(1_700);
    let mut seq = 201;
    for _ in 0..100 {
        packets.push(segment(true, seq, 101, ACK, &lines));
        seq += lines.len() as u32;
    }
    let run = analyze(&["--all"], [capture(packets)]);
    assert_eq!(run.status, Some(0), "{}", run.complaint);
    assert!(run.report.to_string().len() < 200_000);
    run.within("lines", 64);
}

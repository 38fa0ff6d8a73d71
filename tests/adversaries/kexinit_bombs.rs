//! Key exchanges that offer a million names, one name of a megabyte, or themselves again and again.

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

/// A packet in clear that says it has `length` octets.
fn packet(length: u32, payload: &[u8]) -> Vec<u8> {
    [&length.to_be_bytes()[..], &[4], payload, &[0; 4]].concat()
}

fn kexinit(lists: &[Vec<u8>]) -> Vec<u8> {
    let mut payload = vec![20; 17];
    for list in lists {
        payload.extend((list.len() as u32).to_be_bytes());
        payload.extend(list);
    }
    payload.extend([0; 5]);
    packet(5 + payload.len() as u32, &payload)
}

#[test]
fn a_hundred_thousand_names_are_not_kept() {
    let names = vec![b'a'; 1].into_iter().chain(*b",").cycle().take(200_001).collect::<Vec<u8>>();
    let run = session(&kexinit(&[names, b"ssh-ed25519".to_vec()]));
    assert!(run.report.to_string().len() < 100_000);
}

#[test]
fn a_packet_longer_than_any_is_not_waited_for() {
    // Four megabytes that follow a length of as many.
    let octets = [packet(u32::MAX, &[20]), vec![b'a'; 4_000_000]].concat();
    let run = session(&octets);
    assert!(run.report.to_string().len() < 100_000);
}

#[test]
fn a_key_exchange_again_and_again_fills_no_list() {
    let names = || b"curve25519-sha256".to_vec();
    let once =
        kexinit(&[names(), names(), names(), names(), names(), names(), names(), names(), vec![], vec![]]);
    let run = session(&once.repeat(10_000));
    assert!(run.report.to_string().len() < 200_000);
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

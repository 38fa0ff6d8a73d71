//! The same octets twice, with other content: what the receiver took cannot be known, and is not taken twice.

use super::forge::{ACK, capture, opening, segment};
use super::run::analyze;

const BANNER: &[u8] = b"SSH-2.0-OpenSSH_9.6\r\n";
const OTHER: &[u8] = b"SSH-2.0-Dropbear_20\r\n";

#[test]
fn the_octets_that_came_first_count() {
    let mut packets = opening();
    packets.push(segment(true, 201, 101, ACK, OTHER));
    packets.push(segment(false, 101, 201, ACK, BANNER));
    packets.push(segment(false, 101, 201, ACK, OTHER));
    // Some of it again, a part in the middle, and one that goes on behind it.
    packets.push(segment(false, 105, 201, ACK, &OTHER[4..9]));
    packets.push(segment(false, 101, 201, ACK, &[OTHER, b"what follows\r\n"].concat()));
    let run = analyze(&[], [capture(packets)]);
    assert_eq!(run.status, Some(0), "{}", run.complaint);
    let [session] = run.sessions().as_slice() else { panic!("{}", run.report) };
    assert_eq!(session["ssh"]["client"]["banner"], "SSH-2.0-OpenSSH_9.6");
}

#[test]
fn that_two_contents_differ_is_said_with_the_frame_while_one_of_them_waits() {
    let mut packets = opening();
    packets.push(segment(true, 201, 101, ACK, OTHER));
    // Its beginning is missing.
    packets.push(segment(false, 105, 201, ACK, &BANNER[4..]));
    packets.push(segment(false, 101, 201, ACK, OTHER));
    let frame = packets.len();
    let run = analyze(&[], [capture(packets)]);
    let [session] = run.sessions().as_slice() else { panic!("{}", run.report) };
    let limits = session["limits"].as_array().unwrap();
    let [differ] = limits.iter().filter(|limit| limit["id"] == "segments-differ").collect::<Vec<_>>()[..]
    else {
        panic!("{session}")
    };
    assert_eq!(differ["frames"], serde_json::json!([frame]));
}

#[test]
fn pieces_that_wait_and_overlap_in_every_way_take_no_room_beyond_the_bound() {
    let mut packets = opening();
    // The first octet never comes, so that all of these wait.
    for number in 0..60_000_u32 {
        let data = [number as u8; 1_400];
        packets.push(segment(false, 102 + number.wrapping_mul(97) % 1_000_000, 201, ACK, &data));
    }
    let run = analyze(&[], [capture(packets)]);
    assert_eq!(run.status, Some(0), "{}", run.complaint);
    let [session] = run.sessions().as_slice() else { panic!("{}", run.report) };
    assert!(!session["limits"].as_array().unwrap().is_empty(), "what is missing is said: {session}");
    run.within("overlapping segments", 64);
}

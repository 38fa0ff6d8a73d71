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
    // Frame 5 has the first of them; 6 and 8 cover it, 7 lies inside it and is not compared.
    let limits = session["limits"].as_array().unwrap();
    let contradiction = limits.iter().find(|limit| limit["id"] == "segments-contradict").unwrap();
    assert_eq!(contradiction["frames"], serde_json::json!([5, 6, 5, 8]), "{contradiction}");
    assert!(contradiction["detail"].as_str().unwrap().starts_with("2 segments have other octets"));
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

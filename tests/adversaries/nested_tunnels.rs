//! Tunnels in tunnels: IP in IP hundreds of times, tags without end, extension headers in a row.

use super::forge::{CLIENT, SERVER, SYN, capture, ip, segment};
use super::run::analyze;

/// A report on `count` times the same frame.
fn report(frame: &[u8], count: usize) -> serde_json::Value {
    let run = analyze(&[], [capture(std::iter::repeat_n(frame.to_vec(), count))]);
    assert_eq!(run.status, Some(0), "{}", run.complaint);
    run.within("tunnels", 64);
    run.report
}

fn is_said(report: &serde_json::Value, count: usize) {
    assert_eq!(report["sessions"].as_array().unwrap().len(), 0);
    let limits = report["capture"]["limits"].to_string();
    assert!(limits.contains("frames-not-decoded") && limits.contains(&count.to_string()), "{limits}");
}

#[test]
fn ip_in_ip_three_thousand_times_is_left_at_the_bound() {
    let mut packet = segment(false, 100, 0, SYN, b"");
    for _ in 0..3_000 {
        let header = ip(4, false, CLIENT, packet.len());
        packet.splice(..0, header);
    }
    is_said(&report(&packet, 500), 500);
}

#[test]
fn extension_headers_without_end_are_left_at_the_bound() {
    let mut packet = vec![0x60, 0, 0, 0, 0xfa, 0, 60, 64];
    packet.extend([[0xfd; 16], [0xfe; 16]].concat());
    // Destination options of eight octets, each followed by another.
    packet.extend([60, 0, 1, 4, 0, 0, 0, 0].repeat(8_000));
    is_said(&report(&packet, 500), 500);
}

#[test]
fn a_fragment_of_a_datagram_that_holds_a_fragment_ends() {
    // Each whole datagram, of one piece, holds another of the same kind.
    let mut packet = segment(false, 100, 0, SYN, b"");
    for id in 0..900_u16 {
        let [high, low] = (20 + packet.len() as u16).to_be_bytes();
        let [id_high, id_low] = id.to_be_bytes();
        let header = [0x45, 0, high, low, id_high, id_low, 0x20, 0, 64, 4, 0, 0];
        packet = [&header[..], &[CLIENT, SERVER].concat(), &packet].concat();
    }
    let report = report(&packet, 500);
    assert_eq!(report["sessions"].as_array().unwrap().len(), 0);
}

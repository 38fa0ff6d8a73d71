//! Fragments without end: of datagrams that are never whole, of one with thousands of pieces, of ones that lie.

use super::forge::{CLIENT, SERVER, capture};
use super::run::analyze;

/// A piece of the datagram `id`, `place` words of eight octets from its start.
fn piece(id: u16, place: u16, more: bool, octets: &[u8]) -> Vec<u8> {
    let [high, low] = (20 + octets.len() as u16).to_be_bytes();
    let [id_high, id_low] = id.to_be_bytes();
    let [first, second] = (place | u16::from(more) << 13).to_be_bytes();
    let header = [0x45, 0, high, low, id_high, id_low, first, second, 64, 6, 0, 0];
    [&header[..], &[CLIENT, SERVER].concat(), octets].concat()
}

fn bomb(packets: impl Iterator<Item = Vec<u8>>) -> serde_json::Value {
    let run = analyze(&["--all"], [capture(packets)]);
    assert_eq!(run.status, Some(0), "{}", run.complaint);
    run.within("fragments", 64);
    run.report
}

#[test]
fn a_hundred_thousand_datagrams_that_are_never_whole_are_counted() {
    let report =
        bomb((0..100_000_u32).map(|id| piece(id as u16, (id >> 16) as u16 * 8 + 1, true, &[7; 1_400])));
    let limits = report["capture"]["limits"].to_string();
    assert!(limits.contains("fragment"), "{limits}");
}

#[test]
fn a_datagram_in_the_smallest_pieces_is_put_together_from_behind() {
    let data = vec![0x9c, 0x40, 0, 22, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 2, 0xfa, 0xf0, 0, 0, 0, 0];
    let whole: Vec<u8> = data.into_iter().chain(std::iter::repeat_n(b'x', 65_484)).collect();
    let pieces: Vec<&[u8]> = whole.chunks(8).collect();
    let last = pieces.len() - 1;
    let packets = pieces.iter().enumerate().rev();
    let report = bomb(packets.map(|(place, octets)| piece(1, place as u16, place != last, octets)));
    assert_eq!(report["sessions"].as_array().unwrap().len(), 1);
}

#[test]
fn datagrams_whose_pieces_overlap_are_given_up() {
    let report = bomb((0..50_000_u32).map(|number| {
        let place = (number % 512) as u16;
        piece(1, place, number % 3 != 0, &[number as u8; 64])
    }));
    assert_eq!(report["sessions"].as_array().unwrap().len(), 0);
}

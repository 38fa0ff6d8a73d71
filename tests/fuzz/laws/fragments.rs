//! Fragments: what is put together is what was sent, whatever comes between, twice, or contradicting.

use sshrst::frame::Frame;
use sshrst::limits::Limits;
use sshrst::units::Timestamp;
use sshrst::wire::{Decoded, Decoder};

use super::script::{Script, frame};

/// Header of TCP without options.
const HEADER: usize = 20;

/// Pieces of up to four datagrams with a TCP segment each, in any order; some lie.
pub(crate) fn fragments(octets: &[u8]) {
    let mut script = Script(octets);
    let limits = Limits { fragment_trains: 3, fragment_octets: 2_048, ..Limits::default() };
    let mut decoder = Decoder::new(limits);
    let version_6 = script.octet() & 1 == 1;
    let sent: Vec<Vec<u8>> = (0..4).map(|id| segment(id, usize::from(script.octet()) * 8)).collect();
    // By datagram and place: every octet that any piece had there.
    let mut seen: Vec<Vec<Vec<u8>>> = vec![Vec::new(); sent.len()];
    for number in 1.. {
        if script.is_over() {
            return;
        }
        let what = script.octet();
        let id = usize::from(what & 3);
        let lies = what & 0xf0 == 0xf0;
        let (start, length) = (script.below(33) * 8, (script.below(17) + 1) * 8);
        let mut data = sent[id].get(start..).unwrap_or_default().to_vec();
        let last = data.len() <= length;
        data.truncate(length);
        if lies {
            data = script.piece().to_vec();
        }
        let more = if lies { what & 4 == 0 } else { !last };
        if data.is_empty() {
            continue;
        }
        let places = &mut seen[id];
        places.resize(places.len().max(start + data.len()), Vec::new());
        data.iter().zip(&mut places[start..]).for_each(|(&octet, place)| place.push(octet));
        let packet = if version_6 { v6(id, start, more, &data) } else { v4(id, start, more, &data) };
        let piece = frame(number, 101, &packet);
        let time = Timestamp::from_nanos(number as i64 * 1_000_000 * if what & 8 == 0 { 1 } else { 60_000 });
        let Decoded::Tcp(whole) = decoder.decode(&Frame { time, ..piece }) else { continue };
        // Lies can make another header; else the data begin where TCP's options end.
        let honest = seen[id].iter().all(|place| place.windows(2).all(|pair| pair[0] == pair[1]))
            && sent[id].iter().zip(&seen[id]).all(|(sent, seen)| seen.first() == Some(sent));
        if honest && seen[id].len() == sent[id].len() {
            assert_eq!(whole.payload, &sent[id][HEADER..], "a datagram of which nobody lied");
        }
        let offset = whole.payload.as_ptr_range();
        assert!(whole.payload.len() as u64 <= u64::from(whole.segment.payload_len), "{offset:?}");
        let known = |start: usize| {
            let places = seen[id].get(start..).unwrap_or_default();
            let fits = whole.payload.iter().zip(places).all(|(octet, place)| place.contains(octet));
            fits && places.len() >= whole.payload.len()
        };
        let headers = (HEADER..=60).step_by(4);
        assert!(headers.into_iter().any(known), "an octet that no piece had: {:?}", whole.payload);
        assert!(decoder.unfinished_datagrams() <= number);
    }
}

/// A segment to port 22 with `length` octets of data that tell their places.
fn segment(id: usize, length: usize) -> Vec<u8> {
    let mut segment =
        vec![0x9c, 0x40 + id as u8, 0, 22, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 1, 0, 0, 0, 0, 0];
    segment.extend((0..length).map(|place| (place % 251 + id) as u8));
    segment
}

fn v4(id: usize, start: usize, more: bool, data: &[u8]) -> Vec<u8> {
    let [high, low] = (20 + data.len() as u16).to_be_bytes();
    let [first, second] = ((start / 8) as u16 | u16::from(more) << 13).to_be_bytes();
    let header = [0x45, 0, high, low, 0, id as u8, first, second, 64, 6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2];
    [&header[..], data].concat()
}

fn v6(id: usize, start: usize, more: bool, data: &[u8]) -> Vec<u8> {
    let [high, low] = (8 + data.len() as u16).to_be_bytes();
    let [first, second] = ((start as u16) | u16::from(more)).to_be_bytes();
    let fragment = [6, 0, first, second, 0, 0, 0, id as u8];
    let ends = [[0xfd; 16], [0xfe; 16]].concat();
    [&[0x60, 0, 0, 0, high, low, 44, 64][..], &ends, &fragment, data].concat()
}

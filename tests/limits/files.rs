//! Bounds of what is read of a file.

use sshrst::limits::Limits;
use sshrst::source::{Batch, Reader, Source, Summary};

use super::forge;

/// The lengths of the frames in these octets, and what was found out about them.
fn read(octets: &[u8], limits: Limits) -> (Vec<usize>, Summary) {
    let mut reader = Reader::new("made", octets, limits).unwrap();
    let (mut frames, mut batch) = (Vec::new(), Batch::new());
    while reader.read_batch(&mut batch) {
        frames.extend(batch.frames().map(|frame| frame.data.len()));
    }
    (frames, reader.summary())
}

/// A block of pcapng with its length before and after (draft §3.1).
fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32 + 12).to_le_bytes();
    [&kind.to_le_bytes()[..], &length, body, &length].concat()
}

/// A section with so many interfaces.
fn section(interfaces: usize) -> Vec<u8> {
    let header = [&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
    [block(0x0a0d_0d0a, &header), block(1, &[1, 0, 0, 0, 0, 0, 0, 0]).repeat(interfaces)].concat()
}

/// A packet of four octets that an interface saw.
fn enhanced(interface: u32) -> Vec<u8> {
    let words: [u32; 5] = [interface, 0, 1, 4, 4];
    block(6, &[words.map(u32::to_le_bytes).concat(), vec![0; 4]].concat())
}

pub(crate) fn a_longer_record_is_damage() {
    let limits = Limits { record_octets: 64, ..Limits::default() };
    let octets = |length| [forge::header(forge::RAW), forge::record(1, &vec![0; length])].concat();
    let (frames, summary) = read(&octets(64), limits);
    assert_eq!((frames, summary.damages), (vec![64], 0));
    let (frames, summary) = read(&octets(65), limits);
    assert_eq!((frames, summary.damages, summary.complete), (vec![], 1, false));
}

pub(crate) fn frames_of_more_interfaces_are_left_out_and_that_is_damage() {
    let limits = Limits { interfaces: 2, ..Limits::default() };
    let octets = |interfaces: usize| [section(interfaces), enhanced(interfaces as u32 - 1)].concat();
    let (frames, summary) = read(&octets(2), limits);
    assert_eq!((frames.len(), summary.damages), (1, 0));
    let (frames, summary) = read(&octets(3), limits);
    assert_eq!((frames.len(), summary.interfaces.len(), summary.complete), (0, 2, false));
}

pub(crate) fn more_places_of_damage_are_counted() {
    let octets = [section(1), enhanced(7).repeat(3)].concat();
    for most in [2, 3] {
        let (_, summary) = read(&octets, Limits { damages: most, ..Limits::default() });
        assert_eq!((summary.damage.len(), summary.damages), (most, 3));
    }
}

//! What holds for any octets, and for any capture however it is cut up.

use std::io::{self, Read};

use proptest::collection::vec;
use proptest::prelude::*;

use sshrst::limits::Limits;
use sshrst::source::{Batch, Reader, Source};

use super::build::Order::{self, Big, Little};
use super::{drain, read, reader};

/// Gives octets in pieces of the sizes told, over and over.
struct Pieces<'a> {
    octets: &'a [u8],
    sizes: std::iter::Cycle<std::slice::Iter<'a, usize>>,
}

impl<'a> Pieces<'a> {
    fn new(octets: &'a [u8], sizes: &'a [usize]) -> Self {
        Self { octets, sizes: sizes.iter().cycle() }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let size = room.len().min(*self.sizes.next().unwrap()).min(self.octets.len());
        let (piece, rest) = self.octets.split_at(size);
        room[..size].copy_from_slice(piece);
        self.octets = rest;
        Ok(size)
    }
}

fn order() -> impl Strategy<Value = Order> {
    prop_oneof![Just(Little), Just(Big)]
}

/// A pcap, and where its records end.
fn pcap() -> impl Strategy<Value = (Vec<u8>, Vec<usize>)> {
    (order(), prop::bool::ANY, vec(vec(any::<u8>(), 0..90), 0..8)).prop_map(|(order, nano, frames)| {
        let magic = if nano { 0xa1b2_3c4d } else { 0xa1b2_c3d4 };
        let records = frames.iter().zip(1..).map(|(frame, second)| order.record(second, 5, frame));
        joined(order.pcap_header(magic, (2, 4), 1), records)
    })
}

/// One block of a section with two interfaces.
fn block(order: Order) -> impl Strategy<Value = Vec<u8>> {
    let frame = vec(any::<u8>(), 0..90);
    (0..8_u8, 0..2_u16, any::<u32>(), frame).prop_map(move |(kind, interface, ticks, frame)| match kind {
        0 => order.simple(frame.len() as u32, &frame),
        1 => order.obsolete(interface, 1, ticks.into(), &frame, &[]),
        2 => order.block(0x4000_0000 | ticks, &frame),
        3 => order.statistics(interface.into(), &order.option(5, &order.u64(ticks.into()))),
        4 => order.enhanced(interface.into(), ticks.into(), &frame, &order.option(2, &order.u32(ticks))),
        _ => order.enhanced(interface.into(), ticks.into(), &frame, &[]),
    })
}

/// A pcapng of two sections, and where its blocks end.
fn pcapng() -> impl Strategy<Value = (Vec<u8>, Vec<usize>)> {
    let section = || {
        order().prop_flat_map(|order| {
            vec(block(order), 0..6).prop_map(move |blocks| {
                let head = [
                    order.section(&[]),
                    order.interface(1, 0, &[]),
                    order.interface(101, 0, &order.option(9, &[9])),
                ];
                head.into_iter().chain(blocks).collect::<Vec<_>>()
            })
        })
    };
    (section(), section()).prop_map(|(first, second)| joined(Vec::new(), first.into_iter().chain(second)))
}

fn capture() -> impl Strategy<Value = (Vec<u8>, Vec<usize>)> {
    prop_oneof![pcap(), pcapng()]
}

fn joined(head: Vec<u8>, parts: impl Iterator<Item = Vec<u8>>) -> (Vec<u8>, Vec<usize>) {
    let (mut octets, mut ends) = (head, Vec::new());
    ends.push(octets.len());
    for part in parts {
        octets.extend(part);
        ends.push(octets.len());
    }
    (octets, ends)
}

/// Reads all batches; false if there are more than the octets can hold.
fn ends(octets: &[u8], sizes: &[usize]) -> bool {
    let Ok(mut reader) = Reader::new("x", Pieces::new(octets, sizes), Limits::default()) else { return true };
    let mut batch = Batch::new();
    let batches = (0..=octets.len()).take_while(|_| reader.read_batch(&mut batch)).count();
    let summary = reader.summary();
    batches <= octets.len() && summary.octets == octets.len() as u64
}

proptest! {
    #[test]
    fn any_octets_behind_any_magic_are_read_to_their_end(
        magic in prop::sample::select(vec![0xd4c3_b2a1, 0xa1b2_c3d4, 0x4d3c_b2a1, 0x34cd_b2a1, 0x1c00_01ac, 0x0a0d_0d0a_u32]),
        octets in vec(any::<u8>(), 0..600),
    ) {
        prop_assert!(ends(&[&magic.to_be_bytes()[..], &octets].concat(), &[usize::MAX]));
    }

    #[test]
    fn any_octets_are_read_to_their_end(octets in vec(any::<u8>(), 0..100)) {
        prop_assert!(ends(&octets, &[usize::MAX]));
    }

    #[test]
    fn a_capture_with_changed_octets_is_read_alike_in_any_pieces(
        (mut octets, _) in capture(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        sizes in vec(1..70_usize, 1..5),
    ) {
        for (at, value) in changes {
            let at = at.index(octets.len());
            octets[at] = value;
        }
        prop_assert!(ends(&octets, &sizes));
        let whole = reader(&octets).map(drain).map_err(|error| error.to_string());
        let pieces = Reader::new("test.pcap", Pieces::new(&octets, &sizes), Limits::default());
        prop_assert_eq!(pieces.map(drain).map_err(|error| error.to_string()), whole);
    }

    #[test]
    fn a_sound_capture_is_read_completely((octets, _) in capture()) {
        let (_, summary) = read(&octets);
        prop_assert!(summary.complete && summary.damages == 0, "{:?}", summary.damage);
    }

    #[test]
    fn a_capture_cut_anywhere_gives_the_frames_before_and_says_so_unless_cut_between_records((octets, ends) in capture()) {
        let (all, _) = read(&octets);
        for cut in 0..octets.len() {
            let Ok(reader) = reader(&octets[..cut]) else {
                prop_assert!(cut < 28);
                continue;
            };
            let (frames, summary) = drain(reader);
            prop_assert!(all.starts_with(&frames));
            prop_assert_eq!(summary.complete, ends.contains(&cut), "cut at {} of {:?}", cut, &ends);
        }
    }
}

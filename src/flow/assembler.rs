//! One direction's octets in order, with the holes known.

use std::collections::BTreeMap;

use crate::limits::Limits;

/// What the assembler hands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery<'a> {
    /// The next octets of the stream.
    Octets(&'a [u8]),
    /// Octets of one segment that was seen but cut by the snaplen.
    Cut(u64),
    /// What follows was held back, and was in a segment of its own.
    NextSegment,
    /// Octets that passed but that the capture does not hold, in segments nobody saw.
    Hole(u64),
    /// The SYN is not in the capture, so the next octet need not be the stream's first.
    LateStart {
        /// What the capture holds of the other end leaves no octet before it.
        adjoins: bool,
    },
}

/// Puts one direction's stream in order.
///
/// Invariant: every key of `waiting` is greater than `next`, and the held octets sum up to `held`.
#[derive(Clone, Debug, Default)]
pub struct Assembler {
    next: u64,
    waiting: BTreeMap<u64, Piece>,
    held: usize,
    /// Octets that were handed on as holes: nobody saw them.
    pub missing: u64,
    /// Octets that the snaplen cut from segments that were seen.
    pub cut: u64,
}

#[derive(Clone, Debug)]
struct Piece {
    octets: Vec<u8>,
    /// Octets on the wire; more than `octets` holds when the snaplen cut it.
    length: u64,
}

impl Assembler {
    /// Offset of the next octet to be handed on.
    pub const fn next(&self) -> u64 {
        self.next
    }

    /// Whether all of `length` octets at `offset` have passed already.
    pub fn holds(&self, offset: u64, length: u64) -> bool {
        let waits = || self.waiting.get(&offset).is_some_and(|piece| piece.length >= length);
        offset.saturating_add(length) <= self.next || waits()
    }

    /// Whether something is held back because an earlier octet is missing.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Takes `length` octets at `offset`, of which the first `octets` were captured.
    pub fn insert(
        &mut self,
        offset: u64,
        octets: &[u8],
        length: u64,
        limits: &Limits,
        deliver: &mut impl FnMut(Delivery<'_>),
    ) {
        let end = offset.saturating_add(length);
        if end <= self.next {
            return; // Nothing new: a retransmission.
        }
        if offset <= self.next {
            let known = (self.next - offset) as usize;
            self.hand_on(octets.get(known..).unwrap_or_default(), end - self.next, deliver);
            self.release(deliver);
            return;
        }
        if self.waiting.get(&offset).is_some_and(|piece| piece.length >= length) {
            return;
        }
        if self.held + octets.len() > limits.reorder_octets || self.waiting.len() >= limits.reorder_segments {
            // Up to what comes first: what waits, or this.
            let first = self.waiting.first_key_value().map_or(offset, |(&first, _)| first.min(offset));
            self.skip_to(first, deliver);
            return self.insert(offset, octets, length, limits, deliver);
        }
        self.held += octets.len();
        if let Some(shorter) = self.waiting.insert(offset, Piece { octets: octets.to_vec(), length }) {
            self.held -= shorter.octets.len();
        }
    }

    /// Declares everything before the first held octets missing, and hands those on.
    pub fn give_up(&mut self, deliver: &mut impl FnMut(Delivery<'_>)) {
        if let Some((&offset, _)) = self.waiting.first_key_value() {
            self.skip_to(offset, deliver);
        }
    }

    /// Declares everything before `offset` missing that was not seen.
    pub fn skip_to(&mut self, offset: u64, deliver: &mut impl FnMut(Delivery<'_>)) {
        while offset > self.next {
            let upto = self.waiting.first_key_value().map_or(offset, |(&first, _)| first.min(offset));
            // What waits lies behind `next`: the invariant.
            let length = upto - self.next;
            self.next = upto;
            self.missing += length;
            deliver(Delivery::Hole(length));
            self.release(deliver);
        }
    }

    fn release(&mut self, deliver: &mut impl FnMut(Delivery<'_>)) {
        while let Some(entry) = self.waiting.first_entry() {
            if *entry.key() > self.next {
                break;
            }
            let (offset, piece) = entry.remove_entry();
            self.held -= piece.octets.len();
            let end = offset.saturating_add(piece.length);
            if end > self.next {
                let known = (self.next - offset) as usize;
                deliver(Delivery::NextSegment);
                self.hand_on(piece.octets.get(known..).unwrap_or_default(), end - self.next, deliver);
            }
        }
    }

    /// Hands on `length` octets from `next` on, of which `octets` were captured.
    fn hand_on(&mut self, octets: &[u8], length: u64, deliver: &mut impl FnMut(Delivery<'_>)) {
        // A capture can hold more octets than the header's length allows; the header counts.
        let octets = octets.get(..length as usize).unwrap_or(octets);
        self.next += length;
        if !octets.is_empty() {
            deliver(Delivery::Octets(octets));
        }
        let cut = length - octets.len() as u64;
        if cut > 0 {
            self.cut += cut;
            deliver(Delivery::Cut(cut));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run(pieces: &[(u64, u64)], stream: &[u8]) -> (Vec<u8>, u64) {
        let (mut out, mut assembler) = (Vec::new(), Assembler::default());
        let mut deliver = |delivery: Delivery<'_>| match delivery {
            Delivery::Octets(octets) => out.extend_from_slice(octets),
            Delivery::Cut(length) | Delivery::Hole(length) => out.resize(out.len() + length as usize, 0),
            Delivery::LateStart { .. } | Delivery::NextSegment => {}
        };
        for &(offset, length) in pieces {
            let octets = &stream[offset as usize..(offset + length) as usize];
            assembler.insert(offset, octets, length, &Limits::default(), &mut deliver);
        }
        while assembler.is_waiting() {
            assembler.give_up(&mut deliver);
        }
        (out, assembler.missing)
    }

    proptest! {
        #[test]
        fn any_order_and_duplication_gives_the_same_octets_and_exact_holes(
            pieces in proptest::collection::vec((0u64..200, 1u64..60), 1..40)
        ) {
            let stream: Vec<u8> = (0..260u32).map(|n| (n % 251 + 1) as u8).collect();
            let (out, missing) = run(&pieces, &stream);
            let mut expected = vec![0u8; out.len()];
            for &(offset, length) in &pieces {
                let range = offset as usize..(offset + length) as usize;
                expected[range.clone()].copy_from_slice(&stream[range]);
            }
            prop_assert_eq!(missing, expected.iter().map(|&octet| u64::from(octet == 0)).sum::<u64>());
            prop_assert_eq!(out, expected);
        }
    }

    #[test]
    fn a_snaplen_cut_is_a_hole_behind_what_was_captured() {
        let mut seen = Vec::new();
        let mut assembler = Assembler::default();
        assembler.insert(0, b"abc", 10, &Limits::default(), &mut |delivery| {
            seen.push(format!("{delivery:?}"));
        });
        assert_eq!(seen, ["Octets([97, 98, 99])", "Cut(7)"]);
        assembler.insert(10, b"", 5, &Limits::default(), &mut |_| {});
        assert_eq!((assembler.next(), assembler.cut, assembler.missing), (15, 12, 0));
    }

    #[test]
    fn what_was_handed_on_or_waits_is_held_and_nothing_beyond_it() {
        let mut assembler = Assembler::default();
        for (offset, octets) in [(0, &b"abc"[..]), (9, b"waits")] {
            assembler.insert(offset, octets, octets.len() as u64, &Limits::default(), &mut |_| {});
        }
        let held = |offset, length| assembler.holds(offset, length);
        assert_eq!([held(0, 3), held(1, 2), held(1, 3), held(3, 1)], [true, true, false, false]);
        assert_eq!([held(9, 4), held(9, 5), held(9, 6), held(10, 4)], [true, true, false, false]);
    }

    #[test]
    fn a_longer_piece_takes_the_place_of_a_shorter_and_the_room_is_counted_once() {
        let limits = Limits { reorder_octets: 10, ..Limits::default() };
        let (mut assembler, mut seen) = (Assembler::default(), Vec::new());
        for (offset, octets) in [(5, &b"abcd"[..]), (5, b"abcdef"), (5, b"abc"), (20, b"wxyz")] {
            assembler
                .insert(offset, octets, octets.len() as u64, &limits, &mut |it| seen.push(format!("{it:?}")));
        }
        assert_eq!((assembler.held, seen.len()), (10, 0));
        assembler.give_up(&mut |it| seen.push(format!("{it:?}")));
        assert_eq!(seen, ["Hole(5)", "NextSegment", "Octets([97, 98, 99, 100, 101, 102])"]);
        assert_eq!((assembler.held, assembler.next(), assembler.missing), (4, 11, 5));
    }

    #[test]
    fn what_waits_and_comes_again_within_an_earlier_segment_is_no_segment_of_its_own() {
        let (mut assembler, mut seen) = (Assembler::default(), Vec::new());
        for (offset, octets) in [(3, &b"de"[..]), (0, b"abcde"), (5, b"f")] {
            assembler.insert(offset, octets, octets.len() as u64, &Limits::default(), &mut |it| {
                seen.push(format!("{it:?}"));
            });
        }
        assert_eq!(seen, ["Octets([97, 98, 99, 100, 101])", "Octets([102])"]);
        assert_eq!((assembler.held, assembler.missing, assembler.is_waiting()), (0, 0, false));
    }

    #[test]
    fn what_is_skipped_lies_before_and_behind_what_waits() {
        let (mut assembler, mut seen) = (Assembler::default(), Vec::new());
        assembler.insert(3, b"de", 2, &Limits::default(), &mut |_| {});
        assembler.skip_to(9, &mut |it| seen.push(format!("{it:?}")));
        assert_eq!(seen, ["Hole(3)", "NextSegment", "Octets([100, 101])", "Hole(4)"]);
        assembler.skip_to(9, &mut |it| seen.push(format!("{it:?}")));
        assembler.skip_to(4, &mut |it| seen.push(format!("{it:?}")));
        assert_eq!((seen.len(), assembler.next(), assembler.missing), (4, 9, 7));
    }

    #[test]
    fn what_comes_when_there_is_no_room_is_not_missing() {
        let limits = Limits { reorder_segments: 1, ..Limits::default() };
        let (mut assembler, mut seen) = (Assembler::default(), Vec::new());
        for (offset, octets) in [(9, b"late"), (3, b"soon")] {
            assembler.insert(offset, octets, 4, &limits, &mut |delivery| seen.push(format!("{delivery:?}")));
        }
        assert_eq!(seen, ["Hole(3)", "Octets([115, 111, 111, 110])"]);
    }

    #[test]
    fn a_hole_that_never_fills_does_not_hold_more_than_the_bound() {
        let limits = Limits { reorder_octets: 1000, ..Limits::default() };
        let mut assembler = Assembler::default();
        for n in 0..100u64 {
            assembler.insert(1_000_000 + n * 200, &[1; 100], 100, &limits, &mut |_| {});
            assert!(assembler.held <= 1000);
        }
    }
}

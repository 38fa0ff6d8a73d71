//! The assembler against a model that remembers everything.

use std::collections::{BTreeMap, BTreeSet};

use sshrst::flow::{Assembler, Delivery};
use sshrst::limits::Limits;

use super::script::Script;

/// Pieces at any place, some cut by the snaplen, some with other octets than before; holes are given up in between.
pub(crate) fn assembler(octets: &[u8]) {
    let mut script = Script(octets);
    let limits = Limits {
        reorder_octets: script.below(256) + 1,
        reorder_segments: script.below(16) + 1,
        ..Limits::default()
    };
    let mut assembler = Assembler::default();
    let mut model = Model::default();
    while !script.is_over() {
        let what = script.octet();
        let offset = script.number::<2>() % 700;
        // Sequence numbers are followed far beyond 32 bits.
        let offset = if what & 0x80 == 0 { offset } else { offset + (1 << 40) };
        match what & 15 {
            0 => assembler.give_up(&mut |delivery| model.take(delivery)),
            1 => assembler.skip_to(offset, &mut |delivery| model.take(delivery)),
            _ => {
                let data = script.piece();
                // More on the wire than was captured, or less than the frame holds.
                let length =
                    (data.len() as u64 + u64::from(what & 0x10)).saturating_sub(u64::from(what & 0x20));
                model.sent(offset, data, length);
                assembler.insert(offset, data, length, &limits, &mut |delivery| model.take(delivery));
            }
        }
        assert_eq!(model.next, assembler.next(), "all that passed was handed on");
    }
    while assembler.is_waiting() {
        assembler.give_up(&mut |delivery| model.take(delivery));
    }
    assert_eq!((model.missing, model.cut), (assembler.missing, assembler.cut));
    assert_eq!(model.octets + model.cut + model.missing, assembler.next());
}

/// What is known of each octet of the stream.
#[derive(Default)]
struct Model {
    /// Octets that some piece had at this place.
    captured: BTreeMap<u64, BTreeSet<u8>>,
    /// From where to where something passed that a piece's header told.
    passed: Vec<(u64, u64)>,
    next: u64,
    octets: u64,
    missing: u64,
    cut: u64,
}

impl Model {
    fn sent(&mut self, offset: u64, data: &[u8], length: u64) {
        let data = data.get(..length as usize).unwrap_or(data);
        for (place, &octet) in (offset..).zip(data) {
            self.captured.entry(place).or_default().insert(octet);
        }
        self.passed.push((offset, offset + length));
    }

    fn take(&mut self, delivery: Delivery<'_>) {
        match delivery {
            Delivery::Octets(octets) => {
                assert!(!octets.is_empty());
                for (place, octet) in (self.next..).zip(octets) {
                    let known = self.captured.get(&place);
                    assert!(known.is_some_and(|known| known.contains(octet)), "{octet} at {place}");
                }
                self.next += octets.len() as u64;
                self.octets += octets.len() as u64;
            }
            Delivery::Cut(length) => {
                let (start, end) = (self.next, self.next + length);
                assert!(length > 0 && self.passed.iter().any(|(from, to)| *from <= start && end <= *to));
                self.next = end;
                self.cut += length;
            }
            Delivery::Hole(length) => {
                let (start, end) = (self.next, self.next + length);
                // Nothing that was seen and not yet handed on is called missing.
                let seen = |&(from, to): &(u64, u64)| from < end && start < to;
                let seen: Vec<_> = self.passed.iter().filter(|range| seen(range)).collect();
                assert!(length > 0 && seen.is_empty(), "{start} to {end} is missing, but there was {seen:?}");
                self.next = end;
                self.missing += length;
            }
            Delivery::NextSegment => {}
            Delivery::LateStart { .. } => panic!("an assembler knows of no start"),
        }
    }
}

//! Packets one after the other, in two lists whatever their number: no scan's packet takes room of its own from the system.

use std::hint::black_box;

use crate::wire::Segment;

/// The packets of a brief connection so far, and the octets of data that were captured of each. It is small itself: most
/// connections of a scan have none any more.
#[derive(Clone, Debug, Default)]
pub struct Noted(Box<Lists>);

#[derive(Clone, Debug, Default)]
struct Lists {
    /// Each with where its octets end.
    segments: Vec<(Segment, u32)>,
    octets: Vec<u8>,
}

impl Noted {
    pub(super) fn push(&mut self, segment: Segment, octets: &[u8]) {
        let Lists { segments, octets: all } = &mut *self.0;
        all.extend_from_slice(octets);
        segments.push((segment, all.len() as u32));
    }

    pub(super) fn foresee_place(&self) {
        black_box((self.len(), self.octets()));
    }

    pub(super) fn foresee(&self) {
        let octets = (self.0.octets.first(), self.0.octets.last());
        black_box((self.last().map(|last| last.time), octets.0.copied(), octets.1.copied()));
    }

    pub(super) fn clear(&mut self) {
        self.0.segments.clear();
        self.0.octets.clear();
    }

    /// How many packets.
    pub(super) fn len(&self) -> usize {
        self.0.segments.len()
    }

    /// How many octets of data.
    pub(super) fn octets(&self) -> usize {
        self.0.octets.len()
    }

    pub(super) fn last(&self) -> Option<&Segment> {
        self.0.segments.last().map(|(segment, _)| segment)
    }

    /// The packets with their octets.
    pub fn each(&self) -> impl Iterator<Item = (&Segment, &[u8])> {
        self.0.segments.iter().scan(0, |begin, (segment, end)| {
            let octets = self.0.octets.get(*begin..*end as usize).unwrap_or_default();
            *begin = *end as usize;
            Some((segment, octets))
        })
    }
}

//! Octets that are read as a list of things to do, so that a fuzzer's changes are changes of what is done.

use sshrst::frame::{Frame, FrameNo, LinkType, Mark, Place};
use sshrst::units::Timestamp;

/// What is left to read. Behind the end everything is 0.
pub(crate) struct Script<'a>(pub(crate) &'a [u8]);

impl<'a> Script<'a> {
    pub(crate) fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn octet(&mut self) -> u8 {
        self.octets(1).first().copied().unwrap_or_default()
    }

    pub(crate) fn number<const N: usize>(&mut self) -> u64 {
        self.octets(N).iter().fold(0, |number, &octet| number << 8 | u64::from(octet))
    }

    /// A number below `bound`, which may have any size; 0 where nothing is.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let number = if bound > 256 { self.number::<2>() } else { self.number::<1>() };
        number as usize % bound.max(1)
    }

    /// A time apart: any power of two of nanoseconds, forward or back.
    pub(crate) fn apart(&mut self) -> i64 {
        let octet = self.octet();
        let apart = 1_i64.checked_shl(u32::from(octet & 63)).unwrap_or_default();
        if octet & 64 == 0 { apart } else { apart.wrapping_neg() }
    }

    pub(crate) fn octets(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// Octets with their length before them.
    pub(crate) fn piece(&mut self) -> &'a [u8] {
        let count = self.octet();
        self.octets(usize::from(count))
    }

    /// Text with its length before it.
    pub(crate) fn text(&mut self) -> String {
        String::from_utf8_lossy(self.piece()).into_owned()
    }
}

/// A frame of which nothing else matters.
pub(crate) fn frame(number: u64, link: u16, data: &[u8]) -> Frame<'_> {
    Frame {
        number: FrameNo(number),
        time: Timestamp::from_nanos(number as i64 * 1_000_000),
        link: LinkType(link),
        place: Place::default(),
        mark: Mark::None,
        wire_len: data.len() as u32,
        data,
    }
}

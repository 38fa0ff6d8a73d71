//! The unread octets of one layer: every read is checked, and a failed one knows its place.

use crate::frame::Frame;
use crate::wire::{Fault, LengthSetBy, Undecoded};

/// The octets of one layer from its header on: those captured, and how many there were on the wire.
///
/// Invariant: `captured.len() <= len`.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    captured: &'a [u8],
    len: usize,
    offset: usize,
    layer: &'static str,
}

impl<'a> View<'a> {
    /// The whole of `frame`.
    pub(super) fn of_frame(frame: &Frame<'a>) -> Self {
        Self::new(frame.data, frame.wire_len as usize, 0)
    }

    /// `captured`, the first of `len` octets, at `offset` octets from the frame's start.
    ///
    /// A `len` below what was captured is a lie of the capture, and raised.
    pub(super) fn new(captured: &'a [u8], len: usize, offset: usize) -> Self {
        Self { captured, len: len.max(captured.len()), offset, layer: "frame" }
    }

    /// The same octets, called `layer` in Wireshark's short name from here on.
    pub(super) const fn named(self, layer: &'static str) -> Self {
        Self { layer, ..self }
    }

    /// The captured octets.
    pub(super) const fn captured(&self) -> &'a [u8] {
        self.captured
    }

    /// Octets there were on the wire, by the lengths of the headers around.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Octets from the frame's start.
    pub(super) const fn offset(&self) -> usize {
        self.offset
    }

    /// The layer's name.
    pub(super) const fn layer(&self) -> &'static str {
        self.layer
    }

    /// The `N` octets at `at`.
    pub(super) fn array<const N: usize>(&self, at: usize) -> Result<[u8; N], Undecoded> {
        self.captured.get(at..).and_then(|rest| rest.first_chunk()).copied().ok_or_else(|| self.short(at + N))
    }

    /// The octet at `at`.
    pub(super) fn u8(&self, at: usize) -> Result<u8, Undecoded> {
        self.captured.get(at).copied().ok_or_else(|| self.short(at + 1))
    }

    /// The number in network byte order at `at`.
    pub(super) fn u16(&self, at: usize) -> Result<u16, Undecoded> {
        self.array(at).map(u16::from_be_bytes)
    }

    /// The number in network byte order at `at`.
    pub(super) fn u32(&self, at: usize) -> Result<u32, Undecoded> {
        self.array(at).map(u32::from_be_bytes)
    }

    /// What follows the first `octets`, which must have been captured.
    pub(super) fn skip(self, octets: usize) -> Result<Self, Undecoded> {
        let captured = self.captured.get(octets..).ok_or_else(|| self.short(octets))?;
        Ok(Self { captured, len: self.len - octets, offset: self.offset + octets, ..self })
    }

    /// The same layer with the length that its own header states.
    ///
    /// The header is believed even where it states more than the layer around it holds: some tools write the captured
    /// length as the length on the wire.
    pub(super) fn with_len(self, len: usize) -> Self {
        Self { captured: self.captured.get(..len).unwrap_or(self.captured), len, ..self }
    }

    /// Fails if the capture cut the layer within its first `octets`; what is as short on the wire passes.
    ///
    /// For layers that are told apart by what they hold: a cut one is not taken for another.
    pub(super) fn uncut(&self, octets: usize) -> Result<(), Undecoded> {
        if self.captured.len() < octets.min(self.len) {
            Err(self.short(octets.min(self.len)))
        } else {
            Ok(())
        }
    }

    /// That the layer needs `needed` octets and has fewer.
    pub(super) fn short(&self, needed: usize) -> Undecoded {
        let (available, set_by) = if needed > self.len {
            (self.len, LengthSetBy::Header)
        } else {
            (self.captured.len(), LengthSetBy::Capture)
        };
        self.fault(Fault::TooShort { needed: needed as u32, available: available as u32, set_by })
    }

    /// That a field of the layer holds `value`, which is not allowed.
    pub(super) fn bad(&self, value: impl Into<u32>) -> Undecoded {
        self.fault(Fault::BadValue(value.into()))
    }

    /// That `fault` was found in this layer.
    pub(super) fn fault(&self, fault: Fault) -> Undecoded {
        Undecoded { layer: self.layer, offset: self.offset as u32, fault }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_read_says_where_and_who_cut() {
        let view = View::new(&[1, 2, 3, 4], 6, 14).named("ip");
        let short = |needed, available, set_by| Undecoded {
            layer: "ip",
            offset: 14,
            fault: Fault::TooShort { needed, available, set_by },
        };
        assert_eq!(view.u32(2), Err(short(6, 4, LengthSetBy::Capture)));
        assert_eq!(view.u32(3), Err(short(7, 6, LengthSetBy::Header)));
        assert_eq!(view.u16(2), Ok(0x0304));
    }

    #[test]
    fn skipping_keeps_the_count_of_what_was_not_captured() {
        let view = View::new(&[1, 2, 3, 4], 6, 14).skip(3).unwrap();
        assert_eq!((view.captured(), view.len(), view.offset()), (&[4][..], 3, 17));
        assert!(view.skip(2).is_err(), "octet 5 was on the wire but not captured");
    }

    #[test]
    fn padding_behind_the_stated_length_is_not_read() {
        let view = View::new(&[1, 2, 3, 4], 4, 0).with_len(2);
        assert_eq!((view.captured(), view.len()), (&[1, 2][..], 2));
        assert_eq!(view.with_len(9).len(), 9);
    }
}

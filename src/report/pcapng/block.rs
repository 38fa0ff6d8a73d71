//! One block: type, length, body, options, length again (§3.1, §3.5).

/// Octets before a block's body: type and length.
const HEADER: usize = 8;

/// Octets that one option's value can have.
const MOST: usize = u16::MAX as usize;

/// The kinds of blocks that are written, with their types.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Section = 0x0a0d_0d0a,
    Interface = 1,
    EnhancedPacket = 6,
}

/// A block that is being put together, in little-endian order.
#[derive(Debug)]
pub(super) struct Block {
    octets: Vec<u8>,
    has_options: bool,
}

impl Block {
    /// A block without a body.
    pub(super) fn new(kind: Kind) -> Self {
        let mut this = Self { octets: Vec::with_capacity(256), has_options: false };
        this.u32(kind as u32).u32(0);
        this
    }

    pub(super) fn u16(&mut self, value: u16) -> &mut Self {
        self.octets.extend(value.to_le_bytes());
        self
    }

    pub(super) fn u32(&mut self, value: u32) -> &mut Self {
        self.octets.extend(value.to_le_bytes());
        self
    }

    pub(super) fn u64(&mut self, value: u64) -> &mut Self {
        self.octets.extend(value.to_le_bytes());
        self
    }

    /// Octets, filled up to a multiple of four.
    pub(super) fn padded(&mut self, octets: &[u8]) -> &mut Self {
        self.octets.extend(octets);
        self.octets.resize(self.octets.len().next_multiple_of(4), 0);
        self
    }

    /// An option; nothing but options may follow.
    pub(super) fn option(&mut self, code: u16, value: &[u8]) -> &mut Self {
        self.has_options = true;
        let value = value.get(..MOST).unwrap_or(value);
        self.u16(code).u16(value.len() as u16).padded(value)
    }

    /// An option with a text, cut to what one can hold.
    pub(super) fn text(&mut self, code: u16, text: &str) -> &mut Self {
        // A character has four octets at most.
        let cut = (MOST.saturating_sub(3)..=MOST).rev().find_map(|end| text.get(..end));
        self.option(code, cut.unwrap_or(text).as_bytes())
    }

    /// The block as it is written.
    pub(super) fn whole(mut self) -> Vec<u8> {
        if self.has_options {
            // `opt_endofopt`.
            self.u32(0);
        }
        let length = (self.octets.len() + 4) as u32;
        self.u32(length);
        if let Some(field) = self.octets.get_mut(4..HEADER) {
            field.copy_from_slice(&length.to_le_bytes());
        }
        self.octets
    }
}

//! The options at the end of a block: code, length, value, padded to four octets (pcapng draft §3.5).

use crate::source::ByteOrder;
use crate::source::damage::Fault;

/// `opt_endofopt`.
const END: u16 = 0;
/// `opt_comment`.
pub(super) const COMMENT: u16 = 1;

/// The options of one block. Ends at `opt_endofopt`, at the block's end or at an option that is cut.
pub(super) struct Options<'a> {
    rest: &'a [u8],
    order: ByteOrder,
    /// What ended the options before their time.
    pub(super) fault: Option<Fault>,
}

impl<'a> Options<'a> {
    /// The options that `octets` hold.
    pub(super) const fn new(octets: &'a [u8], order: ByteOrder) -> Self {
        Self { rest: octets, order, fault: None }
    }
}

impl<'a> Iterator for Options<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let code = self.order.u16_at(self.rest, 0)?;
        let length = self.order.u16_at(self.rest, 2)?;
        if code == END {
            self.rest = &[];
            return None;
        }
        let whole = self.rest.get(4..).unwrap_or_default();
        let Some((value, behind)) = whole.split_at_checked(length.into()) else {
            self.fault = Some(Fault::OptionCut { code, length });
            self.rest = &[];
            return None;
        };
        let padding = value.len().next_multiple_of(4) - value.len();
        self.rest = behind.get(padding..).unwrap_or_default();
        Some((code, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(octets: &[u8]) -> (Vec<(u16, &[u8])>, Option<Fault>) {
        let mut options = Options::new(octets, ByteOrder::Little);
        let all = options.by_ref().collect();
        (all, options.fault)
    }

    #[test]
    fn values_are_padded_to_four_octets_and_the_end_mark_ends_them() {
        let octets = [9, 0, 1, 0, 6, 0, 0, 0, 2, 0, 4, 0, 1, 2, 3, 4, 0, 0, 0, 0, 1, 0, 0, 0];
        assert_eq!(read(&octets), (vec![(9, &[6][..]), (2, &[1, 2, 3, 4])], None));
    }

    #[test]
    fn an_option_longer_than_the_block_is_named() {
        let fault = Fault::OptionCut { code: 2, length: 400 };
        assert_eq!(read(&[1, 0, 0, 0, 2, 0, 0x90, 1, 9, 9]), (vec![(1, &[][..])], Some(fault)));
    }

    #[test]
    fn options_without_an_end_mark_end_with_the_block() {
        assert_eq!(read(&[1, 0, 2, 0, 7, 7]), (vec![(1, &[7, 7][..])], None));
    }
}

//! TCP options (RFC 9293 §3.2).

use crate::wire::{Segment, Traits};

/// Reads the captured of the `len` octets of options into `segment`. The first damaged one ends the reading.
pub(super) fn read(captured: &[u8], len: usize, segment: &mut Segment) {
    if captured.len() < len {
        segment.traits.set(Traits::OPTIONS_CUT);
    }
    let mut rest = captured;
    loop {
        rest = match rest {
            // The end of the list, or of what there is.
            [] | [0, ..] => return,
            // No operation.
            [1, rest @ ..] => rest,
            [kind, len, rest @ ..] => {
                let value_len = usize::from(*len).checked_sub(2);
                match value_len.and_then(|len| rest.split_at_checked(len)) {
                    Some((value, rest)) if take(*kind, value, segment) => rest,
                    _ => return segment.traits.set(Traits::OPTIONS_CUT),
                }
            }
            [_] => return segment.traits.set(Traits::OPTIONS_CUT),
        };
    }
}

/// Takes one option over; `false` if its length is wrong for its kind (IANA, "TCP Option Kind Numbers").
fn take(kind: u8, value: &[u8], segment: &mut Segment) -> bool {
    match (kind, value) {
        (2, &[high, low]) => segment.mss = u16::from_be_bytes([high, low]),
        (3, &[shift]) => {
            segment.window_scale = shift;
            segment.traits.set(Traits::WINDOW_SCALE);
        }
        (4, []) => segment.traits.set(Traits::SACK_PERMITTED),
        (5, blocks) if blocks.len() % 8 == 0 && !blocks.is_empty() => segment.traits.set(Traits::SACK),
        (8, &[v0, v1, v2, v3, e0, e1, e2, e3]) => {
            segment.ts_value = u32::from_be_bytes([v0, v1, v2, v3]);
            segment.ts_echo = u32::from_be_bytes([e0, e1, e2, e3]);
            segment.traits.set(Traits::TIMESTAMPS);
        }
        // MD5 (RFC 2385) and TCP-AO (RFC 5925).
        (19 | 29, _) => segment.traits.set(Traits::SIGNED),
        (30, _) => segment.traits.set(Traits::MULTIPATH),
        (2..=5 | 8, _) => return false,
        _ => {}
    }
    true
}

#[cfg(test)]
mod tests {
    use crate::frame::LinkType;
    use crate::wire::{Segment, Traits, sample};

    /// The segment of a header with `options`, padded to whole words with the end of the list.
    fn with(options: &[u8]) -> Segment {
        let words = options.len().div_ceil(4);
        let mut tcp =
            vec![0x9c, 0x40, 0, 22, 0, 0, 0, 1, 0, 0, 0, 2, 0x50 + 16 * words as u8, 2, 0, 0, 0, 0, 0, 0];
        tcp.extend_from_slice(options);
        tcp.resize(20 + words * 4, 0);
        sample::segment(&sample::frame(LinkType::RAW, &sample::ipv4(6, &tcp))).1
    }

    #[test]
    fn a_syn_of_linux_is_read() {
        let segment =
            with(&[2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 7, 0, 0, 0, 0, 1, 3, 3, 7, 30, 4, 0, 1, 19, 18]);
        assert_eq!((segment.mss, segment.window_scale, segment.timestamps()), (1460, 7, Some((7, 0))));
        let has = |of: Traits| segment.traits.has(of);
        assert!(has(Traits::SACK_PERMITTED) && has(Traits::WINDOW_SCALE) && has(Traits::MULTIPATH));
        assert!(has(Traits::OPTIONS_CUT) && !has(Traits::SIGNED), "the MD5 option lacks its digest");
    }

    #[test]
    fn unknown_options_are_stepped_over() {
        let segment = with(&[253, 5, 1, 2, 3, 2, 4, 1, 0]);
        assert_eq!((segment.mss, segment.traits), (256, Traits::default()));
    }

    #[test]
    fn nothing_behind_the_end_of_the_list_is_read() {
        assert_eq!(with(&[0, 2, 4, 1, 0]).mss, 0);
    }

    #[test]
    fn a_damaged_option_keeps_those_before_it() {
        for damage in
            [&[8, 1][..], &[8, 0], &[8, 9, 1, 1, 1, 1, 1, 1, 1], &[5, 2], &[3, 4, 0, 0], &[8, 200, 1, 1]]
        {
            let segment = with(&[&[2, 4, 1, 0][..], damage, &[3, 3, 7]].concat());
            assert_eq!((segment.mss, segment.traits), (256, Traits::OPTIONS_CUT), "{damage:?}");
        }
    }
}

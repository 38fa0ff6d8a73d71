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

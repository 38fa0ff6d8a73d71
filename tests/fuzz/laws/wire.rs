//! Frames: any octets of any link type have an answer, and a look at a frame says nothing else than the decoder.

use sshrst::frame::Frame;
use sshrst::limits::Limits;
use sshrst::wire::{Decoded, Decoder, Fault, Skimmed, skim};

use super::script::{Script, frame};

/// Every link type that is followed, and one that is not.
const LINKS: [u16; 15] = [0, 1, 9, 12, 14, 50, 51, 101, 104, 108, 113, 228, 229, 276, 147];

/// Octets of one frame at most.
const MOST: usize = 2_048;

/// Any octets as frames, one after the other.
pub(crate) fn wire(octets: &[u8]) {
    let mut script = Script(octets);
    let mut decoder = Decoder::new(Limits::default());
    for number in 1.. {
        if script.is_over() {
            return;
        }
        let link = LINKS[script.below(LINKS.len())];
        let length = if script.octet() & 1 == 0 { script.below(256) } else { MOST };
        let data = script.octets(length);
        let whole = frame(number, link, data);
        // What was cut off is on the wire all the same.
        let cut = Frame { wire_len: data.len() as u32 + u32::from(script.octet()), ..whole };
        agree(&cut);
        let answer = decoder.decode(&cut);
        if let Decoded::Tcp(packet) = answer {
            assert!(packet.payload.len() as u64 <= u64::from(packet.segment.payload_len));
        }
        if let Decoded::Undecoded(undecoded) = answer {
            if let Fault::TooShort { needed, available, .. } = undecoded.fault {
                assert!(needed > available, "{undecoded:?}");
            }
            assert!(!undecoded.to_string().is_empty());
        }
    }
}

/// Fails unless a look at `frame` and a fresh decoder say the same.
fn agree(frame: &Frame<'_>) {
    let limits = Limits::default();
    let mut decoder = Decoder::new(limits);
    let whole = decoder.decode(frame);
    match skim(frame, &limits, |_, _| true) {
        Skimmed::Tcp(packet) => assert_eq!(whole, Decoded::Tcp(packet)),
        Skimmed::Udp => assert_eq!(whole, Decoded::Other("udp")),
        Skimmed::Unclear => {}
        Skimmed::Elsewhere => panic!("nothing is elsewhere"),
    }
}

//! What one frame says to the analysis; everything else about it is counted.

use super::Ports;
use crate::frame::Frame;
use crate::limits::Limits;
use crate::population::Counts;
use crate::wire::{Decoded, Decoder, Packet, Quote, Skimmed, skim};

/// What a frame says of a connection that may be SSH's.
pub(super) enum Said<'a> {
    Packet(Packet<'a>),
    /// Counted as a frame of SSH only if the connection is known.
    Quote(Quote),
}

/// Reads `frame`, the next of its capture. `plain_udp`: a count of frames that need no entry in `counts` each.
pub(super) fn read<'a>(
    frame: &Frame<'a>,
    decoder: &'a mut Decoder,
    limits: &Limits,
    ports: &Ports,
    counts: &mut Counts,
    plain_udp: &mut u64,
) -> Option<Said<'a>> {
    counts.frames += 1;
    counts.first.get_or_insert(frame.time);
    counts.last = counts.last.max(Some(frame.time));
    let what = match skim(frame, limits, |one, other| ports.connect(one, other)) {
        Skimmed::Tcp(packet) => Decoded::Tcp(packet),
        Skimmed::Elsewhere => return None,
        Skimmed::Udp => {
            *plain_udp += 1;
            return None;
        }
        Skimmed::Unclear => decoder.decode(frame),
    };
    match what {
        Decoded::Tcp(packet) if ports.takes(&packet) => {
            counts.ssh_frames += 1;
            return Some(Said::Packet(packet));
        }
        Decoded::Tcp(_) => {}
        Decoded::Icmp(quote) => return Some(Said::Quote(quote)),
        Decoded::Other(layer) => *counts.others.entry(layer).or_default() += 1,
        Decoded::Undecoded(undecoded) => counts.note_undecoded(frame.number, undecoded, limits),
    }
    None
}

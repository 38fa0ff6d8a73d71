//! One file, one observation.

use crate::case::{BlindKind, Case, Form, Reset};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::units::Elapsed;
use crate::wire::Segment;

declare_detector! {
    /// The claimed host went on with the connection after its own reset.
    ///
    /// ## Sees
    /// Data, acknowledgements or retransmissions of the claimed host behind the reset.
    ///
    /// ## Means
    /// A host that reset a connection has no more state of it and sends nothing but further resets. If it goes
    /// on, the reset was not its TCP's: a box forged it, or a packet filter on its way out made it.
    ///
    /// ## Misleads when
    /// The capture has packets out of order, or twice. A packet sent just before the reset can only come after it
    /// on a path that reorders. A new connection on the same 4-tuple is no afterlife and is not counted.
    ///
    /// ## Needs
    /// Capture going on after the reset; the longer, the better.
    ///
    /// ## References
    /// Weaver, Sommer, Paxson, NDSS 2009 (`RST_SEQ_DATA`); RFC 9293 §3.10.7.
    SenderAliveAfterReset { id: "sender-alive-after-reset", group: Afterlife, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    let segment = reset.segment();
    let patience = segment.time + REORDERING;
    let mut after = case.flow.timeline.segments().filter(|other| {
        other.from == segment.from && other.frame > segment.frame && !other.flags.rst() && !other.flags.syn()
    });
    let alive = |other: &Segment| other.time > patience;
    let Some(sign) = after.find(alive) else {
        let watched = case.capture_end.since(segment.time);
        if watched < REORDERING {
            return cannot_tell("the capture ends with the reset");
        }
        let summary =
            format!("nothing but resets from the {} in the {watched} after it", reset.claimed.word());
        // Silence after a reset is what a dead socket does, and what a box that cut the path leaves.
        return Outcome::Absent(Finding::new(summary, [segment.frame], Bearing::SILENT));
    };
    let summary = format!(
        "the {} sent {} octets {} after its reset: it still had the connection",
        reset.claimed.word(),
        sign.payload_len,
        sign.time.since(segment.time)
    );
    // Measured: six captures of boxes, none of a host; that is 7 dB. By RFC 9293 a host that sent a reset has no connection left
    // to go on with, so it is stronger than shown, by judgement.
    let doubtful = case.is_blind(BlindKind::ClockReversed) || reset.seen.after_fin;
    let weight = if doubtful { -6 } else { -22 };
    // A filter on the host's way out, or in front of its TCP, leaves the socket alive.
    let stack = if reset.form == Form::Abort { weight } else { weight + 2 };
    let bearing = Bearing { socket: weight, stack, owner: -4, ..Bearing::SILENT };
    Outcome::Present(Finding::new(summary, [segment.frame, sign.frame], bearing))
}

/// Reordering on real paths stays below a few milliseconds; SPAN ports and multi-queue cards add as much.
const REORDERING: Elapsed = Elapsed::from_millis(5);

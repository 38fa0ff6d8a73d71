//! One file, one observation.

use crate::case::{Case, Reset};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::wire::Checksum;

declare_detector! {
    /// The reset's TCP checksum is wrong, and those of the claimed host's other packets are not.
    ///
    /// ## Sees
    /// The checksum of the reset, where the whole packet was captured, beside those of the host's other packets. The sum that
    /// checksum offload leaves half-made is not wrong.
    ///
    /// ## Means
    /// No TCP accepts such a segment, so this reset ended nothing. A host's card makes no wrong sums; a program that makes
    /// packets by hand may, and a box that rewrites them without care.
    ///
    /// ## Misleads when
    /// The packet was damaged on its way, which lower layers hardly ever let through. The network card leaves a sum of its own
    /// kind for resets only.
    ///
    /// ## Needs
    /// The reset captured to its end, and three other packets of the host.
    ///
    /// ## References
    /// RFC 9293 §3.1 (MUST-3); RFC 1071. Stone and Partridge, When the CRC and TCP Checksum Disagree, SIGCOMM 2000.
    ResetChecksumWrong { id: "reset-checksum-wrong", group: Form, examine: examine }
}

fn examine(_: &Case, reset: &Reset) -> Outcome {
    let segment = reset.segment();
    let frames = [segment.frame];
    match segment.checksum {
        Checksum::Unknown => return cannot_tell("the reset was not captured to its end"),
        Checksum::Good | Checksum::Partial => {
            return Outcome::Absent(Finding::new("its checksum is not wrong", frames, Bearing::SILENT));
        }
        Checksum::Bad => {}
    }
    let (sums, who) = (reset.stack.sums, reset.claimed.word());
    if !sums.are_right() {
        return cannot_tell(format!(
            "its checksum is wrong, and so are {} of {} others of the {who}: a network card may be to finish them",
            sums.wrong,
            sums.right + sums.wrong,
        ));
    }
    let summary = format!(
        "its checksum is wrong, and right in all {} other packets of the {who}: nobody accepts it",
        sums.right
    );
    // Damage passes the link's own checksum once in millions of packets at worst; a box that rewrites may do so on purpose for
    // some. No capture of the laboratories has one: judgement.
    Outcome::Present(Finding::new(summary, frames, Bearing::points_to_forger(-17)))
}

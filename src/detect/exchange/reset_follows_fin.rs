//! One file, one observation.

use crate::case::{Case, Reset};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::flow::Side;

declare_detector! {
    /// A FIN came before the reset: the connection was being closed already.
    ///
    /// ## Sees
    /// The first FIN of either end before the reset.
    ///
    /// ## Means
    /// The reset is an epilogue: the closing process is gone, and its kernel answers what still arrives. The
    /// cause of the end is what made the FIN, not the reset.
    ///
    /// ## Misleads when
    /// Somebody forged the FIN; no tool that does so is known.
    ///
    /// ## Needs
    /// The packets of both ends before the reset.
    ///
    /// ## References
    /// RFC 9293 §3.6; RFC 1122 §4.2.2.13.
    ResetFollowsFin { id: "reset-follows-fin", group: Exchange, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    let segment = reset.segment();
    let first = case.first_fin().filter(|(_, fin)| fin.frame < segment.frame);
    match first {
        Some((side, fin)) => {
            let summary =
                format!("the {} had closed {} before the reset", side.word(), segment.time.since(fin.time));
            // Kernels answer late data after a close all the time. Measured: 49 answers of hosts, none of a box, 10 dB; half of
            // it, for who forges may wait for one.
            let bearing = Bearing::sides(0, -5);
            Outcome::Present(Finding::new(summary, [fin.frame, segment.frame], bearing))
        }
        None => match Side::BOTH.into_iter().find(|&side| is_hidden(case, side)) {
            Some(side) => cannot_tell(format!("no packet of the {} is in the capture", side.word())),
            None => {
                Outcome::Absent(Finding::new("no FIN before the reset", [segment.frame], Bearing::SILENT))
            }
        },
    }
}

/// Whether `side` must have sent packets of which none was captured. Who never answered a SYN sent none.
fn is_hidden(case: &Case, side: Side) -> bool {
    let opening = case.flow.half(!side).isn.is_some() && case.flow.half(!side).acked.is_none();
    case.flow.half(side).packets == 0 && !opening
}

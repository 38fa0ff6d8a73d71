//! One file, one observation.

use crate::case::{Case, Reset};
use crate::cause::Bearing;
use crate::detect::{Finding, Outcome};

declare_detector! {
    /// The reset carries data.
    ///
    /// ## Sees
    /// Octets behind the TCP header of the reset.
    ///
    /// ## Means
    /// No common host stack puts data into a reset. Some appliances write the reason there in words, some
    /// programs reflect the packet they answer.
    ///
    /// ## Misleads when
    /// A host implements the diagnostic payload that is being standardised (magic 0x33AA), or an old Unix writes
    /// its reason (RFC 9293 §3.5.3 allows it).
    ///
    /// ## Needs
    /// The reset with the IP header's length.
    ///
    /// ## References
    /// RFC 9293 §3.5.3 (SHLD-2); draft-ietf-tcpm-rst-diagnostic-payload-01 (2026-04).
    ResetCarriesData { id: "reset-carries-data", group: Data, examine: examine }
}

fn examine(_: &Case, reset: &Reset) -> Outcome {
    let segment = reset.segment();
    if segment.payload_len == 0 {
        return Outcome::Absent(Finding::new("no data in the reset", [segment.frame], Bearing::SILENT));
    }
    let diagnostic = reset.seen.payload.starts_with(&DIAGNOSTIC);
    let unread = reset.seen.payload.len() < DIAGNOSTIC.len();
    let what = match (diagnostic, unread) {
        (true, _) => ", a diagnostic payload (magic 0x33AA)",
        (false, true) => ", which were not captured",
        (false, false) => "",
    };
    let summary = format!("{} octets of data in the reset{what}", segment.payload_len);
    // What was not captured may be a diagnostic payload.
    let host = if diagnostic || unread { -3 } else { -17 };
    let bearing = Bearing { path_filter: -8, ..Bearing::sides(host, 0) };
    Outcome::Present(Finding::new(summary, [segment.frame], bearing))
}

/// How the diagnostic payload of draft-ietf-tcpm-rst-diagnostic-payload begins.
const DIAGNOSTIC: [u8; 2] = [0x33, 0xaa];

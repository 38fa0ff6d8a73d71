//! One file, one observation.

use crate::case::{Case, Progress, Reset, Role};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};

declare_detector! {
    /// How far SSH had got when the reset came.
    ///
    /// ## Sees
    /// Identification strings, key exchange, and, in cipher, what sizes and order tell of authentication.
    ///
    /// ## Means
    /// Each phase has its own usual deaths: refusals before the identification string, algorithm and version trouble
    /// in the key exchange, too many tries or the grace time in authentication, idleness and loss in a session.
    ///
    /// ## Misleads when
    /// Authentication and session are told apart by sizes only; compression and unusual padding hide them.
    ///
    /// ## Needs
    /// The connection's start.
    ///
    /// ## References
    /// RFC 4253 §4.2 and §7; RFC 4252 §5.
    ResetInPhase { id: "reset-in-phase", group: Exchange, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    match case.progress {
        Some(progress) => {
            let summary = match reset.role {
                Role::Ineffective => format!("no effect; in the end {}", how_far(progress)),
                _ => how_far(progress).to_owned(),
            };
            Outcome::Present(Finding::new(summary, [reset.segment().frame], Bearing::SILENT))
        }
        None => cannot_tell("too little of the start, or of one direction, is in the capture"),
    }
}

/// `progress` for readers who do not know the words of the report.
const fn how_far(progress: Progress) -> &'static str {
    match progress {
        Progress::TcpHandshake => "the TCP handshake was not complete",
        Progress::Banner => "not both sides had sent their SSH version",
        Progress::Kex => "the key exchange was not complete",
        Progress::Auth => "keys were exchanged, and nobody was logged in yet",
        Progress::Session => "the user was logged in",
        Progress::Closed => "the connection had been closed in order",
    }
}

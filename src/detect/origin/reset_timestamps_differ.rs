//! One file, one observation.

use crate::case::{Case, Form, Reset};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::wire::Traits;

declare_detector! {
    /// The reset's TCP timestamps are missing or off the clock of the claimed host.
    ///
    /// ## Sees
    /// TSval and TSecr of an abort against the host's clock, fitted to its other packets of the connection.
    ///
    /// ## Means
    /// A Linux socket that aborts stamps the reset like any segment. A stamp that continues the clock to the
    /// millisecond is hard to forge without reading the connection; a missing or stale one was not made by that socket.
    ///
    /// ## Misleads when
    /// The host is derived from BSD or is a Windows: they leave timestamps off resets. A device on the path rewrites
    /// or strips the option.
    ///
    /// ## Needs
    /// An abort in a connection that uses timestamps, with two packets of the host at least 100 ms apart.
    ///
    /// ## References
    /// RFC 7323 §3.2 and §5.4. Measured on Linux 6.18 (lab of the project, `captures/`).
    ResetTimestampsDiffer { id: "reset-timestamps-differ", group: Form, examine: examine }
}

fn examine(_: &Case, reset: &Reset) -> Outcome {
    if reset.form != Form::Abort {
        return cannot_tell("only an abort carries timestamps");
    }
    match reset.stack.stamps {
        None => {
            return cannot_tell(format!("no other packet of the {} is in the capture", reset.claimed.word()));
        }
        Some(false) => return cannot_tell("the connection does not use timestamps"),
        Some(true) => {}
    }
    let segment = reset.segment();
    if segment.traits.has(Traits::OPTIONS_CUT) {
        return cannot_tell("the snaplen cut the reset's options");
    }
    let Some((value, _)) = segment.timestamps() else {
        let summary =
            "RST+ACK without timestamps in a connection that uses them: a Linux socket stamps its abort";
        // Measured for Linux; of other stacks it is known that some leave them off, judgement.
        let socket = if reset.stack.like_linux { -14 } else { -5 };
        let bearing = Bearing { socket, owner: socket + 2, ..Bearing::SILENT };
        return Outcome::Present(Finding::new(summary, [segment.frame], bearing));
    };
    let Some(clock) = &reset.stack.clock else {
        let summary = "RST+ACK with timestamps, as the connection uses them";
        // No forged reset of the lab had any; who reads the connection can copy one. Judgement.
        return Outcome::Absent(Finding::new(
            summary,
            [segment.frame],
            Bearing { forger: -6, ..Bearing::SILENT },
        ));
    };
    let off = clock.error(segment, value);
    let frames = [segment.frame, clock.last.frame];
    if off.abs() <= clock.tolerance(segment) {
        let summary = format!(
            "timestamp {value} continues the host's clock ({:.0} a second) to {off:+.0} ticks",
            clock.rate
        );
        // Half a second of a 32-bit clock is one in millions for who guesses; who copies the last stamp is right too. Judgement.
        return Outcome::Absent(Finding::new(summary, frames, Bearing { forger: -13, ..Bearing::SILENT }));
    }
    let summary =
        format!("timestamp {value} is {off:+.0} ticks off the host's clock ({:.0} a second)", clock.rate);
    // The clock is the connection's own and was fitted; a box that rewrites stamps would rewrite all. Judgement.
    Outcome::Present(Finding::new(summary, frames, Bearing { socket: -18, owner: -10, ..Bearing::SILENT }))
}

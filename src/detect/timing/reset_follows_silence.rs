//! One file, one observation.

use crate::case::{BlindKind, Case, Reset};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::flow::SHORTEST;
use crate::units::Elapsed;

declare_detector! {
    /// The reset came when the connection had been silent, or answers the first packet after a silence.
    ///
    /// ## Sees
    /// The last stretch of at least 0.5 s without a packet while nothing was unacknowledged and no keepalive probe
    /// unanswered, with less than 3 s of ordinary traffic between it and the reset; and the longest silence that
    /// the connection survived before.
    ///
    /// ## Means
    /// Firewalls, NATs and balancers forget silent connections. A reset at the first packet after a long silence is
    /// what they do, and what a host does that was restarted meanwhile.
    ///
    /// ## Misleads when
    /// People pause too: a short silence before a reset is chance. Keepalives cut silences into pieces. A clock that was set
    /// makes or hides a silence; where TCP timestamps contradict the capture's clock, it is said.
    ///
    /// ## Needs
    /// Packets before the silence.
    ///
    /// ## References
    /// RFC 5382 REQ-5; RFC 9293 §3.8.4.
    ResetFollowsSilence { id: "reset-follows-silence", group: Exchange, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    let segment = reset.segment();
    let Some(silence) = reset.seen.silence else {
        if reset.seen.unmeasured {
            return cannot_tell("the capture's clock was set while the connection waited before the reset");
        }
        if case.is_blind(BlindKind::OneDirection) {
            return cannot_tell(
                "only one direction was captured: what looks silent may have been waiting for an answer",
            );
        }
        if let Some(seen) = too_short(case, reset) {
            return cannot_tell(format!("the capture begins {seen} before the reset, in mid-connection"));
        }
        return Outcome::Absent(Finding::new(
            "no silence before the reset",
            [segment.frame],
            Bearing::SILENT,
        ));
    };
    let survived = match reset.seen.survived {
        Some(survived) => format!("; the longest silence before it was {}", survived.length),
        None => String::new(),
    };
    let denied = silence.denied_by.map_or(String::new(), |end| {
        format!("; the clock of the {} counted far less", case.flow.side(end).word())
    });
    let summary = format!("{} of silence before the reset{survived}{denied}", silence.length);
    let frames = [silence.before, silence.after, segment.frame];
    // Measured: 0 to 2 dB for any silence. Below a minute it may be anybody's pause; no known network timer is shorter than 30 s
    // by default.
    let bearing = if silence.length >= LONG && silence.denied_by.is_none() {
        Bearing::sides(-2, 0)
    } else {
        Bearing::SILENT
    };
    Outcome::Present(Finding::new(summary, frames, bearing))
}

/// What there is of a connection that began before the capture, if no silence fits into it.
fn too_short(case: &Case, reset: &Reset) -> Option<Elapsed> {
    let first = case.flow.timeline.segments().next().unwrap_or(*reset.segment());
    let seen = reset.segment().time.since(first.time).max_zero();
    (case.is_blind(BlindKind::StartsMidstream) && seen < SHORTEST).then_some(seen)
}

/// Shortest silence that raises the odds of a box.
const LONG: Elapsed = Elapsed::from_secs(45);

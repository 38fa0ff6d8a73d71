//! One file, one observation.

use crate::case::{Case, Form, Reset};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::flow::SeenReset;
use crate::frame::FrameNo;
use crate::units::Elapsed;
use crate::wire::Segment;

declare_detector! {
    /// Several resets came together that no host would send together.
    ///
    /// ## Sees
    /// Resets within 2 s of the decisive one: more than one abort of the same host; resets that carry both
    /// addresses and answer nothing.
    ///
    /// ## Means
    /// A socket aborts once, and no host answers a reset with a reset. A box that wants to be sure sends several,
    /// with sequence numbers that would fit if more data were under way, or resets both ends.
    ///
    /// ## Misleads when
    /// A host without the socket answers every segment of a burst: those resets have no ACK and are not counted. Windows
    /// sets ACK there; where the host may be one, resets that answer a packet of their own are left out.
    /// Both hosts lost the connection and answer each other's old data.
    ///
    /// ## Needs
    /// All resets of the connection, and 2 s of capture after the decisive one.
    ///
    /// ## References
    /// Weaver, Sommer, Paxson, NDSS 2009 (`RST_SEQ_CHANGE`); Clayton, Murdoch, Watson, PET 2006.
    ResetsInSeries { id: "resets-in-series", group: Series, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    let segment = reset.segment();
    let near = |other: &&SeenReset| {
        let apart = other.segment.time.since(segment.time);
        other.segment.frame != segment.frame && apart < WITHIN && Elapsed::ZERO - WITHIN < apart
    };
    let aborts = case.flow.resets.iter().filter(near).filter(|other| {
        other.segment.flags.ack() && !(reset.stack.like_windows() && is_asked_for(case, &other.segment))
    });
    let (same, opposite): (Vec<_>, Vec<_>) = aborts.partition(|other| other.segment.from == segment.from);
    let after_reset = |other: &&&SeenReset| other.segment.frame > segment.frame;
    // No capture of a host has it: a Linux socket is gone after its reset. Less for all that is no socket. Judgement.
    let bearing =
        Bearing { socket: -17, stack: -10, host_filter: -10, path_filter: -6, owner: -10, forger: 0 };
    if reset.form == Form::Abort && !same.is_empty() {
        let mut frames: Vec<FrameNo> = same.iter().map(|other| other.segment.frame).collect();
        frames.push(segment.frame);
        frames.sort_unstable();
        let summary = format!(
            "{} resets with ACK from the {}: a socket aborts once",
            same.len() + 1,
            reset.claimed.word()
        );
        return Outcome::Present(Finding::new(summary, frames.into_iter().take(8), bearing));
    }
    if let Some(mirror) = opposite.iter().find(after_reset)
        && reset.form == Form::Abort
    {
        let apart = mirror.segment.time.since(segment.time);
        let summary =
            format!("a reset with ACK from each end, {apart} apart: no host answers a reset with a reset");
        return Outcome::Present(Finding::new(summary, [segment.frame, mirror.segment.frame], bearing));
    }
    let watched = case.capture_end.since(segment.time);
    if watched < WITHIN {
        return cannot_tell(match watched.max_zero() {
            Elapsed::ZERO => "the capture ends with the reset".to_owned(),
            watched => format!("the capture ends {watched} after the reset"),
        });
    }
    Outcome::Absent(Finding::new(
        "no other reset beside it that a host would not send",
        [segment.frame],
        Bearing::SILENT,
    ))
}

/// Window in which resets belong together (the re-implementation of `RST_SEQ_CHANGE` uses the same).
const WITHIN: Elapsed = Elapsed::from_secs(2);

/// Whether `later` answers a packet of its own: Windows answers late data by RST with ACK.
fn is_asked_for(case: &Case, later: &Segment) -> bool {
    let mut asked = case
        .flow
        .timeline
        .segments()
        .filter(|other| other.from != later.from && other.frame < later.frame && !other.flags.rst());
    asked.next_back().is_some_and(|asked| {
        let last_reset = case.flow.resets.iter().rfind(|seen| seen.segment.frame < later.frame);
        asked.ack == later.seq && last_reset.is_none_or(|last| last.segment.frame < asked.frame)
    })
}

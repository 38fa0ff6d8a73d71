//! One file, one observation.

use crate::case::{BlindKind, Case, Reset};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::flow::SeenReset;
use crate::frame::FrameNo;
use crate::units::Elapsed;
use crate::wire::{Segment, Seq};

declare_detector! {
    /// Several resets count upwards to numbers that the claimed host had never sent.
    ///
    /// ## Sees
    /// Resets of one end within 2 s of the decisive one whose sequence numbers grow beyond all data of that end and
    /// beyond all that the other end has acknowledged; and windows that go up by one.
    ///
    /// ## Means
    /// Who does not see in time what is under way guesses: the next number, one segment farther, two. A host knows its
    /// numbers, and a TCP without the socket copies them from what it answers, so that each of its resets has a number
    /// that the other end had acknowledged. Windows that count are an injector's loop.
    ///
    /// ## Misleads when
    /// The capture lost the data or the packets answered; a FIN before the resets takes one number.
    ///
    /// ## Needs
    /// Two resets of one end, and packets of both ends before them, without losses.
    ///
    /// ## References
    /// Weaver, Sommer, Paxson, NDSS 2009 (`RST_SEQ_CHANGE`), with the guards of Khattak's InjectedResetDetector: 2 s,
    /// more than two numbers. Clayton, Murdoch, Watson, PET 2006 (steps of 1460). gfw.report, 2025-08-20 (windows 1980, 1981, 1982).
    ResetsCountUpwards { id: "resets-count-upwards", group: Series, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    let segment = reset.segment();
    let near = |other: &&SeenReset| {
        let apart = other.segment.time.since(segment.time);
        other.segment.from == segment.from && apart < WITHIN && Elapsed::ZERO - WITHIN < apart
    };
    let series: Vec<Segment> = case.flow.resets.iter().filter(near).map(|other| other.segment).collect();
    if series.len() < 2 {
        return alone(case, segment);
    }
    let blind = [BlindKind::PacketsMissing, BlindKind::OneDirection, BlindKind::ClockReversed];
    if let Some(blind) = blind.into_iter().find(|&kind| case.is_blind(kind)) {
        return cannot_tell(format!("the capture cannot tell which numbers were used ({})", blind.id()));
    }
    let frames = series.iter().map(|other| other.frame).take(8);
    if let Some(step) = counting_windows(&series) {
        let summary = format!("{} resets whose windows count up by one from {step}", series.len());
        // Three values in a row, twice one in 65536: no stack counts there. Judgement.
        return Outcome::Present(Finding::new(summary, frames, Bearing::points_to_forger(-20)));
    }
    let Some((next, known)) = reset.seen.sender_next.zip(highest(case, &series)) else {
        return cannot_tell(format!("nothing the {} sent before is in the capture", reset.claimed.word()));
    };
    let beyond: Vec<&Segment> = series.iter().filter(|other| other.seq.since(next.max(known)) > 2).collect();
    if beyond.is_empty() || reset.seen.after_fin {
        let summary = format!("{} resets, none beyond what was sent and acknowledged", series.len());
        return Outcome::Absent(Finding::new(summary, frames, Bearing::SILENT));
    }
    if series.windows(2).all(|pair| matches!(pair, [a, b] if a.seq == b.seq)) {
        // Counting needs two numbers: one beyond what was seen may follow a packet that was not captured.
        return cannot_tell(format!("{} resets with one number, beyond what was captured", series.len()));
    }
    let farthest = beyond.iter().map(|other| other.seq.since(next)).max().unwrap_or_default();
    let summary = format!(
        "{} of {} resets count up beyond all that the {} sent, up to {farthest:+}",
        beyond.len(),
        series.len(),
        reset.claimed.word()
    );
    // Four captures of boxes, none of hosts, too few to measure: judgement. Two that miss alike are no accident of one lost
    // packet.
    let host = if beyond.len() > 1 { -22 } else { -17 };
    Outcome::Present(Finding::new(summary, frames, Bearing::points_to_forger(host)))
}

/// What one reset says: that it was the only one, if the capture goes on for long enough.
fn alone(case: &Case, reset: &Segment) -> Outcome {
    if case.capture_end.since(reset.time) < WITHIN {
        return cannot_tell("the capture ends too soon to see whether more resets followed");
    }
    Outcome::Absent(Finding::new("one reset, which counts nowhere", [reset.frame], Bearing::SILENT))
}

/// Window in which resets belong together.
const WITHIN: Elapsed = Elapsed::from_secs(2);

/// The highest number of the claimed host that any packet shows, sent or acknowledged, at any time around the series.
fn highest(case: &Case, series: &[Segment]) -> Option<Seq> {
    let from = series.first()?.from;
    let last: FrameNo = series.last()?.frame;
    let shown = case.flow.timeline.segments().filter(|other| !other.flags.rst() && other.frame < last);
    let numbers = shown.filter_map(|other| {
        if other.from == from { Some(other.end()) } else { other.flags.ack().then_some(other.ack) }
    });
    numbers.reduce(Seq::max)
}

/// The first of at least three windows that count up by one, reset after reset.
fn counting_windows(series: &[Segment]) -> Option<u16> {
    let windows: Vec<u16> = series.iter().map(|other| other.window).filter(|&window| window != 0).collect();
    let counts = windows.len() >= 3
        && windows.windows(2).all(|pair| matches!(pair, [a, b] if b.wrapping_sub(*a) == 1));
    windows.first().copied().filter(|_| counts)
}

//! One file, one observation.

use crate::case::{Case, Reset};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::frame::FrameNo;
use crate::units::Elapsed;
use crate::wire::{Segment, Traits};

declare_detector! {
    /// Two resets with one host's address were not made by one stack.
    ///
    /// ## Sees
    /// Resets of one end, with the same flags and within 2 s: whether they have the same TTL, the same Don't Fragment, and
    /// both an IPv4 identification or both none.
    ///
    /// ## Means
    /// A stack makes all its resets alike, and they take one path. Of two that differ one at least was made by another machine:
    /// several boxes watch the connection, or the host answered too. Where one of them has the host's TTL and the other has not,
    /// the other is the stranger's.
    ///
    /// ## Misleads when
    /// A firewall forgets the connection when it sees the host's own reset, and rejects what was still under way. The capture
    /// holds the same packet before and behind a router: resets that differ by one router within 2 ms are left out.
    ///
    /// ## Needs
    /// Two resets of the claimed host, or 2 s of capture after the only one.
    ///
    /// ## References
    /// Clayton, Murdoch, Watson, PET 2006 (several devices answer one packet). In the laboratories all resets of a host agreed in
    /// these fields.
    ResetsDiffer { id: "resets-differ", group: Series, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    let segment = reset.segment();
    let comparable = |other: &&Segment| {
        let apart = other.time.since(segment.time);
        other.from == segment.from
            && other.frame != segment.frame
            && other.flags == segment.flags
            && apart < WITHIN
            && Elapsed::ZERO - WITHIN < apart
            && !is_same_packet(segment, other)
    };
    let others: Vec<Segment> =
        case.flow.resets.iter().map(|seen| &seen.segment).filter(comparable).copied().collect();
    if others.is_empty() {
        return alone(case, segment);
    }
    let Some((other, what)) = others.iter().find_map(|other| Some((other, differs(segment, other)?))) else {
        let frames = others.iter().map(|other| other.frame).take(8);
        let summary = format!("{} resets made alike", others.len() + 1);
        return Outcome::Absent(Finding::new(summary, frames.chain([segment.frame]), Bearing::SILENT));
    };
    let frames: [FrameNo; 2] = [segment.frame, other.frame];
    let summary = format!("{what} as in the reset of frame {}: two machines made them", other.frame);
    let own = &case.flow.half(reset.claimed).ttl;
    let (this_fits, other_fits) = (own.count(segment.ttl) > 0, own.count(other.ttl) > 0);
    // No host of the laboratories had two, and no box either: judgement. Its own group has stronger signs, so this decides
    // only where nothing else was seen.
    let bearing = match (this_fits, other_fits) {
        (true, false) => Bearing::SILENT,
        (false, true) => Bearing::sides(-10, 0),
        _ => Bearing::sides(-6, 0),
    };
    Outcome::Present(Finding::new(summary, frames, bearing))
}

fn alone(case: &Case, reset: &Segment) -> Outcome {
    if case.capture_end.since(reset.time) < WITHIN {
        return cannot_tell("the capture ends too soon to see whether another reset followed");
    }
    Outcome::Absent(Finding::new("no other reset like it to compare", [reset.frame], Bearing::SILENT))
}

/// Window in which resets belong together, as for the other signs of a series.
const WITHIN: Elapsed = Elapsed::from_secs(2);

/// In what `reset` differs from `other`, in words.
fn differs(reset: &Segment, other: &Segment) -> Option<String> {
    let fragmentable = |it: &Segment| !it.traits.has(Traits::DONT_FRAGMENT);
    let v4 = !reset.traits.has(Traits::IPV6);
    if reset.ttl != other.ttl {
        Some(format!("TTL {}, not {}", reset.ttl, other.ttl))
    } else if v4 && fragmentable(reset) != fragmentable(other) {
        let word = |it: &Segment| if fragmentable(it) { "clear" } else { "set" };
        Some(format!("Don't Fragment {}, not {},", word(reset), word(other)))
    } else if v4 && (reset.ip_id == 0) != (other.ip_id == 0) {
        Some(format!("identification {}, not {}", reset.ip_id, other.ip_id))
    } else {
        None
    }
}

/// Whether both may be one packet, before and behind a router.
fn is_same_packet(one: &Segment, other: &Segment) -> bool {
    let apart = other.time.since(one.time).as_nanos().unsigned_abs();
    (one.seq, one.ack, one.window, one.ip_id) == (other.seq, other.ack, other.window, other.ip_id)
        && one.ttl.abs_diff(other.ttl) <= 1
        && apart < 2_000_000
}

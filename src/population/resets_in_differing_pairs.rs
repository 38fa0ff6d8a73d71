//! The same reset twice, but not octet by octet.

use super::crowd::{Crowd, counted};
use super::same_reset_from_several_hosts::BY_HOSTS;
use super::{Judged, Pattern};
use crate::case::Role;
use crate::flow::SeenReset;
use crate::frame::FrameNo;
use crate::units::Elapsed;
use crate::wire::{Segment, Traits};

declare_pattern! {
    /// In several sessions the decisive reset came twice, with the same numbers and in other respects not the same.
    ///
    /// ## Sees
    /// Two sessions or more with two resets of one end that have the same sequence and acknowledgement number, come within
    /// half a second, and differ in TTL, TOS, window, flags, options or Don't Fragment.
    ///
    /// ## Means
    /// A stack that answers two packets alike sends the same reset twice, and a copy by the capture has at most a lower TTL
    /// for each router. Two senders that know the same numbers do not agree on the rest: a box and the host behind it, or two
    /// boxes of one injector.
    ///
    /// ## Misleads when
    /// A router between two places of one capture rewrites TOS. A host answers with the TOS of what it got, and its peer
    /// changed that in between.
    ///
    /// ## Needs
    /// Resets that come after the decisive one.
    ///
    /// ## References
    /// Weaver, Sommer, Paxson, NDSS 2009; gfw.report, 2025-08-20 (three resets for one packet).
    RESETS_IN_DIFFERING_PAIRS = "resets-in-differing-pairs"
}

/// Sessions from which on it is no accident.
const SESSIONS: usize = 2;

/// Both answer the same packet, from places of one path.
const APART: Elapsed = Elapsed::from_millis(500);

pub(super) fn find(crowd: &Crowd<'_>) -> Vec<Pattern> {
    let pairs: Vec<(usize, [FrameNo; 2])> =
        crowd.timed().filter_map(|(index, judged)| Some((index, pair(judged)?))).collect();
    if pairs.len() < SESSIONS {
        return Vec::new();
    }
    let detail = format!(
        "in {} the decisive reset came twice, with the same numbers but not the same octets: two senders knew of the connection",
        counted(pairs.len(), "session")
    );
    let sessions: Vec<usize> = pairs.iter().map(|(index, _)| *index).collect();
    let pattern = Pattern::new(&RESETS_IN_DIFFERING_PAIRS, sessions.clone(), detail);
    vec![pattern.shown_by(pairs.iter().flat_map(|(_, frames)| *frames)).moving(&sessions, &BY_HOSTS)]
}

fn pair(judged: &Judged) -> Option<[FrameNo; 2]> {
    let case = &judged.case;
    // Where packets come twice, copies at other places of the path are among them.
    let reset = case.reset.as_ref().filter(|it| it.role == Role::Initiating && case.flow.copies == 0)?;
    let first = reset.segment();
    let twin = |other: &&SeenReset| {
        let (other, apart) = (&other.segment, other.segment.time.since(first.time));
        other.frame > first.frame
            && apart <= APART
            && (other.from, other.seq, other.ack) == (first.from, first.seq, first.ack)
            && looks(other) != looks(first)
    };
    case.flow.resets.iter().find(twin).map(|other| [first.frame, other.segment.frame])
}

/// What a stack does not change from one answer to the next.
fn looks(reset: &Segment) -> (u8, u8, u16, u16, u16) {
    let kept = [Traits::DONT_FRAGMENT, Traits::TIMESTAMPS];
    let traits = kept.into_iter().filter(|&bit| reset.traits.has(bit)).fold(0, |sum, bit| sum | bit.0);
    (reset.ttl, reset.dscp(), reset.window, reset.flags.0, traits)
}

//! Which frames are a session's.

use std::collections::BTreeSet;

use super::clear::{Names, Stream};
use crate::case::Case;
use crate::frame::{FrameNo, Place};
use crate::ssh::{Software, anonymous_text_octets};
use crate::wire::End;

/// A session whose frames are taken.
#[derive(Debug)]
pub(super) struct Chosen {
    place: Place,
    first: FrameNo,
    last: FrameNo,
    /// Only these, where not all are wanted.
    only: Option<BTreeSet<u64>>,
    low: Stream,
    high: Stream,
    /// Frames taken.
    pub(super) taken: u64,
}

impl Chosen {
    /// The session of `case`: all its frames, or with `cited` those, and with `ends` those that analysis kept, too.
    pub(super) fn of(case: &Case, cited: Option<BTreeSet<u64>>, ends: bool) -> Self {
        let flow = &case.flow;
        let only = cited.map(|mut only| {
            if ends {
                only.extend(flow.timeline.segments().map(|segment| segment.frame.0));
            }
            only
        });
        let negotiated = case.transcript.negotiated.as_ref();
        let group_exchange =
            negotiated.is_some_and(|agreed| agreed.kex.starts_with("diffie-hellman-group-exchange"));
        let stream = |end: End| {
            let party = case.transcript.party.of(flow.side(end));
            let words = party.stray.as_ref().map(|stray| {
                let start = stray.mark.offset;
                start..start + anonymous_text_octets(&stray.text) as u64
            });
            Stream::new(Names {
                open: party.banner.as_ref().map_or(0, |it| Software::anonymous_octets(&it.line)),
                words: words.unwrap_or_default(),
                group_exchange,
            })
        };
        let quoted = flow.quotes.iter().map(|quote| quote.frame);
        Self {
            place: flow.place,
            first: flow.first.frame,
            last: quoted.fold(flow.last.frame, FrameNo::max),
            only,
            low: stream(End::Low),
            high: stream(End::High),
            taken: 0,
        }
    }

    /// Whether a frame of its two ends, seen at `place`, belongs to this connection of theirs.
    pub(super) fn holds(&self, frame: FrameNo, place: Place) -> bool {
        place == self.place && (self.first..=self.last).contains(&frame)
    }

    /// Whether its frame is taken.
    pub(super) fn wants(&self, frame: FrameNo) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&frame.0))
    }

    /// The stream that `end` sends.
    pub(super) const fn stream(&mut self, end: End) -> &mut Stream {
        match end {
            End::Low => &mut self.low,
            End::High => &mut self.high,
        }
    }
}

//! What the patterns compare of a session's packets.

use crate::case::Case;
use crate::flow::{Flow, Pair, Side};
use crate::frame::FrameNo;
use crate::units::{Elapsed, Timestamp};

/// What the patterns compare of a session's packets, noted while they are at hand.
///
/// Afterwards these rest, and to look at those of all sessions again took a tenth of the time of an analysis (2 GiB of
/// sessions, measured 2026-11-22).
#[derive(Debug, Default)]
pub(super) struct Gist {
    /// `None` where one side sent fewer than [`Bursts::FEWEST`].
    pub(super) bursts: Option<Bursts>,
    /// The last packets of the sides that were still talking when the capture saw them last, resets left out.
    pub(super) stopped: Pair<Option<LastPacket>>,
}

/// The packet with which a side stopped.
#[derive(Clone, Copy, Debug)]
pub(super) struct LastPacket {
    pub(super) frame: FrameNo,
    /// TSval and TSecr (RFC 7323), if it had them.
    pub(super) timestamps: Option<(u32, u32)>,
}

/// When bursts of data of one session began.
#[derive(Debug)]
pub(super) struct Bursts {
    pub(super) client: Vec<Timestamp>,
    pub(super) server: Vec<Timestamp>,
}

/// The bursts of one end so far.
#[derive(Default)]
struct Heard {
    began: Vec<Timestamp>,
    last: Option<Timestamp>,
}

impl Gist {
    pub(super) fn of(case: &Case) -> Self {
        let flow = &case.flow;
        let stopped = |side| stopped(flow, side);
        Self {
            bursts: Bursts::of(flow),
            stopped: Pair { client: stopped(Side::Client), server: stopped(Side::Server) },
        }
    }
}

/// The last packet of `side`, if it had not closed. Scans never got so far.
fn stopped(flow: &Flow, side: Side) -> Option<LastPacket> {
    if !flow.is_established() || flow.half(side).fin.is_some() {
        return None;
    }
    let from = flow.end(side);
    let last = flow.timeline.segments().rfind(|it| it.from == from && !it.flags.rst())?;
    Some(LastPacket { frame: last.frame, timestamps: last.timestamps() })
}

impl Bursts {
    /// Packets closer than this are one burst: an echo comes back in more, a keystroke does not.
    const BURST: Elapsed = Elapsed::from_millis(10);

    /// Bursts each way below which two sessions may agree by chance.
    pub(super) const FEWEST: usize = 5;

    /// Bursts of one direction that are compared.
    const COMPARED: usize = 256;

    fn of(flow: &Flow) -> Option<Self> {
        let few = |side| flow.half(side).data_segments < Self::FEWEST as u64;
        if Side::BOTH.into_iter().any(few) {
            return None;
        }
        let mut heard = Pair::<Heard>::default();
        for segment in flow.timeline.each().filter(|it| it.payload_len > 0 && !it.flags.rst()) {
            heard.of_mut(flow.side(segment.from)).take(segment.time);
        }
        let Pair { client, server } = heard;
        Some(Self { client: client.bursts()?, server: server.bursts()? })
    }
}

impl Heard {
    fn take(&mut self, time: Timestamp) {
        let begins = self.last.replace(time).is_none_or(|last| time.since(last) > Bursts::BURST);
        if begins && self.began.len() < Bursts::COMPARED {
            self.began.push(time);
        }
    }

    /// When they began; `None` of too few.
    fn bursts(mut self) -> Option<Vec<Timestamp>> {
        self.began.shrink_to_fit();
        (self.began.len() >= Bursts::FEWEST).then_some(self.began)
    }
}

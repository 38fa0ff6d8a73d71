//! The packets of a session as points, for the drawings of a report. Not in the JSON: the capture has them.

use crate::case::Case;
use crate::flow::Flow;
use crate::wire::{Segment, Traits};

/// One packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Its frame.
    pub frame: u64,
    /// Seconds since the session's first frame.
    pub at_s: f64,
    /// Whose address it carries: `client` or `server`.
    pub side: &'static str,
    /// Octets that its sender had sent before its first one; `None` where the sequence number is none of the stream's.
    pub offset: Option<u64>,
    /// Octets of data.
    pub octets: u32,
    /// What it is.
    pub kind: Kind,
    /// TTL or hop limit.
    pub ttl: u8,
    /// IPv4 identification; `None` in IPv6.
    pub ip_id: Option<u16>,
}

/// Kinds of packets that are drawn differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Data or a bare acknowledgement.
    Ordinary,
    /// SYN or FIN.
    Control,
    /// RST that the verdict is not about.
    Reset,
    /// The RST that the verdict is about.
    Decisive,
}

/// Most points of one session.
const POINTS: usize = 512;

/// The packets of `case` that were kept, thinned to [`POINTS`]; resets are never left out.
pub(super) fn of(case: &Case) -> Vec<Point> {
    let flow = &case.flow;
    let decisive = case.reset.as_ref().map(|reset| reset.segment().frame);
    let resets = flow.timeline.segments().filter(|it| it.flags.rst()).count().min(POINTS);
    let others = flow.timeline.segments().count() - resets;
    let step = others.div_ceil((POINTS - resets).max(1)).max(1);
    let mut seen = 0;
    let mut wanted = |segment: &Segment| {
        seen += usize::from(!segment.flags.rst());
        segment.flags.rst() || seen % step == 0
    };
    let kept = flow.timeline.segments().filter(|segment| wanted(segment)).take(POINTS);
    kept.map(|segment| point(flow, &segment, decisive == Some(segment.frame))).collect()
}

fn point(flow: &Flow, segment: &Segment, decisive: bool) -> Point {
    let flags = segment.flags;
    Point {
        frame: segment.frame.0,
        at_s: segment.time.since(flow.start()).max_zero().as_secs_f64(),
        side: flow.side(segment.from).word(),
        offset: if flags.syn() { Some(0) } else { flow.at(segment.from).offset(segment.seq) },
        octets: segment.payload_len,
        kind: match () {
            () if decisive => Kind::Decisive,
            () if flags.rst() => Kind::Reset,
            () if flags.syn() || flags.fin() => Kind::Control,
            () => Kind::Ordinary,
        },
        ttl: segment.ttl,
        ip_id: (!segment.traits.has(Traits::IPV6)).then_some(segment.ip_id),
    }
}

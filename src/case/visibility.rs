//! What the capture could not show. Every abstention points here.

use crate::flow::{Flow, Side};
use crate::frame::FrameNo;
use crate::wire::Traits;

/// A blindness of the capture, of one connection or of all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Blind {
    /// What kind.
    pub kind: BlindKind,
    /// In words, with numbers.
    pub detail: String,
    /// Where it shows, at most a few frames.
    pub frames: Vec<FrameNo>,
}

/// Kinds of blindness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BlindKind {
    /// The file or stream is cut or damaged.
    CaptureDamaged,
    /// Packets were dropped while capturing, by the capture's own count.
    CaptureDropped,
    /// Packets that were left out of the capture because its user asked for that.
    CaptureFiltered,
    /// Frames that could not be decoded.
    Undecoded,
    /// The connection's start is not in the capture.
    StartsMidstream,
    /// Packets of one direction only.
    OneDirection,
    /// Octets that were acknowledged are not in the capture.
    PacketsMissing,
    /// Frames were cut by the snaplen before the end of their data.
    Snaplen,
    /// The capture's clock ran backwards, or its frames are out of order.
    ClockReversed,
    /// Every packet, or many, came twice.
    Duplicates,
    /// A bound of sshrst was reached.
    LimitReached,
}

impl BlindKind {
    /// The kebab-case name in the report.
    pub const fn id(self) -> &'static str {
        match self {
            Self::CaptureDamaged => "capture-damaged",
            Self::CaptureDropped => "capture-dropped-packets",
            Self::CaptureFiltered => "capture-filtered",
            Self::Undecoded => "frames-not-decoded",
            Self::StartsMidstream => "capture-starts-midstream",
            Self::OneDirection => "one-direction-only",
            Self::PacketsMissing => "packets-missing",
            Self::Snaplen => "frames-cut-by-snaplen",
            Self::ClockReversed => "clock-reversed",
            Self::Duplicates => "packets-duplicated",
            Self::LimitReached => "limit-reached",
        }
    }
}

/// What could not be seen of `flow`.
pub(super) fn of(flow: &Flow) -> Vec<Blind> {
    let mut blind = Vec::new();
    let mut note = |kind, detail: String, frames: Vec<FrameNo>| blind.push(Blind { kind, detail, frames });
    let (client, server) = (flow.half(Side::Client), flow.half(Side::Server));
    if client.isn.is_none() && server.isn.is_none() {
        note(
            BlindKind::StartsMidstream,
            "the TCP handshake is not in the capture".into(),
            vec![flow.first_frame()],
        );
    }
    let silent = |packets: u64, other: u64| packets == 0 && other > 3;
    for side in Side::BOTH {
        if silent(flow.half(side).packets, flow.half(!side).packets) && flow.half(!side).acked.is_some() {
            let detail = format!("no packet of the {} was captured", side.word());
            note(BlindKind::OneDirection, detail, vec![flow.first_frame()]);
        }
    }
    let missing = client.assembler.missing + server.assembler.missing;
    let cut = flow.timeline.segments().filter(|segment| segment.traits.has(Traits::OPTIONS_CUT)).count();
    if missing > 0 {
        let detail = format!("{missing} octets that were acknowledged are not in the capture");
        note(BlindKind::PacketsMissing, detail, Vec::new());
    }
    if cut > 0 {
        note(BlindKind::Snaplen, format!("{cut} frames were cut inside the TCP options"), Vec::new());
    }
    if flow.time_reversals > 0 {
        let detail = format!("{} frames are older than the frame before them", flow.time_reversals);
        note(BlindKind::ClockReversed, detail, Vec::new());
    }
    if flow.copies > 0 {
        let detail = format!("{} packets came twice; the copies were left out", flow.copies);
        note(BlindKind::Duplicates, detail, Vec::new());
    }
    if flow.reset_count > flow.resets.len() as u64 {
        let detail = format!("{} resets, the first {} looked at singly", flow.reset_count, flow.resets.len());
        note(BlindKind::LimitReached, detail, Vec::new());
    }
    blind
}

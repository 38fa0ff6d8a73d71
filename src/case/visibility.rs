//! What the capture could not show. Every abstention points here.

use crate::flow::{Contradictions, Flow, Side};
use crate::frame::FrameNo;
use crate::ssh::Transcript;
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
    /// Octets came twice with other content: which of the two the receiver took cannot be seen.
    ContentContradicts,
    /// Frames were cut by the snaplen before the end of their data.
    Snaplen,
    /// The capture's clock ran backwards, or its frames are out of order.
    ClockReversed,
    /// Every packet, or many, came twice.
    Duplicates,
    /// The connection is one path of a Multipath TCP connection: its octets and its end are not SSH's alone.
    Multipath,
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
            Self::ContentContradicts => "segments-contradict",
            Self::Snaplen => "frames-cut-by-snaplen",
            Self::ClockReversed => "clock-reversed",
            Self::Duplicates => "packets-duplicated",
            Self::Multipath => "multipath-tcp",
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
    if is_multipath(flow) {
        let detail =
            "one path of a Multipath TCP connection: SSH may go on over another when this one is reset"
                .into();
        note(BlindKind::Multipath, detail, vec![flow.first_frame()]);
    }
    let missing = client.assembler.missing + server.assembler.missing;
    let cut = client.assembler.cut + server.assembler.cut;
    let cut_options =
        flow.timeline.segments().filter(|segment| segment.traits.has(Traits::OPTIONS_CUT)).count();
    if missing > 0 {
        let detail = format!("{missing} octets that were acknowledged are not in the capture");
        note(BlindKind::PacketsMissing, detail, Vec::new());
    }
    for side in Side::BOTH {
        let contradictions = &flow.half(side).contradictions;
        if contradictions.count > 0 {
            note(
                BlindKind::ContentContradicts,
                contradicting(contradictions, side),
                contradictions.frames.clone(),
            );
        }
    }
    if cut > 0 {
        note(BlindKind::Snaplen, format!("{cut} octets of data were cut off by the snaplen"), Vec::new());
    }
    if cut_options > 0 {
        note(BlindKind::Snaplen, format!("{cut_options} frames were cut inside the TCP options"), Vec::new());
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

/// RFC 9293 has no host do that; the assembler keeps what came first, as a receiver does that read it meanwhile.
fn contradicting(contradictions: &Contradictions, side: Side) -> String {
    let (count, word) = (contradictions.count, side.word());
    let segments = if count == 1 { "segment has" } else { "segments have" };
    format!(
        "{count} {segments} other octets than the {word} had sent at that place before: somebody else sent one of them, to \
         deceive the {other} or its watchers, or one was damaged; the first is taken here",
        other = (!side).word(),
    )
}

/// What could not be kept of `transcript`.
pub(super) fn of_transcript(transcript: &Transcript) -> Option<Blind> {
    (transcript.violations_omitted > 0).then(|| Blind {
        kind: BlindKind::LimitReached,
        detail: format!("{} more broken rules of SSH are not listed", transcript.violations_omitted),
        frames: Vec::new(),
    })
}

/// Whether both ends agreed on Multipath TCP (RFC 8684 §3.1, §3.2).
fn is_multipath(flow: &Flow) -> bool {
    let agreed = |side: Side| {
        let from = flow.end(side);
        let mut opening =
            flow.timeline.segments().filter(|segment| segment.from == from && segment.flags.syn());
        opening.any(|segment| segment.traits.has(Traits::MULTIPATH))
    };
    agreed(Side::Client) && agreed(Side::Server)
}

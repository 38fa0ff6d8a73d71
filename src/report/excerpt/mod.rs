//! The packets behind a report: the frames of its sessions as pcapng, with what the report says of them as comments.
//!
//! The frames come a second time, in the same order and with the same numbers as when they were analysed.

mod chosen;
mod clear;
mod comments;
mod reply;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::model::Report;
use super::pcapng::Pcapng;
use super::redact::Pseudonyms;
use crate::frame::Frame;
use crate::limits::Limits;
use crate::population::Findings;
use crate::wire::{Anatomy, Decoded, Decoder, FlowKey, Skimmed, Traits, skim};
use chosen::Chosen;
pub use comments::of_frames;

/// How much of each session's packets an excerpt holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// All.
    #[default]
    Whole,
    /// The first 128 and the last 384, and those that the report cites.
    Ends,
    /// Those that the report cites.
    Cited,
}

impl Extent {
    /// All, from the most to the least.
    pub const ALL: [Self; 3] = [Self::Whole, Self::Ends, Self::Cited];

    /// What such an excerpt holds, as the end of "of each session".
    pub const fn words(self) -> &'static str {
        match self {
            Self::Whole => "all packets",
            Self::Ends => "the first 128 packets, the last 384, and those that the report cites",
            Self::Cited => "the packets that the report cites",
        }
    }
}

/// How an excerpt is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExcerptOptions<'a> {
    /// Every session of the report, and not only those that died.
    pub all: bool,
    /// How much of each session.
    pub extent: Extent,
    /// Keep what was encrypted.
    pub with_payload: bool,
    /// Whose the packets are is hidden.
    pub redacted: Option<&'a Pseudonyms>,
}

/// An excerpt that is being made.
pub struct Excerpt<'a> {
    options: ExcerptOptions<'a>,
    limits: Limits,
    decoder: Decoder,
    chosen: BTreeMap<FlowKey, Vec<Chosen>>,
    /// The ports of those, the lower before the higher: most frames of a capture have others.
    ports: BTreeSet<(u16, u16)>,
    section: Vec<String>,
    comments: BTreeMap<u64, String>,
    fragments: u64,
}

impl<'a> Excerpt<'a> {
    /// What is to be taken of a capture of which `findings` say what `report` shows; the report may be redacted.
    pub fn new(findings: &Findings, report: &Report, limits: Limits, options: ExcerptOptions<'a>) -> Self {
        let sessions: Vec<_> =
            report.sessions.iter().filter(|session| options.all || super::model::died(session)).collect();
        let comments = comments::of_frames(&sessions);
        let mut chosen: BTreeMap<FlowKey, Vec<Chosen>> = BTreeMap::new();
        for session in &sessions {
            let Some(judged) = findings.sessions.get((session.id as usize).wrapping_sub(1)) else { continue };
            let cited = match options.extent {
                Extent::Whole => None,
                _ => Some(comments::cited(session).collect::<BTreeSet<u64>>()),
            };
            let entry = Chosen::of(&judged.case, cited, options.extent == Extent::Ends);
            chosen.entry(judged.case.flow.key).or_default().push(entry);
        }
        let ports = chosen.keys().map(|key| sorted(key.low.port, key.high.port)).collect();
        let section = comments::of_section(report, &sessions, options);
        Self {
            options,
            limits,
            decoder: Decoder::new(limits),
            chosen,
            ports,
            section,
            comments,
            fragments: 0,
        }
    }

    /// Begins the pcapng.
    ///
    /// # Errors
    ///
    /// When `out` does not take it.
    pub fn begin<W: Write>(&self, out: W, reproducible: bool) -> io::Result<Pcapng<W>> {
        let version = if reproducible { "" } else { concat!(" ", env!("CARGO_PKG_VERSION")) };
        Pcapng::new(out, &format!("{}{version}", env!("CARGO_PKG_NAME")), &self.section)
    }

    /// Adds `frame` if it is one of those wanted.
    ///
    /// # Errors
    ///
    /// When `out` does not take it.
    pub fn take<W: Write>(&mut self, frame: &Frame<'_>, out: &mut Pcapng<W>) -> io::Result<()> {
        let ports = &self.ports;
        let decoded = match skim(frame, &self.limits, |one, other| ports.contains(&sorted(one, other))) {
            Skimmed::Tcp(packet) => Decoded::Tcp(packet),
            Skimmed::Elsewhere | Skimmed::Udp => return Ok(()),
            Skimmed::Unclear => self.decoder.decode(frame),
        };
        let (key, place) = match &decoded {
            Decoded::Tcp(packet) => (packet.key, packet.place),
            Decoded::Icmp(quote) => (quote.key, quote.place),
            Decoded::Other(_) | Decoded::Undecoded(_) => return Ok(()),
        };
        let Some(chosen) = self.chosen.get_mut(&key) else { return Ok(()) };
        let Some(chosen) = chosen.iter_mut().find(|it| it.holds(frame.number, place)) else { return Ok(()) };
        let clear = match &decoded {
            Decoded::Tcp(packet) if packet.segment.traits.has(Traits::REASSEMBLED) => {
                self.fragments += 1;
                return Ok(());
            }
            Decoded::Tcp(packet) => {
                Some(chosen.stream(packet.segment.from).take(&packet.segment, packet.payload))
            }
            _ => None,
        };
        if !chosen.wants(frame.number) {
            return Ok(());
        }
        chosen.taken += 1;
        // It was decoded, so its headers can be found.
        let Ok(anatomy) = Anatomy::of(frame, &self.limits) else { return Ok(()) };
        let mut kept = frame.data.len();
        let clear = clear.unwrap_or_default();
        if let Some(data_at) = anatomy.data_at(frame)
            && let Decoded::Tcp(packet) = &decoded
            && !self.options.with_payload
            && clear.octets < packet.payload.len()
        {
            kept = kept.min(data_at + clear.octets);
        }
        let comments = self.comments.get(&frame.number.0).cloned();
        let comments = comments.as_slice();
        match self.options.redacted {
            None => out.frame(frame, kept, comments),
            Some(pseudonyms) => {
                let data = anatomy.disguised(frame.data, pseudonyms, &clear.veils);
                out.frame(&Frame { data: &data, ..*frame }, kept, comments)
            }
        }
    }

    /// Frames that were left out because the packet came in fragments.
    pub const fn fragments(&self) -> u64 {
        self.fragments
    }

    /// Sessions of which no frame came: the input is no longer what was analysed.
    pub fn missing(&self) -> usize {
        self.chosen.values().flatten().filter(|chosen| chosen.taken == 0).count()
    }
}

const fn sorted(one: u16, other: u16) -> (u16, u16) {
    if one < other { (one, other) } else { (other, one) }
}

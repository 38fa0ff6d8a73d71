//! Captures of the lab, read into memory so that a test can change them frame by frame.

#![allow(dead_code, reason = "each test uses what it needs")]

mod field;
pub(crate) mod packet;
mod rewrite;
mod script;

use std::path::{Path, PathBuf};

use sshrst::analysis::{Analysis, Findings, Ports};
use sshrst::flow::Side;
use sshrst::frame::{Frame, FrameNo, LinkType, Mark, Place};
use sshrst::limits::Limits;
use sshrst::source::{self, Batch, Source};
use sshrst::units::Timestamp;

pub(crate) use packet::Packet;

/// One frame of a capture. It keeps its number whatever happens to the frames before it.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    /// As Wireshark counts in the capture it comes from.
    pub(crate) number: u64,
    /// Nanoseconds since the Unix epoch.
    pub(crate) time: i64,
    /// What its first octet belongs to.
    pub(crate) link: LinkType,
    /// Where it was seen.
    pub(crate) place: Place,
    /// Sent or received.
    pub(crate) mark: Mark,
    /// Octets on the wire.
    pub(crate) wire_len: u32,
    /// Octets captured.
    pub(crate) data: Vec<u8>,
}

impl Recorded {
    /// As a source gives it.
    pub(crate) fn as_frame(&self) -> Frame<'_> {
        Frame {
            number: FrameNo(self.number),
            time: Timestamp::from_nanos(self.time),
            link: self.link,
            place: self.place,
            mark: self.mark,
            wire_len: self.wire_len,
            data: &self.data,
        }
    }

    /// Whose address it carries, by the port that is SSH's; `None` if it is no TCP.
    pub(crate) fn sender(&self) -> Option<Side> {
        let packet = Packet::of(self)?;
        Some(if packet.ports(self)[0] == 22 { Side::Server } else { Side::Client })
    }
}

/// A capture in memory.
#[derive(Clone, Debug)]
pub(crate) struct Recording {
    /// Its frames, in the order in which they are analysed.
    pub(crate) frames: Vec<Recorded>,
}

impl Recording {
    /// The capture in `captures/<slug>/`.
    pub(crate) fn load(slug: &str) -> Result<Self, String> {
        let folder = folder().join(slug);
        let mut files = ["capture.pcap", "capture.pcapng"].map(|name| folder.join(name)).into_iter();
        let file = files.find(|file| file.exists()).ok_or(format!("captures/{slug} holds no capture"))?;
        let mut source = source::open(&file, Limits::default()).map_err(|error| error.to_string())?;
        let (mut frames, mut batch) = (Vec::new(), Batch::new());
        while source.read_batch(&mut batch) {
            frames.extend(batch.frames().map(|frame| Recorded {
                number: frame.number.0,
                time: frame.time.as_nanos(),
                link: frame.link,
                place: frame.place,
                mark: frame.mark,
                wire_len: frame.wire_len,
                data: frame.data.to_vec(),
            }));
        }
        Ok(Self { frames })
    }

    /// What the analysis says of it.
    pub(crate) fn analysed(&self) -> Findings {
        self.analysed_within(Limits::default())
    }

    /// The same with other bounds.
    pub(crate) fn analysed_within(&self, limits: Limits) -> Findings {
        let mut analysis = Analysis::new(limits, Ports::default());
        self.frames.iter().for_each(|frame| analysis.handle_frame(&frame.as_frame()));
        analysis.finish(Vec::new())
    }
}

/// Where the captures are: beside this crate's manifest, or above it.
fn folder() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = manifest.ancestors().map(|folder| folder.join("captures"));
    folders.find(|folder| folder.is_dir()).unwrap()
}

/// The names of all captures, sorted.
pub(crate) fn slugs() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let folders = entries.filter(|path| path.is_dir());
    let mut slugs: Vec<_> =
        folders.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    slugs.sort();
    slugs
}

//! Reads a pcap or pcapng from anything that gives octets.

use std::io::{self, Read};
use std::sync::Arc;

use super::batch::{Batch, PIECE};
use super::compressed::{Disk, Undecodable};
use super::damage::{Cost, Fault};
use super::failure::Reason;
use super::format::SECTION;
use super::input::Input;
use super::intake::{Intake, Pause};
use super::pcap::{Pcap, RECORD};
use super::pcapng::{BLOCK, Section};
use super::resume::{Search, records, search};
use super::tally::Tally;
use super::{
    ByteOrder, Compressed, Compression, Ended, Following, Foreign, Format, Interface, Source, SourceError,
    Summary,
};
use crate::limits::Limits;

/// Octets that tell every format and hold every header that is checked before the first frame.
const HEADER: usize = 28;

/// The format's state while its records are followed.
#[derive(Clone, Debug)]
enum Walk {
    Pcap(Pcap),
    Pcapng(Section),
}

impl Walk {
    fn walk(&mut self, intake: &mut Intake<'_>) -> Pause {
        match self {
            Self::Pcap(pcap) => pcap.walk(intake),
            Self::Pcapng(section) => section.walk(intake),
        }
    }

    /// The name of what is cut when the input ends within it.
    const fn part(&self) -> &'static str {
        match self {
            Self::Pcap(_) => RECORD,
            Self::Pcapng(_) => BLOCK,
        }
    }
}

/// What is to be done with the input next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Frames can come.
    Reading,
    /// Nothing after a damage can be read; size and digest are still to be known.
    Draining,
    /// The input is at its end.
    Ended,
}

/// A capture file that is being read.
#[derive(Debug)]
pub struct Reader<R> {
    name: String,
    format: Format,
    input: Input<R>,
    walk: Walk,
    tally: Tally,
    /// Octets read but not yet in a batch.
    carried: Vec<u8>,
    state: State,
    /// Where in the input the way from record to record was lost, and why.
    lost: Option<(u64, Fault)>,
    /// What `input` was decoded from.
    packing: Option<Packing>,
    /// Octets that the file has on disk, if it is one.
    size: Option<u64>,
    /// What tells why a file that grew is at its end.
    following: Option<Arc<Following>>,
}

/// The compressed file that an input comes from.
#[derive(Debug)]
pub(super) struct Packing {
    pub(super) compression: Compression,
    pub(super) disk: Arc<Disk>,
}

impl<R: Read> Reader<R> {
    /// Begins to read `input`, called `name` in messages: reads its first octets and tells its format by them.
    ///
    /// # Errors
    ///
    /// It is empty, not a capture, or its header is damaged.
    pub fn new(name: &str, input: R, limits: Limits) -> Result<Self, SourceError> {
        let failed = |reason| SourceError::new(name, reason);
        let mut input = Input::new(input);
        let mut carried = input.first_piece(PIECE, HEADER).map_err(|error| failed(error.into()))?;
        if carried.is_empty() {
            return Err(failed(Reason::Empty));
        }
        let format = Format::recognise(&carried).ok_or_else(|| failed(unrecognised(&carried, name)))?;
        let mut tally = Tally::new(limits);
        let walk = match format {
            Format::Pcapng { order } => Walk::Pcapng(Section::new(order)),
            // No octets tell of a live capture.
            Format::Live { .. } => return Err(failed(unrecognised(&carried, name))),
            Format::Pcap { order, precision, variant } => {
                let pcap = Pcap::new(order, precision, variant, &carried)
                    .map_err(|fault| failed(Reason::Header { part: "pcap file header", fault }))?;
                pcap.describe(&mut tally);
                carried.drain(..variant.file_header());
                Walk::Pcap(pcap)
            }
        };
        Ok(Self {
            name: name.to_owned(),
            format,
            input,
            walk,
            tally,
            carried,
            state: State::Reading,
            lost: None,
            packing: None,
            size: None,
            following: None,
        })
    }

    /// Says that the octets are decoded from a compressed file: its size and digest are the input's.
    pub(super) fn packed(mut self, packing: Packing) -> Self {
        self.input.without_digest();
        self.packing = Some(packing);
        self
    }

    /// Says how many octets the file had on disk when it was opened.
    pub(super) const fn sized(mut self, size: Option<u64>) -> Self {
        self.size = size;
        self
    }

    /// Says that the file was growing.
    pub(super) fn followed(mut self, following: Arc<Following>) -> Self {
        self.following = Some(following);
        self
    }

    /// Octets read so far, as they lie on disk.
    pub fn position(&self) -> u64 {
        self.packing.as_ref().map_or(self.input.octets, |packing| packing.disk.octets())
    }

    /// The format of the file.
    pub(super) const fn format(&self) -> Format {
        self.format
    }

    /// What the file says of its interface with this index, if it did so far.
    pub(super) fn interface(&self, index: u16) -> Option<&Interface> {
        self.tally.interfaces.get(usize::from(index))
    }

    /// Leaves out the digest: SHA-256 takes 0.5 s of CPU for a gigabyte with the processor's own
    /// instructions for it, reading 0.05 s (measured 2026-11-21).
    pub fn without_digest(&mut self) {
        self.input.without_digest();
    }

    /// Reads on until the record or block at the batch's start needs no more, or the input ends.
    fn read_more(&mut self, batch: &mut Batch, need: usize) -> State {
        let free = batch.octets.get_mut(batch.filled..).unwrap_or_default();
        match self.input.read_into(free) {
            Ok(0) => {
                if batch.filled > 0 && !self.was_asked_to_end() {
                    let fault = Fault::Cut { needed: need as u64, available: batch.filled as u64 };
                    let offset = self.input.octets - batch.filled as u64;
                    self.tally.damaged(offset, self.walk.part(), Cost::Rest, fault);
                }
                self.compare_size();
                State::Ended
            }
            Ok(count) => {
                batch.filled += count;
                State::Reading
            }
            Err(error) => self.read_failed(&error),
        }
    }

    /// Whether the end is only the user's: the last record is not cut, but not yet written.
    fn was_asked_to_end(&self) -> bool {
        self.following.as_ref().and_then(|following| following.ended()) == Some(Ended::Asked)
    }

    /// Notes that a file was cut while it was read. Where its end is none, that is told by the record, too.
    fn compare_size(&mut self) {
        let is = self.position();
        if let Some(was) = self.size.filter(|&was| was > is) {
            self.tally.damaged(is, "file", Cost::Rest, Fault::Shrunk { was, is });
        }
    }

    /// Keeps what of `batch` lies behind its frames for the next one.
    fn carry(&mut self, batch: &Batch, walked: usize) {
        self.carried.extend_from_slice(batch.octets.get(walked..batch.filled).unwrap_or_default());
    }

    /// Looks for where records go on, after the way to them was lost at `offset`, and notes what is left out.
    fn seek(&mut self, batch: &mut Batch, offset: u64, fault: Fault) {
        let part = self.walk.part();
        let before = (self.tally.frames > 0).then_some(self.tally.last_time);
        let most = self.tally.limits.record_octets;
        let mut at_end = false;
        loop {
            let octets = batch.octets.get(..batch.filled).unwrap_or_default();
            let goes_on = |octets: &[u8]| match &self.walk {
                Walk::Pcap(pcap) => records(pcap, octets, before, most, at_end),
                Walk::Pcapng(section) => section.blocks(octets, before, most, at_end),
            };
            match search(octets, goes_on) {
                Search::At(start) => {
                    batch.make_room(start);
                    let left_out = self.input.octets - batch.filled as u64 - offset;
                    return self.tally.damaged(offset, part, Cost::Octets(left_out), fault);
                }
                Search::More(_) if at_end => {
                    self.tally.damaged(offset, part, Cost::Rest, fault);
                    return self.state = State::Ended;
                }
                Search::More(start) => batch.make_room(start),
            }
            match self.input.read_into(batch.octets.get_mut(batch.filled..).unwrap_or_default()) {
                Ok(0) => at_end = true,
                Ok(count) => batch.filled += count,
                Err(error) => {
                    self.tally.damaged(offset, part, Cost::Rest, fault);
                    return self.state = self.read_failed(&error);
                }
            }
        }
    }

    /// Reads what is behind a damage without looking at it, so that size and digest are those of the whole input.
    fn drain(&mut self) -> State {
        let mut unused = vec![0; PIECE];
        loop {
            match self.input.read_into(&mut unused) {
                Ok(0) => return State::Ended,
                Ok(_) => {}
                Err(error) => return self.read_failed(&error),
            }
        }
    }

    fn read_failed(&mut self, error: &io::Error) -> State {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Undecodable>());
        let (part, fault) = match inner {
            Some(Undecodable { compression, offset, words }) => {
                let (compression, compressed_offset, words) = (*compression, *offset, words.clone());
                ("decoded octets", Fault::Undecodable { compression, compressed_offset, words })
            }
            None => ("input", Fault::ReadFailed(error.to_string())),
        };
        self.tally.damaged(self.input.octets, part, Cost::Rest, fault);
        State::Ended
    }
}

impl<R: Read> Source for Reader<R> {
    fn read_batch(&mut self, batch: &mut Batch) -> bool {
        batch.restart(&self.carried);
        self.carried.clear();
        while self.state == State::Reading {
            if let Some((offset, fault)) = self.lost.take() {
                self.seek(batch, offset, fault);
                continue;
            }
            let origin = self.input.octets - batch.filled as u64;
            let mut intake = Intake::new(batch, &mut self.tally, origin);
            let pause = self.walk.walk(&mut intake);
            let walked = intake.cursor;
            match pause {
                Pause::Stop => self.state = State::Draining,
                Pause::Need(_) if !batch.is_empty() => self.carry(batch, walked),
                Pause::Lost(fault) => {
                    self.lost = Some((origin + walked as u64, fault));
                    if batch.is_empty() {
                        batch.make_room(walked);
                    } else {
                        self.carry(batch, walked);
                    }
                }
                Pause::Need(need) => {
                    batch.make_room(walked);
                    self.state = self.read_more(batch, need);
                }
            }
            if !batch.is_empty() {
                return true;
            }
        }
        if self.state == State::Draining {
            self.state = self.drain();
        }
        false
    }

    fn summary(&self) -> Summary {
        let tally = self.tally.clone();
        Summary {
            name: self.name.clone(),
            format: self.format,
            compressed: self.packing.as_ref().map(|packing| Compressed {
                compression: packing.compression,
                decoded_octets: self.input.octets,
            }),
            octets: self.position(),
            sha256: match &self.packing {
                Some(packing) => packing.disk.sha256().map(str::to_owned),
                None => self.input.sha256(),
            },
            frames: tally.frames,
            numbers: tally.next.0 - 1,
            untimed: tally.untimed,
            comments: tally.comments,
            sections: tally.sections,
            interfaces: tally.interfaces,
            damage: tally.damage,
            damages: tally.damages,
            complete: tally.complete,
        }
    }
}

/// Why an input whose first octets are no format's is not read.
fn unrecognised(first: &[u8], name: &str) -> Reason {
    if let Some(foreign) = Foreign::recognise(first, name) {
        return Reason::Foreign(foreign);
    }
    if first.starts_with(&SECTION.to_be_bytes()) {
        let fault = match ByteOrder::Big.u32_at(first, 8) {
            Some(magic) => Fault::ByteOrderMagic(magic),
            None => Fault::Cut { needed: HEADER as u64, available: first.len() as u64 },
        };
        return Reason::Header { part: "pcapng Section Header Block", fault };
    }
    let begins = first.iter().take(8).map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join(" ");
    Reason::Unknown(begins)
}

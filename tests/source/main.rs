//! Capture files of every kind, made octet by octet, against what the sources say of them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where something is not as it must be"
)]

mod build;
mod damage;
mod laws;
mod pcap;
mod pcapng;
mod refused;

use std::io::Read;

use sshrst::frame::{LinkType, Mark};
use sshrst::limits::Limits;
use sshrst::source::{Batch, Reader, Source, SourceError, Summary};

/// A frame as a test compares it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    number: u64,
    nanos: i64,
    link: LinkType,
    interface: u16,
    mark: Mark,
    wire_len: u32,
    data: Vec<u8>,
}

/// All frames of a reader, and its summary after them.
fn drain<R: Read>(mut reader: Reader<R>) -> (Vec<Seen>, Summary) {
    let (mut batch, mut seen) = (Batch::new(), Vec::new());
    while reader.read_batch(&mut batch) {
        assert_eq!(batch.frames().len(), batch.len());
        seen.extend(batch.frames().map(|frame| Seen {
            number: frame.number.0,
            nanos: frame.time.as_nanos(),
            link: frame.link,
            interface: frame.place.interface,
            mark: frame.mark,
            wire_len: frame.wire_len,
            data: frame.data.to_vec(),
        }));
    }
    assert!(!reader.read_batch(&mut batch), "an ended source stays at its end");
    (seen, reader.summary())
}

/// A reader of octets in memory.
fn reader(octets: &[u8]) -> Result<Reader<&[u8]>, SourceError> {
    Reader::new("test.pcap", octets, Limits::default())
}

/// Frames and summary of octets that are a capture.
fn read(octets: &[u8]) -> (Vec<Seen>, Summary) {
    drain(reader(octets).unwrap())
}

/// The data of frames, for tests that ask only which were delivered.
fn data(seen: &[Seen]) -> Vec<&[u8]> {
    seen.iter().map(|frame| frame.data.as_slice()).collect()
}

//! Writes frames as pcapng with comments, as Wireshark shows them (draft-ietf-opsawg-pcapng).
//!
//! One section in the byte order of this format's usual writers, an interface for each place and link type that a frame
//! came from, Enhanced Packet Blocks with times in nanoseconds. Octets go out as they come: nothing is held but the list
//! of interfaces, so a ring buffer can be written as well as a short excerpt.

mod block;

use std::io::{self, Write};

use block::{Block, Kind};

use crate::frame::{Frame, LinkType, Mark};

/// `opt_comment`.
const COMMENT: u16 = 1;
/// `shb_userappl`.
const APPLICATION: u16 = 4;
/// `if_tsresol`.
const RESOLUTION: u16 = 9;
/// `epb_flags`.
const FLAGS: u16 = 2;

/// Where a frame came from, as far as a capture file tells interfaces apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Interface {
    link: LinkType,
    place: u16,
}

/// A pcapng that is being written.
#[derive(Debug)]
pub struct Pcapng<W> {
    out: W,
    interfaces: Vec<Interface>,
    octets: u64,
}

impl<W: Write> Pcapng<W> {
    /// Begins a section with `comments`, each shown by Wireshark under the capture file's properties; `application` is
    /// the program that wrote it.
    ///
    /// # Errors
    ///
    /// When `out` does not take it.
    pub fn new(out: W, application: &str, comments: &[String]) -> io::Result<Self> {
        let mut this = Self { out, interfaces: Vec::new(), octets: 0 };
        let mut header = Block::new(Kind::Section);
        // The byte-order magic, version 1.0, and a section length that is not known yet (§4.1).
        header.u32(0x1a2b_3c4d).u16(1).u16(0).u64(u64::MAX);
        header.option(APPLICATION, application.as_bytes());
        for comment in comments {
            header.text(COMMENT, comment);
        }
        this.write(header)?;
        Ok(this)
    }

    /// Adds `frame` with its first `kept` octets and a comment for each of `comments`. The length on the wire stays.
    ///
    /// The format has no times before 1970: such a frame gets the first moment of it.
    ///
    /// # Errors
    ///
    /// When `out` does not take it.
    pub fn frame(&mut self, frame: &Frame<'_>, kept: usize, comments: &[String]) -> io::Result<()> {
        let interface = self.interface(frame)?;
        let data = frame.data.get(..kept).unwrap_or(frame.data);
        let time = u64::try_from(frame.time.as_nanos()).unwrap_or(0);
        let mut packet = Block::new(Kind::EnhancedPacket);
        packet.u32(interface).u32((time >> 32) as u32).u32(time as u32);
        // A capture that states fewer octets on the wire than it holds is not repeated in that.
        packet.u32(data.len() as u32).u32(frame.wire_len.max(data.len() as u32)).padded(data);
        // The two lowest bits: inbound and outbound (§4.3).
        match frame.mark {
            Mark::None => {}
            Mark::Inbound => _ = packet.option(FLAGS, &1u32.to_le_bytes()),
            Mark::Outbound => _ = packet.option(FLAGS, &2u32.to_le_bytes()),
        }
        for comment in comments {
            packet.text(COMMENT, comment);
        }
        self.write(packet)
    }

    /// Hands on what `out` holds back.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    #[cfg(feature = "live")]
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Octets written so far.
    pub const fn octets(&self) -> u64 {
        self.octets
    }

    /// Ends the file: nothing is written any more.
    ///
    /// # Errors
    ///
    /// When what `out` holds back cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    /// The number of the interface that `frame` came from, which is described when its first frame comes.
    fn interface(&mut self, frame: &Frame<'_>) -> io::Result<u32> {
        let wanted = Interface { link: frame.link, place: frame.place.interface };
        if let Some(index) = self.interfaces.iter().position(|it| *it == wanted) {
            return Ok(index as u32);
        }
        let mut description = Block::new(Kind::Interface);
        // No snaplen: each packet says for itself what of it was kept.
        description.u16(frame.link.0).u16(0).u32(0).option(RESOLUTION, &[9]);
        self.write(description)?;
        self.interfaces.push(wanted);
        Ok(self.interfaces.len() as u32 - 1)
    }

    fn write(&mut self, block: Block) -> io::Result<()> {
        let octets = block.whole();
        self.octets += octets.len() as u64;
        self.out.write_all(&octets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{FrameNo, Place};
    use crate::limits::Limits;
    use crate::source::{Batch, Reader, Source};
    use crate::units::Timestamp;

    fn frame(nanos: i64, mark: Mark, data: &[u8]) -> Frame<'_> {
        Frame {
            number: FrameNo(7),
            time: Timestamp::from_nanos(nanos),
            link: LinkType::ETHERNET,
            place: Place::default(),
            mark,
            wire_len: 90,
            data,
        }
    }

    fn written(frames: &[(Frame<'_>, usize, Vec<String>)]) -> Vec<u8> {
        let mut file = Pcapng::new(Vec::new(), "sshrst", &["who and why".to_owned()]).unwrap();
        for (frame, kept, comments) in frames {
            file.frame(frame, *kept, comments).unwrap();
        }
        assert_eq!(file.octets(), file.out.len() as u64);
        file.finish().unwrap()
    }

    #[test]
    fn what_was_written_is_read_back() {
        let data = [7; 61];
        let other = Frame { link: LinkType::RAW, ..frame(-5, Mark::Outbound, &data) };
        let octets = written(&[
            (frame(1_700_000_000_123_456_789, Mark::Inbound, &data), 61, vec!["the reset".to_owned()]),
            (frame(1_700_000_000_123_456_790, Mark::None, &data), 54, Vec::new()),
            (other, 900, vec!["one".to_owned(), "two".to_owned()]),
        ]);
        let mut reader = Reader::new("x", &octets[..], Limits::default()).unwrap();
        let mut batch = Batch::new();
        assert!(reader.read_batch(&mut batch));
        let rows: Vec<_> = batch
            .frames()
            .map(|it| {
                (it.number.0, it.time.as_nanos(), it.link.0, it.place.interface, it.mark, it.data.len())
            })
            .collect();
        assert_eq!(
            rows,
            [
                (1, 1_700_000_000_123_456_789, 1, 0, Mark::Inbound, 61),
                (2, 1_700_000_000_123_456_790, 1, 0, Mark::None, 54),
                (3, 0, 101, 1, Mark::Outbound, 61),
            ]
        );
        assert!(batch.frames().all(|it| it.wire_len == 90));
        assert!(!reader.read_batch(&mut batch));
        let summary = reader.summary();
        assert!(summary.complete && summary.damage.is_empty(), "{:?}", summary.damage);
    }

    #[test]
    fn a_comment_without_end_is_cut_at_a_character() {
        let octets = written(&[(frame(0, Mark::None, &[1]), 1, vec!["é".repeat(70_000)])]);
        let text = String::from_utf8_lossy(&octets).into_owned();
        assert_eq!(text.matches('é').count(), 32_767);
        let mut reader = Reader::new("x", &octets[..], Limits::default()).unwrap();
        while reader.read_batch(&mut Batch::new()) {}
        assert!(reader.summary().damage.is_empty());
    }
}

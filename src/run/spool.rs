//! Frames that cannot be read a second time, kept in a file without a name until the run ends.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, Write};

use crate::frame::{Frame, FrameNo, LinkType, Mark, Place};
use crate::source::Batch;
use crate::units::Timestamp;

/// Octets kept at most: a standard input can be without end, a disk is not.
const MOST: u64 = 4 << 30;

/// Octets before a frame's data.
const HEADER: usize = 32;

/// The frames so far.
#[derive(Debug)]
pub(super) struct Spool {
    file: BufWriter<File>,
    octets: u64,
    /// The first frame that was not kept, and why.
    stopped: Option<(FrameNo, String)>,
}

impl Spool {
    /// Nothing yet.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { file: BufWriter::new(tempfile::tempfile()?), octets: 0, stopped: None })
    }

    /// Keeps the frames of a batch, up to the bound and as far as the disk goes.
    pub(super) fn keep(&mut self, batch: &Batch) {
        for frame in batch.frames() {
            if self.stopped.is_some() {
                return;
            }
            self.octets += (HEADER + frame.data.len()) as u64;
            if self.octets > MOST {
                self.stopped =
                    Some((frame.number, format!("{} GiB of packets are kept at most", MOST >> 30)));
            } else if let Err(error) = self.write(&frame) {
                self.stopped = Some((frame.number, error.to_string()));
            }
        }
    }

    /// Gives all frames to `take`, in their order.
    ///
    /// # Errors
    ///
    /// Those of `take`, and those of reading what was kept.
    pub(super) fn replay(&mut self, take: &mut dyn FnMut(&Frame<'_>) -> io::Result<()>) -> io::Result<()> {
        self.file.rewind()?;
        let mut reader = BufReader::new(self.file.get_ref());
        let mut data = Vec::new();
        loop {
            let mut header = [0; HEADER];
            match reader.read_exact(&mut header) {
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(()),
                read => read?,
            }
            let mut fields = Fields(&header);
            let (number, time) = (u64::from_le_bytes(fields.take()), i64::from_le_bytes(fields.take()));
            let (wire_len, length) = (u32::from_le_bytes(fields.take()), u32::from_le_bytes(fields.take()));
            let [link, interface, cooked, mark] = std::array::from_fn(|_| u16::from_le_bytes(fields.take()));
            data.clear();
            reader.by_ref().take(length.into()).read_to_end(&mut data)?;
            if data.len() < length as usize {
                // The disk was full before its end.
                return Ok(());
            }
            take(&Frame {
                number: FrameNo(number),
                time: Timestamp::from_nanos(time),
                link: LinkType(link),
                place: Place { interface, cooked },
                mark: match mark {
                    1 => Mark::Inbound,
                    2 => Mark::Outbound,
                    _ => Mark::None,
                },
                wire_len,
                data: &data,
            })?;
        }
    }

    /// The first frame that was not kept, and why.
    pub(super) const fn stopped(&self) -> Option<&(FrameNo, String)> {
        self.stopped.as_ref()
    }

    fn write(&mut self, frame: &Frame<'_>) -> io::Result<()> {
        let mark: u16 = match frame.mark {
            Mark::None => 0,
            Mark::Inbound => 1,
            Mark::Outbound => 2,
        };
        self.file.write_all(&frame.number.0.to_le_bytes())?;
        self.file.write_all(&frame.time.as_nanos().to_le_bytes())?;
        self.file.write_all(&frame.wire_len.to_le_bytes())?;
        self.file.write_all(&(frame.data.len() as u32).to_le_bytes())?;
        for field in [frame.link.0, frame.place.interface, frame.place.cooked, mark] {
            self.file.write_all(&field.to_le_bytes())?;
        }
        self.file.write_all(frame.data)
    }
}

/// The fields of a header, one after the other.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (field, rest) =
            self.0.split_first_chunk::<N>().map_or(([0; N], &[][..]), |(it, rest)| (*it, rest));
        self.0 = rest;
        field
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::source::{self, Source};

    #[test]
    fn what_was_kept_comes_back_as_it_was() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/captures/idle-reject-seen-at-client/capture.pcap");
        let mut reader = source::open(path.as_ref(), Limits::default()).unwrap();
        let (mut spool, mut batch, mut expected) = (Spool::new().unwrap(), Batch::new(), Vec::new());
        while reader.read_batch(&mut batch) {
            spool.keep(&batch);
            expected.extend(batch.frames().map(|frame| format!("{frame:?}")));
        }
        for _ in 0..2 {
            let mut seen = Vec::new();
            spool
                .replay(&mut |frame| {
                    seen.push(format!("{frame:?}"));
                    Ok(())
                })
                .unwrap();
            assert_eq!(seen, expected);
        }
        assert!(expected.len() > 50 && spool.stopped().is_none());
    }

    #[test]
    fn beyond_the_bound_nothing_is_kept_and_the_first_frame_left_out_is_named() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/captures/idle-reject-seen-at-client/capture.pcap");
        let mut reader = source::open(path.as_ref(), Limits::default()).unwrap();
        let (mut spool, mut batch) = (Spool::new().unwrap(), Batch::new());
        assert!(reader.read_batch(&mut batch));
        let two: usize = batch.frames().take(2).map(|frame| HEADER + frame.data.len()).sum();
        spool.octets = MOST - two as u64;
        spool.keep(&batch);
        let mut kept = Vec::new();
        spool
            .replay(&mut |frame| {
                kept.push(frame.number.0);
                Ok(())
            })
            .unwrap();
        let (frame, why) = spool.stopped().unwrap();
        assert_eq!((kept, frame.0, why.as_str()), (vec![1, 2], 3, "4 GiB of packets are kept at most"));
    }
}

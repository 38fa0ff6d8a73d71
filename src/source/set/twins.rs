//! Frames that two files hold: the same octets at the same time.

use crate::source::batch::{Batch, Head};
use crate::units::Timestamp;

/// Frames of one microsecond that are compared. No interface takes so many in that time.
const COMPARED: usize = 512;

/// Whether two times are equal for the coarser of two writers: pcap has microseconds unless told, and cuts what is finer.
pub(super) fn are_of_one_time(one: Timestamp, other: Timestamp) -> bool {
    one.as_nanos().div_euclid(1_000) == other.as_nanos().div_euclid(1_000)
}

/// A frame that was handed on before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Twin {
    /// The file it came from.
    pub(super) file: usize,
    /// Where it was seen.
    pub(super) place: u16,
}

/// Where each frame of the batch that is being filled came from.
#[derive(Debug, Default)]
pub(super) struct Twins(Vec<Origin>);

#[derive(Clone, Copy, Debug)]
struct Origin {
    file: usize,
    /// The file that held the same frame, too, and was the last to do so.
    twin: Option<usize>,
}

impl Twins {
    /// Begins a batch.
    pub(super) fn restart(&mut self) {
        self.0.clear();
    }

    /// The next frame of the batch came from `file`.
    pub(super) fn remember(&mut self, file: usize) {
        self.0.push(Origin { file, twin: None });
    }

    /// A frame of `batch` that another file gave and that is `head` with `octets`, which `file` holds. Each is found once for
    /// each file: what a file holds twice stays there twice.
    pub(super) fn absorb(&mut self, file: usize, batch: &Batch, head: &Head, octets: &[u8]) -> Option<Twin> {
        let alike =
            |other: &Head| (other.len, other.wire_len, other.link) == (head.len, head.wire_len, head.link);
        let recent = batch.heads.iter().zip(&mut self.0).rev().take(COMPARED);
        let (other, origin) = recent
            .take_while(|(other, _)| are_of_one_time(other.time, head.time))
            .filter(|(other, origin)| origin.file != file && origin.twin != Some(file) && alike(other))
            .find(|(other, _)| {
                let from = batch.octets.get(other.start as usize..);
                from.and_then(|from| from.get(..other.len as usize)) == Some(octets)
            })?;
        origin.twin = Some(file);
        Some(Twin { file: origin.file, place: other.interface })
    }
}

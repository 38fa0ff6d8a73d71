//! LZ4 frames, one after the other.

use std::io::{self, BufRead, Read};

use lz4_flex::frame::FrameDecoder;

use super::consumed::Consumed;

/// Octets of a frame's end mark, and of the least frame: a descriptor and an end mark (lz4 frame format 1.6.3).
const END_MARK: u64 = 4;
const LEAST_FRAME: u64 = 11;

/// Decodes all frames of an input. The crate's decoder ends with each frame, and takes an end of the input between two blocks
/// for the end of a frame: whether it is one is told by what it took last.
pub(super) struct Frames<'a, R: Read> {
    /// Each frame has its own: one made for small blocks after one for large ones is not foreseen.
    decoder: Option<FrameDecoder<&'a mut Consumed<R>>>,
    /// Octets of the current frame were given.
    within: bool,
}

impl<'a, R: Read> Frames<'a, R> {
    pub(super) fn new(input: &'a mut Consumed<R>) -> Self {
        Self { decoder: Some(FrameDecoder::new(input)), within: false }
    }
}

impl<R: Read> Read for Frames<'_, R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.decoder {
            let before = decoder.get_ref().octets;
            let count = decoder.read(room)?;
            self.within |= count > 0;
            if count > 0 || room.is_empty() {
                return Ok(count);
            }
            let took = decoder.get_ref().octets - before;
            let is_last = decoder.get_mut().fill_buf()?.is_empty();
            let least = if self.within { END_MARK } else { LEAST_FRAME };
            if is_last && took < least {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let ended = self.decoder.take();
            self.decoder = ended.filter(|_| !is_last).map(|ended| FrameDecoder::new(ended.into_inner()));
            self.within = false;
        }
        Ok(0)
    }
}

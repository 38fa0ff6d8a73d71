//! The thread that decodes, and the end of it from which the octets come.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use thiserror::Error;

use super::Compression;
use super::consumed::Consumed;
use super::decoder::decoder;
use super::disk::Disk;
use crate::source::input::Input;

/// Buffers that go round: one is filled, one is read, and two even out that neither goes at a steady pace.
const BUFFERS: usize = 4;

/// Octets of each: large enough that passing one costs nothing, small enough for the second-level cache.
const BUFFER: usize = 1024 * 1024;

/// Octets asked of a decoder at once. A decoder that comes upon damage says nothing of what it had decoded in the same call.
const STEP: usize = 32 * 1024;

/// A compressed input that cannot be decoded any further.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the {compression} stream cannot be decoded from offset {offset} of the file on: {words}")]
pub(in crate::source) struct Undecodable {
    /// How it is compressed.
    pub(in crate::source) compression: Compression,
    /// Octets of the file that were decoded.
    pub(in crate::source) offset: u64,
    /// The decoder's words.
    pub(in crate::source) words: String,
}

/// What the thread hands over.
enum Piece {
    /// A buffer, and how much of it is filled.
    Octets(Vec<u8>, usize),
    /// Nothing more: the end, or why there is none.
    End(io::Result<()>),
}

/// The octets that a compressed input holds.
#[derive(Debug)]
pub(in crate::source) struct Decoded {
    pieces: Receiver<Piece>,
    used: SyncSender<Vec<u8>>,
    current: Vec<u8>,
    start: usize,
    end: usize,
    is_over: bool,
}

impl Decoded {
    /// Begins to decode `input`. What is read of it is told to `disk`.
    ///
    /// # Errors
    ///
    /// The system gives no thread.
    pub(in crate::source) fn start<R: Read + Send + 'static>(
        compression: Compression,
        input: Input<R>,
        disk: Arc<Disk>,
    ) -> io::Result<Self> {
        // Room for all buffers and the end in either direction: neither side ever waits to give something away.
        let (pieces_in, pieces) = sync_channel(BUFFERS + 1);
        let (used, used_out) = sync_channel(BUFFERS + 1);
        // One is being read.
        for _ in 1..BUFFERS {
            _ = used.send(Vec::new());
        }
        let input = Consumed::new(input, disk);
        let work = move || run(compression, input, &pieces_in, &used_out);
        thread::Builder::new().name("decoder".to_owned()).spawn(work)?;
        Ok(Self { pieces, used, current: Vec::new(), start: 0, end: 0, is_over: false })
    }
}

impl Read for Decoded {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        while self.start == self.end && !self.is_over {
            match self.pieces.recv() {
                Ok(Piece::Octets(buffer, filled)) => {
                    let used = std::mem::replace(&mut self.current, buffer);
                    (self.start, self.end) = (0, filled);
                    // A thread that is over needs no buffer.
                    _ = self.used.send(used);
                }
                Ok(Piece::End(end)) => {
                    self.is_over = true;
                    end?;
                }
                Err(_) => {
                    self.is_over = true;
                    return Err(io::Error::other("the decoder ended without a word"));
                }
            }
        }
        let count = self.current.get(self.start..self.end).unwrap_or_default().read(room)?;
        self.start += count;
        Ok(count)
    }
}

/// Decodes all of `input`, until nobody wants it any more.
fn run<R: Read>(
    compression: Compression,
    mut input: Consumed<R>,
    pieces: &SyncSender<Piece>,
    used: &Receiver<Vec<u8>>,
) {
    let Some(outcome) = decode(compression, &mut input, pieces, used) else { return };
    let end = outcome.map_err(|error| {
        let words = match error.kind() {
            io::ErrorKind::UnexpectedEof => "it is cut short".to_owned(),
            _ => error.to_string(),
        };
        io::Error::other(Undecodable { compression, offset: input.octets, words })
    });
    // What cannot be read any more has been said, or is beyond what is decoded.
    _ = input.drain();
    _ = pieces.send(Piece::End(end));
}

/// How decoding ended; `None` when nobody wants it any more.
fn decode<R: Read>(
    compression: Compression,
    input: &mut Consumed<R>,
    pieces: &SyncSender<Piece>,
    used: &Receiver<Vec<u8>>,
) -> Option<io::Result<()>> {
    let mut decoder = match decoder(compression, input) {
        Ok(decoder) => decoder,
        Err(error) => return Some(Err(error)),
    };
    loop {
        let mut buffer = used.recv().ok()?;
        buffer.resize(BUFFER, 0);
        let (filled, end) = fill(&mut *decoder, &mut buffer);
        pieces.send(Piece::Octets(buffer, filled)).ok()?;
        if let Some(end) = end {
            return Some(end);
        }
    }
}

/// Fills `buffer`: how far, and how the input ended if it did.
fn fill(decoder: &mut dyn Read, buffer: &mut [u8]) -> (usize, Option<io::Result<()>>) {
    let mut filled = 0;
    while filled < buffer.len() {
        let step = buffer.len().min(filled + STEP);
        match decoder.read(buffer.get_mut(filled..step).unwrap_or_default()) {
            Ok(0) => return (filled, Some(Ok(()))),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Some(Err(error))),
        }
    }
    (filled, None)
}

//! Octets from outside, counted and digested as they come.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

/// An input, what was read of it so far, and the digest of that.
#[derive(Debug)]
pub(super) struct Input<R> {
    inner: R,
    /// Octets read.
    pub(super) octets: u64,
    /// Absent when nobody asks for it: it takes ten times what reading takes.
    digest: Option<Sha256>,
}

impl<R: Read> Input<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, octets: 0, digest: Some(Sha256::new()) }
    }

    /// The same without a digest.
    pub(super) fn undigested(inner: R) -> Self {
        Self { inner, octets: 0, digest: None }
    }

    /// Reads once; 0 at the end, or if there is no room.
    pub(super) fn read_into(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.inner.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(count) => {
                    let read = room.get(..count).unwrap_or(room);
                    if let Some(digest) = &mut self.digest {
                        digest.update(read);
                    }
                    self.octets += read.len() as u64;
                    return Ok(read.len());
                }
            }
        }
    }

    /// Reads until there are `least` octets or the input ends: usually as many as `most`, from a slow pipe less.
    pub(super) fn first_piece(&mut self, most: usize, least: usize) -> io::Result<Vec<u8>> {
        let mut piece = vec![0; most];
        let mut filled = 0;
        while filled < least {
            match self.read_into(piece.get_mut(filled..).unwrap_or_default())? {
                0 => break,
                count => filled += count,
            }
        }
        piece.truncate(filled);
        Ok(piece)
    }
}

impl<R> Input<R> {
    /// Stops digesting.
    pub(super) fn without_digest(&mut self) {
        self.digest = None;
    }

    /// SHA-256 of the octets read so far, in hexadecimal.
    pub(super) fn sha256(&self) -> Option<String> {
        let digest = self.digest.clone()?.finalize();
        Some(digest.iter().fold(String::new(), |hex, octet| hex + &format!("{octet:02x}")))
    }
}

//! The decoder of each format, behind one face.

use std::io::{self, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use liblzma::bufread::XzDecoder;
use liblzma::stream::{CONCATENATED, Stream};

use super::Compression;
use super::consumed::Consumed;
use super::lz4::Frames;

/// Octets that a decoder of xz may take. `xz -9` needs 65 MiB, a file can ask for 4 GiB; zstd's own bound, 128 MiB for its window
/// (`ZSTD_WINDOWLOG_LIMIT_DEFAULT`), is kept.
const XZ_MEMORY: u64 = 128 * 1024 * 1024;

/// Takes `compression` off `input`, all members or frames of it.
///
/// # Errors
///
/// The decoder's memory could not be had.
pub(super) fn decoder<'a, R: Read>(
    compression: Compression,
    input: &'a mut Consumed<R>,
) -> io::Result<Box<dyn Read + 'a>> {
    Ok(match compression {
        Compression::Gzip => Box::new(MultiGzDecoder::new(input)),
        Compression::Zstd => Box::new(zstd::Decoder::with_buffer(input)?),
        Compression::Lz4 => Box::new(Frames::new(input)),
        Compression::Xz => {
            Box::new(XzDecoder::new_stream(input, Stream::new_stream_decoder(XZ_MEMORY, CONCATENATED)?))
        }
        Compression::Bzip2 => Box::new(MultiBzDecoder::new(input)),
    })
}

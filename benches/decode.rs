//! Decodes a compressed file into a buffer that nobody reads, with the crate that sshrst decodes it with: what a compressed capture
//! costs before anybody looks at it. `benches/processes.py` measures sshrst against it.
//!
//! `cargo bench --bench decode -- FILE`
#![allow(clippy::disallowed_methods, reason = "a benchmark opens files")]

use std::fs::File;
use std::io::{self, BufReader, Error, ErrorKind, Read};
use std::path::Path;

/// As much as sshrst reads at once.
const BUFFER: usize = 256 << 10;

fn main() -> io::Result<()> {
    // Options are cargo's. Without a file there is nothing to decode: all benchmarks are run.
    let Some(path) = std::env::args().skip(1).find(|argument| !argument.starts_with("--")) else {
        return Ok(());
    };
    let file = BufReader::with_capacity(BUFFER, File::open(&path)?);
    let mut decoder: Box<dyn Read> = match Path::new(&path).extension().and_then(|it| it.to_str()) {
        Some("gz") => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
        Some("zst") => Box::new(zstd::Decoder::with_buffer(file)?),
        Some("lz4") => Box::new(lz4_flex::frame::FrameDecoder::new(file)),
        _ => return Err(Error::new(ErrorKind::InvalidInput, "expected a name that ends in gz, zst or lz4")),
    };
    let mut buffer = vec![0; BUFFER];
    while decoder.read(&mut buffer)? > 0 {}
    Ok(())
}

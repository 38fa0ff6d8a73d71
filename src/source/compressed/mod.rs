//! Compressed inputs: told by their first octets, decoded in a thread of their own.
//!
//! The thread and the reader pass four buffers round, so that nothing grows however much a small file unfolds to, and the
//! next octets are decoded while the last ones are analysed. One layer is taken off; what is compressed again inside is
//! refused as any other input that is no capture. The only user of the decoders' crates.

mod consumed;
mod decoder;
mod disk;
mod format;
mod lz4;
mod thread;

pub(super) use disk::Disk;
pub use format::Compression;
pub(super) use format::MAGIC;
pub(super) use thread::{Decoded, Undecodable};

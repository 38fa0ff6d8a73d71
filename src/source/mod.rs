//! Where frames come from: files, standard input, interfaces; capture-file formats.
//!
//! A [`Source`] or a [`Set`] of files fills a [`Batch`] with whole records, as many as one read gave; a batch's frames are looked at where they
//! lie. [`open()`] and [`standard_input`] make a [`Reader`], which follows pcap and pcapng in 256 KiB pieces of any
//! [`std::io::Read`], so a file, a pipe and a decompressor take the same path.
//!
//! What is damaged ends or thins the frames, never the run: [`Summary::damage`] says where, what was expected and what
//! was found. Only an input of which nothing can be read is a [`SourceError`].
//!
//! An edge: names `units`, `limits` and `frame` of the core. The only user of the decompressors, sha2, pcap and of files.

mod batch;
mod compressed;
mod damage;
mod failure;
mod filter;
mod following;
mod foreign;
mod format;
mod input;
mod intake;
#[cfg(all(feature = "live", target_os = "linux"))]
pub mod kernel;
#[cfg(feature = "live")]
pub mod live;
mod open;
mod order;
mod pcap;
mod pcapng;
mod reader;
mod resume;
#[cfg(feature = "live")]
mod ring;
mod set;
mod shown;
mod summary;
mod tally;
mod wanted;

pub use batch::Batch;
pub use compressed::Compression;
pub use damage::{Cost, Damage, Fault};
pub use failure::{Reason, SourceError};
pub use filter::{Connection, Filter};
pub use following::{Ended, Following};
pub use foreign::Foreign;
pub use format::{Format, Precision, Variant};
pub use open::{Opened, Opening, STANDARD_INPUT, open, standard_input};
pub use order::ByteOrder;
pub use reader::Reader;
#[cfg(feature = "live")]
pub use ring::Ring;
pub use set::{Set, Taken};
pub use shown::Shown;
pub use summary::{Compressed, Interface, Summary};
pub use wanted::{Rotation, Wanted};

/// Something that yields captured frames, in order, until it ends.
pub trait Source {
    /// Fills `batch` with the next frames; `false`, and an empty batch, at the end.
    ///
    /// Returns as soon as one read gave a whole frame, so that a pipe's frames are seen when they come. Damage is not an
    /// error here: it is in the summary, and the frames before it are delivered.
    fn read_batch(&mut self, batch: &mut Batch) -> bool;

    /// What is known so far beside the frames; final after the end.
    fn summary(&self) -> Summary;
}

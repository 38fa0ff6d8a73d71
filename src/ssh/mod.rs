//! What SSH was doing: identification, clear packets, key exchange, and what sizes tell of the encrypted part.
//!
//! A [`Session`] is fed with both directions of one connection and yields a [`Transcript`].
//!
//! # How sure
//!
//! | What | How it is known | How sure |
//! |---|---|---|
//! | everything up to NEWKEYS | read | as sure as the octets |
//! | packets of AES-GCM and encrypt-then-MAC | their lengths are in clear | sure, up to the first octet missing in a length |
//! | `cut_inside_packet` in other suites | the sum of octets is none that whole packets have | `true` is proof; else not told |
//! | SERVICE_ACCEPT, SUCCESS | the server's first packet of that size, in that order; before SUCCESS it has nothing so short to send | sure where lengths are read; else as good as segments are writes |
//! | failures | answers as long as the first one, which mostly answers `none` | likely: PK_OK or a prompt can be as long |
//! | too many failures | size, and the server ends at once and of itself | likely |
//! | the client's DISCONNECT | size, and the client's end at once behind it | likely |
//! | keepalives | size, silence before, answer, rhythm | likely from two on; sure for an answered one under chacha20-poly1305 |
//! | past authentication | volume, duration, or a channel that was opened | likely |
//!
//! In suites whose lengths are encrypted (chacha20-poly1305, OpenSSH's default, and CTR or CBC with plain MACs) what
//! arrives in one segment is taken as one write. Before SUCCESS the two sides take turns, so that a segment is mostly
//! one packet; later several can share one, and only single ones are recognised. Compression, and a capture that does
//! not hold both offers, take sizes away; `sizes_unusable` then says so. Where only the offers are missing, SUCCESS is
//! still found: it is 16 octets shorter than SERVICE_ACCEPT in every suite.

mod authentication;
mod clear;
mod direction;
mod events;
mod exchange;
mod identification;
mod keepalive;
mod kex_value;
mod kexinit;
mod message;
mod negotiate;
mod packet;
mod phase;
mod rule;
mod session;
mod software;
mod suite;
mod text;
mod transcript;
mod volume;
mod walk;

pub use identification::looks_like_ssh;
pub use rule::{RULES, Rule};
pub use session::{Arrival, Chunk, Session};
pub use software::{Program, Release, Software};
pub use text::length_as_text;
pub use transcript::{
    Banner, Cipher, Disconnect, Keepalive, KnownText, Mark, Mismatch, Negotiated, Offer, Pair, Party, Phase,
    Side, StrayText, Transcript, Violation,
};

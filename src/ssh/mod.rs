//! What SSH was doing: identification, clear packets, key exchange, and what sizes tell of the encrypted part.
//!
//! A [`Session`] is fed with both directions of one connection and yields a [`Transcript`].
//!
//! # How sure
//!
//! | What | How it is known | How sure |
//! |---|---|---|
//! | everything up to NEWKEYS | read | as sure as the octets |
//! | a broken rule | read, and nothing that the peer went on with | sure; that it ended the connection is not |
//! | program and release | the identification string names them | anybody can write any name |
//! | packets of AES-GCM and encrypt-then-MAC | their lengths are in clear | sure, up to the first octet missing in a length; found again where a later segment begins with a packet |
//! | `cut_inside_packet` in other suites | the sum of octets is none that whole packets have | `true` is proof; else not told |
//! | SERVICE_ACCEPT, SUCCESS | the server's first packet of that size, in that order; before SUCCESS it has nothing so short to send | sure where lengths are read; else as good as segments are writes |
//! | failures | answers as long as the first one, which mostly answers `none` | likely: PK_OK or a prompt can be as long |
//! | too many failures | size, and the server ends at once and of itself | likely |
//! | a session channel | the client asks for it, and later makes use of it | likely |
//! | keystrokes | a short packet, echoed by a short one; three times at least | likely: keys that share a segment count once |
//! | hidden keystrokes | short packets every 20 ms | likely |
//! | bulk, and its stop | volume; silence about a channel window behind the receiver's last word | volume sure, the reason likely |
//! | later key exchanges | the sizes of the first one, in its order, nothing between | sure where lengths are read; else at least so many |
//! | the server's normal end | exit status, EOF and CLOSE by size, and nothing but a farewell behind | likely |
//! | the client's DISCONNECT | size, and the client's end at once behind it | likely |
//! | keepalives | size, silence before, answer, rhythm | likely from two on; sure for an answered one under chacha20-poly1305 |
//! | past authentication | volume, duration, keepalives, keys, or a channel that was opened | likely |
//! | a cipher the offers do not name | lengths that lead from packet to packet; sizes that no other cipher has | inferred, and said to be |
//!
//! In suites whose lengths are encrypted (chacha20-poly1305, OpenSSH's default, and CTR or CBC with plain MACs) what
//! arrives in one segment is taken as one write. Before SUCCESS the two sides take turns, so that a segment is mostly
//! one packet; later several can share one, and only single ones are recognised. Compression, and a capture that does
//! not hold both offers, take sizes away; `sizes_unusable` then says so. Where only the offers are missing, SUCCESS is
//! still found: it is 16 octets shorter than SERVICE_ACCEPT in every suite. Where the beginning of the encrypted part is
//! missing, nothing is said of a login.
//!
//! AsyncSSH sends an IGNORE before each message, which in most suites is as long as SUCCESS: by its identification string it
//! is known, and they are left out. `tests/lab/pairs` holds all of this against the logs of five implementations.

mod authentication;
mod bulk;
mod channel;
mod clear;
mod direction;
mod encrypted;
mod event;
mod exchange;
mod group_exchange;
mod guess;
mod identification;
mod keepalive;
mod kex_value;
mod kexinit;
mod message;
mod negotiate;
mod offer;
mod packet;
mod phase;
mod rekey;
mod rule;
mod seek;
mod session;
mod software;
mod stock;
mod suite;
mod text;
mod transcript;
mod typing;
mod volume;
mod walk;

pub use identification::looks_like_ssh;
#[cfg(test)]
pub(crate) use offer::tests::lists;
pub use rule::{RULES, Rule};
pub use session::{Arrival, Chunk, Session};
pub use software::{Program, Release, Software};
pub use stock::Stock;
pub use text::{anonymous_text_octets, length_as_text};
pub use transcript::{
    Banner, Bulk, Certainty, Cipher, Disconnect, Event, EventKind, Keepalive, KnownText, Lists, Mark,
    Mismatch, Names, Negotiated, Offer, Pair, Party, Phase, Rekey, Side, StrayText, Transcript, Typing,
    Violation,
};

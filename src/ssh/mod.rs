//! What SSH was doing: identification, clear packets, key exchange, and what sizes tell of the encrypted part.
//!
//! A [`Session`] is fed with both directions of one connection and yields a [`Transcript`].

mod authentication;
mod clear;
mod direction;
mod events;
mod exchange;
mod identification;
mod keepalive;
mod kexinit;
mod message;
mod negotiate;
mod packet;
mod phase;
mod rule;
mod session;
mod suite;
mod text;
mod transcript;
mod volume;
mod walk;

pub use identification::looks_like_ssh;
pub use rule::{RULES, Rule};
pub use session::{Arrival, Chunk, Session};
pub use transcript::{
    Banner, Cipher, Disconnect, Keepalive, KnownText, Mark, Mismatch, Negotiated, Offer, Pair, Party, Phase,
    Side, StrayText, Transcript, Violation,
};

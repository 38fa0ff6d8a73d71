//! What SSH was doing: identification, clear packets, key exchange, and what sizes tell of the encrypted part.

mod transcript;

pub use transcript::{
    Banner, Cipher, Disconnect, Keepalive, KnownText, Mark, Mismatch, Negotiated, Offer, Pair, Party, Phase,
    Side, StrayText, Transcript, Violation,
};

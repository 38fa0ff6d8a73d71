//! What must hold for any octets, stage by stage. Each function of [`LAWS`] is the body of a fuzz target and of a property
//! test (`tests/laws.rs`); what was found stays in `corpus/`, and is looked at by both.
#![allow(dead_code, unreachable_pub, reason = "each fuzz target uses one function")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a law fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "the fence is around the core; captures are files")]

mod analysis;
mod assembler;
mod clear;
mod complaint;
mod formats;
mod fragments;
#[cfg(feature = "live")]
mod kernel;
mod mutation;
#[path = "../../recording/mod.rs"]
mod recording;
mod redaction;
mod renderings;
mod script;
mod ssh;
mod timers;
mod wire;
#[cfg(feature = "live")]
mod words;
mod written;

pub use written::{Told, file_of};

/// Fails by a panic if it does not hold for these octets.
pub type Law = fn(&[u8]);

/// The laws by the names of their targets.
pub const LAWS: &[(&str, Law)] = &[
    ("formats", formats::formats),
    ("blocks", formats::blocks),
    ("compressed", formats::compressed),
    ("wire", wire::wire),
    ("fragments", fragments::fragments),
    ("assembler", assembler::assembler),
    ("identification", ssh::identification),
    ("clear-packets", ssh::clear_packets),
    ("kexinit", ssh::kexinit),
    ("framing", ssh::framing),
    ("transcript", ssh::transcript),
    ("analysis", analysis::analysis),
    ("watch", analysis::watch),
    ("text", renderings::text),
    ("markdown", renderings::markdown),
    ("html", renderings::html),
    ("json", renderings::json),
    ("redaction", redaction::redaction),
    ("timers-file", timers::timers_file),
    ("written", written::written),
    ("complaint", complaint::complaint),
    #[cfg(feature = "live")]
    ("filter-words", words::filter_words),
    #[cfg(feature = "live")]
    ("kernel-log", kernel::kernel_log),
];

/// The law that is called `name`.
pub fn law(name: &str) -> Law {
    LAWS.iter().find(|(known, _)| *known == name).unwrap().1
}

//! What is known of a compressed file as it lies on disk, while another thread reads it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Size and digest of the compressed octets.
#[derive(Debug, Default)]
pub(in crate::source) struct Disk {
    octets: AtomicU64,
    sha256: OnceLock<String>,
}

impl Disk {
    /// Octets read so far.
    pub(in crate::source) fn octets(&self) -> u64 {
        self.octets.load(Ordering::Relaxed)
    }

    /// SHA-256 of them all, in hexadecimal; `None` before the end, or if nobody asked for it.
    pub(in crate::source) fn sha256(&self) -> Option<&str> {
        self.sha256.get().map(String::as_str)
    }

    pub(super) fn has_read(&self, octets: u64) {
        self.octets.store(octets, Ordering::Relaxed);
    }

    pub(super) fn ended(&self, sha256: Option<String>) {
        if let Some(sha256) = sha256 {
            // Set once: there is one end.
            _ = self.sha256.set(sha256);
        }
    }
}

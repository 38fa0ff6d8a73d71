//! Fuzzes `laws::kexinit`.
#![no_main]

#[path = "../laws.rs"]
mod laws;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::kexinit(octets));

//! Fuzzes `laws::identification`.
#![no_main]

#[path = "../laws.rs"]
mod laws;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::identification(octets));

//! Fuzzes `laws::clear_packets`.
#![no_main]

#[path = "../laws.rs"]
mod laws;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::clear_packets(octets));

//! Fuzzes the law `fragments`.
#![no_main]

#[path = "../laws/mod.rs"]
mod laws;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("fragments")(octets));

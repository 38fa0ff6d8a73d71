//! Fuzzes the law `filter-words`.
#![no_main]

#[path = "../laws/mod.rs"]
mod laws;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("filter-words")(octets));

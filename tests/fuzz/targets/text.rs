//! Fuzzes the law `text`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("text")(octets));

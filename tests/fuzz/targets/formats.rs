//! Fuzzes the law `formats`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("formats")(octets));

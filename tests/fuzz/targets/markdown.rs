//! Fuzzes the law `markdown`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("markdown")(octets));

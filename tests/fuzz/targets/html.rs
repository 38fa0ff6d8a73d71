//! Fuzzes the law `html`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("html")(octets));

//! Fuzzes the law `analysis`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("analysis")(octets));

//! Fuzzes the law `fragments`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("fragments")(octets));

//! Fuzzes the law `transcript`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("transcript")(octets));

//! Fuzzes the law `framing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("framing")(octets));

//! Fuzzes the law `blocks`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("blocks")(octets));

//! Fuzzes the law `json`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("json")(octets));

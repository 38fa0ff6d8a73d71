//! Fuzzes the law `redaction`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("redaction")(octets));

//! Fuzzes the law `clear-packets`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("clear-packets")(octets));

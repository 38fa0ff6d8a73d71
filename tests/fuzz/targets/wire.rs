//! Fuzzes the law `wire`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("wire")(octets));

//! Fuzzes the law `filter-words`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("filter-words")(octets));

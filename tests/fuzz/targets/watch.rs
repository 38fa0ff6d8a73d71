//! Fuzzes the law `watch`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("watch")(octets));

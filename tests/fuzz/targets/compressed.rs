//! Fuzzes the law `compressed`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("compressed")(octets));

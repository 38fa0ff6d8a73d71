//! Fuzzes the law `complaint`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("complaint")(octets));

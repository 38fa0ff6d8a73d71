//! Fuzzes the law `identification`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("identification")(octets));

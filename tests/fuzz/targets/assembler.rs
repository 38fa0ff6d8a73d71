//! Fuzzes the law `assembler`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("assembler")(octets));

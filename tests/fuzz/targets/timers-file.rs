//! Fuzzes the law `timers-file`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("timers-file")(octets));

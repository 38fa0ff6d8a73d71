//! Fuzzes the law `kernel-log`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("kernel-log")(octets));

//! Fuzzes the law `kexinit`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::law("kexinit")(octets));

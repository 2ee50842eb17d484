//! Bytes that may be JSON, YAML or nothing at all.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| portal_fuzz::run(bytes));

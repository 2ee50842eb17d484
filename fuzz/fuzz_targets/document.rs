//! JSON documents with mistakes in their structure; what is no JSON any more is left to the target `text`.

#![no_main]

use libfuzzer_sys::{fuzz_crossover, fuzz_mutator, fuzz_target, fuzzer_mutate};

/// One change in this many is made to the bytes, as no vendor would make it.
const BYTES: u32 = 64;

fuzz_target!(|bytes: &[u8]| portal_fuzz::run(bytes));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mutated = match seed % BYTES {
        0 => None,
        _ => portal_fuzz::with_mistakes(&data[..size], max_size, seed),
    };
    match mutated {
        Some(bytes) => replace(data, &bytes),
        None => fuzzer_mutate(data, size, max_size),
    }
});

fuzz_crossover!(|one: &[u8], other: &[u8], out: &mut [u8], seed: u32| {
    let grafted = portal_fuzz::grafted(one, other, out.len(), seed);
    replace(out, grafted.as_deref().unwrap_or(one))
});

/// Writes as much as there is room for, and returns how much that is.
fn replace(out: &mut [u8], bytes: &[u8]) -> usize {
    let size = bytes.len().min(out.len());
    out[..size].copy_from_slice(&bytes[..size]);
    size
}

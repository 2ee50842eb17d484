//! What both fuzz targets do: a document goes through the whole generator, and what comes out is looked at.

#[path = "../../generator/tests/checks/mod.rs"]
mod checks;
#[path = "../../generator/tests/mutate/mod.rs"]
mod mutate;

use checks::{check, told};
use mutate::{Choices, graft, make_mistake};
use portal_generator::diagnostics::Diagnostic;
use portal_generator::document::{self, Source};
use portal_generator::normalize::DocumentSet;
use portal_generator::{CrateOptions, Output, crate_from_document};
use serde_json::Value;

/// The files that documents find beside them.
const FILES: &[(&str, &str)] = &[
    (
        "files/common.yaml",
        include_str!("../../generator/tests/fixtures/files/common.yaml"),
    ),
    (
        "files/money.yaml",
        include_str!("../../generator/tests/fixtures/files/money.yaml"),
    ),
];

/// One document in this many is generated twice; which one depends on its text alone, so that a finding stays one.
const TWICE: u32 = 8;

/// Generates from a document's bytes.
///
/// # Panics
///
/// Where the generator does, and where what it gives breaks what it promises.
pub fn run(bytes: &[u8]) {
    let made = generate(bytes);
    if let Err(problem) = check(&made) {
        panic!("{problem}");
    }
    if hash(bytes).is_multiple_of(TWICE) {
        assert_eq!(told(&made), told(&generate(bytes)), "another output");
    }
}

fn generate(bytes: &[u8]) -> Result<Output, Vec<Diagnostic>> {
    // The name of a JSON file is what has most said about it.
    let source = Source::new("document.json", bytes);
    let document = document::parse(&source).map_err(|problem| vec![problem])?;
    let documents = DocumentSet::new(document).load(read)?;
    let options = CrateOptions {
        name: "example".to_owned(),
        command: "fuzz".to_owned(),
        runtime: "../runtime".to_owned(),
    };
    crate_from_document(&documents, &options)
}

fn read(file: &str) -> Result<Vec<u8>, String> {
    let found = FILES.iter().find(|(name, _)| *name == file);
    found
        .map(|(_, text)| text.as_bytes().to_vec())
        .ok_or_else(|| "no such file".to_owned())
}

/// FNV-1a.
fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}

/// Makes mistakes in a JSON document; nothing when it is none, or grew too large.
pub fn with_mistakes(bytes: &[u8], most: usize, seed: u32) -> Option<Vec<u8>> {
    let mut value = parse(bytes)?;
    let mut choices = Choices::new(numbers(seed));
    for _ in 0..=(seed >> 8) % 3 {
        make_mistake(&mut value, &mut choices);
    }
    written(&value, most)
}

/// Puts a part of one JSON document into another; nothing when one is none, or they grew too large.
pub fn grafted(bytes: &[u8], other: &[u8], most: usize, seed: u32) -> Option<Vec<u8>> {
    let (mut value, other) = (parse(bytes)?, parse(other)?);
    graft(&mut value, &other, &mut Choices::new(numbers(seed)));
    written(&value, most)
}

fn parse(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice(bytes).ok()
}

fn written(value: &Value, most: usize) -> Option<Vec<u8>> {
    let bytes = serde_json::to_vec(value).ok()?;
    (bytes.len() <= most).then_some(bytes)
}

/// Numbers without end (SplitMix).
fn numbers(seed: u32) -> impl Iterator<Item = u32> {
    let mut state = u64::from(seed);
    std::iter::repeat_with(move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed >> 32) as u32
    })
}

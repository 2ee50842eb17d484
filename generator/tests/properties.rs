//! What holds for every document: the same files twice, files that are Rust, and never a panic.

mod checks;
mod fixture;
mod mutate;

use checks::{check, told};
use mutate::{Choices, graft, make_mistake};
use portal_generator::document::{self, Source};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

#[test]
fn the_same_document_gives_the_same_files() {
    for file in fixture::all() {
        let [first, second] = [(); 2].map(|()| told(&fixture::generate(fixture::document(&file))));
        assert_eq!(first, second, "{file}");
    }
}

#[test]
fn every_file_is_rust_and_says_that_it_is_generated() {
    for file in fixture::all() {
        let made = fixture::generate(fixture::document(&file));
        assert!(made.is_ok(), "{file} cannot be used");
        if let Err(problem) = check(&made) {
            panic!("{file}: {problem}");
        }
    }
}

proptest! {
    // The same cases every time, so that nobody's change fails for another's mistake. What goes looking for new
    // ones is `fuzz/run.sh`.
    #![proptest_config(ProptestConfig {
        cases: 256,
        rng_seed: RngSeed::Fixed(0),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Whatever a vendor does to a document: something is made of it that is Rust, or something is said.
    #[test]
    fn a_document_with_mistakes_is_no_reason_to_panic(
        fixture in prop::sample::select(fixture::all()),
        other in prop::option::weighted(0.3, prop::sample::select(fixture::all())),
        mistakes in 1..6,
        numbers in prop::collection::vec(any::<u32>(), 64),
    ) {
        let mut value = fixture::document(&fixture).value;
        let mut choices = Choices::new(numbers.into_iter());
        if let Some(other) = other {
            graft(&mut value, &fixture::document(&other).value, &mut choices);
        }
        for _ in 0..mistakes {
            make_mistake(&mut value, &mut choices);
        }
        let text = serde_json::to_string(&value).expect("a value is JSON");
        let source = Source::new(fixture.as_str(), text.as_str());
        let generate = || fixture::generate(document::parse(&source).map_err(|problem| vec![problem])?);
        let made = generate();
        check(&made).map_err(|problem| TestCaseError::fail(format!("{problem}\n{text}")))?;
        prop_assert_eq!(told(&made), told(&generate()), "{}", text);
    }
}

use std::path::PathBuf;

use super::super::builds::Package;
use super::super::meter::Cost;
use super::*;
use crate::bench::builds::{Builds, Mode};
use crate::bench::subject::Extent;

fn cost(cpu: f64) -> Cost {
    Cost {
        cpu,
        ..Cost::default()
    }
}

fn package(name: &'static str, release: Result<Cost, String>, size: u64) -> Package {
    Package {
        name,
        operations: 10,
        costs: vec![(Mode::Check, Ok(cost(1.0))), (Mode::Release, release)],
        size: Some(size),
    }
}

fn figures(cpu: f64, release: Result<Cost, String>) -> Figures {
    Figures {
        generation: cost(cpu),
        unchanged: Ok(cost(cpu)),
        lines: (1000, 500),
        operations: 10,
        builds: Some(Ok(Builds {
            generated: package("bench-api", Ok(cost(3.0)), 0),
            programs: vec![package("bench-all", release, 2048 + 1024)],
            bare: Some(1024),
            left_out: 1,
            other_tls: Vec::new(),
        })),
        incremental: None,
    }
}

fn document() -> Document {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    Document::new("a.json".to_owned(), path, Extent::Built).expect("a document")
}

fn report() -> Report {
    let tools = [Tool::Ours, Tool::Progenitor, Tool::Oas3Gen];
    let mut report = Report::new("cargo xtask bench".to_owned(), &tools, Vec::new());
    let document = document();
    report.set(&document, Tool::Ours, Ok(figures(1.0, Ok(cost(2.0)))));
    let failing = Err("out of memory".to_owned());
    report.set(&document, Tool::Progenitor, Ok(figures(9.0, failing)));
    let refused = Err("no such version".to_owned());
    report.set(&document, Tool::Oas3Gen, refused);
    report
}

#[test]
fn what_fails_is_shown_with_its_reason_and_not_compared_with() {
    let text = report().as_markdown();
    let has = |line: &str| assert!(text.lines().any(|it| it == line), "{line}\n\n{text}");
    has("| generation: CPU s | 1.000 | 9.000 | — | 0.11 |");
    has("| `cargo build --release` of a program that uses all: CPU s | 2.00 | — | — |  |");
    has("| above a program with reqwest alone, that uses all: KiB | 2 | 2 | — | 1.00 |");
    has("progenitor: `cargo build --release` of bench-all fails: out of memory");
    has("progenitor: no call could be written for 1 operations");
    has("oas3-gen: fails: no such version");
}

#[test]
fn aims_are_judged_where_there_is_something_to_compare_with() {
    let text = report().as_markdown();
    let (_, aims) = text.split_once("### Aims").expect("aims");
    let has = |line: &str| assert!(aims.lines().any(|it| it == line), "{line}\n\n{aims}");
    has("| a.json | generation: CPU s | 0.20 of the best peer's | 0.11 | holds |");
    has("| a.json | lines of code an operation | 60.00 | 50.00 | holds |");
    has(
        "| a.json | `cargo check` of the crate: CPU s | 0.33 of the best peer's | 1.00 | **missed** |",
    );
    assert!(!aims.contains("--release"), "{aims}");
}

#[test]
fn what_is_known_later_takes_the_place_of_what_was_known_before() {
    let mut report = report();
    report.set(&document(), Tool::Oas3Gen, Ok(figures(0.5, Ok(cost(1.0)))));
    let json = report.as_json();
    let known = |pointer: &str| json.pointer(pointer).cloned();
    let generators = "/documents/0/generators";
    assert_eq!(known("/documents/1"), None);
    assert_eq!(
        known(&format!("{generators}/oas3-gen/generation/cpu_seconds")),
        Some(json!(0.5))
    );
    let program = format!("{generators}/progenitor/builds/programs/0/costs");
    assert_eq!(
        known(&format!("{program}/cargo build --release/fails")),
        Some(json!("out of memory"))
    );
}

//! The invariants of ARCHITECTURE.md that can be held mechanically.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::files::{below, read, root};

/// The largest file, in lines. Tests may be longer.
const LONGEST: usize = 600;

/// Code without comments: the lines that say something to the compiler, with their numbers.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate();
    let lines = lines.map(|(index, line)| (index + 1, line.trim_start()));
    lines.filter(|(_, line)| !line.starts_with("//"))
}

fn has_word(line: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

fn is_test(path: &str) -> bool {
    path.contains("tests") || path.ends_with("_test.rs")
}

/// Where a folder's code, tests aside, mentions one of the words.
fn mentions(folder: &str, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for path in below(folder, ".rs").iter().filter(|path| !is_test(path)) {
        let text = read(path);
        for (number, line) in code(&text) {
            let named = words.iter().filter(|word| has_word(line, word));
            found.extend(named.map(|word| format!("{path}:{number} mentions {word}: {line}")));
        }
    }
    found
}

#[test]
fn each_stage_knows_what_it_may_know() {
    let tokens = ["quote", "proc_macro2", "TokenStream", "syn"];
    let openapi = ["openapiv3"];
    let both = ["openapiv3", "quote", "proc_macro2", "TokenStream", "syn"];
    let rules: [(&str, &[&str]); 6] = [
        ("generator/src/lower", &tokens),
        ("generator/src/normalize", &tokens),
        ("generator/src/ir", &both),
        ("generator/src/surface", &both),
        ("generator/src/render", &openapi),
        ("generator/src/names", &openapi),
    ];
    let broken = rules.iter().flat_map(|(at, words)| mentions(at, words));
    let broken: Vec<_> = broken.collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_words_of_these_rules_are_found_where_they_may_be() {
    assert!(!mentions("generator/src/lower", &["openapiv3"]).is_empty());
    assert!(!mentions("generator/src/render", &["TokenStream"]).is_empty());
    assert!(has_word("use quote::quote;", "quote"));
    assert!(!has_word("let quoted = 1;", "quote"));
}

#[test]
fn the_generator_is_pure() {
    let words = ["std::fs", "std::net", "std::env", "std::process"];
    let broken: Vec<_> = below("generator/src", ".rs")
        .iter()
        .filter(|path| !is_test(path))
        .flat_map(|path| {
            let text = read(path);
            let lines = code(&text).filter(|(_, line)| words.iter().any(|it| line.contains(it)));
            lines
                .map(|(number, line)| format!("{path}:{number}: {line}"))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn only_commands_end_the_process() {
    let mut found = Vec::new();
    for folder in ["generator/src", "runtime/src", "sandbox/src", "xtask/src"] {
        // The programs that are measured stand in it as text.
        let writes_programs = "xtask/src/bench/project.rs";
        for path in below(folder, ".rs")
            .into_iter()
            .filter(|it| it != writes_programs)
        {
            let text = read(&path);
            let ends = code(&text).any(|(_, line)| line.contains("process::exit"));
            found.extend(ends.then_some(path));
        }
    }
    assert!(found.is_empty(), "return an exit code instead: {found:?}");
}

#[test]
fn no_file_is_too_long_to_read() {
    let mut long = Vec::new();
    for folder in ["generator/src", "runtime/src", "sandbox/src", "xtask/src"] {
        for path in below(folder, ".rs").into_iter().filter(|it| !is_test(it)) {
            let lines = read(&path).lines().count();
            long.extend((lines > LONGEST).then(|| format!("{path}: {lines} lines")));
        }
    }
    assert!(long.is_empty(), "divide these: {long:?}");
}

/// The packages of the workspace that each of them needs, tests aside.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata is JSON");
    let packages = metadata["packages"].as_array().expect("a list").iter();
    let name = |value: &Value| value["name"].as_str().expect("a name").to_owned();
    let names: BTreeSet<String> = packages.clone().map(name).collect();
    let needed = |package: &Value| {
        let all = package["dependencies"].as_array().expect("a list").iter();
        let ships = all.filter(|it| it["kind"].as_str() != Some("dev"));
        ships.map(name).filter(|it| names.contains(it)).collect()
    };
    packages
        .map(|package| (name(package), needed(package)))
        .collect()
}

#[test]
fn packages_depend_in_one_direction() {
    let expected: [(&str, &[&str]); 5] = [
        ("portal-apis", &["portal-runtime"]),
        ("portal-generator", &[]),
        ("portal-runtime", &[]),
        ("portal-sandbox", &["portal-generator"]),
        ("xtask", &["portal-generator"]),
    ];
    let found = dependencies();
    for (package, needs) in expected {
        let needs: BTreeSet<String> = needs.iter().map(|&it| it.to_owned()).collect();
        assert_eq!(found.get(package), Some(&needs), "{package}");
    }
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    let workspace = read("Cargo.toml");
    assert!(workspace.contains("unsafe_code = \"forbid\""));
    for package in ["generated", "generator", "runtime", "sandbox", "xtask"] {
        let manifest = read(&format!("{package}/Cargo.toml"));
        assert!(
            manifest.contains("[lints]\nworkspace = true\n"),
            "{package}"
        );
    }
    // What panics is refused outside of tests; the reasons of exceptions stand where they are made.
    for entry in [
        "generator/src/lib.rs",
        "runtime/src/lib.rs",
        "sandbox/src/lib.rs",
        "xtask/src/main.rs",
    ] {
        let text = read(entry);
        for lint in [
            "clippy::unwrap_used",
            "clippy::expect_used",
            "clippy::panic",
        ] {
            assert!(text.contains(lint), "{entry} does not warn of {lint}");
        }
    }
}

//! Settings that are in two places, and must agree.

use crate::files::{below, read};

fn value<'t>(text: &'t str, key: &str) -> &'t str {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix('='));
    line.unwrap_or_else(|| panic!("{key} is missing"))
        .trim()
        .trim_matches('"')
}

#[test]
fn the_oldest_compiler_is_the_one_that_is_used() {
    let toolchain = read("rust-toolchain.toml");
    let workspace = read("Cargo.toml");
    let (used, oldest) = (
        value(&toolchain, "channel"),
        value(&workspace, "rust-version"),
    );
    let agree = used == oldest
        || used
            .strip_prefix(oldest)
            .is_some_and(|it| it.starts_with('.'));
    assert!(
        agree,
        "{used} is used and {oldest} is promised: CI needs a job for the second"
    );
}

#[test]
fn the_workflow_does_what_the_script_does() {
    let workflow = read(".github/workflows/ci.yml");
    assert!(workflow.lines().any(|line| line.trim() == "- run: .ci/run"));
    let actions = workflow
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- uses: "));
    let unpinned: Vec<_> = actions.filter(|action| !action.contains("@v")).collect();
    assert!(unpinned.is_empty(), "name a version: {unpinned:?}");
}

#[test]
fn every_script_stops_at_an_error() {
    let mut scripts = below("scripts", ".sh");
    scripts.extend([".ci/run".to_owned(), "fuzz/run.sh".to_owned()]);
    for script in scripts {
        assert!(read(&script).contains("set -euo pipefail"), "{script}");
    }
}

//! What cargo-semver-checks (<https://crates.io/crates/cargo-semver-checks>) finds in the same pairs of crates. It
//! reads rustdoc's JSON, so each crate is documented once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::compile::{self, Case};

/// Where the tool is, if that is not on the path.
const TOOL: &str = "CARGO_SEMVER_CHECKS";

/// The documented crates.
pub(crate) struct Documented {
    tool: String,
    folder: PathBuf,
}

/// A finding that asks for a major version: the lint, and the item that it names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) lint: String,
    pub(crate) item: String,
}

/// The tool, where it is installed.
pub(crate) fn tool() -> Option<String> {
    let name = std::env::var(TOOL).unwrap_or_else(|_| "cargo-semver-checks".to_owned());
    let mut command = Command::new(&name);
    let asked = command
        .args(["semver-checks", "--version"])
        .stdout(Stdio::null())
        .status();
    asked.ok().filter(|status| status.success()).map(|_| name)
}

/// Documents all crates, those of cases and those of before.
pub(crate) fn document(tool: String, folder: &str, cases: &[Case]) -> Documented {
    let folder = compile::written(folder, cases);
    let target = folder.join("../witness-target");
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["doc", "--no-deps", "--offline", "--quiet", "--keep-going"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", &target)
        .env("RUSTC_BOOTSTRAP", "1")
        .env(
            "RUSTDOCFLAGS",
            "-Zunstable-options --output-format=json --document-hidden-items --cap-lints=allow",
        );
    for case in cases {
        command.arg("-p").arg(format!("a-{}", case.name));
    }
    let status = command.status().expect("cargo runs");
    assert!(status.success(), "not all crates can be documented");
    Documented {
        tool,
        folder: target.join("doc"),
    }
}

impl Documented {
    /// What asks for a major version between two cases.
    pub(crate) fn findings(&self, old: &str, new: &str) -> BTreeSet<Finding> {
        let output = Command::new(&self.tool)
            .args(["semver-checks", "--release-type", "minor", "--color=never"])
            .arg("--baseline-rustdoc")
            .arg(self.json(old))
            .arg("--current-rustdoc")
            .arg(self.json(new))
            .output();
        let output = output.expect("the tool runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        let found = parse(&text);
        assert!(
            output.status.success() || !found.is_empty(),
            "{old} and {new}: {text}{errors}"
        );
        found
    }

    fn json(&self, case: &str) -> PathBuf {
        let name = format!("a-{case}").replace('-', "_");
        let path = self.folder.join(format!("{name}.json"));
        assert!(Path::new(&path).is_file(), "{} is there", path.display());
        path
    }
}

/// Reads the report: `--- failure LINT: …`, and below `Failed in:` an item a line.
fn parse(text: &str) -> BTreeSet<Finding> {
    let mut found = BTreeSet::new();
    let (mut lint, mut lists) = ("", false);
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("--- ") {
            let words = rest.split_once(' ').map_or("", |(_, rest)| rest);
            lint = words.split(':').next().unwrap_or_default();
            lists = false;
        } else if line.starts_with("Failed in:") {
            lists = true;
        } else if lists && line.starts_with("  ") {
            let item = line.trim().split(" in file ").next().unwrap_or_default();
            let item = item.split(", previously").next().unwrap_or_default();
            found.insert(Finding {
                lint: lint.to_owned(),
                item: item.to_owned(),
            });
        }
    }
    found
}

/// The findings by lint, in numbers.
pub(crate) fn counted<'f>(findings: impl Iterator<Item = &'f Finding>) -> BTreeMap<&'f str, usize> {
    let mut counted = BTreeMap::new();
    for finding in findings {
        *counted.entry(finding.lint.as_str()).or_default() += 1;
    }
    counted
}

//! What cargo-semver-checks (<https://crates.io/crates/cargo-semver-checks>) finds in the same pairs of crates. It
//! reads rustdoc's JSON, so each crate is documented once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use portal_generator::surface::Kind;
use portal_generator::surface::diff::RustChange;

use crate::compile::{self, Case};

/// Where the tool is, if that is not on the path.
const TOOL: &str = "CARGO_SEMVER_CHECKS";

/// How the tool exits where it finds something; another failure is its own.
const FOUND: i32 = 100;

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
        let expected = match found.is_empty() {
            true => 0,
            false => FOUND,
        };
        assert_eq!(
            output.status.code(),
            Some(expected),
            "{old} and {new}: {text}{errors}"
        );
        found
    }

    /// What rustdoc knows of a case, as of a crate of one name: crates of two names have nothing in common.
    fn json(&self, case: &str) -> PathBuf {
        let name = format!("a-{case}").replace('-', "_");
        let path = self.folder.join(format!("{name}.json"));
        let text = fs::read_to_string(&path).expect("rustdoc has written it");
        let named = text.replace(&format!("\"{name}\""), "\"apis\"");
        assert_ne!(named, text, "{} names the crate", path.display());
        let path = path.with_extension("apis.json");
        fs::write(&path, named).expect("the file can be written");
        path
    }
}

impl Finding {
    /// Whether a change of the report is the same one: of the item that the tool names, and of its member, if any.
    pub(crate) fn is_told_by(&self, change: &RustChange) -> bool {
        let found: BTreeSet<&str> = words(&self.item).collect();
        let has_owner = change.kind == Kind::Operation || words(&change.member).next().is_some();
        let names = 1 + usize::from(has_owner);
        let mut used = vec![format!("{} {}", change.path, change.member)];
        match change.rule {
            // The report goes by the names of today, and says with the uses that end which names these were.
            "former-name-removed" => used.extend(change.stops.iter().cloned()),
            // The report goes by the name of before; to the tool, something is new under the name of today.
            "member-renamed" | "name-reused" => {
                let named = change.instead.split('`').skip(1).step_by(2);
                used.extend(named.map(|name| format!("{} {name}", change.path)));
            }
            _ => {}
        }
        used.iter().any(|used| {
            let names: Vec<&str> = words(used).rev().take(names).collect();
            names.iter().all(|name| found.contains(name))
        })
    }
}

/// The names in a text; `r#` of raw ones is none.
fn words(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    let words = text.split(|c: char| c != '_' && c != '#' && !c.is_alphanumeric());
    let words = words.map(|word| word.strip_prefix("r#").unwrap_or(word));
    words.filter(|word| !word.is_empty())
}

/// Reads the report: `--- failure LINT: …`, and below `Failed in:` an item a line, with the place in a file, which is
/// left out: names of files are none of items. What it only warns of does not ask for a version.
fn parse(text: &str) -> BTreeSet<Finding> {
    let mut found = BTreeSet::new();
    let (mut lint, mut lists) = (None, false);
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("--- ") {
            let failure = rest.strip_prefix("failure ");
            lint = failure.and_then(|rest| rest.split(':').next());
            lists = false;
        } else if line.starts_with("Failed in:") {
            lists = true;
        } else if let (Some(lint), true, Some(item)) = (lint, lists, line.strip_prefix("  ")) {
            let item = item.split(" in ").next().unwrap_or_default();
            let item = item.strip_suffix("previously").unwrap_or(item);
            found.insert(Finding {
                lint: lint.to_owned(),
                item: item.trim_end_matches([',', ' ']).to_owned(),
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

#[test]
fn what_the_tool_prints_is_read() {
    let text = "
--- failure enum_variant_added: enum variant added on exhaustive enum ---

Description:
A publicly-visible enum without #[non_exhaustive] has a new variant.
        ref: https://doc.rust-lang.org/cargo/reference/semver.html#enum-variant-new

Failed in:
  variant Kind:Pigeon in /folder/of/Note/types.rs:12

--- failure struct_missing: pub struct removed or renamed ---

Description:
A publicly-visible struct cannot be imported by its prior path.

Failed in:
  struct crm::types::Note, previously in file /folder/types.rs:3
  field text of struct Memo, previously in file /folder/types.rs:9

--- warning partial_ord_struct_fields_reordered: fields in another order ---

Failed in:
  Memo.kind moved from position 1 to 2, in /folder/types.rs:9
";
    let found = parse(text);
    let items: Vec<&str> = found.iter().map(|it| it.item.as_str()).collect();
    let expected = [
        "variant Kind:Pigeon",
        "field text of struct Memo",
        "struct crm::types::Note",
    ];
    assert_eq!(items, expected);
    let change = |path: &str, member: &str| RustChange {
        kind: Kind::Model,
        path: path.to_owned(),
        member: member.to_owned(),
        ..RustChange::default()
    };
    let told = |path: &str, member: &str| -> Vec<&str> {
        let change = change(path, member);
        let told = found.iter().filter(|it| it.is_told_by(&change));
        told.map(|it| it.item.as_str()).collect()
    };
    assert_eq!(told("crm::types::Kind", "::Pigeon"), [expected[0]]);
    assert_eq!(told("crm::types::Kind", "::Dove"), [""; 0]);
    assert_eq!(told("crm::types::Memo", ".text"), [expected[1]]);
    assert_eq!(told("crm::types::Memo", ""), [expected[1]]);
    assert_eq!(told("crm::types::Note", ""), [expected[2]]);
    let dropped = RustChange {
        rule: "former-name-removed",
        stops: vec!["crm::types::Memo.text".to_owned()],
        ..change("crm::types::Memo", ".words")
    };
    let renamed = RustChange {
        rule: "member-renamed",
        instead: "write `Pigeon`".to_owned(),
        ..change("crm::types::Kind", "::Dove")
    };
    for change in [dropped, renamed] {
        let told = found.iter().filter(|it| it.is_told_by(&change));
        assert_eq!(told.count(), 1, "{}", change.rule);
    }
}

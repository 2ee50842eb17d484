//! `cargo xtask release-notes`: the entry of the changelog, and the version that it asks for.

use std::fmt::Write as _;
use std::path::Path;

use portal_generator::surface::diff::{self, Class, Report, RustChange, Severity};

use crate::diff::{Sides, load, markdown_entry, markdown_wire};
use crate::failure::Failure;
use crate::terminal::say;
use crate::{files, lock, workspace};

const CHANGELOG: &str = "CHANGELOG.md";

/// The sections of an entry, as <https://keepachangelog.com/en/1.1.0/> has them.
const SECTIONS: [&str; 5] = ["Added", "Changed", "Deprecated", "Removed", "Security"];

/// What `release-notes` can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// What was: a lock, a folder of specs, an OpenAPI document, or a revision of Git such as the tag of the last
    /// release; the lock of the last commit if not given.
    old: Option<String>,
    /// What is: a lock, a folder of specs or an OpenAPI document; `specs/` if not given.
    new: Option<String>,
    /// Inserts the entry into the changelog, below what is not released yet.
    #[arg(long)]
    write: bool,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let root = workspace::root()?;
    let Sides { old, new } = load(&root, options.old.as_deref(), options.new.as_deref())?;
    let report = diff::compare(&old, &new);
    if report.rust.is_empty() && report.wire.is_empty() {
        say!("{}", crate::diff::NOTHING);
        return Ok(());
    }
    let version = next(&version(&root)?, report.class());
    let entry = entry(&report, &version, &lock::today());
    if !options.write {
        say!("{}", entry.trim_end());
        return Ok(());
    }
    write(&root.join(CHANGELOG), &entry, &version)?;
    say!("{CHANGELOG} has an entry for {version}; set `version` in Cargo.toml to it");
    Ok(())
}

/// The version of the workspace, which is that of the generated crate.
fn version(root: &Path) -> Result<Version, Failure> {
    let path = root.join("Cargo.toml");
    let text = read(&path)?;
    let mut lines = text.lines().map(str::trim);
    let found = lines
        .find_map(|line| line.strip_prefix("version = \""))
        .and_then(|rest| Version::parse(rest.split('"').next()?));
    found.ok_or_else(|| {
        let message = format!("{} names no version", path.display());
        Failure::Machine(message)
    })
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::io("read", path, &error))
}

/// A version of three numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version([u64; 3]);

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let plain = text.split(['-', '+']).next()?;
        let mut parts = plain.split('.').map(|part| part.parse().ok());
        let version = [parts.next()??, parts.next()??, parts.next()??];
        parts.next().is_none().then_some(Self(version))
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self([major, minor, patch]) = self;
        write!(out, "{major}.{minor}.{patch}")
    }
}

/// The version after a change. Before 1.0.0, Cargo takes the leftmost number that is not zero for the major one.
fn next(version: &Version, class: Class) -> Version {
    let Version([major, minor, patch]) = *version;
    Version(match (major, minor, class) {
        (0, 0, _) => [0, 0, patch + 1],
        (0, _, Class::Major) => [0, minor + 1, 0],
        (0, _, Class::Minor | Class::Patch) => [0, minor, patch + 1],
        (_, _, Class::Major) => [major + 1, 0, 0],
        (_, _, Class::Minor) => [major, minor + 1, 0],
        (_, _, Class::Patch) => [major, minor, patch + 1],
    })
}

fn entry(report: &Report, version: &Version, date: &str) -> String {
    let mut out = format!("## {version} - {date}\n");
    for section in SECTIONS {
        let mut list = String::new();
        let changes = report.rust.iter().filter(|it| self::section(it) == section);
        for change in changes {
            let breaking = match change.class {
                Class::Major => "**Breaking:** ",
                Class::Minor | Class::Patch => "",
            };
            let text = markdown_entry(change);
            _ = writeln!(list, "- {breaking}{text}");
        }
        if section == "Changed" {
            let told = report
                .wire
                .iter()
                .filter(|it| it.severity > Severity::Information);
            for change in told {
                let severity = change.severity.word();
                _ = writeln!(
                    list,
                    "- On the wire ({severity}): {}",
                    markdown_wire(change)
                );
            }
        }
        if !list.is_empty() {
            _ = write!(out, "\n### {section}\n\n{list}");
        }
    }
    out
}

fn section(change: &RustChange) -> &'static str {
    match change.rule {
        "scopes-added" => "Security",
        "deprecated" => "Deprecated",
        rule if rule.ends_with("-added") => "Added",
        rule if rule.ends_with("-removed") => "Removed",
        _ => "Changed",
    }
}

/// Inserts an entry before that of the latest release.
fn write(path: &Path, entry: &str, version: &Version) -> Result<(), Failure> {
    let text = read(path)?;
    let text = inserted(&text, entry, version).map_err(Failure::Usage)?;
    files::write(path, &text).map_err(|error| Failure::io("write", path, &error))
}

fn inserted(text: &str, entry: &str, version: &Version) -> Result<String, String> {
    let mut place = text.len();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some(heading) = line.strip_prefix("## ") {
            let name = heading.trim().trim_start_matches('[');
            let name = name.split([' ', ']']).next().unwrap_or_default();
            if name == version.to_string() {
                return Err(format!(
                    "the changelog has an entry for {version} already; take it out to write it again"
                ));
            }
            if !name.eq_ignore_ascii_case("unreleased") {
                place = place.min(start);
            }
        }
        start += line.len();
    }
    let (before, after) = text.split_at(place);
    let gap = if after.is_empty() { "" } else { "\n" };
    Ok(format!("{}\n\n{entry}{gap}{after}", before.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_go_up_by_class() {
        let check = |from: &str, class| {
            let from = Version::parse(from).expect("a version");
            next(&from, class).to_string()
        };
        assert_eq!(check("0.1.3", Class::Major), "0.2.0");
        assert_eq!(check("0.1.3", Class::Minor), "0.1.4");
        assert_eq!(check("0.1.3", Class::Patch), "0.1.4");
        assert_eq!(check("0.0.3", Class::Minor), "0.0.4");
        assert_eq!(check("1.2.3", Class::Major), "2.0.0");
        assert_eq!(check("1.2.3-rc.1", Class::Minor), "1.3.0");
        assert_eq!(check("1.2.3", Class::Patch), "1.2.4");
        assert_eq!(Version::parse("1.2"), None);
        assert_eq!(Version::parse("1.2.3.4"), None);
    }

    #[test]
    fn entries_stand_between_what_is_not_released_and_the_latest_release() {
        let version = Version([0, 2, 0]);
        let check = |text: &str| inserted(text, "## 0.2.0 - today\n", &version);
        let whole = check("# Changelog\n\n## Unreleased\n\n- a\n\n## 0.1.0 - before\n\n- b\n");
        let expected =
            "# Changelog\n\n## Unreleased\n\n- a\n\n## 0.2.0 - today\n\n## 0.1.0 - before\n\n- b\n";
        assert_eq!(whole.as_deref(), Ok(expected));
        let first = check("# Changelog\n");
        assert_eq!(first.as_deref(), Ok("# Changelog\n\n## 0.2.0 - today\n"));
        assert!(check("## [0.2.0]\n").is_err());
    }
}

//! Generated files against those on disk: what differs, and making it so.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;

use portal_generator::File;
use serde_json::json;
use similar::{ChangeTag, TextDiff};

use crate::failure::Failure;
use crate::terminal::{BOLD, DIM, GREEN, RED, say};

/// Lines of a file's difference that are shown before the rest is counted.
const SHOWN_LINES: usize = 60;

/// What it takes to make a folder hold exactly some generated files.
pub(crate) struct Plan {
    folder: PathBuf,
    differences: Vec<Difference>,
}

/// A file that is not what it should be.
pub(crate) struct Difference {
    /// The path within the folder, with `/` between names.
    pub(crate) path: String,
    /// The text on disk; `None` where the file is missing.
    found: Option<String>,
    /// The text it should have; `None` where the file is left over.
    expected: Option<String>,
}

impl Plan {
    /// Compares files with those of a folder. Left over is what an earlier run wrote
    /// below `scopes` and this one would not; an empty scope is the whole folder.
    pub(crate) fn new(folder: &Path, files: Vec<File>, scopes: &[String]) -> Result<Self, Failure> {
        let wanted: BTreeSet<_> = files.iter().map(|file| file.path.clone()).collect();
        let mut plan = Self::of_files(folder, files)?;
        let mut there = Vec::new();
        for scope in scopes {
            visit(folder, scope, &mut there)?;
        }
        for path in there {
            if !wanted.contains(&path) {
                plan.differences.push(Difference {
                    found: read(&folder.join(&path))?,
                    path,
                    expected: None,
                });
            }
        }
        plan.differences.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(plan)
    }

    /// Compares files with those of a folder, whatever else is in it.
    pub(crate) fn of_files(folder: &Path, files: Vec<File>) -> Result<Self, Failure> {
        let mut differences = Vec::new();
        for file in files {
            let found = read(&folder.join(&file.path))?;
            if found.as_deref() != Some(&file.text) {
                differences.push(Difference {
                    path: file.path,
                    found,
                    expected: Some(file.text),
                });
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            differences,
        })
    }

    /// The files that are not what they should be.
    pub(crate) fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// Writes what is changed or missing, each file in one step, and removes what is left over.
    pub(crate) fn apply(&self) -> Result<(), Failure> {
        for difference in &self.differences {
            let path = self.folder.join(&difference.path);
            match &difference.expected {
                Some(text) => write(&path, text).map_err(|e| Failure::io("write", &path, &e))?,
                None => {
                    remove(&path, &self.folder).map_err(|e| Failure::io("remove", &path, &e))?
                }
            }
        }
        Ok(())
    }

    /// Prints a line of JSON for each difference, with paths as seen from the folder that `shown` names.
    pub(crate) fn print_json(&self, shown: &str) {
        for difference in &self.differences {
            let file = format!("{shown}/{}", difference.path);
            say!(
                "{}",
                json!({ "kind": "file", "file": file, "state": difference.state() })
            );
        }
    }

    /// Prints every difference, with paths as seen from the folder that `shown` names.
    pub(crate) fn print(&self, shown: &str) {
        for difference in &self.differences {
            difference.print(shown);
        }
    }
}

/// Makes a folder hold exactly some generated files, each written as it comes.
pub(crate) struct Writing<'f> {
    folder: &'f Path,
    /// What an earlier run wrote and this one has not written so far.
    left_over: BTreeSet<String>,
    changed: usize,
}

impl<'f> Writing<'f> {
    /// Looks at what an earlier run wrote to a folder, all of which this one is to replace.
    pub(crate) fn to(folder: &'f Path) -> Result<Self, Failure> {
        let mut there = Vec::new();
        visit(folder, "", &mut there)?;
        Ok(Self {
            folder,
            left_over: there.into_iter().collect(),
            changed: 0,
        })
    }

    /// Writes a file in one step, unless it is there already.
    pub(crate) fn write(&mut self, file: &File) -> Result<(), Failure> {
        self.left_over.remove(&file.path);
        let path = self.folder.join(&file.path);
        if read_bytes(&path)?.as_deref() == Some(file.text.as_bytes()) {
            return Ok(());
        }
        self.changed += 1;
        write(&path, &file.text).map_err(|e| Failure::io("write", &path, &e))
    }

    /// Removes what is left over, and returns how many files were written or removed.
    pub(crate) fn finish(self) -> Result<usize, Failure> {
        for name in &self.left_over {
            let path = self.folder.join(name);
            remove(&path, self.folder).map_err(|e| Failure::io("remove", &path, &e))?;
        }
        Ok(self.changed + self.left_over.len())
    }
}

impl Difference {
    /// What is the matter with the file.
    fn state(&self) -> &'static str {
        match (&self.found, &self.expected) {
            (Some(_), Some(_)) => "changed",
            (None, _) => "missing",
            (Some(_), None) => "left over",
        }
    }

    fn print(&self, shown: &str) {
        say!("{BOLD}{shown}/{}{BOLD:#}: {}", self.path, self.state());
        let found = self.found.as_deref().unwrap_or_default();
        let expected = self.expected.as_deref().unwrap_or_default();
        print_difference(found, expected);
    }
}

/// Prints what is to change in a text, as a unified diff without its head.
pub(crate) fn print_difference(found: &str, expected: &str) {
    let difference = TextDiff::from_lines(found, expected);
    let mut unified = difference.unified_diff();
    let unified = unified.context_radius(3);
    let mut left = SHOWN_LINES;
    let mut hidden = 0;
    for hunk in unified.iter_hunks() {
        if left > 0 {
            say!("{DIM}{}{DIM:#}", hunk.header());
        }
        for change in hunk.iter_changes() {
            if left == 0 {
                hidden += 1;
                continue;
            }
            left -= 1;
            let line = change.value().trim_end_matches(['\r', '\n']);
            match change.tag() {
                ChangeTag::Delete => say!("{RED}-{line}{RED:#}"),
                ChangeTag::Insert => say!("{GREEN}+{line}{GREEN:#}"),
                ChangeTag::Equal => say!(" {line}"),
            }
        }
    }
    if hidden > 0 {
        say!("{DIM}... and {hidden} lines more{DIM:#}");
    }
}

/// Whether a text says that one of these commands wrote it.
pub(crate) fn is_generated(text: &str) -> bool {
    let mut head = text.lines().take(5);
    head.any(|line| line.contains("@generated") && line.contains("cargo xtask"))
}

/// Whether there is anything in a folder.
pub(crate) fn is_empty(folder: &Path) -> bool {
    match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(_) => true,
    }
}

/// Finds the files of an earlier run below a folder within another, as paths within the outer one.
fn visit(folder: &Path, within: &str, found: &mut Vec<String>) -> Result<(), Failure> {
    let path = folder.join(within);
    let entries = match fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Failure::io("read", &path, &error)),
    };
    for entry in entries {
        let entry = entry.map_err(|e| Failure::io("read", &path, &e))?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let below = match within {
            "" => name.to_owned(),
            within => format!("{within}/{name}"),
        };
        let kind = entry
            .file_type()
            .map_err(|e| Failure::io("read", &path, &e))?;
        if kind.is_dir() {
            // Cargo's folder and those of version control hold nothing of ours.
            if name != "target" && !name.starts_with('.') {
                visit(folder, &below, found)?;
            }
        } else if kind.is_file() && is_generated(&head(&entry.path())?) {
            found.push(below);
        }
    }
    Ok(())
}

/// How a file begins: far enough to tell who wrote it.
fn head(path: &Path) -> Result<String, Failure> {
    const LENGTH: u64 = 4096;
    let mut bytes = Vec::new();
    let opened = fs::File::open(path);
    opened
        .and_then(|file| file.take(LENGTH).read_to_end(&mut bytes))
        .map_err(|error| Failure::io("read", path, &error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The text of a file; `None` if there is none. What is not text is as good as any other text.
fn read(path: &Path) -> Result<Option<String>, Failure> {
    let bytes = read_bytes(path)?;
    Ok(bytes.map(|bytes| {
        let lossy = |error: FromUtf8Error| String::from_utf8_lossy(error.as_bytes()).into_owned();
        String::from_utf8(bytes).unwrap_or_else(lossy)
    }))
}

/// The content of a file; `None` if there is none.
fn read_bytes(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::io("read", path, &error)),
    }
}

/// Writes a file in one step: whoever reads it finds the old content or the new one.
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let temporary = path.with_added_extension(format!("{}.tmp", std::process::id()));
    let written = fs::write(&temporary, content).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // Best effort: what is wrong has been found already.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Removes a file and the folders that it leaves empty.
fn remove(path: &Path, root: &Path) -> io::Result<()> {
    fs::remove_file(path)?;
    let folders = path.ancestors().skip(1);
    for folder in folders.take_while(|folder| *folder != root && is_empty(folder)) {
        fs::remove_dir(folder)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_header_counts() {
        assert!(is_generated(
            "//! @generated by `cargo xtask codegen` from a.json.\n"
        ));
        assert!(!is_generated(
            "# This file is automatically @generated by Cargo.\n"
        ));
        assert!(!is_generated("\n\n\n\n\n// @generated by cargo xtask\n"));
    }
}

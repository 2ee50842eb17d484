//! The compiler's verdict on what was generated: one workspace of all crates, checked at once.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::report::{Outcome, Row};
use crate::failure::Failure;
use crate::terminal::Progress;
use crate::{files, workspace};

/// What the compiler said of a crate.
#[derive(Default)]
struct Verdict {
    is_finished: bool,
    first_message: Option<String>,
}

/// Checks the crates of all accepted documents.
pub(super) fn check(
    rows: &mut [Row],
    folder: &Path,
    jobs: usize,
    progress: &Progress,
) -> Result<(), Failure> {
    let accepted = |row: &&mut Row| row.outcome == Outcome::Accepted;
    let names: Vec<_> = rows
        .iter_mut()
        .filter(accepted)
        .map(|row| row.name.clone())
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    write_workspace(folder, &names)?;
    let verdicts = verdicts(folder, jobs, |finished| {
        progress.tell(|| format!("compiled {finished} of {}", names.len()));
    })?;
    for row in rows.iter_mut().filter(accepted) {
        let verdict = verdicts.get(&row.name);
        let message = verdict.and_then(|verdict| verdict.first_message.clone());
        let compiles = message.is_none() && verdict.is_some_and(|verdict| verdict.is_finished);
        row.compiles = Some(compiles);
        if !compiles {
            row.first_error = message.or_else(|| Some("the compiler gave no reason".to_owned()));
        }
    }
    Ok(())
}

/// Makes the generated crates members of one workspace, so that they share their dependencies.
fn write_workspace(folder: &Path, names: &[String]) -> Result<(), Failure> {
    let members = names.iter().map(|name| format!("    \"crates/{name}\",\n"));
    let members: String = members.collect();
    let text = format!("[workspace]\nresolver = \"3\"\nmembers = [\n{members}]\n");
    let manifest = folder.join("Cargo.toml");
    files::write(&manifest, &text).map_err(|e| Failure::io("write", &manifest, &e))?;
    // The dependencies are those that this workspace is tested with.
    let lock = workspace::root()?.join("Cargo.lock");
    let copied = fs::copy(&lock, folder.join("Cargo.lock"));
    copied.map_err(|e| Failure::io("copy", &lock, &e))?;
    for name in names {
        let manifest = folder.join("crates").join(name).join("Cargo.toml");
        let text = fs::read_to_string(&manifest).map_err(|e| Failure::io("read", &manifest, &e))?;
        // Alone, a generated crate is a workspace of its own; here it is a member of another.
        let member = text.replace("\n[workspace]\n", "\n");
        files::write(&manifest, &member).map_err(|e| Failure::io("write", &manifest, &e))?;
    }
    Ok(())
}

fn verdicts(
    folder: &Path,
    jobs: usize,
    mut tell: impl FnMut(usize),
) -> Result<BTreeMap<String, Verdict>, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let log = folder.join("cargo.log");
    let stderr = File::create(&log).map_err(|e| Failure::io("write", &log, &e))?;
    let mut command = Command::new(&cargo);
    command
        .current_dir(folder)
        .args([
            "check",
            "--workspace",
            "--keep-going",
            "--message-format=json",
        ])
        .arg(format!("--jobs={jobs}"))
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(stderr);
    let mut child = command
        .spawn()
        .map_err(|e| Failure::io("run", Path::new(&cargo), &e))?;
    let mut verdicts: BTreeMap<String, Verdict> = BTreeMap::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            read_message(&line, &mut verdicts);
            tell(
                verdicts
                    .values()
                    .filter(|verdict| verdict.is_finished)
                    .count(),
            );
        }
    }
    child
        .wait()
        .map_err(|e| Failure::io("run", Path::new(&cargo), &e))?;
    if verdicts.is_empty() {
        let said = fs::read_to_string(&log).unwrap_or_default();
        return Err(Failure::Machine(format!("cargo could not begin:\n{said}")));
    }
    Ok(verdicts)
}

/// Takes note of one of cargo's messages. Packages go by their targets' names, which are made of theirs.
fn read_message(line: &str, verdicts: &mut BTreeMap<String, Verdict>) {
    let Ok(message) = serde_json::from_str::<Value>(line) else {
        return;
    };
    let target = message.pointer("/target/name").and_then(Value::as_str);
    let Some(name) = target.map(|name| name.replace('_', "-")) else {
        return;
    };
    match message.get("reason").and_then(Value::as_str) {
        Some("compiler-artifact") => verdicts.entry(name).or_default().is_finished = true,
        Some("compiler-message") => {
            let text = message.pointer("/message/rendered").and_then(Value::as_str);
            let verdict = verdicts.entry(name).or_default();
            verdict
                .first_message
                .get_or_insert_with(|| one_line(text.unwrap_or_default()));
        }
        _ => {}
    }
}

/// A rendered message: what is wrong and where, on one line.
fn one_line(rendered: &str) -> String {
    let lines = rendered
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    lines.take(2).collect::<Vec<_>>().join(" ")
}

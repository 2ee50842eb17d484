//! The compiler's verdict: every pair of crates in one workspace, checked at once, without a network.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use portal_generator::File;
use serde_json::Value;

use crate::code::{self, Witness};
use crate::specs::workspace;
use portal_generator::surface::Item;

/// As often errors may hide others before something is wrong with the witness.
const MOST_ROUNDS: usize = 6;

/// What is compiled: what is generated now, and the items that code was written for.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) files: Vec<File>,
    pub(crate) items: Vec<Item>,
    pub(crate) module: String,
}

/// The uses that do not compile, by case. The compiler hides some errors behind others, so it is asked again without
/// what has failed.
pub(crate) fn failing(folder: &str, cases: &[Case]) -> BTreeMap<String, BTreeSet<String>> {
    let folder = written(folder, cases);
    let names = cases.iter().map(|case| case.name.clone());
    let mut failed: BTreeMap<String, BTreeSet<String>> =
        names.map(|name| (name, BTreeSet::new())).collect();
    for _ in 0..MOST_ROUNDS {
        let mut witnesses = BTreeMap::new();
        for case in cases {
            let known = &failed[&case.name];
            let left_out = |name: &str| known.contains(name);
            let witness = code::write(&case.items, &case.module, &left_out);
            let path = folder.join(format!("w-{}/src/lib.rs", case.name));
            put(&path, &witness.text);
            witnesses.insert(format!("w-{}", case.name), (&case.name, witness));
        }
        let new = check(&folder, &witnesses);
        if new.is_empty() {
            return failed;
        }
        for (name, uses) in new {
            failed.entry(name).or_default().extend(uses);
        }
    }
    panic!("the compiler finds new errors each time: {failed:?}");
}

/// Writes the crates of cases, and a workspace of them; returns its folder.
pub(crate) fn written(folder: &str, cases: &[Case]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(folder);
    for case in cases {
        write_apis(&folder, case);
        let witness = folder.join(format!("w-{}/src/lib.rs", case.name));
        if !witness.is_file() {
            put(&witness, "");
        }
    }
    write_workspace(&folder, cases);
    folder
}

/// Runs the compiler, and finds the uses on the lines that it complains of.
fn check(
    folder: &std::path::Path,
    witnesses: &BTreeMap<String, (&String, Witness)>,
) -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "check",
            "--workspace",
            "--offline",
            "--keep-going",
            "--quiet",
        ])
        .arg("--message-format=json")
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("../witness-target"))
        .stderr(Stdio::inherit())
        .output();
    let output = output.expect("cargo runs");
    let mut failed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut errors = 0;
    for line in output.stdout.split(|byte| *byte == b'\n') {
        let Ok(message) = serde_json::from_slice::<Value>(line) else {
            continue;
        };
        if message["reason"] != "compiler-message" || message["message"]["level"] != "error" {
            continue;
        }
        errors += 1;
        let spans = message["message"]["spans"].as_array();
        let spans = spans.into_iter().flatten();
        let target = message["target"]["name"].as_str().unwrap_or_default();
        let target = target.replace('_', "-");
        let rendered = message["message"]["rendered"].as_str().unwrap_or_default();
        let Some((name, witness)) = witnesses.get(&target) else {
            panic!("`{target}` does not compile: {rendered}");
        };
        for span in spans.filter(|span| span["is_primary"] == true) {
            let line = span["line_start"].as_u64().unwrap_or_default() as usize;
            let of_line = witness.uses.iter().find(|(at, _)| *at == line);
            let Some((_, used)) = of_line else {
                panic!("an error is on no line of the witness: {rendered}");
            };
            let uses = failed.entry((*name).clone()).or_default();
            uses.insert(used.clone());
        }
    }
    assert!(
        errors > 0 || output.status.success(),
        "cargo fails without an error of the compiler"
    );
    failed
}

fn write_apis(folder: &std::path::Path, case: &Case) {
    let root = folder.join(format!("a-{}", case.name));
    let files = case.files.iter();
    let files = files.filter(|file| file.path.ends_with(".rs"));
    let files: BTreeMap<PathBuf, &str> = files
        .map(|file| (root.join(&file.path), file.text.as_str()))
        .collect();
    remove_others(&root.join("src"), &files);
    for (path, text) in &files {
        put(path, text);
    }
    let features: String = features(case);
    let runtime = workspace().join("runtime");
    let manifest = format!(
        "[package]\nname = \"a-{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[features]\n{features}\n\
         [dependencies]\nportal-runtime = {{ path = {runtime:?}, default-features = false }}\n",
        case.name
    );
    put(&root.join("Cargo.toml"), &manifest);
    let manifest = format!(
        "[package]\nname = \"w-{0}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         apis = {{ package = \"a-{0}\", path = \"../a-{0}\" }}\n",
        case.name
    );
    put(
        &folder.join(format!("w-{}/Cargo.toml", case.name)),
        &manifest,
    );
}

/// All features of the generated crate, switched on.
fn features(case: &Case) -> String {
    let manifest = case.files.iter().find(|file| file.path == "Cargo.toml");
    let text = manifest.map_or("", |file| file.text.as_str());
    let line = text.lines().find(|line| line.starts_with("full = ["));
    let full = line.unwrap_or("full = []").replacen("full", "default", 1);
    let names = full.split('"').skip(1).step_by(2);
    let names: String = names.map(|name| format!("{name} = []\n")).collect();
    format!("{full}\n{names}")
}

fn write_workspace(folder: &std::path::Path, cases: &[Case]) {
    let members = cases
        .iter()
        .map(|case| format!("\"a-{0}\", \"w-{0}\"", case.name));
    let members: Vec<String> = members.collect();
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [{}]\n\n[profile.dev]\ndebug = false\n",
        members.join(", ")
    );
    put(&folder.join("Cargo.toml"), &manifest);
    let lock = fs::read_to_string(workspace().join("Cargo.lock")).expect("the lock is there");
    put(&folder.join("Cargo.lock"), &lock);
}

/// Removes what an earlier run has written and this one does not.
fn remove_others(folder: &std::path::Path, files: &BTreeMap<PathBuf, &str>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            remove_others(&path, files);
        } else if !files.contains_key(&path) {
            fs::remove_file(&path).expect("the file can be removed");
        }
    }
}

/// Writes a file where it is not the same already, so that nothing is compiled twice.
fn put(path: &std::path::Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|found| found == text) {
        return;
    }
    let folder = path.parent().expect("a file lies in a folder");
    fs::create_dir_all(folder).expect("the folder can be made");
    fs::write(path, text).expect("the file can be written");
}

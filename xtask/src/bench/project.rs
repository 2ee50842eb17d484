//! The workspace around a generated crate: programs that call it, and one that does without.
//!
//! A program that uses N operations has a table of N functions, one of which it chooses by what it is started with,
//! so that the compiler must keep all of them, and awaits it on a runtime of one thread. Each function awaits a call
//! (see [`super::calls`]), tells whether it worked and drops the answer. Behind a boxed future, what is
//! compiled for an operation does not depend on the others. It is the same for all generators, but for the line that
//! makes the client.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::calls::{self, Calls};
use super::meter::Problem;
use super::tool::{Bench, CRATE, Tool};
use crate::failure::Failure;
use crate::{files, workspace};

/// Operations that programs use; `None` for all.
pub(super) const SIZES: [(&str, Option<usize>); 3] = [
    ("bench-1", Some(1)),
    ("bench-20", Some(20)),
    ("bench-all", None),
];

/// The program that makes its one call with reqwest alone.
pub(super) const BARE: &str = "bench-bare";

/// What all programs need: the runtime, and rustls on ring for those who bring no TLS.
const DEPENDENCIES: &str = "\
reqwest = { version = \"0.13\", default-features = false, features = [\"http2\", \"rustls-no-provider\"] }
rustls = { version = \"0.23\", default-features = false, features = [\"ring\", \"std\", \"tls12\"] }
tokio = { version = \"1\", features = [\"net\", \"rt\", \"time\"] }
";

const BARE_PROGRAM: &str = r#"//! One call with reqwest alone.

async fn call() -> Result<String, reqwest::Error> {
    let client = reqwest::Client::new();
    let answer = client.get("https://api.example/things").bearer_auth("token").send().await?;
    answer.error_for_status()?.text().await
}

fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    if runtime.block_on(call()).is_ok() {
        std::process::exit(1);
    }
}
"#;

/// A generated crate and the programs around it.
pub(super) struct Project {
    pub(super) folder: PathBuf,
    pub(super) tool: Tool,
    /// Programs by their packages, and the operations that each uses.
    pub(super) programs: Vec<(&'static str, usize)>,
    /// Operations that calls could be written for.
    pub(super) operations: usize,
    calls: Calls,
}

impl Project {
    /// The folder of a generator's crate for a document.
    pub(super) fn folder(bench: &Bench, tool: Tool, document: &str) -> PathBuf {
        bench.scratch.join(tool.name()).join(document)
    }

    /// The folder of the generated crate itself.
    pub(super) fn generated(folder: &Path) -> PathBuf {
        folder.join(CRATE)
    }

    /// Writes the workspace around what was generated.
    pub(super) fn new(bench: &Bench, folder: PathBuf, tool: Tool) -> Result<Self, Problem> {
        let sources = Self::generated(&folder).join("src");
        let calls = calls::read(&sources, tool.convention()).map_err(Problem::of_output)?;
        let mut project = Self {
            folder,
            tool,
            programs: Vec::new(),
            operations: calls.expressions.len(),
            calls,
        };
        project.write_workspace(bench)?;
        project.write_programs()?;
        Ok(project)
    }

    /// Leaves out operations, by the lines of the program with all of them. Tells whether there were any.
    pub(super) fn leave_out(&mut self, lines: &BTreeSet<usize>) -> Result<bool, Failure> {
        let before = self.calls.expressions.len();
        let mut line = FIRST_LINE;
        self.calls.expressions.retain(|_| {
            line += 1;
            !lines.contains(&(line - 1))
        });
        self.operations = self.calls.expressions.len();
        self.write_programs()?;
        Ok(self.operations < before && self.operations > 0)
    }

    fn write_workspace(&self, bench: &Bench) -> Result<(), Failure> {
        let members = SIZES.iter().map(|(name, _)| *name).chain([CRATE, BARE]);
        let members: String = members.map(|name| format!("\"{name}\", ")).collect();
        let members = members.trim_end_matches(", ");
        let text = format!(
            "[workspace]\nresolver = \"3\"\nmembers = [{members}]\n\n[profile.release]\nstrip = true\n"
        );
        write(&self.folder.join("Cargo.toml"), &text)?;
        // What this workspace is tested with; versions of other dependencies are the newest.
        let lock = self.folder.join("Cargo.lock");
        if !lock.exists() {
            let ours = bench.root.join("Cargo.lock");
            fs::copy(&ours, &lock).map_err(|e| Failure::io("copy", &ours, &e))?;
        }
        self.write_program(BARE, BARE_PROGRAM, false)
    }

    fn write_programs(&mut self) -> Result<(), Failure> {
        self.programs.clear();
        for (name, size) in SIZES {
            let used = size.unwrap_or(usize::MAX).min(self.operations);
            let text = program(self.tool, &self.calls, used);
            self.write_program(name, &text, true)?;
            // Where there are few operations, two programs would be the same.
            if size.is_none_or(|size| size < self.operations) {
                self.programs.push((name, used));
            }
        }
        Ok(())
    }

    fn write_program(&self, name: &str, text: &str, calls: bool) -> Result<(), Failure> {
        let package = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n"
        );
        let generated = match calls {
            true => format!("{CRATE} = {{ path = \"../{CRATE}\" }}\n"),
            false => String::new(),
        };
        let manifest = format!("{package}\n[dependencies]\n{generated}{DEPENDENCIES}");
        let folder = self.folder.join(name);
        write(&folder.join("Cargo.toml"), &manifest)?;
        write(&folder.join("src/main.rs"), text)
    }

    /// A command of cargo in the workspace.
    pub(super) fn cargo(&self, bench: &Bench, arguments: &[&str]) -> std::process::Command {
        let mut cargo = workspace::cargo();
        // Before the rest, which may end with what is for the compiler.
        cargo
            .current_dir(&self.folder)
            .arg("--quiet")
            .args(arguments);
        // One for all generators: what their crates depend on alike is built once.
        let target = bench.scratch.join("target");
        cargo
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_INCREMENTAL", "0");
        // Those that are set for this workspace's own crates.
        for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_MANIFEST_DIR"] {
            cargo.env_remove(name);
        }
        cargo
    }

    /// The size of a program built for release, in bytes.
    pub(super) fn size(&self, bench: &Bench, name: &str) -> Option<u64> {
        let release = bench.scratch.join("target/release");
        let program = release.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        Some(fs::metadata(program).ok()?.len())
    }
}

/// The line that the first operation stands on, counted from 1.
const FIRST_LINE: usize = 16;

/// The program that uses the first operations.
fn program(tool: Tool, calls: &Calls, used: usize) -> String {
    let client = &calls.client;
    let mut text = format!(
        "\
//! Calls operations of a generated client.
#![allow(warnings)]
use std::future::Future;
use std::pin::Pin;
{imports}

type Call<'c> = Pin<Box<dyn Future<Output = bool> + 'c>>;

/// A value that the compiler knows nothing of.
fn any<T>() -> T {{
    match std::hint::black_box(None) {{
        Some(value) => value,
        None => std::process::exit(2),
    }}
}}
",
        imports = tool.imports(),
    );
    let used = calls.expressions.iter().take(used);
    for (number, call) in used.clone().enumerate() {
        let call = format!("Box::pin(async move {{ {call}.await.is_ok() }})");
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "fn operation_{number}(c: &{client}) -> Call<'_> {{ {call} }}"
        );
    }
    let names: String = (0..used.len())
        .map(|number| format!("operation_{number}, "))
        .collect();
    let _ = write!(
        text,
        "
static OPERATIONS: [for<'c> fn(&'c {client}) -> Call<'c>; {count}] = [{names}];

fn main() {{
    let _ = rustls::crypto::ring::default_provider().install_default();
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {{ return }};
    let Some(client) = ({constructor}) else {{ return }};
    let chosen = std::env::args().count() - 1;
    if let Some(operation) = OPERATIONS.get(chosen) && runtime.block_on(operation(&client)) {{
        std::process::exit(1);
    }}
}}
",
        count = used.len(),
        constructor = tool.constructor(client),
    );
    text
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    files::write(path, text).map_err(|e| Failure::io("write", path, &e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_begin_where_errors_are_looked_for() {
        let calls = Calls {
            client: "Client".to_owned(),
            expressions: vec!["c.first()".to_owned(), "c.second(any())".to_owned()],
        };
        let text = program(Tool::Ours, &calls, 2);
        let line = |number: usize| text.lines().nth(number - 1).unwrap_or_default();
        assert!(line(FIRST_LINE).contains("c.first().await"), "{text}");
        assert!(
            line(FIRST_LINE + 1).contains("c.second(any()).await"),
            "{text}"
        );
    }
}

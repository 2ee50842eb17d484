//! What the compiler takes for a generated crate and for programs that call it.
//!
//! Dependencies are built before; then the source of one crate is touched, so that nothing else is compiled. The cost
//! is that of the compiler for this crate, with the linker where it links; cargo's own is not in it.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::time::SystemTime;

use serde_json::Value;

use super::meter::{self, Cost, Problem};
use super::project::{BARE, Project};
use super::subject::{Effort, Keep, told};
use super::tool::{Bench, CRATE};
use crate::failure::Failure;

/// How often the calls that do not compile are left out, before it is given up.
const ROUNDS: usize = 4;

/// Ways of building.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Check,
    Build,
    Release,
}

impl Mode {
    pub(super) const ALL: [Self; 3] = [Self::Check, Self::Build, Self::Release];

    /// The command, as people type it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Check => "cargo check",
            Self::Build => "cargo build",
            Self::Release => "cargo build --release",
        }
    }

    const fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Check => &["check"],
            Self::Build => &["build"],
            Self::Release => &["build", "--release"],
        }
    }
}

/// What was measured of one package.
#[derive(Clone)]
pub(super) struct Package {
    pub(super) name: &'static str,
    /// The operations that it uses; of the generated crate, those that it has.
    pub(super) operations: usize,
    /// What building took, or why it fails.
    pub(super) costs: Vec<(Mode, Result<Cost, String>)>,
    /// The size of a program, stripped, in bytes.
    pub(super) size: Option<u64>,
}

impl Package {
    pub(super) fn cost(&self, mode: Mode) -> Option<Cost> {
        self.costs
            .iter()
            .find(|(known, _)| *known == mode)
            .and_then(|(_, cost)| cost.as_ref().ok().copied())
    }

    /// Ways of building that fail, and why.
    pub(super) fn failures(&self) -> impl Iterator<Item = (Mode, &String)> {
        let costs = self.costs.iter();
        costs.filter_map(|(mode, cost)| Some((*mode, cost.as_ref().err()?)))
    }
}

/// Everything that was measured of a project.
#[derive(Clone)]
pub(super) struct Builds {
    pub(super) generated: Package,
    pub(super) programs: Vec<Package>,
    /// The size of the program that calls reqwest, in bytes.
    pub(super) bare: Option<u64>,
    /// Operations for which no call could be written that compiles.
    pub(super) left_out: usize,
    /// TLS backends beside the one that all programs have.
    pub(super) other_tls: Vec<&'static str>,
}

impl Builds {
    fn package(&mut self, name: &str) -> Option<&mut Package> {
        let mut all = std::iter::once(&mut self.generated).chain(&mut self.programs);
        all.find(|package| package.name == name)
    }
}

/// Builds a project in every mode. One that fails is a result too: the others are measured all the same. What was
/// measured so far is kept after each.
pub(super) fn measure(
    bench: &Bench,
    project: &mut Project,
    modes: &[Mode],
    effort: &Effort,
    keep: Keep<'_, Builds>,
) -> Result<Builds, Problem> {
    let written = project.operations;
    settle(bench, project)?;
    let programs = project.programs.iter();
    let programs = programs.map(|(name, used)| package(name, *used));
    let mut builds = Builds {
        generated: package(CRATE, project.operations),
        programs: programs.collect(),
        bare: None,
        left_out: written - project.operations,
        other_tls: other_tls(bench, project)?,
    };
    let programs = project.programs.iter().map(|(name, _)| *name);
    let names: Vec<_> = std::iter::once(CRATE).chain(programs).collect();
    for mode in modes {
        for name in &names {
            let cost = told(bench, one(bench, project, *mode, name, effort))?;
            let is_released = *mode == Mode::Release && cost.is_ok();
            if is_released {
                builds.bare = builds.bare.or_else(|| project.size(bench, BARE));
            }
            let Some(package) = builds.package(name) else {
                continue;
            };
            if is_released && *name != CRATE {
                package.size = project.size(bench, name);
            }
            package.costs.push((*mode, cost));
            keep(&format!("`{}` of {name}", mode.name()), &builds)?;
        }
    }
    Ok(builds)
}

/// TLS backends in the dependencies of the programs that there should not be: sizes would not compare.
fn other_tls(bench: &Bench, project: &Project) -> Result<Vec<&'static str>, Problem> {
    let mut cargo = project.cargo(bench, &["tree", "--prefix", "none", "--edges", "normal"]);
    cargo.args(["--package", "bench-all"]);
    let output = cargo
        .output()
        .map_err(|e| Failure::io("run", Path::new("cargo"), &e))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(tls_in(&text))
}

/// The backends in a list of packages.
fn tls_in(packages: &str) -> Vec<&'static str> {
    let backends = ["aws-lc-rs", "native-tls", "openssl", "boring"].into_iter();
    let is_there = |backend: &&str| {
        let mut names = packages.lines().filter_map(|line| line.split(' ').next());
        names.any(|name| name == *backend)
    };
    backends.filter(is_there).collect()
}

fn package(name: &'static str, operations: usize) -> Package {
    Package {
        name,
        operations,
        costs: Vec::new(),
        size: None,
    }
}

/// Compiles one package again and again.
fn one(
    bench: &Bench,
    project: &Project,
    mode: Mode,
    name: &str,
    effort: &Effort,
) -> Result<Cost, Problem> {
    let log = project.folder.join("cost.log");
    // With the same packages chosen, the features of what they share are the same.
    let cargo = || {
        let mut cargo = project.cargo(bench, mode.arguments());
        cargo.args(["--package", name, "--package", BARE]);
        cargo
    };
    // Beside its dependencies it may be compiled too, at the same cost as without.
    let compiled = meter::cargo(&mut cargo(), &log)?;
    let mut costs: Vec<_> = cost_of(&compiled, name).into_iter().collect();
    let source = if name == CRATE {
        "src/lib.rs"
    } else {
        "src/main.rs"
    };
    let source = project.folder.join(name).join(source);
    while effort.again(&costs) {
        touch(&source)?;
        let compiled = meter::cargo(&mut cargo(), &log)?;
        costs.push(cost_of(&compiled, name).ok_or_else(meter::no_figures)?);
    }
    Cost::median(costs).ok_or_else(meter::no_figures)
}

fn cost_of(compiled: &[(String, Cost)], name: &str) -> Option<Cost> {
    let name = name.replace('-', "_");
    let found = compiled.iter().find(|(known, _)| *known == name);
    found.map(|(_, cost)| *cost)
}

fn touch(path: &Path) -> Result<(), Failure> {
    let file = File::options().append(true).open(path);
    let touched = file.and_then(|file| file.set_modified(SystemTime::now()));
    touched.map_err(|e| Failure::io("touch", path, &e))
}

/// Leaves out calls that do not compile, such as those of generic methods that no type was found for.
pub(super) fn settle(bench: &Bench, project: &mut Project) -> Result<(), Problem> {
    for _ in 0..ROUNDS {
        let mut cargo = project.cargo(bench, &["check", "--message-format=json", "--keep-going"]);
        cargo.args(["--package", "bench-all", "--package", BARE]);
        let output = cargo
            .output()
            .map_err(|e| Failure::io("run", Path::new("cargo"), &e))?;
        if output.status.success() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let errors: Vec<_> = text.lines().filter_map(error).collect();
        let elsewhere: Vec<_> = errors
            .iter()
            .filter(|error| error.target != "bench-all")
            .collect();
        if let Some(first) = elsewhere.first() {
            let count = elsewhere.len();
            let message = format!(
                "does not compile, {count} errors; the first: {}",
                first.message
            );
            return Err(Problem::Program(message));
        }
        let lines: BTreeSet<_> = errors.iter().filter_map(|error| error.line).collect();
        if lines.is_empty() || !project.leave_out(&lines)? {
            let first = errors.first().map_or_else(
                || String::from_utf8_lossy(&output.stderr).into_owned(),
                |error| error.message.clone(),
            );
            let first = first.lines().next().unwrap_or_default();
            return Err(Problem::Program(format!("no call of it compiles: {first}")));
        }
    }
    Err(Problem::Program("its calls do not compile".to_owned()))
}

/// An error of the compiler.
struct CompileError {
    target: String,
    message: String,
    line: Option<usize>,
}

fn error(line: &str) -> Option<CompileError> {
    let message: Value = serde_json::from_str(line).ok()?;
    if message.pointer("/message/level")?.as_str()? != "error" {
        return None;
    }
    let spans = message.pointer("/message/spans")?.as_array()?;
    let primary = spans
        .iter()
        .find(|span| span.get("is_primary") == Some(&Value::Bool(true)));
    let line = primary.and_then(|span| span.get("line_start")?.as_u64());
    Some(CompileError {
        target: message.pointer("/target/name")?.as_str()?.to_owned(),
        message: message.pointer("/message/message")?.as_str()?.to_owned(),
        line: line.and_then(|line| usize::try_from(line).ok()),
    })
}

/// What a check takes after a change of one operation, where the compiler keeps what it found before.
/// `change` generates the crate anew.
pub(super) fn incremental(
    bench: &Bench,
    project: &Project,
    change: impl FnOnce() -> Result<(), Problem>,
) -> Result<Cost, Problem> {
    let log = project.folder.join("cost.log");
    let cargo = || {
        let mut cargo = project.cargo(bench, &["check"]);
        cargo
            .args(["--package", CRATE, "--package", BARE])
            .env("CARGO_INCREMENTAL", "1");
        cargo
    };
    touch(&Project::generated(&project.folder).join("src/lib.rs"))?;
    meter::cargo(&mut cargo(), &log)?;
    change()?;
    let compiled = meter::cargo(&mut cargo(), &log)?;
    cost_of(&compiled, CRATE).ok_or_else(meter::no_figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_tls_is_found_by_its_package() {
        let packages = "bench-all v0.1.0 (/a/native-tls)\nrustls v0.23.0\nring v0.17.0\n";
        assert!(tls_in(packages).is_empty());
        let packages = format!("{packages}native-tls v0.2.0 (*)\n");
        assert_eq!(tls_in(&packages), ["native-tls"]);
    }

    #[test]
    fn errors_of_the_compiler_have_the_line_of_their_first_place() {
        let line = r#"{"reason":"compiler-message","target":{"name":"bench-all"},"message":{"level":"error",
            "message":"cannot infer","spans":[{"is_primary":false,"line_start":3},{"is_primary":true,"line_start":17}]}}"#;
        let error = error(&line.replace('\n', "")).expect("an error");
        assert_eq!((error.target.as_str(), error.line), ("bench-all", Some(17)));
        assert_eq!(error.message, "cannot infer");
        assert!(super::error("{\"reason\":\"build-finished\"}").is_none());
    }
}

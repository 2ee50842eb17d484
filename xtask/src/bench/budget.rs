//! `cargo xtask budget`: counts that are the same on every machine, against those that were agreed on.
//!
//! Lines of what is generated; instructions that generating takes, which vary a little with the seeds of hash maps; and
//! if asked, functions and lines of LLVM's intermediate representation for the crates of the shipped documents and for
//! programs that call everything in them, where generic code shows.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use portal_generator::{CrateOptions, File};
use serde_json::{Map, Number, Value};

use super::builds::settle;
use super::meter::Problem;
use super::project::Project;
use super::subject::{Document, empty, has_code};
use super::tool::{Bench, CRATE, Tool};
use crate::failure::Failure;
use crate::terminal::{self, GREEN, Progress, RED, say};
use crate::{codegen, documents, files, workspace};

/// What was agreed on.
const FILE: &str = ".ci/budget.json";
const FIXTURES: &str = "generator/tests/fixtures";
/// The shipped document whose generation is counted in instructions.
const COUNTED: &str = "specs/easor/general-ledger.json";
/// How much more than agreed on is let through.
const TOLERANCE: f64 = 0.03;

/// What `budget` can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Agrees on what is counted now.
    #[arg(long)]
    update: bool,
    /// Counts what is compiled too, which builds the clients of all shipped documents and takes minutes.
    #[arg(long)]
    compiled: bool,
}

type Counts = BTreeMap<String, f64>;

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let root = workspace::absolute(&workspace::root()?)?;
    // The same as that of `bench`: what generated crates depend on is built once for both.
    let scratch = workspace::target()?.join("bench");
    let bench = Bench {
        root,
        peers: scratch.join("peers"),
        scratch,
    };
    let path = bench.root.join(FILE);
    let agreed = read(&path)?;
    let progress = Progress::start("counting lines");
    let mut counts = Counts::new();
    lines_of_portals(&bench, &mut counts)?;
    lines_of_fixtures(&bench, &mut counts)?;
    if options.compiled {
        progress.tell(|| "counting what is compiled".to_owned());
        compiled(&bench, &mut counts)?;
    }
    progress.tell(|| "counting instructions".to_owned());
    let instructions = instructions(&bench)?;
    drop(progress);
    match instructions {
        Ok(count) => {
            counts.insert(
                format!("instructions to generate from {COUNTED}, unoptimized"),
                count,
            );
        }
        Err(reason) => terminal::hint(&format!("instructions are not counted: {reason}")),
    }
    if options.update {
        return update(&path, agreed, &counts);
    }
    judge(&agreed, &counts)
}

fn read(path: &Path) -> Result<Counts, Failure> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Counts::new()),
        Err(error) => return Err(Failure::io("read", path, &error)),
    };
    serde_json::from_str(&text)
        .map_err(|error| Failure::Machine(format!("{FILE} is no list of counts: {error}")))
}

/// Writes what was counted; what could not be counted here stays.
fn update(path: &Path, mut agreed: Counts, counts: &Counts) -> Result<(), Failure> {
    agreed.extend(counts.clone());
    let number = |value: f64| Number::from_f64((value * 10.0).round() / 10.0);
    let numbers = agreed.iter().filter_map(|(name, value)| {
        let whole = value.fract() == 0.0;
        let number = if whole {
            Some(Number::from(*value as u64))
        } else {
            number(*value)
        };
        Some((name.clone(), Value::Number(number?)))
    });
    let numbers: Map<String, Value> = numbers.collect();
    let text = format!("{:#}\n", Value::Object(numbers));
    files::write(path, &text).map_err(|e| Failure::io("write", path, &e))?;
    say!("{FILE} has what is counted now; say in CHANGELOG.md why");
    Ok(())
}

/// Says how every count compares, and fails where one grew too much.
fn judge(agreed: &Counts, counts: &Counts) -> Result<(), Failure> {
    let mut over = 0;
    for (name, count) in counts {
        match verdict(agreed.get(name).copied(), *count) {
            Verdict::Fits => say!("{GREEN}fits{GREEN:#}  {name}: {count:.0}"),
            Verdict::Less(part) => say!(
                "{GREEN}less{GREEN:#}  {name}: {count:.0}, {:.1} % less than agreed on; \
                 `cargo xtask budget --update` keeps it so",
                part * 100.0
            ),
            Verdict::New => {
                over += 1;
                terminal::error(&format!(
                    "{name}: {count:.0}, but {FILE} has no such count; run `cargo xtask budget --update`"
                ));
            }
            Verdict::More(part, before) => {
                over += 1;
                terminal::error(&format!(
                    "{name}: {count:.1} where {before:.1} was agreed on, {:.1} % more; make it less, \
                     or run `cargo xtask budget --update` and say in CHANGELOG.md why",
                    part * 100.0
                ));
            }
        }
    }
    match over {
        0 => Ok(()),
        _ => {
            say!("{RED}{over} of {} counts do not fit{RED:#}", counts.len());
            Err(Failure::Told)
        }
    }
}

/// How a count compares with the one agreed on.
#[derive(Debug, PartialEq)]
enum Verdict {
    Fits,
    /// By this part.
    Less(f64),
    /// By this part, than this.
    More(f64, f64),
    New,
}

fn verdict(agreed: Option<f64>, count: f64) -> Verdict {
    let Some(before) = agreed else {
        return Verdict::New;
    };
    if count > before * (1.0 + TOLERANCE) {
        return Verdict::More(count / before - 1.0, before);
    }
    match count < before * (1.0 - TOLERANCE) {
        true => Verdict::Less(1.0 - count / before),
        false => Verdict::Fits,
    }
}

fn lines_of_portals(bench: &Bench, counts: &mut Counts) -> Result<(), Failure> {
    let before = crate::lock::read(&bench.root)?;
    let (mut lines, mut operations) = (0, 0);
    for (folder, manifest) in codegen::manifests(&bench.root)? {
        let portal = codegen::generate(&bench.root, &folder, &manifest, &before)?;
        lines += lines_of(&portal.files);
        for api in &portal.apis {
            lines += lines_of(&api.output.files);
            operations += api.output.summary.generated;
        }
    }
    insert_lines(counts, "shipped portals", lines, operations);
    Ok(())
}

fn lines_of_fixtures(bench: &Bench, counts: &mut Counts) -> Result<(), Failure> {
    let folder = bench.root.join(FIXTURES);
    let failure = |error| Failure::io("read", &folder, &error);
    let options = CrateOptions {
        name: CRATE.to_owned(),
        command: "cargo xtask budget".to_owned(),
        runtime: "runtime".to_owned(),
    };
    let (mut lines, mut operations) = (0, 0);
    for entry in fs::read_dir(&folder).map_err(failure)? {
        let path = Path::new(FIXTURES).join(entry.map_err(failure)?.file_name());
        if path.extension().is_none() {
            continue;
        }
        let set = documents::load(&bench.root, &path, None)?;
        // Fixtures that are refused as a whole are there for their diagnostics.
        if let Ok(output) = portal_generator::crate_from_document(&set, &options) {
            lines += lines_of(&output.files);
            operations += output.summary.generated;
        }
    }
    insert_lines(counts, "fixtures", lines, operations);
    Ok(())
}

fn insert_lines(counts: &mut Counts, of: &str, lines: usize, operations: usize) {
    counts.insert(format!("lines of code, {of}"), lines as f64);
    let each = lines as f64 / operations.max(1) as f64;
    counts.insert(format!("lines of code an operation, {of}"), each);
}

fn lines_of(files: &[File]) -> usize {
    let sources = files.iter().filter(|file| file.path.ends_with(".rs"));
    sources
        .flat_map(|file| file.text.lines())
        .filter(|line| has_code(line))
        .count()
}

/// Counts what the compiler hands to LLVM for the crates of the shipped documents, and for programs that call all
/// of their operations.
fn compiled(bench: &Bench, counts: &mut Counts) -> Result<(), Failure> {
    let mut sums = [
        ("crates", CRATE, Code::default()),
        ("programs", "bench-all", Code::default()),
    ];
    for document in Document::shipped(&bench.root)? {
        let project = project(bench, &document).map_err(|problem| match problem {
            Problem::Program(reason) => Failure::Machine(format!("{}: {reason}", document.shown)),
            Problem::Ours(failure) => failure,
        })?;
        for (_, package, sum) in &mut sums {
            let code = code(bench, &project, package)?;
            sum.functions += code.functions;
            sum.lines += code.lines;
        }
    }
    for (of, _, Code { functions, lines }) in sums {
        counts.insert(
            format!("functions compiled, {of} of shipped documents"),
            functions as f64,
        );
        counts.insert(
            format!("lines of LLVM IR, {of} of shipped documents"),
            lines as f64,
        );
    }
    Ok(())
}

fn project(bench: &Bench, document: &Document) -> Result<Project, Problem> {
    let folder = Project::folder(bench, Tool::Ours, &document.slug);
    let out = Project::generated(&folder);
    empty(&out)?;
    let mut command = Tool::Ours.command(bench, &document.path, &out)?;
    let output = command
        .output()
        .map_err(|e| Failure::io("run", Path::new("xtask"), &e))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(Problem::Program(said));
    }
    Tool::Ours.finish(&out)?;
    let mut project = Project::new(bench, folder, Tool::Ours)?;
    settle(bench, &mut project)?;
    Ok(project)
}

#[derive(Debug, Default, PartialEq)]
struct Code {
    functions: usize,
    lines: usize,
}

fn code(bench: &Bench, project: &Project, package: &str) -> Result<Code, Failure> {
    let path = project.folder.join(format!("{package}.ll"));
    let mut cargo = project.cargo(bench, &["rustc", "--package", package, "--"]);
    // In one unit, or functions would be counted once for each that they are copied into.
    cargo.args(["-Ccodegen-units=1", "-Cdebuginfo=0"]);
    cargo.arg(format!("--emit=llvm-ir={}", path.display()));
    let output = cargo
        .output()
        .map_err(|e| Failure::io("run", Path::new("cargo"), &e))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::Machine(format!(
            "{package} does not compile:\n{said}"
        )));
    }
    let text = fs::read_to_string(&path).map_err(|e| Failure::io("read", &path, &e))?;
    Ok(count(&text))
}

/// Functions with a body, and the lines of their bodies.
fn count(text: &str) -> Code {
    let mut code = Code::default();
    let mut is_inside = false;
    for line in text.lines() {
        if line.starts_with("define ") {
            code.functions += 1;
            is_inside = true;
        } else if line == "}" {
            is_inside = false;
        } else if is_inside && !line.is_empty() {
            code.lines += 1;
        }
    }
    code
}

/// Instructions that generating takes, by callgrind. `Err` is why they cannot be counted.
fn instructions(bench: &Bench) -> Result<Result<f64, &'static str>, Failure> {
    if !cfg!(debug_assertions) {
        return Ok(Err("what was agreed on is of a build without optimization"));
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        return Ok(Err("valgrind is not installed"));
    }
    let out = bench.scratch.join("counted");
    empty(&out)?;
    let mut generate = Tool::Ours.command(bench, Path::new(COUNTED), &out)?;
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    valgrind
        .arg(generate.get_program())
        .args(generate.get_args())
        .current_dir(&bench.root);
    // Without valgrind first, so that what it says of the document is what a person sees.
    let plain = generate
        .output()
        .map_err(|e| Failure::io("run", Path::new("xtask"), &e))?;
    if !plain.status.success() {
        let said = String::from_utf8_lossy(&plain.stderr).into_owned();
        return Err(Failure::Machine(said));
    }
    let output = valgrind
        .output()
        .map_err(|e| Failure::io("run", Path::new("valgrind"), &e))?;
    let said = String::from_utf8_lossy(&output.stderr);
    Ok(collected(&said).ok_or("valgrind did not tell"))
}

/// The number that callgrind ends with.
fn collected(text: &str) -> Option<f64> {
    let mut lines = text
        .lines()
        .filter_map(|line| line.split_once("Collected :"));
    let (_, number) = lines.next_back()?;
    number.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_in_a_hundred_are_let_through() {
        assert_eq!(verdict(Some(100.0), 103.0), Verdict::Fits);
        assert_eq!(verdict(Some(100.0), 97.0), Verdict::Fits);
        assert_eq!(verdict(Some(100.0), 50.0), Verdict::Less(0.5));
        assert_eq!(verdict(Some(100.0), 150.0), Verdict::More(0.5, 100.0));
        assert_eq!(verdict(None, 1.0), Verdict::New);
    }

    #[test]
    fn one_count_too_many_fails() {
        let counts = |value| Counts::from([("lines".to_owned(), value)]);
        assert!(judge(&counts(100.0), &counts(102.0)).is_ok());
        assert!(judge(&counts(100.0), &counts(104.0)).is_err());
        assert!(judge(&Counts::new(), &counts(1.0)).is_err());
    }

    #[test]
    fn bodies_are_counted() {
        let text =
            "@a = global i32 1\ndefine void @f() {\nstart:\n  ret void\n}\n\ndeclare void @g()\n";
        assert_eq!(
            count(text),
            Code {
                functions: 1,
                lines: 2
            }
        );
    }

    #[test]
    fn callgrind_ends_with_a_number() {
        let text = "==1== Events    : Ir\n==1== Collected : 1234\n==1==\n";
        assert_eq!(collected(text), Some(1234.0));
        assert_eq!(collected("nothing"), None);
    }
}

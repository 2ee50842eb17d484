//! `cargo xtask generate`: a crate of its own from any one document.

use std::path::{Path, PathBuf};
use std::time::Instant;

use portal_generator::diagnostics::Diagnostic;
use portal_generator::document::with_deep_stack;
use portal_generator::manifest::{Filter, Schemas, Selection};
use portal_generator::normalize::DocumentSet;
use portal_generator::overlay::Overlay;
use portal_generator::{CrateOptions, Settled, Summary, names};
use serde_json::{Value, json};

use crate::corpus::peak_memory;
use crate::failure::Failure;
use crate::files::{self, Writing};
use crate::terminal::{self, BOLD, Progress, say};
use crate::{documents, machine, workspace};

/// What `generate` can be told.
#[derive(clap::Args)]
#[command(after_help = "\
With --json, each line is an object. Its `kind` is `diagnostic` (severity, rule, file, line, column, pointer, message, \
remedy), or in the last line `summary` (errors, warnings, operations, generated, omitted, types and more).

Exit codes: 0 done, what was left out is listed; 1 the document cannot be used; 2 wrong usage.")]
pub(crate) struct Options {
    /// The OpenAPI document, JSON or YAML.
    document: PathBuf,
    /// The folder to make, or to make again.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The crate's name; that of the document's file if not given.
    #[arg(long, value_name = "CRATE", value_parser = crate_name)]
    name: Option<String>,
    /// The folder that referenced files must lie in; the document's own if not given.
    #[arg(long, value_name = "DIR")]
    within: Option<PathBuf>,
    /// The runtime crate that the generated one depends on; that of this workspace if not given.
    #[arg(long, value_name = "DIR")]
    runtime: Option<PathBuf>,
    /// Changes the document, or the file that `extends` names, before anything is made of it (OpenAPI Overlay 1.0 or 1.1);
    /// may be given several times, and applies in this order.
    #[arg(long, value_name = "FILE")]
    overlay: Vec<PathBuf>,
    /// Generates what it can although references lead nowhere; without it, such a document is refused.
    #[arg(long)]
    keep_going: bool,
    /// Only operations with this tag and what else is included; may be given several times.
    #[arg(long, value_name = "TAG")]
    include_tag: Vec<String>,
    /// Only operations whose path fits, such as `/v2/**`: `*` is anything within a segment, `**` any segments.
    #[arg(long, value_name = "PATTERN")]
    include_path: Vec<String>,
    /// Only this operation, by its `operationId` or, where it has none, as `GET /path`.
    #[arg(long, value_name = "ID")]
    include_operation: Vec<String>,
    /// All schemas of the document's components, also those that no operation leads to.
    #[arg(long)]
    all_schemas: bool,
    /// Prints lines of JSON: each diagnostic, and last what was done.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) fn run(options: &Options, verbose: bool) -> Result<(), Failure> {
    let started = Instant::now();
    // All of it on one thread, so that what reading a large document frees is there for what follows.
    let done = with_deep_stack(|| generate(options)).unwrap_or_else(|error| {
        let message =
            format!("no thread can be started: {error}; free memory or allow more threads");
        Err(Failure::Machine(message))
    });
    let seconds = started.elapsed().as_secs_f64();
    match done {
        Ok(done) => {
            terminal::diagnostics(&done.diagnostics, verbose);
            done.print(options, seconds);
            is_usable(&done.summary, options)
                .then_some(())
                .ok_or(Failure::Told)
        }
        Err(Failure::Refused(problems)) => {
            if options.json {
                machine::diagnostics(&problems);
                machine::summary(&problems, refused_as_json(&problems, seconds));
            }
            Err(Failure::Refused(problems))
        }
        Err(failure) => Err(failure),
    }
}

/// What was made of a document.
struct Done {
    name: String,
    version: String,
    documents: Vec<String>,
    diagnostics: Vec<Diagnostic>,
    summary: Summary,
    written: usize,
}

fn generate(options: &Options) -> Result<Done, Failure> {
    let out = workspace::absolute(&options.out)?;
    check_is_ours(&options.out, &out)?;
    let progress = Progress::start(format!("reading {}", options.document.display()));
    let (set, overlays) = read(options)?;
    let name = options.name.clone();
    let name = name.unwrap_or_else(|| name_of(&options.document));
    progress.tell(|| format!("generating {name}"));
    let crate_options = CrateOptions {
        name: name.clone(),
        command: command(options),
        runtime: runtime(options, &out)?,
    };
    let selection = Selection {
        include: Filter {
            tags: options.include_tag.clone(),
            paths: options.include_path.clone(),
            operations: options.include_operation.clone(),
        },
        schemas: match options.all_schemas {
            true => Schemas::All,
            false => Schemas::Used,
        },
        ..Selection::default()
    };
    let mut documents = document_names(&set);
    documents.extend(overlays.iter().map(|it| it.name().to_owned()));
    let version = version(&set);
    let settled = portal_generator::settle_crate(set, &crate_options, &selection);
    let settled = settled.map_err(Failure::Refused)?;
    if leads_nowhere(&settled.diagnostics) && !options.keep_going {
        return Err(Failure::Refused(settled.diagnostics));
    }
    let written = match is_usable(&settled.summary, options) {
        true => write(&settled, &out)?,
        false => 0,
    };
    Ok(Done {
        name,
        version,
        documents,
        diagnostics: settled.diagnostics,
        summary: settled.summary,
        written,
    })
}

/// Whether anything came out of a document. One without operations may still be all types.
fn is_usable(summary: &Summary, options: &Options) -> bool {
    summary.generated > 0 || summary.operations == 0 || options.keep_going
}

/// Writes the crate's files one by one, and returns how many were not there as they are.
fn write(settled: &Settled, out: &Path) -> Result<usize, Failure> {
    let mut writing = Writing::to(out)?;
    settled.render(|file| writing.write(&file))?;
    writing.finish()
}

impl Done {
    fn print(&self, options: &Options, seconds: f64) {
        if options.json {
            machine::diagnostics(&self.diagnostics);
            machine::summary(&self.diagnostics, self.as_json(seconds));
        } else if is_usable(&self.summary, options) {
            self.print_line(&options.out, seconds);
        } else {
            terminal::error("no operation of the document could be generated");
        }
    }

    fn print_line(&self, out: &Path, seconds: f64) {
        let Summary {
            operations,
            generated,
            types,
            unreached,
            ..
        } = self.summary;
        let unreached = match unreached {
            0 => String::new(),
            schemas => format!(" ({schemas} schemas unused; --all-schemas)"),
        };
        say!(
            "{BOLD}{}{BOLD:#}: {generated} of {operations} operations, {types} types{unreached}, \
             {} files changed in {}, {seconds:.2} s",
            self.name,
            self.written,
            out.display()
        );
    }

    fn as_json(&self, seconds: f64) -> Value {
        let summary = &self.summary;
        let omitted = summary.omitted.iter();
        let omitted = omitted.map(|it| json!({ "pointer": it.pointer, "reason": it.reason }));
        json!({
            "operations": summary.operations,
            "generated": summary.generated,
            "omitted": omitted.collect::<Vec<_>>(),
            "unselected": summary.unselected,
            "types": summary.types,
            "unreached_schemas": summary.unreached,
            "seconds": seconds,
            "json_fallbacks": summary.json_fallbacks,
            "warnings": summary.warnings,
            "peak_mib": peak_memory("self"),
            "version": self.version,
            "documents": self.documents,
        })
    }
}

fn refused_as_json(problems: &[Diagnostic], seconds: f64) -> Value {
    let omitted = problems.iter().filter(|problem| problem.is_error());
    let omitted = omitted.map(|it| json!({ "pointer": it.place.pointer, "reason": it.message }));
    json!({
        "operations": 0,
        "generated": 0,
        "omitted": omitted.collect::<Vec<_>>(),
        "types": 0,
        "seconds": seconds,
    })
}

/// Whether a reference leads nowhere, which is a mistake of whoever wrote the document or fetched only a part of it.
fn leads_nowhere(diagnostics: &[Diagnostic]) -> bool {
    let rules = ["broken-reference", "wrong-reference", "circular-reference"];
    let mut errors = diagnostics.iter().filter(|it| it.is_error());
    errors.any(|error| rules.contains(&error.rule))
}

/// Refuses a folder with anything in it that this command has not made.
fn check_is_ours(shown: &Path, out: &Path) -> Result<(), Failure> {
    if out.is_file() {
        let message = format!("{} is a file; name a folder", shown.display());
        return Err(Failure::Usage(message));
    }
    let manifest = std::fs::read_to_string(out.join("Cargo.toml")).unwrap_or_default();
    if files::is_empty(out) || files::is_generated(&manifest) {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "{} holds files that `cargo xtask generate` did not make; name a new folder or empty it",
        shown.display()
    )))
}

/// The command that makes the crate, as the crate names it: without folders, which are not the same everywhere.
fn command(options: &Options) -> String {
    let name = |path: &Path| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    let overlays = options.overlay.iter();
    let overlays: String = overlays
        .map(|path| format!(" --overlay {}", name(path)))
        .collect();
    format!("cargo xtask generate {}{overlays}", name(&options.document))
}

/// Reads the document and what it refers to, changed by the overlays. Files keep the paths that were given as long as
/// these lead straight down, since what may be read is told by the beginnings of names.
fn read(options: &Options) -> Result<(DocumentSet, Vec<Overlay>), Failure> {
    let here = std::env::current_dir().map_err(|e| Failure::io("find", Path::new("."), &e))?;
    let within = options.within.as_deref();
    let given = std::iter::once(&options.document).chain(&options.overlay);
    let mut given = given.map(PathBuf::as_path).chain(within);
    let leads_down = given.all(documents::leads_down);
    let path = |path: &Path| match leads_down {
        true => Ok(path.to_owned()),
        false => workspace::absolute(path),
    };
    let mut overlays = Vec::new();
    let mut problems = Vec::new();
    for file in &options.overlay {
        let source = documents::read(&here, &path(file)?)?;
        match Overlay::parse(&source) {
            Ok(overlay) => overlays.push(overlay),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Refused(problems));
    }
    let within = within.map(path).transpose()?;
    let document = path(&options.document)?;
    let set = documents::load_overlaid(&here, &document, within.as_deref(), &overlays)?;
    Ok((set, overlays))
}

/// The path of the runtime as the crate's manifest has it: relative as long as both move together.
fn runtime(options: &Options, out: &Path) -> Result<String, Failure> {
    let root = workspace::absolute(&workspace::root()?)?;
    let runtime = match &options.runtime {
        Some(path) => workspace::absolute(path)?,
        None => root.join("runtime"),
    };
    Ok(match out.starts_with(&root) && runtime.starts_with(&root) {
        true => workspace::relative(out, &runtime),
        false => workspace::with_slashes(&runtime),
    })
}

/// The version that the document declares for itself.
fn version(set: &DocumentSet) -> String {
    let root = &set.main.value;
    let version = root.get("openapi").or_else(|| root.get("swagger"));
    match version {
        Some(Value::String(version)) => version.trim().to_owned(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

fn document_names(set: &DocumentSet) -> Vec<String> {
    let all = std::iter::once(&set.main).chain(&set.others);
    all.map(|document| document.name.clone()).collect()
}

/// A name for the crate, made of the file's.
fn name_of(document: &Path) -> String {
    let stem = document.file_stem().unwrap_or_default().to_string_lossy();
    let words = names::words(&stem);
    let is_plain = |word: &&String| word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let words: Vec<_> = words.iter().filter(is_plain).map(String::as_str).collect();
    let name = words.join("-");
    crate_name(&name).unwrap_or_else(|_| format!("api-{name}").trim_end_matches('-').to_owned())
}

/// Takes a name that Cargo takes and that is no crate the generated code needs by that name.
fn crate_name(name: &str) -> Result<String, String> {
    const TAKEN: [&str; 6] = [
        "core",
        "std",
        "alloc",
        "test",
        "proc-macro",
        "portal-runtime",
    ];
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let begins_well = name.starts_with(|first: char| first.is_ascii_alphabetic());
    if !begins_well || !name.bytes().all(is_allowed) {
        return Err(
            "a crate's name has letters, digits, `-` and `_`, and begins with a letter".to_owned(),
        );
    }
    let name_with_hyphens = name.replace('_', "-");
    if TAKEN.contains(&name_with_hyphens.as_str()) || names::is_keyword(name) {
        return Err(format!(
            "`{name}` is taken by the language or by the runtime"
        ));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_are_named_after_their_file() {
        let name = |path: &str| name_of(Path::new(path));
        assert_eq!(name("specs/general-ledger-fi.json"), "general-ledger-fi");
        assert_eq!(name("OpenAPI v3 (draft).yaml"), "open-api-v3-draft");
        assert_eq!(name("2024.json"), "api-2024");
        assert_eq!(name("test.json"), "api-test");
        assert_eq!(name("型.json"), "api");
    }

    #[test]
    fn names_that_cargo_refuses_are_refused() {
        for name in ["", "1st", "a b", "match", "std", "portal_runtime", "-a"] {
            assert!(crate_name(name).is_err(), "{name}");
        }
        assert_eq!(crate_name("my_api-2").as_deref(), Ok("my_api-2"));
    }
}

//! What an application calls, as its compiler says.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, Command, Stdio};
use std::thread;

use serde_json::Value;

use super::compiler;
use crate::failure::Failure;
use crate::terminal::Progress;
use crate::workspace;

/// The generated crate, as cargo calls its library.
const GENERATED: &str = "portal_apis";

/// Where the crates are compiled for this command, below the application's own target folder.
const TARGET: &str = "portal-scopes";

/// What an application uses, with the places where it does.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Uses {
    pub(super) operations: BTreeMap<OperationKey, BTreeSet<Place>>,
    /// By portal and name.
    pub(super) bundles: BTreeMap<(String, String), BTreeSet<Place>>,
}

/// What tells an operation from all others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OperationKey {
    pub(super) portal: String,
    pub(super) api: String,
    pub(super) id: String,
}

/// A place in the application's source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The path as seen from the application's folder, with `/` between names.
    pub(super) file: String,
    pub(super) line: u64,
    pub(super) column: u64,
}

/// An application where it lies.
struct Application {
    folder: PathBuf,
    workspace: PathBuf,
    target: PathBuf,
}

/// Compiles an application and gathers what it uses. `arguments` go to `cargo check`.
pub(super) fn of(
    application: &Path,
    target: Option<&Path>,
    arguments: &[String],
) -> Result<Uses, Failure> {
    let progress = Progress::start(format!("checking {}", application.display()));
    let application = Application::find(application)?;
    let target = match target {
        Some(target) => workspace::absolute(target)?,
        None => application.own_target(),
    };
    let mut cargo = application.cargo("check");
    compiler::stand_before(&mut cargo)?;
    cargo
        .arg("--message-format=json")
        .arg("--target-dir")
        .arg(target)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let run = |error| Failure::io("run", Path::new("cargo"), &error);
    let mut child = cargo.spawn().map_err(run)?;
    let said = child.stderr.take().map(read_aside);
    let mut messages = Messages::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            messages.read(&line, &application);
            progress.tell(|| format!("checking: {} crates", messages.crates));
        }
    }
    let status = child.wait().map_err(run)?;
    let said = said.and_then(|said| said.join().ok()).unwrap_or_default();
    drop(progress);
    if !status.success() {
        return Err(messages.failure(&said));
    }
    match messages.has_generated {
        true => Ok(messages.uses),
        false => Err(Failure::Machine(format!(
            "{} does not use the crate `portal-apis`; name the folder of one that does",
            application.folder.display()
        ))),
    }
}

/// Cargo would wait for somebody to read what it says.
fn read_aside(mut stderr: ChildStderr) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What could be read until an error is all there is to show.
        let _ = stderr.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

impl Application {
    fn find(folder: &Path) -> Result<Self, Failure> {
        let mut application = Self {
            folder: workspace::absolute(folder)?,
            workspace: PathBuf::new(),
            target: PathBuf::new(),
        };
        if !application.folder.join("Cargo.toml").is_file() {
            return Err(Failure::Machine(format!(
                "there is no Cargo.toml in {}; name the folder of an application",
                folder.display()
            )));
        }
        let output = application
            .cargo("metadata")
            .args(["--no-deps", "--format-version=1"])
            .output()
            .map_err(|error| Failure::io("run", Path::new("cargo"), &error))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(Failure::Machine(said.trim().to_owned()));
        }
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let path = |key: &str| metadata.get(key).and_then(Value::as_str).map(PathBuf::from);
        let (Some(root), Some(target)) = (path("workspace_root"), path("target_directory")) else {
            let message = "`cargo metadata` does not say where the workspace is";
            return Err(Failure::Machine(message.to_owned()));
        };
        application.workspace = root;
        application.target = target;
        Ok(application)
    }

    /// A target folder for this command alone. Where workspaces share theirs, cargo takes packages of the same name
    /// for each other, and would tell again what it heard of another one.
    fn own_target(&self) -> PathBuf {
        if self.target.starts_with(&self.workspace) {
            return self.target.join(TARGET);
        }
        let mut hasher = DefaultHasher::new();
        self.workspace.hash(&mut hasher);
        self.target
            .join(format!("{TARGET}-{:016x}", hasher.finish()))
    }

    /// Cargo in the application's folder, where its configuration applies.
    fn cargo(&self, command: &str) -> Command {
        let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut cargo = Command::new(program);
        cargo.arg(command).current_dir(&self.folder);
        cargo
    }

    /// A file that the compiler names, as seen from the application's folder. Compilers start in the workspace, or
    /// in the package where that lies elsewhere.
    fn file(&self, name: &str, manifest: &Path) -> String {
        let package = manifest.parent().unwrap_or(&self.workspace);
        let places = [self.workspace.join(name), package.join(name)];
        let found = places.iter().find_map(|path| path.canonicalize().ok());
        found.map_or_else(
            || name.to_owned(),
            |path| workspace::relative(&self.folder, &path),
        )
    }
}

/// What cargo and the compiler say, message by message.
#[derive(Default)]
struct Messages {
    uses: Uses,
    errors: Vec<String>,
    crates: usize,
    has_generated: bool,
}

impl Messages {
    fn read(&mut self, line: &str, application: &Application) {
        let Ok(message) = serde_json::from_str::<Value>(line) else {
            return;
        };
        let of_generated = text(&message, "/target/name") == GENERATED;
        match text(&message, "/reason") {
            "compiler-artifact" => {
                self.crates += 1;
                self.has_generated |= of_generated;
            }
            "compiler-message" if text(&message, "/message/level").starts_with("error") => {
                let rendered = text(&message, "/message/rendered").to_owned();
                self.errors.push(rendered);
            }
            "compiler-message" if !of_generated => self.note(&message, application),
            _ => {}
        }
    }

    /// Takes note of an operation or a bundle that is used.
    fn note(&mut self, message: &Value, application: &Application) {
        let is_path = text(message, "/package_id").contains("path+file:");
        if !is_path || text(message, "/message/code/code") != "deprecated" {
            return;
        }
        let Some(note) = note(text(message, "/message/message")) else {
            return;
        };
        let manifest = Path::new(text(message, "/manifest_path"));
        let spans = message.pointer("/message/spans").and_then(Value::as_array);
        let primary = spans
            .into_iter()
            .flatten()
            .find(|span| span["is_primary"] == true);
        let places = match note {
            Note::Operation(key) => self.uses.operations.entry(key).or_default(),
            Note::Bundle(key) => self.uses.bundles.entry(key).or_default(),
        };
        places.extend(primary.map(|span| {
            let span = written(span);
            Place {
                file: application.file(text(span, "/file_name"), manifest),
                line: span["line_start"].as_u64().unwrap_or_default(),
                column: span["column_start"].as_u64().unwrap_or_default(),
            }
        }));
    }

    /// Why cargo failed: what the compiler says or, where it was not asked, cargo itself.
    fn failure(&self, said: &str) -> Failure {
        let errors = match self.errors.as_slice() {
            [] => said.trim().to_owned(),
            errors => errors.join("\n").trim().to_owned(),
        };
        Failure::Machine(format!("the application does not compile:\n\n{errors}"))
    }
}

/// Where something stands that a macro may have made.
fn written(mut span: &Value) -> &Value {
    while let Some(outer) = span.pointer("/expansion/span") {
        span = outer;
    }
    span
}

/// What the deprecations of generated code say.
#[derive(Debug, PartialEq)]
enum Note {
    Operation(OperationKey),
    Bundle((String, String)),
}

/// Reads the note at the end of a message such as ``use of deprecated method `…`: portal-scopes easor sales Get``.
fn note(message: &str) -> Option<Note> {
    if let Some((_, note)) = message.split_once("`: portal-scopes ") {
        let mut words = note.splitn(3, ' ').map(str::to_owned);
        return Some(Note::Operation(OperationKey {
            portal: words.next()?,
            api: words.next()?,
            id: words.next()?,
        }));
    }
    let (_, note) = message.split_once("`: portal-bundle ")?;
    let (portal, name) = note.split_once(' ')?;
    Some(Note::Bundle((portal.to_owned(), name.to_owned())))
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_told_from_other_deprecations() {
        let operation =
            note("use of deprecated method `a::B::<C>::d`: portal-scopes shop orders GET /v1/a b");
        let key = OperationKey {
            portal: "shop".to_owned(),
            api: "orders".to_owned(),
            id: "GET /v1/a b".to_owned(),
        };
        assert_eq!(operation, Some(Note::Operation(key)));
        let bundle = note("use of deprecated enum `a::Reader`: portal-bundle shop Reader");
        let key = ("shop".to_owned(), "Reader".to_owned());
        assert_eq!(bundle, Some(Note::Bundle(key)));
        assert_eq!(note("use of deprecated function `a::b`"), None);
        assert_eq!(
            note("use of deprecated function `a`: portal-scopes shop"),
            None
        );
    }

    #[test]
    fn what_a_macro_made_stands_where_the_macro_is_called() {
        let inner = serde_json::json!({
            "line_start": 1,
            "expansion": { "span": { "line_start": 2, "expansion": { "span": { "line_start": 3, "expansion": null } } } },
        });
        assert_eq!(written(&inner)["line_start"], 3);
    }
}

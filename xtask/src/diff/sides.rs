//! What is compared: locks, folders of specs, documents, revisions.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use portal_generator::CrateOptions;
use portal_generator::diagnostics::Diagnostic;
use portal_generator::surface::{Lock, LockedApi, LockedPortal};

use crate::codegen::{self, SPECS};
use crate::failure::Failure;
use crate::{documents, lock, workspace};

/// What was, and what is.
pub(crate) struct Sides {
    pub(crate) old: Lock,
    pub(crate) new: Lock,
}

/// Reads both sides. Left out, they are the lock of the last commit, or the one on disk where there is no commit of
/// it, and what `specs/` gives.
pub(crate) fn load(root: &Path, old: Option<&str>, new: Option<&str>) -> Result<Sides, Failure> {
    let old = match old {
        Some(old) => side(root, old)?,
        None => match of_revision(root, "HEAD") {
            Some(lock) => lock?,
            None => lock::read(root)?,
        },
    };
    let new = match new {
        Some(new) => side(root, new)?,
        None => of_specs(root, Path::new(SPECS))?,
    };
    Ok(Sides { old, new })
}

/// A lock, a folder, a document or a revision.
fn side(root: &Path, name: &str) -> Result<Lock, Failure> {
    let path = Path::new(name);
    if path.is_dir() {
        return of_folder(path);
    }
    if path.is_file() {
        return of_file(path);
    }
    of_revision(root, name).unwrap_or_else(|| {
        Err(Failure::Usage(format!(
            "`{name}` is no file, no folder and no revision with a {SPECS}/{}",
            lock::FILE
        )))
    })
}

/// The lock that a revision holds; `None` where there is no such revision, or no lock in it.
fn of_revision(root: &Path, revision: &str) -> Option<Result<Lock, Failure>> {
    if revision.starts_with('-') {
        return None;
    }
    let name = format!("{revision}:./{SPECS}/{}", lock::FILE);
    let shown = Command::new("git")
        .args(["show", "--end-of-options", &name])
        .current_dir(root)
        .output();
    let shown = shown.ok().filter(|shown| shown.status.success())?;
    Some(lock::parse(&name, shown.stdout))
}

/// What a folder of manifests and documents gives.
fn of_folder(path: &Path) -> Result<Lock, Failure> {
    let whole = workspace::absolute(path)?;
    let (Some(parent), Some(name)) = (whole.parent(), whole.file_name()) else {
        let message = format!("{} is no folder of specs", path.display());
        return Err(Failure::Usage(message));
    };
    of_specs(parent, Path::new(name))
}

fn of_specs(root: &Path, specs: &Path) -> Result<Lock, Failure> {
    let manifests = codegen::manifests_in(root, specs)?;
    let before = lock::read_in(root, specs)?;
    let mut generated = Vec::new();
    for (folder, manifest) in &manifests {
        let portal = codegen::generate(root, folder, manifest, &before)?;
        let outputs = portal.apis.iter().map(|api| &api.output);
        let problems = outputs.flat_map(|output| &output.diagnostics);
        let errors: Vec<Diagnostic> = problems.filter(|it| it.is_error()).cloned().collect();
        if !errors.is_empty() {
            return Err(Failure::Refused(errors));
        }
        generated.push(portal);
    }
    lock::of(root, &manifests, &generated, &Lock::default())
}

/// A lock, or what a document on its own gives.
fn of_file(path: &Path) -> Result<Lock, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::io("read", path, &error))?;
    let is_lock = |bytes: &[u8]| {
        let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1_000)]).into_owned();
        head.lines().any(|line| line.starts_with("lock: "))
    };
    if is_lock(&bytes) {
        return lock::parse(&workspace::with_slashes(path), bytes);
    }
    let whole = workspace::absolute(path)?;
    let folder = whole.parent().map_or_else(PathBuf::new, Path::to_owned);
    let set = documents::load(
        &folder,
        Path::new(whole.file_name().unwrap_or_default()),
        None,
    )?;
    let options = CrateOptions {
        name: "api".to_owned(),
        command: "cargo xtask diff".to_owned(),
        runtime: String::new(),
    };
    let output = portal_generator::crate_from_document(&set, &options);
    let output = output.map_err(Failure::Refused)?;
    let files = lock::Files {
        root: &folder,
        known: BTreeMap::new(),
    };
    let all = std::iter::once(&set.main).chain(&set.others);
    let documents = all.map(|document| files.document(&document.name));
    let api = LockedApi {
        version: output.version,
        documents: documents.collect::<Result<_, _>>()?,
        items: output.items,
        ..LockedApi::default()
    };
    let portal = LockedPortal {
        apis: BTreeMap::from([(String::new(), api)]),
        ..LockedPortal::default()
    };
    Ok(Lock {
        generator: env!("CARGO_PKG_VERSION").to_owned(),
        portals: BTreeMap::from([(String::new(), portal)]),
        ..Lock::default()
    })
}

//! Checking what was fetched, and putting it in place.

use std::fs;
use std::path::{Path, PathBuf};

use portal_generator::CrateOptions;
use portal_generator::diagnostics::Diagnostic;
use portal_generator::document::{self, Format, Source};
use portal_generator::manifest::{Api, Manifest};
use portal_generator::normalize::DocumentSet;

use super::Fetched;
use crate::codegen::SPECS;
use crate::durable::Prepared;
use crate::failure::Failure;
use crate::terminal::{BOLD, say};
use crate::{journal, lock, workspace};

/// Replaces the document of an API with one that generates, and notes in the lock where it came from.
pub(super) fn api(
    root: &Path,
    folder: &Path,
    manifest: &Manifest,
    api: &Api,
    fetched: &Fetched,
    origin: &str,
) -> Result<(), Failure> {
    let document = folder.join(&api.document);
    for (name, _) in fetched {
        refuse_taken(manifest, api, name)?;
    }
    let operations = check_all(&workspace::with_slashes(&document), fetched)?;
    let is_as_before = replace(root, &document, fetched, origin)?;
    let state = match is_as_before {
        true => "is as before".to_owned(),
        false => format!("has {operations} operations; `cargo xtask codegen` takes it from here"),
    };
    say!(
        "{BOLD}{}/{}{BOLD:#}: {} {state}",
        manifest.portal,
        api.id,
        workspace::with_slashes(&document)
    );
    Ok(())
}

/// Replaces the files of a document, and what the lock notes of them, all or none; whether the files were the same before.
fn replace(root: &Path, document: &Path, fetched: &Fetched, origin: &str) -> Result<bool, Failure> {
    let mut notes = Vec::new();
    let mut files = Vec::new();
    let mut is_as_before = true;
    for (name, bytes) in fetched {
        let file = beside(document, name);
        is_as_before &= fs::read(root.join(&file)).is_ok_and(|found| found == *bytes);
        notes.push((workspace::with_slashes(&file), lock::sha256(bytes)));
        files.push((below_specs(&file), bytes.clone()));
    }
    if let Some(noted) = lock::with_origin(lock::read(root)?, &notes, origin) {
        files.push((PathBuf::from(lock::FILE), noted.into_bytes()));
    }
    journal::replace(&root.join(SPECS), files)?;
    Ok(is_as_before)
}

fn below_specs(file: &Path) -> PathBuf {
    file.strip_prefix(SPECS).unwrap_or(file).to_owned()
}

/// Refuses a referenced file that would take the place of another file of the portal.
fn refuse_taken(manifest: &Manifest, api: &Api, name: &str) -> Result<(), Failure> {
    let beside = match api.document.rfind('/') {
        Some(end) => format!("{}{name}", &api.document[..=end]),
        None => name.to_owned(),
    };
    let mut documents = manifest.apis.iter().map(|api| api.document.as_str());
    let is_taken = beside == "portal.yaml"
        || beside.ends_with(".overlay.yaml")
        || documents.any(|document| document == beside);
    match is_taken && !name.is_empty() {
        true => Err(Failure::Machine(format!(
            "the document refers to `{name}`, a name that another file of the portal has; move the document to a folder \
             of its own in the manifest"
        ))),
        false => Ok(()),
    }
}

/// Writes any part of a document to a file.
pub(super) fn any(out: &Path, fetched: &Fetched) -> Result<(), Failure> {
    for (file, bytes) in fetched {
        let name = match file.as_str() {
            "" => workspace::with_slashes(out),
            name => name.to_owned(),
        };
        let beside = beside(out, file);
        if beside != out && fs::read(&beside).is_ok_and(|found| found != *bytes) {
            return Err(Failure::Usage(format!(
                "{} is there already; name a file in a folder of its own",
                beside.display()
            )));
        }
        document::parse_fragment(Source::new(name, bytes.as_slice()))
            .map_err(|it| Failure::Refused(vec![it]))?;
    }
    let state = match write_all(out, fetched)? {
        0 => "is as before",
        _ => "is written",
    };
    say!("{BOLD}{}{BOLD:#} {state}", out.display());
    Ok(())
}

/// Whether a single document can take the place of another of this name.
#[cfg(feature = "fetch")]
pub(super) fn check(name: &str, bytes: &[u8]) -> Result<(), Failure> {
    check_all(name, &vec![(String::new(), bytes.to_vec())]).map(|_| ())
}

/// Checks that code can be generated from a document; the number of its operations.
fn check_all(name: &str, fetched: &Fetched) -> Result<usize, Failure> {
    let refuse = |problem| Failure::Refused(vec![problem]);
    let folder = name.rfind('/').map_or("", |end| &name[..=end]);
    let find = |wanted: &str| {
        let mut files = fetched.iter();
        files.find(|(file, _)| format!("{folder}{file}") == wanted && !file.is_empty())
    };
    let Some((_, main)) = fetched.last() else {
        return Err(Failure::Machine("nothing was fetched".to_owned()));
    };
    let main = document::parse(Source::new(name, main.as_slice())).map_err(refuse)?;
    if main.format == Format::Yaml && name.ends_with(".json") {
        return Err(refuse(Diagnostic::error(
            "fetched-format",
            main.place(""),
            "the document is YAML, but its file is to be JSON",
            "name a file that ends with .yaml in the manifest",
        )));
    }
    let load = |wanted: &str| match find(wanted) {
        Some((_, bytes)) => Ok(bytes.clone()),
        None => Err("it is not among what was fetched".to_owned()),
    };
    let set = DocumentSet::new(main)
        .load(load)
        .map_err(Failure::Refused)?;
    let options = CrateOptions {
        name: "fetched".to_owned(),
        command: String::new(),
        runtime: String::new(),
    };
    let output = portal_generator::crate_from_document(&set, &options).map_err(Failure::Refused)?;
    if output.summary.generated > 0 {
        return Ok(output.summary.operations);
    }
    let (message, help) = match output.summary.operations {
        0 => (
            "the document has no operations",
            "some portals export documents without paths: save it in a browser",
        ),
        _ => (
            "no operation of the document can be generated",
            "mend the document and take it with `--from FILE`",
        ),
    };
    Err(refuse(Diagnostic::error(
        "fetched-empty",
        set.main.place(""),
        message,
        help,
    )))
}

/// The path of a file that a document refers to, or of the document itself, which has no name.
fn beside(document: &Path, name: &str) -> PathBuf {
    match name {
        "" => document.to_owned(),
        name => document.with_file_name("").join(name),
    }
}

/// Writes what differs, the document last; how many files differed. Only the document takes the place of another, so that
/// it is the old one or the new one with all its files, whatever ends this.
fn write_all(document: &Path, fetched: &Fetched) -> Result<usize, Failure> {
    let mut prepared = Vec::new();
    for (name, bytes) in fetched {
        let path = beside(document, name);
        if fs::read(&path).is_ok_and(|found| found == *bytes) {
            continue;
        }
        let written = Prepared::write(path.clone(), bytes);
        prepared.push(written.map_err(|error| Failure::io("write", &path, &error))?);
    }
    let changed = prepared.len();
    for file in prepared {
        let path = file.path().to_owned();
        file.put_in_place()
            .map_err(|error| Failure::io("write", &path, &error))?;
    }
    Ok(changed)
}

//! `cargo xtask codegen`: the code of all portals.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use portal_generator::diagnostics::{Diagnostic, Place};
use portal_generator::manifest::{self, Api, Manifest};
use portal_generator::normalize::DocumentSet;
use portal_generator::overlay::Overlay;
use portal_generator::surface::{self, Item, Lock};
use portal_generator::{File, Output, Summary, mend, names};
use serde_json::json;

use crate::failure::Failure;
use crate::files::{Difference, Plan};
use crate::terminal::{self, BOLD, Progress, say};
use crate::{documents, journal, lock, machine, workspace};

pub(crate) const SPECS: &str = "specs";
const GENERATED: &str = "generated";
/// What the names of overlays end with, behind the API's.
const OVERLAY: &str = ".overlay.yaml";

/// What `codegen` can be told.
#[derive(clap::Args)]
#[command(after_help = "\
With --json, each line is an object. Its `kind` is `diagnostic` (severity, rule, file, line, column, pointer, message, \
remedy), `file` (file, state: changed, missing or left over), or in the last line `summary` (errors, warnings, files).")]
pub(crate) struct Options {
    /// Writes nothing, but shows what is not as it would be written.
    #[arg(long)]
    check: bool,
    /// Only this portal, by its name in the manifest.
    #[arg(long, value_name = "NAME")]
    portal: Option<String>,
    /// Prints lines of JSON: each diagnostic, each file that is not as it would be written, and last how many.
    #[arg(long)]
    json: bool,
}

/// What was generated for a portal.
pub(crate) struct Generated {
    pub(crate) portal: String,
    module: String,
    pub(crate) apis: Vec<GeneratedApi>,
    /// What the APIs share.
    pub(crate) files: Vec<File>,
    /// The public items that the APIs share.
    pub(crate) items: Vec<Item>,
}

/// What was generated for an API.
pub(crate) struct GeneratedApi {
    pub(crate) id: String,
    pub(crate) output: Output,
    /// The warnings that `cargo xtask mend` could put right.
    mendable: usize,
    /// The names of the files that it was made of, the document first.
    pub(crate) documents: Vec<String>,
    seconds: f64,
}

/// Runs the command.
pub(crate) fn run(options: &Options, verbose: bool) -> Result<(), Failure> {
    let done = codegen(options, verbose);
    if options.json
        && let Err(Failure::Refused(problems)) = &done
    {
        machine::diagnostics(problems);
        machine::summary(problems, json!({ "files": 0 }));
    }
    done
}

fn codegen(options: &Options, verbose: bool) -> Result<(), Failure> {
    let root = workspace::root()?;
    let progress = Progress::start("reading the manifests");
    let manifests = manifests(&root)?;
    let chosen = chosen(&manifests, options.portal.as_deref())?;
    let before = lock::read(&root)?;
    let mut diagnostics = Vec::new();
    let mut generated = Vec::new();
    for (folder, manifest) in chosen {
        progress.tell(|| format!("generating {}", manifest.title));
        match generate(&root, folder, manifest, &before) {
            Ok(portal) => {
                let outputs = portal.apis.iter().map(|api| &api.output);
                diagnostics.extend(outputs.flat_map(|output| output.diagnostics.clone()));
                generated.push(portal);
            }
            Err(Failure::Refused(problems)) => diagnostics.extend(problems),
            Err(failure) => return Err(failure),
        }
    }
    drop(progress);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Failure::Refused(diagnostics));
    }
    terminal::diagnostics(&diagnostics, verbose);
    offer_mends(&generated);
    let scopes = match (&options.portal, generated.as_slice()) {
        (Some(_), [portal]) => {
            ["src", "tests/wire"].map(|folder| format!("{folder}/{}", portal.module))
        }
        _ => ["src", "tests/wire"].map(str::to_owned),
    };
    let files = files(&manifests, &generated);
    let plan = Plan::new(&root.join(GENERATED), files, &scopes)?;
    let lock = locked(&root, &manifests, &generated, before)?;
    let lock = Plan::of_files(&root.join(SPECS), vec![lock])?;
    if options.json {
        machine::diagnostics(&diagnostics);
        plan.print_json(GENERATED);
        lock.print_json(SPECS);
        let files = plan.differences().len() + lock.differences().len();
        machine::summary(&diagnostics, json!({ "files": files }));
    }
    if options.check {
        return check(&plan, &lock, options.json);
    }
    plan.apply()?;
    lock.apply()?;
    if options.json {
        return Ok(());
    }
    for portal in &generated {
        portal.print(plan.differences());
    }
    Ok(())
}

/// Says what puts warnings right that have one certain remedy.
fn offer_mends(generated: &[Generated]) {
    for portal in generated {
        let mendable: usize = portal.apis.iter().map(|api| api.mendable).sum();
        if mendable > 0 {
            let warnings = if mendable == 1 { "warning" } else { "warnings" };
            terminal::hint(&format!(
                "{mendable} {warnings} can be put right in an overlay: `cargo xtask mend --portal {}`",
                portal.portal
            ));
        }
    }
}

/// The lock as it should be. What it says of portals that were not chosen stays.
fn locked(
    root: &Path,
    manifests: &[(PathBuf, Manifest)],
    generated: &[Generated],
    before: Lock,
) -> Result<File, Failure> {
    let mut lock = lock::of(root, manifests, generated, &before)?;
    for (name, portal) in before.portals {
        let is_there = manifests
            .iter()
            .any(|(_, manifest)| manifest.portal == name);
        if is_there {
            lock.portals.entry(name).or_insert(portal);
        }
    }
    Ok(File {
        path: lock::FILE.to_owned(),
        text: lock.to_text(),
    })
}

fn check(plan: &Plan, lock: &Plan, is_told: bool) -> Result<(), Failure> {
    let differences = plan.differences().len() + lock.differences().len();
    if differences == 0 && is_told {
        return Ok(());
    }
    if differences == 0 {
        say!("{GENERATED}/ is what {SPECS}/ gives");
        return Ok(());
    }
    if !is_told {
        plan.print(GENERATED);
        lock.print(SPECS);
    }
    terminal::error(&format!(
        "{differences} {} not what {SPECS}/ gives; run `cargo xtask codegen`",
        if differences == 1 {
            "file is"
        } else {
            "files are"
        },
    ));
    Err(Failure::Told)
}

/// All manifests with their folders, in the order of their names.
pub(crate) fn manifests(root: &Path) -> Result<Vec<(PathBuf, Manifest)>, Failure> {
    manifests_in(root, Path::new(SPECS))
}

/// All manifests in a folder within the workspace, in the order of their names.
pub(crate) fn manifests_in(
    root: &Path,
    specs_folder: &Path,
) -> Result<Vec<(PathBuf, Manifest)>, Failure> {
    let specs = root.join(specs_folder);
    journal::finish(&specs)?;
    let entries = fs::read_dir(&specs).map_err(|e| Failure::io("read", &specs, &e))?;
    let mut folders: Vec<_> = entries
        .filter_map(|entry| Some(specs_folder.join(entry.ok()?.file_name())))
        .filter(|folder| root.join(folder).join("portal.yaml").is_file())
        .collect();
    folders.sort();
    let mut manifests: Vec<(PathBuf, Manifest)> = Vec::new();
    let mut problems = Vec::new();
    for folder in folders {
        let source = documents::read(root, &folder.join("portal.yaml"))?;
        match manifest::parse(&source) {
            Ok(manifest) => {
                problems.extend(same_name(&manifest, &manifests));
                manifests.push((folder, manifest));
            }
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Refused(problems));
    }
    if manifests.is_empty() {
        let shown = workspace::with_slashes(specs_folder);
        let message = format!("there is no {shown}/*/portal.yaml; {SPECS}/README.md describes it");
        return Err(Failure::Machine(message));
    }
    Ok(manifests)
}

fn same_name(manifest: &Manifest, others: &[(PathBuf, Manifest)]) -> Option<Diagnostic> {
    let is_same = |(_, other): &&(PathBuf, Manifest)| other.portal == manifest.portal;
    let (folder, _) = others.iter().find(is_same)?;
    Some(Diagnostic::error(
        "manifest-name",
        manifest.place("/portal"),
        format!(
            "the portal in `{}` has this name too",
            workspace::with_slashes(folder)
        ),
        "rename one of them",
    ))
}

/// The portal of a name, or all.
pub(crate) fn chosen<'m>(
    manifests: &'m [(PathBuf, Manifest)],
    name: Option<&str>,
) -> Result<Vec<&'m (PathBuf, Manifest)>, Failure> {
    let is_chosen = |portal: &str| name.is_none_or(|name| name == portal);
    let chosen: Vec<_> = manifests
        .iter()
        .filter(|(_, manifest)| is_chosen(&manifest.portal))
        .collect();
    if chosen.is_empty() {
        let names: Vec<_> = manifests
            .iter()
            .map(|(_, manifest)| manifest.portal.as_str())
            .collect();
        let name = name.unwrap_or_default();
        let names = names.join(", ");
        return Err(Failure::Usage(format!(
            "there is no portal `{name}`; there is {names}"
        )));
    }
    Ok(chosen)
}

/// The files of the generated crate. Portals that were not chosen only take part in what all share.
fn files(manifests: &[(PathBuf, Manifest)], generated: &[Generated]) -> Vec<File> {
    let all: Vec<_> = manifests.iter().map(|(_, manifest)| manifest).collect();
    let mut files = portal_generator::apis_crate(&all);
    for portal in generated {
        files.extend(portal.files.iter().cloned());
        let outputs = portal.apis.iter().map(|api| &api.output);
        files.extend(outputs.flat_map(|output| output.files.clone()));
    }
    files
}

/// Generates a portal, and reports what is wrong with any of its documents at once. Names in the lock `before` stay.
pub(crate) fn generate(
    root: &Path,
    folder: &Path,
    manifest: &Manifest,
    before: &Lock,
) -> Result<Generated, Failure> {
    let mut apis = Vec::new();
    let mut problems = stray_overlays(root, folder, manifest)?;
    for api in &manifest.apis {
        let known = before.portals.get(&manifest.portal);
        let known = known.and_then(|portal| portal.apis.get(&api.id));
        let known = known.map_or(&[][..], |api| &api.items);
        match generate_api(root, folder, manifest, api, known) {
            Ok(generated) => apis.push(generated),
            Err(Failure::Refused(found)) => problems.extend(found),
            Err(other) => return Err(other),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Refused(problems));
    }
    let outputs = apis.iter().map(|api| (api.id.clone(), &api.output));
    let outputs = outputs.collect();
    Ok(Generated {
        portal: manifest.portal.clone(),
        module: manifest.module(),
        files: portal_generator::portal(manifest, &outputs),
        items: surface::portal(manifest, &outputs),
        apis,
    })
}

fn generate_api(
    root: &Path,
    folder: &Path,
    manifest: &Manifest,
    api: &Api,
    previous: &[Item],
) -> Result<GeneratedApi, Failure> {
    let started = Instant::now();
    let overlay = read_overlay(root, folder, api)?;
    let changes = overlay.as_ref().map(|overlay| overlay.name().to_owned());
    let documents = document(root, folder, manifest, api, overlay)?;
    let output = portal_generator::portal_api_after(manifest, api, &documents, previous);
    let output = output.map_err(Failure::Refused)?;
    let all = std::iter::once(&documents.main).chain(&documents.others);
    let names = all.map(|document| document.name.clone());
    let names = names.chain(changes).collect();
    Ok(GeneratedApi {
        documents: names,
        id: api.id.clone(),
        mendable: mend::propose(&documents, &output.diagnostics).len(),
        output,
        seconds: started.elapsed().as_secs_f64(),
    })
}

pub(crate) fn document(
    root: &Path,
    folder: &Path,
    manifest: &Manifest,
    api: &Api,
    overlay: Option<Overlay>,
) -> Result<DocumentSet, Failure> {
    let path = folder.join(&api.document);
    if !root.join(&path).is_file() {
        return Err(Failure::Refused(vec![Diagnostic::error(
            "manifest-document",
            manifest.place(&format!("/apis/{}/document", api.id)),
            format!("there is no file `{}`", workspace::with_slashes(&path)),
            "put the document there or correct its name",
        )]));
    }
    documents::load_overlaid(root, &path, Some(folder), overlay.as_slice())
}

/// Reads the overlay of an API's document, where there is one.
pub(crate) fn read_overlay(
    root: &Path,
    folder: &Path,
    api: &Api,
) -> Result<Option<Overlay>, Failure> {
    let path = overlay(folder, &api.id);
    if !root.join(&path).is_file() {
        return Ok(None);
    }
    let source = documents::read(root, &path)?;
    Overlay::parse(&source).map(Some).map_err(Failure::Refused)
}

/// The file that changes an API's document, where there is one.
pub(crate) fn overlay(folder: &Path, api: &str) -> PathBuf {
    folder.join(format!("{api}{OVERLAY}"))
}

/// Overlays that belong to no API, such as that of one that was renamed.
fn stray_overlays(
    root: &Path,
    folder: &Path,
    manifest: &Manifest,
) -> Result<Vec<Diagnostic>, Failure> {
    let path = root.join(folder);
    let entries = fs::read_dir(&path).map_err(|e| Failure::io("read", &path, &e))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut stray: Vec<_> = names
        .filter(|name| {
            let api = name.strip_suffix(OVERLAY);
            api.is_some_and(|api| manifest.api(api).is_none())
        })
        .collect();
    stray.sort();
    let problem = |name: String| {
        let apis: Vec<_> = manifest.apis.iter().map(|api| api.id.as_str()).collect();
        Diagnostic::error(
            "overlay-stray",
            Place::file(workspace::with_slashes(&folder.join(name))),
            "the portal has no API of this name",
            format!("name it after one of {}, or remove it", apis.join(", ")),
        )
    };
    Ok(stray.into_iter().map(problem).collect())
}

impl Generated {
    /// Prints a line for each API.
    fn print(&self, differences: &[Difference]) {
        for api in &self.apis {
            let changed = differences
                .iter()
                .filter(|file| self.is_of_api(&file.path, &api.id))
                .count();
            let Summary {
                operations,
                generated,
                types,
                unselected,
                ..
            } = &api.output.summary;
            let of_all = match operations == generated {
                true => String::new(),
                false => format!(" of {operations}"),
            };
            let unselected = match unselected {
                0 => String::new(),
                count => format!(" ({count} not selected)"),
            };
            say!(
                "{BOLD}{:24}{BOLD:#} {generated}{of_all} operations{unselected}, {types} types, \
                 {changed} files changed, {:.2} s",
                format!("{}/{}", self.portal, api.id),
                api.seconds
            );
        }
    }

    /// Whether a file is the API's module or lies in its folder.
    fn is_of_api(&self, path: &str, api: &str) -> bool {
        let module = format!("src/{}/{}", self.module, names::module_name(api));
        let rest = path.strip_prefix(&module);
        rest.is_some_and(|rest| rest.starts_with(['/', '.']))
    }
}

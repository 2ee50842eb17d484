//! `cargo xtask scopes`: which operations a bundle grants, and the smallest bundle that an application needs.

mod calls;
mod compiler;
mod needs;
mod overview;
mod portal;
mod report;

use std::path::PathBuf;

use serde_json::json;

pub(crate) use compiler::as_compiler;
use portal::Portal;

use crate::failure::Failure;
use crate::terminal::{self, Progress, say};
use crate::{codegen, lock, workspace};

/// What `scopes` can be told.
#[derive(clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct Options {
    /// Only this portal, by its name in the manifest.
    #[arg(long, value_name = "NAME")]
    portal: Option<String>,
    /// Shows what the application in this folder calls and needs, instead of what there is.
    #[arg(long = "crate", value_name = "DIR")]
    application: Option<PathBuf>,
    /// Fails where a bundle that the application names grants more than it needs.
    #[arg(long, requires = "application")]
    check: bool,
    /// Where the application is compiled for this; a folder below its own target folder if not given.
    #[arg(long, value_name = "DIR", requires = "application")]
    target_dir: Option<PathBuf>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
    /// What `cargo check` is told beside that, such as `--all-features`.
    #[arg(last = true, value_name = "CARGO", requires = "application")]
    cargo: Vec<String>,
}

const AFTER_HELP: &str = "\
How calls are found: the compiler reports each use of an operation and of a bundle, after names are resolved. \
It sees what is compiled: the targets, features and platform of `cargo check`, workspace members and path \
dependencies included. It does not see calls within functions that are themselves deprecated, nor which bundle is \
chosen at run time.

JSON without --crate: portals[]: portal, title, operations[] (api, id, method, path, rust, access, scopes[][], \
bundles[]), bundles[] (name, feature, permissions[] (api, access), scopes[]).

JSON with --crate: portals[]: portal, calls[] (api, id, method, path, rust, access, places[] (file, line, column)), \
needed[] (api, access), smallest (name, feature, scopes[], excess[]; null where no bundle grants all), \
bundles[] (name, excess[], missing[]), named[] (name, places[], excess[], missing[]), \
own (name, scopes[], features[], definition; null where nothing is needed).

Exit codes: 0 done; 1 the application cannot be used, or --check found that a bundle grants too much; 2 wrong usage.";

/// Runs the command.
pub(crate) fn run(options: &Options, verbose: bool) -> Result<(), Failure> {
    let portals = portals(options, verbose)?;
    let Some(application) = &options.application else {
        match options.json {
            true => say!("{}", json!({ "portals": overview::as_json(&portals) })),
            false => overview::print(&portals),
        }
        return Ok(());
    };
    let uses = calls::of(application, options.target_dir.as_deref(), &options.cargo)?;
    let needs = needs::of(&portals, &uses, options.portal.is_some())?;
    match options.json {
        true => say!("{}", json!({ "portals": report::as_json(&needs) })),
        false => report::print(&needs),
    }
    match options.check {
        true => check(&needs),
        false => Ok(()),
    }
}

/// Bundles that the application names are to grant what it needs and no more.
fn check(needs: &[needs::Needs<'_>]) -> Result<(), Failure> {
    let mut result = Ok(());
    for needs in needs {
        for (name, _) in &needs.named {
            let excess = needs.excess_of(name);
            if !excess.is_empty() {
                terminal::error(&format!(
                    "the bundle `{name}` grants more than the application needs: {}",
                    needs.portal.list(&excess)
                ));
                result = Err(Failure::Told);
            }
        }
    }
    result
}

/// The portals of this workspace, as their documents are now.
fn portals(options: &Options, verbose: bool) -> Result<Vec<Portal>, Failure> {
    let root = workspace::root()?;
    let progress = Progress::start("reading the manifests");
    let manifests = codegen::manifests(&root)?;
    let lock = lock::read(&root)?;
    let mut portals = Vec::new();
    let mut problems = Vec::new();
    for (folder, manifest) in codegen::chosen(&manifests, options.portal.as_deref())? {
        progress.tell(|| format!("reading {}", manifest.title));
        match codegen::generate(&root, folder, manifest, &lock) {
            Ok(generated) => portals.push(Portal::new(manifest, generated)),
            Err(Failure::Refused(found)) => problems.extend(found),
            Err(failure) => return Err(failure),
        }
    }
    drop(progress);
    problems.extend(portals.iter().flat_map(Portal::diagnostics).cloned());
    if problems.iter().any(|problem| problem.is_error()) {
        return Err(Failure::Refused(problems));
    }
    if verbose {
        terminal::diagnostics(&problems, verbose);
    }
    Ok(portals)
}

//! `cargo xtask fetch`: documents from a developer portal, a URL or a file.
//!
//! What needs the network is behind the feature `fetch`, with which the command starts itself once more: the other
//! commands are built often and need none of it.

mod gather;
mod install;

#[cfg(feature = "fetch")]
mod http;
#[cfg(feature = "fetch")]
mod login;
#[cfg(feature = "fetch")]
mod portal;
#[cfg(feature = "fetch")]
mod rebuild;
#[cfg(feature = "fetch")]
mod remote;
#[cfg(feature = "fetch")]
mod run;
#[cfg(feature = "fetch")]
mod signin;
#[cfg(feature = "fetch")]
mod staging;
#[cfg(feature = "fetch")]
mod token;

use std::path::{Path, PathBuf};

use portal_generator::manifest::{Api, Manifest};

use crate::failure::Failure;
use crate::{codegen, workspace};

/// What `fetch` can be told.
#[derive(clap::Args)]
#[command(after_help = "\
The user of the portal is asked for on the terminal, or is in the environment: <PREFIX>_PORTAL_EMAIL and \
<PREFIX>_PORTAL_PASSWORD, with the `env-prefix` of the manifest.")]
pub(crate) struct Options {
    /// The portal, by its name in the manifest; not needed where there is one.
    #[arg(long, value_name = "NAME")]
    portal: Option<String>,
    /// Only this API, by its name in the manifest; may be given several times.
    #[arg(long, value_name = "NAME")]
    api: Vec<String>,
    /// Shows the APIs that the portal shows to its user, and writes nothing.
    #[arg(long, conflicts_with_all = ["from", "out", "api"])]
    list: bool,
    /// Shows them as JSON, for tools.
    #[arg(long, requires = "list")]
    json: bool,
    /// Fetches everything anew: a run that stopped half-way is not gone on with.
    #[arg(long, conflicts_with_all = ["from", "list"])]
    restart: bool,
    /// Where the portal exports no operations, takes a document that is rebuilt even if it has no place for some of them.
    #[arg(long, conflicts_with_all = ["from", "list"])]
    keep_going: bool,
    /// Takes the document from a file or an https URL, without a login.
    #[arg(long, value_name = "FILE|URL")]
    from: Option<String>,
    /// Writes what was taken to this file, which may be any part of a document, and not to that of an API.
    #[arg(long, value_name = "FILE", requires = "from", conflicts_with_all = ["api", "portal"])]
    out: Option<PathBuf>,
}

/// A document with the files that it refers to: the path that each has as seen from the document, and its bytes. The
/// document itself comes last, so that it is never there without the others.
pub(crate) type Fetched = Vec<(String, Vec<u8>)>;

/// The origin of a document that somebody saved: where it lay on a machine is nobody's business.
const FILE: &str = "file";

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    match &options.from {
        Some(from) if !is_url(from) => take(options, &saved(Path::new(from))?, FILE),
        _ => with_network(options),
    }
}

/// A document that somebody saved, with the files beside it.
fn saved(file: &Path) -> Result<Fetched, Failure> {
    gather::gather(|name| {
        let path = match name {
            "" => file.to_owned(),
            name => file.with_file_name("").join(name),
        };
        let bytes = std::fs::read(&path).map_err(|e| Failure::io("read", &path, &e))?;
        Ok((bytes, path.display().to_string()))
    })
}

fn is_url(from: &str) -> bool {
    from.starts_with("https://") || from.starts_with("http://")
}

/// Starts this command once more, built with what it needs.
#[cfg(not(feature = "fetch"))]
fn with_network(_: &Options) -> Result<(), Failure> {
    let mut cargo = std::process::Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args([
        "run",
        "--quiet",
        "--package",
        "xtask",
        "--features",
        "fetch",
    ]);
    if cfg!(windows) {
        // A program that runs cannot be replaced there.
        cargo.args(["--target-dir", "target/fetch"]);
    }
    let ended = cargo.arg("--").args(std::env::args_os().skip(1)).status();
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(status) if status.code() == Some(2) => Err(Failure::ToldUsage),
        Ok(_) => Err(Failure::Told),
        Err(error) => Err(Failure::Machine(format!(
            "cannot start cargo: {}",
            crate::failure::reason(&error)
        ))),
    }
}

#[cfg(feature = "fetch")]
fn with_network(options: &Options) -> Result<(), Failure> {
    match &options.from {
        Some(url) => {
            let (fetched, origin) = remote::fetch(url)?;
            take(options, &fetched, &origin)
        }
        None => run::run(options),
    }
}

/// Puts what was taken where the options say.
fn take(options: &Options, fetched: &Fetched, origin: &str) -> Result<(), Failure> {
    if let Some(out) = &options.out {
        return install::any(out, fetched);
    }
    let root = workspace::root()?;
    let manifests = codegen::manifests(&root)?;
    let [api] = options.api.as_slice() else {
        let message = "`--from` needs `--api NAME`, whose document it replaces, or `--out FILE`";
        return Err(Failure::Usage(message.to_owned()));
    };
    // The name of an API is enough where only one portal has it.
    let mut having = manifests.iter().filter(|(_, it)| it.api(api).is_some());
    let (folder, manifest) = match (&options.portal, having.next(), having.next()) {
        (None, Some(one), None) => one,
        _ => one_portal(&manifests, options)?,
    };
    let api = find_api(manifest, api)?;
    install::api(&root, folder, manifest, api, fetched, origin)
}

fn one_portal<'m>(
    manifests: &'m [(PathBuf, Manifest)],
    options: &Options,
) -> Result<&'m (PathBuf, Manifest), Failure> {
    match codegen::chosen(manifests, options.portal.as_deref())?.as_slice() {
        [one] => Ok(one),
        several => {
            let names: Vec<_> = several
                .iter()
                .map(|(_, manifest)| manifest.portal.as_str())
                .collect();
            let names = names.join(", ");
            Err(Failure::Usage(format!(
                "name one portal with `--portal`: {names}"
            )))
        }
    }
}

fn find_api<'m>(manifest: &'m Manifest, name: &str) -> Result<&'m Api, Failure> {
    manifest.api(name).ok_or_else(|| {
        let names: Vec<_> = manifest.apis.iter().map(|api| api.id.as_str()).collect();
        Failure::Usage(format!(
            "{} has no API `{name}`; it has {}",
            manifest.title,
            names.join(", ")
        ))
    })
}

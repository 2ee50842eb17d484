//! A run: the documents of a portal, for its user.

use std::env;
use std::path::{Path, PathBuf};

use portal_generator::manifest::{Api, Manifest};
use serde_json::json;

use super::portal::{Session, Visible};
use super::staging::Staging;
use super::{Options, find_api, install, login, one_portal};
use crate::failure::Failure;
use crate::terminal::{self, BOLD, Progress, hint, say};
use crate::{codegen, lock, workspace};

/// Fetches what the options say, or lists what there is.
pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let root = workspace::root()?;
    let manifests = codegen::manifests(&root)?;
    let (folder, manifest) = one_portal(&manifests, options)?;
    let Some(portal) = &manifest.developer_portal else {
        return Err(Failure::Usage(format!(
            "{} names no `developer-portal`; specs/README.md describes it",
            workspace::with_slashes(&folder.join("portal.yaml"))
        )));
    };
    let chosen = match options.list {
        true => Vec::new(),
        false => chosen_apis(manifest, options)?,
    };
    // A lock that could not be written is told before anything is asked for.
    lock::read(&root)?;
    let login = login::Login::of(&manifest.env_prefix, &portal.url)?;
    let progress = Progress::start(format!("signing in at {}", portal.url));
    let mut session = Session::begin(&portal.url, portal.support.as_deref(), login)?;
    progress.tell(|| "asking which APIs there are".to_owned());
    let visible = session.apis()?;
    drop(progress);
    if options.list {
        list(manifest, &visible, options.json);
        return Ok(());
    }
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let staging = Staging::open(&target, &manifest.portal, &session.who(), options.restart)?;
    let run = Run {
        root: &root,
        folder,
        manifest,
        staging: &staging,
        visible: &visible,
        keep_going: options.keep_going,
    };
    let left = run.all(&mut session, &chosen);
    if left.is_empty() {
        return staging.clear();
    }
    terminal::error(&format!(
        "{} not fetched; once what is told above is mended, `{}` goes on from here",
        left.join(", "),
        again(options, &manifest.portal)
    ));
    Err(Failure::Told)
}

/// The command that goes on with a run.
fn again(options: &Options, portal: &str) -> String {
    let apis = options.api.iter().map(|api| format!(" --api {api}"));
    let keep_going = if options.keep_going {
        " --keep-going"
    } else {
        ""
    };
    format!(
        "cargo xtask fetch --portal {portal}{}{keep_going}",
        apis.collect::<String>()
    )
}

/// What stays the same while a run goes on.
struct Run<'r> {
    root: &'r Path,
    folder: &'r Path,
    manifest: &'r Manifest,
    staging: &'r Staging,
    visible: &'r [Visible],
    /// Whether a document may lack operations.
    keep_going: bool,
}

impl Run<'_> {
    /// Fetches the APIs one by one; the names of those that are not fetched. Each is in place before the next one is
    /// asked for, and one that fails keeps no other, unless the portal is gone.
    fn all(&self, session: &mut Session<'_>, chosen: &[(&Api, &str)]) -> Vec<String> {
        let mut left = Vec::new();
        for (number, (api, id)) in chosen.iter().enumerate() {
            if session.is_over() {
                left.push(api.id.clone());
                continue;
            }
            let progress = Progress::start(format!(
                "fetching {} ({} of {})",
                api.id,
                number + 1,
                chosen.len()
            ));
            if let Err(failure) = self.one(session, api, id, progress) {
                failure.report(false);
                left.push(api.id.clone());
            }
        }
        left
    }

    fn one(
        &self,
        session: &mut Session<'_>,
        api: &Api,
        id: &str,
        progress: Progress,
    ) -> Result<(), Failure> {
        let file = self.root.join(self.folder).join(&api.document);
        let shown = workspace::with_slashes(&self.folder.join(&api.document));
        if self.staging.is_done(&api.id, &file) {
            drop(progress);
            say!(
                "{BOLD}{}/{}{BOLD:#}: {shown} was fetched by the run that stopped; --restart fetches it again",
                self.manifest.portal,
                api.id
            );
            return Ok(());
        }
        let check = |bytes: &[u8]| install::check(&api.document, bytes);
        let document = session.document(self.visible, id, self.staging, &progress, check);
        drop(progress);
        let document = document?;
        if !document.lost.is_empty() {
            self.tell_lost(&shown, id, &document.lost)?;
        }
        if !document.lacks.is_empty() {
            tell_rebuilt(&shown, &document.lacks);
        }
        let fetched = vec![(String::new(), document.bytes)];
        install::api(
            self.root,
            self.folder,
            self.manifest,
            api,
            &fetched,
            &document.origin,
        )?;
        self.staging.set_done(&api.id, &file);
        Ok(())
    }

    /// Says which operations a rebuilt document has no place for: a reason to leave the old one, unless told otherwise.
    fn tell_lost(&self, shown: &str, id: &str, lost: &[String]) -> Result<(), Failure> {
        let lines: String = lost.iter().map(|it| format!("\n  {it}")).collect();
        let why = format!(
            "{shown}: the portal exports no operations of `{id}`, and a document that is rebuilt from what it shows of \
             each would lack"
        );
        if self.keep_going {
            hint(&format!("{why}{lines}"));
            return Ok(());
        }
        Err(Failure::Machine(format!(
            "{why}{lines}\nSave it in a browser and take it with `--from FILE`, or leave these operations out with \
             `--keep-going`"
        )))
    }
}

/// Says what a document is that the portal did not export.
fn tell_rebuilt(shown: &str, lacks: &[String]) {
    hint(&format!(
        "{shown}: the portal exports no operations, so the document is rebuilt from what the portal shows of each. It \
         lacks what only an export has:"
    ));
    let mut told: Vec<&String> = Vec::new();
    for lack in lacks {
        if !told.contains(&lack) {
            told.push(lack);
            hint(&format!("  {lack}"));
        }
    }
}

/// Shows what the portal shows.
fn list(manifest: &Manifest, visible: &[Visible], as_json: bool) {
    let ours = |id: &str| {
        let mut apis = manifest.apis.iter();
        apis.find(|api| api.portal_id.as_deref() == Some(id))
            .map(|api| api.id.as_str())
    };
    if as_json {
        let apis = visible.iter().map(|api| {
            json!({
                "portal_id": api.id,
                "name": api.name,
                "version": api.version,
                "api": ours(&api.id),
            })
        });
        say!(
            "{:#}",
            json!({ "portal": manifest.portal, "apis": apis.collect::<Vec<_>>() })
        );
        return;
    }
    for api in visible {
        let ours = ours(&api.id).map_or_else(String::new, |ours| format!(" (`{ours}` here)"));
        say!("{BOLD}{:32}{BOLD:#} {}{ours}", api.id, api.name);
    }
}

/// The APIs to fetch, with their ids in the portal.
fn chosen_apis<'m>(
    manifest: &'m Manifest,
    options: &Options,
) -> Result<Vec<(&'m Api, &'m str)>, Failure> {
    let named = options.api.iter().map(|name| find_api(manifest, name));
    let named = named.collect::<Result<Vec<_>, _>>()?;
    let apis = match named.is_empty() {
        true => manifest.apis.iter().collect(),
        false => named.clone(),
    };
    let with_id = |api: &&'m Api| Some((*api, api.portal_id.as_deref()?));
    let chosen: Vec<_> = apis.iter().filter_map(with_id).collect();
    let without: Vec<_> = apis.iter().filter(|api| api.portal_id.is_none()).collect();
    if chosen.is_empty() || (!named.is_empty() && !without.is_empty()) {
        let names: Vec<_> = without.iter().map(|api| api.id.as_str()).collect();
        return Err(Failure::Usage(format!(
            "the manifest gives no `portal-id` for {}; `cargo xtask fetch --portal {} --list` shows the ids",
            names.join(", "),
            manifest.portal
        )));
    }
    Ok(chosen)
}

//! `cargo xtask mend`: overlays for what has one certain remedy.

use std::path::Path;

use portal_generator::diagnostics::Diagnostic;
use portal_generator::document::Source;
use portal_generator::manifest::{Api, Manifest};
use portal_generator::mend::{self, Mend};
use portal_generator::overlay::Overlay;
use serde_json::Value;

use crate::failure::Failure;
use crate::files::{self, print_difference};
use crate::terminal::{self, BOLD, say};
use crate::{codegen, workspace};

/// The runs after which what is left is left: each run tells only the first warnings of a rule.
const MOST_ROUNDS: usize = 50;

/// What `mend` can be told.
#[derive(clap::Args)]
#[command(after_help = "\
What is written is shown: actions at the end of `<api>.overlay.yaml`, to be read and changed like any other text.")]
pub(crate) struct Options {
    /// Only this portal, by its name in the manifest.
    #[arg(long, value_name = "NAME")]
    portal: Option<String>,
    /// Only this API, by its name in the manifest.
    #[arg(long, value_name = "NAME")]
    api: Option<String>,
    /// Writes nothing, but shows what would be written.
    #[arg(long)]
    check: bool,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let root = workspace::root()?;
    let manifests = codegen::manifests(&root)?;
    let (mut found, mut changed) = (false, 0);
    for (folder, manifest) in codegen::chosen(&manifests, options.portal.as_deref())? {
        for api in &manifest.apis {
            if options.api.as_ref().is_some_and(|name| *name != api.id) {
                continue;
            }
            found = true;
            changed += usize::from(mend_api(&root, folder, manifest, api, options.check)?);
        }
    }
    if !found {
        let name = options.api.as_deref().unwrap_or_default();
        return Err(Failure::Usage(format!("there is no API `{name}`")));
    }
    match (changed, options.check) {
        (0, _) => say!("there is nothing that can be put right with certainty"),
        (_, true) => {
            terminal::error("run `cargo xtask mend` to write this");
            return Err(Failure::Told);
        }
        _ => {}
    }
    Ok(())
}

/// An API with what its overlay says so far.
struct Work<'a> {
    root: &'a Path,
    folder: &'a Path,
    manifest: &'a Manifest,
    api: &'a Api,
    /// The overlay's text; empty where there is none yet.
    text: String,
}

/// Mends one document as far as it goes, and shows and writes the overlay; whether there was anything to do.
fn mend_api(
    root: &Path,
    folder: &Path,
    manifest: &Manifest,
    api: &Api,
    check: bool,
) -> Result<bool, Failure> {
    let path = codegen::overlay(folder, &api.id);
    let before = match root.join(&path).is_file() {
        true => String::from_utf8_lossy(&crate::documents::read(root, &path)?.bytes).into_owned(),
        false => String::new(),
    };
    let mut work = Work {
        root,
        folder,
        manifest,
        api,
        text: before.clone(),
    };
    let mut left = Vec::new();
    for _ in 0..MOST_ROUNDS {
        let mends = work.proposals()?;
        let new: Vec<Mend> = mends.into_iter().filter(|it| !left.contains(it)).collect();
        if new.is_empty() {
            break;
        }
        left.extend(work.take(new)?);
    }
    let shown = workspace::with_slashes(&path);
    if work.text == before {
        return Ok(false);
    }
    say!("{BOLD}{shown}{BOLD:#}");
    print_difference(&before, &work.text);
    if !check {
        let path = root.join(&path);
        files::write(&path, &work.text).map_err(|e| Failure::io("write", &path, &e))?;
    }
    Ok(true)
}

impl Work<'_> {
    /// What could be put right of the document as it is with the overlay.
    fn proposals(&self) -> Result<Vec<Mend>, Failure> {
        let set = self.documents(&self.text)?;
        let output = portal_generator::portal_api(self.manifest, self.api, &set)
            .map_err(Failure::Refused)?;
        Ok(mend::propose(&set, &output.diagnostics))
    }

    /// Adds mends to the overlay of which the next run no longer complains; the others are given back.
    fn take(&mut self, mends: Vec<Mend>) -> Result<Vec<Mend>, Failure> {
        let all: Vec<_> = mends.iter().flat_map(|it| it.actions.clone()).collect();
        let text = self.with(&all)?;
        if let Ok(diagnostics) = self.diagnostics(&text)
            && mends.iter().all(|it| is_gone(it, &diagnostics))
        {
            self.text = text;
            return Ok(Vec::new());
        }
        let mut left = Vec::new();
        for mend in mends {
            let text = self.with(&mend.actions)?;
            match self.diagnostics(&text) {
                Ok(diagnostics) if is_gone(&mend, &diagnostics) => self.text = text,
                _ => left.push(mend),
            }
        }
        Ok(left)
    }

    fn documents(
        &self,
        overlay: &str,
    ) -> Result<portal_generator::normalize::DocumentSet, Failure> {
        let overlay = match overlay {
            "" => None,
            text => Some(self.parse(text)?),
        };
        codegen::document(self.root, self.folder, self.manifest, self.api, overlay)
    }

    fn diagnostics(&self, overlay: &str) -> Result<Vec<Diagnostic>, Failure> {
        let set = self.documents(overlay)?;
        let output = portal_generator::portal_api(self.manifest, self.api, &set);
        Ok(output.map_err(Failure::Refused)?.diagnostics)
    }

    fn parse(&self, text: &str) -> Result<Overlay, Failure> {
        let path = codegen::overlay(self.folder, &self.api.id);
        Overlay::parse(&Source::new(workspace::with_slashes(&path), text)).map_err(Failure::Refused)
    }

    /// The overlay with more actions at its end, everything before them untouched.
    fn with(&self, actions: &[Value]) -> Result<String, Failure> {
        let mut text = match self.text.as_str() {
            "" => self.head(),
            text => format!("{}\n", text.trim_end()),
        };
        let old = match self.text.as_str() {
            "" => Vec::new(),
            text => self.parse(text)?.actions().to_vec(),
        };
        let indent = indent(&text);
        for action in actions {
            push(&mut text, &indent, action);
        }
        let new = self.parse(&text).map(|overlay| overlay.actions().to_vec());
        match new {
            Ok(new) if new == [&old[..], actions].concat() => Ok(text),
            _ => Err(Failure::Machine(format!(
                "{} takes no more actions at its end; bring `actions` there, one below the other",
                workspace::with_slashes(&codegen::overlay(self.folder, &self.api.id))
            ))),
        }
    }

    fn head(&self) -> String {
        let document = Value::from(self.api.document.as_str());
        let title = Value::from(format!("Corrections to {}", self.api.document));
        format!(
            "overlay: 1.1.0\ninfo: {{ title: {title}, version: \"1\" }}\nextends: {document}\nactions:\n"
        )
    }
}

fn is_gone(mend: &Mend, diagnostics: &[Diagnostic]) -> bool {
    !diagnostics
        .iter()
        .any(|it| it.rule == mend.rule && it.place == mend.place)
}

/// The spaces before the items of the last list of actions.
fn indent(text: &str) -> String {
    let item = text
        .lines()
        .skip_while(|line| !line.starts_with("actions:"))
        .skip(1);
    let mut items = item.filter(|line| line.trim_start().starts_with("- "));
    let first = items
        .next()
        .map(|line| line.len() - line.trim_start().len());
    " ".repeat(first.unwrap_or(2))
}

/// Writes an action, whose values are JSON: what is in braces is the same in YAML.
fn push(text: &mut String, indent: &str, action: &Value) {
    let Some(members) = action.as_object() else {
        return;
    };
    for (number, (key, value)) in members.iter().enumerate() {
        let before = if number == 0 { "- " } else { "  " };
        text.push_str(&format!("{indent}{before}{key}: {value}\n"));
    }
}

//! OpenAPI documents in, Rust modules out. A pure library: no disk, no network.
//!
//! The stages, each a module: [`document`] reads text, [`normalize`] brings every version of OpenAPI to one
//! form, `lower` settles everything that a user of the result could notice and leaves it in [`ir`], and
//! `render` writes it down. What is wrong with a document comes back as [`diagnostics`], with its place in
//! the vendor's own file.

// What panics on input stops somebody's program; tests may.
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::exit
    )
)]

pub mod diagnostics;
pub mod document;
pub mod ir;
mod lower;
pub mod manifest;
pub mod mend;
pub mod names;
pub mod normalize;
pub mod overlay;
mod render;
mod settled;
pub mod surface;
mod words;

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use diagnostics::{Diagnostic, Place, Severity};
use lower::{Config, Lowered};
use manifest::{Manifest, Selection};
use normalize::{DocumentSet, Normalized};
pub use render::File;
pub use settled::{Settled, settle_crate};

/// What generating gave: files, and what there is to say about the document.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// The files, with paths below the crate's folder.
    pub files: Vec<File>,
    /// Everything that was refused, mended or worth knowing.
    pub diagnostics: Vec<Diagnostic>,
    /// What was generated, in numbers.
    pub summary: Summary,
    /// The document's `info.title`.
    pub title: String,
    /// The document's `info.version`.
    pub version: String,
    /// What each operation asks of those who call it, in the order of the document.
    pub operations: Vec<OperationFacts>,
    /// The public items of the generated code.
    pub items: Vec<surface::Item>,
}

/// What an operation asks of those who call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationFacts {
    /// The document's `operationId` or, where it has none, method and path: `GET /path`.
    pub id: String,
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path template.
    pub path: String,
    /// The method of the generated client.
    pub name: String,
    /// What it does to the data.
    pub access: ir::Access,
    /// The scopes that the document requires: one of these lists, all of it. Empty where it requires none.
    pub scopes: Vec<Vec<String>>,
}

/// What was generated, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The operations that the document declares.
    pub operations: usize,
    /// The operations that were generated.
    pub generated: usize,
    /// The operations that were left out.
    pub omitted: Vec<Omission>,
    /// The operations that are not selected.
    pub unselected: usize,
    /// The named types.
    pub types: usize,
    /// The component schemas that are left out since nothing that is generated leads to them.
    pub unreached: usize,
    /// The values that stayed untyped JSON although the document says something of them.
    pub json_fallbacks: usize,
    /// The warnings among the diagnostics.
    pub warnings: usize,
}

/// An operation that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Omission {
    /// Where it stands in the vendor's file.
    pub pointer: String,
    /// Why it was left out.
    pub reason: String,
}

/// What a standalone crate is told beside the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrateOptions {
    /// The crate's name.
    pub name: String,
    /// The command that makes it, for the header of its files.
    pub command: String,
    /// The path of the runtime crate, as the generated manifest names it.
    pub runtime: String,
}

/// Makes a crate of its own from one document: all of its operations, and the schemas that they reach.
///
/// # Errors
///
/// Everything that keeps the document from being used, with places.
pub fn crate_from_document(
    documents: impl Borrow<DocumentSet> + Send,
    options: &CrateOptions,
) -> Result<Output, Vec<Diagnostic>> {
    crate_from_selection(documents, options, &Selection::default())
}

/// Makes a crate of its own from a part of one document. There are no bundles to select by.
///
/// # Errors
///
/// Everything that keeps the document from being used, with places, and what in the selection names nothing.
pub fn crate_from_selection(
    documents: impl Borrow<DocumentSet> + Send,
    options: &CrateOptions,
    selection: &Selection,
) -> Result<Output, Vec<Diagnostic>> {
    Ok(settled::settle(documents, options, selection, true)?.into_output())
}

/// Makes the modules of one API of a portal.
///
/// # Errors
///
/// Everything that keeps the document from being used, with places.
pub fn portal_api(
    manifest: &Manifest,
    api: &manifest::Api,
    documents: impl Borrow<DocumentSet> + Send,
) -> Result<Output, Vec<Diagnostic>> {
    portal_api_after(manifest, api, documents, &[])
}

/// Makes the modules of one API of a portal, as [`portal_api`] does, where types and operations keep the names that
/// they had in `previous`, the API's items in an earlier lock, beside those that they have now.
///
/// # Errors
///
/// Everything that keeps the document from being used, with places.
pub fn portal_api_after(
    manifest: &Manifest,
    api: &manifest::Api,
    documents: impl Borrow<DocumentSet> + Send,
    previous: &[surface::Item],
) -> Result<Output, Vec<Diagnostic>> {
    let config = Config {
        source: documents.borrow().main.name.clone(),
        portal: Some((manifest, api)),
        selection: api.select.as_ref(),
        limits: true,
    };
    let mut one = generate(documents, &config)?;
    let keys: Vec<&str> = one.operation_keys.iter().map(String::as_str).collect();
    one.diagnostics
        .extend(manifest.check_operations(api, &keys));
    let useless = one.useless.into_iter().map(|useless| {
        let pointer = format!("/apis/{}/select{}", api.id, useless.pointer);
        useless.diagnostic(manifest.place(&pointer))
    });
    one.diagnostics.extend(useless);
    let module = format!("{}::{}", manifest.module(), api.module);
    let base_url = render::base_url(Some((manifest, api)), &one.api);
    let mut items = surface::api(&one.api, &module, &base_url);
    one.api.former = surface::former_names(&mut items, previous);
    Ok(Output {
        files: render::portal_api(manifest, api, &one.api),
        items,
        operations: facts(&one.api),
        version: one.api.version,
        title: one.api.title,
        diagnostics: one.diagnostics,
        summary: one.summary,
    })
}

/// Makes what the APIs of a portal share: its client and its bundles. `outputs` are those of its APIs, by id.
pub fn portal(manifest: &Manifest, outputs: &BTreeMap<String, &Output>) -> Vec<File> {
    render::portal(manifest, outputs)
}

/// The scopes that tokens of a bundle ask for: those of the manifest, and those that the documents require of the
/// operations it grants. `outputs` are those of the portal's APIs, by id.
pub fn bundle_scopes(
    bundle: &manifest::Bundle,
    outputs: &BTreeMap<String, &Output>,
) -> BTreeSet<String> {
    render::scopes(outputs, bundle)
}

/// Makes what all portals of the generated crate share: its root module.
pub fn apis_crate(manifests: &[&Manifest]) -> Vec<File> {
    render::apis_crate(manifests)
}

/// One API on its way.
struct One {
    api: ir::Api,
    diagnostics: Vec<Diagnostic>,
    summary: Summary,
    operation_keys: Vec<String>,
    useless: Vec<lower::Useless>,
}

/// Runs the stages up to the IR, on a stack that takes schemas as deep as documents may nest them.
fn generate(
    documents: impl Borrow<DocumentSet> + Send,
    config: &Config<'_>,
) -> Result<One, Vec<Diagnostic>> {
    document::with_deep_stack(|| stages(documents, config)).unwrap_or_else(|error| {
        let place = Place::file(&config.source);
        let message = format!("no thread can be started to read it: {error}");
        let help = "free memory or allow more threads";
        Err(vec![Diagnostic::error("no-thread", place, message, help)])
    })
}

fn stages(
    documents: impl Borrow<DocumentSet>,
    config: &Config<'_>,
) -> Result<One, Vec<Diagnostic>> {
    let Normalized {
        openapi,
        origins,
        mut diagnostics,
        lost,
    } = normalize::normalize(documents.borrow())?;
    // What was handed over has been read, and so has what was made of it: each is the largest thing of its time.
    drop(documents);
    let lowered = lower::api(openapi, config);
    let place = |pointer: &str| origins.place(pointer);
    let declared = lowered.declared + lost.len();
    let mut omitted = omissions(&lowered, &place);
    omitted.extend(lost.iter().map(|lost| Omission {
        pointer: lost.place.pointer.clone(),
        reason: lost.reason.clone(),
    }));
    diagnostics.extend(omission_diagnostics(&lowered, &place));
    diagnostics.extend(
        lost.into_iter()
            .map(|lost| omission_diagnostic(lost.place, &lost.reason, false)),
    );
    diagnostics.extend(lowered.unselected.iter().map(|pointer| Diagnostic {
        severity: Severity::Note,
        rule: "operation-unselected",
        place: place(pointer),
        message: "the operation is not selected".to_owned(),
        help: String::new(),
    }));
    diagnostics.extend(lowered.findings.into_iter().map(|finding| Diagnostic {
        severity: finding.severity,
        rule: finding.rule,
        place: place(&finding.pointer),
        message: finding.message,
        help: finding.help,
    }));
    let warnings = diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Warning)
        .count();
    Ok(One {
        summary: Summary {
            operations: declared,
            generated: declared - omitted.len() - lowered.unselected.len(),
            omitted,
            unselected: lowered.unselected.len(),
            types: lowered.api.types.len(),
            unreached: lowered.unreached,
            json_fallbacks: lowered.json_fallbacks,
            warnings,
        },
        api: lowered.api,
        diagnostics,
        operation_keys: lowered.operation_keys,
        useless: lowered.useless,
    })
}

fn facts(api: &ir::Api) -> Vec<OperationFacts> {
    let facts = |operation: &ir::Operation| OperationFacts {
        id: operation_key(operation),
        method: operation.method.clone(),
        path: operation.path.clone(),
        name: operation.name.clone(),
        access: operation.access,
        scopes: scopes(operation.security.as_deref().unwrap_or_default()),
    };
    api.operations().map(facts).collect()
}

/// What tells an operation from the others of its API, for people and for tools.
fn operation_key(operation: &ir::Operation) -> String {
    manifest::operation_key(&operation.operation_id, &operation.method, &operation.path)
}

/// The scopes of each alternative; none where one of them asks for none.
fn scopes(alternatives: &[Vec<ir::Requirement>]) -> Vec<Vec<String>> {
    let mut scopes = Vec::new();
    for alternative in alternatives {
        let all = alternative.iter().flat_map(|one| &one.scopes);
        let all: Vec<String> = all.cloned().collect();
        if all.is_empty() {
            return Vec::new();
        }
        scopes.push(all);
    }
    scopes
}

fn omissions(lowered: &Lowered, place: &dyn Fn(&str) -> Place) -> Vec<Omission> {
    lowered
        .omissions
        .iter()
        .map(|omission| Omission {
            pointer: place(&omission.pointer).pointer,
            reason: omission.reason.clone(),
        })
        .collect()
}

/// What the manifest leaves out is no surprise; everything else that is missing is an error.
fn omission_diagnostics(lowered: &Lowered, place: &dyn Fn(&str) -> Place) -> Vec<Diagnostic> {
    lowered
        .omissions
        .iter()
        .map(|omission| {
            let place = place(&omission.pointer);
            omission_diagnostic(place, &omission.reason, omission.wanted)
        })
        .collect()
}

fn omission_diagnostic(place: Place, reason: &str, wanted: bool) -> Diagnostic {
    let (severity, help) = match wanted {
        true => (Severity::Note, ""),
        false => (
            Severity::Error,
            "mend the document, or leave the operation out in the manifest",
        ),
    };
    let message = format!("the operation is left out: {reason}");
    Diagnostic::new(severity, "operation-omitted", place, message, help)
}

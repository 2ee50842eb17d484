//! Documents of every version, with everything that vendors do to them, as one typed OpenAPI 3.0 document.
//!
//! The vendor's tree is only read, and the typed document is built from it member by member.
//! Nothing is deserialized, so nothing can be refused or degraded on the way without a word:
//! what is mended, left out or refused is a diagnostic that points into the vendor's own file.

mod at;
mod bodies;
mod components;
mod context;
mod cycles;
mod findings;
mod info;
mod media;
mod names;
mod operations;
mod origins;
mod parameters;
mod paths;
mod read;
mod resolve;
mod responses;
mod schema;
mod security;
mod set;
mod swagger2;
mod tags;
mod template;
mod uri;
mod version;

use openapiv3::OpenAPI;
use serde_json::{Map, Value};

use crate::diagnostics::{Diagnostic, Place};
use crate::document::{Document, with_deep_stack};
use at::At;
use context::Context;
use version::Version;

pub use context::Lost;
pub use origins::Origins;
pub(crate) use paths::{VENDOR_WEBHOOKS, WEBHOOKS_OF_3_1};
pub(crate) use schema::{TUPLE, vendors_name};
pub(crate) use set::file_of;
pub use set::{DocumentSet, references};

/// A document that the later stages can rely on.
///
/// Every `$ref` is `#/components/<kind>/<name>` and leads to something of that kind, where no name of a schema holds a letter
/// that pointers escape; no schema with a type has lost it;
/// what 3.0 has no words for is in extensions of our own:
/// `x-const`, `x-prefix-items`, `x-examples` and `x-content-schema` (the component that a text in JSON holds) on schemas, `x-item-schema` on media types whose `schema` is the array of
/// their items, `x-style` on parameters
/// and encodings, `x-additional-operations` on path items, `x-webhooks` and `x-vendor-webhooks` (names alone) on the document, `x-default-mapping` on discriminators,
/// and `x-broken` with the reason on a schema or an operation that cannot be expressed.
#[derive(Debug)]
pub struct Normalized {
    /// The document.
    pub openapi: OpenAPI,
    /// Where each part of it came from.
    pub origins: Origins,
    /// What was mended, left out or worth knowing, most severe first.
    pub diagnostics: Vec<Diagnostic>,
    /// The operations that the document has and `openapi` has no place for.
    pub lost: Vec<Lost>,
}

/// Returns the document as OpenAPI 3.0.
///
/// # Errors
/// Returns all that is wrong with it when it is no OpenAPI document that a client could be made from.
pub fn normalize(documents: &DocumentSet) -> Result<Normalized, Vec<Diagnostic>> {
    with_deep_stack(|| on_this_stack(documents)).unwrap_or_else(|error| {
        Err(vec![Diagnostic::error(
            "no-thread",
            Place::file(documents.main.name.clone()),
            format!("no thread could be started to read the document: {error}"),
            "try again when the machine has memory to spare",
        )])
    })
}

fn on_this_stack(documents: &DocumentSet) -> Result<Normalized, Vec<Diagnostic>> {
    let at = At::start(0, "", "");
    let empty = Map::new();
    let root = documents.main.value.as_object().unwrap_or(&empty);
    let mut cx = Context::new(documents, Version::V30);
    let version = version::detect(&mut cx, root);
    let usable = has_usable_shape(&mut cx, root, &at);
    let Some(version) = version.filter(|_| usable) else {
        return Err(cx.findings.finish(&files(documents)));
    };
    cx.version = version;
    let openapi = openapi(&mut cx, root, &at);
    let Context {
        findings,
        moved,
        lost,
        ..
    } = cx;
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    for file in files(documents) {
        diagnostics.extend(file.diagnostics.iter().cloned());
    }
    diagnostics.extend(findings.finish(&files(documents)));
    diagnostics.sort_by_key(|diagnostic| diagnostic.severity);
    Ok(Normalized {
        openapi,
        origins: Origins::new(files(documents), moved),
        diagnostics,
        lost,
    })
}

/// Whether a document is one of webhooks or components alone, as OpenAPI has it from 3.1 on.
fn is_without_paths(root: &Map<String, Value>, version: Version) -> bool {
    let others = ["webhooks", "components"];
    version == Version::V31
        && !root.contains_key("paths")
        && others.iter().any(|key| root.contains_key(*key))
}

fn files(documents: &DocumentSet) -> Vec<&Document> {
    std::iter::once(&documents.main)
        .chain(&documents.others)
        .collect()
}

/// Returns whether the paths, which everything hangs on, are a mapping.
fn has_usable_shape(cx: &mut Context<'_>, root: &Map<String, Value>, at: &At<'_>) -> bool {
    let odd = match root.get("paths") {
        None | Some(Value::Null | Value::Object(_)) => false,
        Some(Value::Array(items)) => !items.is_empty(),
        Some(_) => true,
    };
    if odd {
        let message = "`paths` is not a mapping";
        cx.error(
            &at.key("paths"),
            "mapping-expected",
            message,
            "write a mapping",
        );
    }
    !odd
}

fn openapi<'a>(cx: &mut Context<'a>, root: &'a Map<String, Value>, at: &At<'_>) -> OpenAPI {
    let info = info::info(cx, root, at);
    info::note_dialect(cx, root, at);
    let servers = match cx.version {
        Version::V2 => {
            cx.produces = cx.texts(root, "produces", at);
            cx.consumes = cx.texts(root, "consumes", at);
            swagger2::servers(cx, root, at)
        }
        Version::V30 | Version::V31 => info::servers(cx, root, at),
    };
    // Read for what is wrong with the whole of it; its sections are found by reference.
    cx.object(root, "components", at);
    components::register(cx);
    components::security_schemes(cx, root);
    components::components(cx);
    let paths = paths::paths(cx, root, at);
    let mut extensions = read::extensions(root);
    extensions.shift_remove("x-ms-paths");
    paths::webhooks(cx, root, at, &mut extensions);
    components::hoisted(cx);
    cycles::break_up(cx);
    tags::map(cx);
    let security = security::requirements(cx, root, at);
    let components = std::mem::take(&mut cx.components);
    if paths.paths.is_empty() && is_without_paths(root, cx.version) {
        let message = "the document has no paths, so only its models are generated";
        cx.note(at, "no-operations", message);
    } else if paths.paths.is_empty() {
        cx.warn(
            at,
            "no-operations",
            "the document has no operations",
            "if it should have some, fetch it again: some portals export documents without paths",
        );
    }
    OpenAPI {
        openapi: "3.0.3".to_owned(),
        info,
        servers,
        paths,
        security,
        tags: info::tags(cx, root, at),
        external_docs: info::external_docs(cx, root, at),
        components: Some(components),
        extensions,
    }
}

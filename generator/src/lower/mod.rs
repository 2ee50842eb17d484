//! OpenAPI becomes the intermediate representation: references followed, names given, optionality settled.

mod behind;
mod bodies;
mod enums;
mod exchanges;
mod fits;
mod limits;
mod merge;
mod objects;
mod offers;
mod operations;
mod paging;
mod parameters;
mod patterns;
mod products;
mod reach;
mod recursion;
mod responses;
mod roots;
mod samples;
mod schemas;
mod security;
mod selection;
mod sequential;
mod styles;
mod tags;
mod unions;
mod usage;
mod values;
mod view;

pub(crate) use selection::Useless;

use openapiv3::{OpenAPI, Operation, ReferenceOr};

use crate::diagnostics::Severity;
use crate::ir;
use crate::manifest::{self, Manifest};
use crate::names::Noise;
use crate::normalize::{VENDOR_WEBHOOKS, WEBHOOKS_OF_3_1};
use schemas::escape;

/// What lowering is told beside the document.
pub(crate) struct Config<'m> {
    /// The document's file name, for the header of generated files.
    pub(crate) source: String,
    /// The portal that the API belongs to, if it does.
    pub(crate) portal: Option<(&'m Manifest, &'m manifest::Api)>,
    /// What is wanted; all operations, and the schemas that are used, where nothing is said.
    pub(crate) selection: Option<&'m manifest::Selection>,
    /// Whether what the document says beside types is wanted, which only the lock and comparisons need.
    pub(crate) limits: bool,
}

impl Config<'_> {
    fn client(&self) -> String {
        self.portal
            .map_or_else(|| "Client".to_owned(), |(_, api)| api.client.clone())
    }

    fn noise(&self) -> Noise {
        self.portal
            .map_or_else(Noise::default, |(manifest, _)| manifest.noise.clone())
    }

    fn decimal(&self) -> bool {
        self.portal
            .is_some_and(|(_, api)| api.numbers == manifest::Numbers::Decimal)
    }

    /// API Management's exports lose `required: true` of request bodies, so a portal's bodies are asked for.
    fn bodies_are_required(&self) -> bool {
        self.portal.is_some()
    }

    fn rules(&self, operation: &str) -> Option<&manifest::OperationRules> {
        self.portal?.1.operations.get(operation)
    }
}

/// What lowering found out about a document, by pointer into its normalized form.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    pub(crate) severity: Severity,
    pub(crate) rule: &'static str,
    pub(crate) pointer: String,
    pub(crate) message: String,
    pub(crate) help: String,
}

impl Finding {
    /// A value stays JSON although the document says something of it.
    fn json(pointer: &str, reason: &str) -> Self {
        Self {
            severity: Severity::Warning,
            rule: "json-fallback",
            pointer: pointer.to_owned(),
            message: format!("the value stays untyped JSON: {reason}"),
            help: "use it through `Json`, or mend the document".to_owned(),
        }
    }

    /// Something in an operation does not change what is sent or understood.
    fn note(rule: &'static str, pointer: &str, message: String) -> Self {
        Self {
            severity: Severity::Note,
            rule,
            pointer: pointer.to_owned(),
            message,
            help: String::new(),
        }
    }
}

/// An operation that was left out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Omission {
    pub(crate) pointer: String,
    pub(crate) reason: String,
    /// Whether the manifest asked for it.
    pub(crate) wanted: bool,
}

/// A lowered document.
#[derive(Debug)]
pub(crate) struct Lowered {
    pub(crate) api: ir::Api,
    pub(crate) findings: Vec<Finding>,
    pub(crate) omissions: Vec<Omission>,
    /// The operations that the document declares.
    pub(crate) declared: usize,
    /// What the manifest calls the declared operations.
    pub(crate) operation_keys: Vec<String>,
    /// The values that stayed JSON although the document says something of them.
    pub(crate) json_fallbacks: usize,
    /// The operations that are not selected, by pointer into the normalized document.
    pub(crate) unselected: Vec<String>,
    /// The component schemas that are left out since nothing reaches them.
    pub(crate) unreached: usize,
    /// What in the selection is of no use.
    pub(crate) useless: Vec<Useless>,
}

/// Lowers what is selected of a normalized document.
pub(crate) fn api(mut openapi: OpenAPI, config: &Config<'_>) -> Lowered {
    let selected = selection::apply(&mut openapi, config);
    let mut lowered = whole(&openapi, config, &selected.unreached);
    lowered.unreached = selected.unreached.len();
    lowered
        .findings
        .extend(unreached(&selected.unreached, config));
    lowered.declared += selected.left_out.len();
    // What the manifest says about them stays true.
    lowered.operation_keys.extend(selected.left_out_keys);
    lowered.unselected = selected.left_out;
    lowered.useless = selected.useless;
    lowered
}

/// The names of schemas that a note spells out.
const NAMED: usize = 3;

/// Says which schemas are left out, and how to have them.
fn unreached(names: &[String], config: &Config<'_>) -> Option<Finding> {
    let first = names.first()?;
    let named: Vec<String> = names
        .iter()
        .take(NAMED)
        .map(|name| format!("`{name}`"))
        .collect();
    let named = named.join(", ");
    let message = match names.len() - names.len().min(NAMED) {
        0 => format!("no operation leads to these schemas, so they are left out: {named}"),
        more => format!(
            "no operation leads to {} schemas, so they are left out: {named} and {more} more",
            names.len()
        ),
    };
    let help = match config.portal {
        Some(_) => "to have them, write `schemas: all` under `select` in the manifest",
        None => "to have them, ask for all schemas (`--all-schemas`)",
    };
    Some(Finding {
        help: help.to_owned(),
        ..Finding::note(
            "unreached-schemas",
            &format!("/components/schemas/{}", escape(first)),
            message,
        )
    })
}

/// Lowers a normalized document but for component schemas that nothing reaches.
fn whole(openapi: &OpenAPI, config: &Config<'_>, unreached: &[String]) -> Lowered {
    let extra = additional_operations(openapi);
    let no_components = merge::Components::new();
    let components = openapi
        .components
        .as_ref()
        .map_or(&no_components, |components| &components.schemas);
    let usage = usage::Usage::of(openapi, components);
    let mut types = schemas::Types::new(components, usage, config.decimal());
    types.components(&unreached.iter().map(String::as_str).collect());

    let mut operations = operations::Operations::new(openapi, config, types);
    operations.all(&extra);
    let mut lowered = operations.finish();
    lowered.findings.extend(webhooks(openapi));
    let api = &mut lowered.api;
    for index in recursion::end_alias_cycles(&mut api.types) {
        let pointer = &api.types[index].pointer;
        let finding = Finding::json(pointer, "it only refers back to itself");
        lowered.findings.push(finding);
        lowered.json_fallbacks += 1;
    }
    recursion::insert_boxes(&mut api.types);
    api.source = config.source.clone();
    api.title = openapi.info.title.clone();
    api.version = openapi.info.version.clone();
    api.description = openapi.info.description.clone().unwrap_or_default();
    api.client = config.client();
    api.servers = openapi.servers.iter().map(server).collect();
    exchanges::settle(api, config);
    if config.limits {
        api.limits = limits::of(openapi, api);
    }
    lowered
}

/// Says which requests of the server are nothing to call.
fn webhooks(openapi: &OpenAPI) -> impl Iterator<Item = Finding> {
    let sections = [
        (
            WEBHOOKS_OF_3_1,
            "webhooks are requests that the server sends; only their models are generated",
        ),
        (
            VENDOR_WEBHOOKS,
            "webhooks are requests that the server sends, so clients have none",
        ),
    ];
    sections.into_iter().filter_map(|(section, words)| {
        let webhooks = openapi.extensions.get(section)?.as_object()?;
        let names: Vec<&str> = webhooks.keys().map(String::as_str).collect();
        let message = format!("{words}: {}", names.join(", "));
        let pointer = format!("/{section}");
        Some(Finding::note("webhooks-not-generated", &pointer, message))
    })
}

/// An operation whose method `openapiv3` has no field for.
pub(crate) struct Additional {
    path: String,
    method: String,
    operation: Result<Operation, String>,
}

/// The operations under methods that `openapiv3` has no field for (OpenAPI 3.2).
fn additional_operations(openapi: &OpenAPI) -> Vec<Additional> {
    let mut found = Vec::new();
    for (path, item) in &openapi.paths.paths {
        let extensions = match item {
            ReferenceOr::Item(item) => &item.extensions,
            ReferenceOr::Reference { .. } => continue,
        };
        let operations = extensions
            .get("x-additional-operations")
            .and_then(serde_json::Value::as_object);
        for (method, operation) in operations.into_iter().flatten() {
            found.push(Additional {
                path: path.clone(),
                method: method.to_uppercase(),
                operation: serde_json::from_value(operation.clone()).map_err(|e| e.to_string()),
            });
        }
    }
    found
}

fn server(server: &openapiv3::Server) -> ir::Server {
    let variables = server.variables.iter().flatten();
    ir::Server {
        url: server.url.clone(),
        description: server.description.clone().unwrap_or_default(),
        variables: variables
            .map(|(name, variable)| ir::ServerVariable {
                name: name.clone(),
                default: variable.default.clone(),
                allowed: variable.enumeration.clone(),
            })
            .collect(),
    }
}

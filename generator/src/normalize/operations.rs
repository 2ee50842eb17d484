//! Operations, whichever version they come from.

use indexmap::IndexMap;
use openapiv3::{Callback, Operation, ReferenceOr, RequestBody};
use serde_json::{Map, Value};

use super::at::At;
use super::bodies;
use super::context::Context;
use super::info;
use super::parameters::{BodyParameter, Parameters, parameters};
use super::paths;
use super::read::{extensions, is_extension};
use super::resolve::{reference_in, reference_of};
use super::responses::responses;
use super::security;
use super::swagger2;
use super::template::{self, Variable};
use super::version::Version;

/// The members of operations, those of Swagger 2.0 included.
const MEMBERS: [&str; 15] = [
    "tags",
    "summary",
    "description",
    "externalDocs",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "callbacks",
    "deprecated",
    "security",
    "servers",
    "consumes",
    "produces",
    "schemes",
];

/// What the operations of one path have in common.
pub(crate) struct Shared<'s, 'a> {
    /// The variables of the path; nothing where the path is none, as of a callback.
    pub(crate) variables: Option<&'s [Variable]>,
    pub(crate) parameters: &'s Parameters<'a>,
}

/// Returns the operation at a position; some keep each in a file of its own and refer to it.
pub(crate) fn operation<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    shared: &Shared<'_, 'a>,
    at: &At<'_>,
) -> Operation {
    let Some(reference) = reference_in(map) else {
        return own_operation(cx, map, shared, at);
    };
    let reason = match cx.resolve_fully(reference, at.file) {
        Ok(target) => {
            let map = target.value.as_object();
            let built = map.and_then(|map| {
                cx.bring_in(&target, at, |cx, there| {
                    own_operation(cx, map, shared, there)
                })
            });
            if let Some(operation) = built {
                return operation;
            }
            let reason = format!("`{reference}` leads to something that is no operation");
            cx.error(
                at,
                "wrong-reference",
                reason.clone(),
                "correct the reference",
            );
            reason
        }
        Err(broken) => cx.broken(at, broken),
    };
    let mut operation = Operation::default();
    operation
        .extensions
        .insert("x-broken".to_owned(), Value::String(reason));
    operation
}

/// Returns one operation; what keeps it from being called is told in its `x-broken`.
fn own_operation<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    shared: &Shared<'_, 'a>,
    at: &At<'_>,
) -> Operation {
    cx.note_unknown(map, "an operation", &MEMBERS, at);
    let mut broken = shared.parameters.broken.clone();
    let mut own = parameters(cx, map, shared.variables, at);
    broken = broken.or(own.broken.take());
    if let Some(variables) = shared.variables {
        template::reconcile(cx, variables, &mut own, &shared.parameters.keys, at);
    }
    let request_body = match body(cx, map, &own, shared, at) {
        Ok(body) => body,
        Err(reason) => {
            broken = broken.or(Some(reason));
            None
        }
    };
    let produces = media_types(cx, map, "produces", at);
    let responses = match responses(cx, map, &produces, at) {
        Ok(responses) => responses,
        Err(reason) => {
            broken = broken.or(Some(reason));
            Default::default()
        }
    };
    let mut extensions = extensions(map);
    if let Some(reason) = broken {
        extensions.insert("x-broken".to_owned(), Value::String(reason));
    }
    Operation {
        tags: cx.texts(map, "tags", at),
        summary: cx.text(map, "summary", at),
        description: cx.text(map, "description", at),
        external_docs: info::external_docs(cx, map, at),
        operation_id: operation_id(cx, map, shared, at),
        parameters: own.plain,
        request_body,
        responses,
        callbacks: callbacks(cx, map, shared, at),
        deprecated: cx.flag(map, "deprecated", at),
        security: security::requirements(cx, map, at),
        servers: match cx.version {
            Version::V2 => swagger2::operation_servers(cx, map, at),
            Version::V30 | Version::V31 => info::servers(cx, map, at),
        },
        extensions,
    }
}

fn operation_id<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    shared: &Shared<'_, 'a>,
    at: &At<'_>,
) -> Option<String> {
    let id = cx.text(map, "operationId", at)?;
    if id.trim().is_empty() {
        cx.warn(
            &at.key("operationId"),
            "empty-operation-id",
            "`operationId` is empty and counts as missing",
            "name the operation, or remove it",
        );
        return None;
    }
    if shared.variables.is_some() && !cx.operation_ids.insert(id.clone()) {
        let message = format!("another operation has the operationId `{id}` too");
        cx.warn(
            &at.key("operationId"),
            "duplicate-operation-id",
            message,
            "give each operation its own",
        );
    }
    Some(id)
}

/// Returns the body of an operation, or why it cannot be called.
fn body<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    own: &Parameters<'a>,
    shared: &Shared<'_, 'a>,
    at: &At<'_>,
) -> Result<Option<ReferenceOr<RequestBody>>, String> {
    if let Some(body) = bodies::request_body(cx, map, at)? {
        return Ok(Some(body));
    }
    let named = |parameter: &BodyParameter<'a>| {
        own.body.iter().any(|other| {
            other.whole == parameter.whole
                && (other.whole || other.map.get("name") == parameter.map.get("name"))
        })
    };
    let mut parameters = own.body.clone();
    let inherited = shared
        .parameters
        .body
        .iter()
        .filter(|parameter| !named(parameter));
    parameters.extend(inherited.cloned());
    let consumes = media_types(cx, map, "consumes", at);
    let body = bodies::of_parameters(cx, &parameters, &consumes, at);
    Ok(body.map(ReferenceOr::Item))
}

/// Returns the media types that an operation of Swagger 2.0 names, or those of the document.
fn media_types<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    key: &str,
    at: &At<'_>,
) -> Vec<String> {
    if cx.version != Version::V2 {
        return Vec::new();
    }
    let own = cx.texts(map, key, at);
    match (own.is_empty(), key) {
        (false, _) => own,
        (true, "consumes") => cx.consumes.clone(),
        (true, _) => cx.produces.clone(),
    }
}

/// Returns the calls that the server makes, whose types a client may want to read.
///
/// Those that answer such a call in turn are nothing that a client has to do with.
fn callbacks<'a>(
    cx: &mut Context<'a>,
    operation: &'a Map<String, Value>,
    shared: &Shared<'_, 'a>,
    at: &At<'_>,
) -> IndexMap<String, Callback> {
    let Some(map) = cx.object(operation, "callbacks", at) else {
        return IndexMap::new();
    };
    let at = at.key("callbacks");
    if shared.variables.is_none() {
        cx.note(
            &at,
            "nested-callbacks",
            "callbacks of a callback or a webhook are left out",
        );
        return IndexMap::new();
    }
    let mut callbacks = IndexMap::with_capacity(map.len());
    for (name, value) in map {
        let here = at.key(name);
        let callback = match reference_of(value) {
            None => Some(callback(cx, value, &here)),
            Some(reference) => match cx.resolve_fully(reference, here.file) {
                Ok(target) => cx.bring_in(&target, &here, |cx, there| {
                    callback(cx, target.value, there)
                }),
                Err(broken) => {
                    let message = format!("{}; the callback is left out", broken.message);
                    cx.warn(&here, broken.rule, message, broken.help);
                    None
                }
            },
        };
        if let Some(callback) = callback {
            callbacks.insert(name.clone(), callback);
        }
    }
    callbacks
}

fn callback<'a>(cx: &mut Context<'a>, value: &'a Value, at: &At<'_>) -> Callback {
    let mut callback = Callback::new();
    if !value.is_object() {
        cx.warn(
            at,
            "mapping-expected",
            "a callback is no mapping and is left out",
            "write a mapping of expressions to path items",
        );
    }
    for (expression, item) in value.as_object().into_iter().flatten() {
        if !is_extension(expression)
            && let Some(item) = paths::path_item(cx, None, item, &at.key(expression))
        {
            callback.insert(expression.clone(), item);
        }
    }
    callback
}

//! Paths and their operations, webhooks included.

use std::sync::LazyLock;

use indexmap::IndexMap;
use openapiv3::{Operation, PathItem, Paths, ReferenceOr};
use serde_json::{Map, Value};

use super::at::{At, Step};
use super::context::{Context, Lost};
use super::info;
use super::operations::{Shared, operation};
use super::parameters::parameters;
use super::read::{extensions, is_extension};
use super::resolve::reference_in;
use super::template::{self, variables};
use crate::document::pointer;

/// Returns all paths of a document.
pub(crate) fn paths<'a>(cx: &mut Context<'a>, root: &'a Map<String, Value>, at: &At<'_>) -> Paths {
    let mut paths = Paths::default();
    for section in ["paths", "x-ms-paths"] {
        lose_overridden(cx, section);
        let Some(kept) = cx.kept(root, section, at) else {
            continue;
        };
        let at = At::start(kept.file, &kept.pointer, "/paths");
        if kept.pointer != "/paths" {
            cx.moved(&at);
        }
        for (path, value) in kept.value.as_object().into_iter().flatten() {
            if is_extension(path) {
                paths.extensions.insert(path.clone(), value.clone());
                continue;
            }
            let mended = mended_path(cx, path, value, &at);
            let at = at.step(Step::Key(path), Step::Key(&mended));
            if *path != mended || section != "paths" {
                cx.moved(&at);
            }
            if let Some(item) = path_item(cx, Some(&mended), value, &at) {
                add(cx, &mut paths, mended.clone(), item, &at);
            }
        }
    }
    paths
}

/// Counts the operations that are not in the tree, since their path or their method stands there twice.
fn lose_overridden(cx: &mut Context<'_>, section: &str) {
    let set = cx.set;
    for place in set.main.overridden_members(section, &METHODS) {
        let reason = "its path or its method stands in the document once more, further down";
        cx.lost.push(Lost {
            place,
            reason: reason.to_owned(),
        });
    }
}

/// Returns a path as OpenAPI writes it: with a slash in front, without spaces around, and with variables in braces.
fn mended_path(cx: &mut Context<'_>, path: &str, item: &Value, at: &At<'_>) -> String {
    let trimmed = path.trim().trim_start_matches('/');
    let parts = trimmed.split('/').map(|part| match part.strip_prefix(':') {
        Some(name) if declares(item, name) => format!("{{{name}}}"),
        _ => part.to_owned(),
    });
    let rest = parts.collect::<Vec<_>>().join("/");
    let slashes = path.trim().len() - trimmed.len();
    let mended = format!("{}{rest}", "/".repeat(slashes.max(1)));
    if mended != path {
        let message = format!("the path `{path}` is read as `{mended}`");
        let help = "begin the path with a slash, leave no spaces, and put variables into braces";
        cx.warn(&at.key(path), "odd-path", message, help);
    }
    mended
}

/// Returns whether a path item or one of its operations declares a path parameter of a name.
fn declares(item: &Value, name: &str) -> bool {
    let is_it = |parameter: &Value| {
        parameter.get("in").is_some_and(|place| place == "path")
            && parameter.get("name").is_some_and(|there| there == name)
    };
    let in_list = |owner: &Value| {
        let list = owner.get("parameters").and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(is_it))
    };
    in_list(item)
        || item
            .as_object()
            .is_some_and(|map| map.values().any(in_list))
}

/// Adds a path; where mending made it the same as another, their operations come together.
fn add(cx: &mut Context<'_>, paths: &mut Paths, path: String, item: PathItem, at: &At<'_>) {
    match paths.paths.get_mut(&path) {
        Some(ReferenceOr::Item(there)) => merge(cx, there, item, at),
        _ => {
            paths.paths.insert(path, ReferenceOr::Item(item));
        }
    }
}

/// Adds to a path item what another one, at a position, has beyond it.
fn merge(cx: &mut Context<'_>, there: &mut PathItem, other: PathItem, at: &At<'_>) {
    let pairs = [
        ("get", &mut there.get, other.get),
        ("put", &mut there.put, other.put),
        ("post", &mut there.post, other.post),
        ("delete", &mut there.delete, other.delete),
        ("options", &mut there.options, other.options),
        ("head", &mut there.head, other.head),
        ("patch", &mut there.patch, other.patch),
        ("trace", &mut there.trace, other.trace),
    ];
    for (method, own, new) in pairs {
        match (&own, new) {
            (None, new) => *own = new,
            (Some(_), Some(_)) => {
                let reason = format!("the same path has another operation `{method}`");
                cx.lose(&at.key(method), reason);
            }
            (Some(_), None) => {}
        }
    }
    there.summary = there.summary.take().or(other.summary);
    there.description = there.description.take().or(other.description);
    if there.servers.is_empty() {
        there.servers = other.servers;
    }
    for parameter in other.parameters {
        if !there.parameters.contains(&parameter) {
            there.parameters.push(parameter);
        }
    }
    for (key, value) in other.extensions {
        there.extensions.entry(key).or_insert(value);
    }
}

/// Returns the path item at a position, with what it refers to brought in.
///
/// `path` is nothing where no template of a path applies, as in callbacks.
pub(crate) fn path_item<'a>(
    cx: &mut Context<'a>,
    path: Option<&str>,
    value: &'a Value,
    at: &At<'_>,
) -> Option<PathItem> {
    let Some(map) = value.as_object() else {
        if !value.is_null() {
            cx.warn(
                at,
                "mapping-expected",
                "the path holds no mapping of methods and is left out",
                "write a mapping of methods to operations",
            );
        }
        return None;
    };
    let Some(reference) = reference_in(map) else {
        return Some(own_item(cx, path, map, at));
    };
    let mut own = (map.len() > 1).then(|| own_item(cx, path, map, at));
    let target = match cx.resolve(reference, at.file) {
        Ok(target) => target,
        Err(broken) => {
            let lost = format!(
                "{}; the operations of the path are left out",
                broken.message
            );
            cx.error(&at.key("$ref"), broken.rule, lost, broken.help);
            return own;
        }
    };
    let referred = cx.bring_in(&target, at, |cx, there| {
        path_item(cx, path, target.value, there)
    });
    match (&mut own, referred.flatten()) {
        (Some(own), Some(referred)) => {
            let there = at.elsewhere(target.file, &target.pointer);
            merge(cx, own, referred, &there.at());
        }
        (None, referred) => own = referred,
        (Some(_), None) => {}
    }
    own
}

fn own_item<'a>(
    cx: &mut Context<'a>,
    path: Option<&str>,
    map: &'a Map<String, Value>,
    at: &At<'_>,
) -> PathItem {
    let variables = path.map(variables);
    let mut common = parameters(cx, map, variables.as_deref(), at);
    if let Some(variables) = &variables {
        template::reconcile_shared(cx, variables, &mut common, at);
    }
    let mut item = PathItem {
        summary: cx.text(map, "summary", at),
        description: cx.text(map, "description", at),
        servers: info::servers(cx, map, at),
        extensions: extensions(map),
        ..PathItem::default()
    };
    let shared = Shared {
        variables: variables.as_deref(),
        parameters: &common,
    };
    let mut more = IndexMap::new();
    for (key, value) in map {
        methods(cx, &mut item, &mut more, &shared, key, value, at);
    }
    if !more.is_empty() {
        let more = serde_json::to_value(more).unwrap_or(Value::Null);
        item.extensions
            .insert("x-additional-operations".to_owned(), more);
    }
    item.parameters = common.plain;
    item
}

/// Reads one member of a path item that may be an operation.
fn methods<'a>(
    cx: &mut Context<'a>,
    item: &mut PathItem,
    more: &mut IndexMap<String, Operation>,
    shared: &Shared<'_, 'a>,
    key: &str,
    value: &'a Value,
    at: &At<'_>,
) {
    match key {
        "summary" | "description" | "servers" | "parameters" | "$ref" => return,
        "additionalOperations" => {
            let at = at.step(Step::Key(key), Step::Key("x-additional-operations"));
            additional(cx, more, shared, value, &at);
            return;
        }
        key if is_extension(key) || key.starts_with("x-") => return,
        _ => {}
    }
    let at = at.key(key);
    let method = key.to_ascii_lowercase();
    let Some(map) = operation_map(cx, shared, key, value, is_method(&method), &at) else {
        return;
    };
    let slot = match method.as_str() {
        "get" => &mut item.get,
        "put" => &mut item.put,
        "post" => &mut item.post,
        "delete" => &mut item.delete,
        "options" => &mut item.options,
        "head" => &mut item.head,
        "patch" => &mut item.patch,
        "trace" => &mut item.trace,
        "query" => {
            more.insert("QUERY".to_owned(), operation(cx, map, shared, &at));
            return;
        }
        _ if map.contains_key("responses") && is_token(key) => {
            let message = format!("`{key}` is no method of OpenAPI, and is sent as it is written");
            cx.warn(&at, "odd-method", message, "check the method");
            more.insert(key.to_ascii_uppercase(), operation(cx, map, shared, &at));
            return;
        }
        _ => {
            let message = format!("`{key}` is no method and is left out");
            cx.warn(&at, "odd-method", message, "write a method in lower case");
            return;
        }
    };
    if slot.is_some() {
        let reason = format!("`{key}` is the method `{method}` once more");
        lose(cx, shared, &at, reason);
        return;
    }
    if method != key {
        let message = format!("the method `{key}` is not written in lower case");
        cx.warn(&at, "odd-method", message, "write it in lower case");
    }
    let built = match method == key {
        true => operation(cx, map, shared, &at),
        false => {
            let parent_from = at.from();
            let parent_to = format!("{}/{method}", pointer::parent(&at.to()));
            let here = At::start(at.file, &parent_from, &parent_to);
            cx.moved(&here);
            operation(cx, map, shared, &here)
        }
    };
    *slot = Some(built);
}

/// Reads the operations of OpenAPI 3.2 whose methods have no member of their own.
fn additional<'a>(
    cx: &mut Context<'a>,
    more: &mut IndexMap<String, Operation>,
    shared: &Shared<'_, 'a>,
    value: &'a Value,
    at: &At<'_>,
) {
    let Some(methods) = value.as_object() else {
        if !value.is_null() {
            cx.warn(
                at,
                "mapping-expected",
                "`additionalOperations` is not a mapping and is left out",
                "write a mapping of methods to operations",
            );
        }
        return;
    };
    for (method, value) in methods {
        let at = at.key(method);
        cx.moved(&at);
        if let Some(map) = operation_map(cx, shared, method, value, true, &at) {
            more.insert(method.clone(), operation(cx, map, shared, &at));
        }
    }
}

/// Returns the mapping of a member that should be an operation; one that is none is lost.
fn operation_map<'a>(
    cx: &mut Context<'a>,
    shared: &Shared<'_, 'a>,
    key: &str,
    value: &'a Value,
    is_method: bool,
    at: &At<'_>,
) -> Option<&'a Map<String, Value>> {
    static EMPTY: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
    match value {
        Value::Object(map) => Some(map),
        Value::Null => {
            cx.null_member(key, at);
            None
        }
        Value::Array(items) if items.is_empty() && is_method => {
            let message = format!("`{key}` is an empty list, and is read as an empty mapping");
            let help = "write a mapping with `responses`";
            cx.warn(at, "mapping-expected", message, help);
            Some(&EMPTY)
        }
        _ if is_method => {
            lose(
                cx,
                shared,
                at,
                format!("`{key}` holds no mapping, so no operation"),
            );
            None
        }
        _ => {
            let message = format!("`{key}` is no method and is left out");
            cx.warn(at, "odd-method", message, "write a method in lower case");
            None
        }
    }
}

/// Leaves an operation out; those of callbacks and webhooks are not the client's, so they only get a warning.
fn lose(cx: &mut Context<'_>, shared: &Shared<'_, '_>, at: &At<'_>, reason: String) {
    match shared.variables {
        Some(_) => cx.lose(at, reason),
        None => cx.warn(
            at,
            "odd-method",
            format!("{reason}; it is left out"),
            "write a mapping with `responses`",
        ),
    }
}

/// The methods that a path item of OpenAPI 3.2 has members for, in lower case.
pub(crate) const METHODS: [&str; 9] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace", "query",
];

fn is_method(word: &str) -> bool {
    METHODS.contains(&word)
}

/// Returns whether a method can be sent at all (RFC 9110, 5.6.2).
fn is_token(method: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !method.is_empty() && method.bytes().all(token)
}

/// Where webhooks stand in documents, and where they travel: those of OpenAPI 3.1, and those of the extension that
/// vendors used before.
const WEBHOOKS: [(&str, &str); 2] = [
    ("webhooks", WEBHOOKS_OF_3_1),
    ("x-webhooks", VENDOR_WEBHOOKS),
];
/// What the calls of the server to its users travel as, by name.
pub(crate) const WEBHOOKS_OF_3_1: &str = "x-webhooks";
/// What the names of such calls travel as where the document has them in an extension.
pub(crate) const VENDOR_WEBHOOKS: &str = "x-vendor-webhooks";

/// Reads the calls that the server makes to its users into extensions.
pub(crate) fn webhooks<'a>(
    cx: &mut Context<'a>,
    root: &'a Map<String, Value>,
    at: &At<'_>,
    extensions: &mut IndexMap<String, Value>,
) {
    for (section, travels_as) in WEBHOOKS {
        let Some(map) = cx.object(root, section, at) else {
            continue;
        };
        let at = at.step(Step::Key(section), Step::Key(travels_as));
        cx.moved(&at);
        let mut webhooks: IndexMap<&str, Option<PathItem>> = IndexMap::new();
        for (name, value) in map {
            match travels_as {
                _ if is_extension(name) => {}
                // Only told: they lead to nothing that is generated.
                VENDOR_WEBHOOKS => {
                    webhooks.insert(name, None);
                }
                _ => {
                    if let Some(item) = path_item(cx, None, value, &at.key(name)) {
                        webhooks.insert(name, Some(item));
                    }
                }
            }
        }
        if !webhooks.is_empty() {
            let webhooks = serde_json::to_value(webhooks).unwrap_or(Value::Null);
            extensions.insert(travels_as.to_owned(), webhooks);
        }
    }
}

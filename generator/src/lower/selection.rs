//! The part of a document that is selected: operations, and the schemas that they reach.

use std::collections::{BTreeSet, HashSet};

use indexmap::IndexMap;
use openapiv3::{OpenAPI, Operation, PathItem, ReferenceOr};
use serde_json::Value;

use super::Config;
use super::schemas::escape;
use super::usage::{Usage, is_parent};
use crate::diagnostics::{Diagnostic, Place};
use crate::document::pointer;
use crate::manifest::{Candidate, Selection, operation_key};

const SCHEMAS: &str = "#/components/schemas/";

/// What a selection leaves of a document, and what came to light.
pub(super) struct Selected {
    /// The document without all that is not selected.
    pub(super) openapi: OpenAPI,
    /// The operations that are not selected, by pointer into the normalized document.
    pub(super) left_out: Vec<String>,
    /// What the manifest calls these operations.
    pub(super) left_out_keys: Vec<String>,
    /// What in the selection is of no use.
    pub(super) useless: Vec<Useless>,
}

/// Something in a selection that is of no use.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Useless {
    /// Where it stands in the selection.
    pub(crate) pointer: String,
    pub(crate) message: String,
}

impl Useless {
    /// The same as an error at a place.
    pub(crate) fn diagnostic(self, place: Place) -> Diagnostic {
        let help = "correct it or take it away";
        Diagnostic::error("selection", place, self.message, help)
    }
}

/// Takes all that is not selected out of a document.
pub(super) fn apply(openapi: &OpenAPI, selection: &Selection, config: &Config<'_>) -> Selected {
    let mut selector = Selector {
        selection,
        config,
        seen: BTreeSet::new(),
    };
    let mut selected = Selected {
        openapi: openapi.clone(),
        left_out: Vec::new(),
        left_out_keys: Vec::new(),
        useless: Vec::new(),
    };
    let mut paths = std::mem::take(&mut selected.openapi.paths.paths);
    let mut kept = 0;
    for (path, item) in &mut paths {
        if let ReferenceOr::Item(item) = item {
            kept += selector.keep(path, item, &mut selected);
        }
    }
    selected.openapi.paths.paths = paths;
    selected.useless = selector.useless(kept == 0);
    if let Some(used) = reached(&selected.openapi) {
        let components = selected.openapi.components.as_mut();
        let schemas = components.map(|components| &mut components.schemas);
        schemas
            .into_iter()
            .for_each(|schemas| schemas.retain(|name, _| used.contains(name)));
    }
    selected
}

struct Selector<'m> {
    selection: &'m Selection,
    config: &'m Config<'m>,
    /// The pointers below the selection of what was of use.
    seen: BTreeSet<String>,
}

impl Selector<'_> {
    /// Takes the operations of a path that are not selected away, and counts the others.
    fn keep(&mut self, path: &str, item: &mut PathItem, selected: &mut Selected) -> usize {
        let mut kept = 0;
        for (method, slot) in slots(item) {
            let Some(operation) = slot else { continue };
            let id = operation.operation_id.as_deref().unwrap_or_default();
            let key = operation_key(id, method, path);
            match self.is_selected(path, method, &key, &operation.tags) {
                true => kept += 1,
                false => {
                    selected.leave_out(path, method, key);
                    *slot = None;
                }
            }
        }
        // Methods that `openapiv3` has no field for.
        let additional = item.extensions.get_mut("x-additional-operations");
        if let Some(operations) = additional.and_then(Value::as_object_mut) {
            operations.retain(|method, operation| {
                let method = method.to_uppercase();
                let read = serde_json::from_value::<Operation>(operation.clone());
                let (id, tags) = read.map_or_else(
                    |_| Default::default(),
                    |read| (read.operation_id.unwrap_or_default(), read.tags),
                );
                let key = operation_key(&id, &method, path);
                let is_selected = self.is_selected(path, &method, &key, &tags);
                match is_selected {
                    true => kept += 1,
                    false => selected.leave_out(path, &method, key),
                }
                is_selected
            });
        }
        kept
    }

    fn is_selected(&mut self, path: &str, method: &str, key: &str, tags: &[String]) -> bool {
        let operation = Candidate {
            key,
            method,
            path,
            tags,
        };
        let Selection {
            include, exclude, ..
        } = self.selection;
        for (key, filter) in [("include", include), ("exclude", exclude)] {
            for entry in filter.entries().filter(|entry| entry.names(&operation)) {
                let pointer = format!("/{key}/{}/{}", entry.key, entry.index);
                self.seen.insert(pointer);
            }
        }
        let is_granted = self.is_granted(&operation);
        let is_included = include.is_empty() || include.names(&operation);
        is_included && !exclude.names(&operation) && is_granted
    }

    /// Whether one of the bundles grants an operation, where any is named.
    fn is_granted(&mut self, operation: &Candidate<'_>) -> bool {
        let mut is_granted = self.selection.bundles.is_empty();
        let Some((manifest, api)) = self.config.portal else {
            return is_granted;
        };
        let needed = api.access_of(operation.key, operation.method);
        for (index, name) in self.selection.bundles.iter().enumerate() {
            let bundle = manifest.bundles.iter().find(|one| one.name == *name);
            let granted = bundle.and_then(|bundle| bundle.access.get(&api.id));
            if granted.is_some_and(|granted| *granted >= needed) {
                self.seen.insert(format!("/bundles/{index}"));
                is_granted = true;
            }
        }
        is_granted
    }

    /// What names no operation or, where that names some, leaves nothing together.
    fn useless(&self, nothing_left: bool) -> Vec<Useless> {
        let portal = self.config.portal;
        let document = portal.map_or(&self.config.source, |(_, api)| &api.document);
        let mut useless = Vec::new();
        let filters = [
            ("include", &self.selection.include),
            ("exclude", &self.selection.exclude),
        ];
        for (key, filter) in filters {
            for entry in filter.entries() {
                let pointer = format!("/{key}/{}/{}", entry.key, entry.index);
                if !self.seen.contains(&pointer) {
                    useless.push(Useless {
                        pointer,
                        message: format!("`{}` names no operation of `{document}`", entry.text),
                    });
                }
            }
        }
        for (index, name) in self.selection.bundles.iter().enumerate() {
            let pointer = format!("/bundles/{index}");
            if !self.seen.contains(&pointer) {
                useless.push(Useless {
                    pointer,
                    message: format!("`{name}` grants no operation of `{document}`"),
                });
            }
        }
        if useless.is_empty() && nothing_left {
            useless.push(Useless {
                pointer: String::new(),
                message: format!("no operation of `{document}` is selected"),
            });
        }
        useless
    }
}

impl Selected {
    fn leave_out(&mut self, path: &str, method: &str, key: String) {
        let method = method.to_lowercase();
        let pointer = format!("/paths/{}/{method}", escape(path));
        self.left_out.push(pointer);
        self.left_out_keys.push(key);
    }
}

/// The operations of a path, by method.
fn slots(item: &mut PathItem) -> [(&'static str, &mut Option<Operation>); 8] {
    [
        ("GET", &mut item.get),
        ("PUT", &mut item.put),
        ("POST", &mut item.post),
        ("DELETE", &mut item.delete),
        ("OPTIONS", &mut item.options),
        ("HEAD", &mut item.head),
        ("PATCH", &mut item.patch),
        ("TRACE", &mut item.trace),
    ]
}

/// The component schemas that operations lead to, in whatever way: what looks like a reference is one. A parent
/// with a discriminator leads to its children. Nothing where the document cannot be written down.
fn reached(openapi: &OpenAPI) -> Option<HashSet<String>> {
    let components = openapi.components.as_ref()?;
    let usage = Usage::of(openapi, &components.schemas);
    let families: IndexMap<&str, &Vec<&str>> = usage
        .children
        .iter()
        .filter(|(parent, _)| is_parent(&components.schemas, parent))
        .map(|(parent, children)| (*parent, children))
        .collect();
    let all = serde_json::json!({ "components": serde_json::to_value(components).ok()? });
    let mut work = Vec::new();
    references(&serde_json::to_value(&openapi.paths).ok()?, &mut work);
    let mut followed = HashSet::new();
    let mut found = HashSet::new();
    while let Some(reference) = work.pop() {
        if !followed.insert(reference.clone()) {
            continue;
        }
        if let Some(name) = reference.strip_prefix(SCHEMAS) {
            let name = name.split('/').next().unwrap_or(name);
            let name = name.replace("~1", "/").replace("~0", "~");
            for child in families.get(name.as_str()).into_iter().copied().flatten() {
                work.push(schema_reference(child));
            }
            found.insert(name);
        }
        let target = reference.strip_prefix('#');
        if let Some(target) = target.and_then(|target| all.pointer(target)) {
            references(target, &mut work);
        }
    }
    Some(found)
}

/// Everything in a value that refers to a component, a discriminator's mapping among it.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with("#/components/") => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(members) => {
            if let Some(Value::Object(mapping)) = members.get("mapping") {
                let names = mapping.values().filter_map(Value::as_str);
                let names = names.filter(|name| !name.contains(['/', '#']));
                found.extend(names.map(schema_reference));
            }
            members
                .values()
                .for_each(|member| references(member, found));
        }
        _ => {}
    }
}

fn schema_reference(name: &str) -> String {
    let mut reference = SCHEMAS.trim_end_matches('/').to_owned();
    pointer::push(&mut reference, name);
    reference
}

//! The part of a document that is generated: the selected operations, and the schemas that they reach.

use std::collections::BTreeSet;

use openapiv3::{OpenAPI, Operation, PathItem, ReferenceOr};
use serde_json::Value;

use super::schemas::escape;
use super::{Config, reach};
use crate::diagnostics::{Diagnostic, Place};
use crate::manifest::{Candidate, Schemas, Selection, operation_key};

/// What a selection leaves out of a document, and what came to light.
#[derive(Default)]
pub(super) struct Selected {
    /// The operations that are not selected, by pointer into the normalized document.
    pub(super) left_out: Vec<String>,
    /// What the manifest calls these operations.
    pub(super) left_out_keys: Vec<String>,
    /// The component schemas that nothing reaches any more, or did from the beginning.
    pub(super) unreached: Vec<String>,
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

/// Takes the operations that are not selected out of a document, and tells which schemas nothing reaches then. These stay
/// in it: their names are taken, and what they say of others is still said.
pub(super) fn apply(openapi: &mut OpenAPI, config: &Config<'_>) -> Selected {
    let all = Selection::default();
    let selection = config.selection.unwrap_or(&all);
    let names_operations = selection.names_operations();
    let mut selected = Selected::default();
    if names_operations {
        operations(openapi, selection, config, &mut selected);
    }
    if selection.schemas == Schemas::Used && has_operations(openapi) {
        // What the server sends by itself is in no selection of operations.
        selected.unreached = reach::unreached(openapi, !names_operations);
    }
    selected
}

/// Takes the operations that are not selected out of a document.
fn operations(
    openapi: &mut OpenAPI,
    selection: &Selection,
    config: &Config<'_>,
    selected: &mut Selected,
) {
    let mut selector = Selector {
        selection,
        config,
        seen: BTreeSet::new(),
    };
    let mut kept = 0;
    for (path, item) in &mut openapi.paths.paths {
        if let ReferenceOr::Item(item) = item {
            kept += selector.keep(path, item, selected);
        }
    }
    selected.useless = selector.useless(kept == 0);
}

/// Whether a document is more than schemas.
fn has_operations(openapi: &OpenAPI) -> bool {
    let mut items = openapi
        .paths
        .paths
        .values()
        .filter_map(ReferenceOr::as_item);
    items.any(|item| {
        item.iter().next().is_some() || item.extensions.contains_key("x-additional-operations")
    })
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

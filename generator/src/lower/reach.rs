//! The component schemas that are reached: by operations and their callbacks, and by webhooks as OpenAPI 3.1 has them.
//!
//! Vendors' own `x-webhooks` reach nothing: they are no part of OpenAPI, and what only they name is most of the text in
//! documents that have them.

use std::collections::HashSet;

use indexmap::IndexMap;
use openapiv3::{Components, OpenAPI};
use serde::Serialize;
use serde_json::Value;

use super::usage::{children_of, is_parent};
use crate::document::pointer;
use crate::normalize::WEBHOOKS_OF_3_1;

/// The component schemas that nothing reaches, in the document's order. `webhooks` says whether what the server sends by
/// itself counts.
pub(super) fn unreached(openapi: &OpenAPI, webhooks: bool) -> Vec<String> {
    // What cannot be written down cannot be searched either, so all of it stays.
    let Ok(reached) = reached(openapi, webhooks) else {
        return Vec::new();
    };
    let components = openapi.components.iter();
    let names = components.flat_map(|components| components.schemas.keys());
    names
        .filter(|name| !reached.contains(*name))
        .cloned()
        .collect()
}

/// The schemas that are reached in whatever way: what looks like a reference is one. A parent with a discriminator
/// leads to its children, which nothing else may name.
fn reached(openapi: &OpenAPI, webhooks: bool) -> serde_json::Result<HashSet<String>> {
    let none = Components::default();
    let components = openapi.components.as_ref().unwrap_or(&none);
    let mut search = Search {
        components,
        families: children_of(&components.schemas),
        work: Vec::new(),
    };
    search
        .families
        .retain(|parent, _| is_parent(&components.schemas, parent));
    // One by one, since all of it at once would be the document once more.
    for item in openapi.paths.paths.values() {
        search.read(item)?;
    }
    if webhooks {
        search.read(&openapi.extensions.get(WEBHOOKS_OF_3_1))?;
    }
    let mut followed = HashSet::new();
    let mut schemas = HashSet::new();
    // Where all are reached, as in most documents, there is nothing to look for any more.
    while schemas.len() < components.schemas.len()
        && let Some(target) = search.work.pop()
    {
        if !followed.insert(target.clone()) {
            continue;
        }
        search.follow(&target)?;
        if target.section == SCHEMAS && components.schemas.contains_key(&target.name) {
            schemas.insert(target.name);
        }
    }
    Ok(schemas)
}

const SCHEMAS: &str = "schemas";

/// A component that something refers to.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Target {
    section: String,
    name: String,
}

impl Target {
    fn schema(name: &str) -> Self {
        Self {
            section: SCHEMAS.to_owned(),
            name: name.to_owned(),
        }
    }

    /// What `#/components/<section>/<name>` refers to, or a place within that.
    fn of(reference: &str) -> Option<Self> {
        let path = reference.strip_prefix('#')?;
        let mut segments = pointer::segments(path.strip_prefix("/components")?);
        Some(Self {
            section: segments.next()?.into(),
            name: segments.next()?.into(),
        })
    }

    /// The same, where the name alone is enough.
    fn named(text: &str) -> Self {
        Self::of(text).unwrap_or_else(|| Self::schema(text))
    }
}

struct Search<'a> {
    components: &'a Components,
    /// The children of parents with a discriminator.
    families: IndexMap<&'a str, Vec<&'a str>>,
    work: Vec<Target>,
}

impl Search<'_> {
    fn follow(&mut self, target: &Target) -> serde_json::Result<()> {
        let Components {
            schemas,
            responses,
            parameters,
            request_bodies,
            headers,
            links,
            callbacks,
            ..
        } = self.components;
        let name = target.name.as_str();
        match target.section.as_str() {
            SCHEMAS => {
                let children = self.families.get(name).into_iter().flatten();
                let children: Vec<Target> = children.map(|name| Target::schema(name)).collect();
                self.work.extend(children);
                self.read(&schemas.get(name))
            }
            "responses" => self.read(&responses.get(name)),
            "parameters" => self.read(&parameters.get(name)),
            "requestBodies" => self.read(&request_bodies.get(name)),
            "headers" => self.read(&headers.get(name)),
            "links" => self.read(&links.get(name)),
            "callbacks" => self.read(&callbacks.get(name)),
            // Examples and security schemes have no schemas.
            _ => Ok(()),
        }
    }

    fn read(&mut self, part: &impl Serialize) -> serde_json::Result<()> {
        references(&serde_json::to_value(part)?, &mut self.work);
        Ok(())
    }
}

/// Everything in a value that refers to a component, what names a schema without a reference among it.
fn references(value: &Value, found: &mut Vec<Target>) {
    match value {
        Value::String(text) => found.extend(Target::of(text)),
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(members) => {
            for (key, member) in members {
                match (key.as_str(), member) {
                    ("x-content-schema" | "x-default-mapping", Value::String(name)) => {
                        found.push(Target::named(name));
                    }
                    ("mapping", Value::Object(mapping)) => {
                        let names = mapping.values().filter_map(Value::as_str);
                        found.extend(names.map(Target::named));
                        references(member, found);
                    }
                    _ => references(member, found),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

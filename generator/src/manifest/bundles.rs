//! Bundles: their own section, and what they include of each other.

use std::collections::{BTreeMap, BTreeSet};

use super::reader::{Node, suggestion};
use super::sections::ACCESS;
use super::{Access, Api, Bundle, values};
use crate::names;

/// The bundles of a manifest with everything they include.
pub(super) fn read(node: &Node<'_>, portal: &str, apis: &[Api]) -> Vec<Bundle> {
    let entries = node.some_entries("a bundle");
    let names: Vec<_> = entries.iter().map(|(name, _)| *name).collect();
    let own: Vec<_> = entries
        .iter()
        .map(|(name, node)| Own::read(name, node, &names, apis))
        .collect();
    own.iter()
        .map(|bundle| bundle.complete(&own, portal))
        .collect()
}

/// A bundle as it is written.
struct Own<'a> {
    name: &'a str,
    node: &'a Node<'a>,
    description: String,
    includes: Vec<String>,
    access: BTreeMap<String, Access>,
    scopes: Vec<String>,
}

impl<'a> Own<'a> {
    fn read(name: &'a str, node: &'a Node<'a>, names: &[&str], apis: &[Api]) -> Self {
        values::check_name(node, name, names::type_name(name));
        node.fields(|fields| Self {
            name,
            node,
            description: fields.required("description", Node::text),
            includes: fields
                .optional("includes", |node| includes(node, names))
                .unwrap_or_default(),
            access: fields.required("access", |node| access(node, apis)),
            scopes: fields.optional("scopes", values::texts).unwrap_or_default(),
        })
    }

    fn complete(&self, all: &[Self], portal: &str) -> Bundle {
        let mut access = BTreeMap::new();
        let mut scopes = BTreeSet::new();
        for bundle in self.with_included(all) {
            for (api, level) in &bundle.access {
                let granted = access.entry(api.clone()).or_insert(*level);
                *granted = (*granted).max(*level);
            }
            scopes.extend(bundle.scopes.iter().cloned());
        }
        Bundle {
            name: self.name.to_owned(),
            feature: format!("{portal}-{}", names::words(self.name).join("-")),
            description: self.description.clone(),
            access,
            scopes: scopes.into_iter().collect(),
        }
    }

    /// The bundle and all it includes, each once.
    fn with_included<'o>(&'o self, all: &'o [Self]) -> Vec<&'o Self> {
        let mut found = vec![self];
        let mut next = 0;
        while let Some(bundle) = found.get(next) {
            next += 1;
            let included = all
                .iter()
                .filter(|other| bundle.includes.contains(&other.name.to_owned()));
            let included: Vec<_> = included.collect();
            for other in included {
                if other.name == self.name {
                    self.node.problem(
                        "manifest-bundle",
                        format!("bundle `{}` includes itself", self.name),
                        "take one of the `includes` on the way back to it away",
                    );
                } else if !found.iter().any(|known| known.name == other.name) {
                    found.push(other);
                }
            }
        }
        found
    }
}

fn includes(node: &Node<'_>, names: &[&str]) -> Vec<String> {
    let read = |item: &Node<'_>| {
        let name = item.text();
        if !name.is_empty() && !names.contains(&name.as_str()) {
            item.problem(
                "manifest-bundle",
                format!("there is no bundle `{name}`"),
                suggestion(&name, names),
            );
        }
        name
    };
    node.list().iter().map(read).collect()
}

fn access(node: &Node<'_>, apis: &[Api]) -> BTreeMap<String, Access> {
    let ids: Vec<_> = apis.iter().map(|api| api.id.as_str()).collect();
    let read = |(id, node): &(&str, Node<'_>)| {
        if !ids.contains(id) {
            node.problem(
                "manifest-api",
                format!("there is no API `{id}`"),
                suggestion(id, &ids),
            );
        }
        ((*id).to_owned(), node.word(&ACCESS))
    };
    let entries = node.some_entries("an API");
    entries.iter().map(read).collect()
}

//! A portal as this command sees it: operations, and who may call them.

use std::collections::{BTreeMap, BTreeSet};

use portal_generator::diagnostics::Diagnostic;
use portal_generator::ir;
use portal_generator::manifest::{self, Api, Bundle, Manifest};
use portal_generator::{OperationFacts, Output};
use serde_json::{Value, json};

use crate::codegen::Generated;

/// A portal, with what was made of its documents.
pub(super) struct Portal {
    pub(super) manifest: Manifest,
    outputs: BTreeMap<String, Output>,
}

/// The right to read from or write to an API. They are in the order of the manifest, reading first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Permission {
    /// The API, by its place in the manifest.
    api: usize,
    writes: bool,
}

/// An operation and the API that it belongs to.
#[derive(Clone, Copy)]
pub(super) struct Operation<'p> {
    pub(super) api: &'p Api,
    pub(super) facts: &'p OperationFacts,
    pub(super) needs: Permission,
}

impl Portal {
    pub(super) fn new(manifest: &Manifest, generated: Generated) -> Self {
        let apis = generated.apis.into_iter();
        Self {
            manifest: manifest.clone(),
            outputs: apis.map(|api| (api.id, api.output)).collect(),
        }
    }

    /// Everything there is to say about the documents.
    pub(super) fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        self.outputs.values().flat_map(|output| &output.diagnostics)
    }

    /// All operations, in the order of manifest and documents.
    pub(super) fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        let apis = self.manifest.apis.iter().enumerate();
        apis.flat_map(|(index, api)| {
            let output = self.outputs.get(&api.id);
            let all = output.into_iter().flat_map(|output| &output.operations);
            all.map(move |facts| Operation {
                api,
                facts,
                needs: Permission {
                    api: index,
                    writes: facts.access == ir::Access::Write,
                },
            })
        })
    }

    /// What a bundle grants.
    pub(super) fn granted(&self, bundle: &Bundle) -> BTreeSet<Permission> {
        let mut granted = BTreeSet::new();
        for (api, one) in self.manifest.apis.iter().enumerate() {
            let Some(access) = bundle.access.get(&one.id) else {
                continue;
            };
            granted.insert(Permission { api, writes: false });
            if *access == manifest::Access::Write {
                granted.insert(Permission { api, writes: true });
            }
        }
        granted
    }

    /// The bundle of a name.
    pub(super) fn bundle(&self, name: &str) -> Option<&Bundle> {
        let bundles = &self.manifest.bundles;
        bundles.iter().find(|bundle| bundle.name == name)
    }

    /// The scopes that tokens of a bundle ask for.
    pub(super) fn scopes(&self, bundle: &Bundle) -> BTreeSet<String> {
        let outputs = self.outputs.iter().map(|(id, output)| (id.clone(), output));
        portal_generator::bundle_scopes(bundle, &outputs.collect())
    }

    /// The scopes that some operations require, beside those that the manifest says in general.
    pub(super) fn scopes_of(
        &self,
        operations: &[Operation<'_>],
        general: &[String],
    ) -> BTreeSet<String> {
        let mut outputs: BTreeMap<String, Output> = BTreeMap::new();
        for operation in operations {
            let output = outputs.entry(operation.api.id.clone()).or_default();
            output.operations.push(operation.facts.clone());
        }
        let access = outputs.keys().cloned();
        let bundle = Bundle {
            name: String::new(),
            feature: String::new(),
            description: String::new(),
            access: access.map(|id| (id, manifest::Access::Write)).collect(),
            scopes: general.to_vec(),
        };
        let outputs = outputs.iter().map(|(id, output)| (id.clone(), output));
        portal_generator::bundle_scopes(&bundle, &outputs.collect())
    }

    /// The API that a permission is about.
    pub(super) fn api(&self, permission: Permission) -> Option<&Api> {
        self.manifest.apis.get(permission.api)
    }

    /// A permission in words, as `write to sales`.
    pub(super) fn words(&self, permission: Permission) -> String {
        let api = self.api(permission).map_or("", |api| &api.id);
        match permission.writes {
            true => format!("write to {api}"),
            false => format!("read from {api}"),
        }
    }

    /// Permissions in words, with commas between them.
    pub(super) fn list(&self, permissions: &BTreeSet<Permission>) -> String {
        let words = permissions.iter().map(|one| self.words(*one));
        words.collect::<Vec<_>>().join(", ")
    }

    /// Permissions as JSON.
    pub(super) fn list_as_json(&self, permissions: &BTreeSet<Permission>) -> Value {
        let one = |permission: &Permission| {
            let api = self.api(*permission).map(|api| api.id.as_str());
            json!({ "api": api, "access": permission.access() })
        };
        permissions.iter().map(one).collect()
    }
}

impl Permission {
    /// `read` or `write`.
    pub(super) fn access(self) -> &'static str {
        match self.writes {
            true => "write",
            false => "read",
        }
    }

    /// The type that stands for it, in the module of the API's accesses.
    pub(super) fn type_name(self) -> &'static str {
        match self.writes {
            true => "Write",
            false => "Read",
        }
    }
}

impl Operation<'_> {
    /// How it is called in Rust: `general_ledger().vouchers_v2`.
    pub(super) fn rust(&self) -> String {
        format!("{}().{}", self.api.module, self.facts.name)
    }

    /// What both kinds of JSON say of it.
    pub(super) fn as_json(&self) -> Value {
        json!({
            "api": self.api.id,
            "id": self.facts.id,
            "method": self.facts.method,
            "path": self.facts.path,
            "rust": self.rust(),
            "access": self.needs.access(),
        })
    }
}

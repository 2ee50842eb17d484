//! What an application needs of a portal, against what its bundles grant.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use portal_generator::manifest::Bundle;

use super::calls::{Place, Uses};
use super::portal::{Operation, Permission, Portal};
use crate::failure::Failure;

/// The name of the bundle that an application is shown as an example for one of its own.
const OWN: &str = "Needed";

/// What an application needs of a portal.
pub(super) struct Needs<'p> {
    pub(super) portal: &'p Portal,
    /// The operations that it calls, in the order of the documents.
    pub(super) calls: Vec<(Operation<'p>, &'p BTreeSet<Place>)>,
    /// What these ask for.
    pub(super) needed: BTreeSet<Permission>,
    /// The bundles that it names, in the order of the manifest.
    pub(super) named: Vec<(&'p str, &'p BTreeSet<Place>)>,
}

/// A bundle that grants exactly what is needed.
pub(super) struct Own {
    pub(super) name: &'static str,
    pub(super) scopes: BTreeSet<String>,
    pub(super) features: Vec<String>,
    /// Its definition in Rust.
    pub(super) definition: String,
}

/// What an application needs of each portal that it uses. Only some of the portals may have been `chosen`.
pub(super) fn of<'p>(
    portals: &'p [Portal],
    uses: &'p Uses,
    chosen: bool,
) -> Result<Vec<Needs<'p>>, Failure> {
    if !chosen {
        let portal_of_all = uses.operations.keys().map(|key| &key.portal);
        let mut named = portal_of_all.chain(uses.bundles.keys().map(|(portal, _)| portal));
        let is_known = |name: &&String| portals.iter().any(|one| one.manifest.portal == **name);
        if let Some(unknown) = named.find(|name| !is_known(name)) {
            return Err(not_of_here(&format!("the portal `{unknown}`")));
        }
    }
    let mut all = Vec::new();
    for portal in portals {
        let needs = Needs::of(portal, uses)?;
        if !needs.calls.is_empty() || !needs.named.is_empty() {
            all.push(needs);
        }
    }
    Ok(all)
}

impl<'p> Needs<'p> {
    fn of(portal: &'p Portal, uses: &'p Uses) -> Result<Self, Failure> {
        let name = &portal.manifest.portal;
        let mut calls = Vec::new();
        for (key, places) in &uses.operations {
            if key.portal != *name {
                continue;
            }
            let mut operations = portal.operations();
            let found = operations.find(|one| one.api.id == key.api && one.facts.id == key.id);
            let unknown = || not_of_here(&format!("the operation `{}` of {}", key.id, key.api));
            calls.push((found.ok_or_else(unknown)?, places));
        }
        let order = |wanted: &Operation<'_>| {
            let mut operations = portal.operations();
            operations.position(|one| std::ptr::eq(one.facts, wanted.facts))
        };
        calls.sort_by_key(|(operation, _)| order(operation));
        let mut named = Vec::new();
        for ((portal_name, bundle), places) in &uses.bundles {
            if portal_name != name {
                continue;
            }
            let unknown = || not_of_here(&format!("the bundle `{bundle}` of {name}"));
            let bundle = portal.bundle(bundle).ok_or_else(unknown)?;
            named.push((bundle.name.as_str(), places));
        }
        let bundles = &portal.manifest.bundles;
        named.sort_by_key(|(name, _)| bundles.iter().position(|bundle| bundle.name == *name));
        Ok(Self {
            portal,
            needed: calls.iter().map(|(operation, _)| operation.needs).collect(),
            calls,
            named,
        })
    }

    /// The bundle with the fewest permissions that grants everything; of equals, the first of the manifest. None
    /// where nothing is needed.
    pub(super) fn smallest(&self) -> Option<&'p Bundle> {
        if self.needed.is_empty() {
            return None;
        }
        let bundles = self.portal.manifest.bundles.iter();
        let covers = |bundle: &&Bundle| self.needed.is_subset(&self.portal.granted(bundle));
        bundles
            .filter(covers)
            .min_by_key(|bundle| self.portal.granted(bundle).len())
    }

    /// What a bundle grants although nothing needs it.
    pub(super) fn excess(&self, bundle: &Bundle) -> BTreeSet<Permission> {
        let granted = self.portal.granted(bundle);
        granted.difference(&self.needed).copied().collect()
    }

    /// What is needed although a bundle does not grant it.
    pub(super) fn missing(&self, bundle: &Bundle) -> BTreeSet<Permission> {
        let granted = self.portal.granted(bundle);
        self.needed.difference(&granted).copied().collect()
    }

    /// What the bundle of a name grants although nothing needs it.
    pub(super) fn excess_of(&self, name: &str) -> BTreeSet<Permission> {
        let bundle = self.portal.bundle(name);
        bundle.map_or_else(BTreeSet::new, |bundle| self.excess(bundle))
    }

    /// A bundle that grants exactly what is needed, if anything is. What the manifest says of scopes it says of its
    /// bundles as wholes, so those of the smallest stay.
    pub(super) fn own(&self) -> Option<Own> {
        if self.needed.is_empty() {
            return None;
        }
        let operations: Vec<_> = self.calls.iter().map(|(operation, _)| *operation).collect();
        let general = self.smallest().map_or(&[][..], |bundle| &bundle.scopes);
        let scopes = self.portal.scopes_of(&operations, general);
        let mut features: Vec<String> = Vec::new();
        let mut grants = String::new();
        let module = self.portal.manifest.module();
        for permission in &self.needed {
            let Some(api) = self.portal.api(*permission) else {
                continue;
            };
            if !features.contains(&api.feature) {
                features.push(api.feature.clone());
            }
            let (api, ty) = (&api.module, permission.type_name());
            _ = writeln!(
                grants,
                "            portal_apis::{module}::access::{api}::{ty},"
            );
        }
        let quoted: Vec<String> = scopes.iter().map(|scope| format!("{scope:?}")).collect();
        let definition = format!(
            "portal_apis::runtime::bundle! {{
    /// What this application needs: {words}.
    pub {OWN} {{
        scopes: [{scopes}],
        grants: [
{grants}        ],
    }}
}}",
            words = self.portal.list(&self.needed),
            scopes = quoted.join(", "),
        );
        Some(Own {
            name: OWN,
            scopes,
            features,
            definition,
        })
    }
}

fn not_of_here(what: &str) -> Failure {
    Failure::Machine(format!(
        "the application uses {what}, which is not in specs/; run the command in the workspace whose `portal-apis` \
         it depends on, after `cargo xtask codegen`"
    ))
}

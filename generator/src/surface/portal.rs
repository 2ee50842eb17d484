//! The items that the APIs of a portal share.

use std::collections::BTreeMap;

use super::{Item, Kind, Member, Role, facts};
use crate::Output;
use crate::ir::Facts;
use crate::manifest::{Access, Bundle, Manifest};
use crate::names;

/// The items that the APIs of a portal share: its client, regions, accesses and bundles. `outputs` are those of its
/// APIs, by id.
pub fn portal(manifest: &Manifest, outputs: &BTreeMap<String, &Output>) -> Vec<Item> {
    let module = manifest.module();
    let item = |kind, below: &str, members| Item {
        kind,
        path: format!("{module}::{below}"),
        members,
        ..Item::default()
    };
    let apis = manifest.apis.iter().map(|api| {
        let ty = format!("{}::{}", api.module, api.client);
        Member::new(Role::Method, &api.module, ty)
    });
    let mut items = vec![Item {
        facts: client_facts(manifest),
        ..item(Kind::Client, &manifest.client, apis.collect())
    }];
    if !manifest.gateway.regions.is_empty() {
        let regions = manifest.gateway.regions.iter().map(|region| {
            let name = names::variant_name(&region.id);
            Member {
                facts: Facts::from([("server".to_owned(), region.gateway.clone())]),
                ..Member::new(Role::Variant, &name, "").wire(&region.id, "")
            }
        });
        items.push(item(Kind::Regions, "Region", regions.collect()));
    }
    for api in &manifest.apis {
        for name in ["Read", "Write"] {
            let path = format!("access::{}::{name}", api.module);
            items.push(item(Kind::Access, &path, Vec::new()));
        }
    }
    for bundle in &manifest.bundles {
        let path = format!("bundles::{}", bundle.name);
        items.push(item(Kind::Bundle, &path, grants(manifest, bundle, outputs)));
    }
    items
}

/// Where tokens come from, and what the gateway asks for.
fn client_facts(manifest: &Manifest) -> Facts {
    let mut facts = Facts::new();
    let provider = &manifest.identity_provider;
    facts::add(&mut facts, "security.tokens", &provider.token_url);
    let authorize_url = provider.authorize_url.as_deref().unwrap_or_default();
    facts::add(&mut facts, "security.authorization", authorize_url);
    if let Some(key) = &manifest.gateway.subscription_key {
        let header = format!("the header {}", key.header);
        facts::add(&mut facts, "security.subscription-key", &header);
    }
    facts
}

/// What a bundle grants, and the scopes that its tokens ask for.
fn grants(
    manifest: &Manifest,
    bundle: &Bundle,
    outputs: &BTreeMap<String, &Output>,
) -> Vec<Member> {
    let mut members = Vec::new();
    for (id, level) in &bundle.access {
        let module = manifest.api(id).map_or("", |api| &api.module);
        let mut grant = |name: &str| {
            members.push(Member::new(
                Role::Trait,
                "Grants",
                format!("{module}::{name}"),
            ));
        };
        grant("Read");
        if *level == Access::Write {
            grant("Write");
        }
    }
    for scope in crate::bundle_scopes(bundle, outputs) {
        members.push(Member::new(Role::Constant, "scope", "").wire(&scope, "scope"));
    }
    members
}

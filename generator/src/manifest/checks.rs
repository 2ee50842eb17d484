//! What holds between the sections of a manifest, and between a manifest and its documents.

use std::collections::BTreeMap;

use super::reader::{Reader, join, suggestion};
use super::{Api, DeviceFlow, Grant, Manifest, OperationRules};
use crate::diagnostics::Diagnostic;

/// The methods that a portal's client has of its own, where an API's accessor would stand beside them.
const CLIENT_METHODS: &[&str] = &[
    "authenticate",
    "builder",
    "choose",
    "clone",
    "erase",
    "narrow",
    "new",
];

/// The modules that a portal has of its own, beside those of its APIs.
const PORTAL_MODULES: &[&str] = &["access", "bundles"];

/// Reports what does not fit together within the manifest.
pub(super) fn manifest(manifest: &Manifest, reader: &Reader<'_>) {
    endpoints(manifest, reader);
    regions(manifest, reader);
    accessors(manifest, reader);
    names(manifest, reader);
    for api in &manifest.apis {
        operation_rules(api, reader);
        selected_bundles(manifest, api, reader);
    }
}

/// Reports the operations that are named although the document has none of that name.
pub(super) fn operations(
    manifest: &Manifest,
    api: &Api,
    operation_ids: &[&str],
) -> Vec<Diagnostic> {
    let unknown = api
        .operations
        .keys()
        .filter(|id| !operation_ids.contains(&id.as_str()));
    let report = |id: &String| {
        Diagnostic::error(
            "manifest-operation",
            manifest.place(&operation_pointer(api, id)),
            format!("`{}` has no operation `{id}`", api.document),
            suggestion_among_many(id, operation_ids),
        )
    };
    unknown.map(report).collect()
}

/// Grants need their endpoints, and what is said of a grant needs the grant.
fn endpoints(manifest: &Manifest, reader: &Reader<'_>) {
    let provider = &manifest.identity_provider;
    let pointer = "/identity-provider";
    let has = |grant| provider.grants.contains(&grant);
    let (codes, devices) = (has(Grant::AuthorizationCode), has(Grant::DeviceCode));
    let standard = provider.device_flow.unwrap_or_default() == DeviceFlow::Standard;
    let missing = |url: &Option<String>, granted, key, grant| {
        if granted && url.is_none() {
            reader.problem(
                "manifest-missing",
                pointer,
                format!("the grant `{grant}` needs `{key}`"),
                "add the key or take the grant away",
            );
        }
    };
    missing(
        &provider.authorize_url,
        codes,
        "authorize-url",
        "authorization-code",
    );
    missing(
        &provider.device_authorization_url,
        devices && standard,
        "device-authorization-url",
        "device-code",
    );
    let needless = [
        (
            "authorize-url",
            "authorization-code",
            provider.authorize_url.is_some() && !codes,
        ),
        (
            "pkce",
            "authorization-code",
            provider.pkce.is_some() && !codes,
        ),
        (
            "issuer",
            "authorization-code",
            provider.issuer.is_some() && !codes,
        ),
        (
            "device-authorization-url",
            "device-code",
            provider.device_authorization_url.is_some() && !devices,
        ),
        (
            "device-flow",
            "device-code",
            provider.device_flow.is_some() && !devices,
        ),
    ];
    for (key, grant, is_needless) in needless {
        if is_needless {
            reader.problem(
                "manifest-value",
                &join(pointer, key),
                format!("`{key}` serves no grant"),
                format!("add the grant `{grant}` or take the key away"),
            );
        }
    }
    if devices && !standard && provider.device_authorization_url.is_some() {
        reader.problem(
            "manifest-value",
            &join(pointer, "device-authorization-url"),
            "both steps of the device flow are at the token endpoint".to_owned(),
            "take `device-authorization-url` or `device-flow` away",
        );
    }
    if has(Grant::RefreshToken) && !(codes || devices || has(Grant::Password)) {
        reader.problem(
            "manifest-value",
            &join(pointer, "grants"),
            "no grant brings a refresh token".to_owned(),
            "add the grant by which users log in, or take `refresh-token` away",
        );
    }
}

/// `{region}` in a path needs regions.
fn regions(manifest: &Manifest, reader: &Reader<'_>) {
    if !manifest.gateway.regions.is_empty() {
        return;
    }
    for api in &manifest.apis {
        let path = api.path.as_deref().unwrap_or_default();
        if path.contains("{region}") {
            reader.problem(
                "manifest-value",
                &format!("/apis/{}/path", api.id),
                "the path has a `{region}`, but the portal has no regions",
                "add `regions` to `gateway` or take `{region}` out of the path",
            );
        }
    }
}

/// An API is a method of the portal's client and a module of the portal, and not what these have already.
fn accessors(manifest: &Manifest, reader: &Reader<'_>) {
    let taken = [
        (CLIENT_METHODS, "every client has a method of this name"),
        (PORTAL_MODULES, "every portal has a module of this name"),
    ];
    for api in &manifest.apis {
        for (names, what) in taken {
            if names.contains(&api.module.as_str()) {
                reader.problem(
                    "manifest-name",
                    &join("/apis", &api.id),
                    format!("the API would be `{}` in code, but {what}", api.module),
                    "choose another name, such as with `-api` behind it",
                );
            }
        }
    }
}

/// An API and a bundle may not lay claim to the same feature.
fn names(manifest: &Manifest, reader: &Reader<'_>) {
    let features: BTreeMap<_, _> = manifest
        .apis
        .iter()
        .map(|api| (api.feature.as_str(), api.id.as_str()))
        .collect();
    for bundle in &manifest.bundles {
        if let Some(api) = features.get(bundle.feature.as_str()) {
            reader.problem(
                "manifest-name",
                &join("/bundles", &bundle.name),
                format!(
                    "bundle `{}` and API `{api}` share the feature `{}`",
                    bundle.name, bundle.feature
                ),
                "rename one of them",
            );
        }
    }
}

fn operation_rules(api: &Api, reader: &Reader<'_>) {
    let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
    for (id, rules) in &api.operations {
        let pointer = operation_pointer(api, id);
        if rules == &OperationRules::default() {
            reader.problem(
                "manifest-value",
                &pointer,
                format!("nothing is said about `{id}`"),
                "add a key or take the operation away",
            );
        }
        if rules.omit.is_some()
            && (OperationRules {
                omit: None,
                ..rules.clone()
            }) != OperationRules::default()
        {
            reader.problem(
                "manifest-value",
                &pointer,
                format!("`{id}` is omitted, so nothing else applies to it"),
                "keep either `omit` or the other keys",
            );
        }
        let Some(name) = &rules.name else { continue };
        if let Some(other) = taken.insert(name, id) {
            reader.problem(
                "manifest-name",
                &join(&pointer, "name"),
                format!("`{other}` is called `{name}` too"),
                "choose another name for one of them",
            );
        }
    }
}

/// What bundles may call is selected by bundles that there are.
fn selected_bundles(manifest: &Manifest, api: &Api, reader: &Reader<'_>) {
    let names: Vec<&str> = manifest.bundles.iter().map(|b| b.name.as_str()).collect();
    let selected = api.select.iter().flat_map(|select| &select.bundles);
    for (index, name) in selected.enumerate() {
        if !name.is_empty() && !names.contains(&name.as_str()) {
            reader.problem(
                "manifest-bundle",
                &format!("/apis/{}/select/bundles/{index}", api.id),
                format!("there is no bundle `{name}`"),
                suggestion(name, &names),
            );
        }
    }
}

fn operation_pointer(api: &Api, id: &str) -> String {
    join(&format!("/apis/{}/operations", api.id), id)
}

/// A list of all operations would bury the message.
fn suggestion_among_many(id: &str, operation_ids: &[&str]) -> String {
    match crate::words::closest(id, operation_ids) {
        Some(_) => suggestion(id, operation_ids),
        None => "correct the name or take it away".to_owned(),
    }
}

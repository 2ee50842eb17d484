//! The sections of a manifest, read one by one.

use std::collections::BTreeMap;

use super::reader::{Fields, Node};
use super::{
    Access, Api, ClientAuthentication, DeveloperPortal, DeviceFlow, Gateway, Grant,
    IdentityProvider, Manifest, Numbers, OperationPagination, OperationRules, PageUnit, Pagination,
    Region, SubscriptionKey, TokenParameters, bundles, selection, values,
};
use crate::document::Document;
use crate::names::{self, Noise};

/// The words for access to an API or of an operation.
pub(super) const ACCESS: [(&str, Access); 2] = [("read", Access::Read), ("write", Access::Write)];

const NUMBERS: [(&str, Numbers); 2] = [("decimal", Numbers::Decimal), ("float", Numbers::Float)];

const GRANTS: [(&str, Grant); 5] = [
    ("client-credentials", Grant::ClientCredentials),
    ("authorization-code", Grant::AuthorizationCode),
    ("refresh-token", Grant::RefreshToken),
    ("password", Grant::Password),
    ("device-code", Grant::DeviceCode),
];

const TOKEN_PARAMETERS: [(&str, TokenParameters); 2] = [
    ("form", TokenParameters::Form),
    ("query-and-json", TokenParameters::QueryAndJson),
];

const CLIENT_AUTHENTICATION: [(&str, ClientAuthentication); 2] = [
    ("body", ClientAuthentication::Body),
    ("basic", ClientAuthentication::Basic),
];

const DEVICE_FLOWS: [(&str, DeviceFlow); 2] = [
    ("standard", DeviceFlow::Standard),
    ("token-endpoint", DeviceFlow::TokenEndpoint),
];

const COUNTS: [(&str, PageUnit); 2] = [("pages", PageUnit::Pages), ("records", PageUnit::Records)];

/// The whole manifest.
pub(super) fn manifest(root: &Node<'_>, document: &Document) -> Manifest {
    root.fields(|fields| {
        let portal = fields.required("portal", values::kebab);
        let numbers = fields.required("numbers", |node| node.word(&NUMBERS));
        let apis = fields.required("apis", |node| apis(node, &portal, numbers));
        Manifest {
            title: fields.required("title", Node::text),
            description: fields
                .optional("description", Node::text)
                .unwrap_or_default(),
            client: fields.required("client", values::type_name),
            env_prefix: fields.required("env-prefix", values::variable_prefix),
            identity_provider: fields.required("identity-provider", identity_provider),
            gateway: fields.optional("gateway", gateway).unwrap_or_default(),
            developer_portal: fields.optional("developer-portal", developer_portal),
            numbers,
            noise: fields.optional("noise", noise).unwrap_or_default(),
            bundles: fields.required("bundles", |node| bundles::read(node, &portal, &apis)),
            apis,
            portal,
            document: document.clone(),
        }
    })
}

/// For how many seconds a token counts as good where nobody says: short, since asking again costs little and a
/// refused call costs more.
const DEFAULT_LIFETIME: u32 = 300;

fn identity_provider(node: &Node<'_>) -> IdentityProvider {
    node.fields(|fields| IdentityProvider {
        token_url: fields.required("token-url", values::url),
        authorize_url: fields.optional("authorize-url", values::url),
        pkce: fields.optional("pkce", Node::flag),
        issuer: fields.optional("issuer", values::url),
        device_flow: fields.optional("device-flow", |node| node.word(&DEVICE_FLOWS)),
        device_authorization_url: fields.optional("device-authorization-url", values::url),
        parameters: fields.required("parameters", |node| node.word(&TOKEN_PARAMETERS)),
        client_authentication: fields.required("client-authentication", |node| {
            node.word(&CLIENT_AUTHENTICATION)
        }),
        grants: fields.required("grants", |node| {
            let grants = node.some_items("a grant");
            grants.iter().map(|grant| grant.word(&GRANTS)).collect()
        }),
        scopes: fields.optional("scopes", Node::flag).unwrap_or(true),
        default_lifetime: fields
            .optional("default-lifetime", |node| values::at_least(node, 1))
            .and_then(|seconds| u32::try_from(seconds).ok())
            .unwrap_or(DEFAULT_LIFETIME),
    })
}

fn developer_portal(node: &Node<'_>) -> DeveloperPortal {
    node.fields(|fields| DeveloperPortal {
        url: fields.required("url", values::url_or_loopback),
        support: fields.optional("support", Node::text),
    })
}

fn gateway(node: &Node<'_>) -> Gateway {
    node.fields(|fields| Gateway {
        subscription_key: fields.optional("subscription-key", subscription_key),
        regions: fields.optional("regions", regions).unwrap_or_default(),
    })
}

fn subscription_key(node: &Node<'_>) -> SubscriptionKey {
    node.fields(|fields| SubscriptionKey {
        header: fields.required("header", values::header),
        query: fields.optional("query", Node::text),
    })
}

fn regions(node: &Node<'_>) -> Vec<Region> {
    let region = |(id, node): (&str, Node<'_>)| {
        values::check_kebab(&node, id);
        node.fields(|fields| Region {
            id: id.to_owned(),
            gateway: fields.required("gateway", values::origin),
        })
    };
    node.entries().into_iter().map(region).collect()
}

fn noise(node: &Node<'_>) -> Noise {
    node.fields(|fields| Noise {
        prefixes: fields
            .optional("prefixes", values::texts)
            .unwrap_or_default(),
        phrases: fields
            .optional("phrases", values::texts)
            .unwrap_or_default(),
        drop_get: fields.optional("drop-get", Node::flag).unwrap_or_default(),
        drop_version: fields.optional("drop-version", Node::text),
    })
}

fn apis(node: &Node<'_>, portal: &str, numbers: Numbers) -> Vec<Api> {
    let entries = node.some_entries("an API");
    let read = |(id, node): &(&str, Node<'_>)| api(id, node, portal, numbers);
    entries.iter().map(read).collect()
}

fn api(id: &str, node: &Node<'_>, portal: &str, portal_numbers: Numbers) -> Api {
    values::check_kebab(node, id);
    node.fields(|fields| {
        let pagination = fields.optional("pagination", |node| pagination(node, None));
        let operations =
            fields.optional("operations", |node| operations(node, pagination.as_ref()));
        Api {
            id: id.to_owned(),
            document: fields.required("document", values::relative_file),
            portal_id: fields.optional("portal-id", values::portal_id),
            module: names::module_name(id),
            client: names::type_name(id),
            feature: format!("{portal}-{id}"),
            gateway: fields.optional("gateway", values::origin),
            path: fields.optional("path", values::path),
            numbers: fields.inherited("numbers", Some(portal_numbers), |node| node.word(&NUMBERS)),
            select: fields.optional("select", selection::read),
            operations: operations.unwrap_or_default(),
            pagination,
        }
    })
}

fn operations(
    node: &Node<'_>,
    pagination: Option<&Pagination>,
) -> BTreeMap<String, OperationRules> {
    let entries = node.entries();
    let read = |(id, node): &(&str, Node<'_>)| ((*id).to_owned(), rules(node, pagination));
    entries.iter().map(read).collect()
}

fn rules(node: &Node<'_>, api: Option<&Pagination>) -> OperationRules {
    node.fields(|fields| OperationRules {
        name: fields.optional("name", values::function_name),
        access: fields.optional("access", |node| node.word(&ACCESS)),
        pagination: fields.optional("pagination", |node| match node.is_off() {
            true => OperationPagination::Off,
            false => OperationPagination::Own(pagination(node, api)),
        }),
        omit: fields.optional("omit", Node::text),
    })
}

/// A pagination whose missing keys are inherited, where there is something to inherit from.
fn pagination(node: &Node<'_>, base: Option<&Pagination>) -> Pagination {
    let text = |of: fn(&Pagination) -> &String| base.map(|base| of(base).clone());
    node.fields(|fields| Pagination {
        index: fields.inherited("index", text(|base| &base.index), Node::text),
        size: fields.inherited("size", text(|base| &base.size), Node::text),
        counts: fields.inherited("counts", base.map(|base| base.counts), |node| {
            node.word(&COUNTS)
        }),
        first: fields.inherited("first", base.map(|base| base.first), |node| {
            values::at_least(node, 0)
        }),
        default_size: fields.inherited(
            "default-size",
            base.map(|base| base.default_size),
            |node| values::at_least(node, 1),
        ),
        max_size: nullable(
            fields,
            "max-size",
            base.and_then(|base| base.max_size),
            |node| values::at_least(node, 1),
        ),
        items: nullable(
            fields,
            "items",
            base.and_then(|base| base.items.clone()),
            Node::text,
        ),
        total: nullable(
            fields,
            "total",
            base.and_then(|base| base.total.clone()),
            Node::text,
        ),
    })
}

/// A value that may be missing, and that an explicit `null` takes away again where it is inherited.
fn nullable<'a, T>(
    fields: &Fields<'_, 'a>,
    key: &'static str,
    base: Option<T>,
    read: impl FnOnce(&Node<'a>) -> T,
) -> Option<T> {
    let own = fields.optional(key, |node| (!node.is_null()).then(|| read(node)));
    own.unwrap_or(base)
}

//! An API's own module: its client, and what it is known by.

use std::fmt::Write as _;

use super::text::{literal, literals};
use super::{Target, descriptions, header, operations};
use crate::ir::{Api, SecurityKind, Server};
use crate::names;
use crate::render::docs;

/// Renders the module of an API.
pub(super) fn module(api: &Api, target: &Target<'_>) -> String {
    let mut out = header(api, target.command);
    module_docs(&mut out, api);
    if !target.feature.is_empty() {
        _ = writeln!(out, "//!\n//! Cargo feature: `{}`.", target.feature);
    }
    out.push('\n');
    // A document of components alone, or of webhooks, is its models: there is nothing to call.
    if api.groups.is_empty() && !target.bundles {
        out.push_str("pub mod types;\n");
        return out;
    }
    modules(&mut out, api);
    match target.bundles {
        true => portal_client(&mut out, api, target),
        false => standalone_client(&mut out, api, target),
    }
    for (old, new) in &api.former.others {
        _ = writeln!(
            out,
            "\n/// The name that [`{new}`] had before.\n#[deprecated = \"its name is `{new}` now\"]\npub type {old} = {new};"
        );
    }
    out
}

fn module_docs(out: &mut String, api: &Api) {
    let title = docs::first_line(&api.title);
    let version = docs::first_line(&api.version);
    _ = writeln!(
        out,
        "//! {}, version {}.",
        title.trim_end_matches('.'),
        version.trim_end_matches('.')
    );
    let description = docs::rustdoc(&api.description);
    if !description.trim().is_empty() {
        out.push_str("//!\n");
        lines(out, "//! ", &description);
    }
}

/// Writes every line behind a prefix, without trailing blanks.
fn lines(out: &mut String, prefix: &str, text: &str) {
    for line in text.lines() {
        let line = format!("{prefix}{line}");
        _ = writeln!(out, "{}", line.trim_end());
    }
}

fn modules(out: &mut String, api: &Api) {
    let multipart = super::multipart::module(api, "").is_some();
    let mut names: Vec<&str> = api
        .groups
        .iter()
        .map(|group| group.module.as_str())
        .collect();
    names.push("responses");
    names.extend(multipart.then_some("multipart"));
    names.sort_unstable();
    for name in &names {
        _ = writeln!(out, "mod {name};");
    }
    out.push_str("pub mod types;\n\n");
    // Modules without a public name of their own are not worth a glob.
    let groups = api
        .groups
        .iter()
        .filter(|group| operations::has_types(group));
    let mut shown: Vec<&str> = groups.map(|group| group.module.as_str()).collect();
    shown.push("responses");
    shown.extend(multipart.then_some("multipart"));
    shown.sort_unstable();
    for name in &shown {
        _ = writeln!(out, "pub use {name}::*;");
    }
    out.push('\n');
}

fn portal_client(out: &mut String, api: &Api, target: &Target<'_>) {
    let client = &api.client;
    let title = docs::first_line(&api.title);
    let base_url = target.base_url.clone().unwrap_or_default();
    out.push_str("use std::fmt;\nuse std::marker::PhantomData;\n\n");
    out.push_str("use portal_runtime::{Api, Bundle, Call, Client, Operation};\n\n");
    _ = writeln!(
        out,
        "pub use super::access::{}::{{Read, Reads, Write, Writes}};\n",
        target.module
    );
    _ = writeln!(
        out,
        "/// The client of {title}, with what the bundle `B` grants.
pub struct {client}<B> {{
    client: Client,
    bundle: PhantomData<fn() -> B>,
}}

impl<B: Bundle> {client}<B> {{
    pub(super) fn new(client: Client) -> Self {{
        Self {{ client, bundle: PhantomData }}
    }}

    fn call<T, E, H>(&self, operation: &'static Operation<T, E>) -> Call<T, E, H> {{
        self.client.call(operation)
    }}
}}

impl<B> Clone for {client}<B> {{
    fn clone(&self) -> Self {{
        Self {{ client: self.client.clone(), bundle: PhantomData }}
    }}
}}

impl<B: Bundle> fmt::Debug for {client}<B> {{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {{
        f.debug_struct(\"{client}\").field(\"bundle\", &B::NAME).finish_non_exhaustive()
    }}
}}

pub(super) static API: Api = Api {{
    id: {id},
    title: {title_literal},
    version: {version},
    base_url: {base_url},
}};",
        id = literal(target.id),
        title_literal = literal(&api.title),
        version = literal(&api.version),
        base_url = literal(&base_url),
    );
}

fn standalone_client(out: &mut String, api: &Api, target: &Target<'_>) {
    let base_url = api.servers.first().map(default_url).unwrap_or_default();
    let client = &api.client;
    _ = writeln!(
        out,
        "use portal_runtime::{{Api, Builder, Call, ForService, Operation, Service}};

/// The client of {title}. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct {client} {{
    client: portal_runtime::Client,
}}

impl {client} {{
    /// Starts a client: credentials by security scheme, and where the API is.
    pub fn builder() -> Builder<Self, ForService> {{
        Builder::for_service(&SERVICE, |client| Self {{ client }})
    }}

    fn call<T, E, H>(&self, operation: &'static Operation<T, E>) -> Call<T, E, H> {{
        self.client.call(operation)
    }}
}}

static API: Api = Api {{
    id: {id},
    title: {title_literal},
    version: {version},
    base_url: {base_url},
}};

{security}/// The service as its document describes it: servers, the first being the default, and security schemes.
pub static SERVICE: Service = Service {{
    name: {id},
    env_prefix: {prefix},
    servers: &[",
        title = docs::first_line(&api.title),
        id = literal(target.id),
        title_literal = literal(&api.title),
        version = literal(&api.version),
        base_url = literal(&base_url),
        prefix = literal(&names::constant_name(target.id)),
        security = security(api),
    );
    api.servers
        .iter()
        .for_each(|server| self::server(out, server));
    out.push_str("    ],\n    schemes: &[\n");
    for scheme in &api.security_schemes {
        lines(out, "        // ", &docs::rustdoc(&scheme.description));
        let (name, kind) = (literal(&scheme.name), security_scheme(&scheme.kind));
        _ = writeln!(
            out,
            "        portal_runtime::Scheme {{ name: {name}, kind: portal_runtime::SecurityScheme::{kind} }},"
        );
    }
    out.push_str("    ],\n};\n");
}

/// What operations require that say nothing themselves, where any of them does.
fn security(api: &Api) -> String {
    let used = !api.security.is_empty()
        && api
            .operations()
            .any(|operation| operation.security.as_ref() == Some(&api.security));
    match used {
        false => String::new(),
        true => format!(
            "static SECURITY: &[&[portal_runtime::Requirement]] = &[{}];\n\n",
            descriptions::requirements(&api.security)
                .replace("Requirement {", "portal_runtime::Requirement {")
        ),
    }
}

fn security_scheme(kind: &SecurityKind) -> String {
    match kind {
        SecurityKind::ApiKeyHeader(name) => format!("ApiKeyHeader({})", literal(name)),
        SecurityKind::ApiKeyQuery(name) => format!("ApiKeyQuery({})", literal(name)),
        SecurityKind::ApiKeyCookie(name) => format!("ApiKeyCookie({})", literal(name)),
        SecurityKind::Basic => "Basic".to_owned(),
        SecurityKind::Bearer => "Bearer".to_owned(),
        SecurityKind::ClientCredentials { token_url, scopes } => format!(
            "OAuth2ClientCredentials {{ token_url: {}, scopes: &{} }}",
            literal(token_url),
            literals(scopes)
        ),
        SecurityKind::Unsupported(words) => format!("Unsupported({})", literal(words)),
    }
}

fn server(out: &mut String, server: &Server) {
    lines(out, "        // ", &docs::rustdoc(&server.description));
    _ = writeln!(out, "        {},", server_value(server));
}

/// A server as code.
pub(super) fn server_value(server: &Server) -> String {
    let mut out = format!(
        "portal_runtime::Server {{ url: {}, variables: &[",
        literal(&server.url)
    );
    for variable in &server.variables {
        _ = write!(
            out,
            "\n            portal_runtime::ServerVariable {{ name: {}, default: {}, allowed: &{} }},",
            literal(&variable.name),
            literal(&variable.default),
            literals(&variable.allowed)
        );
    }
    out.push_str("] }");
    out
}

/// A server's URL with its variables at their defaults.
pub(super) fn default_url(server: &Server) -> String {
    let mut url = server.url.clone();
    for variable in &server.variables {
        url = url.replace(&format!("{{{}}}", variable.name), &variable.default);
    }
    url
}

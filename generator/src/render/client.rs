//! An API's own module: its client, and what it is known by.

use std::fmt::Write as _;

use super::text::{literal, literals};
use super::{Target, header, operations};
use crate::ir::{Api, SecurityKind, Server};
use crate::render::docs;

/// Renders the module of an API.
pub(super) fn module(api: &Api, target: &Target<'_>) -> String {
    let mut out = header(api, target.command);
    module_docs(&mut out, api);
    out.push('\n');
    modules(&mut out, api);
    match target.bundles {
        true => portal_client(&mut out, api, target),
        false => standalone_client(&mut out, api, target),
    }
    out
}

fn module_docs(out: &mut String, api: &Api) {
    let title = docs::first_line(&api.title);
    let version = docs::first_line(&api.version);
    _ = writeln!(out, "//! {}, version {}.", title.trim_end_matches('.'), version.trim_end_matches('.'));
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
    let mut names: Vec<&str> = api.groups.iter().map(|group| group.module.as_str()).collect();
    names.push("responses");
    names.extend(multipart.then_some("multipart"));
    names.sort_unstable();
    for name in &names {
        _ = writeln!(out, "mod {name};");
    }
    out.push_str("pub mod types;\n\n");
    // Modules without a public name of their own are not worth a glob.
    let groups = api.groups.iter().filter(|group| operations::has_types(group));
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
        "/// The client of {title}, with what the bundle `B` grants.
pub struct {client}<B> {{
    client: Client,
    bundle: PhantomData<fn() -> B>,
}}

/// Access to operations that only read.
#[derive(Clone, Copy, Debug)]
pub enum Read {{}}

/// Access to operations that may change something.
#[derive(Clone, Copy, Debug)]
pub enum Write {{}}

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
    out.push_str("use portal_runtime::{Api, Builder, Call, Operation, Requirement, Scheme, SchemeKind, Server, ServerVariable, Standalone};\n\n");
    _ = writeln!(
        out,
        "/// The client of {title}.
#[derive(Clone, Debug)]
pub struct Client {{
    client: portal_runtime::Client,
}}

impl Client {{
    /// Starts a client: credentials, and where the API is.
    pub fn builder() -> Builder<Self> {{
        Builder::standalone(&STANDALONE)
    }}

    fn call<T, E, H>(&self, operation: &'static Operation<T, E>) -> Call<T, E, H> {{
        self.client.call(operation)
    }}
}}

impl From<portal_runtime::Client> for Client {{
    fn from(client: portal_runtime::Client) -> Self {{
        Self {{ client }}
    }}
}}

static API: Api = Api {{
    id: {id},
    title: {title_literal},
    version: {version},
    base_url: {base_url},
}};",
        title = docs::first_line(&api.title),
        id = literal(target.id),
        title_literal = literal(&api.title),
        version = literal(&api.version),
        base_url = literal(&base_url),
    );
    security(out, api);
    servers(out, api);
}

fn security(out: &mut String, api: &Api) {
    out.push_str("\nstatic STANDALONE: Standalone = Standalone {\n    api: &API,\n    schemes: &[\n");
    for scheme in &api.security_schemes {
        let kind = match &scheme.kind {
            SecurityKind::ApiKeyHeader(name) => format!("ApiKeyHeader({})", literal(name)),
            SecurityKind::ApiKeyQuery(name) => format!("ApiKeyQuery({})", literal(name)),
            SecurityKind::ApiKeyCookie(name) => format!("ApiKeyCookie({})", literal(name)),
            SecurityKind::Basic => "Basic".to_owned(),
            SecurityKind::Bearer => "Bearer".to_owned(),
            SecurityKind::ClientCredentials { token_url } => {
                format!("ClientCredentials {{ token_url: {} }}", literal(token_url))
            }
        };
        let name = literal(&scheme.name);
        _ = writeln!(out, "        Scheme {{ name: {name}, kind: SchemeKind::{kind} }},");
    }
    let requirements = operations::requirements(&api.security);
    _ = writeln!(out, "    ],\n    security: &[{requirements}],\n    servers: SERVERS,\n}};");
}

fn servers(out: &mut String, api: &Api) {
    out.push_str("\n/// The servers that the document names, the first being the default.\n");
    out.push_str("pub static SERVERS: &[Server] = &[\n");
    for server in &api.servers {
        lines(out, "    // ", &docs::rustdoc(&server.description));
        _ = writeln!(out, "    Server {{\n        url: {},\n        variables: &[", literal(&server.url));
        for variable in &server.variables {
            _ = writeln!(
                out,
                "            ServerVariable {{ name: {}, default: {}, allowed: &{} }},",
                literal(&variable.name),
                literal(&variable.default),
                literals(&variable.allowed)
            );
        }
        out.push_str("        ],\n    },\n");
    }
    out.push_str("];\n");
}

/// A server's URL with its variables at their defaults.
pub(super) fn default_url(server: &Server) -> String {
    let mut url = server.url.clone();
    for variable in &server.variables {
        url = url.replace(&format!("{{{}}}", variable.name), &variable.default);
    }
    url
}

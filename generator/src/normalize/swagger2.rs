//! What only Swagger 2.0 has: host, base path and schemes in place of servers.

use openapiv3::Server;
use serde_json::{Map, Value};

use super::at::At;
use super::context::Context;

/// Returns the servers that host, base path and schemes make up.
pub(crate) fn servers<'a>(
    cx: &mut Context<'a>,
    root: &'a Map<String, Value>,
    at: &At<'_>,
) -> Vec<Server> {
    let schemes = cx.texts(root, "schemes", at);
    with_schemes(cx, schemes)
}

/// Returns the servers of an operation that has schemes of its own.
pub(crate) fn operation_servers<'a>(
    cx: &mut Context<'a>,
    operation: &'a Map<String, Value>,
    at: &At<'_>,
) -> Vec<Server> {
    let schemes = cx.texts(operation, "schemes", at);
    let root = &cx.set.main.value;
    let global = root.get("schemes").and_then(Value::as_array);
    let same = global.is_some_and(|global| {
        schemes
            .iter()
            .all(|scheme| global.iter().any(|there| there == scheme))
    });
    if schemes.is_empty() || same || root.get("host").is_none() {
        return Vec::new();
    }
    with_schemes(cx, schemes)
}

fn with_schemes(cx: &mut Context<'_>, mut schemes: Vec<String>) -> Vec<Server> {
    let set = cx.set;
    let Some(root) = set.main.value.as_object() else {
        return Vec::new();
    };
    let start = At::start(0, "", "");
    let base_path = cx.text(root, "basePath", &start).unwrap_or_default();
    let base_path = match base_path.trim().trim_end_matches('/') {
        "" => String::new(),
        path if path.starts_with('/') => path.to_owned(),
        path => format!("/{path}"),
    };
    let host = cx.text(root, "host", &start).unwrap_or_default();
    let host = host.trim().trim_end_matches('/');
    if host.is_empty() {
        // Relative to where the document was fetched from, as the standard has it.
        let url = if base_path.is_empty() {
            "/".to_owned()
        } else {
            base_path
        };
        return vec![server(url)];
    }
    if let Some((_, rest)) = host.split_once("://") {
        cx.warn(
            &start.key("host"),
            "host-with-scheme",
            "`host` is a URL, which it should only be a part of",
            "move the scheme to `schemes`",
        );
        let rest = rest.trim_end_matches('/');
        let scheme = host.split("://").next().unwrap_or("https");
        return vec![server(format!("{scheme}://{rest}{base_path}"))];
    }
    schemes.retain(|scheme| matches!(scheme.as_str(), "http" | "https"));
    if schemes.is_empty() {
        schemes.push("https".to_owned());
    }
    // Where there is a choice, a client begins with the encrypted one.
    schemes.sort_by_key(|scheme| scheme != "https");
    schemes.dedup();
    let url = |scheme: &String| server(format!("{scheme}://{host}{base_path}"));
    schemes.iter().map(url).collect()
}

fn server(url: String) -> Server {
    Server {
        url,
        ..Server::default()
    }
}

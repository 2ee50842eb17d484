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

fn with_schemes(cx: &mut Context<'_>, schemes: Vec<String>) -> Vec<Server> {
    let set = cx.set;
    let Some(root) = set.main.value.as_object() else {
        return Vec::new();
    };
    let start = At::start(0, "", "");
    let base_path = base_path(cx, root, &start);
    let written = cx.text(root, "host", &start).unwrap_or_default();
    let host = written.trim().trim_end_matches('/');
    if host.is_empty() {
        // Relative to where the document was fetched from, as the standard has it.
        let url = if base_path.is_empty() {
            "/".to_owned()
        } else {
            base_path
        };
        return vec![server(url)];
    }
    if let Some((scheme, rest)) = host.split_once("://") {
        cx.warn(
            &start.key("host"),
            "host-with-scheme",
            "`host` is a URL, which it should only be a part of",
            "move the scheme to `schemes`",
        );
        return vec![server(format!("{scheme}://{rest}{base_path}"))];
    }
    if host != written || host.contains('/') {
        let message = format!("`host` is more than a host; requests go to `{host}{base_path}`");
        let help = "write name and port only, and the path into `basePath`";
        cx.warn(&start.key("host"), "odd-host", message, help);
    }
    let url = |scheme: &&str| server(format!("{scheme}://{host}{base_path}"));
    usable_schemes(cx, &schemes, &start)
        .iter()
        .map(url)
        .collect()
}

/// Returns `basePath` with a slash in front and none behind; empty for the root.
fn base_path<'a>(cx: &mut Context<'a>, root: &'a Map<String, Value>, start: &At<'_>) -> String {
    let written = cx.text(root, "basePath", start).unwrap_or_default();
    let trimmed = written.trim();
    // Some repeat the whole address.
    let path = match trimmed.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |slash| &rest[slash..]),
        None => trimmed,
    };
    let mended = match path.trim_matches('/') {
        "" => String::new(),
        path => format!("/{path}"),
    };
    if !matches!(trimmed, "" | "/") && mended != written {
        let message = format!("`basePath: {written}` is read as `{mended}`");
        let help = "write a path that begins with a slash and ends without one";
        cx.warn(&start.key("basePath"), "odd-base-path", message, help);
    }
    mended
}

/// Returns the schemes that requests can be sent by, the encrypted one first.
fn usable_schemes(cx: &mut Context<'_>, schemes: &[String], start: &At<'_>) -> Vec<&'static str> {
    let has = |wanted: &str| {
        schemes
            .iter()
            .any(|scheme| scheme.trim().eq_ignore_ascii_case(wanted))
    };
    // Where there is a choice, a client begins with the encrypted one.
    let usable: Vec<_> = ["https", "http"]
        .into_iter()
        .filter(|scheme| has(scheme))
        .collect();
    let odd = schemes
        .iter()
        .find(|scheme| !matches!(scheme.as_str(), "http" | "https" | "ws" | "wss"));
    if let Some(odd) = odd {
        let message = format!("`{odd}` is not how schemes are written");
        let help = "write http or https, in lower case";
        cx.warn(&start.key("schemes"), "odd-scheme", message, help);
    }
    if !usable.is_empty() {
        return usable;
    }
    if !schemes.is_empty() {
        let message = "no scheme is http or https, so requests go by https";
        cx.warn(&start.key("schemes"), "odd-scheme", message, "add https");
    }
    vec!["https"]
}

fn server(url: String) -> Server {
    Server {
        url,
        ..Server::default()
    }
}

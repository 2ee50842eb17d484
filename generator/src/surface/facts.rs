//! What is told of items and members beside names and types: how values are written, where requests go.

use crate::ir::{Api, Facts, FieldEncoding, Location, Operation, Parameter, SecurityKind, Style};

/// How a parameter is written, where that is not what its place has by itself.
pub(super) fn parameter(parameter: &Parameter) -> Facts {
    let mut facts = Facts::new();
    let style = match parameter.location {
        Location::Path | Location::Header => Style::Simple,
        Location::Query | Location::Cookie => Style::Form,
    };
    if parameter.style != style {
        add(&mut facts, "style", word(parameter.style));
    }
    if parameter.explode != (parameter.style == Style::Form) {
        add(&mut facts, "explode", &parameter.explode.to_string());
    }
    if parameter.reserved {
        add(&mut facts, "allowReserved", "true");
    }
    if parameter.json {
        add(&mut facts, "content", "application/json");
    }
    facts
}

/// How the fields of a form are written.
pub(super) fn encodings(encodings: &[FieldEncoding]) -> Facts {
    let one = |encoding: &FieldEncoding| {
        let (style, explode) = (word(encoding.style), encoding.explode);
        let reserved = match encoding.reserved {
            true => ", allowReserved",
            false => "",
        };
        let text = format!("{style}, explode {explode}{reserved}");
        (format!("encoding.{}", encoding.name), text)
    };
    encodings.iter().map(one).collect()
}

/// Where an operation's requests go, and what its answers are written in.
pub(super) fn operation(operation: &Operation) -> Facts {
    let mut facts = Facts::new();
    if let Some(server) = &operation.server {
        add(&mut facts, "server", &server.url);
    }
    if !operation.accept.is_empty() {
        add(&mut facts, "accept", &operation.accept.join(" "));
    }
    facts
}

/// Where the requests of an API go by themselves, and what its security schemes send.
pub(super) fn client(api: &Api, base_url: &str) -> Facts {
    let mut facts = Facts::new();
    add(&mut facts, "server", base_url);
    for scheme in &api.security_schemes {
        let sends = match &scheme.kind {
            SecurityKind::ApiKeyHeader(name) => format!("the header {name}"),
            SecurityKind::ApiKeyQuery(name) => format!("the query parameter {name}"),
            SecurityKind::ApiKeyCookie(name) => format!("the cookie {name}"),
            SecurityKind::Basic => "HTTP Basic".to_owned(),
            SecurityKind::Bearer => "a bearer token".to_owned(),
            SecurityKind::ClientCredentials { token_url, .. } => {
                format!("a bearer token from {token_url}")
            }
            SecurityKind::Unsupported(what) => what.clone(),
        };
        add(&mut facts, &format!("security.{}", scheme.name), &sends);
    }
    facts
}

/// Adds a fact, unless there is nothing to say.
pub(super) fn add(facts: &mut Facts, name: &str, value: &str) {
    if !value.is_empty() {
        facts.insert(name.to_owned(), value.to_owned());
    }
}

const fn word(style: Style) -> &'static str {
    match style {
        Style::Simple => "simple",
        Style::Label => "label",
        Style::Matrix => "matrix",
        Style::Form => "form",
        Style::SpaceDelimited => "spaceDelimited",
        Style::PipeDelimited => "pipeDelimited",
        Style::TabDelimited => "tabDelimited",
        Style::DeepObject => "deepObject",
    }
}

//! Security schemes and what operations require of them.

use indexmap::IndexMap;
use openapiv3::{
    APIKeyLocation, AuthorizationCodeOAuth2Flow, ClientCredentialsOAuth2Flow, ImplicitOAuth2Flow,
    OAuth2Flows, PasswordOAuth2Flow, SecurityRequirement, SecurityScheme,
};
use serde_json::{Map, Value};

use super::at::At;
use super::context::Context;
use super::read::extensions;

/// Returns a security scheme of any version; nothing for one that a client cannot obey.
pub(crate) fn scheme<'a>(
    cx: &mut Context<'a>,
    name: &str,
    map: &'a Map<String, Value>,
    at: &At<'_>,
) -> Option<SecurityScheme> {
    let description = cx.text(map, "description", at);
    let extensions = extensions(map);
    let word = cx.text(map, "type", at).unwrap_or_default();
    match word.trim().to_ascii_lowercase().as_str() {
        "apikey" | "api_key" => Some(SecurityScheme::APIKey {
            location: api_key_location(cx, map, at),
            name: cx.text(map, "name", at).unwrap_or_else(|| name.to_owned()),
            description,
            extensions,
        }),
        "http" => Some(SecurityScheme::HTTP {
            scheme: http_scheme(cx, name, map, at),
            bearer_format: cx.text(map, "bearerFormat", at),
            description,
            extensions,
        }),
        "basic" => Some(http("basic", description, extensions)),
        "bearer" | "jwt" | "token" => {
            let message =
                format!("`{word}` is no type of security scheme, and is read as a bearer token");
            cx.warn(
                at,
                "odd-security-scheme",
                message,
                "write type `http` and scheme `bearer`",
            );
            Some(http("bearer", description, extensions))
        }
        "oauth2" => Some(SecurityScheme::OAuth2 {
            flows: flows(cx, map, at),
            description,
            extensions,
        }),
        "openidconnect" => Some(SecurityScheme::OpenIDConnect {
            open_id_connect_url: cx.text(map, "openIdConnectUrl", at).unwrap_or_default(),
            description,
            extensions,
        }),
        "mutualtls" => {
            cx.note(
                at,
                "mutual-tls",
                "client certificates belong to the connection, not to the requests: configure them on the HTTP client",
            );
            None
        }
        _ => {
            let message =
                format!("`{word}` is no type of security scheme, and the scheme is left out");
            cx.error(
                at,
                "odd-security-scheme",
                message,
                "write apiKey, http, oauth2 or openIdConnect",
            );
            None
        }
    }
}

fn http(
    scheme: &str,
    description: Option<String>,
    extensions: IndexMap<String, Value>,
) -> SecurityScheme {
    SecurityScheme::HTTP {
        scheme: scheme.to_owned(),
        bearer_format: None,
        description,
        extensions,
    }
}

fn http_scheme<'a>(
    cx: &mut Context<'a>,
    name: &str,
    map: &'a Map<String, Value>,
    at: &At<'_>,
) -> String {
    if let Some(scheme) = cx
        .text(map, "scheme", at)
        .filter(|scheme| !scheme.is_empty())
    {
        return scheme.trim().to_ascii_lowercase();
    }
    let is_basic = name.to_ascii_lowercase().contains("basic");
    let scheme = if is_basic { "basic" } else { "bearer" };
    let message = format!("the scheme does not say how it works, and is read as {scheme}");
    cx.warn(at, "odd-security-scheme", message, "add `scheme`");
    scheme.to_owned()
}

fn api_key_location<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    at: &At<'_>,
) -> APIKeyLocation {
    let place = cx.text(map, "in", at).unwrap_or_default();
    match place.trim().to_ascii_lowercase().as_str() {
        "query" => APIKeyLocation::Query,
        "cookie" => APIKeyLocation::Cookie,
        "header" => APIKeyLocation::Header,
        _ => {
            let message = "the key does not say where it goes, and goes into a header";
            cx.warn(at, "odd-security-scheme", message, "add `in`");
            APIKeyLocation::Header
        }
    }
}

fn flows<'a>(cx: &mut Context<'a>, map: &'a Map<String, Value>, at: &At<'_>) -> OAuth2Flows {
    let mut flows = OAuth2Flows::default();
    // Swagger 2.0 has one flow, on the scheme itself.
    if let Some(flow) = cx.text(map, "flow", at) {
        one_flow(cx, &mut flows, &flow, map, at);
    }
    if let Some(url) = map.get("oauth2MetadataUrl") {
        let key = "x-oauth2-metadata-url".to_owned();
        flows.extensions.insert(key, url.clone());
    }
    let Some(declared) = cx.object(map, "flows", at) else {
        return flows;
    };
    let at = at.key("flows");
    for (name, value) in declared {
        let here = at.key(name);
        match value {
            Value::Object(flow) => one_flow(cx, &mut flows, name, flow, &here),
            _ if name.starts_with("x-") => {}
            _ => cx.warn(
                &here,
                "mapping-expected",
                "a flow is no mapping and is left out",
                "write a mapping with the flow's URLs and `scopes`",
            ),
        }
    }
    flows.extensions.extend(extensions(declared));
    flows
}

fn one_flow<'a>(
    cx: &mut Context<'a>,
    flows: &mut OAuth2Flows,
    name: &str,
    map: &'a Map<String, Value>,
    at: &At<'_>,
) {
    let scopes = scopes(cx, map, at);
    let refresh_url = cx.text(map, "refreshUrl", at);
    let url = |cx: &mut Context<'a>, key: &str| {
        let url = cx.text(map, key, at);
        if url.is_none() {
            let message = format!("the flow does not name its `{key}`");
            cx.warn(at, "flow-without-url", message, format!("add `{key}`"));
        }
        url.unwrap_or_default()
    };
    let extensions = extensions(map);
    match name {
        "implicit" => {
            flows.implicit = Some(ImplicitOAuth2Flow {
                authorization_url: url(cx, "authorizationUrl"),
                refresh_url,
                scopes,
                extensions,
            });
        }
        "password" => {
            flows.password = Some(PasswordOAuth2Flow {
                refresh_url,
                token_url: url(cx, "tokenUrl"),
                scopes,
                extensions,
            });
        }
        "clientCredentials" | "application" => {
            flows.client_credentials = Some(ClientCredentialsOAuth2Flow {
                refresh_url,
                token_url: url(cx, "tokenUrl"),
                scopes,
                extensions,
            });
        }
        "authorizationCode" | "accessCode" => {
            flows.authorization_code = Some(AuthorizationCodeOAuth2Flow {
                authorization_url: url(cx, "authorizationUrl"),
                token_url: url(cx, "tokenUrl"),
                refresh_url,
                scopes,
                extensions,
            });
        }
        "deviceAuthorization" => {
            let flow = Value::Object(map.clone());
            let key = "x-device-authorization".to_owned();
            flows.extensions.insert(key, flow);
        }
        name if name.starts_with("x-") => {}
        name => {
            let message = format!("`{name}` is no OAuth2 flow and is left out");
            cx.warn(
                at,
                "odd-security-scheme",
                message,
                "write one of the flows that OpenAPI defines",
            );
        }
    }
}

fn scopes<'a>(
    cx: &mut Context<'a>,
    flow: &'a Map<String, Value>,
    at: &At<'_>,
) -> IndexMap<String, String> {
    match flow.get("scopes") {
        Some(Value::Object(map)) => {
            let at = at.key("scopes");
            let mut scopes = IndexMap::with_capacity(map.len());
            for (name, value) in map {
                if !name.starts_with("x-") {
                    let text = cx.scalar_as_text(value, &at.key(name));
                    scopes.insert(name.clone(), text.unwrap_or_default());
                }
            }
            scopes
        }
        Some(Value::Array(_)) => {
            let names = cx.texts(flow, "scopes", at);
            names
                .into_iter()
                .map(|name| (name, String::new()))
                .collect()
        }
        _ => IndexMap::new(),
    }
}

/// Returns what a document or an operation requires: alternatives, each a set of schemes with their scopes.
///
/// Nothing is returned where nothing is said; an empty list says that nothing is required.
pub(crate) fn requirements<'a>(
    cx: &mut Context<'a>,
    owner: &'a Map<String, Value>,
    at: &At<'_>,
) -> Option<Vec<SecurityRequirement>> {
    let list = match owner.get("security")? {
        Value::Null => {
            cx.null_member("security", &at.key("security"));
            return None;
        }
        Value::Array(list) => list.as_slice(),
        single => {
            cx.warn(
                &at.key("security"),
                "list-expected",
                "`security` is not a list and is read as a list of one",
                "write a list",
            );
            std::slice::from_ref(single)
        }
    };
    let at = at.key("security");
    let mut alternatives = Vec::with_capacity(list.len());
    let mut unknown = false;
    for (index, value) in list.iter().enumerate() {
        match requirement(cx, value, &at.index(index)) {
            Some(requirement) => alternatives.push(requirement),
            None => unknown = true,
        }
    }
    // Where only unknown schemes are named, nothing is known, which is not the same as nothing being required.
    (!alternatives.is_empty() || !unknown).then_some(alternatives)
}

fn requirement<'a>(
    cx: &mut Context<'a>,
    value: &'a Value,
    at: &At<'_>,
) -> Option<SecurityRequirement> {
    let mut requirement = SecurityRequirement::new();
    match value {
        Value::Object(map) => {
            for name in map.keys() {
                let scopes = cx.texts(map, name, at);
                if !known(cx, name, at)? {
                    continue;
                }
                requirement.insert(name.clone(), scopes);
            }
        }
        Value::String(name) => {
            cx.warn(
                at,
                "mapping-expected",
                "a requirement is only the name of its scheme",
                "write a mapping of the scheme to its scopes",
            );
            if known(cx, name, at)? {
                requirement.insert(name.clone(), Vec::new());
            }
        }
        _ => {
            cx.warn(
                at,
                "mapping-expected",
                "a requirement is no mapping and is left out",
                "write a mapping of the scheme to its scopes",
            );
            return None;
        }
    }
    Some(requirement)
}

/// Returns whether a scheme is one that requests obey; nothing for one that is not there at all.
fn known(cx: &mut Context<'_>, name: &str, at: &At<'_>) -> Option<bool> {
    if cx.components.security_schemes.contains_key(name) {
        return Some(true);
    }
    if cx.transport_schemes.contains(name) {
        return Some(false);
    }
    let message =
        format!("the security scheme `{name}` is not defined; the requirement is left out");
    cx.warn(
        at,
        "unknown-security-scheme",
        message,
        "define it, or correct the name",
    );
    None
}

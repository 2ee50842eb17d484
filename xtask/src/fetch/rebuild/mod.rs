//! An OpenAPI document from what the portal's page shows of an API, for portals whose export is empty.
//!
//! The portal describes operations one by one, with references into schema documents beside them. Its answers have the
//! members of an entity either at the top or below `properties`, after the version of its API.

mod ask;
mod operation;
mod schemas;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

pub(super) use ask::ask;

/// What a portal says of an API.
pub(super) struct Parts {
    /// The API itself.
    pub(super) api: Value,
    /// The set of versions that it belongs to, where it names one.
    pub(super) version_set: Option<Value>,
    /// The hosts of its gateway.
    pub(super) hosts: Vec<String>,
    /// Its operations by id, each as the portal shows it alone.
    pub(super) operations: Vec<(String, Value)>,
    /// How many operations there are that the portal counts and does not show.
    pub(super) unseen: usize,
    /// The schema documents that its operations refer to, by id.
    pub(super) schemas: Vec<(String, Value)>,
}

/// A document, and what it lacks.
pub(super) struct Rebuilt {
    pub(super) document: Value,
    /// The operations that it has no place for, in sentences' parts.
    pub(super) lost: Vec<String>,
    /// What could not be told from the portal's answers, in sentences' parts.
    pub(super) lacks: Vec<String>,
}

/// What no answer of the portal says, though an export does.
const NEVER_TOLD: &str =
    "tags, whether request bodies are required, and how lists in parameters are written";

/// Makes the document.
pub(super) fn rebuild(parts: &Parts) -> Rebuilt {
    let mut lacks = vec![NEVER_TOLD.to_owned()];
    let schemas = schemas::Schemas::new(&parts.schemas, &mut lacks);
    let version = Version::of(parts, &mut lacks);
    let mut paths = Map::new();
    let mut lost = Vec::new();
    for (id, operation) in &parts.operations {
        let added = operation::add(&mut paths, id, operation, &schemas, &version, &mut lacks);
        lost.extend(added.err());
    }
    if parts.unseen > 0 {
        lost.push(format!(
            "{} more that the portal counts and does not show",
            parts.unseen
        ));
    }
    if parts.hosts.is_empty() {
        lacks.push("the gateway's host".to_owned());
    }
    let api = members(&parts.api);
    let mut document = json!({
        "openapi": "3.0.1",
        "info": info(api),
        "servers": [{ "url": server(parts, api, &version) }],
        "paths": paths,
    });
    let mut components = Map::new();
    let schemas = schemas.into_components();
    if !schemas.is_empty() {
        components.insert("schemas".to_owned(), schemas.into());
    }
    if let Some(schemes) = subscription_key(api) {
        let alternatives: Vec<_> = schemes.keys().map(|name| json!({ name: [] })).collect();
        components.insert("securitySchemes".to_owned(), schemes.into());
        document["security"] = alternatives.into();
    } else if api.get("subscriptionRequired").is_none() {
        lacks.push("whether calls need a subscription key".to_owned());
    }
    if !components.is_empty() {
        document["components"] = components.into();
    }
    Rebuilt {
        document,
        lost,
        lacks,
    }
}

/// The members of an entity.
pub(super) fn members(entity: &Value) -> &Value {
    match entity.get("properties") {
        Some(properties @ Value::Object(_)) => properties,
        _ => entity,
    }
}

/// The id of an entity: the last part of its path, or its name where it has no id.
pub(super) fn id(entity: &Value) -> Option<&str> {
    let id = entity.get("id").or_else(|| entity.get("name"))?.as_str()?;
    last(id)
}

/// The last part of a path.
fn last(path: &str) -> Option<&str> {
    path.rsplit('/').next().filter(|part| !part.is_empty())
}

/// A text that is there and not empty.
fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name)?.as_str().filter(|text| !text.is_empty())
}

/// The entries of a list, of which there are none where it is missing.
fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn info(api: &Value) -> Value {
    let title = text(api, "displayName").or_else(|| text(api, "name"));
    let mut info = json!({
        "title": title.unwrap_or("API"),
        // Both are required; an export says the same where the portal names no version.
        "version": text(api, "apiVersion").unwrap_or("1.0"),
    });
    if let Some(description) = text(api, "description") {
        info["description"] = description.into();
    }
    info
}

/// How a request says which version of the API it means.
enum Version {
    /// It does not, or the path has it from elsewhere.
    Unsaid,
    /// A segment behind the API's path.
    Segment(String),
    /// A parameter at this place, of this name and value.
    Parameter(&'static str, String, String),
}

impl Version {
    fn of(parts: &Parts, lacks: &mut Vec<String>) -> Self {
        let api = members(&parts.api);
        let Some(version) = text(api, "apiVersion") else {
            return Self::Unsaid;
        };
        let set = api.get("apiVersionSet").filter(|set| set.is_object());
        let Some(set) = set.or(parts.version_set.as_ref()).map(members) else {
            lacks.push(format!("how a request asks for version `{version}`"));
            return Self::Unsaid;
        };
        let parameter = |place, name| {
            text(set, name).map(|name| Self::Parameter(place, name.to_owned(), version.to_owned()))
        };
        let scheme = text(set, "versioningScheme")
            .unwrap_or_default()
            .to_ascii_lowercase();
        let found = match scheme.as_str() {
            "segment" => Some(Self::Segment(version.to_owned())),
            "query" => parameter("query", "versionQueryName"),
            "header" => parameter("header", "versionHeaderName"),
            _ => None,
        };
        found.unwrap_or_else(|| {
            lacks.push(format!("how a request asks for version `{version}`"));
            Self::Unsaid
        })
    }
}

/// The URL of the API, without a host where the portal names none that is one.
fn server(parts: &Parts, api: &Value, version: &Version) -> String {
    let path = text(api, "path").unwrap_or_default().trim_matches('/');
    let path = match version {
        Version::Segment(version) => format!("/{path}/{version}").replace("//", "/"),
        _ => format!("/{path}"),
    };
    let is_host = |host: &&String| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte);
        !host.is_empty() && host.bytes().all(is_plain)
    };
    let path = if path == "/" { "" } else { &path };
    match parts.hosts.iter().find(is_host) {
        Some(host) => format!("https://{host}{path}"),
        None if path.is_empty() => "/".to_owned(),
        None => path.to_owned(),
    }
}

/// The two places for a subscription's key, as an export has them.
fn subscription_key(api: &Value) -> Option<Map<String, Value>> {
    if api.get("subscriptionRequired") != Some(&Value::Bool(true)) {
        return None;
    }
    let names = api
        .get("subscriptionKeyParameterNames")
        .unwrap_or(&Value::Null);
    let scheme = |name: &str, place: &str, usual: &str| {
        let name = text(names, name).unwrap_or(usual);
        json!({ "type": "apiKey", "name": name, "in": place })
    };
    let mut schemes = Map::new();
    schemes.insert(
        "apiKeyHeader".to_owned(),
        scheme("header", "header", "Ocp-Apim-Subscription-Key"),
    );
    schemes.insert(
        "apiKeyQuery".to_owned(),
        scheme("query", "query", "subscription-key"),
    );
    Some(schemes)
}

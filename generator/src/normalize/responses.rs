//! Responses of an operation, by status.

use indexmap::IndexMap;
use openapiv3::{
    Link, LinkOperation, MediaType, ReferenceOr, Response, Responses, SchemaKind, StatusCode,
    StringFormat, Type, VariantOrUnknownOrEmpty,
};
use serde_json::{Map, Value};

use super::at::{At, Step};
use super::bodies::shared_schema;
use super::context::{Context, Kind};
use super::media::{component_reference, content, headers};
use super::read::{extensions, is_extension};
use super::resolve::reference_of;
use super::version::Version;

/// The members of responses, those of Swagger 2.0 included.
const MEMBERS: [&str; 7] = [
    "summary",
    "description",
    "headers",
    "content",
    "links",
    "schema",
    "examples",
];

/// Returns the responses of an operation, or why it cannot be called.
pub(crate) fn responses<'a>(
    cx: &mut Context<'a>,
    operation: &'a Map<String, Value>,
    produces: &[String],
    at: &At<'_>,
) -> Result<Responses, String> {
    let mut read = Responses::default();
    let Some(kept) = cx.kept(operation, "responses", at) else {
        cx.warn(
            at,
            "missing-responses",
            "the operation declares no responses",
            "add `responses`",
        );
        return Ok(read);
    };
    let to = at.key("responses").to();
    let at = At::start(kept.file, &kept.pointer, &to);
    if reference_of(operation.get("responses").unwrap_or(&Value::Null)).is_some() {
        cx.moved(&at);
    }
    let mut broken = None;
    if kept.value.as_object().is_some_and(Map::is_empty) {
        cx.warn(
            &at,
            "missing-responses",
            "the operation declares no responses",
            "add them to `responses`",
        );
    }
    for (key, value) in kept.value.as_object().into_iter().flatten() {
        let here = at.key(key);
        if is_extension(key) {
            read.extensions.insert(key.clone(), value.clone());
            continue;
        }
        for status in statuses(cx, key, &here) {
            let word = status
                .as_ref()
                .map_or("default".to_owned(), ToString::to_string);
            let here = at.step(Step::Key(key), Step::Key(&word));
            if *key != word {
                cx.moved(&here);
            }
            match response_or_reference(cx, value, produces, &here) {
                Ok(response) => match status {
                    None if read.default.is_none() => read.default = Some(response),
                    Some(status) if !read.responses.contains_key(&status) => {
                        read.responses.insert(status, response);
                    }
                    _ => cx.warn(
                        &here,
                        "duplicate-status",
                        format!("`{word}` has two responses, and the first one counts"),
                        "remove one of them",
                    ),
                },
                Err(reason) => broken = broken.or(Some(reason)),
            }
        }
    }
    match broken {
        Some(reason) => Err(reason),
        None => Ok(read),
    }
}

/// Returns the statuses that a key names; nothing in place of a status stands for `default`.
fn statuses(cx: &mut Context<'_>, key: &str, at: &At<'_>) -> Vec<Option<StatusCode>> {
    let found: Vec<_> = key
        .split([',', '|'])
        .map(|part| status(part.trim()))
        .collect();
    if found.iter().any(Option::is_none) {
        let message = format!("`{key}` is no status, and its response is left out");
        if !key.starts_with("x-") {
            cx.error(
                at,
                "unknown-status",
                message,
                "write a status such as 200, 4XX or default",
            );
        }
        return Vec::new();
    }
    let exact = |status: &Option<StatusCode>| match status {
        None => key == "default",
        Some(status) => key == status.to_string(),
    };
    let found: Vec<_> = found.into_iter().flatten().collect();
    if !found.iter().all(exact) {
        let message = format!("the status `{key}` is not written as OpenAPI does");
        cx.warn(
            at,
            "odd-status",
            message,
            "write a status such as 200, 4XX or default",
        );
    }
    found
}

/// Returns a status, or `default` as the absence of one; nothing at all for what is neither.
// `default` is a key of its own, and not the same as one that cannot be read.
#[allow(clippy::option_option)]
fn status(text: &str) -> Option<Option<StatusCode>> {
    if text.eq_ignore_ascii_case("default") {
        return Some(None);
    }
    let bytes = text.as_bytes();
    let [first @ b'1'..=b'9', second, third] = bytes else {
        return None;
    };
    if second.is_ascii_digit() && third.is_ascii_digit() {
        return Some(Some(StatusCode::Code(text.parse().ok()?)));
    }
    let any = |byte: &u8| matches!(byte, b'x' | b'X' | b'*');
    (any(second) && any(third)).then(|| Some(StatusCode::Range(u16::from(first - b'0'))))
}

fn response_or_reference<'a>(
    cx: &mut Context<'a>,
    value: &'a Value,
    produces: &[String],
    at: &At<'_>,
) -> Result<ReferenceOr<Response>, String> {
    let Some(reference) = reference_of(value) else {
        return match value {
            Value::Object(map) => Ok(ReferenceOr::Item(response(cx, map, produces, false, at))),
            Value::Null => Ok(ReferenceOr::Item(Response::default())),
            Value::String(description) => {
                cx.warn(
                    at,
                    "mapping-expected",
                    "a response is only a text, which is read as its description",
                    "write a mapping",
                );
                Ok(ReferenceOr::Item(Response {
                    description: description.clone(),
                    ..Response::default()
                }))
            }
            _ => {
                cx.warn(
                    at,
                    "mapping-expected",
                    "a response is no mapping, and counts as empty",
                    "write a mapping",
                );
                Ok(ReferenceOr::Item(Response::default()))
            }
        };
    };
    let linked = match cx.version {
        Version::V2 => other_media_types(cx, reference, produces, at),
        Version::V30 | Version::V31 => Ok(None),
    };
    let linked = linked.and_then(|inlined| match inlined {
        Some(response) => Ok(ReferenceOr::Item(response)),
        None => cx
            .link(Kind::Response, reference, at)
            .map(|name| component_reference(Kind::Response, &name)),
    });
    linked.map_err(|broken| cx.broken(at, broken))
}

/// Returns a shared response of Swagger 2.0 with the media types of the operation, where they are its own.
fn other_media_types<'a>(
    cx: &mut Context<'a>,
    reference: &str,
    produces: &[String],
    at: &At<'_>,
) -> Result<Option<Response>, super::resolve::Broken> {
    let target = cx.resolve_fully(reference, at.file)?;
    let Some(map) = target.value.as_object() else {
        return Ok(None);
    };
    if !map.contains_key("schema") || produces == cx.produces.as_slice() {
        return Ok(None);
    }
    let there = at.elsewhere(target.file, &target.pointer);
    cx.moved(&there.at());
    Ok(Some(response(cx, map, produces, true, &there.at())))
}

/// Returns one response.
pub(crate) fn response<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    produces: &[String],
    shared: bool,
    at: &At<'_>,
) -> Response {
    cx.note_unknown(map, "a response", &MEMBERS, at);
    let description = cx
        .text(map, "description", at)
        .or_else(|| cx.text(map, "summary", at));
    if description.is_none() {
        cx.warn(
            at,
            "missing-description",
            "the response has no description",
            "add `description`",
        );
    }
    let mut content = content(cx, map, at);
    if content.is_empty() && map.get("schema").is_some_and(|schema| !schema.is_null()) {
        content = of_schema(cx, map, produces, shared, at);
    }
    Response {
        description: description.unwrap_or_default(),
        headers: headers(cx, map, at),
        content,
        links: links(cx, map, at),
        extensions: extensions(map),
    }
}

/// Returns the content that a schema of Swagger 2.0 and the media types of the operation make up.
fn of_schema<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    produces: &[String],
    shared: bool,
    at: &At<'_>,
) -> IndexMap<String, MediaType> {
    let Some(value) = map.get("schema") else {
        return IndexMap::new();
    };
    if cx.version != Version::V2 {
        cx.warn(
            at,
            "content-without-media-type",
            "the response names no media type, and is read as application/json",
            "put `content` and `application/json` above `schema`",
        );
    }
    let is_file = value.get("type").and_then(Value::as_str) == Some("file");
    let mut types: Vec<&str> = Vec::new();
    for media in produces.iter().map(|media| media.trim()) {
        if !media.is_empty() && !types.contains(&media) {
            types.push(media);
        }
    }
    if types.is_empty() {
        types.push(if is_file {
            "application/octet-stream"
        } else {
            "application/json"
        });
    }
    let examples = map.get("examples").and_then(Value::as_object);
    let mut content = IndexMap::with_capacity(types.len());
    for name in types {
        let to = at.key("content").key(name).to();
        let from = at.from();
        let here = At::start(at.file, &from, &to);
        cx.moved(&here);
        let mut schema = shared_schema(cx, value, &here.key("schema"), shared);
        if is_file {
            as_bytes(&mut schema);
        }
        let media = MediaType {
            schema: Some(schema),
            example: examples.and_then(|examples| examples.get(name)).cloned(),
            ..MediaType::default()
        };
        content.insert(name.to_owned(), media);
    }
    content
}

fn as_bytes(schema: &mut ReferenceOr<openapiv3::Schema>) {
    if let ReferenceOr::Item(schema) = schema
        && let SchemaKind::Type(Type::String(string)) = &mut schema.schema_kind
    {
        string.format = VariantOrUnknownOrEmpty::Item(StringFormat::Binary);
    }
}

fn links<'a>(
    cx: &mut Context<'a>,
    response: &'a Map<String, Value>,
    at: &At<'_>,
) -> IndexMap<String, ReferenceOr<Link>> {
    let Some(map) = cx.object(response, "links", at) else {
        return IndexMap::new();
    };
    let at = at.key("links");
    let mut links = IndexMap::with_capacity(map.len());
    for (name, value) in map {
        let at = at.key(name);
        let value = match reference_of(value) {
            None => Some(value),
            Some(reference) => cx
                .resolve_fully(reference, at.file)
                .ok()
                .map(|target| target.value),
        };
        let link = value
            .and_then(Value::as_object)
            .and_then(|map| link(cx, map, &at));
        match link {
            Some(link) => {
                links.insert(name.clone(), ReferenceOr::Item(link));
            }
            None => cx.note(&at, "odd-link", "a link that leads nowhere is left out"),
        }
    }
    links
}

/// Returns one link; nothing for one that names no operation.
pub(crate) fn link<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    at: &At<'_>,
) -> Option<Link> {
    let operation = match cx.text(map, "operationId", at) {
        Some(id) => LinkOperation::OperationId(id),
        None => LinkOperation::OperationRef(cx.text(map, "operationRef", at)?),
    };
    let parameters = cx.object(map, "parameters", at);
    Some(Link {
        description: cx.text(map, "description", at),
        operation,
        request_body: map.get("requestBody").cloned(),
        parameters: parameters
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        server: None,
        extensions: extensions(map),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_statuses() {
        assert_eq!(status("200"), Some(Some(StatusCode::Code(200))));
        assert_eq!(status("4xx"), Some(Some(StatusCode::Range(4))));
        assert_eq!(status("5**"), Some(Some(StatusCode::Range(5))));
        assert_eq!(status("Default"), Some(None));
        assert_eq!(status("20X"), None);
        assert_eq!(status("2000"), None);
        assert_eq!(status("ok"), None);
    }
}

//! Bodies and everything they are made of: media types, encodings, headers, examples.

use indexmap::IndexMap;
use openapiv3::{
    ArrayType, Content, Encoding, Example, Header, HeaderStyle, MediaType,
    ParameterSchemaOrContent, QueryStyle, ReferenceOr, Schema, SchemaData, SchemaKind, Type,
};
use serde_json::{Map, Value};

use super::at::{At, Step};
use super::context::{Context, Kind};
use super::read::extensions;
use super::resolve::reference_of;
use super::schema;

/// Returns the media types of a `content`.
pub(crate) fn content<'a>(
    cx: &mut Context<'a>,
    owner: &'a Map<String, Value>,
    at: &At<'_>,
) -> Content {
    let Some(map) = cx.object(owner, "content", at) else {
        return Content::new();
    };
    let at = at.key("content");
    // Some write the media type itself where its name belongs.
    if map.contains_key("schema") && !map.keys().any(|key| key.contains('/')) {
        cx.warn(
            &at,
            "content-without-media-type",
            "`content` names no media type, and is read as application/json",
            "put `application/json` between `content` and `schema`",
        );
        let at = at.step(Step::Here, Step::Key("application/json"));
        cx.moved(&at);
        let media = media_type(cx, map, &at);
        return Content::from_iter([("application/json".to_owned(), media)]);
    }
    let mut content = Content::with_capacity(map.len());
    for (name, value) in map {
        let here = at.key(name);
        let trimmed = match name.trim() {
            "" => "application/json",
            trimmed => trimmed,
        };
        if trimmed != name && map.contains_key(trimmed) {
            let message = format!("`{name}` is `{trimmed}` once more, and is left out");
            cx.warn(&here, "duplicate-media-type", message, "remove one of them");
            continue;
        }
        match value {
            Value::Object(media) => {
                content.insert(
                    trimmed.to_owned(),
                    media_or_reference(cx, media, value, &here),
                );
            }
            Value::Null => {
                content.insert(trimmed.to_owned(), MediaType::default());
            }
            _ => cx.warn(
                &here,
                "mapping-expected",
                "a media type that is no mapping is left out",
                "write a mapping with `schema`",
            ),
        }
    }
    content
}

/// Returns a media type; OpenAPI 3.2 has components for them, which 3.0 has not.
fn media_or_reference<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    value: &'a Value,
    at: &At<'_>,
) -> MediaType {
    let Some(reference) = reference_of(value) else {
        return media_type(cx, map, at);
    };
    match cx.resolve_fully(reference, at.file) {
        Ok(target) => {
            let map = target.value.as_object();
            let built = map
                .and_then(|map| cx.bring_in(&target, at, |cx, there| media_type(cx, map, there)));
            built.unwrap_or_default()
        }
        Err(broken) => {
            let reason = cx.broken(at, broken);
            MediaType {
                schema: Some(ReferenceOr::Item(schema::broken(reason))),
                ..MediaType::default()
            }
        }
    }
}

fn media_type<'a>(cx: &mut Context<'a>, map: &'a Map<String, Value>, at: &At<'_>) -> MediaType {
    let mut extensions = extensions(map);
    let items = map.get("itemSchema").map(|value| {
        extensions.insert("x-item-schema".to_owned(), Value::Bool(true));
        items(cx, value, at)
    });
    for key in ["prefixEncoding", "itemEncoding"] {
        if map.contains_key(key) {
            let message = format!("`{key}` is left out: who adds a part says its media type");
            cx.warn(
                &at.key(key),
                "unsupported-encoding",
                message,
                "give the parts the media types that the document names",
            );
        }
    }
    MediaType {
        schema: items.or_else(|| {
            let value = map.get("schema")?;
            Some(schema::schema(cx, value, &at.key("schema")))
        }),
        example: map
            .get("example")
            .filter(|example| !example.is_null())
            .cloned(),
        examples: examples(cx, map, at),
        encoding: encodings(cx, map, at),
        extensions,
    }
}

/// Returns the schema of a content whose items are described: a sequence is an array to schemas (OpenAPI 3.2, "Sequential
/// Media Types"). A `schema` beside `itemSchema` says no more of an item.
fn items<'a>(cx: &mut Context<'a>, value: &'a Value, at: &At<'_>) -> ReferenceOr<Schema> {
    let at = at.step(Step::Key("itemSchema"), Step::Path("/schema/items"));
    cx.moved(&at);
    let item = schema::schema(cx, value, &at);
    ReferenceOr::Item(Schema {
        schema_data: SchemaData::default(),
        schema_kind: SchemaKind::Type(Type::Array(ArrayType {
            items: Some(schema::boxed(item)),
            min_items: None,
            max_items: None,
            unique_items: false,
        })),
    })
}

fn encodings<'a>(
    cx: &mut Context<'a>,
    media: &'a Map<String, Value>,
    at: &At<'_>,
) -> IndexMap<String, Encoding> {
    let Some(map) = cx.object(media, "encoding", at) else {
        return IndexMap::new();
    };
    let at = at.key("encoding");
    let mut encodings = IndexMap::with_capacity(map.len());
    for (name, value) in map {
        let at = at.key(name);
        match value.as_object() {
            Some(encoding) => {
                encodings.insert(name.clone(), self::encoding(cx, encoding, &at));
            }
            None => cx.warn(
                &at,
                "mapping-expected",
                "an encoding that is no mapping is left out",
                "write a mapping with `contentType` or `headers`",
            ),
        }
    }
    encodings
}

fn encoding<'a>(cx: &mut Context<'a>, map: &'a Map<String, Value>, at: &At<'_>) -> Encoding {
    let style = cx.text(map, "style", at);
    let style = style.and_then(|style| query_style(cx, &style, &at.key("style")));
    // What is left out means `true` for forms; `openapiv3` would read it as `false`.
    let explode = cx.optional_flag(map, "explode", at);
    let by_style = matches!(style, None | Some(QueryStyle::Form));
    Encoding {
        content_type: cx.text(map, "contentType", at),
        headers: headers(cx, map, at),
        style,
        explode: explode.unwrap_or(by_style),
        allow_reserved: cx.flag(map, "allowReserved", at),
        extensions: extensions(map),
    }
}

/// Returns how a value is written into a query or a form.
pub(crate) fn query_style(cx: &mut Context<'_>, style: &str, at: &At<'_>) -> Option<QueryStyle> {
    match style.trim().to_ascii_lowercase().as_str() {
        "form" => Some(QueryStyle::Form),
        "spacedelimited" => Some(QueryStyle::SpaceDelimited),
        "pipedelimited" => Some(QueryStyle::PipeDelimited),
        "deepobject" => Some(QueryStyle::DeepObject),
        "" => None,
        _ => {
            unknown_style(cx, style, "a query", at);
            None
        }
    }
}

/// Reports a style that the place of the parameter does not have.
pub(crate) fn unknown_style(cx: &mut Context<'_>, style: &str, place: &str, at: &At<'_>) {
    let message = format!("{place} has no style `{style}`, and the default one is used");
    cx.warn(
        at,
        "unknown-style",
        message,
        "write one of the styles that OpenAPI defines",
    );
}

/// Returns the named examples of a parameter, a header or a media type.
pub(crate) fn examples<'a>(
    cx: &mut Context<'a>,
    owner: &'a Map<String, Value>,
    at: &At<'_>,
) -> IndexMap<String, ReferenceOr<Example>> {
    let named = match owner.get("examples") {
        None | Some(Value::Null) => return IndexMap::new(),
        // The examples of a schema stand in a list.
        Some(Value::Array(list)) => {
            let numbered = list.iter().enumerate();
            return numbered
                .map(|(index, value)| {
                    let value = Some(value.clone());
                    let example = Example {
                        value,
                        ..Example::default()
                    };
                    (format!("{}", index + 1), ReferenceOr::Item(example))
                })
                .collect();
        }
        Some(_) => cx.object(owner, "examples", at),
    };
    let Some(named) = named else {
        return IndexMap::new();
    };
    let at = at.key("examples");
    let mut examples = IndexMap::with_capacity(named.len());
    for (name, value) in named {
        let at = at.key(name);
        let value = match reference_of(value) {
            None => Some(value),
            Some(reference) => match cx.resolve_fully(reference, at.file) {
                Ok(target) => Some(target.value),
                Err(broken) => {
                    let message = format!("{}; the example is left out", broken.message);
                    cx.warn(&at, broken.rule, message, broken.help);
                    None
                }
            },
        };
        if let Some(value) = value {
            examples.insert(name.clone(), ReferenceOr::Item(example(cx, value, &at)));
        }
    }
    examples
}

/// Returns one named example.
pub(crate) fn example<'a>(cx: &mut Context<'a>, value: &'a Value, at: &At<'_>) -> Example {
    let known = [
        "value",
        "externalValue",
        "summary",
        "description",
        "dataValue",
        "serializedValue",
    ];
    match value {
        Value::Object(map) if known.iter().any(|key| map.contains_key(*key)) => Example {
            summary: cx.text(map, "summary", at),
            description: cx.text(map, "description", at),
            value: map.get("value").or_else(|| map.get("dataValue")).cloned(),
            external_value: cx.text(map, "externalValue", at),
            extensions: extensions(map),
        },
        // The value itself, without the mapping around it.
        other => Example {
            value: Some(other.clone()),
            ..Example::default()
        },
    }
}

/// Returns the declared headers of a response or of a part of a form.
pub(crate) fn headers<'a>(
    cx: &mut Context<'a>,
    owner: &'a Map<String, Value>,
    at: &At<'_>,
) -> IndexMap<String, ReferenceOr<Header>> {
    let Some(map) = cx.object(owner, "headers", at) else {
        return IndexMap::new();
    };
    let at = at.key("headers");
    let mut headers = IndexMap::with_capacity(map.len());
    for (name, value) in map {
        let at = at.key(name);
        if name.eq_ignore_ascii_case("content-type") {
            // The media types say it, and the standard has this one ignored.
            continue;
        }
        if let Some(reference) = reference_of(value) {
            match cx.link(Kind::Header, reference, &at) {
                Ok(component) => {
                    headers.insert(name.clone(), component_reference(Kind::Header, &component));
                }
                Err(broken) => {
                    let message = format!("{}; the header is left out", broken.message);
                    cx.error(&at, broken.rule, message, broken.help);
                }
            }
        } else if let Some(map) = value.as_object() {
            headers.insert(name.clone(), ReferenceOr::Item(header(cx, map, &at)));
        } else {
            cx.warn(
                &at,
                "mapping-expected",
                "a header that is no mapping is left out",
                "write a mapping with `schema`",
            );
        }
    }
    headers
}

/// Returns one header.
pub(crate) fn header<'a>(cx: &mut Context<'a>, map: &'a Map<String, Value>, at: &At<'_>) -> Header {
    Header {
        description: cx.text(map, "description", at),
        style: HeaderStyle::Simple,
        required: cx.flag(map, "required", at),
        deprecated: cx.optional_flag(map, "deprecated", at),
        format: schema_or_content(cx, map, at),
        example: map
            .get("example")
            .filter(|example| !example.is_null())
            .cloned(),
        examples: examples(cx, map, at),
        extensions: extensions(map),
    }
}

/// Returns what a parameter or header holds: a schema, a media type, or the keywords of 2.0.
pub(crate) fn schema_or_content<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    at: &At<'_>,
) -> ParameterSchemaOrContent {
    if let Some(value) = map.get("schema").filter(|value| !value.is_null()) {
        let around = std::mem::replace(&mut cx.is_text, true);
        let schema = schema::schema(cx, value, &at.key("schema"));
        cx.is_text = around;
        return ParameterSchemaOrContent::Schema(schema);
    }
    if map.contains_key("content") {
        let mut content = content(cx, map, at);
        content.truncate(1);
        if !content.is_empty() {
            return ParameterSchemaOrContent::Content(content);
        }
    }
    ParameterSchemaOrContent::Schema(ReferenceOr::Item(inline_schema(cx, map, at)))
}

/// Returns the schema whose keywords stand on the parameter itself, as in Swagger 2.0; text where there are none.
pub(crate) fn inline_schema<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    at: &At<'_>,
) -> Schema {
    let shaped = ["type", "enum", "format", "items"]
        .iter()
        .any(|key| map.contains_key(*key));
    if !shaped {
        cx.warn(
            at,
            "missing-schema",
            "it does not say what it holds, and is read as text",
            "add a `schema`",
        );
        return schema::text();
    }
    let at = at.step(Step::Here, Step::Key("schema"));
    cx.moved(&at);
    let around = std::mem::replace(&mut cx.is_text, true);
    let schema = schema::of_parameter(cx, map, &at);
    cx.is_text = around;
    schema
}

/// Returns a reference to a component.
pub(crate) fn component_reference<T>(kind: Kind, name: &str) -> ReferenceOr<T> {
    let mut reference = format!("#/components/{}", kind.section());
    crate::document::pointer::push(&mut reference, name);
    ReferenceOr::Reference { reference }
}

//! Request bodies, of OpenAPI 3 and of the `body` and `formData` parameters of Swagger 2.0.

use indexmap::IndexMap;
use openapiv3::{
    Encoding, MediaType, ObjectType, ReferenceOr, RequestBody, Schema, SchemaData, SchemaKind, Type,
};
use serde_json::{Map, Value};

use super::at::{At, Step};
use super::context::{Address, Context, Kind};
use super::media::{component_reference, content, inline_schema, query_style};
use super::parameters::{BodyParameter, collected};
use super::read::{extensions, is_extension};
use super::resolve::{Target, reference_of};
use super::schema;

/// The media types of the forms that Swagger 2.0 knows.
const URLENCODED: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// Returns an operation's `requestBody`, or why the operation cannot be called.
pub(crate) fn request_body<'a>(
    cx: &mut Context<'a>,
    operation: &'a Map<String, Value>,
    at: &At<'_>,
) -> Result<Option<ReferenceOr<RequestBody>>, String> {
    let Some(value) = operation
        .get("requestBody")
        .filter(|value| !value.is_null())
    else {
        return Ok(None);
    };
    let at = at.key("requestBody");
    if let Some(reference) = reference_of(value) {
        return match cx.link(Kind::RequestBody, reference, &at) {
            Ok(name) => Ok(Some(component_reference(Kind::RequestBody, &name))),
            Err(broken) => Err(cx.broken(&at, broken)),
        };
    }
    let Some(map) = value.as_object() else {
        cx.warn(
            &at,
            "mapping-expected",
            "the request body is no mapping and is left out",
            "write a mapping with `content`",
        );
        return Ok(None);
    };
    let body = body(cx, map, &at);
    if body.content.is_empty() && body.required {
        let reason = "the request body is required and has no content".to_owned();
        cx.error(&at, "body-without-content", reason.clone(), "add `content`");
        return Err(reason);
    }
    if body.content.is_empty() {
        cx.warn(
            &at,
            "body-without-content",
            "the request body has no content and is left out",
            "add `content`",
        );
        return Ok(None);
    }
    Ok(Some(ReferenceOr::Item(body)))
}

/// Returns one request body.
pub(crate) fn body<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    at: &At<'_>,
) -> RequestBody {
    let mut content = content(cx, map, at);
    if content.is_empty() && map.contains_key("schema") {
        cx.warn(
            at,
            "content-without-media-type",
            "the request body names no media type, and is read as application/json",
            "put `content` and `application/json` above `schema`",
        );
        let here = at.step(Step::Here, Step::Path("/content/application~1json"));
        cx.moved(&here);
        let schema = map
            .get("schema")
            .map(|value| schema::schema(cx, value, &here.key("schema")));
        let media = MediaType {
            schema,
            ..MediaType::default()
        };
        content.insert("application/json".to_owned(), media);
    }
    RequestBody {
        description: cx.text(map, "description", at),
        content,
        required: cx.flag(map, "required", at),
        extensions: extensions(map),
    }
}

/// Returns the body that the parameters of Swagger 2.0 make up; `at` is the operation's position.
pub(crate) fn of_parameters<'a>(
    cx: &mut Context<'a>,
    parameters: &[BodyParameter<'a>],
    consumes: &[String],
    at: &At<'_>,
) -> Option<RequestBody> {
    let required =
        |parameter: &&BodyParameter<'a>| parameter.map.get("required") == Some(&true.into());
    let whole = || parameters.iter().filter(|parameter| parameter.whole);
    let whole = whole().find(required).or_else(|| whole().next());
    let mut fields: Vec<&BodyParameter<'a>> = parameters
        .iter()
        .filter(|parameter| !parameter.whole)
        .collect();
    let Some(whole) = whole else {
        if fields.is_empty() {
            return None;
        }
        let mut names = Vec::new();
        fields.retain(|field| {
            let name = field.map.get("name");
            let new = !names.contains(&name);
            names.push(name);
            new
        });
        return Some(form(cx, &fields, consumes, at));
    };
    let others = parameters
        .iter()
        .filter(|other| !std::ptr::eq(*other, whole));
    for other in others {
        let name = |parameter: &BodyParameter<'a>| {
            let name = parameter.map.get("name").and_then(Value::as_str);
            name.unwrap_or_default().to_owned()
        };
        cx.warn(
            &At::start(other.file, &other.pointer, ""),
            "two-bodies",
            format!(
                "a request has one body: the first required `body` parameter, or else the first, `{}`; `{}` is left out",
                name(whole),
                name(other)
            ),
            "make one body of them",
        );
    }
    Some(whole_body(cx, whole, consumes, at))
}

fn whole_body<'a>(
    cx: &mut Context<'a>,
    parameter: &BodyParameter<'a>,
    consumes: &[String],
    at: &At<'_>,
) -> RequestBody {
    let map = parameter.map;
    let types = media_types(consumes);
    let mut content = IndexMap::with_capacity(types.len());
    for name in types {
        let to = at.key("requestBody").key("content").key(&name).to();
        let from = At::start(parameter.file, &parameter.pointer, &to);
        cx.moved(&from);
        let schema = map.get("schema").filter(|value| !value.is_null());
        let schema = match schema {
            Some(value) => shared_schema(cx, value, &from.key("schema"), parameter.shared),
            None => ReferenceOr::Item(inline_schema(cx, map, &from)),
        };
        let media = MediaType {
            schema: Some(schema),
            example: map.get("x-example").cloned(),
            ..MediaType::default()
        };
        content.insert(name, media);
    }
    let here = At::start(parameter.file, &parameter.pointer, "");
    RequestBody {
        description: cx.text(map, "description", &here),
        content,
        required: cx.flag(map, "required", &here),
        extensions: extensions(map),
    }
}

/// Returns a schema that several places share, as a component where it is worth a name of its own.
pub(crate) fn shared_schema<'a>(
    cx: &mut Context<'a>,
    value: &'a Value,
    at: &At<'_>,
    shared: bool,
) -> ReferenceOr<Schema> {
    let shaped = ["properties", "allOf", "enum"]
        .iter()
        .any(|key| value.get(key).is_some());
    if shared && shaped && reference_of(value).is_none() {
        let known = cx.names.get(&(Kind::Schema, Address::of(value))).cloned();
        let name = known.unwrap_or_else(|| {
            let target = Target {
                value,
                file: at.file,
                pointer: at.from(),
            };
            cx.hoist(Kind::Schema, target)
        });
        return schema::reference(&name);
    }
    schema::schema(cx, value, at)
}

fn media_types(consumes: &[String]) -> Vec<String> {
    let mut types: Vec<String> = Vec::with_capacity(consumes.len());
    for media in consumes {
        let media = media.trim();
        if !media.is_empty() && !types.iter().any(|there| there == media) {
            types.push(media.to_owned());
        }
    }
    if types.is_empty() {
        types.push("application/json".to_owned());
    }
    types
}

/// Returns the form that `formData` parameters make up.
fn form<'a>(
    cx: &mut Context<'a>,
    fields: &[&BodyParameter<'a>],
    consumes: &[String],
    at: &At<'_>,
) -> RequestBody {
    let is_file =
        |field: &&&BodyParameter<'_>| field.map.get("type").and_then(Value::as_str) == Some("file");
    let has_file = fields.iter().any(|field| is_file(&field));
    let mut types: Vec<&str> = consumes
        .iter()
        .map(|media| media.trim())
        .filter(|media| *media == MULTIPART || (*media == URLENCODED && !has_file))
        .collect();
    if types.is_empty() {
        types.push(if has_file { MULTIPART } else { URLENCODED });
    }
    let mut content = IndexMap::with_capacity(types.len());
    let mut any_required = false;
    for media_type in types {
        let media_at = at.key("requestBody");
        let media_at = media_at.key("content");
        let media_at = media_at.key(media_type);
        let mut object = ObjectType::default();
        let mut encoding = IndexMap::new();
        for field in fields {
            let here = At::start(field.file, &field.pointer, "");
            let Some(name) = cx.text(field.map, "name", &here) else {
                continue;
            };
            if cx.flag(field.map, "required", &here) {
                object.required.push(name.clone());
                any_required = true;
            }
            let to = media_at.key("schema").key("properties").key(&name).to();
            let there = At::start(field.file, &field.pointer, &to);
            cx.moved(&there);
            let (schema, how) = form_field(cx, field, &there);
            if let Some(how) = how {
                encoding.insert(name.clone(), how);
            }
            object
                .properties
                .insert(name, ReferenceOr::Item(Box::new(schema)));
        }
        let schema = Schema {
            schema_data: SchemaData::default(),
            schema_kind: SchemaKind::Type(Type::Object(object)),
        };
        let media = MediaType {
            schema: Some(ReferenceOr::Item(schema)),
            encoding,
            ..MediaType::default()
        };
        content.insert(media_type.to_owned(), media);
    }
    RequestBody {
        content,
        required: any_required,
        ..RequestBody::default()
    }
}

/// Returns the schema of a form's field, and how a list is written into the form.
fn form_field<'a>(
    cx: &mut Context<'a>,
    field: &BodyParameter<'a>,
    at: &At<'_>,
) -> (Schema, Option<Encoding>) {
    let map = field.map;
    let mut schema = match map.get("type") {
        Some(_) => schema::of_parameter(cx, map, at),
        None => inline_schema(cx, map, at),
    };
    schema.schema_data.description = cx.text(map, "description", at);
    let own = map.iter().filter(|(key, _)| is_extension(key));
    for (key, value) in own {
        schema
            .schema_data
            .extensions
            .insert(key.clone(), value.clone());
    }
    let is_list = matches!(schema.schema_kind, SchemaKind::Type(Type::Array(_)));
    if !is_list {
        return (schema, None);
    }
    let format = cx.text(map, "collectionFormat", at);
    let here = at.key("collectionFormat");
    let how = collected(cx, format.as_deref(), &here);
    let mut encoding = Encoding {
        style: query_style(cx, how.style, &here),
        explode: how.explode,
        ..Encoding::default()
    };
    if let Some(ours) = how.ours {
        encoding
            .extensions
            .insert("x-style".to_owned(), ours.into());
    }
    (schema, Some(encoding))
}

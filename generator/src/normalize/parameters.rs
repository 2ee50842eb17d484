//! Parameters: of paths, queries, headers and cookies.

use openapiv3::{
    CookieStyle, HeaderStyle, Parameter, ParameterData, ParameterSchemaOrContent, PathStyle,
    QueryStyle, ReferenceOr, SchemaKind, Type,
};
use serde_json::{Map, Value};

use super::at::At;
use super::context::{Context, Kind};
use super::media::{component_reference, examples, query_style, schema_or_content, unknown_style};
use super::read::extensions;
use super::resolve::{Target, reference_of};
use super::template::Variable;
use super::version::Version;

/// What a list of parameters holds, sorted out.
#[derive(Default)]
pub(crate) struct Parameters<'a> {
    /// Those that go into the path, the query, the headers or the cookies.
    pub(crate) plain: Vec<ReferenceOr<Parameter>>,
    /// Name and place of each of them, in the same order.
    pub(crate) keys: Vec<(String, Location)>,
    /// Those that make up the body: `body` and `formData` of Swagger 2.0.
    pub(crate) body: Vec<BodyParameter<'a>>,
    /// Why an operation with these parameters cannot be called.
    pub(crate) broken: Option<String>,
}

/// A parameter of Swagger 2.0 that is the body or a field of it.
#[derive(Clone)]
pub(crate) struct BodyParameter<'a> {
    pub(crate) map: &'a Map<String, Value>,
    pub(crate) file: usize,
    pub(crate) pointer: String,
    /// The whole body, and not a field of a form.
    pub(crate) whole: bool,
    /// References lead to it, so other operations may have the same one.
    pub(crate) shared: bool,
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    Path,
    Query,
    Header,
    Cookie,
}

/// Where a parameter says it goes, including what OpenAPI 3.0 has no word for.
enum Place {
    Plain(Location),
    Body,
    Form,
    /// The query as a whole (OpenAPI 3.2).
    QueryString,
}

/// Returns the parameters of a path or an operation; `variables` are those of the path's template.
pub(crate) fn parameters<'a>(
    cx: &mut Context<'a>,
    owner: &'a Map<String, Value>,
    variables: Option<&[Variable]>,
    at: &At<'_>,
) -> Parameters<'a> {
    let mut read = Parameters::default();
    let list = cx.list(owner, "parameters", at);
    let at = at.key("parameters");
    for (index, value) in list.iter().enumerate() {
        one(cx, &mut read, value, variables, &at, index);
    }
    read
}

fn one<'a>(
    cx: &mut Context<'a>,
    read: &mut Parameters<'a>,
    value: &'a Value,
    variables: Option<&[Variable]>,
    list: &At<'_>,
    index: usize,
) {
    let at = list.index(index);
    let target = match resolved(cx, value, &at) {
        Ok(target) => target,
        Err(reason) => {
            read.broken.get_or_insert(reason);
            return;
        }
    };
    let Some(map) = target.value.as_object() else {
        cx.warn(
            &at,
            "mapping-expected",
            "a parameter that is no mapping is left out",
            "write a mapping with `name` and `in`",
        );
        return;
    };
    let there = At::start(target.file, &target.pointer, "");
    let shared = reference_of(value).is_some();
    let in_path = variables
        .filter(|_| !shared)
        .and_then(|variables| variable_meant(cx, map, variables, &there));
    let place = match in_path {
        Some(name) => Some((name, Place::Plain(Location::Path))),
        None => place(cx, map, &there),
    };
    let (name, location) = match place {
        Some((_, Place::Body)) => return read.body.push(body(map, &target, true, shared)),
        Some((_, Place::Form)) => return read.body.push(body(map, &target, false, shared)),
        Some((name, Place::QueryString)) => {
            if !is_form_content(map) {
                let reason = unsupported_query(map);
                let help = "write the query's parameters one by one";
                leave_out(
                    cx,
                    map,
                    &there,
                    "unsupported-querystring",
                    reason.clone(),
                    help,
                );
                if is_required(map) {
                    read.broken.get_or_insert(reason);
                }
                return;
            }
            (name, Location::Query)
        }
        Some((name, Place::Plain(location))) => (name, location),
        None => {
            if is_required(map) {
                read.broken
                    .get_or_insert("a required parameter cannot be read".to_owned());
            }
            return;
        }
    };
    let key = (name, location);
    if read.keys.contains(&key) {
        let message = format!(
            "the parameter `{}` occurs twice, and the first one counts",
            key.0
        );
        cx.warn(&at, "duplicate-parameter", message, "remove one of them");
        return;
    }
    let parameter = match reference_of(value) {
        Some(reference) => match cx.link(Kind::Parameter, reference, &at) {
            Ok(component) => component_reference(Kind::Parameter, &component),
            Err(broken) => {
                let reason = cx.broken(&at, broken);
                read.broken.get_or_insert(reason);
                return;
            }
        },
        None => {
            let to = list.index(read.plain.len()).to();
            let here = At::start(at.file, &target.pointer, &to);
            if index != read.plain.len() {
                cx.moved(&here);
            }
            let (name, location) = key.clone();
            ReferenceOr::Item(parameter_at(cx, map, name, location, &here))
        }
    };
    read.plain.push(parameter);
    read.keys.push(key);
}

fn resolved<'a>(cx: &mut Context<'a>, value: &'a Value, at: &At<'_>) -> Result<Target<'a>, String> {
    match reference_of(value) {
        None => Ok(Target {
            value,
            file: at.file,
            pointer: at.from(),
        }),
        Some(reference) => cx
            .resolve_fully(reference, at.file)
            .map_err(|broken| cx.broken(at, broken)),
    }
}

fn body<'a>(
    map: &'a Map<String, Value>,
    target: &Target<'a>,
    whole: bool,
    shared: bool,
) -> BodyParameter<'a> {
    BodyParameter {
        map,
        file: target.file,
        pointer: target.pointer.clone(),
        whole,
        shared,
    }
}

/// Returns name and place of a parameter, and reports what is missing of them.
fn place<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    at: &At<'_>,
) -> Option<(String, Place)> {
    let word = cx.text(map, "in", at).unwrap_or_default();
    let (place, as_written) = match word.trim().to_ascii_lowercase().as_str() {
        "path" | "uri" => (Place::Plain(Location::Path), "path"),
        "query" => (Place::Plain(Location::Query), "query"),
        "header" => (Place::Plain(Location::Header), "header"),
        "cookie" => (Place::Plain(Location::Cookie), "cookie"),
        "body" => (Place::Body, "body"),
        "formdata" | "form" => (Place::Form, "formData"),
        "querystring" => (Place::QueryString, "querystring"),
        "" => {
            let message = "the parameter does not say where it goes, and is left out";
            leave_out(cx, map, at, "parameter-without-place", message, "add `in`");
            return None;
        }
        _ => {
            let message = format!("parameters do not go into `{word}`; it is left out");
            leave_out(
                cx,
                map,
                at,
                "parameter-without-place",
                message,
                "correct `in`",
            );
            return None;
        }
    };
    if word != as_written {
        let message = format!("`in: {word}` is read as `in: {as_written}`");
        let help = format!("write `in: {as_written}`");
        cx.warn(&at.key("in"), "odd-place", message, help);
    } else if cx.version != Version::V2 && matches!(place, Place::Body | Place::Form) {
        let message = format!("`in: {word}` is Swagger 2.0's, and is read as the request body");
        cx.warn(&at.key("in"), "odd-place", message, "write a `requestBody`");
    }
    let name = cx.text(map, "name", at).filter(|name| !name.is_empty());
    match (name, &place) {
        (Some(name), _) => Some((name, place)),
        (None, Place::Body | Place::QueryString) => Some((String::new(), place)),
        (None, _) => {
            let message = "the parameter has no name, and is left out";
            leave_out(cx, map, at, "parameter-without-name", message, "add `name`");
            None
        }
    }
}

/// Reports a parameter that cannot be sent: a required one costs its operation, an optional one only itself.
fn leave_out(
    cx: &mut Context<'_>,
    map: &Map<String, Value>,
    at: &At<'_>,
    rule: &'static str,
    message: impl Into<String>,
    help: impl Into<String>,
) {
    match is_required(map) {
        true => cx.error(at, rule, message, help),
        false => cx.warn(at, rule, message, help),
    }
}

/// Returns whether a parameter must be sent, also where the flag is written as text.
fn is_required(map: &Map<String, Value>) -> bool {
    match map.get("required") {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => text.trim().eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// Returns a parameter that goes anywhere but into the body.
pub(crate) fn parameter<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    at: &At<'_>,
) -> Option<Parameter> {
    match place(cx, map, at)? {
        (name, Place::Plain(location)) => Some(parameter_at(cx, map, name, location, at)),
        (name, Place::QueryString) => Some(parameter_at(cx, map, name, Location::Query, at)),
        (_, Place::Body | Place::Form) => None,
    }
}

/// Returns a parameter whose name and place are known.
fn parameter_at<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    name: String,
    location: Location,
    at: &At<'_>,
) -> Parameter {
    note_unknown(cx, map, at);
    if location == Location::Path && cx.optional_flag(map, "required", at) == Some(false) {
        let message = format!("`{name}` is part of the path, so it is always sent");
        let help = "write `required: true`";
        cx.warn(&at.key("required"), "optional-in-path", message, help);
    }
    let style = cx.text(map, "style", at);
    let mut data = ParameterData {
        name,
        description: cx.text(map, "description", at),
        required: location == Location::Path || cx.flag(map, "required", at),
        deprecated: cx.optional_flag(map, "deprecated", at).filter(|flag| *flag),
        format: schema_or_content(cx, map, at),
        example: map
            .get("example")
            .or_else(|| map.get("x-example"))
            .filter(|value| !value.is_null())
            .cloned(),
        examples: examples(cx, map, at),
        explode: cx.optional_flag(map, "explode", at),
        extensions: extensions(map),
    };
    let word = map.get("in").and_then(Value::as_str).unwrap_or_default();
    if word.trim().eq_ignore_ascii_case("querystring") {
        return whole_query(data);
    }
    let collected = collection_format(cx, map, &data, location, at);
    let style = match collected {
        Some(Collected {
            style,
            explode,
            ours,
        }) => {
            data.explode = Some(explode);
            if let Some(ours) = ours {
                data.extensions.insert("x-style".to_owned(), ours.into());
            }
            Some(style.to_owned())
        }
        None => style,
    };
    placed(cx, map, data, location, style, &at.key("style"))
}

/// Notes members that say nothing of a parameter; the keywords of schemas stand there in Swagger 2.0.
fn note_unknown(cx: &mut Context<'_>, map: &Map<String, Value>, at: &At<'_>) {
    const MEMBERS: [&str; 13] = [
        "name",
        "in",
        "description",
        "required",
        "deprecated",
        "allowEmptyValue",
        "style",
        "explode",
        "allowReserved",
        "schema",
        "content",
        "example",
        "examples",
    ];
    let known = [
        &MEMBERS[..],
        &super::schema::OF_PARAMETERS,
        &["collectionFormat"],
    ]
    .concat();
    cx.note_unknown(map, "a parameter", &known, at);
}

/// Returns the name of a parameter that does not say where it goes and has the name of a variable of the path.
fn variable_meant(
    cx: &mut Context<'_>,
    map: &Map<String, Value>,
    variables: &[Variable],
    at: &At<'_>,
) -> Option<String> {
    let name = map.get("name").and_then(Value::as_str)?;
    let is_meant = map.get("in").is_none_or(Value::is_null)
        && variables
            .iter()
            .any(|variable| variable.name == name && !variable.in_query);
    if !is_meant {
        return None;
    }
    let message =
        format!("`{name}` does not say where it goes, and is the path's variable of that name");
    cx.warn(at, "parameter-without-place", message, "add `in: path`");
    Some(name.to_owned())
}

/// Puts a parameter where it goes, in the style it is written in.
fn placed(
    cx: &mut Context<'_>,
    map: &Map<String, Value>,
    parameter_data: ParameterData,
    location: Location,
    style: Option<String>,
    at: &At<'_>,
) -> Parameter {
    let style = style.unwrap_or_default();
    let word = style.trim().to_ascii_lowercase();
    match location {
        Location::Query => Parameter::Query {
            parameter_data,
            allow_reserved: map.get("allowReserved") == Some(&Value::Bool(true)),
            style: query_style(cx, &style, at).unwrap_or_default(),
            allow_empty_value: map.get("allowEmptyValue").and_then(Value::as_bool),
        },
        Location::Header => {
            if !matches!(word.as_str(), "" | "simple") {
                unknown_style(cx, &style, "a header", at);
            }
            Parameter::Header {
                parameter_data,
                style: HeaderStyle::Simple,
            }
        }
        Location::Path => {
            let style = match word.as_str() {
                "label" => PathStyle::Label,
                "matrix" => PathStyle::Matrix,
                "" | "simple" => PathStyle::Simple,
                _ => {
                    unknown_style(cx, &style, "a path", at);
                    PathStyle::Simple
                }
            };
            Parameter::Path {
                parameter_data,
                style,
            }
        }
        Location::Cookie => {
            // OpenAPI 3.2 has `cookie`, which is `form` without its escapes.
            if !matches!(word.as_str(), "" | "form" | "cookie") {
                unknown_style(cx, &style, "a cookie", at);
            }
            Parameter::Cookie {
                parameter_data,
                style: CookieStyle::Form,
            }
        }
    }
}

/// Returns the whole query of OpenAPI 3.2 as an exploded form object, which reads the same on the wire.
fn whole_query(mut data: ParameterData) -> Parameter {
    if let ParameterSchemaOrContent::Content(content) = &mut data.format {
        let schema = content.drain(..).find_map(|(_, media)| media.schema);
        let schema = schema.unwrap_or_else(|| ReferenceOr::Item(super::schema::anything()));
        data.format = ParameterSchemaOrContent::Schema(schema);
    }
    if data.name.is_empty() {
        data.name = "query".to_owned();
    }
    data.explode = Some(true);
    Parameter::Query {
        parameter_data: data,
        allow_reserved: false,
        style: QueryStyle::Form,
        allow_empty_value: None,
    }
}

/// Returns why the whole query that a parameter of OpenAPI 3.2 describes cannot be sent.
fn unsupported_query(map: &Map<String, Value>) -> String {
    let content = map.get("content").and_then(Value::as_object);
    match content.and_then(|content| content.keys().next()) {
        Some(media_type) => format!(
            "a whole query as `{media_type}` is not supported, only as `application/x-www-form-urlencoded`"
        ),
        None => "a whole query is described by its `content`, which is missing".to_owned(),
    }
}

fn is_form_content(map: &Map<String, Value>) -> bool {
    let content = map.get("content").and_then(Value::as_object);
    content.is_some_and(|content| content.contains_key("application/x-www-form-urlencoded"))
}

/// How a list is written, said in the words of OpenAPI 3.
pub(crate) struct Collected {
    pub(crate) style: &'static str,
    pub(crate) explode: bool,
    /// What 3.0 has no word for.
    pub(crate) ours: Option<&'static str>,
}

/// Returns how Swagger 2.0's `collectionFormat` writes a list; nothing for what is no list of 2.0.
fn collection_format<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    data: &ParameterData,
    location: Location,
    at: &At<'_>,
) -> Option<Collected> {
    let ParameterSchemaOrContent::Schema(ReferenceOr::Item(schema)) = &data.format else {
        return None;
    };
    let is_list = matches!(schema.schema_kind, SchemaKind::Type(Type::Array(_)));
    if cx.version != Version::V2 && !map.contains_key("collectionFormat") {
        return None;
    }
    if !is_list
        || map.contains_key("schema")
        || map.contains_key("style")
        || map.contains_key("explode")
    {
        if map.contains_key("collectionFormat") {
            let message = "`collectionFormat` says nothing here, and is left out";
            cx.note(
                &at.key("collectionFormat"),
                "keyword-without-effect",
                message,
            );
        }
        return None;
    }
    let format = cx.text(map, "collectionFormat", at);
    let at = at.key("collectionFormat");
    let in_query = location == Location::Query;
    if !in_query && format.as_deref() == Some("multi") {
        let message = "only queries and forms can repeat a name, so the list is written as csv";
        cx.warn(
            &at,
            "unknown-style",
            message,
            "write csv, ssv, tsv or pipes",
        );
    }
    let collected = collected(cx, format.as_deref(), &at);
    Some(match (in_query, collected) {
        (true, collected) => collected,
        // Only queries and forms can repeat a name or have another separator in 3.0.
        (
            false,
            Collected {
                ours: Some(ours), ..
            },
        ) => Collected {
            style: "",
            explode: false,
            ours: Some(ours),
        },
        (false, Collected { style, .. }) => Collected {
            style: "",
            explode: false,
            ours: match style {
                "spaceDelimited" => Some("spaceDelimited"),
                "pipeDelimited" => Some("pipeDelimited"),
                _ => None,
            },
        },
    })
}

/// Returns what a `collectionFormat` means for a query or a form.
pub(crate) fn collected(cx: &mut Context<'_>, format: Option<&str>, at: &At<'_>) -> Collected {
    let plain = |style, explode| Collected {
        style,
        explode,
        ours: None,
    };
    match format.unwrap_or("csv") {
        "csv" | "" => plain("form", false),
        "multi" => plain("form", true),
        "ssv" => plain("spaceDelimited", false),
        "pipes" => plain("pipeDelimited", false),
        "tsv" => Collected {
            style: "form",
            explode: false,
            ours: Some("tabDelimited"),
        },
        other => {
            let message = format!("`{other}` is no collection format, and csv is used");
            cx.warn(
                at,
                "unknown-style",
                message,
                "write csv, ssv, tsv, pipes or multi",
            );
            plain("form", false)
        }
    }
}

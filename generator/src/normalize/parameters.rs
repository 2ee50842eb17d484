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

/// Returns the parameters of a path or an operation.
pub(crate) fn parameters<'a>(
    cx: &mut Context<'a>,
    owner: &'a Map<String, Value>,
    at: &At<'_>,
) -> Parameters<'a> {
    let mut read = Parameters::default();
    let list = cx.list(owner, "parameters", at);
    let at = at.key("parameters");
    for (index, value) in list.iter().enumerate() {
        one(cx, &mut read, value, &at, index);
    }
    read
}

fn one<'a>(
    cx: &mut Context<'a>,
    read: &mut Parameters<'a>,
    value: &'a Value,
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
    let (name, location) = match place(cx, map, &there) {
        Some((_, Place::Body)) => return read.body.push(body(map, &target, true, shared)),
        Some((_, Place::Form)) => return read.body.push(body(map, &target, false, shared)),
        Some((name, Place::QueryString)) => {
            if !is_form_content(map) {
                let reason = "a whole query in another form than `application/x-www-form-urlencoded` is not supported";
                cx.error(
                    &there,
                    "unsupported-querystring",
                    reason,
                    "write the query's parameters one by one",
                );
                if map.get("required") == Some(&Value::Bool(true)) {
                    read.broken.get_or_insert(reason.to_owned());
                }
                return;
            }
            (name, Location::Query)
        }
        Some((name, Place::Plain(location))) => (name, location),
        None => {
            if map.get("required") == Some(&Value::Bool(true)) {
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
            match parameter(cx, map, &here) {
                Some(parameter) => ReferenceOr::Item(parameter),
                None => return,
            }
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
    let place = match word.trim().to_ascii_lowercase().as_str() {
        "path" | "uri" => Place::Plain(Location::Path),
        "query" => Place::Plain(Location::Query),
        "header" => Place::Plain(Location::Header),
        "cookie" => Place::Plain(Location::Cookie),
        "body" => Place::Body,
        "formdata" | "form" => Place::Form,
        "querystring" => Place::QueryString,
        "" => {
            cx.error(
                at,
                "parameter-without-place",
                "the parameter does not say where it goes, and is left out",
                "add `in`",
            );
            return None;
        }
        _ => {
            let message = format!("parameters do not go into `{word}`; it is left out");
            cx.error(at, "parameter-without-place", message, "correct `in`");
            return None;
        }
    };
    let name = cx.text(map, "name", at).filter(|name| !name.is_empty());
    match (name, &place) {
        (Some(name), _) => Some((name, place)),
        (None, Place::Body | Place::QueryString) => Some((String::new(), place)),
        (None, _) => {
            cx.error(
                at,
                "parameter-without-name",
                "the parameter has no name, and is left out",
                "add `name`",
            );
            None
        }
    }
}

/// Returns a parameter that goes anywhere but into the body.
pub(crate) fn parameter<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    at: &At<'_>,
) -> Option<Parameter> {
    let (name, location) = match place(cx, map, at)? {
        (name, Place::Plain(location)) => (name, location),
        (name, Place::QueryString) => (name, Location::Query),
        (_, Place::Body | Place::Form) => return None,
    };
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
    if map.get("in").and_then(Value::as_str) == Some("querystring") {
        return Some(whole_query(data));
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
    Some(placed(cx, map, data, location, style, &at.key("style")))
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
        return None;
    }
    let format = cx.text(map, "collectionFormat", at);
    let at = at.key("collectionFormat");
    let in_query = location == Location::Query;
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

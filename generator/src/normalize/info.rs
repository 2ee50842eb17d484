//! What a document says about itself: title, servers, tags.

use indexmap::IndexMap;
use openapiv3::{Contact, ExternalDocumentation, Info, License, Server, ServerVariable, Tag};
use serde_json::{Map, Value};

use super::at::At;
use super::context::Context;
use super::read::extensions;

/// Returns the document's `info`; title and version are made up where they are missing.
pub(crate) fn info<'a>(cx: &mut Context<'a>, root: &'a Map<String, Value>, at: &At<'_>) -> Info {
    let Some(map) = cx.object(root, "info", at) else {
        cx.warn(
            at,
            "missing-info",
            "the document has no `info`",
            "add it, with title and version",
        );
        return Info {
            title: file_stem(cx),
            ..Info::default()
        };
    };
    let at = at.key("info");
    let title = cx
        .text(map, "title", &at)
        .filter(|title| !title.trim().is_empty());
    if title.is_none() {
        cx.warn(
            &at,
            "missing-title",
            "the document has no title",
            "add `info.title`",
        );
    }
    let version = cx.text(map, "version", &at);
    Info {
        title: title.unwrap_or_else(|| file_stem(cx)),
        description: cx.text(map, "description", &at),
        terms_of_service: cx.text(map, "termsOfService", &at),
        contact: contact(cx, map, &at),
        license: license(cx, map, &at),
        version: version.unwrap_or_default(),
        extensions: extensions(map),
    }
}

fn file_stem(cx: &Context<'_>) -> String {
    let name = &cx.set.main.name;
    let file = name.rsplit('/').next().unwrap_or(name);
    file.split('.').next().unwrap_or(file).to_owned()
}

fn contact<'a>(cx: &mut Context<'a>, info: &'a Map<String, Value>, at: &At<'_>) -> Option<Contact> {
    let map = cx.object(info, "contact", at)?;
    let at = at.key("contact");
    Some(Contact {
        name: cx.text(map, "name", &at),
        url: cx.text(map, "url", &at),
        email: cx.text(map, "email", &at),
        extensions: extensions(map),
    })
}

fn license<'a>(cx: &mut Context<'a>, info: &'a Map<String, Value>, at: &At<'_>) -> Option<License> {
    let map = cx.object(info, "license", at)?;
    let at = at.key("license");
    let identifier = cx.text(map, "identifier", &at);
    let name = cx.text(map, "name", &at).or(identifier)?;
    Some(License {
        name,
        url: cx.text(map, "url", &at),
        extensions: extensions(map),
    })
}

/// Returns where more documentation is.
pub(crate) fn external_docs<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    at: &At<'_>,
) -> Option<ExternalDocumentation> {
    let docs = cx.object(map, "externalDocs", at)?;
    let at = at.key("externalDocs");
    Some(ExternalDocumentation {
        url: cx.text(docs, "url", &at)?,
        description: cx.text(docs, "description", &at),
        extensions: extensions(docs),
    })
}

/// Returns the document's tags.
pub(crate) fn tags<'a>(
    cx: &mut Context<'a>,
    root: &'a Map<String, Value>,
    at: &At<'_>,
) -> Vec<Tag> {
    let list = cx.list(root, "tags", at);
    let at = at.key("tags");
    let mut tags = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        let at = at.index(index);
        match value {
            Value::Object(map) => {
                let Some(name) = cx.text(map, "name", &at) else {
                    let message = "a tag without name is left out";
                    cx.warn(&at, "odd-tag", message, "add its `name`");
                    continue;
                };
                tags.push(Tag {
                    name,
                    description: cx.text(map, "description", &at),
                    external_docs: external_docs(cx, map, &at),
                    extensions: extensions(map),
                });
            }
            Value::String(name) => tags.push(Tag {
                name: name.clone(),
                ..Tag::default()
            }),
            _ => cx.warn(
                &at,
                "odd-tag",
                "a tag that is neither name nor mapping is left out",
                "write a mapping with `name`",
            ),
        }
    }
    tags
}

/// Notes a dialect of schemas that is neither OpenAPI's own nor JSON Schema: it may give keywords another meaning.
pub(crate) fn note_dialect(cx: &mut Context<'_>, root: &Map<String, Value>, at: &At<'_>) {
    let Some(dialect) = root.get("jsonSchemaDialect").and_then(Value::as_str) else {
        return;
    };
    let known = ["spec.openapis.org/oas/", "json-schema.org/draft"];
    let place = dialect
        .split_once("://")
        .map_or(dialect, |(_, place)| place);
    if !known.iter().any(|begin| place.starts_with(begin)) {
        let message = format!("the schemas are read as OpenAPI's own dialect, not as `{dialect}`");
        cx.note(&at.key("jsonSchemaDialect"), "unknown-dialect", message);
    }
}

/// Returns the servers of a document, a path or an operation.
pub(crate) fn servers<'a>(
    cx: &mut Context<'a>,
    owner: &'a Map<String, Value>,
    at: &At<'_>,
) -> Vec<Server> {
    let list = cx.list(owner, "servers", at);
    let at = at.key("servers");
    let mut servers = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        let at = at.index(index);
        let server = match value {
            Value::Object(map) => server(cx, map, &at),
            Value::String(url) => Some(Server {
                url: url.clone(),
                ..Server::default()
            }),
            _ => None,
        };
        match server {
            Some(server) => servers.push(server),
            None => cx.warn(
                &at,
                "server-without-url",
                "a server without URL is left out",
                "add its `url`",
            ),
        }
    }
    servers
}

fn server<'a>(cx: &mut Context<'a>, map: &'a Map<String, Value>, at: &At<'_>) -> Option<Server> {
    let url = cx.text(map, "url", at)?.trim().to_owned();
    let variables = cx.object(map, "variables", at);
    let mut read = IndexMap::new();
    if let Some(variables) = variables {
        let at = at.key("variables");
        for (name, value) in variables {
            let at = at.key(name);
            if let Some(variable) = value.as_object() {
                read.insert(name.clone(), server_variable(cx, variable, &at));
                continue;
            }
            let default = cx.scalar_as_text(value, &at);
            let fate = match default {
                Some(_) => "read as its default",
                None => "left out",
            };
            let message = format!("the server's variable `{name}` is no mapping and is {fate}");
            cx.warn(
                &at,
                "mapping-expected",
                message,
                "write a mapping with `default`",
            );
            if let Some(default) = default {
                let variable = ServerVariable {
                    default,
                    ..ServerVariable::default()
                };
                read.insert(name.clone(), variable);
            }
        }
    }
    Some(Server {
        url,
        description: cx.text(map, "description", at),
        variables: (!read.is_empty()).then_some(read),
        extensions: extensions(map),
    })
}

fn server_variable<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    at: &At<'_>,
) -> ServerVariable {
    let enumeration = cx.texts(map, "enum", at);
    let default = cx.text(map, "default", at);
    if default.is_none() {
        cx.warn(
            at,
            "server-variable-without-default",
            "a server's variable has no default",
            "add one",
        );
    }
    ServerVariable {
        default: default
            .or_else(|| enumeration.first().cloned())
            .unwrap_or_default(),
        enumeration,
        description: cx.text(map, "description", at),
        extensions: extensions(map),
    }
}

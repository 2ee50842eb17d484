//! The discriminator of a union or of a base schema.

use indexmap::IndexMap;
use openapiv3::Discriminator;
use serde_json::{Map, Value};

use super::super::at::At;
use super::super::context::{Context, Kind};
use super::super::read;
use super::super::version::Version;

/// Reads a discriminator; a bare property name is how Swagger 2.0 writes it.
pub(super) fn read<'a>(
    cx: &mut Context<'a>,
    value: &'a Value,
    at: &At<'_>,
) -> Option<Discriminator> {
    match value {
        Value::String(name) if !name.is_empty() => {
            if cx.version != Version::V2 {
                cx.warn(
                    at,
                    "discriminator-as-text",
                    "the discriminator is text, as Swagger 2.0 writes it, and is read as its `propertyName`",
                    "write a mapping with `propertyName`",
                );
            }
            Some(Discriminator {
                property_name: name.clone(),
                ..Discriminator::default()
            })
        }
        Value::Object(map) => {
            let Some(property_name) = cx
                .text(map, "propertyName", at)
                .filter(|name| !name.is_empty())
            else {
                cx.warn(
                    at,
                    "discriminator-without-property",
                    "the discriminator names no property and is left out",
                    "add `propertyName`",
                );
                return None;
            };
            let mut extensions = read::extensions(map);
            if let Some(name) = default_mapping(cx, map, at) {
                extensions.insert("x-default-mapping".to_owned(), Value::String(name));
            }
            Some(Discriminator {
                property_name,
                mapping: mapping(cx, map, at),
                extensions,
            })
        }
        _ => {
            cx.warn(
                at,
                "discriminator-without-property",
                "the discriminator is no mapping and is left out",
                "write `propertyName` and `mapping`",
            );
            None
        }
    }
}

fn mapping<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    at: &At<'_>,
) -> IndexMap<String, String> {
    let mut mapping = IndexMap::new();
    let Some(entries) = cx.object(map, "mapping", at) else {
        return mapping;
    };
    let at = at.key("mapping");
    for (tag, value) in entries {
        let at = at.key(tag);
        if let Some(target) = schema_named(cx, value, &at) {
            mapping.insert(tag.clone(), target);
        }
    }
    mapping
}

/// Reads what OpenAPI 3.2 says of values that are not mapped.
fn default_mapping<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    at: &At<'_>,
) -> Option<String> {
    let value = map.get("defaultMapping")?;
    schema_named(cx, value, &at.key("defaultMapping"))
}

/// Returns the component that a mapping names, by reference or by bare name.
fn schema_named<'a>(cx: &mut Context<'a>, value: &'a Value, at: &At<'_>) -> Option<String> {
    let reference = match value {
        Value::String(text) => Some(text.as_str()),
        other => super::super::resolve::reference_of(other),
    };
    let Some(reference) = reference else {
        let message =
            "the discriminator maps a value to something that is no schema; the entry is left out";
        cx.warn(at, "broken-mapping", message, "name a schema");
        return None;
    };
    match cx.link(Kind::Schema, reference, at) {
        Ok(name) => Some(super::schema_pointer(&name)),
        Err(broken) => {
            let message = format!("{}; the discriminator's entry is left out", broken.message);
            cx.warn(at, "broken-mapping", message, broken.help);
            None
        }
    }
}

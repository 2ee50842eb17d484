//! What lies inside objects and lists.

use indexmap::IndexMap;
use openapiv3::{AdditionalProperties, ReferenceOr, Schema, SchemaData, SchemaKind};
use serde_json::{Map, Value};

use super::super::at::{At, Step};
use super::super::context::Context;
use super::draft::Draft;
use super::tuple;

/// Reads `properties`, and the `required: true` that some write on a property instead of its parent.
pub(super) fn properties<'a>(
    draft: &mut Draft,
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    at: &At<'_>,
) {
    let Some(properties) = cx.object(map, "properties", at) else {
        return;
    };
    draft.has_properties = true;
    let at = at.key("properties");
    let Some(reference) = properties.get("$ref").and_then(Value::as_str) else {
        return each_property(draft, cx, properties, &at);
    };
    // Some keep the properties of a schema in a file of their own.
    match cx.resolve_fully(reference, at.file) {
        Ok(target) => match target.value.as_object() {
            Some(properties) => {
                cx.bring_in(&target, &at, |cx, there| {
                    each_property(draft, cx, properties, there)
                });
            }
            None => cx.warn(
                &at,
                "mapping-expected",
                format!("`{reference}` leads to no mapping of properties; they are left out"),
                "correct the reference",
            ),
        },
        Err(broken) => {
            cx.broken(&at, broken);
        }
    }
}

fn each_property<'a>(
    draft: &mut Draft,
    cx: &mut Context<'a>,
    properties: &'a Map<String, Value>,
    at: &At<'_>,
) {
    let mut read = IndexMap::with_capacity(properties.len());
    for (name, value) in properties {
        let at = at.key(name);
        let is_required = match value.get("required") {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => text.trim().eq_ignore_ascii_case("true"),
            _ => false,
        };
        if is_required {
            cx.warn(
                &at.key("required"),
                "required-on-property",
                format!(
                    "`required: true` stands on the property `{name}` and counts for its parent"
                ),
                "list the property in the parent's `required`",
            );
            require(draft, name);
        }
        read.insert(name.clone(), super::boxed(super::schema(cx, value, &at)));
    }
    draft.properties = read;
}

/// Reads `required`: a list of names; a flag belongs to the parent, which reads it there.
pub(super) fn required<'a>(
    draft: &mut Draft,
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    at: &At<'_>,
) {
    match map.get("required") {
        None | Some(Value::Bool(_)) => {}
        Some(Value::String(text)) if matches!(text.as_str(), "true" | "false" | "") => {}
        Some(Value::Object(_)) => cx.warn(
            &at.key("required"),
            "list-expected",
            "`required` is not a list and is left out",
            "write a list of names",
        ),
        Some(_) => {
            for name in cx.texts(map, "required", at) {
                require(draft, &name);
            }
        }
    }
}

fn require(draft: &mut Draft, name: &str) {
    if !draft.required.iter().any(|there| there == name) {
        draft.required.push(name.to_owned());
    }
}

/// Reads what properties beyond the named ones may be.
pub(super) fn additional<'a>(
    draft: &mut Draft,
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    key: &str,
    at: &At<'_>,
) {
    let read = match key {
        "patternProperties" => patterns(cx, map, at),
        // Closed objects of 3.1 are closed for their compositions too, which a client need not know.
        "unevaluatedProperties" if map.get(key) == Some(&Value::Bool(false)) => None,
        "unevaluatedProperties" if map.contains_key("additionalProperties") => None,
        _ => map
            .get(key)
            .and_then(|value| additional_schema(cx, value, &at.key(key), key)),
    };
    match (&draft.additional_properties, &read) {
        (_, None) => {}
        // Properties by pattern remain possible in an object that is closed otherwise.
        (Some(AdditionalProperties::Schema(_)), Some(AdditionalProperties::Any(false))) => {}
        (Some(AdditionalProperties::Schema(_)), Some(AdditionalProperties::Any(true))) => {
            draft.additional_properties = read;
        }
        (Some(AdditionalProperties::Any(true)), _) => {}
        _ => draft.additional_properties = read,
    }
}

fn additional_schema<'a>(
    cx: &mut Context<'a>,
    value: &'a Value,
    at: &At<'_>,
    key: &str,
) -> Option<AdditionalProperties> {
    match value {
        Value::Bool(flag) => Some(AdditionalProperties::Any(*flag)),
        Value::String(text) if matches!(text.as_str(), "true" | "false") => {
            cx.warn(
                at,
                "boolean-expected",
                format!("`{key}` is a boolean written as text"),
                "take the quotes off",
            );
            Some(AdditionalProperties::Any(text == "true"))
        }
        Value::Object(map) if map.is_empty() => Some(AdditionalProperties::Any(true)),
        Value::Object(_) => {
            let schema = super::schema(cx, value, at);
            Some(AdditionalProperties::Schema(Box::new(schema)))
        }
        _ => {
            cx.warn(
                at,
                "schema-expected",
                format!("`{key}` is no schema and is left out"),
                "write a schema or a boolean",
            );
            None
        }
    }
}

/// Returns what all properties named by a pattern have in common: 3.0 cannot tell them apart by name.
fn patterns<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    at: &At<'_>,
) -> Option<AdditionalProperties> {
    let patterns = cx.object(map, "patternProperties", at)?;
    let to = Step::Key("additionalProperties");
    let at = at.step(Step::Key("patternProperties"), to);
    cx.moved(&at);
    let mut schemas = Vec::with_capacity(patterns.len());
    for (pattern, value) in patterns {
        let to = format!("/anyOf/{}", schemas.len());
        let to = if patterns.len() == 1 {
            Step::Here
        } else {
            Step::Path(&to)
        };
        let at = at.step(Step::Key(pattern), to);
        schemas.push(super::schema(cx, value, &at));
    }
    let schema = match schemas.len() {
        0 => return None,
        1 => schemas.pop()?,
        _ => ReferenceOr::Item(Schema {
            schema_data: SchemaData::default(),
            schema_kind: SchemaKind::AnyOf { any_of: schemas },
        }),
    };
    Some(AdditionalProperties::Schema(Box::new(schema)))
}

/// Reads what a list holds; a list of schemas tells the items one by one.
pub(super) fn items<'a>(
    draft: &mut Draft,
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    key: &str,
    at: &At<'_>,
) {
    let Some(value) = map.get(key) else { return };
    if tuple::keyword(map).is_some() {
        return tuple::read(draft, cx, map, key, at);
    }
    let at = at.key(key);
    match value {
        Value::Bool(_) => {}
        Value::Object(_) if matches!(key, "additionalItems" | "unevaluatedItems") => {
            if draft.items.is_none() && !map.get("items").is_some_and(Value::is_object) {
                let at = at.step(Step::Here, Step::Here);
                draft.items = Some(super::boxed(super::schema(cx, value, &at)));
            }
        }
        Value::Array(_) => {}
        value => draft.items = Some(super::boxed(super::schema(cx, value, &at))),
    }
}

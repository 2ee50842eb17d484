//! Schemas of OpenAPI 3.0 as schemas of JSON Schema, which values are checked against.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

/// Where component schemas are in a document.
const COMPONENTS: &str = "#/components/schemas/";
/// Where they are in what is checked against.
const DEFINITIONS: &str = "#/$defs/";

/// The schemas that a document's other schemas refer to.
pub(crate) struct Schemas {
    /// As the document has them.
    components: Map<String, Value>,
    /// For what is sent and what is answered.
    definitions: [Value; 2],
    /// What checks parts of answers, by their schemas: to make it takes far longer than to use it.
    parts: Mutex<HashMap<String, Option<Arc<Checked>>>>,
}

/// Which way values travel: `readOnly` properties are not required of requests, `writeOnly` ones not of answers.
#[derive(Clone, Copy)]
pub(crate) enum Direction {
    Request,
    Answer,
}

/// A schema with what checks values against it.
pub(crate) struct Checked {
    /// As the document has it.
    pub(crate) schema: Value,
    validator: Validator,
}

impl Schemas {
    /// The components of a document.
    pub(crate) fn new(tree: &Value) -> Self {
        let found = tree.pointer("/components/schemas");
        let components = found
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        let definitions = [Direction::Request, Direction::Answer].map(|direction| {
            let each = components.iter();
            Value::Object(
                each.map(|(name, schema)| (name.clone(), converted(schema, direction)))
                    .collect(),
            )
        });
        Self {
            components,
            definitions,
            parts: Mutex::default(),
        }
    }

    /// The schema itself, where this one refers to another.
    pub(crate) fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        // The normalizer has left no circle of mere references; the limit is for documents put together otherwise.
        for _ in 0..64 {
            match name(schema).and_then(|name| self.components.get(name)) {
                Some(next) => schema = next,
                None => break,
            }
        }
        schema
    }

    /// Prepares to check values.
    pub(crate) fn checked(&self, schema: &Value, direction: Direction) -> Result<Checked, String> {
        let mut whole = converted(schema, direction);
        let mut definitions = Map::new();
        self.reach(&whole, direction, &mut definitions);
        if !definitions.is_empty()
            && let Some(members) = whole.as_object_mut()
        {
            members.insert("$defs".to_owned(), Value::Object(definitions));
        }
        Ok(Checked {
            schema: schema.clone(),
            validator: validator(&whole)?,
        })
    }

    /// Whether a value fits a schema that is part of an answer's.
    pub(crate) fn fits(&self, schema: &Value, value: &Value) -> bool {
        let key = schema.to_string();
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let checked = parts.entry(key).or_insert_with(|| {
            let checked = self.checked(schema, Direction::Answer);
            checked.ok().map(Arc::new)
        });
        let checked = checked.clone();
        drop(parts);
        checked.is_some_and(|it| it.fits(value))
    }

    /// Gathers the definitions that a schema refers to, and those that they refer to.
    fn reach(&self, schema: &Value, direction: Direction, found: &mut Map<String, Value>) {
        match schema {
            Value::Object(members) => {
                let target = members.get("$ref").and_then(Value::as_str);
                if let Some(name) = target.and_then(|it| it.strip_prefix(DEFINITIONS))
                    && !found.contains_key(name)
                    && let Some(definition) = self.definitions[direction as usize].get(name)
                {
                    found.insert(name.to_owned(), definition.clone());
                    self.reach(definition, direction, found);
                }
                members
                    .values()
                    .for_each(|it| self.reach(it, direction, found));
            }
            Value::Array(items) => items.iter().for_each(|it| self.reach(it, direction, found)),
            _ => {}
        }
    }
}

/// The component that a schema refers to.
pub(crate) fn name(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(COMPONENTS)
}

impl Checked {
    pub(crate) fn fits(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }

    /// What is wrong with a value: a JSON pointer into it, and words.
    pub(crate) fn faults(&self, value: &Value) -> Vec<(String, String)> {
        let errors = self.validator.iter_errors(value);
        errors
            .map(|error| (error.instance_path().to_string(), error.to_string()))
            .collect()
    }
}

/// Whether a value fits a schema that refers to no other.
pub(crate) fn fits_alone(schema: &Value, value: &Value) -> bool {
    validator(&converted(schema, Direction::Answer)).is_ok_and(|it| it.is_valid(value))
}

fn validator(schema: &Value) -> Result<Validator, String> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .with_format("byte", is_base64)
        .build(schema)
        .map_err(|error| error.to_string())
}

fn is_base64(text: &str) -> bool {
    use base64::Engine;
    let standard = base64::engine::general_purpose::STANDARD;
    standard.decode(text).is_ok()
}

/// A schema, and all in it, as JSON Schema has it.
fn converted(schema: &Value, direction: Direction) -> Value {
    let Some(members) = schema.as_object() else {
        return schema.clone();
    };
    if let Some(name) = name(schema) {
        return json!({ "$ref": format!("{DEFINITIONS}{name}") });
    }
    // What the normalizer could not express says nothing about values.
    if members.contains_key("x-broken") {
        return json!({});
    }
    let mut out = Map::new();
    for (keyword, value) in members {
        if let Some((keyword, value)) = keyword_of(keyword, value, direction) {
            out.insert(keyword.to_owned(), value);
        }
    }
    bounds(&mut out, members);
    required(&mut out, members, direction);
    nullable(out, members)
}

fn keyword_of<'a>(
    keyword: &'a str,
    value: &Value,
    direction: Direction,
) -> Option<(&'a str, Value)> {
    let each = |value: &Value| match value {
        Value::Array(items) => items.iter().map(|it| converted(it, direction)).collect(),
        other => converted(other, direction),
    };
    let converted = match keyword {
        "properties" => {
            let properties = value.as_object()?.iter();
            let properties = properties.map(|(name, it)| (name.clone(), each(it)));
            Value::Object(properties.collect())
        }
        "items" | "additionalProperties" | "not" | "allOf" | "oneOf" | "anyOf" => each(value),
        "x-prefix-items" => return Some(("prefixItems", each(value))),
        "x-const" => return Some(("const", value.clone())),
        "type" | "enum" | "format" | "pattern" | "minLength" | "maxLength" | "minimum"
        | "maximum" | "multipleOf" | "minItems" | "maxItems" | "uniqueItems" | "minProperties"
        | "maxProperties" => value.clone(),
        _ => return None,
    };
    Some((keyword, converted))
}

/// The limits of OpenAPI 3.0, which says apart whether they are in themselves allowed, and those of the formats.
fn bounds(out: &mut Map<String, Value>, members: &Map<String, Value>) {
    for (limit, exclusive) in [
        ("minimum", "exclusiveMinimum"),
        ("maximum", "exclusiveMaximum"),
    ] {
        if members.get(exclusive) == Some(&Value::Bool(true))
            && let Some(value) = out.shift_remove(limit)
        {
            out.insert(exclusive.to_owned(), value);
        }
    }
    let (least, most) = match members.get("format").and_then(Value::as_str) {
        Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
        Some("int64") => (i64::MIN, i64::MAX),
        _ => return,
    };
    for (limit, exclusive, value) in [
        ("minimum", "exclusiveMinimum", least),
        ("maximum", "exclusiveMaximum", most),
    ] {
        if !out.contains_key(limit) && !out.contains_key(exclusive) {
            out.insert(limit.to_owned(), value.into());
        }
    }
}

fn required(out: &mut Map<String, Value>, members: &Map<String, Value>, direction: Direction) {
    let Some(names) = members.get("required").and_then(Value::as_array) else {
        return;
    };
    let flag = match direction {
        Direction::Request => "readOnly",
        Direction::Answer => "writeOnly",
    };
    let one_way = |name: &Value| {
        let property = members.get("properties")?.get(name.as_str()?)?;
        property.get(flag)?.as_bool()
    };
    let names = names.iter().filter(|name| one_way(name) != Some(true));
    out.insert("required".to_owned(), names.cloned().collect());
}

fn nullable(mut out: Map<String, Value>, members: &Map<String, Value>) -> Value {
    if members.get("nullable") != Some(&Value::Bool(true)) {
        return Value::Object(out);
    }
    let composed = ["allOf", "oneOf", "anyOf", "not", "const"];
    if composed.iter().any(|keyword| out.contains_key(*keyword)) {
        return json!({ "anyOf": [out, { "type": "null" }] });
    }
    if let Some(kind) = out.get("type").cloned() {
        out.insert("type".to_owned(), json!([kind, "null"]));
    }
    if let Some(Value::Array(values)) = out.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    Value::Object(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(schema: &Value, value: &Value) -> bool {
        fits_alone(schema, value)
    }

    #[test]
    fn null_is_allowed_where_the_document_says_so() {
        let text = json!({ "type": "string", "nullable": true, "enum": ["a"] });
        assert!(fits(&text, &Value::Null) && fits(&text, &json!("a")));
        assert!(!fits(&text, &json!("b")));
        let composed = json!({ "nullable": true, "allOf": [{ "type": "string" }] });
        assert!(fits(&composed, &Value::Null) && !fits(&composed, &json!(1)));
        assert!(!fits(&json!({ "type": "string" }), &Value::Null));
    }

    #[test]
    fn limits_and_formats_hold() {
        let above = json!({ "type": "number", "minimum": 3, "exclusiveMinimum": true });
        assert!(!fits(&above, &json!(3)) && fits(&above, &json!(3.1)));
        let int32 = json!({ "type": "integer", "format": "int32" });
        assert!(!fits(&int32, &json!(1_i64 << 31)) && fits(&int32, &json!(-5)));
        let bytes = json!({ "type": "string", "format": "byte" });
        assert!(fits(&bytes, &json!("AAE=")) && !fits(&bytes, &json!("%")));
        let time = json!({ "type": "string", "format": "date-time" });
        assert!(fits(&time, &json!("2024-01-02T03:04:05.1234567Z")));
        assert!(!fits(&time, &json!("2024-01-02T03:04:05")));
    }

    #[test]
    fn what_only_answers_hold_is_not_required_of_requests() {
        let tree = json!({ "components": { "schemas": { "A": {
            "type": "object", "required": ["id"],
            "properties": { "id": { "type": "string", "readOnly": true } },
        } } } });
        let schemas = Schemas::new(&tree);
        let reference = json!({ "$ref": "#/components/schemas/A" });
        let check = |direction| schemas.checked(&reference, direction).unwrap();
        assert!(check(Direction::Request).fits(&json!({})));
        let missing = check(Direction::Answer).faults(&json!({}));
        assert_eq!(missing.len(), 1);
    }
}

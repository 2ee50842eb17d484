//! What a document says of values that their types do not: limits, defaults, formats, who sets them.
//!
//! It is read from the normalized document itself, at the places where types and operations stand, so that nothing on
//! the way to a type has to carry it along.

use std::collections::HashSet;

use openapiv3::OpenAPI;
use serde_json::Value;

use crate::ir::{Api, Facts, Limits};

/// So many values may be behind one another by `$ref`, or within one another without a name.
const DEEPEST: usize = 32;

/// The keywords that are taken as they stand. A `false` among them says nothing.
const KEYWORDS: [&str; 17] = [
    "default",
    "deprecated",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "readOnly",
    "uniqueItems",
    "writeOnly",
];

/// Formats that a type of their own stands for.
const TYPED_FORMATS: [&str; 8] = [
    "date",
    "date-time",
    "time",
    "duration",
    "uuid",
    "byte",
    "binary",
    "password",
];

/// What the document says at the places of an API's types and operations.
pub(super) fn of(openapi: &OpenAPI, api: &Api) -> Limits {
    let Ok(root) = serde_json::to_value(openapi) else {
        return Limits::default();
    };
    let document = Document { root: &root };
    let mut limits = Limits::default();
    for operation in api.operations() {
        let facts = document.operation(&operation.pointer);
        limits.members.insert(operation.pointer.clone(), facts);
    }
    for definition in &api.types {
        let mut own = Facts::new();
        let mut properties = Vec::new();
        if let Some(schema) = root.pointer(&definition.pointer) {
            document.own(schema, "", &mut own, DEEPEST);
            document.properties(schema, &mut properties, &mut HashSet::new());
        }
        limits.own.insert(definition.pointer.clone(), own);
        limits
            .members
            .insert(definition.pointer.clone(), properties);
    }
    limits.own.retain(|_, facts| !facts.is_empty());
    for members in limits.members.values_mut() {
        members.retain(|(_, facts)| !facts.is_empty());
    }
    limits.members.retain(|_, members| !members.is_empty());
    limits
}

struct Document<'v> {
    root: &'v Value,
}

impl<'v> Document<'v> {
    /// What stands behind a reference, or the value itself.
    fn behind(&self, value: &'v Value) -> &'v Value {
        let mut value = value;
        for _ in 0..DEEPEST {
            let target = value.get("$ref").and_then(Value::as_str);
            let target = target.and_then(|target| target.strip_prefix('#'));
            match target.and_then(|pointer| self.root.pointer(pointer)) {
                Some(behind) => value = behind,
                None => break,
            }
        }
        value
    }

    /// What is said of parameters, by place and name, and of the body.
    fn operation(&self, pointer: &str) -> Vec<(String, Facts)> {
        let mut found = Vec::new();
        let Some(operation) = self.root.pointer(pointer) else {
            return found;
        };
        let item = pointer.rsplit_once('/').map_or("", |(item, _)| item);
        let own = operation.get("parameters");
        let shared = self.root.pointer(&format!("{item}/parameters"));
        for parameter in [own, shared].into_iter().flatten().flat_map(list) {
            let parameter = self.behind(parameter);
            let name = [text(parameter, "in"), text(parameter, "name")].join(" ");
            if found.iter().any(|(known, _)| *known == name) {
                continue;
            }
            let mut facts = Facts::new();
            let content = parameter.get("content").and_then(Value::as_object);
            let content = content.and_then(|all| all.values().next()?.get("schema"));
            if let Some(schema) = parameter.get("schema").or(content) {
                self.schema(schema, "", &mut facts, DEEPEST);
            }
            if parameter.get("deprecated") == Some(&Value::Bool(true)) {
                facts.insert("deprecated".to_owned(), "true".to_owned());
            }
            found.push((name, facts));
        }
        let body = operation.get("requestBody").map(|body| self.behind(body));
        let content = body.and_then(|body| body.get("content")?.as_object());
        for (media_type, content) in content.into_iter().flatten() {
            let mut facts = Facts::new();
            if let Some(schema) = content.get("schema") {
                self.schema(schema, "", &mut facts, DEEPEST);
            }
            found.push((format!("body {media_type}"), facts));
        }
        found
    }

    /// What is said of the properties of a model, whichever of its parts declares them.
    fn properties(
        &self,
        schema: &'v Value,
        found: &mut Vec<(String, Facts)>,
        seen: &mut HashSet<*const Value>,
    ) {
        let schema = self.behind(schema);
        if !seen.insert(std::ptr::from_ref(schema)) {
            return;
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            let mut facts = Facts::new();
            self.schema(property, "", &mut facts, DEEPEST);
            match found.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => facts.into_iter().for_each(|(name, value)| {
                    known.entry(name).or_insert(value);
                }),
                None => found.push((name.clone(), facts)),
            }
        }
        for part in schema.get("allOf").into_iter().flat_map(list) {
            self.properties(part, found, seen);
        }
    }

    /// What is said where a value stands. What it refers to says the rest for itself.
    fn schema(&self, schema: &'v Value, prefix: &str, facts: &mut Facts, deep: usize) {
        if schema.get("$ref").is_none() {
            self.own(schema, prefix, facts, deep);
        }
    }

    fn own(&self, schema: &'v Value, prefix: &str, facts: &mut Facts, deep: usize) {
        if deep == 0 {
            return;
        }
        let mut add = |name: &str, value: String| {
            facts.entry(format!("{prefix}{name}")).or_insert(value);
        };
        for keyword in KEYWORDS {
            match schema.get(keyword) {
                None | Some(Value::Null) => {}
                Some(Value::Bool(false)) if keyword != "default" => {}
                Some(Value::String(text)) if keyword == "pattern" => add(keyword, text.clone()),
                Some(value) => add(keyword, value.to_string()),
            }
        }
        if !prefix.is_empty() && schema.get("nullable") == Some(&Value::Bool(true)) {
            add("nullable", "true".to_owned());
        }
        let format = text(schema, "format");
        let is_typed = format.is_empty() || TYPED_FORMATS.contains(&format);
        if text(schema, "type") == "string" && !is_typed {
            add("format", format.to_owned());
        }
        let discriminator = schema.get("discriminator");
        let property = discriminator.map_or("", |it| text(it, "propertyName"));
        if !property.is_empty() {
            add("discriminator", property.to_owned());
        }
        for part in schema.get("allOf").into_iter().flat_map(list) {
            self.schema(part, prefix, facts, deep - 1);
        }
        for (keyword, word) in [("items", "items."), ("additionalProperties", "values.")] {
            if let Some(inner) = schema.get(keyword).filter(|it| it.is_object()) {
                // What has properties is a type of its own, and says it there.
                if inner.get("properties").is_none() {
                    self.schema(inner, &format!("{prefix}{word}"), facts, deep - 1);
                }
            }
        }
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(found: &[(String, Facts)]) -> Vec<String> {
        let one = |(name, facts): &(String, Facts)| {
            let facts = facts.iter().map(|(name, value)| format!("{name}={value}"));
            format!("{name}: {}", facts.collect::<Vec<_>>().join(" "))
        };
        found.iter().map(one).collect()
    }

    #[test]
    fn properties_of_all_parts_have_their_limits() {
        let root = json!({
            "Base": { "properties": { "code": { "type": "string", "pattern": "^a" } }, "allOf": [{ "$ref": "#/Own" }] },
            "Own": {
                "allOf": [{ "$ref": "#/Base" }],
                "properties": {
                    "tags": { "type": "array", "maxItems": 3, "items": {
                        "type": "string", "maxLength": 5, "nullable": true, "uniqueItems": false,
                    } },
                    "size": { "$ref": "#/Size" },
                    "wrapped": { "allOf": [{ "$ref": "#/Size" }, { "minimum": 1 }], "default": false },
                    "map": { "type": "object", "additionalProperties": { "type": "string", "format": "email" } },
                },
            },
            "Size": { "maximum": 4 },
        });
        let document = Document { root: &root };
        let mut found = Vec::new();
        document.properties(&root["Own"], &mut found, &mut HashSet::new());
        let expected = [
            "map: values.format=email",
            "size: ",
            "tags: items.maxLength=5 items.nullable=true maxItems=3",
            "wrapped: default=false minimum=1",
            "code: pattern=^a",
        ];
        let mut found = shown(&found);
        let mut sorted = expected.map(str::to_owned).to_vec();
        found.sort();
        sorted.sort();
        assert_eq!(found, sorted);
    }

    #[test]
    fn an_operation_has_the_parameters_of_its_path() {
        let root = json!({ "paths": { "/a": {
            "parameters": [
                { "name": "page", "in": "query", "schema": { "minimum": 0 } },
                { "name": "page", "in": "header", "schema": { "minimum": 1 } },
            ],
            "get": {
                "parameters": [{ "$ref": "#/Page" }],
                "requestBody": { "content": { "text/plain": { "schema": { "maxLength": 9 } } } },
            },
        } }, "Page": { "name": "page", "in": "query", "deprecated": true, "schema": { "minimum": 2 } } });
        let found = Document { root: &root }.operation("/paths/~1a/get");
        let expected = [
            "query page: deprecated=true minimum=2",
            "header page: minimum=1",
            "body text/plain: maxLength=9",
        ];
        assert_eq!(shown(&found), expected);
    }
}

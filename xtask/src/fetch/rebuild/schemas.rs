//! The schemas of a document that is rebuilt.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{last, list, members, text};

const OPENAPI: &str = "application/vnd.oai.openapi.components+json";
const SWAGGER: &str = "application/vnd.ms-azure-apim.swagger.definitions+json";
/// Where the names of components begin in references, in either kind of schema document.
const PREFIXES: [&str; 2] = ["#/components/schemas/", "#/definitions/"];

/// The ids of the schema documents that an operation refers to.
pub(super) fn schema_ids(operation: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(operation, &mut found);
    found
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(entries) => entries.iter().for_each(|entry| collect(entry, found)),
        Value::Object(object) => {
            for (name, value) in object {
                match (name.as_str(), value) {
                    ("schemaId", Value::String(id)) => {
                        found.extend(last(id).map(str::to_owned));
                    }
                    // What stands in there is the vendor's, not the portal's.
                    ("examples" | "sample" | "generatedSample", _) => {}
                    _ => collect(value, found),
                }
            }
        }
        _ => {}
    }
}

/// The components of a document, and how schema documents name them.
pub(super) struct Schemas {
    components: Map<String, Value>,
    /// The component for a schema document's id and a name in it.
    names: BTreeMap<(String, String), String>,
}

impl Schemas {
    /// Takes the schemas of all schema documents. Where two name different schemas alike, the later one gets a number.
    pub(super) fn new(documents: &[(String, Value)], lacks: &mut Vec<String>) -> Self {
        let mut schemas = Self {
            components: Map::new(),
            names: BTreeMap::new(),
        };
        for (id, document) in documents {
            match definitions(document) {
                Ok(found) => schemas.add(id, &found, lacks),
                Err(kind) => lacks.push(format!("the types of schema `{id}`, which is {kind}")),
            }
        }
        schemas
    }

    fn add(&mut self, id: &str, found: &Map<String, Value>, lacks: &mut Vec<String>) {
        let is_clash = found.iter().any(|(name, schema)| {
            self.components
                .get(&component(name))
                .is_some_and(|it| *it != openapi(schema))
        });
        let mut names = BTreeMap::new();
        for name in found.keys() {
            names.insert(
                name.as_str(),
                self.free_name(&component(name), is_clash, &names),
            );
        }
        let names: BTreeMap<_, _> = names
            .into_iter()
            .map(|(name, ours)| (name.to_owned(), ours))
            .collect();
        for (name, schema) in found {
            let mut schema = openapi(schema);
            relink(&mut schema, &names, &mut |missing| {
                lacks.push(format!("the type `{missing}`, which `{name}` refers to"));
            });
            let ours = names.get(name).cloned().unwrap_or_else(|| name.clone());
            self.names
                .insert((id.to_owned(), name.clone()), ours.clone());
            self.components.insert(ours, schema);
        }
    }

    /// A name for a component. If a schema document differs from those before it, none of its names is shared, as its
    /// references lead to its own schemas.
    fn free_name(&self, name: &str, is_clash: bool, taken: &BTreeMap<&str, String>) -> String {
        let is_taken = |name: &str| {
            taken.values().any(|it| it == name) || (is_clash && self.components.contains_key(name))
        };
        let mut free = name.to_owned();
        let mut number = 2;
        while is_taken(&free) {
            free = format!("{name}{number}");
            number += 1;
        }
        free
    }

    /// A reference to what an entity calls its type, if that is known.
    pub(super) fn reference(&self, of: &Value) -> Option<Value> {
        let id = last(text(of, "schemaId")?)?.to_owned();
        let name = self.names.get(&(id, text(of, "typeName")?.to_owned()))?;
        Some(json!({ "$ref": format!("{}{name}", PREFIXES[0]) }))
    }

    pub(super) fn into_components(self) -> Map<String, Value> {
        self.components
    }
}

/// The schemas of a schema document, or what kind of document it is instead.
fn definitions(entity: &Value) -> Result<Map<String, Value>, String> {
    let entity = members(entity);
    let kind = text(entity, "contentType").unwrap_or_default();
    if !kind.is_empty()
        && !kind.eq_ignore_ascii_case(OPENAPI)
        && !kind.eq_ignore_ascii_case(SWAGGER)
    {
        return Err(format!("`{kind}`"));
    }
    let document = entity.get("document").unwrap_or(entity);
    // Some versions of the portal's API have the document as text.
    let as_text = document.as_str().or_else(|| text(document, "value"));
    let parsed = as_text.and_then(|it| serde_json::from_str::<Value>(it).ok());
    let document = parsed.as_ref().unwrap_or(document);
    let components = document.pointer("/components/schemas");
    let found = components.or_else(|| document.get("definitions"));
    match found {
        Some(Value::Object(found)) => Ok(found.clone()),
        _ => Err("without definitions".to_owned()),
    }
}

/// A name that OpenAPI allows for a component (section Components Object).
fn component(name: &str) -> String {
    let allowed = |it: char| it.is_ascii_alphanumeric() || "._-".contains(it);
    let plain: String = name
        .chars()
        .map(|it| if allowed(it) { it } else { '_' })
        .collect();
    if plain.is_empty() {
        "_".to_owned()
    } else {
        plain
    }
}

/// A schema as OpenAPI 3.0 writes it, of one as Swagger 2.0 does; one of OpenAPI stays as it is.
fn openapi(schema: &Value) -> Value {
    let mut schema = schema.clone();
    convert(&mut schema);
    schema
}

fn convert(schema: &mut Value) {
    let Value::Object(object) = schema else {
        return;
    };
    if let Some(Value::String(property)) = object.get("discriminator") {
        let property = json!({ "propertyName": property });
        object.insert("discriminator".to_owned(), property);
    }
    if let Some(nullable @ Value::Bool(_)) = object.get("x-nullable").cloned() {
        object.shift_remove("x-nullable");
        object.entry("nullable").or_insert(nullable);
    }
    if object.get("type").and_then(Value::as_str) == Some("file") {
        object.insert("type".to_owned(), "string".into());
        object.insert("format".to_owned(), "binary".into());
    }
    for_each_schema(object, &mut convert);
}

/// Calls a function with each schema within a schema. Examples, defaults and the like are values, not schemas.
fn for_each_schema(object: &mut Map<String, Value>, visit: &mut dyn FnMut(&mut Value)) {
    for (name, value) in object.iter_mut() {
        match (name.as_str(), value) {
            ("properties" | "patternProperties", Value::Object(named)) => {
                named.values_mut().for_each(&mut *visit);
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(all)) => {
                all.iter_mut().for_each(&mut *visit)
            }
            ("items" | "additionalProperties" | "not", value) => visit(value),
            _ => {}
        }
    }
}

/// Leads references to components, and tells those that lead nowhere; these become schemas of any value.
fn relink(schema: &mut Value, names: &BTreeMap<String, String>, lost: &mut dyn FnMut(&str)) {
    let Value::Object(object) = schema else {
        return;
    };
    if let Some(Value::String(reference)) = object.get_mut("$ref") {
        let name = PREFIXES
            .iter()
            .find_map(|prefix| reference.strip_prefix(prefix));
        let name = name.map(|name| name.replace("~1", "/").replace("~0", "~"));
        match name.as_ref().and_then(|name| names.get(name)) {
            Some(ours) => *reference = format!("{}{ours}", PREFIXES[0]),
            None => {
                lost(name.as_deref().unwrap_or(reference));
                object.shift_remove("$ref");
            }
        }
    }
    if let Some(Value::Object(mapping)) = object
        .get_mut("discriminator")
        .and_then(|it| it.get_mut("mapping"))
    {
        for target in mapping.values_mut() {
            let name = target
                .as_str()
                .and_then(last)
                .and_then(|name| names.get(name));
            if let Some(ours) = name {
                *target = format!("{}{ours}", PREFIXES[0]).into();
            }
        }
    }
    for_each_schema(object, &mut |inner| relink(inner, names, lost));
}

/// The schema of a parameter: that of the type that it names, or one of the plain types.
pub(super) fn of_parameter(
    parameter: &Value,
    schemas: &Schemas,
    note: &mut dyn FnMut(String),
) -> Value {
    if let Some(reference) = schemas.reference(parameter) {
        return reference;
    }
    let name = text(parameter, "name").unwrap_or_default();
    let ty = text(parameter, "type").unwrap_or("string");
    let Some((kind, format)) = plain_type(ty) else {
        note(format!(
            "what a `{ty}` is in parameter `{name}`, which counts as text"
        ));
        return json!({ "type": "string" });
    };
    if kind == "array" {
        note(format!(
            "what the list in parameter `{name}` holds, which counts as texts"
        ));
        return json!({ "type": "array", "items": { "type": "string" } });
    }
    let mut schema = json!({ "type": kind });
    if let Some(format) = format {
        schema["format"] = format.into();
    }
    let typed = |value: &Value| match value {
        Value::String(text) => as_type(kind, text),
        Value::Null => None,
        other => Some(other.clone()),
    };
    let values = list(parameter, "values");
    let allowed: Option<Vec<_>> = values.iter().map(typed).collect();
    match allowed {
        Some(allowed) if !allowed.is_empty() => schema["enum"] = allowed.into(),
        Some(_) => {}
        None => note(format!("which values parameter `{name}` takes")),
    }
    let default = parameter.get("defaultValue").filter(|it| **it != json!(""));
    if let Some(default) = default.and_then(typed) {
        schema["default"] = default;
    }
    schema
}

/// A type of the portal as type and format of OpenAPI.
fn plain_type(name: &str) -> Option<(&'static str, Option<&'static str>)> {
    Some(match name.to_ascii_lowercase().as_str() {
        "string" => ("string", None),
        "integer" | "int" => ("integer", None),
        "int32" => ("integer", Some("int32")),
        "int64" | "long" => ("integer", Some("int64")),
        "number" => ("number", None),
        "float" => ("number", Some("float")),
        "double" => ("number", Some("double")),
        "boolean" | "bool" => ("boolean", None),
        "date" => ("string", Some("date")),
        "date-time" | "datetime" => ("string", Some("date-time")),
        "uuid" | "guid" => ("string", Some("uuid")),
        "byte" => ("string", Some("byte")),
        "binary" | "file" => ("string", Some("binary")),
        "password" => ("string", Some("password")),
        "array" => ("array", None),
        _ => return None,
    })
}

/// A value of a type, of its text.
fn as_type(kind: &str, text: &str) -> Option<Value> {
    let value = match kind {
        "string" => return Some(text.into()),
        _ => serde_json::from_str::<Value>(text).ok()?,
    };
    let fits = match kind {
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        _ => false,
    };
    fits.then_some(value)
}

//! A schema while it is read: every keyword with its type checked, from any version.

use openapiv3::{AdditionalProperties, ReferenceOr, Schema, SchemaData};
use serde_json::{Map, Number, Value};

use super::super::at::At;
use super::super::context::{Address, Context, Kind};
use super::super::read;
use super::super::resolve::{Target, reference_in};
use super::types::Basic;
use super::{composition, discriminator, members, numbers, types_keyword};
use indexmap::IndexMap;

/// The keywords of one schema.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) data: SchemaData,
    pub(super) types: Vec<Basic>,
    /// Null is one of the types, or the only one.
    pub(super) null: bool,
    pub(super) format: Option<String>,
    pub(super) pattern: Option<String>,
    pub(super) min_length: Option<usize>,
    pub(super) max_length: Option<usize>,
    pub(super) minimum: Option<Number>,
    pub(super) maximum: Option<Number>,
    pub(super) exclusive_minimum: bool,
    pub(super) exclusive_maximum: bool,
    pub(super) multiple_of: Option<Number>,
    pub(super) properties: IndexMap<String, ReferenceOr<Box<Schema>>>,
    pub(super) required: Vec<String>,
    pub(super) additional_properties: Option<AdditionalProperties>,
    pub(super) min_properties: Option<usize>,
    pub(super) max_properties: Option<usize>,
    pub(super) items: Option<ReferenceOr<Box<Schema>>>,
    pub(super) min_items: Option<usize>,
    pub(super) max_items: Option<usize>,
    pub(super) unique_items: Option<bool>,
    pub(super) enumeration: Vec<Value>,
    /// The values of the enumeration, as they are listed, that have been read as text.
    pub(super) read_as_text: Vec<Value>,
    /// Whether null stands among the values of the enumeration.
    pub(super) lists_null: bool,
    /// Whether `properties` is there at all, if only empty.
    pub(super) has_properties: bool,
    pub(super) one_of: Vec<ReferenceOr<Schema>>,
    pub(super) all_of: Vec<ReferenceOr<Schema>>,
    pub(super) any_of: Vec<ReferenceOr<Schema>>,
    pub(super) not: Option<Box<ReferenceOr<Schema>>>,
}

impl Draft {
    /// Reads the keywords of a schema that is a mapping.
    pub(super) fn read<'a>(cx: &mut Context<'a>, map: &'a Map<String, Value>, at: &At<'_>) -> Self {
        let mut draft = Self::default();
        draft.read_where(cx, map, at, |_| true);
        draft
    }

    /// Reads the keywords that are wanted; the type first, since others depend on it.
    pub(super) fn read_where<'a>(
        &mut self,
        cx: &mut Context<'a>,
        map: &'a Map<String, Value>,
        at: &At<'_>,
        wanted: impl Fn(&str) -> bool,
    ) {
        if let Some(value) = map.get("type")
            && !value.is_null()
            && wanted("type")
        {
            types_keyword::read(self, cx, value, &at.key("type"));
        }
        for (key, value) in map {
            if !wanted(key) || (key == "type" && !value.is_null()) {
                continue;
            }
            if value.is_null() && matches!(key.as_str(), "example" | "default") {
                // Null says nothing there, and occurs by the thousand.
                continue;
            }
            if value.is_null() && key != "const" {
                let message = format!("`{key}` is null and counts as missing");
                cx.note(&at.key(key), "null-member", message);
                continue;
            }
            self.keyword(cx, map, key, value, at);
        }
    }

    fn keyword<'a>(
        &mut self,
        cx: &mut Context<'a>,
        map: &'a Map<String, Value>,
        key: &str,
        value: &'a Value,
        at: &At<'_>,
    ) {
        match key {
            "format" => self.format = self.format_text(cx, map, at),
            "pattern" => self.pattern = cx.text(map, key, at),
            "title" => self.data.title = cx.text(map, key, at),
            "description" => self.data.description = cx.text(map, key, at),
            "nullable" => self.data.nullable |= cx.flag(map, key, at),
            "x-nullable" | "x-isnullable" => self.data.nullable |= value == &Value::Bool(true),
            "readOnly" => self.data.read_only = cx.flag(map, key, at),
            "writeOnly" => self.data.write_only = cx.flag(map, key, at),
            "deprecated" => self.data.deprecated = cx.flag(map, key, at),
            "default" => self.data.default = Some(value.clone()),
            "example" => self.data.example = Some(value.clone()),
            "examples" => self.examples(value),
            "externalDocs" => {
                self.data.external_docs = super::super::info::external_docs(cx, map, at)
            }
            "enum" => composition::enumeration(self, cx, value, &at.key(key)),
            "const" => composition::constant(self, cx, value, &at.key(key)),
            "oneOf" | "anyOf" | "allOf" => composition::branches(self, cx, map, key, at),
            "not" => self.not = Some(Box::new(super::schema(cx, value, &at.key(key)))),
            "discriminator" => {
                self.data.discriminator = discriminator::read(cx, value, &at.key(key))
            }
            "minLength" => self.min_length = numbers::size(cx, value, &at.key(key)),
            "maxLength" => self.max_length = numbers::size(cx, value, &at.key(key)),
            "minProperties" => self.min_properties = numbers::size(cx, value, &at.key(key)),
            "maxProperties" => self.max_properties = numbers::size(cx, value, &at.key(key)),
            "minItems" => self.min_items = numbers::size(cx, value, &at.key(key)),
            "maxItems" => self.max_items = numbers::size(cx, value, &at.key(key)),
            "uniqueItems" => self.unique_items = cx.optional_flag(map, key, at),
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
                numbers::bound(self, cx, key, value, &at.key(key));
            }
            "multipleOf" | "divisibleBy" => {
                self.multiple_of = numbers::number(cx, value, &at.key(key))
            }
            "properties" => members::properties(self, cx, map, at),
            "required" => members::required(self, cx, map, at),
            "additionalProperties" | "patternProperties" | "unevaluatedProperties" => {
                members::additional(self, cx, map, key, at);
            }
            "items" | "prefixItems" | "additionalItems" | "unevaluatedItems" => {
                members::items(self, cx, map, key, at);
            }
            "contentEncoding" | "contentMediaType" => self.content(cx, key, value, &at.key(key)),
            "contentSchema" => self.content_schema(cx, map, value, at),
            key if read::is_extension(key) => {
                self.data.extensions.insert(key.to_owned(), value.clone());
            }
            key => unknown(cx, key, at),
        }
    }

    fn format_text<'a>(
        &self,
        cx: &mut Context<'a>,
        map: &'a Map<String, Value>,
        at: &At<'_>,
    ) -> Option<String> {
        // A mended type may have implied a format already; the vendor's own counts more.
        let given = cx
            .text(map, "format", at)
            .map(|text| text.trim().to_owned());
        let given = given.filter(|text| !text.is_empty());
        if let Some(format) = &given {
            cx.note_format(format, &at.key("format"));
        }
        given.or_else(|| self.format.clone())
    }

    fn examples(&mut self, value: &Value) {
        let list = match value {
            Value::Array(items) => items.clone(),
            // Named examples belong to media types, and occur in schemas all the same.
            Value::Object(named) => named
                .values()
                .map(|example| example.get("value").unwrap_or(example).clone())
                .collect(),
            single => vec![single.clone()],
        };
        if !list.is_empty() {
            let key = "x-examples".to_owned();
            self.data.extensions.insert(key, Value::Array(list));
        }
    }

    /// Reads what OpenAPI 3.1 says of strings that hold something else, in the formats of 3.0.
    fn content(&mut self, cx: &mut Context<'_>, key: &str, value: &Value, at: &At<'_>) {
        let Some(text) = value.as_str() else { return };
        let format = match (key, text.to_ascii_lowercase().as_str()) {
            ("contentEncoding", "base64" | "base64url") => "byte",
            ("contentEncoding", encoding) => {
                let message =
                    format!("texts encoded as `{encoding}` are given and taken as they travel");
                return cx.note(at, "content-encoding", message);
            }
            (_, "application/octet-stream") => "binary",
            (_, media) if media.starts_with("image/") => "binary",
            _ => return,
        };
        // An encoding says more than a media type: the bytes are text on the wire.
        if format == "byte" || self.format.is_none() {
            self.format = Some(format.to_owned());
        }
        if self.types.is_empty() {
            self.types.push(Basic::String);
        }
    }

    /// Notes what a text in JSON holds: the name of a component, which its schema becomes.
    fn content_schema<'a>(
        &mut self,
        cx: &mut Context<'a>,
        map: &'a Map<String, Value>,
        value: &'a Value,
        at: &At<'_>,
    ) {
        let media_type = map.get("contentMediaType").and_then(Value::as_str);
        let is_json = media_type.is_some_and(|name| name.to_ascii_lowercase().ends_with("json"));
        let Some(held) = value.as_object().filter(|_| is_json) else {
            return;
        };
        let at = at.key("contentSchema");
        let name = match reference_in(held) {
            Some(reference) => match cx.link(Kind::Schema, reference, &at) {
                Ok(name) => name,
                Err(broken) => {
                    let message = format!("{}; what the text holds is left out", broken.message);
                    return cx.warn(&at, broken.rule, message, broken.help);
                }
            },
            None => match cx.names.get(&(Kind::Schema, Address::of(value))) {
                Some(name) => name.clone(),
                None => cx.hoist(
                    Kind::Schema,
                    Target {
                        value,
                        file: at.file,
                        pointer: at.from(),
                    },
                ),
            },
        };
        let name = Value::String(name);
        self.data
            .extensions
            .insert("x-content-schema".to_owned(), name);
    }

    /// Returns whether any keyword is there that only numbers obey.
    pub(super) fn has_number_keywords(&self) -> bool {
        self.minimum.is_some() || self.maximum.is_some() || self.multiple_of.is_some()
    }

    /// Returns whether any keyword is there that only strings obey, the format aside.
    pub(super) fn has_string_keywords(&self) -> bool {
        self.pattern.is_some() || self.min_length.is_some() || self.max_length.is_some()
    }

    /// Returns whether any keyword is there that only objects obey.
    pub(super) fn has_object_keywords(&self) -> bool {
        self.has_properties
            || !self.required.is_empty()
            || self.additional_properties.is_some()
            || self.min_properties.is_some()
            || self.max_properties.is_some()
    }

    /// Returns whether any keyword is there that only lists obey.
    pub(super) fn has_array_keywords(&self) -> bool {
        self.items.is_some()
            || self.min_items.is_some()
            || self.max_items.is_some()
            || self.unique_items.is_some()
    }

    /// Returns whether the schema is made of other schemas.
    pub(super) fn is_composed(&self) -> bool {
        !self.one_of.is_empty() || !self.all_of.is_empty() || !self.any_of.is_empty()
    }
}

/// Reports a keyword that is not taken over, unless it is known to say nothing about the wire.
fn unknown(cx: &mut Context<'_>, key: &str, at: &At<'_>) {
    const SILENT: [&str; 27] = [
        "$schema",
        "$id",
        "id",
        "$anchor",
        "$dynamicAnchor",
        "$comment",
        "$defs",
        "definitions",
        "$vocabulary",
        "xml",
        "x-examples",
        "contentSchema",
        "propertyNames",
        "contains",
        "minContains",
        "maxContains",
        "collectionFormat",
        "allowEmptyValue",
        "name",
        "in",
        "style",
        "explode",
        "$ref",
        "$dynamicRef",
        "example",
        "optional",
        "readonly",
    ];
    const CONDITIONAL: [&str; 6] = [
        "if",
        "then",
        "else",
        "dependentRequired",
        "dependentSchemas",
        "dependencies",
    ];
    if key.starts_with("x-") || SILENT.contains(&key) {
        return;
    }
    let message = if CONDITIONAL.contains(&key) {
        format!(
            "`{key}` makes one value depend on another, which no type can say; the server checks it"
        )
    } else {
        format!("`{key}` is no keyword of a schema and is left out")
    };
    cx.note(&at.key(key), "unknown-keyword", message);
}

//! Schemas of every version, rebuilt as typed schemas of OpenAPI 3.0.
//!
//! A schema is read keyword by keyword into a [`draft::Draft`], every keyword with its type checked, and settled from there.
//! Since the typed schema is built and not deserialized, nothing can degrade on the way:
//! what has a type keeps it, whatever shape its limits, its enumeration or its description came in.

mod choices;
mod composition;
mod discriminator;
mod draft;
mod enumeration;
mod members;
mod numbers;
mod settle;
mod several;
mod siblings;
mod tuple;
mod types;
mod types_keyword;

use std::borrow::Cow;

use openapiv3::{AnySchema, ReferenceOr, Schema, SchemaData, SchemaKind, StringType, Type};
use serde_json::{Map, Value};

use super::at::At;
use super::context::{Address, Context, Kind};
use super::resolve::{Target, reference_in};
use draft::Draft;

pub(crate) use numbers::number_of_text;
pub(crate) use tuple::TUPLE;

/// Returns the schema that stands at a position: a reference or the schema itself.
pub(crate) fn schema<'a>(
    cx: &mut Context<'a>,
    value: &'a Value,
    at: &At<'_>,
) -> ReferenceOr<Schema> {
    if !cx.shared.is_empty()
        && value.is_object()
        && let Some(name) = shared(cx, value, at)
    {
        return reference(&name);
    }
    body(cx, value, at)
}

/// Returns the schema of a position that has become a component, or the reference that it is.
pub(crate) fn body<'a>(cx: &mut Context<'a>, value: &'a Value, at: &At<'_>) -> ReferenceOr<Schema> {
    match value {
        Value::Object(map) => match reference_in(map) {
            Some(reference) => siblings::schema(cx, map, reference, at),
            None => ReferenceOr::Item(object(cx, map, at)),
        },
        Value::Bool(true) => ReferenceOr::Item(anything()),
        Value::Bool(false) => {
            let message = "the schema `false` takes no value, which no type can say; any is taken";
            cx.note(at, "schema-of-nothing", message);
            ReferenceOr::Item(Schema {
                schema_data: SchemaData::default(),
                schema_kind: SchemaKind::Not {
                    not: Box::new(ReferenceOr::Item(anything())),
                },
            })
        }
        other => not_a_schema(cx, other, at),
    }
}

/// Returns the schema of a mapping without reference.
pub(crate) fn object<'a>(cx: &mut Context<'a>, map: &'a Map<String, Value>, at: &At<'_>) -> Schema {
    let draft = Draft::read(cx, map, at);
    settle::settle(cx, draft, at)
}

/// Returns a schema that takes any value.
pub(crate) fn anything() -> Schema {
    Schema {
        schema_data: SchemaData::default(),
        schema_kind: SchemaKind::Any(AnySchema::default()),
    }
}

/// Returns a schema that takes any text.
pub(crate) fn text() -> Schema {
    Schema {
        schema_data: SchemaData::default(),
        schema_kind: SchemaKind::Type(Type::String(StringType::default())),
    }
}

/// Returns the schema whose keywords stand on a parameter or a header itself, as Swagger 2.0 writes them.
pub(crate) fn of_parameter<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    at: &At<'_>,
) -> Schema {
    let mut draft = Draft::default();
    draft.read_where(cx, map, at, |key| OF_PARAMETERS.contains(&key));
    draft.data.nullable = false;
    settle::settle(cx, draft, at)
}

/// The keywords that a parameter of Swagger 2.0 shares with schemas.
pub(crate) const OF_PARAMETERS: [&str; 17] = [
    "type",
    "format",
    "items",
    "enum",
    "default",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "properties",
];

/// Returns what stands in for a schema whose reference leads nowhere.
pub(crate) fn broken(reason: String) -> Schema {
    let mut schema = anything();
    let extensions = &mut schema.schema_data.extensions;
    extensions.insert("x-broken".to_owned(), Value::String(reason));
    schema
}

/// Returns a reference to a schema component.
pub(crate) fn reference(name: &str) -> ReferenceOr<Schema> {
    ReferenceOr::Reference {
        reference: schema_pointer(name),
    }
}

/// Returns the text of a reference to a schema component.
pub(crate) fn schema_pointer(name: &str) -> String {
    format!("#/components/schemas/{}", plain(name))
}

/// Returns the name of a schema component in the document being built, in which no pointer needs an escape: OpenAPI has
/// no such names, and vendors have. Other letters that look the same stand in for what pointers are made of.
pub(crate) fn plain(name: &str) -> Cow<'_, str> {
    match name.contains(['/', '~']) {
        true => Cow::Owned(name.replace('/', SLASH).replace('~', TILDE)),
        false => Cow::Borrowed(name),
    }
}

/// Returns what the vendor calls a schema component of the document that was built.
pub(crate) fn vendors_name(name: &str) -> Cow<'_, str> {
    match name.contains(SLASH) || name.contains(TILDE) {
        true => Cow::Owned(name.replace(SLASH, "/").replace(TILDE, "~")),
        false => Cow::Borrowed(name),
    }
}

const SLASH: &str = "\u{2215}";
const TILDE: &str = "\u{223c}";

/// Boxes a schema the way properties and items hold it.
pub(crate) fn boxed(schema: ReferenceOr<Schema>) -> ReferenceOr<Box<Schema>> {
    match schema {
        ReferenceOr::Reference { reference } => ReferenceOr::Reference { reference },
        ReferenceOr::Item(schema) => ReferenceOr::Item(Box::new(schema)),
    }
}

/// Returns the component's name where references lead right into the middle of something to this schema.
fn shared<'a>(cx: &mut Context<'a>, value: &'a Value, at: &At<'_>) -> Option<String> {
    let address = Address::of(value);
    if let Some(name) = cx.names.get(&(Kind::Schema, address)) {
        return Some(name.clone());
    }
    if !cx.shared.contains(&address) {
        return None;
    }
    let target = Target {
        value,
        file: at.file,
        pointer: at.from(),
    };
    Some(cx.hoist(Kind::Schema, target))
}

fn not_a_schema<'a>(cx: &mut Context<'a>, value: &'a Value, at: &At<'_>) -> ReferenceOr<Schema> {
    if let Value::String(name) = value
        && let Ok(name) = cx.link(Kind::Schema, name, at)
    {
        cx.warn(
            at,
            "schema-expected",
            "a bare name stands where a schema belongs, and is read as a reference",
            "write a reference",
        );
        return reference(&name);
    }
    match value {
        Value::Null => cx.note(at, "null-schema", "a schema is null and takes any value"),
        Value::Array(items) if items.is_empty() => {
            cx.note(
                at,
                "null-schema",
                "a schema is an empty list and takes any value",
            );
        }
        _ => cx.warn(
            at,
            "schema-expected",
            "this is no schema, and takes any value",
            "write a schema",
        ),
    }
    ReferenceOr::Item(anything())
}

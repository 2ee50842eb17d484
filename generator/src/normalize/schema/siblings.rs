//! What stands beside a `$ref`: nothing in the letter of 3.0, everything in 3.1.

use openapiv3::{ReferenceOr, Schema, SchemaKind};
use serde_json::{Map, Value};

use super::super::at::At;
use super::super::context::{Context, Kind};
use super::super::read::is_extension;
use super::super::version::Version;
use super::draft::Draft;

/// The keywords that say something about a use of a schema without changing its shape.
const ANNOTATIONS: [&str; 11] = [
    "title",
    "description",
    "nullable",
    "x-nullable",
    "readOnly",
    "writeOnly",
    "deprecated",
    "default",
    "example",
    "examples",
    "externalDocs",
];

/// Returns the reference itself, or a schema that is all of it and of what stands beside it.
pub(super) fn schema<'a>(
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    reference: &str,
    at: &At<'_>,
) -> ReferenceOr<Schema> {
    let name = match cx.link(Kind::Schema, reference, at) {
        Ok(name) => name,
        Err(broken) => {
            let reason = cx.broken(&at.key("$ref"), broken);
            return ReferenceOr::Item(super::broken(reason));
        }
    };
    let referred = super::reference(&name);
    let takes_all = cx.version == Version::V31;
    let counts = |key: &str| match key {
        "$ref" | "$dynamicRef" => false,
        key if ANNOTATIONS.contains(&key) => true,
        key => takes_all && !is_extension(key) && !WITHOUT_EFFECT.contains(&key),
    };
    if !map.keys().any(|key| counts(key)) {
        note_ignored(cx, map, at);
        return referred;
    }
    let mut draft = Draft::default();
    draft.read_where(cx, map, at, |key| counts(key) || is_extension(key));
    note_ignored(cx, map, at);
    let plain = draft.types.is_empty() && !draft.null && draft.enumeration.is_empty();
    let nothing_else = plain
        && !draft.is_composed()
        && !draft.has_object_keywords()
        && !draft.has_array_keywords()
        && !draft.has_number_keywords()
        && !draft.has_string_keywords();
    if nothing_else {
        return ReferenceOr::Item(Schema {
            schema_data: draft.data,
            schema_kind: SchemaKind::AllOf {
                all_of: vec![referred],
            },
        });
    }
    draft.data.nullable |= draft.null;
    draft.null = false;
    draft.all_of.insert(0, referred);
    ReferenceOr::Item(super::settle::settle(cx, draft, at))
}

/// Keywords that name or describe the schema as a resource.
const WITHOUT_EFFECT: [&str; 8] = [
    "$schema",
    "$id",
    "$anchor",
    "$dynamicAnchor",
    "$comment",
    "$defs",
    "definitions",
    "xml",
];

fn note_ignored(cx: &mut Context<'_>, map: &Map<String, Value>, at: &At<'_>) {
    if cx.version == Version::V31 {
        return;
    }
    let ignored = map.keys().find(|key| {
        let key = key.as_str();
        key != "$ref"
            && !ANNOTATIONS.contains(&key)
            && !is_extension(key)
            && !WITHOUT_EFFECT.contains(&key)
    });
    if let Some(key) = ignored {
        cx.note(
            &at.key(key),
            "beside-reference",
            format!("`{key}` stands beside `$ref`, where it has no effect before OpenAPI 3.1"),
        );
    }
}

//! `oneOf`, `anyOf`, `allOf`, `enum` and `const`.

use std::collections::HashSet;

use openapiv3::{ReferenceOr, Schema};
use serde_json::{Map, Value};

use super::super::at::{At, Step};
use super::super::context::Context;
use super::super::resolve::reference_in;
use super::choices::{self, Branch};
use super::draft::Draft;
use super::types::Basic;

/// Reads the branches of a composition; a branch that is null makes the whole nullable.
pub(super) fn branches<'a>(
    draft: &mut Draft,
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    key: &str,
    at: &At<'_>,
) {
    let list = cx.list(map, key, at);
    let at = at.key(key);
    if list.is_empty() {
        cx.warn(
            &at,
            "empty-composition",
            format!("`{key}` is empty and counts as missing"),
            "remove it, or add a schema",
        );
        return;
    }
    if key != "allOf" && only_requirements(map, list) {
        cx.note(
            &at,
            "requirements-only",
            format!("`{key}` only says which properties go together, which the server checks"),
        );
        return;
    }
    let mut wanted: Vec<Branch<'a>> = Vec::with_capacity(list.len());
    for (index, branch) in list.iter().enumerate() {
        if key != "allOf" && is_null(cx, branch, &at.index(index)) {
            draft.data.nullable = true;
        } else {
            wanted.push((index, branch));
        }
    }
    if key != "allOf" {
        if wanted.is_empty() {
            draft.null = true;
        }
        if choices::of_constants(draft, &wanted)
            || choices::of_texts(draft, cx, &mut wanted, at.file)
        {
            return;
        }
    }
    let mut schemas: Vec<ReferenceOr<Schema>> = Vec::with_capacity(wanted.len());
    for (index, branch) in wanted {
        let here = at.step(Step::Index(index), Step::Index(schemas.len()));
        if index != schemas.len() {
            cx.moved(&here);
        }
        schemas.push(branch_schema(draft, cx, branch, &here));
    }
    match key {
        "oneOf" => draft.one_of = schemas,
        "anyOf" => draft.any_of = schemas,
        _ => draft.all_of.extend(schemas),
    }
}

/// Returns the schema of a branch, which has the scalar type of the whole where it names none itself.
fn branch_schema<'a>(
    draft: &Draft,
    cx: &mut Context<'a>,
    branch: &'a Value,
    at: &At<'_>,
) -> ReferenceOr<Schema> {
    let inherited = match draft.types[..] {
        [basic] if !matches!(basic, Basic::Object | Basic::Array) => Some(basic),
        _ => None,
    };
    let typed = [
        "type",
        "$ref",
        "$dynamicRef",
        "oneOf",
        "anyOf",
        "allOf",
        "const",
    ];
    match (inherited, branch) {
        (Some(basic), Value::Object(map)) if !typed.iter().any(|key| map.contains_key(*key)) => {
            let mut part = Draft {
                types: vec![basic],
                ..Draft::default()
            };
            part.read_where(cx, map, at, |_| true);
            ReferenceOr::Item(super::settle::settle(cx, part, at))
        }
        _ => super::schema(cx, branch, at),
    }
}

/// Returns whether the branches of a schema that has properties itself do nothing but require some of them.
fn only_requirements(map: &Map<String, Value>, branches: &[Value]) -> bool {
    let has_own = ["properties", "allOf", "$ref"]
        .iter()
        .any(|key| map.contains_key(*key));
    has_own && branches.iter().all(requires_only)
}

fn requires_only(branch: &Value) -> bool {
    let Some(map) = branch.as_object() else {
        return false;
    };
    let inner = |value: &Value| match value {
        Value::Array(items) => items.iter().all(requires_only),
        other => requires_only(other),
    };
    !map.is_empty()
        && map.iter().all(|(key, value)| match key.as_str() {
            "required" | "title" | "description" => true,
            "not" | "anyOf" | "allOf" | "oneOf" => inner(value),
            _ => false,
        })
}

/// Returns whether a branch takes nothing but null, directly or as a component.
fn is_null<'a>(cx: &mut Context<'a>, branch: &'a Value, at: &At<'_>) -> bool {
    let Some(map) = branch.as_object() else {
        return branch.is_null();
    };
    if let Some(reference) = reference_in(map) {
        let target = cx.resolve_fully(reference, at.file);
        return target.is_ok_and(|target| target.value.as_object().is_some_and(says_null));
    }
    if only_nullable(map) {
        let message = "a branch that says no more than `nullable: true` stands for null";
        cx.note(at, "null-branch", message);
        return true;
    }
    says_null(map)
}

/// Whether a branch says nothing but `nullable: true`. To the letter of 3.0 it takes any value, and the branches
/// beside it would say nothing; it is how generators write the `null` of JSON Schema in 3.0, which has none.
fn only_nullable(map: &Map<String, Value>) -> bool {
    map.get("nullable") == Some(&Value::Bool(true))
        && map
            .keys()
            .all(|key| matches!(key.as_str(), "nullable" | "title" | "description"))
}

fn says_null(map: &Map<String, Value>) -> bool {
    let type_is_null = match map.get("type") {
        Some(Value::String(word)) => word == "null",
        Some(Value::Array(words)) => words.len() == 1 && (words[0] == "null" || words[0].is_null()),
        // `type: null` without quotes.
        Some(Value::Null) => map.len() == 1,
        _ => false,
    };
    let only_null = |values: &Value| {
        values
            .as_array()
            .is_some_and(|list| !list.is_empty() && list.iter().all(Value::is_null))
    };
    type_is_null || map.get("enum").is_some_and(only_null) || map.get("const") == Some(&Value::Null)
}

/// Reads `enum`: the values as they are; their types are settled when the whole schema is known.
pub(super) fn enumeration(draft: &mut Draft, cx: &mut Context<'_>, value: &Value, at: &At<'_>) {
    let values = match value {
        Value::Array(values) if values.is_empty() => {
            cx.warn(
                at,
                "empty-enum",
                "`enum` is empty and counts as missing",
                "remove it, or add the values",
            );
            return;
        }
        Value::Array(values) => values.as_slice(),
        Value::Object(_) | Value::Null => {
            cx.warn(
                at,
                "list-expected",
                "`enum` is not a list and is left out",
                "write a list",
            );
            return;
        }
        single => {
            cx.warn(at, "list-expected", "`enum` is not a list", "write a list");
            std::slice::from_ref(single)
        }
    };
    let mut seen: HashSet<Value> = draft.enumeration.iter().cloned().collect();
    for (index, value) in values.iter().enumerate() {
        let value = match value {
            // Digits that a number would lose, as of a version 1.10, may be wanted as text later.
            Value::Number(_) | Value::Bool(_) if wants_text(draft) => {
                let text = cx.scalar_as_text(value, &at.index(index));
                draft.read_as_text.push(value.clone());
                text.map_or_else(|| value.clone(), Value::String)
            }
            other => other.clone(),
        };
        if value.is_null() {
            draft.lists_null = true;
        } else if !seen.insert(value.clone()) {
            cx.note(
                &at.index(index),
                "repeated-enum-value",
                format!("the value {value} occurs twice"),
            );
        } else {
            draft.enumeration.push(value);
        }
    }
    if draft.enumeration.is_empty() {
        draft.null = true;
    }
}

fn wants_text(draft: &Draft) -> bool {
    draft.types == [Basic::String]
}

/// Reads `const`: an enumeration of one where 3.0 has such, and the value itself beside it.
pub(super) fn constant(draft: &mut Draft, cx: &mut Context<'_>, value: &Value, at: &At<'_>) {
    let basic = match value {
        Value::Null => {
            draft.null = true;
            return;
        }
        Value::String(_) => Basic::String,
        Value::Bool(_) => Basic::Boolean,
        Value::Number(number) if number.is_f64() => Basic::Number,
        Value::Number(_) => Basic::Integer,
        Value::Array(_) => Basic::Array,
        Value::Object(_) => Basic::Object,
    };
    if draft.types.is_empty() {
        draft.types.push(basic);
    }
    match basic {
        Basic::Array | Basic::Object => cx.note(
            at,
            "constant-of-parts",
            "the only value is an object or a list, which no type can say; any of its type is taken",
        ),
        _ => draft.enumeration = vec![value.clone()],
    }
    let key = "x-const".to_owned();
    draft.data.extensions.insert(key, value.clone());
}

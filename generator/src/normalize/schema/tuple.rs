//! Lists whose items are told one by one: `prefixItems` (JSON Schema 2020-12, 10.3.1.1), or `items` as a list, as
//! earlier drafts have it.
//!
//! 3.0 knows no such lists. The item becomes a choice between all that an item may be: first those told one by
//! one, in their order, then what may follow them. How many were told travels as `x-tuple`.

use openapiv3::{ReferenceOr, Schema, SchemaData, SchemaKind};
use serde_json::{Map, Value};

use super::super::at::{At, Step};
use super::super::context::Context;
use super::draft::Draft;

/// The extension with the number of items that are told one by one.
pub(crate) const TUPLE: &str = "x-tuple";

/// Returns the keyword that tells items one by one, if there is one.
pub(super) fn keyword(map: &Map<String, Value>) -> Option<&'static str> {
    let tells = |key: &&str| {
        let list = map.get(*key).and_then(Value::as_array);
        list.is_some_and(|list| !list.is_empty())
    };
    ["prefixItems", "items"].into_iter().find(tells)
}

/// Reads the keyword that tells items one by one, together with those that say what follows them.
pub(super) fn read<'a>(
    draft: &mut Draft,
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    key: &str,
    at: &At<'_>,
) {
    let told = match keyword(map) {
        Some(told) if told == key => told,
        // It is read together with the others.
        _ => return,
    };
    let list = cx.list(map, told, at);
    if told == "items" && draft.types.is_empty() {
        let reason = "`items` lists schemas, but nothing says that the value is a list";
        let extensions = &mut draft.data.extensions;
        extensions.insert("x-broken".to_owned(), Value::String(reason.to_owned()));
        return;
    }
    let mut branches = Vec::with_capacity(list.len() + 1);
    let items = at.step(Step::Here, Step::Path("/items/anyOf"));
    for (index, value) in list.iter().enumerate() {
        let told = items.step(Step::Key(told), Step::Here);
        let here = told.index(index);
        cx.moved(&here);
        branches.push(super::schema(cx, value, &here));
    }
    branches.extend(rest(draft, cx, map, told, &items, list.len()));
    let choice = Schema {
        schema_data: SchemaData::default(),
        schema_kind: SchemaKind::AnyOf { any_of: branches },
    };
    draft.items = Some(super::boxed(ReferenceOr::Item(choice)));
    let extensions = &mut draft.data.extensions;
    extensions.insert(TUPLE.to_owned(), Value::from(list.len()));
}

/// Returns what may follow the items that are told one by one: nothing where the list ends with them.
fn rest<'a>(
    draft: &mut Draft,
    cx: &mut Context<'a>,
    map: &'a Map<String, Value>,
    told: &str,
    items: &At<'_>,
    count: usize,
) -> Option<ReferenceOr<Schema>> {
    let keys = match told {
        "prefixItems" => ["items", "unevaluatedItems"],
        _ => ["additionalItems", "unevaluatedItems"],
    };
    let follows = keys.into_iter().find(|key| map.contains_key(*key));
    let value = follows.and_then(|key| map.get(key));
    let longest = map.get("maxItems").and_then(Value::as_u64);
    let ends = longest.is_some_and(|longest| longest <= count as u64);
    match (follows, value) {
        (_, Some(Value::Bool(false))) => {
            draft.max_items.get_or_insert(count);
            None
        }
        _ if ends => None,
        (Some(key), Some(value @ Value::Object(_))) => {
            let last = items.step(Step::Key(key), Step::Index(count));
            cx.moved(&last);
            Some(super::schema(cx, value, &last))
        }
        _ => Some(ReferenceOr::Item(super::anything())),
    }
}

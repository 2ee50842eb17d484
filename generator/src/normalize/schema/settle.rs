//! From a draft to the schema: types inferred and cleared of what says nothing about them.

use openapiv3::{
    AnySchema, ArrayType, BooleanType, IntegerType, NumberType, ObjectType, ReferenceOr, Schema,
    SchemaKind, StringType, Type,
};
use serde_json::{Number, Value};

use super::super::at::At;
use super::super::context::Context;
use super::draft::Draft;
use super::numbers::{Range, Side, integer, wide_enough};
use super::tuple::TUPLE;
use super::types::{Basic, type_of_format};
use super::{enumeration, several};

/// Returns the typed schema that a draft says.
pub(super) fn settle(cx: &mut Context<'_>, mut draft: Draft, at: &At<'_>) -> Schema {
    if draft.null {
        if is_only_null(&draft) {
            return only_null(draft);
        }
        draft.data.nullable = true;
    }
    if draft.lists_null && !draft.data.nullable {
        if !draft.types.is_empty() {
            let message = "null is one of the values, so the schema is read as nullable";
            let help = "say that it is nullable, or take null out";
            cx.warn(&at.key("enum"), "enum-null", message, help);
        }
        draft.data.nullable = true;
    }
    enumeration::settle(&mut draft, cx, at);
    drop_negation(&mut draft, cx, at);
    if draft.types.is_empty() && !draft.is_composed() {
        infer_type(&mut draft);
    }
    if draft.types.len() > 1 {
        split_types(cx, &mut draft, at);
    }
    if let [basic] = draft.types[..] {
        drop_what_says_nothing(&mut draft, cx, basic, at);
    }
    simplify_composition(&mut draft);
    let kind = kind(cx, &mut draft, at);
    collapse(Schema {
        schema_data: draft.data,
        schema_kind: kind,
    })
}

fn is_only_null(draft: &Draft) -> bool {
    draft.types.is_empty()
        && draft.enumeration.is_empty()
        && !draft.is_composed()
        && !draft.has_object_keywords()
        && !draft.has_array_keywords()
}

fn only_null(mut draft: Draft) -> Schema {
    draft.data.nullable = true;
    let kind = AnySchema {
        enumeration: vec![Value::Null],
        ..AnySchema::default()
    };
    Schema {
        schema_data: draft.data,
        schema_kind: SchemaKind::Any(kind),
    }
}

/// Drops `not` wherever anything else says what the value is: no type can leave values out.
fn drop_negation(draft: &mut Draft, cx: &mut Context<'_>, at: &At<'_>) {
    let has_more = !draft.types.is_empty()
        || !draft.enumeration.is_empty()
        || draft.is_composed()
        || draft.has_object_keywords()
        || draft.has_array_keywords()
        || draft.has_string_keywords()
        || draft.has_number_keywords();
    if draft.not.is_some() && has_more {
        cx.note(
            &at.key("not"),
            "negation",
            "`not` only leaves values out, which the server checks",
        );
        draft.not = None;
    }
}

/// Takes the type from the keywords that only one type obeys.
fn infer_type(draft: &mut Draft) {
    let basic = if draft.has_object_keywords() {
        Some(Basic::Object)
    } else if draft.has_array_keywords() {
        Some(Basic::Array)
    } else if let Some(basic) = draft.format.as_deref().and_then(type_of_format) {
        Some(basic)
    } else if draft.has_string_keywords() {
        Some(Basic::String)
    } else if draft.has_number_keywords() {
        Some(Basic::Number)
    } else {
        None
    };
    draft.types.extend(basic);
}

fn split_types(cx: &mut Context<'_>, draft: &mut Draft, at: &At<'_>) {
    if draft.is_composed() {
        // The composition says what each of the types looks like.
        draft.types.clear();
        return;
    }
    draft.any_of = several::split(cx, draft, at);
}

/// Clears keywords that the type does not obey; left in, they would cost the schema its type.
fn drop_what_says_nothing(draft: &mut Draft, cx: &mut Context<'_>, basic: Basic, at: &At<'_>) {
    let mut dropped = None;
    if basic != Basic::String && draft.has_string_keywords() {
        draft.pattern = None;
        draft.min_length = None;
        draft.max_length = None;
        dropped = Some("for strings");
    }
    if !matches!(basic, Basic::Number | Basic::Integer) {
        if draft.has_number_keywords() {
            dropped = Some("for numbers");
        }
        draft.minimum = None;
        draft.maximum = None;
        draft.multiple_of = None;
        draft.exclusive_minimum = false;
        draft.exclusive_maximum = false;
    }
    if basic != Basic::Object && draft.has_object_keywords() {
        draft.has_properties = false;
        draft.properties.clear();
        draft.required.clear();
        draft.additional_properties = None;
        draft.min_properties = None;
        draft.max_properties = None;
        dropped = Some("for objects");
    }
    if basic != Basic::Array && draft.has_array_keywords() {
        draft.items = None;
        draft.min_items = None;
        draft.max_items = None;
        draft.unique_items = None;
        draft.data.extensions.shift_remove(TUPLE);
        dropped = Some("for lists");
    }
    if matches!(basic, Basic::Object | Basic::Array | Basic::Boolean) {
        draft.format = None;
    }
    if let Some(for_what) = dropped {
        let message = format!(
            "the type is {}, so keywords {for_what} have no effect",
            basic.as_str()
        );
        cx.note(at, "keyword-without-effect", message);
    }
}

/// Drops a type that only repeats what the composition says, and reads a choice of one as that one.
fn simplify_composition(draft: &mut Draft) {
    if draft.data.discriminator.is_none() && draft.all_of.is_empty() {
        if draft.one_of.len() == 1 && draft.any_of.is_empty() {
            draft.all_of = std::mem::take(&mut draft.one_of);
        } else if draft.any_of.len() == 1 && draft.one_of.is_empty() {
            draft.all_of = std::mem::take(&mut draft.any_of);
        }
    }
    if !draft.is_composed() {
        return;
    }
    match draft.types[..] {
        [Basic::Object] if !draft.has_object_keywords() => draft.types.clear(),
        [Basic::Object | Basic::Array] | [] => {}
        // A scalar with values of its own, such as the tag of a union, is told best by them.
        [_] if !draft.enumeration.is_empty() => {
            draft.one_of.clear();
            draft.any_of.clear();
            draft.all_of.clear();
        }
        // Of a scalar, the composition says more than its type and limits.
        [_] => {
            draft.types.clear();
            draft.format = None;
            draft.pattern = None;
            draft.min_length = None;
            draft.max_length = None;
            draft.minimum = None;
            draft.maximum = None;
            draft.multiple_of = None;
            draft.exclusive_minimum = false;
            draft.exclusive_maximum = false;
        }
        _ => {}
    }
}

fn kind(cx: &mut Context<'_>, draft: &mut Draft, at: &At<'_>) -> SchemaKind {
    if draft.is_composed() {
        return composed(draft);
    }
    match draft.types[..] {
        [Basic::String] => SchemaKind::Type(Type::String(string(draft))),
        [Basic::Number] => SchemaKind::Type(Type::Number(number(draft))),
        [Basic::Integer] => SchemaKind::Type(Type::Integer(whole(cx, draft, at))),
        [Basic::Boolean] => SchemaKind::Type(Type::Boolean(boolean(draft))),
        [Basic::Object] => SchemaKind::Type(Type::Object(object(draft))),
        [Basic::Array] => SchemaKind::Type(Type::Array(array(cx, draft, at))),
        _ => match draft.not.take() {
            Some(not) => SchemaKind::Not { not },
            None => SchemaKind::Any(any(draft)),
        },
    }
}

fn composed(draft: &mut Draft) -> SchemaKind {
    let nothing_else = draft.types.is_empty()
        && draft.enumeration.is_empty()
        && draft.format.is_none()
        && !draft.has_string_keywords()
        && !draft.has_number_keywords()
        && !draft.has_object_keywords()
        && !draft.has_array_keywords();
    let single = [
        draft.one_of.is_empty(),
        draft.all_of.is_empty(),
        draft.any_of.is_empty(),
    ];
    match (nothing_else, single) {
        (true, [false, true, true]) => SchemaKind::OneOf {
            one_of: std::mem::take(&mut draft.one_of),
        },
        (true, [true, false, true]) => SchemaKind::AllOf {
            all_of: std::mem::take(&mut draft.all_of),
        },
        (true, [true, true, false]) => SchemaKind::AnyOf {
            any_of: std::mem::take(&mut draft.any_of),
        },
        _ => SchemaKind::Any(any(draft)),
    }
}

fn string(draft: &mut Draft) -> StringType {
    let values = std::mem::take(&mut draft.enumeration);
    StringType {
        format: draft.format.take().into(),
        pattern: draft.pattern.take(),
        enumeration: values
            .into_iter()
            .filter_map(|value| match value {
                Value::String(text) => Some(Some(text)),
                _ => None,
            })
            .collect(),
        min_length: draft.min_length,
        max_length: draft.max_length,
    }
}

fn number(draft: &mut Draft) -> NumberType {
    let float = |number: &Option<Number>| number.as_ref().and_then(Number::as_f64);
    NumberType {
        format: draft.format.take().into(),
        multiple_of: float(&draft.multiple_of),
        exclusive_minimum: draft.exclusive_minimum,
        exclusive_maximum: draft.exclusive_maximum,
        minimum: float(&draft.minimum),
        maximum: float(&draft.maximum),
        enumeration: draft
            .enumeration
            .iter()
            .filter_map(Value::as_f64)
            .map(Some)
            .collect(),
    }
}

fn whole(cx: &mut Context<'_>, draft: &mut Draft, at: &At<'_>) -> IntegerType {
    let range = Range {
        minimum: draft.minimum.as_ref(),
        maximum: draft.maximum.as_ref(),
        default: draft.data.default.as_ref(),
    };
    let format = wide_enough(cx, draft.format.take(), &range, at);
    let minimum = integer(cx, draft.minimum.take(), Side::Lower, &at.key("minimum"));
    let maximum = integer(cx, draft.maximum.take(), Side::Upper, &at.key("maximum"));
    let multiple_of = integer(
        cx,
        draft.multiple_of.take(),
        Side::Step,
        &at.key("multipleOf"),
    );
    IntegerType {
        format: format.into(),
        multiple_of,
        exclusive_minimum: draft.exclusive_minimum && minimum.is_some(),
        exclusive_maximum: draft.exclusive_maximum && maximum.is_some(),
        minimum,
        maximum,
        enumeration: draft
            .enumeration
            .iter()
            .filter_map(Value::as_i64)
            .map(Some)
            .collect(),
    }
}

fn boolean(draft: &mut Draft) -> BooleanType {
    let flags = draft.enumeration.iter().filter_map(Value::as_bool);
    BooleanType {
        enumeration: flags.map(Some).collect(),
    }
}

fn object(draft: &mut Draft) -> ObjectType {
    ObjectType {
        properties: std::mem::take(&mut draft.properties),
        required: std::mem::take(&mut draft.required),
        additional_properties: draft.additional_properties.take(),
        min_properties: draft.min_properties,
        max_properties: draft.max_properties,
    }
}

fn array(cx: &mut Context<'_>, draft: &mut Draft, at: &At<'_>) -> ArrayType {
    if draft.items.is_none() {
        cx.note(
            at,
            "list-without-items",
            "a list does not say what it holds",
        );
    }
    ArrayType {
        items: draft.items.take(),
        min_items: draft.min_items,
        max_items: draft.max_items,
        unique_items: draft.unique_items.unwrap_or(false),
    }
}

fn any(draft: &mut Draft) -> AnySchema {
    let float = |number: &Option<Number>| number.as_ref().and_then(Number::as_f64);
    AnySchema {
        typ: draft.types.first().map(|basic| basic.as_str().to_owned()),
        pattern: draft.pattern.take(),
        multiple_of: float(&draft.multiple_of),
        exclusive_minimum: draft.exclusive_minimum.then_some(true),
        exclusive_maximum: draft.exclusive_maximum.then_some(true),
        minimum: float(&draft.minimum),
        maximum: float(&draft.maximum),
        properties: std::mem::take(&mut draft.properties),
        required: std::mem::take(&mut draft.required),
        additional_properties: draft.additional_properties.take(),
        min_properties: draft.min_properties,
        max_properties: draft.max_properties,
        items: draft.items.take(),
        min_items: draft.min_items,
        max_items: draft.max_items,
        unique_items: draft.unique_items,
        enumeration: std::mem::take(&mut draft.enumeration),
        format: draft.format.take(),
        min_length: draft.min_length,
        max_length: draft.max_length,
        one_of: std::mem::take(&mut draft.one_of),
        all_of: std::mem::take(&mut draft.all_of),
        any_of: std::mem::take(&mut draft.any_of),
        not: draft.not.take(),
    }
}

/// Reads a schema that is all of one inline schema, and says no more than annotations, as that schema.
fn collapse(mut schema: Schema) -> Schema {
    let SchemaKind::AllOf { all_of } = &mut schema.schema_kind else {
        return schema;
    };
    if all_of.len() != 1 || !matches!(all_of.first(), Some(ReferenceOr::Item(_))) {
        return schema;
    }
    let Some(ReferenceOr::Item(inner)) = all_of.pop() else {
        return schema;
    };
    let outer = schema.schema_data;
    let mut data = inner.schema_data;
    data.nullable |= outer.nullable;
    data.read_only |= outer.read_only;
    data.write_only |= outer.write_only;
    data.deprecated |= outer.deprecated;
    data.external_docs = outer.external_docs.or(data.external_docs);
    data.example = outer.example.or(data.example);
    data.title = outer.title.or(data.title);
    data.description = outer.description.or(data.description);
    data.discriminator = outer.discriminator.or(data.discriminator);
    data.default = outer.default.or(data.default);
    data.extensions.extend(outer.extensions);
    Schema {
        schema_data: data,
        schema_kind: inner.schema_kind,
    }
}

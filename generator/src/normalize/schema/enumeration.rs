//! Enumerations whose values and type do not agree.

use serde_json::Value;

use super::super::at::At;
use super::super::context::Context;
use super::draft::Draft;
use super::numbers;
use super::types::Basic;

/// Makes the values of an enumeration and the type of the schema agree.
pub(super) fn settle(draft: &mut Draft, cx: &mut Context<'_>, at: &At<'_>) {
    if draft.enumeration.is_empty() {
        return;
    }
    let at = at.key("enum");
    match draft.types.as_slice() {
        [] => infer(draft),
        [Basic::String] => as_strings(draft, cx, &at),
        [Basic::Integer] => as_numbers(draft, cx, &at, Basic::Integer),
        [Basic::Number] => as_numbers(draft, cx, &at, Basic::Number),
        [Basic::Boolean] => as_booleans(draft, cx, &at),
        [Basic::Array] => move_to_items(draft, cx, &at),
        [Basic::Object] => {
            drop_with(cx, &at, "an enumeration of objects is not expressed");
            draft.enumeration.clear();
        }
        // Several types share the values out when they are told apart.
        _ => {}
    }
}

/// Returns the type that a value has.
pub(super) fn type_of(value: &Value) -> Option<Basic> {
    match value {
        Value::Null => None,
        Value::Bool(_) => Some(Basic::Boolean),
        Value::Number(number) if number.is_f64() => Some(Basic::Number),
        Value::Number(_) => Some(Basic::Integer),
        Value::String(_) => Some(Basic::String),
        Value::Array(_) => Some(Basic::Array),
        Value::Object(_) => Some(Basic::Object),
    }
}

/// Takes the type of the schema from its values.
fn infer(draft: &mut Draft) {
    let mut found: Vec<Basic> = Vec::new();
    for basic in draft.enumeration.iter().filter_map(type_of) {
        if !found.contains(&basic) {
            found.push(basic);
        }
    }
    if found.contains(&Basic::Number) {
        found.retain(|basic| *basic != Basic::Integer);
    }
    if !found.contains(&Basic::Array) && !found.contains(&Basic::Object) {
        draft.types = found;
    }
}

fn as_strings(draft: &mut Draft, cx: &mut Context<'_>, at: &At<'_>) {
    let mut others = std::mem::take(&mut draft.read_as_text);
    for value in &mut draft.enumeration {
        if !value.is_string() {
            others.push(value.clone());
            *value = Value::String(value.to_string());
        }
    }
    if !others.is_empty() {
        take_both(draft, cx, at, Basic::String, others);
    }
}

/// Takes the values as the type wants them and, where the wire tells the two apart, also as they are listed:
/// either of the two may be what the vendor meant.
fn take_both(
    draft: &mut Draft,
    cx: &mut Context<'_>,
    at: &At<'_>,
    declared: Basic,
    listed: Vec<Value>,
) {
    if cx.is_text || listed.is_empty() {
        return mended(cx, at, declared.as_str());
    }
    draft.enumeration.extend(listed);
    widen(draft, cx, at, declared);
}

fn as_numbers(draft: &mut Draft, cx: &mut Context<'_>, at: &At<'_>, basic: Basic) {
    let wanted = |value: &Value| match basic {
        Basic::Integer => value.is_i64(),
        _ => value.is_number(),
    };
    if draft.enumeration.iter().all(wanted) {
        return;
    }
    let numbers: Option<Vec<Value>> = draft
        .enumeration
        .iter()
        .map(|value| as_number(value, basic))
        .collect();
    match numbers {
        Some(numbers) => {
            let listed = std::mem::replace(&mut draft.enumeration, numbers);
            // Numbers that are written as floats are the same on the wire.
            let texts = listed.into_iter().filter(Value::is_string).collect();
            take_both(draft, cx, at, basic, texts);
        }
        None if draft.enumeration.iter().all(Value::is_string) => {
            let message = format!(
                "the values are texts, so the type is string, not {}",
                basic.as_str()
            );
            cx.warn(at, "enum-type", message, "correct the type");
            draft.types = vec![Basic::String];
            draft.format = None;
            draft.minimum = None;
            draft.maximum = None;
        }
        None => widen(draft, cx, at, basic),
    }
}

fn as_number(value: &Value, basic: Basic) -> Option<Value> {
    let number = match value {
        Value::Number(number) => number.clone(),
        Value::String(text) => numbers::number_of_text(text)?,
        _ => return None,
    };
    if basic == Basic::Integer && !number.is_i64() {
        let float = number.as_f64()?;
        let exact = float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0;
        return exact.then(|| Value::from(float as i64));
    }
    Some(Value::Number(number))
}

fn as_booleans(draft: &mut Draft, cx: &mut Context<'_>, at: &At<'_>) {
    if draft.enumeration.iter().all(Value::is_boolean) {
        return;
    }
    let as_boolean = |value: &Value| match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.to_ascii_lowercase().parse().ok(),
        Value::Number(number) => number
            .as_i64()
            .filter(|one| (0..=1).contains(one))
            .map(|one| one == 1),
        _ => None,
    };
    let flags: Option<Vec<bool>> = draft.enumeration.iter().map(as_boolean).collect();
    match flags {
        Some(flags) => {
            let mut others = std::mem::take(&mut draft.enumeration);
            others.retain(|value| !value.is_boolean());
            for flag in flags {
                let flag = Value::Bool(flag);
                if !draft.enumeration.contains(&flag) {
                    draft.enumeration.push(flag);
                }
            }
            take_both(draft, cx, at, Basic::Boolean, others);
        }
        None if draft.enumeration.iter().all(Value::is_string) => {
            cx.warn(
                at,
                "enum-type",
                "the values are texts, so the type is string, not boolean",
                "correct the type",
            );
            draft.types = vec![Basic::String];
        }
        None => widen(draft, cx, at, Basic::Boolean),
    }
}

/// Takes the types of all values beside the schema's own, since what is listed may travel.
fn widen(draft: &mut Draft, cx: &mut Context<'_>, at: &At<'_>, declared: Basic) {
    let mut types = vec![declared];
    for basic in draft.enumeration.iter().filter_map(type_of) {
        if !types.contains(&basic) {
            types.push(basic);
        }
    }
    if types.contains(&Basic::Array) || types.contains(&Basic::Object) {
        let message = format!("not all values are of type {}", declared.as_str());
        drop_with(cx, at, &message);
        draft.enumeration.clear();
        return;
    }
    if types.contains(&Basic::Number) {
        types.retain(|basic| *basic != Basic::Integer);
        // A width of integers says nothing about what has a fraction.
        draft.format = None;
    }
    let words: Vec<_> = types.iter().map(|basic| basic.as_str()).collect();
    let message = format!(
        "not all values are of type {}, so the type is read as {}",
        declared.as_str(),
        words.join(" or ")
    );
    cx.warn(at, "enum-type", message, "correct the values or the type");
    draft.types = types;
}

/// Gives the values of a list to its items, which is what an enumeration of a list's items is meant to be.
fn move_to_items(draft: &mut Draft, cx: &mut Context<'_>, at: &At<'_>) {
    let values = std::mem::take(&mut draft.enumeration);
    if values.iter().any(Value::is_array) {
        drop_with(cx, at, "an enumeration of lists is not expressed");
        return;
    }
    if let Some(openapiv3::ReferenceOr::Item(items)) = &mut draft.items
        && let openapiv3::SchemaKind::Type(openapiv3::Type::String(strings)) =
            &mut items.schema_kind
        && strings.enumeration.is_empty()
    {
        cx.warn(
            at,
            "enum-on-list",
            "`enum` stands on a list and counts for its items",
            "move it to `items`",
        );
        strings.enumeration = values
            .iter()
            .map(|value| value.as_str().map(str::to_owned))
            .collect();
    } else {
        drop_with(cx, at, "`enum` stands on a list whose values are none");
    }
}

/// Reports values that are read as the type that the schema names.
pub(super) fn mended(cx: &mut Context<'_>, at: &At<'_>, word: &str) {
    cx.warn(
        at,
        "enum-type",
        format!("values of another type than {word} are read as {word}"),
        "write the values as their type wants them",
    );
}

fn drop_with(cx: &mut Context<'_>, at: &At<'_>, why: &str) {
    cx.warn(
        at,
        "enum-type",
        format!("{why}; it is left out"),
        "correct the values or the type",
    );
}

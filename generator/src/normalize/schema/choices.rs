//! Choices that are enumerations in other words.

use serde_json::{Map, Value};

use super::super::context::Context;
use super::super::read::is_extension;
use super::super::resolve::reference_in;
use super::draft::Draft;
use super::types::Basic;

/// One branch of a choice, and its number in the vendor's list.
pub(super) type Branch<'a> = (usize, &'a Value);

/// Reads a choice of constants as the enumeration that it is; returns whether it was one.
///
/// The titles and descriptions of the branches become what many generators call them on an enumeration.
pub(super) fn of_constants(draft: &mut Draft, branches: &[Branch<'_>]) -> bool {
    if !draft.enumeration.is_empty() || branches.is_empty() {
        return false;
    }
    let mut values = Vec::with_capacity(branches.len());
    for (_, branch) in branches {
        match branch.as_object().and_then(constant) {
            Some(value) if !values.contains(value) => values.push(value.clone()),
            _ => return false,
        }
    }
    let basic = if values.iter().all(Value::is_string) {
        Basic::String
    } else if values.iter().all(Value::is_i64) {
        Basic::Integer
    } else {
        return false;
    };
    if draft.types.is_empty() {
        draft.types.push(basic);
    }
    draft.enumeration = values;
    let texts = |key: &str| {
        branches
            .iter()
            .map(|(_, branch)| branch.get(key).and_then(Value::as_str))
            .collect::<Vec<_>>()
    };
    let extensions = &mut draft.data.extensions;
    let titles = texts("title");
    if titles.iter().all(Option::is_some) {
        let names = titles.into_iter().flatten().map(Value::from).collect();
        extensions
            .entry("x-enum-varnames".to_owned())
            .or_insert(Value::Array(names));
    }
    let descriptions = texts("description");
    if descriptions.iter().any(Option::is_some) {
        let told = descriptions
            .into_iter()
            .map(|text| Value::from(text.unwrap_or_default()))
            .collect();
        extensions
            .entry("x-enum-descriptions".to_owned())
            .or_insert(Value::Array(told));
    }
    true
}

/// Returns the only value that a branch takes, where it says no more than that.
fn constant(map: &Map<String, Value>) -> Option<&Value> {
    let says_no_more = map.keys().all(|key| {
        matches!(
            key.as_str(),
            "const" | "enum" | "type" | "format" | "title" | "description" | "deprecated"
        ) || is_extension(key)
    });
    let single = || match map.get("enum")?.as_array()?.as_slice() {
        [value] => Some(value),
        _ => None,
    };
    map.get("const").or_else(single).filter(|_| says_no_more)
}

/// What a branch is to a choice between known texts and any text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    /// Any text.
    Any,
    /// Some texts, told here.
    Known,
    /// Some texts, told by a component.
    KnownElsewhere,
}

/// Reads a choice between known texts and any text as an enumeration of the known ones,
/// since every enumeration keeps values that it does not know.
///
/// Branches that any text makes superfluous are taken out; returns whether nothing of the choice is left.
pub(super) fn of_texts<'a>(
    draft: &mut Draft,
    cx: &mut Context<'a>,
    branches: &mut Vec<Branch<'a>>,
    file: usize,
) -> bool {
    if !draft.enumeration.is_empty() || !(draft.types.is_empty() || draft.types == [Basic::String])
    {
        return false;
    }
    let mut kinds = Vec::with_capacity(branches.len());
    for (_, branch) in branches.iter() {
        match text(cx, branch, file) {
            Some(kind) => kinds.push(kind),
            None => return false,
        }
    }
    if kinds.iter().all(|kind| *kind == Text::Any) {
        return false;
    }
    if kinds.contains(&Text::KnownElsewhere) {
        let mut kinds = kinds.iter();
        branches.retain(|_| kinds.next() != Some(&Text::Any));
        return false;
    }
    let known = branches.iter().flat_map(|(_, branch)| texts(branch));
    for value in known {
        if !draft.enumeration.contains(value) {
            draft.enumeration.push(value.clone());
        }
    }
    draft.types = vec![Basic::String];
    true
}

fn text<'a>(cx: &mut Context<'a>, branch: &'a Value, file: usize) -> Option<Text> {
    let map = branch.as_object()?;
    if let Some(reference) = reference_in(map) {
        let target = cx.resolve_fully(reference, file).ok()?;
        let known = target.value.as_object().and_then(own_text) == Some(Text::Known);
        return known.then_some(Text::KnownElsewhere);
    }
    own_text(map)
}

fn own_text(map: &Map<String, Value>) -> Option<Text> {
    let says_no_more = map.keys().all(|key| {
        matches!(
            key.as_str(),
            "type"
                | "enum"
                | "const"
                | "title"
                | "description"
                | "deprecated"
                | "default"
                | "example"
                | "examples"
        ) || is_extension(key)
    });
    let is_text = map.get("type").is_none_or(|word| word == "string");
    if !says_no_more || !is_text {
        return None;
    }
    match (map.get("enum"), map.get("const")) {
        (None, None) => map.contains_key("type").then_some(Text::Any),
        (Some(Value::Array(values)), None) => {
            values.iter().all(Value::is_string).then_some(Text::Known)
        }
        (None, Some(Value::String(_))) => Some(Text::Known),
        _ => None,
    }
}

fn texts(branch: &Value) -> impl Iterator<Item = &Value> {
    let listed = branch.get("enum").and_then(Value::as_array);
    listed.into_iter().flatten().chain(branch.get("const"))
}

//! Mistakes in a document, as vendors, tools and accidents make them: something is missing, twice, elsewhere, of
//! another type, or refers astray.
//!
//! Numbers from outside decide which mistake is made and where, so that a property test and a fuzzer share it.

mod tree;
mod words;

use serde_json::{Map, Value, json};

use tree::{at, nth, put, rename, size, take};
use words::{KEYS, KEYWORDS, VERSIONS, WRAPPINGS, values};

/// Copies of copies grow, so there is an end to it.
const MOST_NODES: usize = 3_000;

/// The numbers that decide; when they run out, all others are zero.
pub(crate) struct Choices<I>(I);

impl<I: Iterator<Item = u32>> Choices<I> {
    pub(crate) fn new(numbers: I) -> Self {
        Self(numbers)
    }

    /// Returns a number below `end`, or zero where there is none.
    fn below(&mut self, end: usize) -> usize {
        let number = self.0.next().unwrap_or_default();
        usize::try_from(number).unwrap_or_default() % end.max(1)
    }

    fn one_of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

/// Makes one mistake.
pub(crate) fn make_mistake(document: &mut Value, choices: &mut Choices<impl Iterator<Item = u32>>) {
    let nodes = size(document);
    if nodes == 0 {
        *document = json!({"openapi": "3.0.3", "paths": {}});
        return;
    }
    let here = nth(document, choices.below(nodes));
    let there = nth(document, choices.below(nodes));
    match choices.below(14) {
        0 => _ = take(document, &here),
        1 => retype(document, &here, choices),
        2 => {
            let (one, other) = (at(document, &here), at(document, &there));
            put(document, &here, other);
            put(document, &there, one);
        }
        3 => {
            let copy = at(document, &here);
            put(document, &there, copy);
        }
        4 => repeat(document, &here, choices),
        5 => rename(document, &here, &key(document, &there, choices)),
        6 | 7 => refer(document, &here, &there, choices),
        8 => nest(document, &here, choices),
        9..=11 => say(document, &here, choices),
        12 => *document = versioned(document.take(), choices.one_of(VERSIONS)),
        _ => mention(document, &here, &there, choices),
    }
    if size(document) > MOST_NODES {
        take(document, &there);
    }
}

/// Puts a part of another document into this one, or adds it under its own key.
pub(crate) fn graft(
    document: &mut Value,
    other: &Value,
    choices: &mut Choices<impl Iterator<Item = u32>>,
) {
    let (nodes, others) = (size(document), size(other));
    if nodes == 0 || others == 0 || nodes + others > MOST_NODES {
        return;
    }
    let here = nth(document, choices.below(nodes));
    let there = nth(other, choices.below(others));
    let part = at(other, &there);
    match document.pointer_mut(&here) {
        Some(Value::Object(map)) if choices.below(2) == 0 => {
            let key = tree::unescaped(there.rsplit('/').next().unwrap_or_default());
            map.insert(key, part);
        }
        Some(Value::Array(items)) if choices.below(2) == 0 => items.push(part),
        Some(place) => *place = part,
        None => {}
    }
}

/// The node is a value of another type, or an extreme one.
fn retype(document: &mut Value, here: &str, choices: &mut Choices<impl Iterator<Item = u32>>) {
    let value = choices.one_of(&values()).clone();
    put(document, here, value);
}

/// The node stands beside itself once more, under another key.
fn repeat(document: &mut Value, here: &str, choices: &mut Choices<impl Iterator<Item = u32>>) {
    let copy = at(document, here);
    let Some((parent, own)) = here.rsplit_once('/') else {
        return;
    };
    let own = tree::unescaped(own);
    let name = match choices.below(6) {
        0 => own.to_uppercase(),
        1 => format!("{own}_"),
        2 => format!("{own}2"),
        3 => format!("-{own}"),
        _ => (*choices.one_of(KEYS)).to_owned(),
    };
    match document.pointer_mut(parent) {
        Some(Value::Object(map)) => _ = map.insert(name, copy),
        Some(Value::Array(items)) => items.push(copy),
        _ => {}
    }
}

/// A key that means something elsewhere, one that means nothing, or one of the document's own.
fn key(document: &Value, there: &str, choices: &mut Choices<impl Iterator<Item = u32>>) -> String {
    match choices.below(4) {
        0 => tree::unescaped(there.rsplit('/').next().unwrap_or_default()),
        1 => at(document, there).as_str().unwrap_or("x").to_owned(),
        2 => choices.one_of(KEYWORDS).0.to_owned(),
        _ => (*choices.one_of(KEYS)).to_owned(),
    }
}

/// The node refers to something: another node, a component, itself, what it stands in, or nothing at all.
fn refer(
    document: &mut Value,
    here: &str,
    there: &str,
    choices: &mut Choices<impl Iterator<Item = u32>>,
) {
    let parent = here.rsplit_once('/').map_or("", |(parent, _)| parent);
    let target = match choices.below(8) {
        0 => here.to_owned(),
        1 => parent.to_owned(),
        2 => there.to_owned(),
        3 => format!("{there}/nowhere"),
        _ => component(document, choices).unwrap_or_else(|| there.to_owned()),
    };
    let reference = Value::from(format!("#{target}"));
    match document.pointer_mut(here) {
        Some(Value::Object(map)) if map.contains_key("$ref") || choices.below(3) == 0 => {
            map.insert("$ref".to_owned(), reference);
        }
        Some(Value::String(text)) if text.starts_with('#') => {
            put(document, here, reference);
        }
        _ => put(document, here, json!({ "$ref": reference })),
    }
}

/// The pointer of one of the components.
fn component(document: &Value, choices: &mut Choices<impl Iterator<Item = u32>>) -> Option<String> {
    let sections = [
        "/components/schemas",
        "/components/schemas",
        "/components/schemas",
        "/definitions",
        "/components/responses",
        "/components/parameters",
        "/components/requestBodies",
        "/components/headers",
        "/components/pathItems",
        "/parameters",
        "/responses",
        "/paths",
    ];
    let present: Vec<(&str, &Map<String, Value>)> = sections
        .iter()
        .filter_map(|section| Some((*section, document.pointer(section)?.as_object()?)))
        .filter(|(_, map)| !map.is_empty())
        .collect();
    if present.is_empty() {
        return None;
    }
    let (section, map) = choices.one_of(&present);
    let name = map.keys().nth(choices.below(map.len()))?;
    Some(format!("{section}/{}", tree::escaped(name)))
}

/// The node stands inside others, a few or as many as are read.
fn nest(document: &mut Value, here: &str, choices: &mut Choices<impl Iterator<Item = u32>>) {
    let levels = match choices.below(16) {
        0 => 230,
        few => few,
    };
    let mixed = choices.below(2) == 0;
    let mut wrapping = *choices.one_of(WRAPPINGS);
    let mut value = at(document, here);
    for _ in 0..levels {
        if mixed {
            wrapping = *choices.one_of(WRAPPINGS);
        }
        value = wrapped(value, wrapping);
    }
    put(document, here, value);
}

/// Puts a value where `null` stands in a text of JSON.
fn wrapped(value: Value, wrapping: &str) -> Value {
    fn fill(hole: &mut Value, value: Value) {
        match hole {
            Value::Object(map) => map
                .values_mut()
                .next_back()
                .map(|hole| fill(hole, value))
                .unwrap_or_default(),
            Value::Array(items) => items
                .last_mut()
                .map(|hole| fill(hole, value))
                .unwrap_or_default(),
            _ => *hole = value,
        }
    }
    let mut around = serde_json::from_str(wrapping).unwrap_or_default();
    fill(&mut around, value);
    around
}

/// The node says something more, or something else, in words of OpenAPI.
fn say(document: &mut Value, here: &str, choices: &mut Choices<impl Iterator<Item = u32>>) {
    let (key, text) = *choices.one_of(KEYWORDS);
    let value = serde_json::from_str(text).unwrap_or_default();
    let map = match document.pointer(here) {
        Some(Value::Object(_)) => here,
        _ => here.rsplit_once('/').map_or("", |(parent, _)| parent),
    };
    if let Some(Value::Object(map)) = document.pointer_mut(map) {
        map.insert(key.to_owned(), value);
    }
}

/// The document claims to be of another version.
fn versioned(document: Value, version: &(&str, &str)) -> Value {
    let Value::Object(map) = document else {
        return document;
    };
    let others = map
        .into_iter()
        .filter(|(key, _)| key != "openapi" && key != "swagger");
    let first = (version.0.to_owned(), Value::from(version.1));
    std::iter::once(first).chain(others).collect()
}

/// A text names something that stands elsewhere: `required`, `security`, `tags`, `mapping`.
fn mention(
    document: &mut Value,
    here: &str,
    there: &str,
    choices: &mut Choices<impl Iterator<Item = u32>>,
) {
    let name = key(document, there, choices);
    match document.pointer_mut(here) {
        Some(Value::Array(items)) => items.push(Value::from(name)),
        Some(Value::Object(map)) => _ = map.insert(name.clone(), Value::from(name)),
        Some(place) => *place = Value::from(name),
        None => {}
    }
}

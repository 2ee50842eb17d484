//! Nodes of a document by number and by JSON pointer (RFC 6901).

use serde_json::{Map, Value};

/// How many nodes there are below this one.
pub(super) fn size(value: &Value) -> usize {
    match value {
        Value::Object(map) => map.values().map(|value| 1 + size(value)).sum(),
        Value::Array(items) => items.iter().map(|item| 1 + size(item)).sum(),
        _ => 0,
    }
}

/// The pointer of the nth node, counted from the top; the last there is where there are fewer.
pub(super) fn nth(document: &Value, n: usize) -> String {
    let (mut pointer, mut node, mut left) = (String::new(), document, n);
    loop {
        let inner: Vec<(String, &Value)> = match node {
            Value::Object(map) => map
                .iter()
                .map(|(key, value)| (escaped(key), value))
                .collect(),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(at, item)| (at.to_string(), item))
                .collect(),
            _ => return pointer,
        };
        let mut found = None;
        for (key, value) in inner {
            let nodes = 1 + size(value);
            if left < nodes {
                found = Some((key, value));
                break;
            }
            left -= nodes;
        }
        let Some((key, value)) = found else {
            return pointer;
        };
        pointer = format!("{pointer}/{key}");
        let Some(next) = left.checked_sub(1) else {
            return pointer;
        };
        (node, left) = (value, next);
    }
}

pub(super) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

pub(super) fn unescaped(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}

pub(super) fn at(document: &Value, pointer: &str) -> Value {
    document.pointer(pointer).cloned().unwrap_or_default()
}

pub(super) fn put(document: &mut Value, pointer: &str, value: Value) {
    if let Some(place) = document.pointer_mut(pointer) {
        *place = value;
    }
}

pub(super) fn take(document: &mut Value, pointer: &str) -> Option<Value> {
    let (parent, key) = pointer.rsplit_once('/')?;
    match document.pointer_mut(parent)? {
        Value::Object(map) => map.shift_remove(&unescaped(key)),
        Value::Array(items) => {
            let at = key.parse().ok().filter(|at| *at < items.len())?;
            Some(items.remove(at))
        }
        _ => None,
    }
}

/// Gives a node another key and leaves it where it stands among its siblings.
pub(super) fn rename(document: &mut Value, pointer: &str, to: &str) {
    let Some((parent, from)) = pointer.rsplit_once('/') else {
        return;
    };
    let from = unescaped(from);
    if let Some(Value::Object(map)) = document.pointer_mut(parent) {
        let renamed = std::mem::take(map).into_iter();
        *map = renamed
            .map(|(key, value)| (if key == from { to.to_owned() } else { key }, value))
            .collect::<Map<_, _>>();
    }
}

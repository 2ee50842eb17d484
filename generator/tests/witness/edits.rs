//! Edits of documents: every one finds what it edits, or panics.

use serde_json::Value;

pub(crate) const BALANCES: &str = "/v1/account-balances/{organizationNumber}";
pub(crate) const EVENTS: &str = "/v1/general-ledger-events/{organizationNumber}";
pub(crate) const VOUCHERS: &str = "/v1/vouchers/{organizationNumber}";

/// The value at a path, which has to be there.
pub(crate) fn at<'v>(mut value: &'v mut Value, path: &[&str]) -> &'v mut Value {
    for key in path {
        value = value
            .get_mut(*key)
            .unwrap_or_else(|| panic!("no `{key}` in {path:?}"));
    }
    value
}

pub(crate) fn put(value: &mut Value, path: &[&str], new: Value) {
    let (key, parent) = path.split_last().expect("a path");
    let parent = at(value, parent).as_object_mut().expect("a map");
    parent.insert((*key).to_owned(), new);
}

pub(crate) fn remove(value: &mut Value, path: &[&str]) {
    let (key, parent) = path.split_last().expect("a path");
    let parent = at(value, parent).as_object_mut().expect("a map");
    parent.shift_remove(*key).expect("it is there");
}

pub(crate) fn push(value: &mut Value, path: &[&str], new: Value) {
    at(value, path).as_array_mut().expect("a list").push(new);
}

/// Takes the parameter of a name out of a list.
pub(crate) fn take(value: &mut Value, path: &[&str], name: &str) {
    let list = at(value, path).as_array_mut().expect("a list");
    let before = list.len();
    list.retain(|one| one["name"] != name);
    assert!(list.len() < before, "no parameter `{name}`");
}

pub(crate) fn parameter<'v>(value: &'v mut Value, path: &str, name: &str) -> &'v mut Value {
    let list = at(value, &["paths", path, "get", "parameters"]);
    let mut list = list.as_array_mut().expect("a list").iter_mut();
    list.find(|one| one["name"] == name)
        .expect("the parameter is there")
}

/// Renames a key in its place.
pub(crate) fn rename(value: &mut Value, path: &[&str], from: &str, to: &str) {
    let map = at(value, path).as_object_mut().expect("a map");
    assert!(map.contains_key(from), "no `{from}`");
    let entries = std::mem::take(map).into_iter();
    *map = entries
        .map(|(key, value)| (if key == from { to.to_owned() } else { key }, value))
        .collect();
}

pub(crate) fn rename_schema(value: &mut Value, from: &str, to: &str) {
    rename(value, &["components", "schemas"], from, to);
    let (old, new) = (
        format!("#/components/schemas/{from}"),
        format!("#/components/schemas/{to}"),
    );
    refer(value, &old, &new);
}

fn refer(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) if text == from => to.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| refer(item, from, to)),
        Value::Object(map) => map.values_mut().for_each(|value| refer(value, from, to)),
        _ => {}
    }
}

//! Single members of an object, read leniently and with their type checked.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::at::At;
use super::context::Context;
use super::resolve::{Target, reference_of};
use super::schema::number_of_text;
use crate::words::closest;

/// The extensions that normalization makes itself; a vendor's own of that name would be mistaken for them.
const OURS: [&str; 10] = [
    "x-broken",
    "x-const",
    "x-content-schema",
    "x-prefix-items",
    "x-examples",
    "x-item-schema",
    "x-additional-operations",
    "x-style",
    "x-webhooks",
    "x-vendor-webhooks",
];

/// Extensions that carry documentation by the kilobyte and nothing a client needs.
const BULKY: [&str; 5] = [
    "x-code-samples",
    "x-codeSamples",
    "x-readme",
    "x-oaiMeta",
    "x-logo",
];

/// Returns the vendor's extensions.
pub(crate) fn extensions(map: &Map<String, Value>) -> IndexMap<String, Value> {
    map.iter()
        .filter(|(key, _)| is_extension(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Returns whether a key is a vendor's extension that is kept.
pub(crate) fn is_extension(key: &str) -> bool {
    key.starts_with("x-") && !OURS.contains(&key) && !BULKY.contains(&key)
}

impl<'a> Context<'a> {
    /// Returns the characters of an unquoted scalar as the vendor wrote them.
    pub(crate) fn raw_text(&self, at: &At<'_>) -> Option<String> {
        let file = self.file(at.file)?;
        file.scalar_text(&at.from()).map(str::to_owned)
    }

    /// Returns a scalar as text: numbers keep the digits they were written with.
    pub(crate) fn scalar_as_text(&self, value: &Value, at: &At<'_>) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => {
                // An overlay may have put another number in the place of the vendor's.
                let same = |text: &String| number_of_text(text).is_some_and(|read| read == *number);
                let raw = self.raw_text(at).filter(same);
                Some(raw.unwrap_or_else(|| number.to_string()))
            }
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// Returns the text of a member; nothing where it is missing, null or no text.
    pub(crate) fn text(
        &mut self,
        map: &'a Map<String, Value>,
        key: &str,
        at: &At<'_>,
    ) -> Option<String> {
        let value = map.get(key)?;
        let at = at.key(key);
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Null => {
                self.null_member(key, &at);
                None
            }
            Value::Number(_) | Value::Bool(_) => {
                self.note(
                    &at,
                    "text-expected",
                    format!("`{key}` is not text, and is read as text"),
                );
                self.scalar_as_text(value, &at)
            }
            Value::Object(_) | Value::Array(_) => {
                let target = reference_of(value)
                    .and_then(|reference| self.resolve_fully(reference, at.file).ok());
                let found = target.and_then(|target| target.value.as_str());
                if found.is_none() {
                    self.warn(
                        &at,
                        "text-expected",
                        format!("`{key}` is not text and is left out"),
                        "write text",
                    );
                }
                found.map(str::to_owned)
            }
        }
    }

    /// Returns the truth of a member; false where it is missing.
    pub(crate) fn flag(&mut self, map: &Map<String, Value>, key: &str, at: &At<'_>) -> bool {
        self.optional_flag(map, key, at).unwrap_or(false)
    }

    /// Returns the truth of a member; nothing where it is missing or no truth.
    pub(crate) fn optional_flag(
        &mut self,
        map: &Map<String, Value>,
        key: &str,
        at: &At<'_>,
    ) -> Option<bool> {
        let value = map.get(key)?;
        let read = match value {
            Value::Bool(flag) => return Some(*flag),
            Value::Null => {
                self.null_member(key, &at.key(key));
                return None;
            }
            Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "yes" | "1" => Some(true),
                "false" | "no" | "0" | "" => Some(false),
                _ => None,
            },
            Value::Number(number) => number.as_i64().map(|number| number != 0),
            Value::Array(_) | Value::Object(_) => None,
        };
        let at = at.key(key);
        let message = match read {
            Some(flag) => format!("`{key}` is not a boolean, and is read as {flag}"),
            None => format!("`{key}` is not a boolean and is left out"),
        };
        self.warn(&at, "boolean-expected", message, "write true or false");
        read
    }

    /// Returns a list of texts; empty where the member is missing.
    pub(crate) fn texts(
        &mut self,
        map: &Map<String, Value>,
        key: &str,
        at: &At<'_>,
    ) -> Vec<String> {
        let Some(value) = map.get(key) else {
            return Vec::new();
        };
        let at = at.key(key);
        match value {
            Value::Null => {
                self.null_member(key, &at);
                Vec::new()
            }
            Value::Array(items) => {
                let mut texts = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    let at = at.index(index);
                    let named = item.get("name").and_then(Value::as_str).map(str::to_owned);
                    match self.scalar_as_text(item, &at).or(named) {
                        Some(text) => texts.push(text),
                        None => self.warn(
                            &at,
                            "text-expected",
                            format!("an item of `{key}` is no text and is left out"),
                            "write text",
                        ),
                    }
                }
                texts
            }
            single => {
                let text = self.scalar_as_text(single, &at);
                self.list_expected(key, text.is_some(), &at);
                text.into_iter().collect()
            }
        }
    }

    /// Returns the mapping of a member; nothing where it is missing, null or no mapping.
    pub(crate) fn object(
        &mut self,
        map: &'a Map<String, Value>,
        key: &str,
        at: &At<'_>,
    ) -> Option<&'a Map<String, Value>> {
        match map.get(key)? {
            Value::Object(object) => Some(object),
            Value::Null => {
                self.null_member(key, &at.key(key));
                None
            }
            Value::Array(items) if items.is_empty() => {
                // What PHP makes of an empty mapping.
                self.warn(
                    &at.key(key),
                    "mapping-expected",
                    format!("`{key}` is an empty list, and is read as an empty mapping"),
                    "write a mapping",
                );
                None
            }
            _ => {
                self.warn(
                    &at.key(key),
                    "mapping-expected",
                    format!("`{key}` is not a mapping and is left out"),
                    "write a mapping",
                );
                None
            }
        }
    }

    /// Returns where the mapping of a member is, which may be kept in a file of its own.
    pub(crate) fn kept(
        &mut self,
        map: &'a Map<String, Value>,
        key: &str,
        at: &At<'_>,
    ) -> Option<Target<'a>> {
        let object = self.object(map, key, at)?;
        let at = at.key(key);
        let Some(reference) = object.get("$ref").and_then(Value::as_str) else {
            return Some(Target {
                value: map.get(key)?,
                file: at.file,
                pointer: at.from(),
            });
        };
        match self.resolve_fully(reference, at.file) {
            Ok(target) => Some(target),
            Err(broken) => {
                self.broken(&at, broken);
                None
            }
        }
    }

    /// Returns the list of a member; empty where it is missing or null, of one where it is no list.
    pub(crate) fn list(
        &mut self,
        map: &'a Map<String, Value>,
        key: &str,
        at: &At<'_>,
    ) -> &'a [Value] {
        match map.get(key) {
            None => &[],
            Some(Value::Null) => {
                self.null_member(key, &at.key(key));
                &[]
            }
            Some(Value::Array(items)) => items,
            Some(single) => {
                let says_something = match single {
                    Value::Object(map) => !map.is_empty(),
                    Value::String(text) => !text.is_empty(),
                    _ => false,
                };
                self.list_expected(key, says_something, &at.key(key));
                match says_something {
                    true => std::slice::from_ref(single),
                    false => &[],
                }
            }
        }
    }

    /// Notes members that are not read. One that is spelled almost like another may have been meant to be that one.
    pub(crate) fn note_unknown(
        &mut self,
        map: &Map<String, Value>,
        what: &str,
        known: &[&str],
        at: &At<'_>,
    ) {
        for key in map.keys() {
            if key.starts_with("x-") || key == "$ref" || known.contains(&key.as_str()) {
                continue;
            }
            let message = format!("`{key}` is no member of {what} and is left out");
            match closest(key, known) {
                Some(meant) => {
                    let message = format!("{message}; `{meant}` may be meant");
                    self.note(&at.key(key), "misspelled-member", message);
                }
                None => self.note(&at.key(key), "unknown-member", message),
            }
        }
    }

    /// Notes a member that is null, which counts as missing.
    pub(crate) fn null_member(&mut self, key: &str, at: &At<'_>) {
        let message = format!("`{key}` is null and counts as missing");
        self.note(at, "null-member", message);
    }

    /// Reports a member that is no list, and what is made of it.
    pub(crate) fn list_expected(&mut self, key: &str, kept: bool, at: &At<'_>) {
        let fate = match kept {
            true => "read as a list of one",
            false => "left out",
        };
        let message = format!("`{key}` is not a list and is {fate}");
        self.warn(at, "list-expected", message, "write a list");
    }
}

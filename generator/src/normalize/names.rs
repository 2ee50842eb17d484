//! Names for what becomes a component although the vendor did not make it one.

use serde_json::Value;

use super::context::{Context, Kind};
use super::resolve::Target;
use crate::document::pointer;

impl<'a> Context<'a> {
    /// Claims a name that no other component of the kind has, made of the words of where the value lies.
    pub(crate) fn claim(&mut self, kind: Kind, target: &Target<'a>) -> String {
        let file = self.file(target.file).map_or("", |file| &file.name);
        let mut folders: Vec<&str> = file.split('/').collect();
        let stem = folders.pop().map(stem).unwrap_or_default();
        let words = self.words(target);
        let mut candidate = match words.is_empty() {
            true => pascal(stem),
            false => words.concat(),
        };
        if !words.is_empty() && self.is_claimed(kind, &candidate) && target.file != 0 {
            candidate = format!("{}{candidate}", pascal(stem));
        }
        while self.is_claimed(kind, &candidate) {
            match folders.pop() {
                Some(folder) if target.file != 0 => {
                    candidate = format!("{}{candidate}", pascal(folder))
                }
                _ => break,
            }
        }
        let unique = self.numbered(kind, candidate);
        self.claimed.insert((kind, unique.clone()));
        unique
    }

    fn numbered(&self, kind: Kind, name: String) -> String {
        let name = if name.is_empty() {
            pascal(kind.noun())
        } else {
            name
        };
        if !self.is_claimed(kind, &name) {
            return name;
        }
        let numbered = (2_usize..).map(|number| format!("{name}{number}"));
        let mut free = numbered.filter(|candidate| !self.is_claimed(kind, candidate));
        free.next().unwrap_or(name)
    }

    fn is_claimed(&self, kind: Kind, name: &str) -> bool {
        self.claimed.contains(&(kind, name.to_owned()))
    }

    /// Returns the telling words of a pointer: component, property and parameter names, operations and statuses.
    fn words(&self, target: &Target<'a>) -> Vec<String> {
        let keys: Vec<_> = pointer::segments(&target.pointer).collect();
        let keys: Vec<&str> = keys.iter().map(AsRef::as_ref).collect();
        let root = self.file(target.file).map(|file| &file.value);
        match keys.as_slice() {
            ["components", _, name, rest @ ..]
            | [
                "definitions" | "responses" | "parameters" | "$defs",
                name,
                rest @ ..,
            ] => {
                let mut words = vec![component_name(name)];
                words.extend(inner_words(rest));
                words
            }
            ["paths" | "x-ms-paths" | "webhooks", path, method, rest @ ..] => {
                let operation = root.and_then(|root| root.get(keys[0])?.get(path)?.get(method));
                let mut words = operation_words(path, method, operation);
                words.extend(inner_words(rest));
                words
            }
            _ => inner_words(&keys),
        }
    }
}

fn operation_words(path: &str, method: &str, operation: Option<&Value>) -> Vec<String> {
    let id = operation.and_then(|operation| operation.get("operationId")?.as_str());
    match id {
        Some(id) if !id.trim().is_empty() => vec![pascal(id)],
        _ => {
            let mut words = vec![pascal(method)];
            words.extend(path.split('/').filter(|part| !part.is_empty()).map(pascal));
            words
        }
    }
}

/// Returns the words of what lies inside a component or an operation; structure that says nothing is skipped.
fn inner_words(keys: &[&str]) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = keys;
    while let [key, after @ ..] = rest {
        rest = after;
        match (*key, after) {
            (
                "properties" | "$defs" | "definitions" | "headers" | "patternProperties",
                [name, after @ ..],
            ) => {
                words.push(pascal(name));
                rest = after;
            }
            ("responses", [status, after @ ..]) => {
                if !status.starts_with('2') {
                    words.push(status_word(status));
                }
                words.push("Response".to_owned());
                rest = after;
            }
            ("content" | "examples", [_, after @ ..]) => rest = after,
            ("items", _) => words.push("Item".to_owned()),
            ("additionalProperties", _) => words.push("Value".to_owned()),
            ("requestBody", _) => words.push("Request".to_owned()),
            ("schema" | "allOf" | "oneOf" | "anyOf" | "parameters" | "prefixItems" | "not", _) => {}
            (number, _) if number.bytes().all(|byte| byte.is_ascii_digit()) => {}
            (name, _) => words.push(pascal(name)),
        }
    }
    words
}

fn status_word(status: &str) -> String {
    let word = match status {
        "400" => "BadRequest",
        "401" => "Unauthorized",
        "403" => "Forbidden",
        "404" => "NotFound",
        "409" => "Conflict",
        "422" => "Unprocessable",
        "429" => "TooManyRequests",
        "500" => "ServerError",
        "default" => "Default",
        other => return format!("Status{}", pascal(other)),
    };
    word.to_owned()
}

/// Returns the file's name without its ending.
fn stem(file: &str) -> &str {
    file.split('.').next().unwrap_or(file)
}

/// Returns a component's own name, untouched where it can stand in a reference as it is.
fn component_name(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if name.bytes().all(plain) {
        name.to_owned()
    } else {
        pascal(name)
    }
}

fn pascal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut start = true;
    for character in text.chars() {
        if !character.is_alphanumeric() {
            start = true;
        } else if start {
            out.extend(character.to_uppercase());
            start = false;
        } else {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_where_a_schema_lies() {
        assert_eq!(
            inner_words(&["properties", "owner", "items"]).concat(),
            "OwnerItem"
        );
        let response = ["responses", "404", "content", "application/json", "schema"];
        assert_eq!(inner_words(&response).concat(), "NotFoundResponse");
        assert_eq!(
            inner_words(&["allOf", "0", "properties", "a b"]).concat(),
            "AB"
        );
        assert_eq!(operation_words("/a/{id}", "get", None).concat(), "GetAId");
        assert_eq!(stem("pet.v1.yaml"), "pet");
    }
}

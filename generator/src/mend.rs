//! What overlays could put right of what diagnostics complain of.
//!
//! Only what is certain is proposed: what the stages assume anyway, or what cannot mean anything. A proposal counts once
//! the diagnostic is gone with it, which only another run can tell.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::diagnostics::{Diagnostic, Place, Severity};
use crate::document::pointer;
use crate::normalize::DocumentSet;

/// The actions that put one thing right.
#[derive(Clone, Debug, PartialEq)]
pub struct Mend {
    /// The rule of the diagnostic.
    pub rule: &'static str,
    /// Where the vendor's file is wrong.
    pub place: Place,
    /// The actions of an overlay (version 1.1), in the order in which they apply.
    pub actions: Vec<Value>,
}

/// Proposes what puts right the warnings about the main document. Items of lists come last ones first, so that
/// removing one moves no other that is named later.
pub fn propose(documents: &DocumentSet, diagnostics: &[Diagnostic]) -> Vec<Mend> {
    let value = &documents.main.value;
    let mut ids = operation_ids(value);
    let mut seen = BTreeSet::new();
    let own = diagnostics
        .iter()
        .filter(|it| it.place.file == documents.main.name);
    let warnings = own.filter(|it| it.severity == Severity::Warning);
    let mut mends: Vec<Mend> = warnings
        .filter(|it| seen.insert((it.rule, it.place.pointer.as_str(), it.message.as_str())))
        .filter_map(|it| {
            Some(Mend {
                rule: it.rule,
                place: it.place.clone(),
                actions: actions(value, it, &mut ids)?,
            })
        })
        .collect();
    mends.sort_by(|a, b| {
        b.place
            .line
            .cmp(&a.place.line)
            .then(b.place.column.cmp(&a.place.column))
    });
    mends
}

fn actions(
    value: &Value,
    diagnostic: &Diagnostic,
    ids: &mut BTreeSet<String>,
) -> Option<Vec<Value>> {
    let at = diagnostic.place.pointer.as_str();
    let here = value.pointer(at)?;
    let message = diagnostic.message.as_str();
    match diagnostic.rule {
        "undeclared-path-parameter" if message.contains("is read as text") => {
            let mut parameter = json!({ "name": quoted(message)?, "in": "path", "required": true });
            match value.get("swagger") {
                Some(_) => parameter["type"] = json!("string"),
                None => parameter["schema"] = json!({ "type": "string" }),
            }
            let why = "The path has a variable that nothing declares.";
            here.is_object()
                .then(|| vec![update(at, why, json!({ "parameters": [parameter] }))])
        }
        "stray-path-parameter" => stray_parameter(here, at, quoted(message)?),
        "missing-description" => {
            let why = "A response must have a description.";
            let is_response = here.is_object() && here.get("$ref").is_none();
            is_response.then(|| vec![update(at, why, json!({ "description": "" }))])
        }
        "duplicate-operation-id" => {
            let operation = pointer::parent(at);
            let method = operation.rsplit('/').next()?;
            let id = another_id(here.as_str()?, method, ids);
            let why = "Another operation has the id too.";
            Some(vec![update(operation, why, json!({ "operationId": id }))])
        }
        "empty-operation-id" => Some(vec![remove(at, "An empty id names nothing.")]),
        "empty-enum" => {
            let is_it = at.ends_with("/enum") && here.as_array().is_some_and(Vec::is_empty);
            is_it.then(|| vec![remove(at, "No value would be allowed.")])
        }
        "required-on-property" => required_on_property(value, at),
        _ => None,
    }
}

/// Removes a parameter that stands in the operation itself; what a reference brings is left alone.
fn stray_parameter(operation: &Value, at: &str, name: &str) -> Option<Vec<Value>> {
    let parameters = operation.get("parameters")?.as_array()?;
    let is_it = |it: &&Value| {
        it.get("name").and_then(Value::as_str) == Some(name) && it.get("in") == Some(&json!("path"))
    };
    if parameters.iter().filter(is_it).count() != 1 || name.contains(['\'', '\\']) {
        return None;
    }
    let target = format!(
        "{}.parameters[?@.name == '{name}' && @.in == 'path']",
        path(at)
    );
    Some(vec![json!({
        "target": target,
        "description": "The path has no variable of this name.",
        "remove": true,
    })])
}

fn required_on_property(value: &Value, at: &str) -> Option<Vec<Value>> {
    let property = pointer::parent(at);
    let properties = pointer::parent(property);
    let parent = properties.strip_suffix("/properties")?;
    let name = pointer::unescape(property.rsplit('/').next()?).into_owned();
    let schema = value.pointer(parent)?;
    let mut actions = vec![remove(
        at,
        "`required` belongs to the schema that holds the property.",
    )];
    match schema.get("required") {
        None => {}
        Some(Value::Array(names)) if names.contains(&json!(name)) => return Some(actions),
        Some(Value::Array(_)) => {}
        // Another kind of `required` is mended in its own place first.
        Some(_) => return None,
    }
    actions.push(update(
        parent,
        "The property must be there.",
        json!({ "required": [name] }),
    ));
    Some(actions)
}

fn update(at: &str, why: &str, value: Value) -> Value {
    json!({ "target": path(at), "description": why, "update": value })
}

fn remove(at: &str, why: &str) -> Value {
    json!({ "target": path(at), "description": why, "remove": true })
}

/// The JSONPath (RFC 9535) of a pointer into a document, in which only lists have keys that are numbers.
fn path(at: &str) -> String {
    let mut path = "$".to_owned();
    let (mut lists, mut before) = (false, String::new());
    for segment in pointer::segments(at) {
        let is_index = lists && segment.bytes().all(|byte| byte.is_ascii_digit());
        let is_name = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
        if is_index {
            path.push_str(&format!("[{segment}]"));
        } else if !segment.is_empty() && segment.bytes().all(is_name) {
            path.push_str(&format!(".{segment}"));
        } else {
            let escaped = segment.replace('\\', "\\\\").replace('\'', "\\'");
            path.push_str(&format!("['{escaped}']"));
        }
        const LISTS: [&str; 8] = [
            "parameters",
            "enum",
            "allOf",
            "anyOf",
            "oneOf",
            "prefixItems",
            "tags",
            "servers",
        ];
        lists = LISTS.contains(&&*segment) && before != "components" && before != "properties";
        before = segment.into_owned();
    }
    path
}

/// The first word between backticks.
fn quoted(message: &str) -> Option<&str> {
    message.split('`').nth(1).filter(|word| !word.is_empty())
}

fn operation_ids(value: &Value) -> BTreeSet<String> {
    let paths = value.get("paths").and_then(Value::as_object);
    let items = paths.into_iter().flat_map(|paths| paths.values());
    let operations = items
        .filter_map(Value::as_object)
        .flat_map(|item| item.values());
    let ids = operations.filter_map(|operation| operation.get("operationId")?.as_str());
    ids.map(str::to_owned).collect()
}

/// An id that no operation has: with the method behind it and, where that is taken, a number.
fn another_id(id: &str, method: &str, ids: &mut BTreeSet<String>) -> String {
    let with_method = format!("{id}_{method}");
    let mut found = with_method.clone();
    let mut number = 2;
    while !ids.insert(found.clone()) {
        found = format!("{with_method}_{number}");
        number += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Source, parse};
    use crate::normalize::normalize;
    use crate::overlay::{Overlay, apply};

    const DOCUMENT: &str = r#"
openapi: 3.0.1
info: { title: T, version: '1' }
paths:
  /a/{id}:
    get:
      operationId: a
      responses: { '200': {} }
    delete:
      operationId: a
      parameters:
        - { name: id, in: path, required: true, schema: { type: string } }
        - { name: it's, in: query, schema: { type: string, enum: [x, y] } }
        - { name: none, in: path, required: true, schema: { type: string } }
      responses: { '204': { description: Gone. } }
  /b:
    post:
      operationId: ' '
      responses: { '204': { description: Done. } }
components:
  schemas:
    A:
      type: object
      properties:
        '200': { type: string, required: true }
        enum: { type: string, enum: [] }
"#;

    fn set(actions: &[Value]) -> DocumentSet {
        let mut document = parse(Source::new("a.yaml", DOCUMENT)).unwrap();
        if !actions.is_empty() {
            let overlay = json!({ "overlay": "1.1.0", "info": { "title": "T", "version": "1" }, "actions": actions });
            let overlay =
                Overlay::parse(&Source::new("a.overlay.yaml", overlay.to_string())).unwrap();
            document = apply(document, &[overlay]).unwrap();
        }
        DocumentSet::new(document)
    }

    #[test]
    fn what_is_proposed_is_gone_afterwards() {
        let before = set(&[]);
        let found = normalize(&before).unwrap().diagnostics;
        let mends = propose(&before, &found);
        let mut rules: Vec<_> = mends.iter().map(|it| it.rule).collect();
        rules.sort_unstable();
        let expected = [
            "duplicate-operation-id",
            "empty-enum",
            "empty-operation-id",
            "missing-description",
            "required-on-property",
            "stray-path-parameter",
            "undeclared-path-parameter",
        ];
        assert_eq!(rules, expected, "{found:#?}");
        let actions: Vec<_> = mends.into_iter().flat_map(|it| it.actions).collect();
        let after = set(&actions);
        let left = normalize(&after).unwrap().diagnostics;
        assert!(left.is_empty(), "{left:#?}");
        assert!(propose(&after, &left).is_empty());
        let delete = &after.main.value["paths"]["/a/{id}"]["delete"];
        assert_eq!(delete["operationId"], "a_delete");
        assert_eq!(delete["parameters"][1]["schema"]["enum"], json!(["x", "y"]));
        assert_eq!(delete["parameters"].as_array().map(Vec::len), Some(2));
        assert_eq!(
            after.main.value["components"]["schemas"]["A"]["required"],
            json!(["200"])
        );
    }

    #[test]
    fn keys_that_look_like_numbers_stay_keys() {
        assert_eq!(
            path("/paths/~1a/get/responses/200"),
            "$.paths['/a'].get.responses['200']"
        );
        assert_eq!(
            path("/paths/~1a/get/parameters/0/schema/enum/12"),
            "$.paths['/a'].get.parameters[0].schema.enum[12]"
        );
        assert_eq!(
            path("/components/parameters/0"),
            "$.components.parameters['0']"
        );
        assert_eq!(path("/a/it's"), "$.a['it\\'s']");
        assert_eq!(path(""), "$");
    }
}

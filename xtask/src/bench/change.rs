//! A document with one operation changed.

use std::path::Path;

use portal_generator::document::{self, Source};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::files;

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "patch", "head", "options"];

/// Gives the operation in the middle of a document one more query parameter, as JSON, which is YAML too. Tells
/// whether there was an operation.
pub(super) fn add_a_parameter(path: &Path, original: &[u8]) -> Result<bool, Failure> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let source = Source::new(name, original.to_vec());
    let parsed = document::parse(&source).map_err(|problem| Failure::Refused(vec![problem]))?;
    let mut root = parsed.value;
    if !change(&mut root) {
        return Ok(false);
    }
    files::write(path, root.to_string()).map_err(|e| Failure::io("write", path, &e))?;
    Ok(true)
}

fn change(root: &mut Value) -> bool {
    let is_2_0 = root.get("swagger").is_some();
    let Some(paths) = root.get_mut("paths").and_then(Value::as_object_mut) else {
        return false;
    };
    let mut operations: Vec<&mut Value> = paths
        .values_mut()
        .filter_map(Value::as_object_mut)
        .flat_map(|item| item.iter_mut())
        .filter(|(method, _)| METHODS.contains(&method.as_str()))
        .map(|(_, operation)| operation)
        .collect();
    let middle = operations.len() / 2;
    let operation = operations
        .get_mut(middle)
        .and_then(|operation| operation.as_object_mut());
    let Some(operation) = operation else {
        return false;
    };
    let parameter = match is_2_0 {
        true => json!({ "name": "benchAdded", "in": "query", "type": "string" }),
        false => json!({ "name": "benchAdded", "in": "query", "schema": { "type": "string" } }),
    };
    let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
    match parameters.as_array_mut() {
        Some(parameters) => parameters.push(parameter),
        None => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operation_in_the_middle_gets_a_parameter() {
        let mut root = json!({ "openapi": "3.0.3", "paths": {
            "/a": { "get": {}, "parameters": [] },
            "/b": { "get": { "parameters": [1] }, "post": {} },
        }});
        assert!(change(&mut root));
        let added = json!({ "name": "benchAdded", "in": "query", "schema": { "type": "string" } });
        assert_eq!(root["paths"]["/b"]["get"]["parameters"], json!([1, added]));
        assert_eq!(root["paths"]["/a"]["get"], json!({}));
        assert!(!change(&mut json!({ "paths": {} })));
    }
}

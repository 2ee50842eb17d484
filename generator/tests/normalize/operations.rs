//! Paths, operations, parameters, bodies and responses as vendors write them.

use serde_json::{Value, json};

use crate::support::{Outcome, normalized, with_operation};

const V30: &str = "3.0.3";
const OK: &str = "responses: {'200': {description: ok}}";

fn operation(path: &str, members: &str) -> Outcome {
    normalized(&with_operation(V30, path, &format!("{{{members}}}")))
}

#[test]
fn path_parameters_and_variables_agree() {
    let declared = |name: &str| json!({"in": "path", "name": name, "required": true, "style": "simple", "schema": {"type": "string"}});
    for (path, members, expected, rules) in [
        (
            "/a/{id}",
            "parameters: [{name: id, in: path, schema: {type: string}}]",
            json!([declared("id")]),
            &[][..],
        ),
        (
            "/a/{id}",
            "tags: []",
            json!([declared("id")]),
            &["warning undeclared-path-parameter"],
        ),
        (
            "/a/{userId}",
            "parameters: [{name: user_id, in: path, schema: {type: string}}]",
            json!([declared("userId")]),
            &["warning renamed-path-parameter"],
        ),
        (
            "/a/{id}",
            "parameters: [{name: other, in: path, schema: {type: string}}]",
            json!([declared("id")]),
            &["warning renamed-path-parameter"],
        ),
        (
            "/a/{id}",
            "parameters: [{name: id, in: query, schema: {type: string}}]",
            json!([declared("id")]),
            &["warning undeclared-path-parameter"],
        ),
        (
            "/a",
            "parameters: [{name: id, in: path, schema: {type: string}}]",
            Value::Null,
            &["warning stray-path-parameter"],
        ),
        (
            "/a?api={api}",
            "parameters: [{name: api, in: query, required: true, schema: {type: string}}]",
            json!([{"in": "query", "name": "api", "required": true, "style": "form", "schema": {"type": "string"}}]),
            &[],
        ),
        (
            "/a?api={api}",
            "tags: []",
            json!([declared("api")]),
            &["warning undeclared-path-parameter"],
        ),
    ] {
        let outcome = operation(path, &format!("{members}, {OK}"));
        let mut pointer = String::from("/paths/");
        pointer.push_str(&path.replace('/', "~1"));
        pointer.push_str("/get/parameters");
        assert_eq!(outcome.at(&pointer), &expected, "{path} {members}");
        assert_eq!(outcome.rules(), rules, "{path} {members}");
    }
}

#[test]
fn common_path_parameters_count_for_every_operation() {
    let outcome = normalized(
        "openapi: 3.0.0
info: {title: t, version: '1'}
paths:
  /a/{id}/{n}:
    parameters:
      - {name: id, in: path, schema: {type: integer}}
      - {name: gone, in: path, schema: {type: string}}
    get: {parameters: [{name: n, in: path, schema: {type: integer}}], responses: {'200': {description: ok}}}
    put: {parameters: [{name: n, in: path, schema: {type: integer}}], responses: {'200': {description: ok}}}
",
    );
    assert_eq!(outcome.rules(), ["warning stray-path-parameter"]);
    let names = |pointer: &str| -> Vec<Value> {
        let list = outcome.at(pointer).as_array().cloned().unwrap_or_default();
        list.into_iter()
            .map(|parameter| parameter["name"].clone())
            .collect()
    };
    assert_eq!(names("/paths/~1a~1{id}~1{n}/parameters"), ["id"]);
    assert_eq!(names("/paths/~1a~1{id}~1{n}/get/parameters"), ["n"]);
}

#[test]
fn parameters_of_odd_shapes() {
    for (source, expected, rules) in [
        (
            "{name: a, in: query}",
            json!({"in": "query", "name": "a", "style": "form", "schema": {"type": "string"}}),
            &["warning missing-schema"][..],
        ),
        (
            "{name: a, in: query, type: integer}",
            json!({"in": "query", "name": "a", "style": "form", "schema": {"type": "integer"}}),
            &[],
        ),
        (
            "{name: a, in: Header, schema: {type: string}, required: 'true', style: form}",
            json!({"in": "header", "name": "a", "required": true, "style": "simple", "schema": {"type": "string"}}),
            &[
                "warning odd-place",
                "warning boolean-expected",
                "warning unknown-style",
            ],
        ),
        (
            "{name: a, in: cookie, schema: {type: string}, style: form}",
            json!({"in": "cookie", "name": "a", "style": "form", "schema": {"type": "string"}}),
            &[],
        ),
        (
            "{name: a, in: query, content: {application/json: {schema: {type: object}}, text/plain: {}}}",
            json!({"in": "query", "name": "a", "style": "form",
                   "content": {"application/json": {"schema": {"type": "object"}}}}),
            &[],
        ),
        (
            "{name: a, in: query, schema: {type: string}, examples: [x]}",
            json!({"in": "query", "name": "a", "style": "form", "schema": {"type": "string"},
                   "examples": {"1": {"value": "x"}}}),
            &[],
        ),
        (
            "{in: query, schema: {type: string}}",
            Value::Null,
            &["warning parameter-without-name"],
        ),
        (
            "{name: a, schema: {type: string}}",
            Value::Null,
            &["warning parameter-without-place"],
        ),
        (
            "{name: a, in: moon, schema: {type: string}}",
            Value::Null,
            &["warning parameter-without-place"],
        ),
    ] {
        let outcome = operation("/a", &format!("parameters: [{source}], {OK}"));
        assert_eq!(
            outcome.at("/paths/~1a/get/parameters/0"),
            &expected,
            "{source}"
        );
        assert_eq!(outcome.rules(), rules, "{source}");
        assert_eq!(
            outcome.at("/paths/~1a/get/x-broken"),
            &Value::Null,
            "{source}"
        );
    }
}

#[test]
fn a_parameter_that_must_be_sent_and_cannot_costs_the_operation() {
    let outcome = operation(
        "/a",
        &format!("parameters: [{{name: a, in: moon, required: true}}], {OK}"),
    );
    assert_eq!(
        outcome.at("/paths/~1a/get/x-broken"),
        "a required parameter cannot be read"
    );
}

#[test]
fn parameters_occur_once() {
    let twice = "{name: a, in: query, schema: {type: string}}, {name: a, in: query, schema: {type: integer}}, {name: a, in: header, schema: {type: string}}";
    let outcome = operation("/a", &format!("parameters: [{twice}], {OK}"));
    assert_eq!(outcome.rules(), ["warning duplicate-parameter"]);
    assert_eq!(
        outcome
            .at("/paths/~1a/get/parameters")
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    assert_eq!(
        outcome.at("/paths/~1a/get/parameters/0/schema/type"),
        "string"
    );
}

#[test]
fn statuses_of_odd_shapes() {
    for (source, expected, rules) in [
        ("200: {description: a}", json!(["200"]), &[][..]),
        (
            "2xx: {description: a}",
            json!(["2XX"]),
            &["warning odd-status"],
        ),
        (
            "'200 ': {description: a}",
            json!(["200"]),
            &["warning odd-status"],
        ),
        (
            "'200,201': {description: a}",
            json!(["200", "201"]),
            &["warning odd-status"],
        ),
        (
            "Default: {description: a}",
            json!(["default"]),
            &["warning odd-status"],
        ),
        ("ok: {description: a}", json!([]), &["error unknown-status"]),
        ("200: {}", json!(["200"]), &["warning missing-description"]),
        (
            "200: {description: null}",
            json!(["200"]),
            &["warning missing-description", "note null-member"],
        ),
        ("200: null", json!(["200"]), &[]),
        ("x-a: 1", json!(["x-a"]), &[]),
    ] {
        let outcome = operation("/a", &format!("responses: {{{source}}}"));
        let keys: Vec<_> = outcome
            .at("/paths/~1a/get/responses")
            .as_object()
            .map(|map| map.keys().cloned().collect())
            .unwrap_or_default();
        assert_eq!(json!(keys), expected, "{source}");
        assert_eq!(outcome.rules(), rules, "{source}");
    }
}

#[test]
fn operations_of_odd_shapes() {
    let outcome = operation(
        "/a",
        "operationId: '', tags: null, summary: 3, deprecated: null, security: null",
    );
    assert_eq!(
        outcome.at("/paths/~1a/get"),
        &json!({"summary": "3", "responses": {}})
    );
    assert_eq!(
        outcome.rules(),
        [
            "warning missing-responses",
            "warning empty-operation-id",
            "note null-member",
            "note text-expected"
        ]
    );
    let outcome = operation("/a", &format!("tags: [1, {{name: n}}, x], {OK}"));
    assert_eq!(outcome.at("/paths/~1a/get/tags"), &json!(["1", "n", "x"]));
}

#[test]
fn bodies_of_odd_shapes() {
    for (source, expected, rules) in [
        (
            "{content: {application/json: null}}",
            json!({"content": {"application/json": {}}}),
            &[][..],
        ),
        (
            "{content: {schema: {type: string}}}",
            json!({"content": {"application/json": {"schema": {"type": "string"}}}}),
            &["warning content-without-media-type"],
        ),
        (
            "{schema: {type: string}}",
            json!({"content": {"application/json": {"schema": {"type": "string"}}}}),
            &["warning content-without-media-type"],
        ),
        (
            "{description: d}",
            Value::Null,
            &["warning body-without-content"],
        ),
        ("text", Value::Null, &["warning mapping-expected"]),
        (
            "{content: {multipart/form-data: {schema: {type: object}, encoding: {a: {contentType: x/y}, b: {style: deepObject}}}}}",
            json!({"content": {"multipart/form-data": {"schema": {"type": "object"}, "encoding": {
                "a": {"contentType": "x/y", "explode": true},
                "b": {"contentType": null, "style": "deepObject"}}}}}),
            &[],
        ),
    ] {
        let outcome = operation("/a", &format!("requestBody: {source}, {OK}"));
        assert_eq!(
            outcome.at("/paths/~1a/get/requestBody"),
            &expected,
            "{source}"
        );
        assert_eq!(outcome.rules(), rules, "{source}");
    }
}

#[test]
fn paths_of_odd_shapes() {
    let outcome = normalized(
        "openapi: 3.0.0
info: {title: t, version: '1'}
paths:
  a: {get: {responses: {'200': {description: ok}}}}
  /a: {put: {responses: {'200': {description: ok}}}}
  /b: {GET: {responses: {'200': {description: ok}}}}
  /c: {purge: {responses: {'200': {description: ok}}}, gets: 3}
  x-d: 1
  /e: null
",
    );
    let keys = |pointer: &str| -> Vec<String> {
        let map = outcome.at(pointer).as_object().cloned().unwrap_or_default();
        map.keys().cloned().collect()
    };
    assert_eq!(keys("/paths"), ["/a", "/b", "/c", "x-d"]);
    assert_eq!(keys("/paths/~1a"), ["get", "put"]);
    assert_eq!(keys("/paths/~1b"), ["get"]);
    assert_eq!(keys("/paths/~1c/x-additional-operations"), ["PURGE"]);
    assert_eq!(
        outcome.rules(),
        [
            "warning odd-path",
            "warning odd-method",
            "warning odd-method",
            "warning odd-method"
        ]
    );
}

#[test]
fn variables_behind_colons_are_put_into_braces() {
    let declared = "parameters: [{name: id, in: path, schema: {type: string}}]";
    let outcome = operation("'/a/:id/:verb'", &format!("{declared}, {OK}"));
    assert_eq!(outcome.rules(), ["warning odd-path"]);
    assert_eq!(
        outcome.at("/paths/~1a~1{id}~1:verb/get/parameters/0/name"),
        "id"
    );
}

#[test]
fn operation_ids_that_occur_twice_are_kept_and_told() {
    let outcome = normalized(
        "openapi: 3.0.0
info: {title: t, version: '1'}
paths:
  /a: {get: {operationId: same, responses: {'200': {description: ok}}}}
  /b: {get: {operationId: same, responses: {'200': {description: ok}}}}
",
    );
    assert_eq!(
        outcome.messages(),
        [
            "api.yaml:5:14#/paths/~1b/get/operationId: another operation has the operationId `same` too; give each operation its own"
        ]
    );
    assert_eq!(outcome.at("/paths/~1b/get/operationId"), "same");
}

#[test]
fn requirements_of_odd_shapes() {
    for (source, expected, rules) in [
        ("[{key: []}]", json!([{"key": []}]), &[][..]),
        ("[]", json!([]), &[]),
        ("[{}]", json!([{}]), &[]),
        ("null", Value::Null, &["note null-member"]),
        ("[{key: null}]", json!([{"key": []}]), &["note null-member"]),
        (
            "{key: []}",
            json!([{"key": []}]),
            &["warning list-expected"],
        ),
        ("[key]", json!([{"key": []}]), &["warning mapping-expected"]),
        (
            "[{none: []}]",
            Value::Null,
            &["warning unknown-security-scheme"],
        ),
        (
            "[{none: []}, {key: []}]",
            json!([{"key": []}]),
            &["warning unknown-security-scheme"],
        ),
    ] {
        let mut text = with_operation(V30, "/a", &format!("{{security: {source}, {OK}}}"));
        text.push_str(
            "components: {securitySchemes: {key: {type: apiKey, in: header, name: k}}}\n",
        );
        let outcome = normalized(&text);
        assert_eq!(outcome.at("/paths/~1a/get/security"), &expected, "{source}");
        assert_eq!(outcome.rules(), rules, "{source}");
    }
}

#[test]
fn security_schemes_of_odd_shapes() {
    let scheme = |source: &str| {
        let outcome = normalized(&format!(
            "openapi: 3.0.0\ninfo: {{title: t, version: '1'}}\npaths: {{/a: {{get: {{{OK}}}}}}}\ncomponents: {{securitySchemes: {{s: {source}}}}}\n"
        ));
        (
            outcome.at("/components/securitySchemes/s").clone(),
            outcome.rules(),
        )
    };
    let bearer = json!({"type": "http", "scheme": "bearer"});
    for (source, expected, rules) in [
        ("{type: http, scheme: Bearer}", bearer.clone(), &[][..]),
        (
            "{type: http}",
            bearer.clone(),
            &["warning odd-security-scheme"],
        ),
        ("{type: bearer}", bearer, &["warning odd-security-scheme"]),
        (
            "{type: basic}",
            json!({"type": "http", "scheme": "basic"}),
            &[],
        ),
        (
            "{type: apiKey}",
            json!({"type": "apiKey", "in": "header", "name": "s"}),
            &["warning odd-security-scheme"],
        ),
        (
            "{type: oauth2, flows: {clientCredentials: {scopes: [a]}}}",
            json!({"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "", "scopes": {"a": ""}}}}),
            &["warning flow-without-url"],
        ),
        ("{type: magic}", Value::Null, &["error odd-security-scheme"]),
    ] {
        let (found, met) = scheme(source);
        assert_eq!(found, expected, "{source}");
        assert_eq!(met, rules, "{source}");
    }
}

#[test]
fn many_findings_of_a_kind_are_counted() {
    use std::fmt::Write;
    let mut paths = String::new();
    for number in 0..30 {
        writeln!(paths, "  /p{number}: {{get: {{responses: {{200: {{}}}}}}}}").unwrap();
    }
    let outcome = normalized(&format!(
        "openapi: 3.0.0\ninfo: {{title: t, version: '1'}}\npaths:\n{paths}"
    ));
    let messages = outcome.messages();
    assert_eq!(messages.len(), 10);
    assert!(
        messages[9].contains("(and 20 more places like it)"),
        "{}",
        messages[9]
    );
}

//! Places: what is told points into the vendor's own file.

use crate::support::{normalized, with_operation};

#[test]
fn what_moved_is_found_where_it_was() {
    let outcome = normalized(
        "swagger: '2.0'
info: {title: t, version: '1'}
paths:
  /a:
    post:
      parameters:
        - {name: q, in: query, type: string}
        - {name: b, in: body, schema: {type: object, properties: {x: {type: string}}}}
        - {name: r, in: query, type: string}
      responses:
        2xx: {description: ok, schema: {type: object, properties: {y: {type: string}}}}
definitions:
  Pet: {type: object}
securityDefinitions:
  key: {type: apiKey, in: header, name: k}
",
    );
    let place = |pointer: &str| outcome.normalized.origins.place(pointer).to_string();
    for (pointer, expected) in [
        (
            "/components/schemas/Pet/type",
            "api.yaml:13:9#/definitions/Pet/type",
        ),
        (
            "/components/securitySchemes/key",
            "api.yaml:15:3#/securityDefinitions/key",
        ),
        (
            "/paths/~1a/post/requestBody/content/application~1json/schema/properties/x",
            "api.yaml:8:67#/paths/~1a/post/parameters/1/schema/properties/x",
        ),
        (
            "/paths/~1a/post/parameters/1",
            "api.yaml:9:11#/paths/~1a/post/parameters/2",
        ),
        (
            "/paths/~1a/post/responses/2XX/content/application~1json/schema/properties/y",
            "api.yaml:11:68#/paths/~1a/post/responses/2xx/schema/properties/y",
        ),
        ("/paths/~1a/post", "api.yaml:5:5#/paths/~1a/post"),
        (
            "/paths/~1a/post/no/such/thing",
            "api.yaml:5:5#/paths/~1a/post",
        ),
    ] {
        assert_eq!(place(pointer), expected, "{pointer}");
    }
}

#[test]
fn branches_that_moved_up_are_found_where_they_were() {
    let operation = "{responses: {'200': {description: ok, content: {application/json: {schema: {oneOf: [{type: 'null'}, {type: string}, {type: integer}]}}}}}}";
    let outcome = normalized(&with_operation("3.1.0", "/a", operation));
    let schema = "/paths/~1a/get/responses/200/content/application~1json/schema";
    let place = outcome
        .normalized
        .origins
        .place(&format!("{schema}/oneOf/1/type"));
    assert_eq!(place.pointer, format!("{schema}/oneOf/2/type"));
}

#[test]
fn json_has_lines_too() {
    let text = "{\n  \"openapi\": \"3.0.0\",\n  \"info\": {\"title\": \"t\", \"version\": \"1\"},\n  \"paths\": {\n    \"/a\": {\"get\": {\"responses\": {\"200\": {}}}}\n  }\n}\n";
    let found = normalized(text);
    assert_eq!(
        found.messages(),
        [
            "api.yaml:5:34#/paths/~1a/get/responses/200: the response has no description; add `description`"
        ]
    );
}

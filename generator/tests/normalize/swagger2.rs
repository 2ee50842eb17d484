//! Swagger 2.0 in the words of OpenAPI 3.0.

use serde_json::{Value, json};

use crate::support::{Outcome, check_schema, normalized, with_operation};

fn parameter(source: &str) -> Value {
    let operation =
        format!("{{parameters: [{source}], responses: {{'200': {{description: ok}}}}}}");
    let outcome = normalized(&with_operation("2.0", "/a", &operation));
    assert_eq!(outcome.rules(), [] as [&str; 0], "{source}");
    outcome.at("/paths/~1a/get/parameters/0").clone()
}

#[test]
fn parameters_get_a_schema() {
    assert_eq!(
        parameter("{name: n, in: query, type: integer, format: int32, default: 3, description: d}"),
        json!({"in": "query", "name": "n", "description": "d", "style": "form",
               "schema": {"type": "integer", "format": "int32", "default": 3}})
    );
    assert_eq!(
        parameter("{name: n, in: header, type: string, enum: [a], required: true}"),
        json!({"in": "header", "name": "n", "required": true, "style": "simple",
               "schema": {"type": "string", "enum": ["a"]}})
    );
}

#[test]
fn collection_formats_become_styles() {
    for (format, style, explode) in [
        ("", "form", false),
        (", collectionFormat: csv", "form", false),
        (", collectionFormat: multi", "form", true),
        (", collectionFormat: ssv", "spaceDelimited", false),
        (", collectionFormat: pipes", "pipeDelimited", false),
    ] {
        let source =
            format!("{{name: n, in: query, type: array, items: {{type: string}}{format}}}");
        let found = parameter(&source);
        assert_eq!(found["style"], style, "{format}");
        assert_eq!(found["explode"], explode, "{format}");
        assert_eq!(found.get("x-style"), None, "{format}");
    }
    let tabs = parameter(
        "{name: n, in: query, type: array, items: {type: string}, collectionFormat: tsv}",
    );
    assert_eq!(tabs["x-style"], "tabDelimited");
    let path = parameter(
        "{name: n, in: header, type: array, items: {type: string}, collectionFormat: pipes}",
    );
    assert_eq!(
        (&path["style"], &path["x-style"]),
        (&json!("simple"), &json!("pipeDelimited"))
    );
}

const BODIES: &str = "swagger: '2.0'
info: {title: t, version: '1'}
host: api.example.com
basePath: /v1
schemes: [http, https]
consumes: [application/json, application/xml]
produces: [application/json]
paths:
  /json:
    post:
      parameters:
        - {name: dry, in: query, type: boolean}
        - {name: b, in: body, required: true, description: the body, schema: {$ref: '#/definitions/Pet'}}
      responses:
        200: {description: ok, schema: {$ref: '#/definitions/Pet'}, examples: {application/json: {a: 1}}}
        404: {$ref: '#/responses/NotFound'}
  /form:
    post:
      consumes: [application/x-www-form-urlencoded]
      produces: [text/csv]
      parameters:
        - {name: a, in: formData, type: string, required: true, description: first}
        - {name: l, in: formData, type: array, items: {type: string}, collectionFormat: multi}
      responses: {200: {description: ok, schema: {type: file}}, 404: {$ref: '#/responses/NotFound'}}
  /upload:
    parameters: [{$ref: '#/parameters/File'}]
    post:
      responses: {204: {description: ok, headers: {X-Left: {type: integer, description: d}}}}
parameters:
  File: {name: f, in: formData, type: file}
responses:
  NotFound: {description: none, schema: {type: object, properties: {m: {type: string}}}}
definitions:
  Pet: {type: object, properties: {a: {type: integer, x-nullable: true}}}
";

fn bodies() -> Outcome {
    let outcome = normalized(BODIES);
    assert_eq!(outcome.rules(), [] as [&str; 0]);
    outcome
}

#[test]
fn the_encrypted_server_comes_first() {
    assert_eq!(
        bodies().at("/servers"),
        &json!([{"url": "https://api.example.com/v1"}, {"url": "http://api.example.com/v1"}])
    );
    let relative =
        normalized("swagger: '2.0'\ninfo: {title: t, version: '1'}\nbasePath: /v2\npaths: {}\n");
    assert_eq!(relative.at("/servers"), &json!([{"url": "/v2"}]));
}

#[test]
fn a_body_has_the_media_types_consumed() {
    let outcome = bodies();
    let pet = json!({"schema": {"$ref": "#/components/schemas/Pet"}});
    assert_eq!(
        outcome.at("/paths/~1json/post/requestBody"),
        &json!({"description": "the body", "required": true,
                "content": {"application/json": pet, "application/xml": pet}})
    );
    assert_eq!(
        outcome
            .at("/paths/~1json/post/parameters")
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[test]
fn a_form_has_a_schema_of_its_fields() {
    let outcome = bodies();
    assert_eq!(
        outcome.at("/paths/~1form/post/requestBody"),
        &json!({"required": true, "content": {"application/x-www-form-urlencoded": {
            "schema": {"type": "object", "required": ["a"], "properties": {
                "a": {"type": "string", "description": "first"},
                "l": {"type": "array", "items": {"type": "string"}}}},
            "encoding": {"l": {"contentType": null, "style": "form", "explode": true}}}}})
    );
    assert_eq!(
        outcome.at("/paths/~1upload/post/requestBody"),
        &json!({"content": {"multipart/form-data": {"schema": {"type": "object", "properties": {
            "f": {"type": "string", "format": "binary"}}}}}})
    );
}

#[test]
fn responses_have_the_media_types_produced() {
    let outcome = bodies();
    assert_eq!(
        outcome.at("/paths/~1json/post/responses/200/content"),
        &json!({"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}, "example": {"a": 1}}})
    );
    assert_eq!(
        outcome.at("/paths/~1form/post/responses/200/content"),
        &json!({"text/csv": {"schema": {"type": "string", "format": "binary"}}})
    );
    assert_eq!(
        outcome.at("/paths/~1upload/post/responses/204/headers/X-Left"),
        &json!({"description": "d", "style": "simple", "schema": {"type": "integer"}})
    );
}

#[test]
fn shared_responses_have_the_media_types_of_the_operation() {
    let outcome = bodies();
    assert_eq!(
        outcome.at("/paths/~1json/post/responses/404"),
        &json!({"$ref": "#/components/responses/NotFound"})
    );
    let schema = json!({"schema": {"$ref": "#/components/schemas/NotFound"}});
    assert_eq!(
        outcome.at("/components/responses/NotFound/content"),
        &json!({"application/json": schema})
    );
    assert_eq!(
        outcome.at("/paths/~1form/post/responses/404/content"),
        &json!({"text/csv": schema})
    );
}

#[test]
fn security_definitions() {
    let outcome = normalized(
        "swagger: '2.0'
info: {title: t, version: '1'}
security: [{key: []}, {code: [read]}]
paths: {}
securityDefinitions:
  basic: {type: basic}
  key: {type: apiKey, in: query, name: k}
  code: {type: oauth2, flow: accessCode, authorizationUrl: 'https://a', tokenUrl: 'https://t', scopes: {read: Read}}
  app: {type: oauth2, flow: application, tokenUrl: 'https://t', scopes: {}}
",
    );
    assert_eq!(
        outcome.at("/components/securitySchemes"),
        &json!({
            "basic": {"type": "http", "scheme": "basic"},
            "key": {"type": "apiKey", "in": "query", "name": "k"},
            "code": {"type": "oauth2", "flows": {"authorizationCode": {
                "authorizationUrl": "https://a", "tokenUrl": "https://t", "scopes": {"read": "Read"}}}},
            "app": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://t", "scopes": {}}}},
        })
    );
    assert_eq!(
        outcome.at("/security"),
        &json!([{"key": []}, {"code": ["read"]}])
    );
}

#[test]
fn discriminators_are_names_of_properties() {
    check_schema(
        "2.0",
        "{type: object, discriminator: kind, properties: {kind: {type: string}}}",
        json!({"type": "object", "discriminator": {"propertyName": "kind"},
               "properties": {"kind": {"type": "string"}}}),
        &[],
    );
    let outcome = normalized(
        "swagger: '2.0'
info: {title: t, version: '1'}
paths: {}
definitions:
  Fish: {type: object, discriminator: kind, properties: {kind: {type: string}}}
  Salmon: {x-ms-discriminator-value: salmon, allOf: [{$ref: '#/definitions/Fish'}]}
",
    );
    assert_eq!(
        outcome.at("/components/schemas/Fish/discriminator/mapping"),
        &json!({"salmon": "#/components/schemas/Salmon"})
    );
}

#[test]
fn two_bodies_are_one_too_many() {
    let operation = "{parameters: [{name: a, in: body, schema: {type: string}}, {name: b, in: formData, type: string}], responses: {200: {description: ok}}}";
    let outcome = normalized(&with_operation("2.0", "/a", operation));
    assert_eq!(outcome.rules(), ["warning two-bodies"]);
    assert_eq!(
        outcome.at("/paths/~1a/get/requestBody/content"),
        &json!({"application/json": {"schema": {"type": "string"}}})
    );
}

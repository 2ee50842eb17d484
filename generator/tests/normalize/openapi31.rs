//! OpenAPI 3.1 and 3.2 in the words of 3.0.

use serde_json::json;

use crate::support::{check_schema, normalized, with_operation};

const V31: &str = "3.1.0";

#[test]
fn types_in_lists() {
    for (source, expected) in [
        (
            "{type: [string, 'null'], format: date}",
            json!({"type": "string", "format": "date", "nullable": true}),
        ),
        ("{type: [string]}", json!({"type": "string"})),
        ("{type: 'null'}", json!({"nullable": true, "enum": [null]})),
        (
            "{type: [string, integer], minLength: 1, minimum: 2, description: d}",
            json!({"description": "d",
                   "anyOf": [{"type": "string", "minLength": 1}, {"type": "integer", "minimum": 2}]}),
        ),
        (
            "{type: [string, integer, 'null'], enum: [a, 1, null]}",
            json!({"nullable": true,
                   "anyOf": [{"type": "string", "enum": ["a"]}, {"type": "integer", "enum": [1]}]}),
        ),
        (
            "{type: [object, array], items: {type: string}, properties: {a: {}}}",
            json!({"anyOf": [{"type": "object", "properties": {"a": {}}},
                             {"type": "array", "items": {"type": "string"}}]}),
        ),
        ("{type: [integer, number]}", json!({"type": "number"})),
        (
            "{type: [string, number, integer, boolean, object, array, 'null']}",
            json!({"nullable": true}),
        ),
    ] {
        check_schema(V31, source, expected, &[]);
    }
}

#[test]
fn null_branches_make_the_whole_nullable() {
    for (source, expected) in [
        (
            "{anyOf: [{$ref: '#/components/schemas/Other'}, {type: 'null'}]}",
            json!({"nullable": true, "allOf": [{"$ref": "#/components/schemas/Other"}]}),
        ),
        (
            "{anyOf: [{type: string, format: date}, {type: 'null'}], title: T}",
            json!({"nullable": true, "title": "T", "type": "string", "format": "date"}),
        ),
        (
            "{oneOf: [{type: string}, {type: integer}, {enum: [null]}]}",
            json!({"nullable": true, "oneOf": [{"type": "string"}, {"type": "integer"}]}),
        ),
        (
            "{anyOf: [{type: 'null'}]}",
            json!({"nullable": true, "enum": [null]}),
        ),
    ] {
        check_schema(V31, source, expected, &[]);
    }
}

#[test]
fn constants() {
    for (source, expected) in [
        (
            "{const: a}",
            json!({"type": "string", "enum": ["a"], "x-const": "a"}),
        ),
        (
            "{const: 1}",
            json!({"type": "integer", "enum": [1], "x-const": 1}),
        ),
        (
            "{const: true}",
            json!({"type": "boolean", "enum": [true], "x-const": true}),
        ),
        (
            "{const: 1.5}",
            json!({"type": "number", "enum": [1.5], "x-const": 1.5}),
        ),
        (
            "{const: {a: 1}}",
            json!({"type": "object", "x-const": {"a": 1}}),
        ),
        ("{const: null}", json!({"nullable": true, "enum": [null]})),
        (
            "{type: string, const: 2}",
            json!({"anyOf": [
                {"type": "string", "enum": ["2"]},
                {"type": "integer", "enum": [2]},
            ], "x-const": 2}),
        ),
    ] {
        let (found, _) = crate::support::schema(V31, source);
        assert_eq!(found, expected, "{source}");
    }
}

#[test]
fn objects_and_lists() {
    for (source, expected) in [
        (
            "{type: array, prefixItems: [{type: string}, {type: integer}], items: false}",
            json!({"type": "array", "maxItems": 2, "x-tuple": 2,
                   "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}),
        ),
        (
            "{type: array, prefixItems: [{type: string}], items: {type: integer}}",
            json!({"type": "array", "x-tuple": 1,
                   "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}),
        ),
        (
            "{type: array, items: {type: string}, unevaluatedItems: false}",
            json!({"type": "array", "items": {"type": "string"}}),
        ),
        (
            "{type: object, patternProperties: {'^a': {type: string}}, additionalProperties: false}",
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
        ),
        (
            "{type: object, patternProperties: {'^a': {type: string}, '^b': {type: integer}}}",
            json!({"type": "object",
                   "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}),
        ),
        (
            "{type: object, unevaluatedProperties: false}",
            json!({"type": "object"}),
        ),
        (
            "{type: object, unevaluatedProperties: {type: string}}",
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
        ),
        (
            "{type: object, properties: {a: true}}",
            json!({"type": "object", "properties": {"a": {}}}),
        ),
        (
            "{type: object, examples: [{a: 1}]}",
            json!({"type": "object", "x-examples": [{"a": 1}]}),
        ),
    ] {
        check_schema(V31, source, expected, &[]);
    }
    check_schema(
        V31,
        "{type: object, properties: {b: false}}",
        json!({"type": "object", "properties": {"b": {"not": {}}}}),
        &["note schema-of-nothing"],
    );
    let conditional = "{type: object, if: {}, then: {}, dependentRequired: {a: [b]}}";
    check_schema(
        V31,
        conditional,
        json!({"type": "object"}),
        &["note unknown-keyword"],
    );
}

#[test]
fn encoded_content() {
    for (source, expected) in [
        (
            "{type: string, contentEncoding: base64}",
            json!({"type": "string", "format": "byte"}),
        ),
        (
            "{type: string, contentEncoding: base64, contentMediaType: image/png}",
            json!({"type": "string", "format": "byte"}),
        ),
        (
            "{contentMediaType: application/octet-stream}",
            json!({"type": "string", "format": "binary"}),
        ),
        (
            "{type: string, contentMediaType: application/json}",
            json!({"type": "string"}),
        ),
    ] {
        check_schema(V31, source, expected, &[]);
    }
}

#[test]
fn definitions_inside_schemas_become_components() {
    let outcome = normalized(
        "openapi: 3.1.0
info: {title: t, version: '1'}
paths: {}
components:
  schemas:
    Order:
      type: object
      properties:
        line: {$ref: '#/components/schemas/Order/$defs/Line'}
        near: {$ref: '#/$defs/Line'}
        named: {$ref: '#total'}
      $defs:
        Line: {type: object, properties: {n: {type: integer}}}
        Total: {$anchor: total, type: number}
",
    );
    assert_eq!(outcome.rules(), ["warning no-operations"]);
    let line = json!({"$ref": "#/components/schemas/OrderLine"});
    assert_eq!(
        outcome.at("/components/schemas/Order/properties/line"),
        &line
    );
    assert_eq!(
        outcome.at("/components/schemas/Order/properties/near"),
        &line
    );
    assert_eq!(
        outcome.at("/components/schemas/Order/properties/named"),
        &json!({"$ref": "#/components/schemas/OrderTotal"})
    );
    assert_eq!(
        outcome.at("/components/schemas/OrderLine"),
        &json!({"type": "object", "properties": {"n": {"type": "integer"}}})
    );
}

#[test]
fn webhooks_without_paths() {
    let outcome = normalized(
        "openapi: 3.1.0
info: {title: t, version: '1'}
webhooks:
  new:
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/E'}}}}
      responses: {'200': {description: ok}}
components: {schemas: {E: {type: object}}}
",
    );
    assert_eq!(outcome.rules(), ["note no-operations"]);
    let schema = outcome.at("/x-webhooks/new/post/requestBody/content/application~1json/schema");
    assert_eq!(schema, &json!({"$ref": "#/components/schemas/E"}));
}

#[test]
fn methods_that_3_0_has_not() {
    let outcome = normalized(
        "openapi: 3.2.0
info: {title: t, version: '1'}
paths:
  /a:
    query: {operationId: q, responses: {'200': {description: ok}}}
    additionalOperations:
      COPY: {operationId: c, responses: {'200': {description: ok}}}
",
    );
    let more = outcome.at("/paths/~1a/x-additional-operations");
    assert_eq!(more.pointer("/QUERY/operationId"), Some(&json!("q")));
    assert_eq!(more.pointer("/COPY/operationId"), Some(&json!("c")));
    let place = outcome
        .normalized
        .origins
        .place("/paths/~1a/x-additional-operations/COPY/operationId");
    assert_eq!(
        place.to_string(),
        "api.yaml:7:14#/paths/~1a/additionalOperations/COPY/operationId"
    );
    assert_eq!(outcome.rules(), [] as [&str; 0]);
}

#[test]
fn streams_of_items() {
    let outcome = normalized(&with_operation(
        "3.2.0",
        "/a",
        "{responses: {'200': {description: ok, content: {text/event-stream: {itemSchema: {type: [string, 'null']}}}}}}",
    ));
    let media = outcome.at("/paths/~1a/get/responses/200/content/text~1event-stream");
    assert_eq!(
        media,
        &json!({
            "schema": {"type": "array", "items": {"type": "string", "nullable": true}},
            "x-item-schema": true,
        })
    );
}

#[test]
fn what_a_text_in_json_holds_is_a_component() {
    let event = "{responses: {'200': {description: ok, content: {text/event-stream: {itemSchema: {type: object, properties: {data: \
        {type: string, contentMediaType: application/json, contentSchema: {type: integer}}, \
        id: {type: string, contentMediaType: text/plain, contentSchema: {type: integer}}}}}}}}}";
    let outcome = normalized(&with_operation("3.2.0", "/a", event));
    let media = outcome.at("/paths/~1a/get/responses/200/content/text~1event-stream");
    let properties = &media["schema"]["items"]["properties"];
    let name = properties["data"]["x-content-schema"].as_str().unwrap();
    assert_eq!(
        outcome.at(&format!("/components/schemas/{name}")),
        &json!({"type": "integer"})
    );
    assert_eq!(properties["id"], json!({"type": "string"}));
}

#[test]
fn what_a_text_in_json_holds_may_lead_nowhere() {
    let event = "{responses: {'200': {description: ok, content: {text/event-stream: {itemSchema: {type: object, properties: {data: \
        {type: string, contentMediaType: application/json, contentSchema: {$ref: '#/components/schemas/Gone'}}}}}}}}}";
    let outcome = normalized(&with_operation("3.2.0", "/a", event));
    let media = outcome.at("/paths/~1a/get/responses/200/content/text~1event-stream");
    assert_eq!(
        media["schema"]["items"]["properties"]["data"],
        json!({"type": "string"})
    );
}

#[test]
fn a_whole_query_is_an_exploded_form() {
    let form = "{parameters: [{name: q, in: querystring, content: {application/x-www-form-urlencoded: {schema: {type: object}}}}], responses: {'200': {description: ok}}}";
    let outcome = normalized(&with_operation("3.2.0", "/a", form));
    assert_eq!(
        outcome.at("/paths/~1a/get/parameters/0"),
        &json!({"in": "query", "name": "q", "style": "form", "explode": true, "schema": {"type": "object"}})
    );
    let json = "{parameters: [{name: q, in: querystring, required: true, content: {application/json: {}}}], responses: {'200': {description: ok}}}";
    let outcome = normalized(&with_operation("3.2.0", "/a", json));
    assert_eq!(outcome.rules(), ["error unsupported-querystring"]);
    assert!(outcome.at("/paths/~1a/get/x-broken").is_string());
}

#[test]
fn certificates_are_no_matter_of_requests() {
    let outcome = normalized(
        "openapi: 3.1.0
info: {title: t, version: '1'}
security: [{tls: []}, {key: [], tls: []}]
paths: {/a: {get: {responses: {'200': {description: ok}}}}}
components:
  securitySchemes:
    tls: {type: mutualTLS}
    key: {type: apiKey, in: header, name: K}
",
    );
    assert_eq!(outcome.rules(), ["note mutual-tls"]);
    assert_eq!(outcome.at("/security"), &json!([{}, {"key": []}]));
}

#[test]
fn media_types_as_components() {
    let outcome = normalized(
        "openapi: 3.2.0
$self: https://example.com/api.yaml
info: {title: t, version: '1'}
paths:
  /a:
    get:
      responses:
        '200':
          description: ok
          content:
            application/json: {$ref: '#/components/mediaTypes/M'}
components:
  schemas: {S: {type: object}}
  mediaTypes: {M: {schema: {$ref: 'https://example.com/api.yaml#/components/schemas/S'}}}
",
    );
    assert_eq!(outcome.rules(), [] as [&str; 0]);
    assert_eq!(
        outcome.at("/paths/~1a/get/responses/200/content/application~1json/schema"),
        &json!({"$ref": "#/components/schemas/S"})
    );
}

#[test]
fn references_by_the_uris_that_a_document_gives_itself() {
    let outcome = normalized(
        "openapi: 3.2.0
$self: https://api.example/v1/main.yaml
info: {title: t, version: '1'}
components:
  schemas:
    A: {type: object, properties: {a: {type: string}}}
    B: {$ref: 'main.yaml#/components/schemas/A'}
    C: {$ref: '../v1/main.yaml#/components/schemas/A'}
    D: {$ref: 'https://api.example/v1/main.yaml#/components/schemas/A'}
    E: {$id: 'https://schemas.example/e', type: object, properties: {e: {$ref: '#/$defs/in'}}, $defs: {in: {type: integer}}}
    F: {$ref: 'https://schemas.example/e'}
    G: {type: array, items: {$ref: 'https://schemas.example/e#/$defs/in'}}
    H: {$id: 'h.json', type: boolean}
    I: {type: array, items: {$ref: 'https://api.example/v1/h.json'}}
",
    );
    assert_eq!(outcome.rules(), ["note no-operations"]);
    let refers = |to: &str| json!({"$ref": format!("#/components/schemas/{to}")});
    for (name, to) in [("B", "A"), ("C", "A"), ("D", "A"), ("F", "E")] {
        let at = format!("/components/schemas/{name}");
        assert_eq!(outcome.at(&at), &refers(to), "{name}");
    }
    let inner = outcome.at("/components/schemas/E/properties/e");
    assert_eq!(outcome.at("/components/schemas/G/items"), inner);
    assert_eq!(outcome.at("/components/schemas/I/items"), &refers("H"));
}

#[test]
fn what_no_type_can_say_is_told() {
    for (source, rule) in [
        ("{const: [1, 2]}", "note constant-of-parts"),
        (
            "{type: string, contentEncoding: base32}",
            "note content-encoding",
        ),
        ("{type: []}", "note empty-type"),
    ] {
        let (_, rules) = crate::support::schema(V31, source);
        assert!(
            rules.iter().any(|found| found == rule),
            "{source}: {rules:?}"
        );
    }
    let dialect = |uri: &str| {
        let head = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\ncomponents: {}\n";
        normalized(&format!("{head}jsonSchemaDialect: {uri}\n")).rules()
    };
    let own = dialect("https://spec.openapis.org/oas/3.1/dialect/base");
    assert_eq!(own, ["note no-operations"]);
    let other = dialect("https://example.com/own");
    assert_eq!(other, ["note unknown-dialect", "note no-operations"]);
}

//! Schemas: what is mended, and that nothing with a type loses it.

use serde_json::{Value, json};

use crate::support::{check_schema, schema};

const V30: &str = "3.0.3";

/// Keywords of every type, in every shape that vendors give them.
#[test]
fn no_schema_with_a_type_loses_it() {
    let schemas = [
        "{type: integer, maximum: 10000.0}",
        "{type: integer, minimum: 0.0, multipleOf: 1.0}",
        "{type: integer, minimum: '1', maximum: 9223372036854775807000}",
        "{type: integer, enum: [2, 3.0]}",
        "{type: integer, enum: [18446744073709551615]}",
        "{type: number, minimum: '0.5', enum: [1, 2.5]}",
        "{type: string, maxLength: 20.0, minLength: '1'}",
        "{type: string, minimum: 1, items: {}, properties: {}}",
        "{type: string, enum: [a, null]}",
        "{type: string, pattern: null, format: ''}",
        "{type: boolean, format: bool, enum: [true]}",
        "{type: object, enum: [{}], format: x, minLength: 2}",
        "{type: array, enum: [a], items: {type: string}, maxItems: 3.0}",
        "{type: array, format: x}",
        "{type: object, additionalProperties: null, required: true}",
        "{type: file}",
        "{type: Integer, not: {enum: [3]}}",
    ];
    for source in schemas {
        let (found, _) = schema(V30, source);
        let parsed: openapiv3::Schema = serde_json::from_value(found.clone()).unwrap();
        assert!(
            matches!(parsed.schema_kind, openapiv3::SchemaKind::Type(_)),
            "{source} became {found}"
        );
    }
}

#[test]
fn limits_keep_their_meaning() {
    for (source, expected, rules) in [
        (
            "{type: integer, maximum: 10000.0}",
            json!({"type": "integer", "maximum": 10000}),
            &["note float-shaped-integer"][..],
        ),
        (
            "{type: integer, minimum: 0.5, maximum: 9.5}",
            json!({"type": "integer", "minimum": 1, "maximum": 9}),
            &[],
        ),
        (
            "{type: integer, maximum: 9223372036854776000}",
            json!({"type": "integer"}),
            &["note limit-out-of-range"],
        ),
        (
            "{type: integer, multipleOf: 0}",
            json!({"type": "integer"}),
            &[],
        ),
        (
            "{type: number, minimum: '0.5'}",
            json!({"type": "number", "minimum": 0.5}),
            &["warning number-expected"],
        ),
        (
            "{type: number, minimum: low}",
            json!({"type": "number"}),
            &["warning number-expected"],
        ),
        (
            "{type: string, maxLength: 20.0}",
            json!({"type": "string", "maxLength": 20}),
            &["note float-shaped-integer"],
        ),
        (
            "{type: string, maxLength: -1}",
            json!({"type": "string"}),
            &["warning count-expected"],
        ),
        (
            "{type: number, exclusiveMinimum: 3, minimum: 1}",
            json!({"type": "number", "minimum": 3.0, "exclusiveMinimum": true}),
            &[],
        ),
        (
            "{type: number, exclusiveMaximum: 3, maximum: 1}",
            json!({"type": "number", "maximum": 1.0}),
            &[],
        ),
        (
            "{type: number, exclusiveMinimum: true, minimum: 1}",
            json!({"type": "number", "minimum": 1.0, "exclusiveMinimum": true}),
            &[],
        ),
    ] {
        check_schema(V30, source, expected, rules);
    }
}

#[test]
fn words_behind_type_are_mended() {
    for (source, expected, rules) in [
        ("{type: ''}", json!({}), &["note empty-type"][..]),
        ("{type: null}", json!({}), &["note null-member"]),
        (
            "{type: file}",
            json!({"type": "string", "format": "binary"}),
            &["warning unknown-type"],
        ),
        (
            "{type: long}",
            json!({"type": "integer", "format": "int64"}),
            &["warning unknown-type"],
        ),
        (
            "{type: date}",
            json!({"type": "string", "format": "date"}),
            &["warning unknown-type"],
        ),
        (
            "{type: float, format: double}",
            json!({"type": "number", "format": "double"}),
            &["warning unknown-type"],
        ),
        ("{type: any}", json!({}), &["warning unknown-type"]),
        ("{type: Banana}", json!({}), &["warning unknown-type"]),
        (
            "{type: Other}",
            json!({"allOf": [{"$ref": "#/components/schemas/Other"}]}),
            &["warning unknown-type"],
        ),
        (
            "{type: 'string|null'}",
            json!({"type": "string", "nullable": true}),
            &["warning type-list-as-text"],
        ),
        ("{type: {a: b}}", json!({}), &["warning unknown-type"]),
    ] {
        check_schema(V30, source, expected, rules);
    }
}

#[test]
fn types_are_taken_from_keywords_that_only_one_type_obeys() {
    for (source, expected) in [
        (
            "{properties: {a: {}}}",
            json!({"type": "object", "properties": {"a": {}}}),
        ),
        (
            "{additionalProperties: {type: string}}",
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
        ),
        (
            "{required: [a]}",
            json!({"type": "object", "required": ["a"]}),
        ),
        (
            "{items: {type: string}}",
            json!({"type": "array", "items": {"type": "string"}}),
        ),
        (
            "{format: uuid}",
            json!({"type": "string", "format": "uuid"}),
        ),
        (
            "{format: int32}",
            json!({"type": "integer", "format": "int32"}),
        ),
        ("{minLength: 1}", json!({"type": "string", "minLength": 1})),
        ("{minimum: 1}", json!({"type": "number", "minimum": 1.0})),
        (
            "{enum: [a, b]}",
            json!({"type": "string", "enum": ["a", "b"]}),
        ),
        ("{enum: [1, 2]}", json!({"type": "integer", "enum": [1, 2]})),
        (
            "{enum: [1, 2.5]}",
            json!({"type": "number", "enum": [1.0, 2.5]}),
        ),
        ("{description: d}", json!({"description": "d"})),
    ] {
        check_schema(V30, source, expected, &[]);
    }
}

#[test]
fn keywords_of_other_types_have_no_effect() {
    check_schema(
        V30,
        "{type: string, minimum: 1, items: {}, properties: {a: {}}, required: [a]}",
        json!({"type": "string"}),
        &["note keyword-without-effect"],
    );
    check_schema(
        V30,
        "{type: boolean, format: x}",
        json!({"type": "boolean"}),
        &["note unknown-format"],
    );
    check_schema(
        V30,
        "{type: string, not: {enum: [a]}}",
        json!({"type": "string"}),
        &["note negation"],
    );
    check_schema(
        V30,
        "{not: {type: string}}",
        json!({"not": {"type": "string"}}),
        &[],
    );
    check_schema(
        V30,
        "{type: string, misspelled: 1}",
        json!({"type": "string"}),
        &["note unknown-keyword"],
    );
}

#[test]
fn enumerations_agree_with_their_type() {
    for (source, expected, rules) in [
        (
            "{type: string, enum: [1.10, true, on]}",
            json!({"anyOf": [
                {"type": "string", "enum": ["1.10", "true", "on"]},
                {"type": "number", "enum": [1.1]},
                {"type": "boolean", "enum": [true]},
            ]}),
            &["warning enum-type"][..],
        ),
        (
            "{type: integer, enum: ['1', 2.0]}",
            json!({"anyOf": [{"type": "integer", "enum": [1, 2]}, {"type": "string", "enum": ["1"]}]}),
            &["warning enum-type"],
        ),
        (
            "{type: integer, format: int32, enum: [A, B]}",
            json!({"type": "string", "enum": ["A", "B"]}),
            &["warning enum-type"],
        ),
        (
            "{type: integer, enum: [A, 1]}",
            json!({"anyOf": [{"type": "integer", "enum": [1]}, {"type": "string", "enum": ["A"]}]}),
            &["warning enum-type"],
        ),
        (
            "{type: integer, format: int32, enum: [1.5, 2]}",
            json!({"type": "number", "enum": [1.5, 2.0]}),
            &["warning enum-type"],
        ),
        (
            "{type: boolean, enum: [true, other]}",
            json!({"anyOf": [{"type": "boolean", "enum": [true]}, {"type": "string", "enum": ["other"]}]}),
            &["warning enum-type"],
        ),
        (
            "{type: boolean, enum: ['true', 'false']}",
            json!({"anyOf": [
                {"type": "boolean", "enum": [true, false]},
                {"type": "string", "enum": ["true", "false"]},
            ]}),
            &["warning enum-type"],
        ),
        (
            "{type: array, items: {type: string}, enum: [a]}",
            json!({"type": "array", "items": {"type": "string", "enum": ["a"]}}),
            &["warning enum-on-list"],
        ),
        (
            "{type: string, enum: []}",
            json!({"type": "string"}),
            &["warning empty-enum"],
        ),
        (
            "{type: string, enum: a}",
            json!({"type": "string", "enum": ["a"]}),
            &["warning list-expected"],
        ),
        (
            "{type: string, enum: [a, b, a]}",
            json!({"type": "string", "enum": ["a", "b"]}),
            &["note repeated-enum-value"],
        ),
        (
            "{type: string, enum: [a, null]}",
            json!({"type": "string", "nullable": true, "enum": ["a"]}),
            &["warning enum-null"],
        ),
        (
            "{type: string, enum: [a, null], nullable: true}",
            json!({"type": "string", "nullable": true, "enum": ["a"]}),
            &[],
        ),
        (
            "{enum: [null]}",
            json!({"nullable": true, "enum": [null]}),
            &[],
        ),
        (
            "{enum: [a, 1]}",
            json!({"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "integer", "enum": [1]}]}),
            &[],
        ),
    ] {
        let rules: Vec<&str> = rules.to_vec();
        let (found, met) = schema(V30, source);
        assert_eq!(found, expected, "{source}");
        // One of the values above is text already, and all of them count as one finding.
        assert_eq!(met, rules, "{source}");
    }
}

#[test]
fn members_of_the_wrong_shape_are_read_or_left_out() {
    for (source, expected, rules) in [
        (
            "{type: object, properties: {a: {type: string, required: true}}}",
            json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}),
            &["warning required-on-property"][..],
        ),
        (
            "{type: object, required: a}",
            json!({"type": "object", "required": ["a"]}),
            &["warning list-expected"],
        ),
        (
            "{type: object, properties: [], additionalProperties: 'false'}",
            json!({"type": "object", "additionalProperties": false}),
            &["warning mapping-expected", "warning boolean-expected"],
        ),
        (
            "{type: object, properties: {a: null, b: text}}",
            json!({"type": "object", "properties": {"a": {}, "b": {}}}),
            &["warning schema-expected", "note null-schema"],
        ),
        (
            "{type: string, nullable: 'yes', description: 3}",
            json!({"type": "string", "nullable": true, "description": "3"}),
            &["warning boolean-expected", "note text-expected"],
        ),
        (
            "{type: string, description: null, example: null, default: null}",
            json!({"type": "string"}),
            &["note null-member"],
        ),
        (
            "{type: array}",
            json!({"type": "array"}),
            &["note list-without-items"],
        ),
        (
            "{type: array, items: [{type: string}]}",
            json!({"type": "array", "x-tuple": 1, "items": {"anyOf": [{"type": "string"}, {}]}}),
            &[],
        ),
        ("[]", json!({}), &["note null-schema"]),
        (
            "Other",
            json!({"$ref": "#/components/schemas/Other"}),
            &["warning schema-expected"],
        ),
    ] {
        check_schema(V30, source, expected, rules);
    }
}

#[test]
fn compositions_keep_only_what_says_something() {
    let other = json!({"$ref": "#/components/schemas/Other"});
    for (source, expected, rules) in [
        (
            "{type: object, allOf: [{$ref: '#/components/schemas/Other'}]}",
            json!({"allOf": [other]}),
            &[][..],
        ),
        (
            "{type: object, required: [a], allOf: [{$ref: '#/components/schemas/Other'}]}",
            json!({"type": "object", "required": ["a"], "allOf": [other]}),
            &[],
        ),
        (
            "{oneOf: [{$ref: '#/components/schemas/Other'}], nullable: true}",
            json!({"nullable": true, "allOf": [other]}),
            &[],
        ),
        (
            "{allOf: [{type: string, format: uuid}], description: d}",
            json!({"type": "string", "format": "uuid", "description": "d"}),
            &[],
        ),
        (
            "{type: string, allOf: [{$ref: '#/components/schemas/Word'}], enum: [a]}",
            json!({"type": "string", "enum": ["a"]}),
            &[],
        ),
        (
            "{type: string, oneOf: [{format: uuid}, {format: date}]}",
            json!({"oneOf": [{"type": "string", "format": "uuid"}, {"type": "string", "format": "date"}]}),
            &[],
        ),
        (
            "{type: object, properties: {a: {}, b: {}}, oneOf: [{required: [a]}, {required: [b]}]}",
            json!({"type": "object", "properties": {"a": {}, "b": {}}}),
            &["note requirements-only"],
        ),
        ("{oneOf: []}", json!({}), &["warning empty-composition"]),
        (
            "{anyOf: [{type: string}, {type: string, enum: [a]}]}",
            json!({"type": "string", "enum": ["a"]}),
            &[],
        ),
        (
            "{anyOf: [{type: string}, {$ref: '#/components/schemas/Word'}]}",
            json!({"allOf": [{"$ref": "#/components/schemas/Word"}]}),
            &[],
        ),
        (
            "{oneOf: [{title: One, const: 1}, {title: Two, const: 2, description: second}]}",
            json!({"type": "integer", "enum": [1, 2], "x-enum-varnames": ["One", "Two"],
                   "x-enum-descriptions": ["", "second"]}),
            &[],
        ),
    ] {
        check_schema(V30, source, expected, rules);
    }
}

#[test]
fn what_stands_beside_a_reference_counts_by_version() {
    let other = json!([{"$ref": "#/components/schemas/Other"}]);
    check_schema(
        V30,
        "{$ref: '#/components/schemas/Other', description: d, nullable: true, x-a: 1}",
        json!({"allOf": other, "description": "d", "nullable": true, "x-a": 1}),
        &[],
    );
    check_schema(
        V30,
        "{$ref: '#/components/schemas/Other', required: [a]}",
        json!({"$ref": "#/components/schemas/Other"}),
        &["note beside-reference"],
    );
    check_schema(
        "3.1.0",
        "{$ref: '#/components/schemas/Other', required: [a]}",
        json!({"allOf": other, "required": ["a"]}),
        &[],
    );
    check_schema(
        "3.1.0",
        "{$ref: '#/components/schemas/Other', $comment: c}",
        json!({"$ref": "#/components/schemas/Other"}),
        &[],
    );
}

#[test]
fn a_reference_to_nowhere_costs_its_schema_alone() {
    let (found, rules) = schema(
        V30,
        "{type: object, properties: {a: {$ref: '#/components/schemas/None'}}}",
    );
    let reason = "`#/components/schemas/None` leads to nothing";
    assert_eq!(
        found.pointer("/properties/a"),
        Some(&json!({"x-broken": reason}))
    );
    assert_eq!(rules, ["error broken-reference"]);
}

#[test]
fn discriminators_name_components() {
    check_schema(
        V30,
        "{oneOf: [{$ref: '#/components/schemas/Other'}, {$ref: '#/components/schemas/Word'}], discriminator: {propertyName: t, mapping: {o: Other, w: '#/components/schemas/Word', n: None}}}",
        json!({
            "oneOf": [{"$ref": "#/components/schemas/Other"}, {"$ref": "#/components/schemas/Word"}],
            "discriminator": {"propertyName": "t", "mapping": {
                "o": "#/components/schemas/Other", "w": "#/components/schemas/Word"}}
        }),
        &["warning broken-mapping"],
    );
    check_schema(
        V30,
        "{type: object, discriminator: {mapping: {}}}",
        json!({"type": "object"}),
        &["warning discriminator-without-property"],
    );
}

#[test]
fn our_own_extensions_are_never_the_vendors() {
    let (found, _) = schema(V30, "{type: string, x-const: a, x-broken: b, x-mine: c}");
    assert_eq!(found, json!({"type": "string", "x-mine": "c"}));
}

#[test]
fn circles_of_compositions_are_broken_up() {
    let (found, rules) = schema(
        V30,
        "{allOf: [{$ref: '#/components/schemas/S'}, {type: object}]}",
    );
    assert_eq!(found, json!({"allOf": [{"type": "object"}]}));
    assert_eq!(rules, ["error circular-composition"]);
    let (found, rules) = schema(
        V30,
        "{oneOf: [{$ref: '#/components/schemas/S'}, {type: string}]}",
    );
    assert_eq!(found, json!({"oneOf": [{"type": "string"}]}));
    assert_eq!(rules, ["error circular-choice"]);
    let (found, rules) = schema(V30, "{$ref: '#/components/schemas/S'}");
    assert!(found.get("x-broken").is_some(), "{found}");
    assert_eq!(rules, ["error circular-reference"]);
    // Through a property or a list, a schema may well hold itself.
    let recursive = "{type: array, items: {$ref: '#/components/schemas/S'}}";
    let (found, rules) = schema(V30, recursive);
    assert_eq!(
        found,
        json!({"type": "array", "items": {"$ref": "#/components/schemas/S"}})
    );
    assert_eq!(rules, [] as [&str; 0]);
    let _: Value = found;
}

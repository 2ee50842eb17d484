//! Members of the wrong kind, and what vendors write in place of what OpenAPI wants.

use serde_json::json;

use crate::support::{normalized, refused, with_operation};

/// Returns severity, rule and message of what a document meets under a rule.
fn said(text: &str, rule: &str) -> Vec<String> {
    let found = normalized(text).normalized.diagnostics;
    let found = found.iter().filter(|found| found.rule == rule);
    found
        .map(|found| format!("{} {}", found.severity, found.message))
        .collect()
}

/// Returns pointer, line and reason of the operations that have no place in the typed document.
fn lost(text: &str) -> Vec<(String, Option<u32>, String)> {
    let lost = normalized(text).normalized.lost.into_iter();
    lost.map(|lost| (lost.place.pointer, lost.place.line, lost.reason))
        .collect()
}

fn document(rest: &str) -> String {
    format!("openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\n{rest}")
}

const ANY: &str = "{responses: {'204': {description: d}}}";

#[test]
fn references_that_are_no_text_lead_nowhere() {
    let broken = "`$ref` is no text, so it leads nowhere";
    for (members, pointer) in [
        ("parameters: [{$ref: 5}]", "/parameters/0"),
        ("requestBody: {$ref: [a]}", "/requestBody"),
    ] {
        let operation = format!("{{{members}, responses: {{'204': {{description: d}}}}}}");
        let outcome = normalized(&with_operation("3.0.3", "/a", &operation));
        assert_eq!(outcome.at("/paths/~1a/get/x-broken"), broken, "{members}");
        let place = format!("#/paths/~1a/get{pointer}: {broken}");
        let messages = outcome.messages();
        assert!(
            messages.iter().any(|message| message.contains(&place)),
            "{messages:#?}"
        );
    }
    let schema = document(
        "paths: {}\ncomponents: {schemas: {S: {type: object, properties: {a: {$ref: {}}}}}}",
    );
    let outcome = normalized(&schema);
    let property = outcome.at("/components/schemas/S/properties/a/x-broken");
    assert_eq!(property, broken);
    assert_eq!(said(&schema, "broken-reference").len(), 1);
}

#[test]
fn members_of_the_wrong_kind_are_told() {
    let empty = "is an empty list, and is read as an empty mapping";
    for (member, rule, expected) in [
        (
            "components: []",
            "mapping-expected",
            format!("warning `components` {empty}"),
        ),
        (
            "components: x",
            "mapping-expected",
            "warning `components` is not a mapping and is left out".to_owned(),
        ),
        (
            "tags: {}",
            "list-expected",
            "warning `tags` is not a list and is left out".to_owned(),
        ),
        (
            "servers: 'https://a.example'",
            "list-expected",
            "warning `servers` is not a list and is read as a list of one".to_owned(),
        ),
        (
            "security: [1]",
            "mapping-expected",
            "warning a requirement is no mapping and is left out".to_owned(),
        ),
        (
            "security: null",
            "null-member",
            "note `security` is null and counts as missing".to_owned(),
        ),
        (
            "components: {securitySchemes: {A: 1}}",
            "odd-security-scheme",
            "warning the security scheme is no mapping and is left out, so requests do without it"
                .to_owned(),
        ),
        (
            "components: {schemas: {S: {properties: []}}}",
            "mapping-expected",
            format!("warning `properties` {empty}"),
        ),
    ] {
        let text = document(&format!("paths: {{/a: {{get: {ANY}}}}}\n{member}\n"));
        assert_eq!(said(&text, rule), [expected], "{member}");
    }
    let one = normalized(&document("paths: {}\nservers: 'https://a.example'\n"));
    assert_eq!(one.at("/servers/0/url"), "https://a.example");
    let paths = document("paths: []");
    assert_eq!(
        said(&paths, "mapping-expected"),
        [format!("warning `paths` {empty}")]
    );
    assert!(refused(&document("paths: [a]"))[0].contains("#/paths: `paths` is not a mapping"));
}

#[test]
fn what_is_no_operation_is_lost_and_counted() {
    let text = document("paths:\n  /a:\n    get: text\n    put: null\n    post: []\n    Get: 5\n");
    let reason = |key: &str| format!("`{key}` holds no mapping, so no operation");
    assert_eq!(
        lost(&text),
        [
            ("/paths/~1a/get".to_owned(), Some(5), reason("get")),
            ("/paths/~1a/Get".to_owned(), Some(8), reason("Get")),
        ]
    );
    let outcome = normalized(&text);
    assert!(outcome.at("/paths/~1a/post").is_object());
    assert!(outcome.at("/paths/~1a/put").is_null());
}

#[test]
fn operations_under_keys_that_occur_twice_are_lost_and_counted() {
    let text = document(&format!(
        "paths:\n  /a:\n    get: {ANY}\n    head: {ANY}\n  /b:\n    get: {ANY}\n    get: {ANY}\n  /a:\n    get: {ANY}\n"
    ));
    let lost: Vec<_> = lost(&text)
        .into_iter()
        .map(|(at, line, _)| (at, line))
        .collect();
    assert_eq!(
        lost,
        [
            ("/paths/~1a/get".to_owned(), Some(5)),
            ("/paths/~1a/head".to_owned(), Some(6)),
            ("/paths/~1b/get".to_owned(), Some(8)),
        ]
    );
    let messages = normalized(&text).messages();
    let expected = "api.yaml:10:3#/paths/~1a: this key stands in the same mapping in line 4 too; the last one counts";
    assert!(
        messages.iter().any(|message| message.contains(expected)),
        "{messages:#?}"
    );
    let json = format!(
        "{{\"openapi\": \"3.0.0\", \"info\": {{\"title\": \"t\", \"version\": \"1\"}}, \"paths\": {{{0}, {0}}}}}",
        "\"/a\": {\"get\": {\"responses\": {}}}"
    );
    assert_eq!(normalized(&json).normalized.lost.len(), 1);
    // A key is the same with quotes and without.
    let statuses = "{responses: {200: {description: a}, '200': {description: b}}}";
    let statuses = with_operation("3.0.3", "/a", statuses);
    assert_eq!(said(&statuses, "duplicate-key").len(), 1);
}

#[test]
fn paths_that_mending_makes_the_same_lose_no_operation_without_a_word() {
    let text = document(&format!(
        "paths: {{/a: {{get: {ANY}}}, a: {{get: {ANY}, put: {ANY}}}}}"
    ));
    let lost = lost(&text);
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].2, "the same path has another operation `get`");
    assert!(normalized(&text).at("/paths/~1a/put").is_object());
}

#[test]
fn parameters_that_cannot_be_sent() {
    let with = |parameter: &str, path: &str| {
        let operation =
            format!("{{parameters: [{parameter}], responses: {{'204': {{description: d}}}}}}");
        with_operation("3.0.3", path, &operation)
    };
    for parameter in [
        "{name: q, schema: {type: string}",
        "{in: query, schema: {type: string}",
        "{name: q, in: nowhere, schema: {type: string}",
    ] {
        let optional = normalized(&with(&format!("{parameter}}}"), "/a"));
        assert!(optional.at("/paths/~1a/get/x-broken").is_null());
        let rule = &optional.rules()[0];
        assert!(rule.starts_with("warning parameter-without-"), "{rule}");
        for required in ["true", "'true'"] {
            let text = with(&format!("{parameter}, required: {required}}}"), "/a");
            let required = normalized(&text);
            assert!(required.at("/paths/~1a/get/x-broken").is_string(), "{text}");
            assert!(required.rules()[0].starts_with("error parameter-without-"));
        }
    }
    // The variable of the path is what is meant.
    let id = with(
        "{name: id, required: true, schema: {type: integer}}",
        "/a/{id}",
    );
    let id = normalized(&id);
    let parameter = id.at("/paths/~1a~1{id}/get/parameters/0");
    assert_eq!(parameter["in"], "path");
    assert_eq!(parameter["schema"]["type"], "integer");
    assert_eq!(id.rules(), ["warning parameter-without-place"]);
}

#[test]
fn places_that_are_written_oddly_are_read_and_told() {
    let operation = "{parameters: [{name: a, in: Query, schema: {type: string}}, {name: c, in: path, required: false, schema: {type: string}}], responses: {'204': {description: d}}}";
    let outcome = normalized(&with_operation("3.0.3", "/a/{c}", operation));
    assert_eq!(outcome.at("/paths/~1a~1{c}/get/parameters/0/in"), "query");
    assert_eq!(
        outcome.rules(),
        ["warning odd-place", "warning optional-in-path"]
    );
    let whole = "{parameters: [{name: q, in: queryString, content: {application/x-www-form-urlencoded: {schema: {type: object, properties: {a: {type: string}}}}}}], responses: {'204': {description: d}}}";
    let outcome = normalized(&with_operation("3.2.0", "/a", whole));
    let parameter = outcome.at("/paths/~1a/get/parameters/0");
    assert_eq!(
        (&parameter["style"], &parameter["explode"]),
        (&"form".into(), &true.into())
    );
}

#[test]
fn one_of_two_bodies_is_sent() {
    let body = |name: &str, required: bool| {
        format!(
            "{{name: {name}, in: body, required: {required}, schema: {{type: object, title: {name}}}}}"
        )
    };
    for (first, second, sent) in [(false, false, "a"), (false, true, "b"), (true, true, "a")] {
        let operation = format!(
            "{{parameters: [{}, {}], responses: {{'204': {{description: d}}}}}}",
            body("a", first),
            body("b", second)
        );
        let outcome = normalized(&with_operation("2.0", "/a", &operation));
        let title = outcome.at("/paths/~1a/get/requestBody/content/application~1json/schema/title");
        assert_eq!(title, sent);
        assert_eq!(outcome.rules(), ["warning two-bodies"]);
    }
}

#[test]
fn addresses_of_swagger_are_mended() {
    for (members, url, rules) in [
        (
            "host: h.example\nbasePath: v1/\n",
            "https://h.example/v1",
            &["warning odd-base-path"][..],
        ),
        (
            "host: h.example\nbasePath: 'http://h.example/v1'\n",
            "https://h.example/v1",
            &["warning odd-base-path"],
        ),
        ("host: h.example\nbasePath: /\n", "https://h.example", &[]),
        (
            "host: h.example/\nschemes: [http]\n",
            "http://h.example",
            &["warning odd-host"],
        ),
        (
            "host: h.example\nschemes: [http, HTTPS]\n",
            "https://h.example",
            &["warning odd-scheme"],
        ),
        (
            "host: h.example\nschemes: [ws]\n",
            "https://h.example",
            &["warning odd-scheme"],
        ),
    ] {
        let text = format!(
            "swagger: '2.0'\ninfo: {{title: t, version: '1'}}\n{members}paths: {{/a: {{get: {ANY}}}}}\n"
        );
        let outcome = normalized(&text);
        assert_eq!(outcome.at("/servers/0/url"), url, "{members}");
        assert_eq!(outcome.rules(), rules, "{members}");
    }
}

#[test]
fn required_on_a_property_counts_as_text_too() {
    let text = document(
        "paths: {}\ncomponents: {schemas: {S: {type: object, properties: {a: {type: string, required: 'true'}}}}}",
    );
    assert_eq!(
        normalized(&text).at("/components/schemas/S/required"),
        &serde_json::json!(["a"])
    );
    assert_eq!(said(&text, "required-on-property").len(), 1);
}

/// What stands inline in an answer, and as a parameter.
fn values_under(schema: &str) -> (serde_json::Value, serde_json::Value) {
    let operation = format!(
        "{{parameters: [{{name: p, in: query, schema: {schema}}}], responses: {{'204': {{description: d}}}}}}"
    );
    let text = document(&format!(
        "paths: {{/a: {{get: {operation}}}}}\ncomponents: {{schemas: {{S: {schema}}}}}"
    ));
    let whole = normalized(&text);
    let said = said(&text, "enum-type");
    assert_eq!(said.len(), 2, "{said:?}");
    (
        whole.at("/components/schemas/S").clone(),
        whole.at("/paths/~1a/get/parameters/0/schema").clone(),
    )
}

#[test]
fn values_of_another_kind_are_taken_both_ways() {
    for (schema, both, text) in [
        (
            "{type: string, enum: [1.10, 2]}",
            json!({"anyOf": [
                {"type": "string", "enum": ["1.10", "2"]},
                {"type": "number", "enum": [1.1, 2.0]},
            ]}),
            json!({"type": "string", "enum": ["1.10", "2"]}),
        ),
        (
            "{type: string, enum: [true, other]}",
            json!({"anyOf": [
                {"type": "string", "enum": ["true", "other"]},
                {"type": "boolean", "enum": [true]},
            ]}),
            json!({"type": "string", "enum": ["true", "other"]}),
        ),
        (
            "{type: integer, enum: ['1', 2]}",
            json!({"anyOf": [
                {"type": "integer", "enum": [1, 2]},
                {"type": "string", "enum": ["1"]},
            ]}),
            json!({"type": "integer", "enum": [1, 2]}),
        ),
        (
            "{type: boolean, enum: ['true', 0]}",
            json!({"anyOf": [
                {"type": "boolean", "enum": [true, false]},
                {"type": "string", "enum": ["true"]},
                {"type": "integer", "enum": [0]},
            ]}),
            json!({"type": "boolean", "enum": [true, false]}),
        ),
    ] {
        assert_eq!(values_under(schema), (both, text), "{schema}");
    }
}

#[test]
fn members_that_are_misspelled_are_told() {
    let operation = "{requestBoby: {}, x-paramters: [], tag: [], responses: {'200': {description: d, contents: {}}}, \
                     parameters: [{name: a, in: query, schemas: {}, schema: {type: string}}], weight: 5}";
    let text = document(&format!("paths: {{/a: {{get: {operation}}}}}"));
    let told = said(&text, "misspelled-member");
    let [first] = &told[..] else {
        panic!("{told:?}")
    };
    assert!(
        first.contains(
            "`requestBoby` is no member of an operation and is left out; `requestBody` may be meant"
        ),
        "{first}"
    );
    assert!(first.contains("3 more places"), "{first}");
    assert_eq!(said(&text, "unknown-member").len(), 1);
}

#[test]
fn unknown_formats_are_told_once_each() {
    let formats = |names: &[&str]| {
        let properties: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(index, name)| format!("p{index}: {{type: string, format: {name}}}"))
            .collect();
        let schema = format!(
            "{{type: object, properties: {{{}}}}}",
            properties.join(", ")
        );
        let text = document(&format!(
            "paths: {{}}\ncomponents: {{schemas: {{S: {schema}}}}}"
        ));
        said(&text, "unknown-format")
    };
    assert_eq!(
        formats(&["uuid", "uri", "email", "sf-token", "date-time"]),
        [""; 0]
    );
    let words = "the format `iban` is not known and changes nothing";
    assert_eq!(formats(&["iban", "iban"]), [format!("note {words}")]);
    assert_eq!(
        formats(&["iban", "bic", "iban"]),
        [format!("note {words} (and 1 more place like it)")]
    );
}

#[test]
fn discriminators_that_are_text_are_told() {
    let text =
        document("paths: {}\ncomponents: {schemas: {S: {type: object, discriminator: kind}}}");
    assert_eq!(said(&text, "discriminator-as-text").len(), 1);
}

#[test]
fn a_required_body_without_content_cannot_be_sent() {
    let operation = |body: &str| {
        let operation =
            format!("{{requestBody: {body}, responses: {{'204': {{description: d}}}}}}");
        let outcome = normalized(&with_operation("3.0.3", "/a", &operation));
        let broken = outcome.at("/paths/~1a/get/x-broken").is_string();
        (broken, outcome.rules())
    };
    let (broken, rules) = operation("{required: true, content: {}}");
    assert!(
        broken && rules.contains(&"error body-without-content".to_owned()),
        "{rules:?}"
    );
    let (broken, rules) = operation("{content: {}}");
    assert!(
        !broken && rules.contains(&"warning body-without-content".to_owned()),
        "{rules:?}"
    );
}

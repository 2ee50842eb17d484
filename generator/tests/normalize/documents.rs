//! Whole documents: what is refused, where, and what is let pass.

use portal_generator::document::{self, Format, Source};

use crate::support::{normalized, refused, try_normalize};

/// Returns why bytes are no document, as people read it.
fn unreadable(name: &str, bytes: impl Into<Vec<u8>>) -> String {
    match document::parse(Source::new(name, bytes)) {
        Ok(document) => panic!("read: {}", document.value),
        Err(failure) => failure.to_string(),
    }
}

#[test]
fn bytes_that_are_no_document() {
    for (name, bytes, expected) in [
        ("a.json", b"".as_slice(), "a.json:1:1: the file is empty; "),
        ("a.json", b" \n", "a.json:1:1: the file is empty; "),
        (
            "a.json",
            b"{\"a\": [1,",
            "a.json:1:9: the JSON ends in the middle; ",
        ),
        (
            "a.json",
            b"{\"a\": 1,\n 'b' 2}",
            "a.json:2:2: this is not JSON: ",
        ),
        (
            "a.json",
            b"{} x",
            "a.json:1:4: something follows the end of the JSON document; ",
        ),
        (
            "a.json",
            b"\xff\xfe{\0}\0",
            "a.json:1:1: the file is UTF-16; save it as UTF-8",
        ),
        ("a.json", b"{\0}\0", "a.json:1:1: the file is UTF-16; "),
        (
            "a.yaml",
            b"a: 1\nb: \xe4\n",
            "a.yaml:2:4: the byte 0xe4 is not UTF-8; save the file as UTF-8",
        ),
        (
            "a.yaml",
            b"\x1f\x8b\x08",
            "a.yaml:1:1: the file is gzip-compressed, not text; ",
        ),
        (
            "a.yaml",
            b"a\0\0b",
            "a.yaml:1:1: the file is binary, not text; ",
        ),
        (
            "a.yaml",
            b"<!DOCTYPE html><p>Log in",
            "a.yaml:1:1: the file is XML or HTML; ",
        ),
        ("a.yaml", b"a: [1, 2", "a.yaml:1:4: this is not YAML: "),
        ("a.yaml", b"a: &a [*a]\n", "a.yaml:1:8: "),
        (
            "a.yaml",
            b"just some words",
            "a.yaml:1:1: the file holds plain text, not an OpenAPI document; ",
        ),
        (
            "a.yaml",
            b"- a\n- b\n",
            "a.yaml:1:1: the file holds a list, not an OpenAPI document; ",
        ),
        (
            "a.json",
            b"[1]",
            "a.json:1:1: the file holds a list, not an OpenAPI document; ",
        ),
    ] {
        let found = unreadable(name, bytes);
        assert!(
            found.starts_with(expected),
            "{found}\n  expected {expected}"
        );
    }
}

#[test]
fn deep_nesting_is_refused_without_a_crash() {
    for depth in [300, 100_000] {
        let json = format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
        assert!(unreadable("a.json", json).contains("nested deeper than 256 levels"));
        let flow = format!("a: {}1{}", "[".repeat(depth), "]".repeat(depth));
        assert!(unreadable("a.yaml", flow).contains("nested deeper than 256 levels"));
    }
    let mut block = String::new();
    for level in 0..300 {
        block.push_str(&" ".repeat(level));
        block.push_str("a:\n");
    }
    assert!(unreadable("a.yaml", block).contains("nested deeper than 256 levels"));
}

#[test]
fn nesting_up_to_the_limit_is_read() {
    let depth = 240;
    let schema = format!("{}{{}}{}", "{\"items\":".repeat(depth), "}".repeat(depth));
    let json = format!(
        "{{\"openapi\":\"3.0.0\",\"info\":{{\"title\":\"t\",\"version\":\"1\"}},\"components\":{{\"schemas\":{{\"A\":{schema}}}}}}}"
    );
    for name in ["a.json", "a.yaml"] {
        let text = if name == "a.json" {
            json.clone()
        } else {
            format!("# YAML\n{json}")
        };
        assert!(try_normalize(&[(name, &text)]).is_ok());
    }
}

#[test]
fn alias_bombs_are_refused() {
    let mut text = String::from("a: &a [x, x, x, x, x, x, x, x, x, x]\n");
    let names: Vec<char> = ('a'..='i').collect();
    for pair in names.windows(2) {
        let (before, name) = (pair[0], pair[1]);
        let list = vec![format!("*{before}"); 10].join(", ");
        text.push_str(&format!("{name}: &{name} [{list}]\n"));
    }
    let found = unreadable("a.yaml", text);
    assert!(
        found.contains("aliases repeat more than any document needs"),
        "{found}"
    );
}

#[test]
fn of_many_documents_in_one_file_the_first_is_read() {
    let text = format!("a: 1\n{}", "---\nb: 2\n".repeat(2_000));
    let document = document::parse(Source::new("a.yaml", text)).unwrap();
    assert_eq!(document.value, serde_json::json!({"a": 1}));
    let said: Vec<String> = document
        .diagnostics
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        said,
        [
            "a.yaml:1:1: the file holds 2001 YAML documents, and only the first is used; put each document into a file of its own"
        ]
    );
}

#[test]
fn text_in_all_its_dresses_is_read() {
    let bom = "\u{feff}{\"openapi\": \"3.0.0\"}";
    let document = document::parse(Source::new("a.json", bom)).unwrap();
    assert_eq!(document.format, Format::Json);
    let yaml = "openapi: 3.0.0\r\ninfo:\r\n  title: t\r\n";
    let document = document::parse(Source::new("a.yaml", yaml)).unwrap();
    assert_eq!(document.value["info"]["title"], "t");
    assert_eq!(document.locate("/info/title"), Some((3, 3)));
    let tabs = "openapi: 3.0.0\ninfo:\n\ttitle: t\n\tversion: '1'\n";
    let document = document::parse(Source::new("a.yaml", tabs)).unwrap();
    assert_eq!(document.value["info"]["title"], "t");
    assert_eq!(document.diagnostics[0].rule, "yaml-indentation");
    let quoted = "a:\n  b: \"one\n  two\n three\"\n";
    let document = document::parse(Source::new("a.yaml", quoted)).unwrap();
    assert_eq!(document.value["a"]["b"], "one two three");
    let comma = "{\"a\": 1,}";
    let document = document::parse(Source::new("a.json", comma)).unwrap();
    assert_eq!(document.diagnostics[0].rule, "json-read-as-yaml");
    let braces = "{a: 1, b: [on, no]}";
    let document = document::parse(Source::new("a.yaml", braces)).unwrap();
    assert_eq!(
        document.value,
        serde_json::json!({"a": 1, "b": ["on", "no"]})
    );
}

#[test]
fn yaml_words_stay_what_they_are() {
    let text = "on: off\nno: yes\n200: ok\n1.10: x\ntrue: t\nnull: n\ny: ~\nd: 2020-01-01\nt: 12:30:00\n<<: {merged: 1}\n";
    let document = document::parse(Source::new("a.yaml", text)).unwrap();
    assert_eq!(
        document.value,
        serde_json::json!({"on": "off", "no": "yes", "200": "ok", "1.10": "x", "true": "t", "null": "n",
            "y": null, "d": "2020-01-01", "t": "12:30:00", "merged": 1})
    );
}

#[test]
fn keys_that_occur_twice_are_told() {
    for (name, text) in [
        ("a.json", "{\"openapi\": \"3.0.0\",\n \"x\": 1, \"x\": 2}"),
        ("a.yaml", "openapi: 3.0.0\nx: 1\nx: 2\n"),
    ] {
        let document = document::parse(Source::new(name, text)).unwrap();
        assert_eq!(document.value["x"], 2, "{name}");
        let found = &document.diagnostics[0];
        assert_eq!(found.rule, "duplicate-key", "{name}");
        let place = if name == "a.json" {
            "a.json:2:10#/x"
        } else {
            "a.yaml:3:1#/x"
        };
        assert_eq!(found.place.to_string(), place);
    }
}

#[test]
fn documents_that_are_something_else_are_refused() {
    for (text, expected) in [
        (
            "a: 1",
            "api.yaml:1:1: neither `openapi` nor `swagger` names a version",
        ),
        (
            "asyncapi: 2.0.0",
            "api.yaml:1:1: this is an AsyncAPI document",
        ),
        (
            "{statusCode: 401, message: m}",
            "api.yaml:1:1: this is an error message",
        ),
        (
            "openapi: 4.0.0\npaths: {}",
            "api.yaml:1:1#/openapi: version 4.0.0 of OpenAPI is not known",
        ),
        (
            "swaggerVersion: '1.2'",
            "api.yaml:1:1#/swaggerVersion: version 1.2 of OpenAPI is not known",
        ),
        (
            "openapi: {}",
            "api.yaml:1:1#/openapi: `openapi` does not name a version",
        ),
        (
            "openapi: 3.0.0\npaths: 3",
            "api.yaml:2:1#/paths: `paths` is not a mapping",
        ),
    ] {
        let found = refused(text);
        assert!(
            found[0].starts_with(expected),
            "{found:#?}\n  expected {expected}"
        );
    }
    // All that is wrong is told at once.
    assert_eq!(refused("openapi: 9\npaths: 3").len(), 3);
}

#[test]
fn versions_that_are_numbers_are_read() {
    let outcome = normalized("openapi: 3.0\ninfo: {title: t, version: 1.10}\npaths: {}\n");
    assert_eq!(outcome.at("/info/version"), "1.10");
    assert_eq!(
        outcome.rules(),
        [
            "warning version-not-text",
            "warning no-operations",
            "note text-expected"
        ]
    );
}

#[test]
fn documents_with_parts_missing_are_read() {
    for (text, rules) in [
        (
            "openapi: 3.0.0",
            &["warning missing-info", "warning no-operations"][..],
        ),
        (
            "openapi: 3.0.0\ninfo: null\npaths: null",
            &[
                "warning missing-info",
                "warning no-operations",
                "note null-member",
            ],
        ),
        (
            "openapi: 3.0.0\ninfo: {}\npaths: []\ncomponents: null\nservers: null\ntags: null\nsecurity: null",
            &[
                "warning missing-title",
                "warning mapping-expected",
                "warning no-operations",
                "note null-member",
            ],
        ),
        (
            "swagger: '2.0'\ninfo: {title: t, version: '1'}\npaths: {}",
            &["warning no-operations"],
        ),
    ] {
        let outcome = normalized(text);
        assert_eq!(outcome.rules(), rules, "{text}");
    }
    assert_eq!(normalized("openapi: 3.0.0").at("/info/title"), "api");
}

#[test]
fn servers_and_tags_of_odd_shapes() {
    let outcome = normalized(
        "openapi: 3.0.0
info: {title: t, version: '1'}
servers: ['https://a', {url: 'https://{r}', variables: {r: {enum: [1, 2]}}}, {description: none}]
tags: [a, {name: b}, 3]
paths: {}
",
    );
    assert_eq!(
        outcome.at("/servers"),
        &serde_json::json!([{"url": "https://a"}, {"url": "https://{r}", "variables": {
            "r": {"enum": ["1", "2"], "default": "1", "description": null}}}])
    );
    assert_eq!(
        outcome.at("/tags"),
        &serde_json::json!([{"name": "a"}, {"name": "b"}])
    );
    assert_eq!(
        outcome.rules(),
        [
            "warning server-variable-without-default",
            "warning server-without-url",
            "warning no-operations",
            "warning odd-tag"
        ]
    );
}

//! What machines read: lines of JSON on standard output.

use serde_json::json;

use crate::support::{Folder, MANIFEST, ORDERS};

/// A workspace whose document lacks a description (line 11).
fn workspace(test: &str) -> Folder {
    let folder = Folder::new(test);
    folder.write("specs/shop/portal.yaml", MANIFEST);
    let orders = ORDERS.replace("description: The order.", "x-note: none");
    folder.write("specs/shop/orders.yaml", orders);
    folder
}

#[test]
fn diagnostics_are_lines_of_json() {
    let folder = workspace("diagnostics_are_lines_of_json");
    let expected = json!({
        "kind": "diagnostic",
        "severity": "warning",
        "rule": "missing-description",
        "file": "specs/shop/orders.yaml",
        "line": 11,
        "column": 9,
        "pointer": "/paths/~1v1~1orders~1{id}/get/responses/200",
        "message": "the response has no description",
        "remedy": "add `description`",
    });
    let ended = folder.xtask(&["codegen", "--json"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(ended.lines()[0], expected);
    assert_eq!(ended.summary()["warnings"], 1);

    let document = "specs/shop/orders.yaml";
    let ended = folder.xtask(&["generate", document, "--out", "crate", "--json"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(ended.lines()[0], expected);
    assert_eq!(ended.summary()["generated"], 1);
}

#[test]
fn what_vendors_wrote_is_told_as_it_is() {
    let folder = Folder::new("what_vendors_wrote_is_told");
    let odd = "a\u{1b}[31m\u{7f}\u{9b}31m";
    let document = json!({
        "openapi": "3.0.3",
        "info": { "title": "T", "version": "1" },
        "paths": { (format!("/{odd}")): { "get": { "responses": { "200": {} } } } },
    });
    folder.write("api.json", document.to_string());
    let ended = folder.xtask(&["generate", "api.json", "--out", "crate", "--json"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let pointer = json!(format!("/paths/~1{odd}/get/responses/200"));
    let lines = ended.lines();
    assert!(lines.iter().any(|it| it["pointer"] == pointer), "{lines:?}");
    // People are told what could move their cursor by its number.
    let shown = r"#/paths/~1a\u{1b}[31m\u{7f}\u{9b}31m/get/responses/200: ";
    assert!(ended.stderr.contains(shown), "{}", ended.stderr);
}

#[test]
fn a_check_tells_the_files_that_differ() {
    let folder = workspace("a_check_tells_the_files");
    assert_eq!(folder.xtask(&["codegen"]).code, 0);
    let ended = folder.xtask(&["codegen", "--check", "--json"]);
    let nothing = json!({ "kind": "summary", "errors": 0, "warnings": 1, "files": 0 });
    assert_eq!((ended.code, ended.summary()), (0, nothing));

    folder.write("generated/src/lib.rs", "// Written by hand.\n");
    let gone = "generated/src/shop/mod.rs";
    std::fs::remove_file(folder.path(gone)).expect("it was there");
    let ended = folder.xtask(&["codegen", "--check", "--json"]);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    let lines = ended.lines();
    let files: Vec<_> = lines.iter().filter(|it| it["kind"] == "file").collect();
    let file = |file: &str, state: &str| json!({ "kind": "file", "file": file, "state": state });
    let expected = [
        file("generated/src/lib.rs", "changed"),
        file(gone, "missing"),
    ];
    assert!(files.iter().copied().eq(&expected), "{files:?}");
    assert_eq!(ended.summary()["files"], 2);
}

#[test]
fn a_refusal_is_told_as_json_too() {
    let folder = workspace("a_refusal_is_told_as_json_too");
    folder.write("specs/shop/orders.yaml", "[1, 2]");
    let ended = folder.xtask(&["codegen", "--check", "--json"]);
    assert_eq!(ended.code, 1);
    let problem = &ended.lines()[0];
    assert_eq!(
        (&problem["severity"], &problem["line"]),
        (&json!("error"), &json!(1))
    );
    assert_eq!(ended.summary()["errors"], 1);
}

//! `cargo xtask corpus` as a person runs it.

use crate::support::{Folder, ORDERS};
use serde_json::Value;

#[test]
fn every_document_of_a_folder_gets_its_row() {
    let folder = Folder::new("every_document_gets_its_row");
    folder.write("corpus/orders.yaml", ORDERS);
    folder.write(
        "corpus/old/orders.json",
        r#"{"swagger": "2.0", "info": {}, "paths": {}}"#,
    );
    folder.write("corpus/bad/truncated.json", r#"{"openapi": "3.0.1", "#);
    folder.write("corpus/README.md", "not looked at");
    let ended = folder.xtask(&["corpus", "corpus", "--jobs", "2", "--json", "result.json"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));

    let result: Value = serde_json::from_str(&folder.read("result.json")).expect("it is JSON");
    let documents = result["documents"].as_array().expect("a list");
    let summary = |row: &Value| format!("{} {} {}", row["file"], row["version"], row["outcome"]);
    let summaries: Vec<_> = documents.iter().map(summary).collect();
    assert_eq!(
        summaries,
        [
            r#""bad/truncated.json" "" "refused""#,
            r#""old/orders.json" "2.0" "accepted""#,
            r#""orders.yaml" "3.0.1" "accepted""#,
        ]
    );
    let error = documents[0]["first_error"].as_str().unwrap_or_default();
    assert!(error.starts_with("bad/truncated.json:1:21: "), "{error}");
    assert_eq!(documents[2]["operations"], 1);
    assert_eq!(documents[2]["compiles"], Value::Null);
    assert!(documents[2]["seconds"].is_f64());
    assert_eq!(result["totals"]["3.0"]["generated"], 1);
    assert_eq!(result["totals"]["all"]["documents"], 3);
    assert_eq!(result["totals"]["all"]["refused"], 1);
}

#[test]
fn parts_of_a_document_are_no_rows() {
    let folder = Folder::new("parts_of_a_document_are_no_rows");
    let main = ORDERS.replace(
        "#/components/schemas/Order\"",
        "../parts/order.yaml#/Order\"",
    );
    folder.write("corpus/api/main/orders.yaml", main);
    folder.write("corpus/api/main/example.yaml", "example: 1\n");
    folder.write("corpus/api/parts/order.yaml", "Order: { type: object }\n");
    let ended = folder.xtask(&["corpus", "corpus", "--json", "result.json"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let end = "2 files more belong to documents in several files\nwritten to result.json\n";
    assert!(ended.stdout.ends_with(end), "{}", ended.stdout);
    let result: Value = serde_json::from_str(&folder.read("result.json")).expect("it is JSON");
    assert_eq!(result["totals"]["all"]["documents"], 1);
}

#[test]
fn a_folder_without_documents_is_wrong_usage() {
    let folder = Folder::new("a_folder_without_documents");
    folder.write("empty/README.md", "");
    let ended = folder.xtask(&["corpus", "empty"]);
    assert_eq!(ended.code, 2);
    assert_eq!(
        ended.stderr,
        "error: there is no .json, .yaml or .yml file in empty\n"
    );
    let ended = folder.xtask(&["corpus", "gone"]);
    assert_eq!(ended.code, 2);
    assert_eq!(ended.stderr, "error: gone is not a folder\n");
}

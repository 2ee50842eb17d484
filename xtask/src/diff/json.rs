//! A report for tools.

use portal_generator::surface::Document;
use portal_generator::surface::diff::{Report, RustChange, WireChange};
use serde_json::{Value, json};

/// The whole report.
pub(super) fn report(report: &Report) -> Value {
    let documents = report.documents.iter().map(|change| {
        json!({
            "old": change.old.as_ref().map(document),
            "new": change.new.as_ref().map(document),
            "versions": [change.versions.0, change.versions.1],
        })
    });
    let generator = report.generator.as_ref();
    json!({
        "class": report.class().word(),
        "strict_class": report.strict().word(),
        "breaking": report.is_breaking(),
        "facts_compared": !report.without_facts,
        "documents": documents.collect::<Vec<_>>(),
        "generator": generator.map(|(old, new)| json!([old, new])),
        "wire": report.wire.iter().map(wire).collect::<Vec<_>>(),
        "rust": report.rust.iter().map(rust).collect::<Vec<_>>(),
    })
}

fn document(document: &Document) -> Value {
    json!({
        "file": document.file,
        "sha256": document.sha256,
        "date": document.date,
        "origin": document.origin,
    })
}

fn wire(change: &WireChange) -> Value {
    json!({
        "severity": change.severity.word(),
        "rule": change.rule,
        "place": change.place,
        "operations": change.operations,
        "pointer": change.pointer,
        "message": change.message,
        "causes": change.causes,
    })
}

fn rust(change: &RustChange) -> Value {
    json!({
        "class": change.class.word(),
        "strict_class": change.strict.word(),
        "rule": change.rule,
        "kind": change.kind.word(),
        "path": change.path,
        "member": change.member,
        "operations": change.operations,
        "pointer": change.pointer,
        "old": change.old,
        "new": change.new,
        "scopes": change.scopes,
        "stops": change.stops,
        "instead": change.instead,
        "causes": change.causes,
    })
}

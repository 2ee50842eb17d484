//! What machines read: lines of JSON on standard output, each an object whose `kind` says what it tells.

use std::io::Write as _;

use portal_generator::diagnostics::{Diagnostic, Severity};
use serde_json::{Value, json};

use crate::terminal;

/// Prints a line for each diagnostic, warnings and notes included, in the order of their places.
pub(crate) fn diagnostics(diagnostics: &[Diagnostic]) {
    for diagnostic in terminal::sorted(diagnostics) {
        print(&line(diagnostic));
    }
}

/// The last line: what there was, with the keys that a command adds.
pub(crate) fn summary(diagnostics: &[Diagnostic], more: Value) {
    let count = |severity| {
        let all = diagnostics.iter();
        all.filter(|it| it.severity == severity).count()
    };
    let mut summary = json!({
        "kind": "summary",
        "errors": count(Severity::Error),
        "warnings": count(Severity::Warning),
    });
    if let (Some(summary), Value::Object(more)) = (summary.as_object_mut(), more) {
        summary.extend(more);
    }
    print(&summary);
}

/// Prints a value on a line of its own, as it is: what else is printed loses control characters on its way.
pub(crate) fn print(value: &Value) {
    // A reader who has seen enough is no reason to stop.
    let _ = writeln!(std::io::stdout(), "{value}");
}

fn line(diagnostic: &Diagnostic) -> Value {
    let Diagnostic {
        severity,
        rule,
        place,
        message,
        help,
    } = diagnostic;
    json!({
        "kind": "diagnostic",
        "severity": severity.as_str(),
        "rule": rule,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "pointer": place.pointer,
        "message": message,
        "remedy": help,
    })
}

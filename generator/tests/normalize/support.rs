//! Helpers that turn a few lines of YAML into what normalization makes of them.

use portal_generator::diagnostics::Diagnostic;
use portal_generator::document::{self, Source};
use portal_generator::normalize::{DocumentSet, Normalized, normalize};
use serde_json::Value;

/// What came out of a document.
pub(crate) struct Outcome {
    /// The normalized document as JSON.
    pub(crate) value: Value,
    pub(crate) normalized: Normalized,
}

impl Outcome {
    /// Returns what stands at a pointer, null where nothing does.
    pub(crate) fn at(&self, pointer: &str) -> &Value {
        self.value.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// Returns severity and rule of every diagnostic.
    pub(crate) fn rules(&self) -> Vec<String> {
        rules(&self.normalized.diagnostics)
    }

    /// Returns every diagnostic as people read it.
    pub(crate) fn messages(&self) -> Vec<String> {
        self.normalized
            .diagnostics
            .iter()
            .map(ToString::to_string)
            .collect()
    }
}

pub(crate) fn rules(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics
        .iter()
        .map(|found| format!("{} {}", found.severity, found.rule))
        .collect()
}

/// Normalizes one document.
pub(crate) fn normalized(text: &str) -> Outcome {
    normalized_set(&[("api.yaml", text)])
}

/// Normalizes the first of several files.
pub(crate) fn normalized_set(files: &[(&str, &str)]) -> Outcome {
    match try_normalize(files) {
        Ok(outcome) => outcome,
        Err(found) => panic!("refused: {found:#?}"),
    }
}

/// Returns the diagnostics of a document that is refused.
pub(crate) fn refused(text: &str) -> Vec<String> {
    match try_normalize(&[("api.yaml", text)]) {
        Ok(outcome) => panic!("accepted: {:#}", outcome.value),
        Err(found) => found.iter().map(ToString::to_string).collect(),
    }
}

pub(crate) fn try_normalize(files: &[(&str, &str)]) -> Result<Outcome, Vec<Diagnostic>> {
    let (name, text) = files[0];
    let main = document::parse(Source::new(name, text)).map_err(|failure| vec![failure])?;
    let set = DocumentSet::new(main).load(|wanted| {
        let found = files.iter().find(|(name, _)| *name == wanted);
        found
            .map(|(_, text)| text.as_bytes().to_vec())
            .ok_or_else(|| "no such file".to_owned())
    })?;
    let normalized = normalize(&set)?;
    let value = serde_json::to_value(&normalized.openapi).unwrap();
    Ok(Outcome { value, normalized })
}

/// Returns what becomes of a schema in a document of a version, and the rules that it met.
pub(crate) fn schema(version: &str, schema: &str) -> (Value, Vec<String>) {
    let (key, section) = match version.starts_with('2') {
        true => ("swagger", "definitions:\n".to_owned()),
        false => ("openapi", "components:\n schemas:\n".to_owned()),
    };
    let text = format!(
        "{key}: '{version}'\ninfo: {{title: t, version: '1'}}\npaths: {{/: {{get: {{responses: {{'204': {{description: d}}}}}}}}}}\n{section}  S: {schema}\n  Other: {{type: object}}\n  Word: {{type: string, enum: [a]}}\n"
    );
    let outcome = normalized(&text);
    (outcome.at("/components/schemas/S").clone(), outcome.rules())
}

/// Checks what becomes of a schema, and the rules that it meets.
#[track_caller]
pub(crate) fn check_schema(version: &str, source: &str, expected: Value, rules: &[&str]) {
    let (found, met) = schema(version, source);
    assert_eq!(found, expected, "{source}");
    assert_eq!(met, rules, "{source}");
}

/// Returns a document of a version with one operation `GET /a/{id}` of the given members.
pub(crate) fn with_operation(version: &str, path: &str, operation: &str) -> String {
    let key = if version.starts_with('2') {
        "swagger"
    } else {
        "openapi"
    };
    format!(
        "{key}: '{version}'\ninfo: {{title: t, version: '1'}}\npaths:\n  {path}:\n    get: {operation}\n"
    )
}

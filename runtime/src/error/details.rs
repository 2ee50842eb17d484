//! What error bodies say, whatever their shape.

use crate::body::RawBody;
use crate::json::{self, Loose};

/// What an error body says: its code, its words, and the identifier to quote to the operator.
///
/// It is read from the shapes that APIs use: members of the body, of an `error` object, or of the
/// items of an `errors` list. Everything is in the server's own words, which may be personal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorDetails {
    /// The code of the error.
    pub code: Option<String>,
    /// What the error says.
    pub message: Option<String>,
    /// The identifier under which the server's own logs have the error.
    pub telemetry_id: Option<String>,
    /// The items of an `errors` list; code and message above are those of the first that has them.
    pub errors: Vec<ErrorItem>,
}

/// One of the errors of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorItem {
    /// The code of the error, such as `validation.required`.
    pub code: Option<String>,
    /// What the error says.
    pub message: Option<String>,
    /// Which field it is about.
    pub field: Option<String>,
}

const CODES: &[&str] = &["code", "errorCode", "Code", "statusCode"];
const MESSAGES: &[&str] = &[
    "message",
    "error_description",
    "detail",
    "title",
    "description",
    "Message",
];
const FIELDS: &[&str] = &["field", "path", "property", "source", "target"];
const TELEMETRY: &[&str] = &[
    "telemetryId",
    "activityId",
    "traceId",
    "requestId",
    "correlationId",
    "trace_id",
];

impl ErrorDetails {
    pub(super) fn read(raw: &RawBody) -> Self {
        let members = json::members(raw.without_mark());
        let inner = match json::find(&members, "error") {
            Some(Loose::Other(raw)) => json::members(raw.as_bytes()),
            _ => Vec::new(),
        };
        let errors = match json::find(&members, "errors") {
            Some(Loose::Other(raw)) => json::elements(raw).iter().map(|raw| item(raw)).collect(),
            _ => Vec::new(),
        };
        let either = |names| first(&members, names).or_else(|| first(&inner, names));
        // Where `error` is a word beside a description it is the code (RFC 6749, section 5.2);
        // alone it is the message.
        let word = first(&members, &["error"]);
        let message = either(MESSAGES);
        let code = either(CODES).or_else(|| word.clone().filter(|_| message.is_some()));
        let listed = |part: fn(&ErrorItem) -> &Option<String>| {
            errors.iter().find_map(|item| part(item).clone())
        };
        Self {
            code: code.or_else(|| listed(|item| &item.code)),
            message: message.or(word).or_else(|| listed(|item| &item.message)),
            telemetry_id: either(TELEMETRY),
            errors,
        }
    }
}

fn item(raw: &str) -> ErrorItem {
    if let Loose::Text(text) = json::value(raw) {
        return ErrorItem {
            message: Some(text),
            ..ErrorItem::default()
        };
    }
    let members = json::members(raw.as_bytes());
    ErrorItem {
        code: first(&members, CODES),
        message: first(&members, MESSAGES),
        field: first(&members, FIELDS),
    }
}

/// The first of these members that is a string or a number.
fn first(members: &[(String, Loose)], names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        let text = json::find(members, name)?.scalar()?;
        (!text.is_empty()).then(|| text.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &'static str) -> ErrorDetails {
        ErrorDetails::read(&RawBody::new(json, None))
    }

    fn shown(json: &'static str) -> [Option<String>; 3] {
        let details = read(json);
        [details.code, details.message, details.telemetry_id]
    }

    fn some(texts: [&str; 3]) -> [Option<String>; 3] {
        texts.map(|text| (!text.is_empty()).then(|| text.to_owned()))
    }

    #[test]
    fn the_usual_shapes_are_read() {
        for (json, expected) in [
            (
                r#"{"error":"no such date","code":"E1","telemetryId":"t-1"}"#,
                ["E1", "no such date", "t-1"],
            ),
            (
                r#"{"error":"invalid_scope","error_description":"no"}"#,
                ["invalid_scope", "no", ""],
            ),
            (
                r#"{"error":{"code":404,"message":"gone"}}"#,
                ["404", "gone", ""],
            ),
            (
                r#"{"type":"about:blank","title":"Bad","detail":"worse","traceId":"00-1"}"#,
                ["", "worse", "00-1"],
            ),
            (
                r#"{"statusCode":500,"message":"Internal","activityId":"a-1"}"#,
                ["500", "Internal", "a-1"],
            ),
            (r#"{"error":"alone"}"#, ["", "alone", ""]),
            ("<html>", ["", "", ""]),
            ("", ["", "", ""]),
        ] {
            assert_eq!(shown(json), some(expected), "{json}");
        }
    }

    #[test]
    fn all_errors_of_a_list_are_reachable() {
        let details = read(
            r#"{"errors":[{"message":"The name is required.","code":"validation.required","field":"name"},
                "and more",{"code":7}]}"#,
        );
        assert_eq!(details.code.as_deref(), Some("validation.required"));
        assert_eq!(details.message.as_deref(), Some("The name is required."));
        assert_eq!(details.errors.len(), 3);
        assert_eq!(details.errors[0].field.as_deref(), Some("name"));
        assert_eq!(details.errors[1].message.as_deref(), Some("and more"));
        assert_eq!(details.errors[2].code.as_deref(), Some("7"));
    }
}

//! Refusals of the API itself, in its own shape where the document has one.

use serde_json::{Map, Value, json};

use super::input::Wrong;
use crate::message::Answer;
use crate::portal::{Api, Operation};

/// Refuses a request for what is wrong with it.
pub(super) fn invalid(api: &Api, operation: &Operation, wrong: &[Wrong]) -> Answer {
    if let Some(answer) = declared(api, operation, wrong) {
        return answer;
    }
    // RFC 9457.
    let errors = wrong.iter();
    let errors = errors.map(|it| json!({ "detail": it.what, "pointer": it.place }));
    let status = status(operation, wrong);
    let body = json!({
        "title": "The request is not what the document says",
        "status": status,
        "detail": told(wrong),
        "errors": errors.collect::<Vec<_>>(),
    });
    let text = body.to_string().into_bytes();
    Answer::bytes(status, "application/problem+json", text)
}

/// The refusal as the document has it, where it says how that looks.
pub(super) fn declared(api: &Api, operation: &Operation, wrong: &[Wrong]) -> Option<Answer> {
    let status = status(operation, wrong);
    let content = operation.refusal(status)?.json()?;
    let body = shaped(api, &content.checked.schema, status, wrong);
    let fits = content.checked.fits(&body);
    fits.then(|| Answer::json(status, &body))
}

fn status(operation: &Operation, wrong: &[Wrong]) -> u16 {
    let other = wrong.iter().map(|it| it.status).find(|it| *it != 400);
    other.unwrap_or_else(|| operation.status_of_invalid())
}

/// All that is wrong, in words.
pub(super) fn told(wrong: &[Wrong]) -> String {
    let each = wrong.iter().map(|it| format!("{}: {}", it.place, it.what));
    each.collect::<Vec<_>>().join("; ")
}

/// An error as its schema wants it, by what properties are called.
fn shaped(api: &Api, schema: &Value, status: u16, wrong: &[Wrong]) -> Value {
    let schema = api.schemas.resolve(schema);
    let mut members = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten() {
        let property = api.schemas.resolve(property);
        let value = match property.get("type").and_then(Value::as_str) {
            Some("array") => property.get("items").map(|item| {
                let each = wrong.iter();
                each.map(|it| shaped(api, item, status, std::slice::from_ref(it)))
                    .collect()
            }),
            Some("string") => Some(Value::from(word(name, wrong))),
            Some("integer" | "number") => {
                let tells = name.to_lowercase().contains("status");
                tells.then(|| Value::from(status))
            }
            _ => None,
        };
        if let Some(value) = value {
            members.insert(name.clone(), value);
        }
    }
    Value::Object(members)
}

fn word(name: &str, wrong: &[Wrong]) -> String {
    let first = wrong.first();
    let name = name.to_lowercase();
    if name.contains("code") {
        let code = first.map_or("invalid", |it| it.code);
        match first.map(|it| it.status) {
            Some(404) => code.to_owned(),
            _ => format!("validation.{code}"),
        }
    } else if ["field", "pointer", "path", "property"].contains(&name.as_str()) {
        first.map_or_else(String::new, |it| it.place.clone())
    } else if name.ends_with("id") {
        "sandbox".to_owned()
    } else {
        told(wrong)
    }
}

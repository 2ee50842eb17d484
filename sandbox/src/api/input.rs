//! Parameters and bodies, as they come and as their schemas want them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::json::Json;
use crate::message::Request;
use crate::portal::{Operation, Parameter, Place, Schemas};

/// What an operation was sent, all of it checked.
#[derive(Debug, Default)]
pub(crate) struct Input {
    pub(crate) path: BTreeMap<String, String>,
    pub(crate) query: BTreeMap<String, Value>,
    pub(crate) body: Option<Json>,
}

impl Input {
    /// A member of the body, as text.
    pub(crate) fn body_text(&self, name: &str) -> Option<String> {
        let member = self.body.as_ref()?.get(name)?;
        let text = member.as_str().map(str::to_owned);
        Some(text.unwrap_or_else(|| member.to_string()))
    }
}

/// What is wrong with a request.
#[derive(Debug, PartialEq)]
pub(crate) struct Wrong {
    pub(crate) status: u16,
    /// Where: a JSON pointer into the body, or a parameter.
    pub(crate) place: String,
    pub(crate) what: String,
    /// What kind of fault it is, in a word.
    pub(crate) code: &'static str,
}

impl Wrong {
    fn new(place: impl Into<String>, what: impl Into<String>, code: &'static str) -> Self {
        Self {
            status: 400,
            place: place.into(),
            what: what.into(),
            code,
        }
    }
}

/// Reads and checks a request; everything that is wrong with it, else.
pub(crate) fn read(
    request: &Request,
    operation: &Operation,
    path: BTreeMap<String, String>,
    schemas: &Schemas,
) -> Result<Input, Vec<Wrong>> {
    let mut wrong = Vec::new();
    let mut query = BTreeMap::new();
    for parameter in &operation.parameters {
        let place = match parameter.place {
            Place::Path => "path",
            Place::Query => "query",
            Place::Header => "header",
            Place::Cookie => continue,
        };
        let place = format!("{place} parameter {}", parameter.name);
        let Some(value) = given(request, parameter, &path, schemas) else {
            if parameter.required {
                wrong.push(Wrong::new(place, "is required", "required"));
            }
            continue;
        };
        for (pointer, what) in parameter.checked.faults(&value) {
            wrong.push(Wrong::new(format!("{place}{pointer}"), what, "invalid"));
        }
        if parameter.place == Place::Query {
            query.insert(parameter.name.clone(), value);
        }
    }
    let body = match body(request, operation) {
        Ok(body) => body,
        Err(mut found) => {
            wrong.append(&mut found);
            None
        }
    };
    match wrong.is_empty() {
        true => Ok(Input { path, query, body }),
        false => Err(wrong),
    }
}

/// The value of a parameter as JSON, by the type that its schema names.
fn given(
    request: &Request,
    parameter: &Parameter,
    path: &BTreeMap<String, String>,
    schemas: &Schemas,
) -> Option<Value> {
    let name = parameter.name.as_str();
    let values: Vec<&str> = match parameter.place {
        Place::Path => path.get(name).map(String::as_str).into_iter().collect(),
        Place::Header => request.header(name).into_iter().collect(),
        Place::Query => {
            let pairs = request.query.iter().filter(|(known, _)| known == name);
            pairs.map(|(_, value)| value.as_str()).collect()
        }
        Place::Cookie => Vec::new(),
    };
    let first = values.first()?;
    let schema = schemas.resolve(&parameter.checked.schema);
    if schema.get("type").and_then(Value::as_str) != Some("array") {
        return Some(typed(first, schema));
    }
    let any = Value::Null;
    let item = schemas.resolve(schema.get("items").unwrap_or(&any));
    let items = values.iter().flat_map(|value| match parameter.separator {
        Some(separator) => value.split(separator).collect(),
        None => vec![*value],
    });
    Some(items.map(|text| typed(text, item)).collect())
}

/// Text as the JSON that a schema's type makes of it; what cannot be such stays text, which the schema then refuses.
fn typed(text: &str, schema: &Value) -> Value {
    let read = match schema.get("type").and_then(Value::as_str) {
        Some("integer") => text.parse::<i64>().ok().map(Value::from),
        Some("number") => text.parse::<f64>().ok().map(Value::from),
        Some("boolean") => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    read.unwrap_or_else(|| Value::from(text))
}

fn body(request: &Request, operation: &Operation) -> Result<Option<Json>, Vec<Wrong>> {
    let Some(expected) = &operation.body else {
        return Ok(None);
    };
    if request.body.is_empty() {
        // A document that does not say so still means that what creates something needs it.
        let needed = expected.required || expected.json.is_some();
        return match needed {
            true => Err(vec![Wrong::new("body", "is required", "required")]),
            false => Ok(None),
        };
    }
    if !expected.media_types.iter().any(|it| fits(request, it)) {
        let what = format!("has to be {}", expected.media_types.join(" or "));
        let mut wrong = Wrong::new("body", what, "content_type");
        wrong.status = 415;
        return Err(vec![wrong]);
    }
    let Some(checked) = &expected.json else {
        return Ok(None);
    };
    let (exact, plain) = Json::read(&request.body)
        .map_err(|error| vec![Wrong::new("body", format!("is no JSON: {error}"), "json")])?;
    let wrong: Vec<Wrong> = checked
        .faults(&plain)
        .into_iter()
        .map(|(pointer, what)| Wrong::new(format!("body{pointer}"), what, "invalid"))
        .collect();
    match wrong.is_empty() {
        true => Ok(Some(exact)),
        false => Err(wrong),
    }
}

/// `*/*` and `text/*` are ranges.
fn fits(request: &Request, media_type: &str) -> bool {
    if let Some(range) = media_type.strip_suffix("/*") {
        let given = request.header("content-type").unwrap_or_default();
        return range == "*" || given.to_ascii_lowercase().starts_with(range);
    }
    request.is(media_type)
}

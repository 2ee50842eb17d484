//! Values made up from schemas.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};

use crate::portal::{Schemas, name_of};
use crate::random::Random;

/// Objects inside objects beyond this depth hold only what they must.
const DEEP: usize = 6;

/// Makes values up that fit their schema, the same for the same seed.
#[derive(Default)]
pub(crate) struct Sampler {
    /// The examples that fit their schema, by schema.
    examples: Mutex<HashMap<String, Option<Value>>>,
}

/// One value in the making.
struct Draw<'a> {
    sampler: &'a Sampler,
    schemas: &'a Schemas,
    random: &'a mut Random,
    /// The components that the value is inside of.
    inside: Vec<String>,
}

impl Sampler {
    /// A value for a schema; nothing where the schema allows none that could be found.
    pub(crate) fn sample(
        &self,
        schemas: &Schemas,
        schema: &Value,
        name: &str,
        random: &mut Random,
    ) -> Option<Value> {
        let mut draw = Draw {
            sampler: self,
            schemas,
            random,
            inside: Vec::new(),
        };
        draw.value(schema, name)
    }

    /// The example of a schema that refers to no other, where it fits.
    fn example(&self, schema: &Value) -> Option<Value> {
        let example = schema.get("example").or(schema.get("default"))?;
        let key = schema.to_string();
        let mut known = self.examples.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .entry(key)
            .or_insert_with(|| {
                let fits = !example.is_null() && crate::portal::fits_alone(schema, example);
                fits.then(|| example.clone())
            })
            .clone()
    }
}

impl Draw<'_> {
    fn value(&mut self, schema: &Value, name: &str) -> Option<Value> {
        if let Some(component) = name_of(schema) {
            let depth = self.inside.iter().filter(|it| *it == component).count();
            if depth > 1 {
                return None;
            }
            self.inside.push(component.to_owned());
            let target = self.schemas.resolve(schema);
            let value = match std::ptr::eq(target, schema) {
                true => None,
                false => self.value(target, name),
            };
            self.inside.pop();
            return value;
        }
        self.plain(schema, name).or_else(|| {
            let nullable = schema.get("nullable") == Some(&Value::Bool(true));
            nullable.then_some(Value::Null)
        })
    }

    fn plain(&mut self, schema: &Value, name: &str) -> Option<Value> {
        if let Some(value) = schema.get("x-const") {
            return Some(value.clone());
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            let index = self.random.below(values.len() as u64);
            return values.get(usize::try_from(index).ok()?).cloned();
        }
        if let Some(value) = self.composed(schema, name) {
            return Some(value);
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("object") => self.object(schema),
            Some("array") => self.array(schema, name),
            Some("string") => self.text(schema, name),
            Some("integer") => self.integer(schema),
            Some("number") => self.number(schema),
            Some("boolean") => Some(Value::Bool(self.random.below(2) == 1)),
            _ if schema.get("properties").is_some() => self.object(schema),
            _ => self.sampler.example(schema).or_else(|| Some(json!({}))),
        }
    }

    /// `allOf` is everything together, the others the first that there is a value for.
    fn composed(&mut self, schema: &Value, name: &str) -> Option<Value> {
        let list = |keyword: &str| schema.get(keyword).and_then(Value::as_array);
        if let Some(all) = list("allOf") {
            let own = schema.get("properties").and_then(|_| self.object(schema));
            let mut whole = own;
            for part in all {
                match (self.value(part, name), &mut whole) {
                    (Some(Value::Object(more)), Some(Value::Object(known))) => known.extend(more),
                    (Some(value), whole) => *whole = Some(value),
                    (None, _) => {}
                }
            }
            return whole;
        }
        let any = list("oneOf").or_else(|| list("anyOf"))?;
        any.iter().find_map(|branch| self.value(branch, name))
    }

    fn object(&mut self, schema: &Value) -> Option<Value> {
        let required = schema.get("required").and_then(Value::as_array);
        let is_required = |name: &str| {
            let mut names = required.into_iter().flatten();
            names.any(|it| it.as_str() == Some(name))
        };
        let mut object = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            if property.get("writeOnly") == Some(&Value::Bool(true)) {
                continue;
            }
            let needed = is_required(name);
            if !needed && self.inside.len() > DEEP {
                continue;
            }
            match self.value(property, name) {
                Some(value) => {
                    object.insert(name.clone(), value);
                }
                None if needed => return None,
                None => {}
            }
        }
        Some(Value::Object(object))
    }

    fn array(&mut self, schema: &Value, name: &str) -> Option<Value> {
        let least = limit(schema, "minItems").unwrap_or(0);
        let most = limit(schema, "maxItems").unwrap_or(i64::MAX);
        let wanted = if self.inside.len() > DEEP { 0 } else { 2 };
        let wanted = wanted.clamp(least, most.max(least));
        let Some(item) = schema.get("items") else {
            return (least == 0).then(|| json!([]));
        };
        let mut items: Vec<Value> = Vec::new();
        for _ in 0..wanted {
            let Some(value) = self.value(item, name) else {
                break;
            };
            let again = schema.get("uniqueItems") == Some(&Value::Bool(true));
            if !again || !items.contains(&value) {
                items.push(value);
            }
        }
        let enough = i64::try_from(items.len()).is_ok_and(|length| length >= least);
        enough.then_some(Value::Array(items))
    }

    fn text(&mut self, schema: &Value, name: &str) -> Option<Value> {
        let example = self.sampler.example(schema);
        let day = self.random.below(365);
        let made_up = match schema.get("format").and_then(Value::as_str) {
            Some("uuid") => self.random.uuid(),
            Some("date") => date(day),
            Some("date-time") => format!("{}T08:{:02}:00Z", date(day), self.random.below(60)),
            Some("byte") => base64(&self.random.next().to_be_bytes()),
            Some("uri" | "url") if example.is_none() => "https://example.com/".to_owned(),
            Some("email") if example.is_none() => "someone@example.com".to_owned(),
            _ => match example {
                Some(Value::String(text)) => text,
                _ => format!("{name} {}", self.random.below(1000)),
            },
        };
        let value = Value::String(fitted(schema, made_up));
        if schema.get("pattern").is_none() && schema.get("format").is_none() {
            return Some(value);
        }
        if self.schemas.fits(schema, &value) {
            return Some(value);
        }
        self.sampler.example(schema)
    }

    fn integer(&mut self, schema: &Value) -> Option<Value> {
        if let Some(value) = self.example_half_the_time(schema) {
            return Some(value);
        }
        let least = limit(schema, "minimum").unwrap_or(1);
        let most = limit(schema, "maximum").unwrap_or_else(|| least.saturating_add(9999));
        let span = most.min(least.saturating_add(9999)).saturating_sub(least);
        let offset = self.random.below(u64::try_from(span).unwrap_or(0) + 1);
        let value = json!(least.saturating_add(i64::try_from(offset).unwrap_or(0)));
        self.or_example(schema, value)
    }

    fn number(&mut self, schema: &Value) -> Option<Value> {
        if let Some(value) = self.example_half_the_time(schema) {
            return Some(value);
        }
        let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
        let least = bound("minimum").unwrap_or(0.0);
        let most = bound("maximum").unwrap_or(least + 10_000.0);
        let span = (most - least).min(10_000.0);
        let part = u32::try_from(self.random.below(1_000_000)).unwrap_or(0);
        let value = least + (span * f64::from(part) / 10_000.0).round() / 100.0;
        self.or_example(schema, json!(value))
    }

    fn example_half_the_time(&mut self, schema: &Value) -> Option<Value> {
        let heads = self.random.below(2) == 0;
        self.sampler.example(schema).filter(|_| heads)
    }

    fn or_example(&self, schema: &Value, value: Value) -> Option<Value> {
        match self.schemas.fits(schema, &value) {
            true => Some(value),
            false => self.sampler.example(schema),
        }
    }
}

fn limit(schema: &Value, keyword: &str) -> Option<i64> {
    let value = schema.get(keyword)?;
    // Documents write whole numbers as 1.0 too.
    #[expect(clippy::cast_possible_truncation, reason = "it saturates")]
    value
        .as_i64()
        .or_else(|| value.as_f64().map(|it| it as i64))
}

/// Text of a length that the schema allows.
fn fitted(schema: &Value, text: String) -> String {
    let least = limit(schema, "minLength").unwrap_or(0);
    let most = limit(schema, "maxLength").unwrap_or(i64::MAX);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut text: String = text.chars().take(most).collect();
    while i64::try_from(text.chars().count()).is_ok_and(|length| length < least) {
        text.push('x');
    }
    text
}

/// A day of 2024.
fn date(day: u64) -> String {
    let months = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut day = day;
    for (month, length) in (1..).zip(months) {
        if day < length {
            return format!("2024-{month:02}-{:02}", day + 1);
        }
        day -= length;
    }
    "2024-12-31".to_owned()
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

//! What is stored, as the schema of an answer wants it.

use serde_json::Value;

use super::Sampler;
use crate::collections::Owner;
use crate::json::{Json, Members};
use crate::portal::{Api, Collection};
use crate::random::Random;

/// Writes stored values as answers: what was sent stays, what only answers have is added.
pub(crate) struct Projection<'a> {
    pub(crate) sampler: &'a Sampler,
    pub(crate) api: &'a Api,
    pub(crate) random: Random,
}

/// What is stored under an id.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) collection: &'a Collection,
    pub(crate) id: &'a str,
    pub(crate) value: &'a Json,
    /// Whose the item is: the parameters of its path.
    pub(crate) owner: &'a Owner,
    /// Whether this is only a part of the item, and the id that of the item around it.
    pub(crate) part: bool,
}

impl Projection<'_> {
    /// An item as a schema has it. Members of what it is a part of are found below `around`.
    pub(crate) fn item(&mut self, schema: &Value, known: Known<'_>, around: &Json) -> Json {
        let schema = self.api.schemas.resolve(schema);
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            return match schema.get("allOf").and_then(Value::as_array) {
                Some(parts) => self.all_of(parts, known, around),
                None => known.value.clone(),
            };
        };
        let mut object = Members::new();
        for (name, property) in properties {
            let value = match id(name, property, known, self) {
                Some(id) => Some(id),
                None => self.member(name, property, known, around),
            };
            if let Some(value) = value {
                object.insert(name.clone(), value);
            }
        }
        let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        if let Some(stored) = known.value.as_object().filter(|_| !closed) {
            for (name, value) in stored {
                if !object.contains_key(name) && !properties.contains_key(name) {
                    object.insert(name.clone(), value.clone());
                }
            }
        }
        Json::Object(object)
    }

    fn all_of(&mut self, parts: &[Value], known: Known<'_>, around: &Json) -> Json {
        let mut whole = Members::new();
        for part in parts {
            if let Json::Object(members) = self.item(part, known, around) {
                whole.extend(members);
            }
        }
        Json::Object(whole)
    }

    fn member(
        &mut self,
        name: &str,
        property: &Value,
        known: Known<'_>,
        around: &Json,
    ) -> Option<Json> {
        let stored = found(known.value, name).or_else(|| {
            let plain = name.strip_prefix(known.collection.singular.as_str());
            let plain = plain.map(|rest| {
                let mut rest = rest.chars();
                let first = rest.next().map(|it| it.to_ascii_lowercase());
                first.into_iter().chain(rest).collect::<String>()
            });
            found(around, name).or_else(|| found(around, &plain?))
        });
        if let Some(stored) = stored
            && let Some(value) = self.kept(property, stored, known)
        {
            return Some(value);
        }
        if let Some(value) = self.owned(name, property, known) {
            return Some(value);
        }
        if property.get("nullable") == Some(&Value::Bool(true)) {
            return Some(Json::Null);
        }
        self.made_up(property, name)
    }

    fn made_up(&mut self, schema: &Value, name: &str) -> Option<Json> {
        let schemas = &self.api.schemas;
        let made_up = self.sampler.sample(schemas, schema, name, &mut self.random);
        made_up.map(Json::from)
    }

    /// What the path said of the item.
    fn owned(&self, name: &str, property: &Value, known: Known<'_>) -> Option<Json> {
        let text = known.owner.get(name)?;
        let number = text.parse::<i64>().ok();
        let number = number.map(|it| Json::Number(it.to_string()));
        let mut each = [Some(Json::from(text.as_str())), number]
            .into_iter()
            .flatten();
        each.find(|it| self.api.schemas.fits(property, &it.plain()))
    }

    /// A stored value, where the schema of the answer allows it.
    fn kept(&mut self, property: &Value, stored: &Json, known: Known<'_>) -> Option<Json> {
        let schema = self.api.schemas.resolve(property);
        if let (Some(items), Json::Array(stored)) = (schema.get("items"), stored) {
            let each = stored.iter().map(|value| {
                let part = Known {
                    value,
                    part: true,
                    ..known
                };
                match value.as_object().is_some() {
                    true => self.item(items, part, &Json::Null),
                    false => value.clone(),
                }
            });
            return Some(each.collect());
        }
        if schema.get("properties").is_some() && stored.as_object().is_none() {
            // What was created is told inside of something: `{"id": …, "note": {…}}`.
            return (!known.part).then(|| self.item(schema, known, &Json::Null));
        }
        let fits = self.api.schemas.fits(property, &stored.plain());
        fits.then(|| stored.clone())
    }
}

/// A member by its name or, as first versions of APIs write them, with capitals after it: `categoryCID`.
fn found<'a>(value: &'a Json, name: &str) -> Option<&'a Json> {
    let members = value.as_object()?;
    members.get(name).or_else(|| {
        let suffixed = members.iter().find(|(known, _)| {
            let rest = known.strip_prefix(name).unwrap_or_default();
            !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_uppercase())
        });
        suffixed.map(|(_, value)| value)
    })
}

/// The id of the item, where a property holds it.
fn id(
    name: &str,
    property: &Value,
    known: Known<'_>,
    projection: &mut Projection<'_>,
) -> Option<Json> {
    let collection = known.collection;
    if !collection.is_id(name) {
        return None;
    }
    let schema = projection.api.schemas.resolve(property);
    let id = if known.part && !collection.is_reference(name) {
        // Parts have ids of their own, and keep those that they were sent with.
        match found(known.value, name).filter(|it| **it != Json::Null) {
            Some(own) => return Some(own.clone()),
            None => return projection.made_up(schema, name),
        }
    } else {
        known.id
    };
    match schema.get("type").and_then(Value::as_str) {
        Some("integer" | "number") => id
            .parse::<i64>()
            .ok()
            .map(|id| Json::Number(id.to_string())),
        _ => Some(Json::from(id)),
    }
}

//! What the query asks of a list: which items, in what order, and with which of their members.
//!
//! Documents do not say what a query parameter does, so its name has to: `accountNumbers` asks for items by their
//! `accountNumber`, `dateFrom` and `toDate` for a range of days, `q` for words, `sort_by` for an order,
//! `includePostings` for the member `postings`.

use std::cmp::Ordering;

use indexmap::IndexMap;
use portal_generator::names;
use serde_json::Value;

use super::input::Input;
use crate::json::Json;
use crate::portal::{Api, Collection, Operation, Parameter, Schemas};

/// Properties of items by name, with their schemas.
pub(super) type Properties<'a> = IndexMap<&'a str, &'a Value>;

/// What the query of a request asks of the items.
#[derive(Default)]
pub(super) struct Query<'a> {
    conditions: Vec<Condition<'a>>,
    /// The property to sort by.
    order: Option<&'a str>,
    descending: bool,
    /// Members that come only where they are asked for, and whether they are null else.
    left_out: Vec<(&'a str, bool)>,
}

/// What an item needs to be in the list.
enum Condition<'a> {
    /// A property has one of these values, or the id of what it holds has.
    OneOf(&'a str, Vec<String>),
    /// A date is no earlier, or no later.
    Dated(&'a str, Edge, String),
    /// Some text of the item contains this.
    Mentions(String),
}

#[derive(Clone, Copy, PartialEq)]
enum Edge {
    From,
    To,
}

impl<'a> Query<'a> {
    pub(super) fn new(
        api: &'a Api,
        operation: &Operation,
        input: &Input,
        collection: &Collection,
        schema: &'a Value,
    ) -> Self {
        let properties = properties(&api.schemas, schema);
        let mut query = Self::default();
        for parameter in &operation.parameters {
            let pages = operation.pagination.as_ref();
            if pages.is_some_and(|it| it.index == parameter.name || it.size == parameter.name) {
                continue;
            }
            let given = input.query.get(&parameter.name);
            if let Some(member) = included(parameter, &properties, &api.schemas) {
                let default = parameter.checked.schema.get("default");
                if given.or(default) != Some(&Value::Bool(true)) {
                    let nullable = properties.get(member).and_then(|it| it.get("nullable"));
                    query
                        .left_out
                        .push((member, nullable == Some(&Value::Bool(true))));
                }
            } else if let Some(given) = given {
                query.add(parameter, given, &properties, collection, &api.schemas);
            }
        }
        query
    }

    fn add(
        &mut self,
        parameter: &Parameter,
        given: &Value,
        properties: &Properties<'a>,
        collection: &Collection,
        schemas: &Schemas,
    ) {
        let text = || given.as_str().unwrap_or_default().to_owned();
        let words = names::words(&parameter.name);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let is_text = given.is_string();
        let dated = || dated(&words, properties, collection, schemas);
        if let Some(property) = property_of(&parameter.name, properties) {
            let wanted = texts(&Json::from(given.clone()));
            self.conditions.push(Condition::OneOf(property, wanted));
        } else if let (true, Some((property, edge))) = (is_text, dated()) {
            self.conditions
                .push(Condition::Dated(property, edge, text()));
        } else {
            match words.as_slice() {
                ["q" | "query" | "search" | "keyword"] if is_text => {
                    let wanted = text().to_lowercase();
                    self.conditions.push(Condition::Mentions(wanted));
                }
                ["sort" | "order"] | ["sort" | "order", "by"] => {
                    self.order = property_of(&text(), properties);
                }
                ["sort" | "order", "direction"] | ["sort", "order"] | ["direction"] => {
                    self.descending = text().to_lowercase().starts_with("desc");
                }
                _ => {}
            }
        }
    }

    /// Whether every item stays, in its place.
    pub(super) fn takes_all(&self) -> bool {
        self.conditions.is_empty() && self.order.is_none()
    }

    /// Takes out what is not asked for, and sorts the rest.
    pub(super) fn apply(&self, items: &mut Vec<Json>) {
        items.retain(|item| self.conditions.iter().all(|it| it.holds(item)));
        if let Some(property) = self.order {
            items.sort_by(|one, other| {
                let order = compared(one.get(property), other.get(property));
                match self.descending {
                    true => order.reverse(),
                    false => order,
                }
            });
        }
        for members in items.iter_mut().filter_map(Json::as_object_mut) {
            for (name, nullable) in &self.left_out {
                match (members.get_mut(*name), nullable) {
                    (Some(member), true) => *member = Json::Null,
                    (Some(_), false) => _ = members.shift_remove(*name),
                    (None, _) => {}
                }
            }
        }
    }
}

impl Condition<'_> {
    fn holds(&self, item: &Json) -> bool {
        match self {
            Self::OneOf(property, wanted) => {
                let own = item.get(property).map(texts).unwrap_or_default();
                wanted.iter().any(|it| own.contains(it))
            }
            Self::Dated(property, edge, limit) => {
                let own = item.get(property).and_then(Json::as_str);
                own.is_some_and(|own| {
                    let (own, limit) = (sortable(own), sortable(limit));
                    // A day is all of its moments.
                    let own = own.get(..limit.len()).unwrap_or(&own);
                    let allowed = match edge {
                        Edge::From => Ordering::Greater,
                        Edge::To => Ordering::Less,
                    };
                    let order = own.cmp(limit.as_str());
                    order == Ordering::Equal || order == allowed
                })
            }
            Self::Mentions(wanted) => mentions(item, wanted),
        }
    }
}

/// The properties of an object's schema, those of its parts among them.
pub(super) fn properties<'a>(schemas: &'a Schemas, schema: &'a Value) -> Properties<'a> {
    let mut found = Properties::new();
    gather(schemas, schema, &mut found, 0);
    found
}

fn gather<'a>(schemas: &'a Schemas, schema: &'a Value, found: &mut Properties<'a>, depth: usize) {
    let schema = schemas.resolve(schema);
    let own = schema.get("properties").and_then(Value::as_object);
    for (name, property) in own.into_iter().flatten() {
        found.entry(name).or_insert(property);
    }
    let parts = schema.get("allOf").and_then(Value::as_array);
    // Parts may lead back to the whole.
    for part in parts.into_iter().flatten().filter(|_| depth < 16) {
        gather(schemas, part, found, depth + 1);
    }
}

/// The property whose values a parameter names or lists: `accountNumbers` those of `accountNumber` or of `account`,
/// `users` those of `user`, or of `user_id`.
pub(super) fn property_of<'a>(parameter: &str, properties: &Properties<'a>) -> Option<&'a str> {
    let known = |name: &str| properties.get_key_value(name).map(|(name, _)| *name);
    let ends = ["s", "Ids", "_ids", "Numbers", "_numbers"];
    known(parameter).or_else(|| {
        ends.iter().find_map(|end| {
            let singular = parameter.strip_suffix(end)?;
            known(singular)
                .or_else(|| known(&format!("{singular}_id")))
                .or_else(|| known(&format!("{singular}Id")))
        })
    })
}

/// The member that a switch like `includePostings` brings along.
fn included<'a>(
    parameter: &Parameter,
    properties: &Properties<'a>,
    schemas: &Schemas,
) -> Option<&'a str> {
    let kind = schemas.resolve(&parameter.checked.schema).get("type");
    let wanted = names::words(&parameter.name);
    let (first, rest) = wanted.split_first()?;
    if kind.and_then(Value::as_str) != Some("boolean") || first != "include" {
        return None;
    }
    let mut properties = properties.keys();
    properties.find(|name| names::words(name) == rest).copied()
}

/// The date that a parameter limits, and from which side.
fn dated<'a>(
    words: &[&str],
    properties: &Properties<'a>,
    collection: &Collection,
    schemas: &Schemas,
) -> Option<(&'a str, Edge)> {
    let telling = |words: &[&str]| -> Vec<String> {
        let words = words.iter();
        let words = words.filter(|it| !["date", "time", "at", "on", "utc"].contains(*it));
        words.map(|it| (*it).to_owned()).collect()
    };
    let mut subject = telling(words);
    let edge = |word: &String| match word.as_str() {
        "from" | "start" | "since" | "after" | "begin" => Some(Edge::From),
        "to" | "end" | "until" | "before" => Some(Edge::To),
        _ => None,
    };
    let last = subject.len().checked_sub(1)?;
    let place = [0, last]
        .into_iter()
        .find(|it| subject.get(*it).and_then(edge).is_some())?;
    let edge = edge(&subject.remove(place))?;
    let own = names::words(&collection.singular);
    let dates = properties.iter().filter_map(|(name, property)| {
        let named = names::words(name);
        let named: Vec<&str> = named.iter().map(String::as_str).collect();
        let format = schemas.resolve(property).get("format");
        let format = format.and_then(Value::as_str);
        let is_date = matches!(format, Some("date" | "date-time"))
            || matches!(named.as_slice(), [.., "date" | "at" | "timestamp"]);
        let about = telling(&named);
        // The date of the item itself comes first, else its day rather than a moment in its life.
        let rank = match subject.is_empty() {
            true if about.is_empty() || about == own => 0,
            true if format == Some("date") => 1,
            true => 2,
            false if about == subject => 0,
            false => return None,
        };
        is_date.then_some((rank, *name))
    });
    dates
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, name)| (name, edge))
}

/// The values of a list, whether it is one or is written with commas; of an object, its id.
pub(super) fn texts(value: &Json) -> Vec<String> {
    match value {
        Json::Array(items) => items.iter().flat_map(texts).collect(),
        Json::String(text) => text.split(',').map(|it| it.trim().to_owned()).collect(),
        Json::Object(members) => members.get("id").map(texts).unwrap_or_default(),
        other => vec![other.to_string()],
    }
}

/// A date or a time so that what comes later sorts later: to the second, and taken for UTC.
fn sortable(text: &str) -> String {
    text.chars()
        .take(19)
        .map(|letter| if letter == 'T' { ' ' } else { letter })
        .collect()
}

fn mentions(value: &Json, wanted: &str) -> bool {
    match value {
        Json::String(text) => text.to_lowercase().contains(wanted),
        Json::Array(items) => items.iter().any(|it| mentions(it, wanted)),
        Json::Object(members) => members.values().any(|it| mentions(it, wanted)),
        _ => false,
    }
}

/// Numbers by size, everything else by its text; what is not there comes last.
fn compared(one: Option<&Json>, other: Option<&Json>) -> Ordering {
    let nothing = |it: &Option<&Json>| matches!(it, None | Some(Json::Null));
    let number = |it: &Json| match it {
        Json::Number(digits) => digits.parse::<f64>().ok(),
        _ => None,
    };
    match (one, other) {
        (Some(a), Some(b)) if !nothing(&one) && !nothing(&other) => {
            match number(a).zip(number(b)) {
                Some((a, b)) => a.total_cmp(&b),
                None => a.to_string().cmp(&b.to_string()),
            }
        }
        _ => nothing(&one).cmp(&nothing(&other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_all_of_its_moments() {
        let at = |limit: &str, edge| Condition::Dated("date", edge, limit.to_owned());
        let item = |text: &str| Json::from(serde_json::json!({ "date": text }));
        let noon = item("2024-03-15T12:00:00Z");
        assert!(
            at("2024-03-15", Edge::From).holds(&noon) && at("2024-03-15", Edge::To).holds(&noon)
        );
        assert!(
            !at("2024-03-16", Edge::From).holds(&noon) && !at("2024-03-14", Edge::To).holds(&noon)
        );
        assert!(!at("2024-03-15 12:00:01", Edge::From).holds(&noon));
        assert!(at("2024-03-15 12:00:00", Edge::To).holds(&noon));
        assert!(
            !at("2024-03-15", Edge::From).holds(&Json::from(serde_json::json!({ "date": null })))
        );
    }

    #[test]
    fn what_is_not_there_comes_last() {
        let value = |value: serde_json::Value| Json::from(value);
        let (two, ten, null) = (value(2.into()), value(10.into()), Json::Null);
        assert_eq!(compared(Some(&two), Some(&ten)), Ordering::Less);
        assert_eq!(compared(Some(&null), Some(&ten)), Ordering::Greater);
        assert_eq!(compared(None, Some(&null)), Ordering::Equal);
    }
}

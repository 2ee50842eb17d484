//! What is added to collections, and single items of them.

use super::input::{Input, Wrong};
use super::stock::{VERSION, version};
use super::{Answered, Apis, missing, refused, success};
use crate::collections::{Item, Open, Owner};
use crate::json::{Json, Members};
use crate::message::Answer;
use crate::portal::{Api, Operation};

impl Apis {
    pub(super) fn create(
        &self,
        api: &Api,
        operation: &Operation,
        input: &Input,
        collection: usize,
    ) -> Answered {
        let Some(known) = api.collections.get(collection) else {
            return (self.single(api, operation, input), None);
        };
        let mut memory = self.memory.open();
        if let Some(wrong) = dangling(api, input, &mut memory) {
            return refused(api, operation, &[wrong]);
        }
        let items = memory.of(&api.id, collection);
        let made: Vec<Item> = sent(operation, input)
            .into_iter()
            .map(|value| self.add(api, known, items, &input.path, value))
            .collect();
        drop(memory);
        let (status, content) = success(operation);
        let Some(content) = content else {
            return (Answer::empty(status), None);
        };
        let schema = api.schemas.resolve(&content.checked.schema);
        let one = |item: &Item, schema| self.projected(api, known, item, schema);
        let body: Json = match (schema.get("items"), made.first()) {
            (Some(items), _) => made.iter().map(|item| one(item, items)).collect(),
            (None, Some(first)) => one(first, schema),
            (None, None) => return (self.single(api, operation, input), None),
        };
        if !content.checked.fits(&body.plain()) {
            // The answer tells of something else than what was created.
            return (self.single(api, operation, input), None);
        }
        (Answer::json(status, &body), None)
    }

    pub(super) fn item(
        &self,
        api: &Api,
        operation: &Operation,
        input: &Input,
        collection: usize,
        parameter: &str,
    ) -> Answered {
        let Some(known) = api.collections.get(collection) else {
            return (self.single(api, operation, input), None);
        };
        let (owner, id) = owner_and_id(input, parameter);
        let mut memory = self.memory.open();
        self.seed(api, &mut memory, collection, &owner);
        let items = memory.of(&api.id, collection);
        let (status, content) = success(operation);
        if operation.method == "DELETE" {
            return match items.remove(&owner, &id) {
                true => (Answer::empty(status), None),
                false => missing(api, operation, &known.name, parameter),
            };
        }
        let change = input.body.as_ref().filter(|_| operation.method != "GET");
        let number = change.map(|_| items.next_number());
        let Some(item) = items.find(&owner, &id) else {
            return missing(api, operation, &known.name, parameter);
        };
        if let (Some(body), Some(number)) = (change, number)
            && let Err(wrong) = changed(item, body, operation.method == "PATCH", number)
        {
            return refused(api, operation, &[wrong]);
        }
        let item = item.clone();
        drop(memory);
        let Some(content) = content else {
            return (Answer::empty(status), None);
        };
        let schema = &content.checked.schema;
        // A body of which the document says nothing is the item.
        let body = match api.schemas.resolve(schema).get("properties") {
            None if schema.as_object().is_some_and(serde_json::Map::is_empty) => item.value,
            _ => self.projected(api, known, &item, schema),
        };
        (Answer::json(status, &body), None)
    }

    pub(super) fn exists(
        &self,
        api: &Api,
        input: &Input,
        collection: usize,
        parameter: &str,
    ) -> bool {
        let (owner, id) = owner_and_id(input, parameter);
        let mut memory = self.memory.open();
        self.seed(api, &mut memory, collection, &owner);
        memory.of(&api.id, collection).find(&owner, &id).is_some()
    }
}

fn owner_and_id(input: &Input, parameter: &str) -> (Owner, String) {
    let mut owner = input.path.clone();
    let id = owner.remove(parameter).unwrap_or_default();
    (owner, id)
}

/// What is created: each item of a list, or the one object, with what the query says of it.
fn sent(operation: &Operation, input: &Input) -> Vec<Json> {
    let query = input.query.iter();
    let query = query.filter(|_| operation.body.is_none());
    let query: Members = query
        .map(|(name, value)| (name.clone(), Json::from(value.clone())))
        .collect();
    match &input.body {
        Some(Json::Array(items)) => items.clone(),
        Some(Json::Object(members)) => vec![Json::Object(members.clone())],
        _ => vec![Json::Object(query)],
    }
}

/// Replaces or amends an item, unless the sender has seen an older state of it.
fn changed(item: &mut Item, body: &Json, amends: bool, number: u64) -> Result<(), Wrong> {
    let seen = body.get(VERSION).filter(|it| **it != Json::Null);
    let current = item.value.get(VERSION);
    if let (Some(seen), Some(current)) = (seen, current)
        && seen != current
    {
        return Err(Wrong {
            status: 409,
            place: format!("body/{VERSION}"),
            what: "is no longer current; get the item again".to_owned(),
            code: "conflict",
        });
    }
    let mut members = match (&item.value, amends) {
        (Json::Object(members), true) => members.clone(),
        _ => Members::from([("id".to_owned(), Json::from(item.id.as_str()))]),
    };
    if let Json::Object(more) = body {
        members.extend(more.clone());
    }
    members.insert(VERSION.to_owned(), version(number));
    item.value = Json::Object(members);
    Ok(())
}

/// A query parameter of something created that names an item which is not there.
fn dangling(api: &Api, input: &Input, memory: &mut Open<'_>) -> Option<Wrong> {
    input.query.iter().find_map(|(name, value)| {
        let mut collections = api.collections.iter().enumerate();
        let (index, _) = collections.find(|(_, it)| it.grows && it.is_reference(name))?;
        let id = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let known = memory.of(&api.id, index).find(&input.path, &id);
        known.is_none().then(|| Wrong {
            status: 400,
            place: format!("query parameter {name}"),
            what: "names nothing that was created".to_owned(),
            code: "exists",
        })
    })
}

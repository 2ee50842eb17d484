//! Collections: lists, what is added to them, and single items.

use serde_json::{Map, Value, json};

use super::input::{Input, Wrong};
use super::pages::Page;
use super::{Answered, Apis, api_collection, missing, refused, success};
use crate::answers::{Known, Projection};
use crate::collections::{Item, Items, Open, Owner};
use crate::message::Answer;
use crate::portal::{Api, Collection, Operation, Parameter};
use crate::random::Random;

/// The member of items that tells one state of theirs from the next.
const VERSION: &str = "rowVersion";

impl Apis {
    pub(super) fn list(
        &self,
        api: &Api,
        operation: &Operation,
        input: &Input,
        collection: usize,
        member: Option<&str>,
    ) -> Answered {
        let (status, content) = success(operation);
        let Some(content) = content else {
            return (Answer::empty(status), None);
        };
        let schema = api.schemas.resolve(&content.checked.schema);
        let list = match member {
            Some(name) => schema.get("properties").and_then(|it| it.get(name)),
            None => Some(schema),
        };
        let any = json!({});
        let item = list.and_then(|list| api.schemas.resolve(list).get("items"));
        let item = item.unwrap_or(&any);
        let mut random = self.random(api, operation, input);
        let items = match asked_for(api, operation, input, item) {
            Some((property, values)) => self.one_for_each(api, item, property, &values),
            None => self.items(api, operation, input, collection, item),
        };
        let page = Page::of(operation, input, items.len());
        let chosen = items.get(page.from..page.to).unwrap_or_default().to_vec();
        let body = match member {
            Some(name) => page.around(api, schema, name, chosen, &self.sampler, &mut random),
            None => Value::Array(chosen),
        };
        (Answer::json(status, &body), None)
    }

    /// The items of a list that the query lets through, as its answer has them.
    fn items(
        &self,
        api: &Api,
        operation: &Operation,
        input: &Input,
        collection: usize,
        schema: &Value,
    ) -> Vec<Value> {
        let Some(known) = api.collections.get(collection) else {
            return Vec::new();
        };
        let mut memory = self.memory.open();
        let owner = input.path.clone();
        self.seed(api, &mut memory, collection, &owner);
        let mut stored: Vec<Item> = memory.of(&api.id, collection).of(&owner).cloned().collect();
        let mut answers = Vec::new();
        for item in stored.drain(..) {
            answers.push(self.projected(api, known, &item, schema));
        }
        if !known.grows {
            answers.append(&mut self.parts_of_others(api, &mut memory, &owner, schema));
        }
        drop(memory);
        answers.retain(|item| passes(operation, input, item));
        answers
    }

    /// Items of a list that nothing can be added to, but which tell of what was sent elsewhere: each event of a
    /// ledger names its `voucherId`, and vouchers consist of `postings`.
    fn parts_of_others(
        &self,
        api: &Api,
        memory: &mut Open<'_>,
        owner: &Owner,
        schema: &Value,
    ) -> Vec<Value> {
        let target = api.schemas.resolve(schema);
        let Some(properties) = target.get("properties").and_then(Value::as_object) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (index, other) in api.collections.iter().enumerate() {
            if !other.grows || !properties.keys().any(|name| other.is_reference(name)) {
                continue;
            }
            let items: Vec<Item> = memory.of(&api.id, index).of(owner).cloned().collect();
            for item in items.iter().filter(|item| item.sent) {
                for (number, value) in parts(&item.value).enumerate() {
                    let known = Known {
                        collection: other,
                        id: &item.id,
                        value,
                        part: true,
                    };
                    let purpose = [api.id.as_str(), &item.id, "part", &number.to_string()];
                    let mut projection = self.projection(api, Random::new(self.seed, purpose));
                    found.push(projection.item(schema, known, &item.value));
                }
            }
        }
        found
    }

    /// An item for each value that the query names and cannot do without.
    fn one_for_each(
        &self,
        api: &Api,
        schema: &Value,
        property: &str,
        values: &[String],
    ) -> Vec<Value> {
        let each = values.iter().map(|value| {
            let mut random = Random::new(self.seed, [api.id.as_str(), property, value]);
            let made_up = self
                .sampler
                .sample(&api.schemas, schema, property, &mut random);
            let mut item = made_up.unwrap_or_else(|| json!({}));
            if let Some(members) = item.as_object_mut() {
                members.insert(property.to_owned(), Value::from(value.as_str()));
            }
            item
        });
        each.collect()
    }

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
        let mut made = Vec::new();
        for value in sent(operation, input) {
            let items = memory.of(&api.id, collection);
            let item = self.new_item(api, known, items, input.path.clone(), value, true);
            items.add(item.clone());
            made.push(item);
        }
        drop(memory);
        let (status, content) = success(operation);
        let Some(content) = content else {
            return (Answer::empty(status), None);
        };
        let schema = api.schemas.resolve(&content.checked.schema);
        let one = |item: &Item, schema: &Value| self.projected(api, known, item, schema);
        let body = match (schema.get("items"), made.first()) {
            (Some(items), _) => made.iter().map(|item| one(item, items)).collect(),
            (None, Some(first)) => one(first, schema),
            (None, None) => return (self.single(api, operation, input), None),
        };
        if !content.checked.fits(&body) {
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
                false => missing(&api_collection(api, collection), parameter),
            };
        }
        let number = items.next_number();
        let Some(item) = items.find(&owner, &id) else {
            return missing(&api_collection(api, collection), parameter);
        };
        if operation.method != "GET"
            && let Some(body) = &input.body
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
            None if schema.as_object().is_some_and(Map::is_empty) => item.value.clone(),
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

    /// Makes up what is there from the start, once for each owner.
    fn seed(&self, api: &Api, memory: &mut Open<'_>, collection: usize, owner: &Owner) {
        let Some(known) = api.collections.get(collection) else {
            return;
        };
        let items = memory.of(&api.id, collection);
        if known.item.is_none() || !items.wants_seed(owner) {
            return;
        }
        for _ in 0..self.records {
            let item = self.new_item(api, known, items, owner.clone(), json!({}), false);
            items.add(item);
        }
    }

    fn new_item(
        &self,
        api: &Api,
        known: &Collection,
        items: &mut Items,
        owner: Owner,
        mut value: Value,
        sent: bool,
    ) -> Item {
        let number = items.next_number();
        let text = number.to_string();
        let purpose = [api.id.as_str(), known.name.as_str(), &text].into_iter();
        let purpose = purpose.chain(owner.values().map(String::as_str));
        let mut random = Random::new(self.seed, purpose);
        let id = match known.numbered {
            true => text,
            false => random.uuid(),
        };
        if let (false, Some(schema)) = (sent, &known.item) {
            let made_up = self
                .sampler
                .sample(&api.schemas, schema, &known.singular, &mut random);
            value = made_up.unwrap_or(value);
        }
        if let (true, Some(members)) = (sent, value.as_object_mut()) {
            members.insert(VERSION.to_owned(), version(number));
        }
        Item {
            id,
            owner,
            value,
            sent,
        }
    }

    fn projected(&self, api: &Api, known: &Collection, item: &Item, schema: &Value) -> Value {
        let purpose = [api.id.as_str(), known.name.as_str(), &item.id];
        let mut projection = self.projection(api, Random::new(self.seed, purpose));
        let known = Known {
            collection: known,
            id: &item.id,
            value: &item.value,
            part: false,
        };
        projection.item(schema, known, &Value::Null)
    }

    fn projection<'a>(&'a self, api: &'a Api, random: Random) -> Projection<'a> {
        Projection {
            sampler: &self.sampler,
            api,
            random,
        }
    }
}

fn owner_and_id(input: &Input, parameter: &str) -> (Owner, String) {
    let mut owner = input.path.clone();
    let id = owner.remove(parameter).unwrap_or_default();
    (owner, id)
}

/// What is created: each item of a list, or the one object, with what the query says of it.
fn sent(operation: &Operation, input: &Input) -> Vec<Value> {
    let query = input.query.iter();
    let query = query.filter(|_| operation.body.is_none());
    let query: Map<String, Value> = query
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    match &input.body {
        Some(Value::Array(items)) => items.clone(),
        Some(Value::Object(members)) => vec![Value::Object(members.clone())],
        _ => vec![Value::Object(query)],
    }
}

/// Replaces or amends an item, unless the sender has seen an older state of it.
fn changed(item: &mut Item, body: &Value, amends: bool, number: u64) -> Result<(), Wrong> {
    let seen = body.get(VERSION).filter(|it| !it.is_null());
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
    let mut value = match amends {
        true => item.value.clone(),
        false => json!({ "id": item.id }),
    };
    if let (Some(members), Some(more)) = (value.as_object_mut(), body.as_object()) {
        members.extend(more.clone());
        members.insert(VERSION.to_owned(), version(number));
    }
    item.value = value;
    Ok(())
}

/// The state of an item, as eight bytes in base64.
fn version(number: u64) -> Value {
    use base64::Engine;
    Value::from(base64::engine::general_purpose::STANDARD.encode(number.to_be_bytes()))
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

/// The objects that an item consists of.
fn parts(value: &Value) -> impl Iterator<Item = &Value> {
    let lists = value.as_object().into_iter().flat_map(Map::values);
    let items = lists.filter_map(Value::as_array).flatten();
    items.filter(|part| part.is_object())
}

/// The property and the values that a required parameter asks for: `accountNumbers=1701,3000`.
fn asked_for<'a>(
    api: &'a Api,
    operation: &Operation,
    input: &Input,
    item: &'a Value,
) -> Option<(&'a str, Vec<String>)> {
    let properties = api.schemas.resolve(item).get("properties")?.as_object()?;
    let required = operation.parameters.iter().filter(|it| it.required);
    required.into_iter().find_map(|parameter| {
        let property = property_of(parameter, properties)?;
        let values = texts(input.query.get(&parameter.name)?);
        Some((property, values))
    })
}

/// The property whose values a parameter lists: `accountNumbers` those of `accountNumber` or of `account`.
fn property_of<'a>(parameter: &Parameter, properties: &'a Map<String, Value>) -> Option<&'a str> {
    let names = || properties.keys().map(String::as_str);
    let ends = ["s", "Ids", "_ids", "Numbers", "_numbers"];
    ends.iter().find_map(|end| {
        let singular = parameter.name.strip_suffix(end)?;
        names().find(|name| *name == singular)
    })
}

/// Whether an item has what the query asks for. Only parameters that are called like a property are understood.
fn passes(operation: &Operation, input: &Input, item: &Value) -> bool {
    let Some(members) = item.as_object() else {
        return true;
    };
    input.query.iter().all(|(name, wanted)| {
        let mut known = operation.parameters.iter();
        let parameter = known.find(|it| it.name == *name);
        let property = match members.contains_key(name) {
            true => Some(name.as_str()),
            false => parameter.and_then(|it| property_of(it, members)),
        };
        let Some(value) = property.and_then(|property| members.get(property)) else {
            return true;
        };
        let own = texts(value);
        texts(wanted).iter().any(|it| own.contains(it))
    })
}

/// The values of a list, whether it is one or is written with commas.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::String(text) => text.split(',').map(|it| it.trim().to_owned()).collect(),
        other => vec![other.to_string()],
    }
}

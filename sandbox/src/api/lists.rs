//! Lists: what is in them, and which page of it is answered.

use serde_json::{Value, json};

use super::filters::{Query, properties, property_of, texts};
use super::input::Input;
use super::pages::Page;
use super::{Answered, Apis, success};
use crate::answers::Known;
use crate::collections::{Item, Open, Owner};
use crate::json::Json;
use crate::message::Answer;
use crate::portal::{Api, Operation};
use crate::random::Random;

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
        let (page, chosen) = match asked_for(api, operation, input, item) {
            Some((property, values)) => {
                let items = self.one_for_each(api, item, property, &values);
                let page = Page::of(operation, input, items.len());
                let chosen = page.cut(&items);
                (page, chosen)
            }
            None => self.page(api, operation, input, collection, item),
        };
        let body = match member {
            Some(name) => page.around(api, schema, name, chosen, &self.sampler, &mut random),
            None => Json::Array(chosen),
        };
        (Answer::json(status, &body), None)
    }

    /// The page of those items that the query lets through, as its answer has them.
    fn page(
        &self,
        api: &Api,
        operation: &Operation,
        input: &Input,
        collection: usize,
        schema: &Value,
    ) -> (Page, Vec<Json>) {
        let Some(known) = api.collections.get(collection) else {
            return (Page::of(operation, input, 0), Vec::new());
        };
        let mut memory = self.memory.open();
        let owner = &input.path;
        self.seed(api, &mut memory, collection, owner);
        let stored: Vec<Item> = memory.of(&api.id, collection).of(owner).cloned().collect();
        let others = match known.grows {
            true => Vec::new(),
            false => self.parts_of_others(api, &mut memory, owner, schema),
        };
        drop(memory);
        let query = Query::new(api, operation, input, known, schema);
        let shown = |item: &Item| self.projected(api, known, item, schema);
        if query.takes_all() && others.is_empty() {
            // The others of a long list need not be written for one page.
            let page = Page::of(operation, input, stored.len());
            let mut answers: Vec<Json> = page.cut(&stored).iter().map(shown).collect();
            query.apply(&mut answers);
            return (page, answers);
        }
        let mut answers: Vec<Json> = stored.iter().map(shown).chain(others).collect();
        query.apply(&mut answers);
        let page = Page::of(operation, input, answers.len());
        let chosen = page.cut(&answers);
        (page, chosen)
    }

    /// Items of a list that nothing can be added to, but which tell of what was sent elsewhere: each event of a
    /// ledger names its `voucherId`, and vouchers consist of `postings`.
    fn parts_of_others(
        &self,
        api: &Api,
        memory: &mut Open<'_>,
        owner: &Owner,
        schema: &Value,
    ) -> Vec<Json> {
        let properties = properties(&api.schemas, schema);
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
                        owner: &item.owner,
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
    ) -> Vec<Json> {
        let each = values.iter().map(|value| {
            let mut random = Random::new(self.seed, [api.id.as_str(), property, value]);
            let made_up = self
                .sampler
                .sample(&api.schemas, schema, property, &mut random);
            let mut item = Json::from(made_up.unwrap_or_else(|| json!({})));
            if let Some(members) = item.as_object_mut() {
                members.insert(property.to_owned(), Json::from(value.as_str()));
            }
            item
        });
        each.collect()
    }
}

/// The objects that an item consists of.
fn parts(value: &Json) -> impl Iterator<Item = &Json> {
    let lists = value.as_object().into_iter().flat_map(|it| it.values());
    let items = lists.filter_map(Json::as_array).flatten();
    items.filter(|part| part.as_object().is_some())
}

/// The property and the values that a required parameter asks for: `accountNumbers=1701,3000`.
fn asked_for<'a>(
    api: &'a Api,
    operation: &Operation,
    input: &Input,
    item: &'a Value,
) -> Option<(&'a str, Vec<String>)> {
    let properties = properties(&api.schemas, item);
    let mut required = operation.parameters.iter().filter(|it| it.required);
    required.find_map(|parameter| {
        let property = property_of(&parameter.name, &properties)?;
        let values = texts(&Json::from(input.query.get(&parameter.name)?.clone()));
        Some((property, values))
    })
}

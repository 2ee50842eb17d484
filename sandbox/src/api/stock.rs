//! Items: made up at the start or sent, and how answers show them.

use serde_json::{Value, json};

use super::Apis;
use crate::answers::{Known, Projection};
use crate::collections::{Item, Items, Open, Owner};
use crate::json::Json;
use crate::portal::{Api, Collection};
use crate::random::Random;

/// The member of items that tells one state of theirs from the next.
pub(super) const VERSION: &str = "rowVersion";

impl Apis {
    /// Makes up what is there from the start, once for each owner.
    pub(super) fn seed(&self, api: &Api, memory: &mut Open<'_>, collection: usize, owner: &Owner) {
        let Some(known) = api.collections.get(collection) else {
            return;
        };
        let items = memory.of(&api.id, collection);
        let Some(schema) = &known.item else {
            return;
        };
        if !items.wants_seed(owner) {
            return;
        }
        for place in 0..self.records {
            // Not the number, which depends on whose items were made up first.
            let mut random = self.random_of(api, known, owner, &format!("seed {place}"));
            let id = new_id(known, items.next_number(), &mut random);
            let value = self
                .sampler
                .sample(&api.schemas, schema, &known.singular, &mut random);
            let mut value = Json::from(value.unwrap_or_else(|| json!({})));
            if let Some(members) = value.as_object_mut() {
                // The path knows whose it is.
                members.retain(|name, _| !owner.contains_key(name));
            }
            items.add(Item {
                id,
                owner: owner.clone(),
                value,
                sent: false,
            });
        }
    }

    /// Takes in what a client sent.
    pub(super) fn add(
        &self,
        api: &Api,
        known: &Collection,
        items: &mut Items,
        owner: &Owner,
        mut value: Json,
    ) -> Item {
        let number = items.next_number();
        let mut random = self.random_of(api, known, owner, &number.to_string());
        if let Some(members) = value.as_object_mut() {
            members.insert(VERSION.to_owned(), version(number));
        }
        let item = Item {
            id: new_id(known, number, &mut random),
            owner: owner.clone(),
            value,
            sent: true,
        };
        items.add(item.clone());
        item
    }

    fn random_of(&self, api: &Api, known: &Collection, owner: &Owner, what: &str) -> Random {
        let purpose = [api.id.as_str(), known.name.as_str(), what].into_iter();
        Random::new(self.seed, purpose.chain(owner.values().map(String::as_str)))
    }

    pub(super) fn projected(
        &self,
        api: &Api,
        known: &Collection,
        item: &Item,
        schema: &Value,
    ) -> Json {
        let purpose = [api.id.as_str(), known.name.as_str(), &item.id];
        let mut projection = self.projection(api, Random::new(self.seed, purpose));
        let known = Known {
            collection: known,
            id: &item.id,
            value: &item.value,
            owner: &item.owner,
            part: false,
        };
        projection.item(schema, known, &Json::Null)
    }

    pub(super) fn projection<'a>(&'a self, api: &'a Api, random: Random) -> Projection<'a> {
        Projection {
            sampler: &self.sampler,
            api,
            random,
        }
    }
}

fn new_id(known: &Collection, number: u64, random: &mut Random) -> String {
    match known.numbered {
        true => number.to_string(),
        false => random.uuid(),
    }
}

/// The state of an item, as eight bytes in base64.
pub(super) fn version(number: u64) -> Json {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(number.to_be_bytes());
    Json::String(text)
}

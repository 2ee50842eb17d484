//! What operations have to do with each other: which list what others create.
//!
//! Documents do not say so; paths do, by a habit that all APIs share. `/vouchers/{organization}` lists and creates,
//! `/vouchers/{organization}/{id}` is one of them, and whatever comes first in the path is whose they are.

use portal_generator::names::{singular, words};
use serde_json::Value;

use super::operation::Operation;
use super::schema::Schemas;

/// What an operation does to a collection, which is named by its place among the API's.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Role {
    /// Answers by itself.
    Single,
    /// Lists items; below this member of the answer, if the answer is not the list.
    List {
        collection: usize,
        member: Option<String>,
    },
    /// Creates one item or several.
    Create { collection: usize },
    /// Gets, changes or deletes the item that this path parameter names.
    Item {
        collection: usize,
        parameter: String,
    },
    /// Agrees to a device for its user; this member of the body is the code that the device shows.
    Device { member: String },
    /// Has to do with the item that this path parameter names.
    Below {
        collection: usize,
        parameter: String,
    },
}

/// Things that are listed, created, or found by an id.
#[derive(Debug)]
pub(crate) struct Collection {
    /// `vouchers`.
    pub(crate) name: String,
    /// `voucher`.
    pub(crate) singular: String,
    /// Whether ids are integers; else they are UUIDs.
    pub(crate) numbered: bool,
    /// The schema of the items in the list, if there is a list.
    pub(crate) item: Option<Value>,
    /// Whether anything creates items.
    pub(crate) grows: bool,
}

/// Finds the collections of an API, and gives each operation its role.
pub(super) fn find(operations: &mut [Operation], schemas: &Schemas) -> Vec<Collection> {
    let mut found = Vec::new();
    let roles: Vec<Role> = {
        let operations = &*operations;
        let finder = Finder {
            operations,
            schemas,
        };
        // Lists first: they say which words of a path are names of collections.
        for operation in operations {
            if let Some((_, item)) = finder.list(operation) {
                finder.collection(&mut found, operation, Some(item));
            }
        }
        let roles = operations.iter();
        roles
            .map(|operation| finder.role(&mut found, operation))
            .collect()
    };
    for (operation, role) in operations.iter_mut().zip(roles) {
        operation.role = role;
    }
    for (index, collection) in found.iter_mut().enumerate() {
        collection.numbered = numbered(operations, schemas, collection, index);
    }
    found
}

struct Finder<'a> {
    operations: &'a [Operation],
    schemas: &'a Schemas,
}

impl Finder<'_> {
    fn role(&self, found: &mut Vec<Collection>, operation: &Operation) -> Role {
        if let Some((member, item)) = self.list(operation) {
            let collection = self.collection(found, operation, Some(item));
            return Role::List { collection, member };
        }
        if operation.method == "POST" {
            if let Some(member) = self.user_code(operation) {
                return Role::Device { member };
            }
            if let Some(collection) = self.created(found, operation) {
                if let Some(collection) = found.get_mut(collection) {
                    collection.grows = true;
                }
                return Role::Create { collection };
            }
            return Role::Single;
        }
        if let Some(parameter) = self.item(operation) {
            let collection = self.collection(found, operation, None);
            return Role::Item {
                collection,
                parameter,
            };
        }
        let mut above = operation.template.above();
        let parent = above.find_map(|template| {
            let like = |it: &&Operation| it.template.is_like(&template);
            let owner = self.operations.iter().find(like)?;
            Some((owner, self.item(owner)?))
        });
        match parent {
            Some((owner, parameter)) => Role::Below {
                collection: self.collection(found, owner, None),
                parameter,
            },
            None => Role::Single,
        }
    }

    /// The member of the answer that lists items, and their schema.
    fn list(&self, operation: &Operation) -> Option<(Option<String>, Value)> {
        if operation.method != "GET" {
            return None;
        }
        let content = operation.successes.first()?.json()?;
        let schema = self.schemas.resolve(&content.checked.schema);
        if let Some(items) = schema.get("items") {
            return Some((None, items.clone()));
        }
        let wanted = operation.pagination.as_ref()?.items.as_deref()?;
        let list = self.schemas.resolve(schema.get("properties")?.get(wanted)?);
        Some((Some(wanted.to_owned()), list.get("items")?.clone()))
    }

    /// The member of the body that holds a device's `user_code` (RFC 8628, section 3.3), where the path speaks of
    /// devices.
    fn user_code(&self, operation: &Operation) -> Option<String> {
        let about = words(operation.template.words().next()?);
        let body = operation.body.as_ref()?.json.as_ref()?;
        let properties = self.schemas.resolve(&body.schema).get("properties")?;
        let mut names = ["user_code", "userCode", "code"].into_iter();
        let name = names.find(|name| properties.get(*name).is_some())?;
        about
            .iter()
            .any(|word| word == "device")
            .then(|| name.to_owned())
    }

    /// Whether the answer names the id of something that is called so.
    fn answers_id(&self, operation: &Operation, name: &str) -> bool {
        let content = operation.successes.first().and_then(|it| it.json());
        content.is_some_and(|content| {
            let schema = self.schemas.resolve(&content.checked.schema);
            let schema = schema
                .get("items")
                .map_or(schema, |it| self.schemas.resolve(it));
            let mut properties = super::operation::members(schema.get("properties"));
            properties.any(|(property, _)| Collection::new(name).is_id(property))
        })
    }

    /// The collection that something is added to: the last word of the path that names a known one, else the last if
    /// the answer has an id.
    fn created(&self, found: &mut Vec<Collection>, operation: &Operation) -> Option<usize> {
        let known = |word: &str| {
            let mut named = self.operations.iter().filter(|it| it.method != "POST");
            named.any(|it| it.template.words().next() == Some(word))
        };
        let mut words = operation.template.words();
        let last = words.next()?;
        let name = match known(last) {
            true => Some(last),
            false => words.find(|word| known(word)),
        };
        let name = name.or_else(|| self.answers_id(operation, last).then_some(last))?;
        Some(named(found, name))
    }

    /// The parameter that names an item: the path goes on from that of a list or of something that creates.
    fn item(&self, operation: &Operation) -> Option<String> {
        let (parameter, rest) = operation.template.split_last()?;
        let mut others = self.operations.iter();
        let continues = others.any(|other| other.template.is_like(&rest));
        continues.then(|| parameter.to_owned())
    }

    fn collection(
        &self,
        found: &mut Vec<Collection>,
        operation: &Operation,
        item: Option<Value>,
    ) -> usize {
        let index = named(found, operation.template.words().next().unwrap_or_default());
        if let Some(collection) = found.get_mut(index)
            && collection.item.is_none()
        {
            collection.item = item;
        }
        index
    }
}

fn named(found: &mut Vec<Collection>, name: &str) -> usize {
    if let Some(index) = found.iter().position(|it| it.name == name) {
        return index;
    }
    found.push(Collection::new(name));
    found.len() - 1
}

impl Collection {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            singular: singular(name).unwrap_or_else(|| name.to_owned()),
            numbered: false,
            item: None,
            grows: false,
        }
    }

    /// Whether a property holds the id of one of its items: `id`, `voucherId`, `voucher_id`.
    pub(crate) fn is_id(&self, property: &str) -> bool {
        property == "id" || self.is_reference(property)
    }

    /// Whether a property of something else names one of its items.
    pub(crate) fn is_reference(&self, property: &str) -> bool {
        let plain = property.replace('_', "").to_lowercase();
        plain == format!("{}id", self.singular.replace(['-', '_'], "").to_lowercase())
    }
}

/// Whether any schema of an item has an id that is an integer.
fn numbered(
    operations: &[Operation],
    schemas: &Schemas,
    collection: &Collection,
    index: usize,
) -> bool {
    let answers = operations.iter().filter(|it| match &it.role {
        Role::Create { collection } | Role::Item { collection, .. } => *collection == index,
        _ => false,
    });
    let answers = answers.filter_map(|it| Some(&it.successes.first()?.json()?.checked.schema));
    let mut all = answers.chain(&collection.item).map(|it| {
        let it = schemas.resolve(it);
        it.get("items").map_or(it, |items| schemas.resolve(items))
    });
    all.any(|schema| {
        let mut properties = super::operation::members(schema.get("properties"));
        properties.any(|(name, property)| {
            let kind = schemas.resolve(property).get("type");
            collection.is_id(name) && kind.and_then(Value::as_str) == Some("integer")
        })
    })
}

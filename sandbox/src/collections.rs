//! What a sandbox remembers: the items of collections.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::json::Json;

/// Whose something is: the parameters of a path before the item's own.
pub(crate) type Owner = BTreeMap<String, String>;

/// An item of a collection.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) owner: Owner,
    pub(crate) value: Json,
    /// Whether a client sent it; the others were there from the start.
    pub(crate) sent: bool,
}

/// The items of one collection.
#[derive(Default)]
pub(crate) struct Items {
    all: Vec<Item>,
    seeded: BTreeSet<Owner>,
    last: u64,
}

/// All items, by API and collection.
#[derive(Default)]
pub(crate) struct Memory(Mutex<HashMap<(String, usize), Items>>);

/// What a sandbox remembers, while nobody else looks at it.
pub(crate) struct Open<'a>(MutexGuard<'a, HashMap<(String, usize), Items>>);

impl Memory {
    pub(crate) fn open(&self) -> Open<'_> {
        Open(self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn forget(&self) {
        self.open().0.clear();
    }
}

impl Open<'_> {
    pub(crate) fn of(&mut self, api: &str, collection: usize) -> &mut Items {
        self.0.entry((api.to_owned(), collection)).or_default()
    }
}

impl Items {
    /// Whether somebody's items are still to be made up; true once for each owner.
    pub(crate) fn wants_seed(&mut self, owner: &Owner) -> bool {
        self.seeded.insert(owner.clone())
    }

    /// The number of the next item.
    pub(crate) fn next_number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    pub(crate) fn add(&mut self, item: Item) {
        self.all.push(item);
    }

    /// Somebody's items; of all, where the path tells of no owner.
    pub(crate) fn of<'a>(&'a self, owner: &'a Owner) -> impl Iterator<Item = &'a Item> {
        let belongs = |item: &&Item| {
            let mut each = owner.iter();
            each.all(|(name, value)| item.owner.get(name) == Some(value))
        };
        self.all.iter().filter(belongs)
    }

    pub(crate) fn find(&mut self, owner: &Owner, id: &str) -> Option<&mut Item> {
        let position = self.position(owner, id)?;
        self.all.get_mut(position)
    }

    /// Takes an item out; false where there is none.
    pub(crate) fn remove(&mut self, owner: &Owner, id: &str) -> bool {
        let position = self.position(owner, id);
        position.map(|position| self.all.remove(position)).is_some()
    }

    fn position(&self, owner: &Owner, id: &str) -> Option<usize> {
        let is = |item: &Item| {
            let mut each = owner.iter();
            // UUIDs are the same in capitals.
            item.id.eq_ignore_ascii_case(id)
                && each.all(|(name, value)| item.owner.get(name) == Some(value))
        };
        self.all.iter().position(is)
    }
}

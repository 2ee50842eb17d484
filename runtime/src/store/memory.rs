//! A store that ends with the process.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{BoxFuture, Lease, Record, Revision, StoreError, TokenKey, TokenStore};
use crate::wire::Secret;

/// Keeps records in memory: for tests, and where users log in anew after a restart.
#[derive(Clone, Default)]
pub struct MemoryStore {
    shelves: Arc<Mutex<Shelves>>,
}

#[derive(Default)]
struct Shelves {
    records: HashMap<TokenKey, Record>,
    leases: HashMap<TokenKey, Held>,
    /// Numbers revisions and leases.
    last: u64,
}

/// Who has a lease, and until when; `None` where that is too far away to say.
struct Held {
    number: u64,
    until: Option<Instant>,
}

impl Shelves {
    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, key: &TokenKey, old: Option<Revision>, new: &Secret) -> Option<Revision> {
        let mut shelves = self.shelves();
        if shelves.records.get(key).map(|record| record.revision) != old {
            return None;
        }
        let revision = Revision(shelves.next());
        let value = new.clone();
        shelves
            .records
            .insert(key.clone(), Record { revision, value });
        Some(revision)
    }

    fn take(&self, key: &TokenKey, old: Revision) -> bool {
        let mut shelves = self.shelves();
        let there = shelves
            .records
            .get(key)
            .is_some_and(|record| record.revision == old);
        if there {
            shelves.records.remove(key);
        }
        there
    }

    fn hold(&self, key: &TokenKey, limit: Duration) -> Option<Leased> {
        let (mut shelves, now) = (self.shelves(), Instant::now());
        if let Some(held) = shelves.leases.get(key)
            && held.until.is_none_or(|until| until > now)
        {
            return None;
        }
        let number = shelves.next();
        let until = now.checked_add(limit);
        shelves.leases.insert(key.clone(), Held { number, until });
        Some(Leased {
            store: self.clone(),
            key: key.clone(),
            number,
        })
    }
}

impl TokenStore for MemoryStore {
    fn load<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<Option<Record>, StoreError>> {
        Box::pin(async move { Ok(self.shelves().records.get(key).cloned()) })
    }

    fn replace<'a>(
        &'a self,
        key: &'a TokenKey,
        old: Option<Revision>,
        new: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<Revision>, StoreError>> {
        Box::pin(async move { Ok(self.put(key, old, new)) })
    }

    fn remove<'a>(
        &'a self,
        key: &'a TokenKey,
        old: Revision,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move { Ok(self.take(key, old)) })
    }

    fn lease<'a>(
        &'a self,
        key: &'a TokenKey,
        limit: Duration,
    ) -> BoxFuture<'a, Result<Option<Lease>, StoreError>> {
        Box::pin(async move {
            let leased = self.hold(key, limit);
            Ok(leased.map(|leased| Lease::new(move || async move { drop(leased) })))
        })
    }
}

/// Ends when dropped, so that nobody waits for one that is gone.
struct Leased {
    store: MemoryStore,
    key: TokenKey,
    number: u64,
}

impl Drop for Leased {
    fn drop(&mut self) {
        let mut shelves = self.store.shelves();
        // Its time may be up, and somebody else have it.
        if let Some(held) = shelves.leases.get(&self.key)
            && held.number == self.number
        {
            shelves.leases.remove(&self.key);
        }
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let records = self.shelves().records.len();
        out.debug_struct("MemoryStore")
            .field("records", &records)
            .finish()
    }
}

//! A store that ends with the process.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

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
    leased: HashSet<TokenKey>,
    revisions: u64,
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
        shelves.revisions += 1;
        let revision = Revision(shelves.revisions);
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
        _limit: Duration,
    ) -> BoxFuture<'a, Result<Option<Lease>, StoreError>> {
        Box::pin(async move {
            if !self.shelves().leased.insert(key.clone()) {
                return Ok(None);
            }
            let guard = Leased {
                store: self.clone(),
                key: key.clone(),
            };
            Ok(Some(Lease::new(move || async move { drop(guard) })))
        })
    }
}

/// Within one process, whoever holds a lease and is gone has dropped it.
struct Leased {
    store: MemoryStore,
    key: TokenKey,
}

impl Drop for Leased {
    fn drop(&mut self) {
        self.store.shelves().leased.remove(&self.key);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn key(subject: &str) -> TokenKey {
        TokenKey::of_subject("https://id.example/token", "client", subject)
    }

    #[tokio::test]
    async fn a_record_is_replaced_by_whoever_has_seen_the_last_one() {
        let (store, ann) = (MemoryStore::new(), key("ann"));
        let secret = Secret::from("one");
        let first = store.replace(&ann, None, &secret).await.unwrap();
        assert!(first.is_some());
        assert_eq!(store.replace(&ann, None, &secret).await.unwrap(), None);
        let second = store.replace(&ann, first, &Secret::from("two")).await;
        let second = second.unwrap().unwrap();
        assert_eq!(store.replace(&ann, first, &secret).await.unwrap(), None);
        assert_eq!(
            store.load(&ann).await.unwrap().unwrap().value.expose(),
            "two"
        );
        assert!(!store.remove(&ann, first.unwrap()).await.unwrap());
        assert!(store.remove(&ann, second).await.unwrap());
        assert_eq!(store.load(&ann).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_lease_is_one_holders_until_it_ends() {
        let (store, ann, bob) = (MemoryStore::new(), key("ann"), key("bob"));
        let limit = Duration::from_secs(30);
        let lease = store.lease(&ann, limit).await.unwrap().unwrap();
        assert!(store.lease(&ann, limit).await.unwrap().is_none());
        assert!(store.lease(&bob, limit).await.unwrap().is_some());
        lease.release().await;
        assert!(store.lease(&ann, limit).await.unwrap().is_some());
    }
}

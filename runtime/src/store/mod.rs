//! Where tokens are kept that outlive the process or that a fleet shares.
//!
//! A store holds records: opaque texts, each under a key and with a revision. It knows nothing of
//! tokens, so one for a database of the application's own takes little: four methods over one
//! table. Records are secrets, since they hold refresh tokens.
//!
//! | store | who shares it | what outlives a crash |
//! |---|---|---|
//! | [`MemoryStore`] | one process | nothing |
//! | [`FileStore`] | the processes of one user on one machine | every write |
//! | `RedisStore`, with the feature `redis` | whoever reaches the server | what the server keeps |
//!
//! # A store of one's own
//!
//! On a database, a table and a sequence (or another source of numbers that never come twice, not
//! even after a row was deleted) do:
//!
//! ```sql
//! CREATE SEQUENCE token_revision;
//! CREATE TABLE token_record (
//!     key      text PRIMARY KEY, -- TokenKey::to_text()
//!     revision bigint NOT NULL,
//!     value    text NOT NULL
//! );
//! CREATE TABLE token_lease (
//!     key    text PRIMARY KEY,
//!     holder text NOT NULL,      -- a random word of each lease
//!     until  timestamptz NOT NULL
//! );
//!
//! -- load
//! SELECT revision, value FROM token_record WHERE key = $1;
//!
//! -- replace, where there is no record: no row returned is `None`
//! INSERT INTO token_record VALUES ($1, nextval('token_revision'), $2)
//!     ON CONFLICT (key) DO NOTHING RETURNING revision;
//!
//! -- replace, of a record with revision $3: likewise
//! UPDATE token_record SET revision = nextval('token_revision'), value = $2
//!     WHERE key = $1 AND revision = $3 RETURNING revision;
//!
//! -- remove: whether a row was deleted
//! DELETE FROM token_record WHERE key = $1 AND revision = $2;
//!
//! -- lease: no row returned is `None`
//! INSERT INTO token_lease VALUES ($1, $2, now() + $3)
//!     ON CONFLICT (key) DO UPDATE SET holder = $2, until = now() + $3
//!     WHERE token_lease.until < now() RETURNING key;
//!
//! -- release: only one's own
//! DELETE FROM token_lease WHERE key = $1 AND holder = $2;
//! ```
//!
//! Each statement is atomic by itself, and is committed before its method returns. A unique index
//! needs keys of bounded length; where they are longer, use a hash of them and compare the key too.

mod error;
mod file;
mod key;
mod memory;
#[cfg(feature = "redis")]
mod redis;
mod revision;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use error::StoreError;
pub use file::FileStore;
pub use key::TokenKey;
pub use memory::MemoryStore;
#[cfg(feature = "redis")]
pub use redis::{RedisStore, RedisStoreBuilder};

pub use crate::transport::BoxFuture;
use crate::wire::Secret;

/// Keeps records of tokens.
///
/// Each method must be atomic, towards other processes as well where they share the store.
pub trait TokenStore: Send + Sync + 'static {
    /// Reads a record; `None` where there is none.
    ///
    /// # Errors
    /// When the store cannot be read, or what is there is damaged. A damaged record is left as it
    /// is.
    fn load<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<Option<Record>, StoreError>>;

    /// Puts `new` in place of the record whose revision is `old` (`None`: where there is none) and
    /// returns the revision that it has now. Returns `None` and changes nothing where another
    /// record, or none, is there.
    ///
    /// It returns only when the record is as durable as the store makes it: the refresh token that
    /// it replaces is no longer valid.
    ///
    /// # Errors
    /// When the store cannot be written; the old record is still there.
    fn replace<'a>(
        &'a self,
        key: &'a TokenKey,
        old: Option<Revision>,
        new: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<Revision>, StoreError>>;

    /// Removes the record whose revision is `old`, as when a user logs out. Returns false and
    /// changes nothing where another, or none, is there.
    ///
    /// # Errors
    /// When the store cannot be written; the record is still there.
    fn remove<'a>(
        &'a self,
        key: &'a TokenKey,
        old: Revision,
    ) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Takes the right to renew the tokens under a key, for at most `limit`. `None` while somebody
    /// else has it.
    ///
    /// The lease saves requests to the identity provider; that no token is lost is up to
    /// [`replace`](Self::replace).
    ///
    /// # Errors
    /// When the store cannot be reached.
    fn lease<'a>(
        &'a self,
        key: &'a TokenKey,
        limit: Duration,
    ) -> BoxFuture<'a, Result<Option<Lease>, StoreError>>;
}

/// A store that several clients share.
impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    fn load<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<Option<Record>, StoreError>> {
        (**self).load(key)
    }

    fn replace<'a>(
        &'a self,
        key: &'a TokenKey,
        old: Option<Revision>,
        new: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<Revision>, StoreError>> {
        (**self).replace(key, old, new)
    }

    fn remove<'a>(
        &'a self,
        key: &'a TokenKey,
        old: Revision,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        (**self).remove(key, old)
    }

    fn lease<'a>(
        &'a self,
        key: &'a TokenKey,
        limit: Duration,
    ) -> BoxFuture<'a, Result<Option<Lease>, StoreError>> {
        (**self).lease(key, limit)
    }
}

/// Tells a record from those that were under its key before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub u64);

/// What a store holds under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Changes with every write.
    pub revision: Revision,
    /// What was written.
    pub value: Secret,
}

/// The right to renew the tokens under a key.
///
/// It ends when it is released, and by itself after the time it was taken for.
#[must_use = "a lease keeps others waiting until it is released"]
pub struct Lease(Release);

type Release = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>;

impl Lease {
    /// A lease that ends with what `release` does. A failure to end it is nobody's concern: it runs
    /// out.
    pub fn new<R>(release: impl FnOnce() -> R + Send + 'static) -> Self
    where
        R: Future<Output = ()> + Send + 'static,
    {
        Self(Box::new(move || Box::pin(release())))
    }

    /// Gives the right back.
    pub async fn release(self) {
        (self.0)().await;
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Lease").finish_non_exhaustive()
    }
}

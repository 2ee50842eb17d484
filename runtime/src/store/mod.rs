//! Where tokens are kept that outlive the process or that a fleet shares.
//!
//! A store holds records: opaque texts, each under a key and with a revision. It knows nothing of
//! tokens, so one for a database of the application's own takes little: four methods over one
//! table. Records are secrets, since they hold refresh tokens.

mod error;
mod key;
mod memory;

use std::fmt;
use std::time::Duration;

pub use error::StoreError;
pub use key::TokenKey;
pub use memory::MemoryStore;

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

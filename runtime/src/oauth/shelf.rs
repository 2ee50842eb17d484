//! A record in a store, as sources of tokens use it.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::endpoint::{LIMIT, TokenEndpoint};
use super::record::SavedTokens;
use super::slot::Token;
use crate::error::{IdentityProviderError, IdentityProviderReason};
use crate::store::{Lease, Record, Revision, StoreError, TokenKey, TokenStore};

/// The longest that a store may take over one piece of work, so that one that hangs does not keep
/// every call waiting for ever. Files wait for a lock for 20 s.
const STORE_LIMIT: Duration = LIMIT;
/// How long a lease is taken for: a token request and what is done with the store around it.
const LEASE: Duration = Duration::from_secs(2 * LIMIT.as_secs());
/// How long somebody else's lease is waited for: until it has run out by itself.
const PATIENCE: Duration = Duration::from_secs(LEASE.as_secs() + 15);
/// The waits between two looks.
const FIRST_LOOK: Duration = Duration::from_millis(50);
const LAST_LOOK: Duration = Duration::from_secs(1);

/// The place of one record.
pub(super) struct Shelf<'a> {
    pub(super) store: &'a dyn TokenStore,
    pub(super) endpoint: &'a TokenEndpoint,
    pub(super) key: TokenKey,
}

/// What came of waiting for the right to ask for a token.
pub(super) enum Turn {
    /// It is ours.
    Ours(Lease),
    /// Somebody else asked in the meantime.
    Served(Token),
}

impl Shelf<'_> {
    /// Reads the record.
    pub(super) async fn load(
        &self,
    ) -> Result<Option<(Revision, SavedTokens)>, IdentityProviderError> {
        let record = self.load_raw().await?;
        record
            .map(|record| match SavedTokens::read(&record.value) {
                Ok(saved) => Ok((record.revision, saved)),
                Err(problem) => {
                    let message = format!("the record of {}: {problem}", self.key);
                    let reason = IdentityProviderReason::Store { damaged: true };
                    Err(self.endpoint.error(reason, message))
                }
            })
            .transpose()
    }

    /// Reads the record, whatever is in it.
    pub(super) async fn load_raw(&self) -> Result<Option<Record>, IdentityProviderError> {
        let record = in_time(self.store.load(&self.key)).await;
        record.map_err(|error| self.failed(&error, ""))
    }

    /// Puts tokens in place of a record; false where another is there.
    pub(super) async fn replace(
        &self,
        old: Option<Revision>,
        new: &SavedTokens,
    ) -> Result<bool, StoreError> {
        let text = new.write();
        let revision = in_time(self.store.replace(&self.key, old, &text)).await?;
        Ok(revision.is_some())
    }

    /// Takes the record away; false where another is there.
    pub(super) async fn remove(&self, old: Revision) -> Result<bool, IdentityProviderError> {
        let removed = in_time(self.store.remove(&self.key, old)).await;
        removed.map_err(|error| self.failed(&error, ""))
    }

    /// Waits for the right to ask for a token, or for somebody else to have asked for it.
    pub(super) async fn turn(
        &self,
        served: impl Fn(&SavedTokens) -> Option<Token>,
    ) -> Result<Turn, IdentityProviderError> {
        let start = Instant::now();
        let mut pause = FIRST_LOOK;
        loop {
            let lease = in_time(self.store.lease(&self.key, LEASE)).await;
            if let Some(lease) = lease.map_err(|error| self.failed(&error, ""))? {
                return Ok(Turn::Ours(lease));
            }
            if start.elapsed() >= PATIENCE {
                let reason = IdentityProviderReason::Store { damaged: false };
                let message = format!("the lease of {} is never given back", self.key);
                return Err(self.endpoint.error(reason, message));
            }
            sleep(pause.mul_f64(0.5 + 0.5 * fastrand::f64())).await;
            pause = (pause * 2).min(LAST_LOOK);
            if let Some((_, saved)) = self.load().await?
                && let Some(token) = served(&saved)
            {
                return Ok(Turn::Served(token));
            }
        }
    }

    /// Gives the right back. Where that fails, it runs out by itself.
    pub(super) async fn give_back(&self, lease: Lease) {
        let _ = timeout(STORE_LIMIT, lease.release()).await;
    }

    /// What is said of a failure of the store.
    pub(super) fn failed(&self, error: &StoreError, note: &str) -> IdentityProviderError {
        let reason = IdentityProviderReason::Store {
            damaged: error.is_damaged(),
        };
        self.endpoint.error(reason, format!("{error}{note}"))
    }
}

/// The work of a store, unless it takes too long. What was to be written may have been then.
async fn in_time<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let late = || {
        let seconds = STORE_LIMIT.as_secs();
        StoreError::new(format!("the store gave no answer within {seconds} s"))
    };
    let done = timeout(STORE_LIMIT, work).await;
    done.unwrap_or_else(|_| Err(late()))
}

//! Stores and sources of credentials that never answer.

use std::future::pending;
use std::time::Duration;

use super::play::*;
use super::*;
use crate::oauth::{ClientCredentialsSource, Credentials, TokenEndpoint};
use crate::store::{Lease, MemoryStore, Record, TokenStore};

/// A store that never answers where it is told not to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Load,
    Replace,
    Lease,
    Release,
}

struct Hanging(At, MemoryStore);

impl Hanging {
    async fn at(&self, place: At) {
        if self.0 == place {
            pending::<()>().await;
        }
    }
}

impl TokenStore for Hanging {
    fn load<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<Option<Record>, StoreError>> {
        Box::pin(async move {
            self.at(At::Load).await;
            self.1.load(key).await
        })
    }

    fn replace<'a>(
        &'a self,
        key: &'a TokenKey,
        old: Option<Revision>,
        new: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<Revision>, StoreError>> {
        Box::pin(async move {
            self.at(At::Replace).await;
            self.1.replace(key, old, new).await
        })
    }

    fn remove<'a>(
        &'a self,
        key: &'a TokenKey,
        old: Revision,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.1.remove(key, old)
    }

    fn lease<'a>(
        &'a self,
        key: &'a TokenKey,
        limit: Duration,
    ) -> BoxFuture<'a, Result<Option<Lease>, StoreError>> {
        Box::pin(async move {
            self.at(At::Lease).await;
            let hangs = self.0 == At::Release;
            let lease = self.1.lease(key, limit).await?;
            Ok(lease.map(|lease| match hangs {
                true => Lease::new(pending),
                false => lease,
            }))
        })
    }
}

/// Longer than any limit; the time is made up.
const LONG: Duration = Duration::from_secs(600);

/// Ann's record is there, with a refresh token and nothing else.
async fn process(hanging: At) -> (Process, Provider, MemoryStore) {
    let (provider, store) = (Provider::new("refresh-0"), MemoryStore::new());
    let record =
        r#"{"version":1,"scopes":["a","b"],"refresh_token":"refresh-0","access_tokens":[]}"#;
    put(&store, record).await;
    let hanging = Hanging(hanging, store.clone());
    let process = Process::new(&provider, hanging, &Clocks::default());
    (process, provider, store)
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_is_an_error_in_time() {
    for at in [At::Load, At::Lease] {
        let (process, provider, _) = process(at).await;
        for _ in 0..2 {
            let call = tokio::time::timeout(LONG, process.call());
            let error = call.await.expect("an end").unwrap_err();
            let store = IdentityProviderReason::Store { damaged: false };
            assert_eq!(*error.reason(), store);
            assert!(error.to_string().contains("no answer within"), "{error}");
        }
        assert_eq!(provider.asked(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_hangs_keeps_the_new_refresh_token_in_memory() {
    let (process, provider, store) = process(At::Replace).await;
    let call = tokio::time::timeout(LONG, process.call());
    let error = call.await.expect("an end").unwrap_err();
    assert!(error.to_string().contains("held in memory"), "{error}");
    assert_eq!(stored(&store).await.as_deref(), Some("refresh-0"));
    assert_eq!(lock(&process.sessions.unsaved).len(), 1);
    assert_eq!(provider.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_cannot_be_given_back_costs_no_token() {
    let (process, ..) = process(At::Release).await;
    let call = tokio::time::timeout(LONG, process.call());
    assert_eq!(call.await.expect("an end").unwrap(), "access-1");
}

#[tokio::test(start_paused = true)]
async fn the_clients_own_tokens_do_not_wait_for_ever_either() {
    for at in [At::Load, At::Lease, At::Replace, At::Release] {
        let (provider, clock) = (Provider::new(""), Clocks::default());
        let endpoint = endpoint(&provider, &clock);
        let source = ClientCredentialsSource {
            shown: endpoint.shown(),
            endpoint,
            scopes: all(),
            store: Some(Arc::new(Hanging(at, MemoryStore::new()))),
        };
        let slot = Slot::new(Box::new(source), Arc::new(clock));
        let token = tokio::time::timeout(LONG, slot.token()).await;
        // What cannot be read is an error; what cannot be written is not.
        let expected = matches!(at, At::Replace | At::Release);
        assert_eq!(token.expect("an end").is_ok(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_of_credentials_that_hangs_is_an_error_in_time() {
    let (provider, clock) = (Provider::new(""), Clocks::default());
    let Ok(endpoint) = Arc::try_unwrap(endpoint(&provider, &clock)) else {
        unreachable!("nobody else has it")
    };
    let endpoint = Arc::new(TokenEndpoint {
        credentials: Credentials::Provided(Arc::new(|| Box::pin(pending()))),
        ..endpoint
    });
    let source = ClientCredentialsSource {
        shown: endpoint.shown(),
        endpoint,
        scopes: all(),
        store: None,
    };
    let slot = Slot::new(Box::new(source), Arc::new(clock));
    let token = tokio::time::timeout(LONG, slot.token()).await;
    let error = token.expect("an end").unwrap_err();
    assert_eq!(*error.reason(), IdentityProviderReason::Source);
    assert_eq!(provider.asked(), 0);
}

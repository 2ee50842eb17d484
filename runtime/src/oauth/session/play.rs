//! A made-up provider that rotates refresh tokens, a store that fails when told to, and clocks that
//! a test sets.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use url::Url;

use super::*;
use crate::body::ByteStream;
use crate::error::TransportError;
use crate::oauth::Moment;
use crate::oauth::endpoint::TokenEndpoint;
use crate::oauth::{ClientCredentials, Clock, Credentials, Dialect};
use crate::store::TokenStore;
use crate::store::{Lease, MemoryStore, Record};
use crate::transport::{Transport, TransportRequest, TransportResponse};

#[derive(Clone, Default)]
pub(super) struct Clocks(Arc<AtomicU64>);

impl Clocks {
    pub(super) fn pass(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for Clocks {
    fn now(&self) -> Moment {
        let passed = Duration::from_secs(self.0.load(Ordering::SeqCst));
        Moment {
            monotonic: passed,
            wall: SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000) + passed,
        }
    }
}

/// Knows one refresh token, and a new one after each use.
#[derive(Clone)]
pub(super) struct Provider(Arc<Mutex<State>>);

type Hook = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>;

struct State {
    valid: String,
    rotates: bool,
    asked: Vec<Vec<(String, String)>>,
    answers: VecDeque<(u16, String)>,
    /// What happens elsewhere while the provider thinks.
    meanwhile: Option<Hook>,
}

impl Provider {
    pub(super) fn new(valid: &str) -> Self {
        Self(Arc::new(Mutex::new(State {
            valid: valid.to_owned(),
            rotates: true,
            asked: Vec::new(),
            answers: VecDeque::new(),
            meanwhile: None,
        })))
    }

    pub(super) fn keeping_refresh_tokens(self) -> Self {
        lock(&self.0).rotates = false;
        self
    }

    /// Gives this answer next, whatever is asked.
    pub(super) fn answer(&self, status: u16, body: &str) {
        lock(&self.0).answers.push_back((status, body.to_owned()));
    }

    pub(super) fn meanwhile<F: Future<Output = ()> + Send + 'static>(
        &self,
        hook: impl FnOnce() -> F + Send + 'static,
    ) {
        lock(&self.0).meanwhile = Some(Box::new(move || Box::pin(hook())));
    }

    pub(super) fn set_valid(&self, refresh_token: &str) {
        lock(&self.0).valid = refresh_token.to_owned();
    }

    pub(super) fn asked(&self) -> usize {
        lock(&self.0).asked.len()
    }

    /// A parameter of each request.
    pub(super) fn parameter(&self, name: &str) -> Vec<Option<String>> {
        let find = |pairs: &Vec<(String, String)>| {
            let pair = pairs.iter().find(|(key, _)| key == name);
            pair.map(|(_, value)| value.clone())
        };
        lock(&self.0).asked.iter().map(find).collect()
    }

    fn respond(&self, pairs: Vec<(String, String)>) -> (u16, String) {
        let mut state = lock(&self.0);
        let get = |name: &str| pairs.iter().find(|(key, _)| key == name);
        let refresh_token = get("refresh_token").map(|(_, value)| value.clone());
        state.asked.push(pairs);
        let count = state.asked.len();
        if let Some(answer) = state.answers.pop_front() {
            return answer;
        }
        let mut more = String::new();
        if let Some(refresh_token) = refresh_token {
            if refresh_token != state.valid {
                let body = format!(
                    r#"{{"error":"invalid_grant","error_description":"no {refresh_token}"}}"#
                );
                return (400, body);
            }
            if state.rotates {
                state.valid = format!("refresh-{count}");
                more = format!(r#","refresh_token":"refresh-{count}""#);
            }
        }
        let body = format!(r#"{{"access_token":"access-{count}","expires_in":3600{more}}}"#);
        (200, body)
    }
}

impl Transport for Provider {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'static, Result<TransportResponse, TransportError>> {
        let provider = self.clone();
        Box::pin(async move {
            let body = request.body.into_bytes().unwrap();
            let pairs = url::form_urlencoded::parse(&body).into_owned().collect();
            let meanwhile = lock(&provider.0).meanwhile.take();
            if let Some(hook) = meanwhile {
                hook().await;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
            let (status, body) = provider.respond(pairs);
            Ok(TransportResponse {
                status: StatusCode::from_u16(status).unwrap(),
                headers: HeaderMap::new(),
                body: ByteStream::from_bytes(Bytes::from(body)),
            })
        })
    }
}

/// A store in memory whose writes fail as often as it is told.
#[derive(Clone, Default)]
pub(super) struct Flaky {
    pub(super) store: MemoryStore,
    pub(super) failures: Arc<AtomicU64>,
    /// What another process writes just before the next lease is given.
    pub(super) before_lease: Arc<Mutex<Option<String>>>,
}

impl TokenStore for Flaky {
    fn load<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<Option<Record>, StoreError>> {
        self.store.load(key)
    }

    fn replace<'a>(
        &'a self,
        key: &'a TokenKey,
        old: Option<Revision>,
        new: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<Revision>, StoreError>> {
        let less = |count: u64| count.checked_sub(1);
        let failures = &self.failures;
        match failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less) {
            Ok(_) => Box::pin(async { Err(StoreError::new("the disk is full")) }),
            Err(_) => self.store.replace(key, old, new),
        }
    }

    fn remove<'a>(
        &'a self,
        key: &'a TokenKey,
        old: Revision,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.store.remove(key, old)
    }

    fn lease<'a>(
        &'a self,
        key: &'a TokenKey,
        limit: Duration,
    ) -> BoxFuture<'a, Result<Option<Lease>, StoreError>> {
        Box::pin(async move {
            let record = lock(&self.before_lease).take();
            if let Some(record) = record {
                put(&self.store, &record).await;
            }
            self.store.lease(key, limit).await
        })
    }
}

/// A process of a fleet: its own memory, with the provider, the store and the time of all.
pub(super) struct Process {
    pub(super) sessions: Arc<Sessions>,
}

impl Process {
    pub(super) fn new(provider: &Provider, store: impl TokenStore, clock: &Clocks) -> Self {
        Self {
            sessions: Sessions::new(endpoint(provider, clock), Arc::new(store)),
        }
    }

    /// Ann logs in with a refresh token, and an access token `first` that is good for an hour.
    pub(super) async fn log_in(&self, refresh_token: &str) -> Arc<Session> {
        let session = self.sessions.of("ann");
        let token = Token {
            header: crate::oauth::bearer("first").unwrap(),
            lifetime: Duration::from_secs(3600),
            asked: self.sessions.now(),
        };
        let granted = Granted::of(token, Some(Secret::from(refresh_token)));
        session.begin(&all(), &granted).await.unwrap();
        session
    }

    /// The access token that a call of Ann's gets.
    pub(super) async fn call(&self) -> Result<String, IdentityProviderError> {
        self.call_with(all()).await
    }

    pub(super) async fn call_with(
        &self,
        scopes: Vec<String>,
    ) -> Result<String, IdentityProviderError> {
        let slot = self.sessions.of("ann").slot(scopes);
        let entry = slot.token().await?;
        let text = entry.header.to_str().unwrap();
        Ok(text.trim_start_matches("Bearer ").to_owned())
    }
}

pub(super) fn endpoint(provider: &Provider, clock: &Clocks) -> Arc<TokenEndpoint> {
    Arc::new(TokenEndpoint {
        transport: Arc::new(provider.clone()),
        clock: Arc::new(clock.clone()),
        url: Url::parse("https://id.example/token").unwrap(),
        dialect: Dialect::FORM,
        credentials: Credentials::fixed(ClientCredentials::new("id", "secret")),
        default_lifetime: Duration::from_secs(300),
        on_missing_scopes: None,
    })
}

pub(super) fn all() -> Vec<String> {
    vec!["a".to_owned(), "b".to_owned()]
}

pub(super) fn ann() -> TokenKey {
    TokenKey::of_subject("https://id.example/token", "id", "ann")
}

/// The refresh token in a store.
pub(super) async fn stored(store: &MemoryStore) -> Option<String> {
    let record = store.load(&ann()).await.unwrap()?;
    let saved = SavedTokens::read(&record.value).unwrap();
    saved.refresh_token.map(|token| token.expose().to_owned())
}

/// Puts a record in place of Ann's.
pub(super) async fn put(store: &MemoryStore, text: &str) {
    let old = store.load(&ann()).await.unwrap();
    let old = old.map(|record| record.revision);
    let new = store.replace(&ann(), old, &Secret::from(text)).await;
    assert!(new.unwrap().is_some());
}

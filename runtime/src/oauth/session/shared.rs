//! What the sessions of one application share, and what is held in memory for them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::Session;
use crate::error::{IdentityProviderError, IdentityProviderReason};
use crate::oauth::clock::Moment;
use crate::oauth::endpoint::TokenEndpoint;
use crate::oauth::record::SavedTokens;
use crate::oauth::slot::Slot;
use crate::store::{TokenKey, TokenStore};
use crate::wire::Secret;

/// How long the provider's word stands that a refresh token is worthless, in seconds.
const WORTHLESS: u64 = 60;

/// The users of one application.
pub(crate) struct Sessions {
    pub(crate) endpoint: Arc<TokenEndpoint>,
    pub(super) shown: String,
    pub(super) store: Arc<dyn TokenStore>,
    /// Those whose clients are in use, by subject. A web server has more users than it serves at a
    /// time.
    pub(super) live: Mutex<HashMap<String, Weak<Session>>>,
    /// Tokens that the store did not take. They are held here, since nothing else has them.
    pub(super) unsaved: Mutex<HashMap<TokenKey, Unsaved>>,
    /// Refresh tokens that the provider refused a short while ago, so that it is not asked again
    /// with each call.
    worthless: Mutex<HashMap<TokenKey, Worthless>>,
}

#[derive(Clone)]
pub(super) struct Unsaved {
    /// The refresh token that the provider has taken out of use.
    pub(super) replaced: Option<Secret>,
    pub(super) tokens: SavedTokens,
}

struct Worthless {
    refresh_token: Secret,
    found: Moment,
    error: IdentityProviderError,
}

impl Worthless {
    fn stands(&self, now: Moment) -> bool {
        let age = now.since(self.found);
        age.is_some_and(|age| age.as_secs() < WORTHLESS)
    }
}

impl Sessions {
    pub(crate) fn new(endpoint: Arc<TokenEndpoint>, store: Arc<dyn TokenStore>) -> Arc<Self> {
        Arc::new(Self {
            shown: endpoint.shown(),
            endpoint,
            store,
            live: Mutex::default(),
            unsaved: Mutex::default(),
            worthless: Mutex::default(),
        })
    }

    /// A user's session, by the name that the application gives.
    pub(crate) fn of(self: &Arc<Self>, subject: &str) -> Arc<Session> {
        let mut live = lock(&self.live);
        if let Some(session) = live.get(subject).and_then(Weak::upgrade) {
            return session;
        }
        if live.len() == live.capacity() {
            live.retain(|_, session| session.strong_count() > 0);
        }
        let session = Session::new(Arc::clone(self), subject);
        live.insert(subject.to_owned(), Arc::downgrade(&session));
        session
    }

    /// Sets another client secret, unless the application is asked for it.
    pub(crate) fn set_secret(&self, secret: String) -> bool {
        let set = self.endpoint.credentials.set_secret(secret);
        let live: Vec<_> = lock(&self.live)
            .values()
            .filter_map(Weak::upgrade)
            .collect();
        for session in live {
            session.each_slot(Slot::credentials_changed);
        }
        set
    }

    /// Forgets what is held in memory of a user's tokens.
    pub(super) fn forget(&self, key: &TokenKey) {
        lock(&self.unsaved).remove(key);
        lock(&self.worthless).remove(key);
    }

    /// Keeps in mind that the provider refused a refresh token.
    pub(super) fn remember(
        &self,
        key: &TokenKey,
        refresh_token: Secret,
        error: IdentityProviderError,
    ) {
        let now = self.now();
        let mut worthless = lock(&self.worthless);
        worthless.retain(|_, known| known.stands(now));
        worthless.insert(
            key.clone(),
            Worthless {
                refresh_token,
                found: now,
                error,
            },
        );
    }

    /// The error for a refresh token that the provider refused a short while ago.
    pub(super) fn known(
        &self,
        key: &TokenKey,
        refresh_token: &Secret,
    ) -> Option<IdentityProviderError> {
        let worthless = lock(&self.worthless);
        let known = worthless.get(key)?;
        let stands = known.stands(self.now()) && known.refresh_token == *refresh_token;
        let error = || known.error.clone();
        stands.then(|| error().because(IdentityProviderReason::LoginRequired))
    }

    pub(super) fn now(&self) -> Moment {
        self.endpoint.clock.now()
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

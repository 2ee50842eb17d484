//! The tokens of users: kept in a store, renewed with a refresh token (RFC 6749, section 6), and
//! never lost on the way.
//!
//! A provider that rotates refresh tokens makes the old one worthless with its answer, so the order
//! matters: the new refresh token is in the store before the new access token is used.

mod shared;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, Weak};

use http::HeaderValue;

use super::endpoint::{Granted, scope_parameter};
use super::record::SavedTokens;
use super::shelf::{Shelf, Turn};
use super::slot::{Slot, Token, TokenSource};
use crate::error::{IdentityProviderError, IdentityProviderReason};
use crate::store::{Revision, StoreError, TokenKey};
use crate::transport::BoxFuture;
use crate::wire::Secret;
pub(crate) use shared::Sessions;
use shared::{Unsaved, lock};

/// How often a record is read again that others keep changing.
const ROUNDS: usize = 5;
/// One user's tokens.
pub(crate) struct Session {
    shared: Arc<Sessions>,
    subject: String,
    /// Held by whoever works on the record.
    turn: tokio::sync::Mutex<()>,
    /// By sorted scopes; each belongs to the clients that use it.
    slots: Mutex<BTreeMap<Vec<String>, Weak<Slot>>>,
}

/// What came of writing down new tokens.
enum Kept {
    Saved(Token),
    /// Somebody else wrote something else, which counts.
    Overtaken(Option<(Revision, SavedTokens)>),
}

impl Session {
    fn new(shared: Arc<Sessions>, subject: &str) -> Arc<Self> {
        Arc::new(Self {
            shared,
            subject: subject.to_owned(),
            turn: tokio::sync::Mutex::default(),
            slots: Mutex::default(),
        })
    }

    pub(crate) fn shared(&self) -> &Arc<Sessions> {
        &self.shared
    }

    pub(crate) fn subject(&self) -> &str {
        &self.subject
    }

    /// Gives the place for the user's token with exactly these scopes, which are sorted.
    pub(crate) fn slot(self: &Arc<Self>, scopes: Vec<String>) -> Arc<Slot> {
        let mut slots = lock(&self.slots);
        if let Some(slot) = slots.get(&scopes).and_then(Weak::upgrade) {
            return slot;
        }
        slots.retain(|_, slot| slot.strong_count() > 0);
        let source = SessionSource {
            session: Arc::clone(self),
            scopes: scopes.clone(),
        };
        let slot = Slot::new(Box::new(source), Arc::clone(&self.shared.endpoint.clock));
        slots.insert(scopes, Arc::downgrade(&slot));
        slot
    }

    /// Writes down the tokens of a login, in place of those of an earlier one.
    pub(crate) async fn begin(
        &self,
        scopes: &[String],
        granted: &Granted,
    ) -> Result<(), IdentityProviderError> {
        let shelf = self.shelf().await?;
        let _turn = self.turn.lock().await;
        let mut tokens = SavedTokens {
            scopes: scopes.to_vec(),
            ..SavedTokens::default()
        };
        tokens.take(scopes, granted, self.shared.now());
        for _ in 0..ROUNDS {
            let revision = shelf.load().await?.map(|(revision, _)| revision);
            let replaced = shelf.replace(revision, &tokens).await;
            if replaced.map_err(|error| shelf.failed(&error, ""))? {
                self.shared.forget(&shelf.key);
                self.each_slot(Slot::forget);
                return Ok(());
            }
        }
        Err(self.restless())
    }

    /// Forgets the user's tokens, here and in the store.
    pub(crate) async fn end(&self) -> Result<(), IdentityProviderError> {
        let shelf = self.shelf().await?;
        let _turn = self.turn.lock().await;
        self.shared.forget(&shelf.key);
        self.each_slot(Slot::forget);
        for _ in 0..ROUNDS {
            // Whatever is in it, so that a damaged record can be done away with.
            match shelf.load_raw().await? {
                None => return Ok(()),
                Some(record) if shelf.remove(record.revision).await? => return Ok(()),
                Some(_) => {}
            }
        }
        Err(self.restless())
    }

    /// Gives an access token with these scopes: one that is there, or a new one.
    async fn token(
        &self,
        scopes: &[String],
        refused: Option<HeaderValue>,
    ) -> Result<Token, IdentityProviderError> {
        let shelf = self.shelf().await?;
        let served = |saved: &SavedTokens| saved.token(scopes, refused.as_ref(), self.shared.now());
        let _turn = self.turn.lock().await;
        self.save_unsaved(&shelf).await?;
        match shelf.load().await? {
            None => return Err(self.login_required("nobody is logged in")),
            Some((_, saved)) => {
                if let Some(token) = served(&saved) {
                    return Ok(token);
                }
            }
        }
        match shelf.turn(served).await? {
            Turn::Served(token) => Ok(token),
            Turn::Ours(lease) => {
                let renewed = self.renew(&shelf, scopes, served).await;
                shelf.give_back(lease).await;
                renewed
            }
        }
    }

    async fn renew(
        &self,
        shelf: &Shelf<'_>,
        scopes: &[String],
        served: impl Fn(&SavedTokens) -> Option<Token>,
    ) -> Result<Token, IdentityProviderError> {
        let mut there = shelf.load().await?;
        for _ in 0..ROUNDS {
            let Some((revision, saved)) = there else {
                return Err(self.login_required("nobody is logged in any more"));
            };
            if let Some(token) = served(&saved) {
                return Ok(token);
            }
            let Some(refresh_token) = saved.refresh_token.clone() else {
                return Err(self.login_required("the provider gave no refresh token"));
            };
            if let Some(error) = self.shared.known(&shelf.key, &refresh_token) {
                return Err(error);
            }
            match self.refresh(&saved, &refresh_token, scopes).await {
                Ok(granted) => match self
                    .keep(shelf, (revision, saved), scopes, &granted)
                    .await?
                {
                    Kept::Saved(token) => return Ok(token),
                    Kept::Overtaken(other) => there = other,
                },
                Err(error) if is_about_the_token(&error) => {
                    self.shared.remember(&shelf.key, refresh_token, error);
                    // Another process may have put a good one in its place.
                    there = shelf.load().await?;
                }
                Err(error) => return Err(error),
            }
        }
        Err(self.restless())
    }

    /// Asks for tokens with a refresh token.
    async fn refresh(
        &self,
        saved: &SavedTokens,
        refresh_token: &Secret,
        scopes: &[String],
    ) -> Result<Granted, IdentityProviderError> {
        let endpoint = &self.shared.endpoint;
        let more: Vec<String> = scopes
            .iter()
            .filter(|scope| !saved.scopes.contains(scope))
            .cloned()
            .collect();
        if !more.is_empty() {
            let reason = IdentityProviderReason::MissingScopes(more);
            let message = format!("{} logged in without them", self.shown());
            return Err(endpoint.error(reason, message));
        }
        // All scopes of the login are what a request without scopes means.
        let narrower = match scopes == saved.scopes {
            true => String::new(),
            false => scopes.join(" "),
        };
        let mut parameters = vec![("refresh_token", refresh_token.expose())];
        parameters.extend(scope_parameter(&narrower));
        endpoint.tokens("refresh_token", &parameters, scopes).await
    }

    /// Writes down what a refresh brought, before anybody uses it.
    async fn keep(
        &self,
        shelf: &Shelf<'_>,
        before: (Revision, SavedTokens),
        scopes: &[String],
        granted: &Granted,
    ) -> Result<Kept, IdentityProviderError> {
        let (mut revision, mut tokens) = before;
        let replaced = tokens.refresh_token.clone();
        let rotated = granted.refresh_token.is_some() && granted.refresh_token != replaced;
        for _ in 0..ROUNDS {
            tokens.take(scopes, granted, self.shared.now());
            let there = match shelf.replace(Some(revision), &tokens).await {
                Ok(true) => return granted.usable(&self.shared.endpoint).map(Kept::Saved),
                Ok(false) => shelf.load().await,
                Err(error) => Err(self.not_saved(shelf, &error)),
            };
            match there {
                // Only access tokens have changed; the new refresh token belongs there.
                Ok(Some((now, saved))) if saved.refresh_token == replaced => {
                    (revision, tokens) = (now, saved);
                }
                Ok(other) => return Ok(Kept::Overtaken(other)),
                // Nothing is lost where the refresh token is the old one.
                Err(_) if !rotated => {
                    return granted.usable(&self.shared.endpoint).map(Kept::Saved);
                }
                Err(error) => {
                    self.hold(shelf, replaced, tokens);
                    return Err(error);
                }
            }
        }
        tokens.take(scopes, granted, self.shared.now());
        self.hold(shelf, replaced, tokens);
        Err(self.restless())
    }

    fn hold(&self, shelf: &Shelf<'_>, replaced: Option<Secret>, tokens: SavedTokens) {
        let unsaved = Unsaved { replaced, tokens };
        lock(&self.shared.unsaved).insert(shelf.key.clone(), unsaved);
    }

    /// Saves what could not be saved before, unless the user has logged in or out since.
    async fn save_unsaved(&self, shelf: &Shelf<'_>) -> Result<(), IdentityProviderError> {
        for _ in 0..ROUNDS {
            let unsaved = lock(&self.shared.unsaved).get(&shelf.key).cloned();
            let Some(unsaved) = unsaved else {
                return Ok(());
            };
            let saved = match shelf.load().await? {
                Some((revision, mut there)) if there.refresh_token == unsaved.replaced => {
                    there.merge(&unsaved.tokens);
                    let replaced = shelf.replace(Some(revision), &there).await;
                    replaced.map_err(|error| self.not_saved(shelf, &error))?
                }
                // Another login, none any more, or the write that failed had come through.
                _ => true,
            };
            if saved {
                lock(&self.shared.unsaved).remove(&shelf.key);
                return Ok(());
            }
        }
        Err(self.restless())
    }

    async fn shelf(&self) -> Result<Shelf<'_>, IdentityProviderError> {
        let credentials = self.shared.endpoint.credentials().await?;
        Ok(Shelf {
            store: &*self.shared.store,
            endpoint: &self.shared.endpoint,
            key: TokenKey::of_subject(
                &self.shared.endpoint.name(),
                credentials.id(),
                &self.subject,
            ),
        })
    }

    fn each_slot(&self, act: impl Fn(&Slot)) {
        let slots: Vec<_> = lock(&self.slots)
            .values()
            .filter_map(Weak::upgrade)
            .collect();
        slots.iter().for_each(|slot| act(slot));
    }

    /// The user in messages: one line, whatever name the user may have chosen.
    fn shown(&self) -> String {
        crate::json::tidy(&self.subject)
    }

    fn login_required(&self, what: &str) -> IdentityProviderError {
        let message = format!("{what} as {}", self.shown());
        let endpoint = &self.shared.endpoint;
        endpoint.error(IdentityProviderReason::LoginRequired, message)
    }

    fn not_saved(&self, shelf: &Shelf<'_>, error: &StoreError) -> IdentityProviderError {
        let note = "; the new refresh token is held in memory and saved with the next call";
        shelf.failed(error, note)
    }

    fn restless(&self) -> IdentityProviderError {
        let message = format!("the record of {} changes all the time", self.shown());
        let reason = IdentityProviderReason::Store { damaged: false };
        self.shared.endpoint.error(reason, message)
    }
}

/// Whether a refusal says that the refresh token is no longer valid. Providers that do not name
/// their refusals by RFC 6749, section 5.2, answer 400; nothing else in the request is new.
fn is_about_the_token(error: &IdentityProviderError) -> bool {
    let others = [
        "invalid_client",
        "invalid_request",
        "invalid_scope",
        "unauthorized_client",
        "unsupported_grant_type",
    ];
    error.code().is_some_and(|code| {
        let is_400 = error.status().is_some_and(|status| status.as_u16() == 400);
        code == "invalid_grant" || (is_400 && !others.contains(&code) && !error.is_retryable())
    })
}

struct SessionSource {
    session: Arc<Session>,
    scopes: Vec<String>,
}

impl TokenSource for SessionSource {
    fn fetch(
        &self,
        refused: Option<HeaderValue>,
    ) -> BoxFuture<'_, Result<Token, IdentityProviderError>> {
        Box::pin(self.session.token(&self.scopes, refused))
    }

    fn endpoint(&self) -> &str {
        &self.session.shared.shown
    }
}

#[cfg(test)]
mod hangs;
#[cfg(test)]
mod play;
#[cfg(test)]
mod tests;

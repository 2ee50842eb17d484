//! Credentials: what each request proves itself with.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderName, HeaderValue};

use super::key::Key;
use super::proof::Proof;
use crate::api::{Facts, Requirement};
use crate::error::{ConfigError, IdentityProviderError, IdentityProviderReason};
use crate::oauth::{
    ClientCredentialsSource, Session, Slot, TokenEndpoint, check_scopes, scope_set, timely,
};
use crate::store::TokenStore;
use crate::transport::BoxFuture;
use crate::wire::Secret;

/// Where credentials come from.
#[derive(Clone, Debug)]
pub(crate) enum Authority {
    /// A portal's: the same for each request.
    Portal { token: Grant, key: Option<Key> },
    /// By the security schemes of a document.
    Schemes(Arc<Vec<(&'static str, Credential)>>),
}

/// Tokens of one set of scopes.
#[derive(Clone)]
pub(crate) struct Grant {
    owner: Owner,
    slot: Arc<Slot>,
}

/// Whose tokens they are.
#[derive(Clone)]
enum Owner {
    /// The client's own.
    Client(Arc<Tokens>),
    /// A user's who logged in.
    User(Arc<Session>),
}

/// What was given for a security scheme.
pub(crate) enum Credential {
    /// A header of its own; Basic and fixed bearer tokens go into `Authorization`.
    Header(HeaderName, HeaderValue),
    /// A key in the query.
    Query(&'static str, Secret),
    /// A key in a cookie.
    Cookie(&'static str, Secret),
    /// Bearer tokens that the application supplies.
    Supplied(Supply),
    /// Bearer tokens asked for with client credentials, for these scopes or those that operations
    /// require.
    Tokens(Arc<Tokens>, Option<Vec<String>>),
}

/// An application's own source of bearer tokens.
pub(crate) type Supply =
    Arc<dyn Fn() -> BoxFuture<'static, Result<String, crate::body::BoxError>> + Send + Sync>;

/// Puts an application's function into the type of a [`Supply`].
pub(super) fn supply<F, R, E>(provider: F) -> Supply
where
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output = Result<String, E>> + Send + 'static,
    E: Into<crate::body::BoxError> + 'static,
{
    Arc::new(move || {
        let given = provider();
        Box::pin(async move { given.await.map_err(Into::into) })
    })
}

/// Why there are no credentials.
pub(crate) enum Unproven {
    /// The identity provider gave none.
    Identity(IdentityProviderError),
    /// None were set.
    Missing(String),
}

impl Authority {
    /// Adds the credentials to a request.
    pub(crate) async fn prove(&self, facts: &Facts, proof: &mut Proof) -> Result<(), Unproven> {
        match self {
            Self::Portal { token, key } => {
                if let Some(key) = key {
                    proof.add_key(key).await.map_err(Unproven::Missing)?;
                }
                // A document can exempt operations, such as those that hand out tokens.
                let exempt = |all: &[&[Requirement]]| all.iter().all(|any| any.is_empty());
                if !facts.security.is_some_and(exempt) {
                    proof.add_token(&token.slot).await?;
                }
            }
            Self::Schemes(credentials) => match facts.security {
                // Nothing is required anywhere: what was set is meant to be sent.
                None => {
                    for (_, credential) in credentials.iter() {
                        credential.add(&[], proof).await?;
                    }
                }
                Some(alternatives) => {
                    for requirement in choose(alternatives, credentials)? {
                        if let Some(credential) = find(credentials, requirement.scheme) {
                            credential.add(requirement.scopes, proof).await?;
                        }
                    }
                }
            },
        }
        Ok(())
    }

    /// Gets what all requests need, whatever their operation.
    pub(crate) async fn ready(&self) -> Result<(), Unproven> {
        match self {
            Self::Portal { token, key } => {
                if let Some(key) = key {
                    key.value().await.map_err(Unproven::Missing)?;
                }
                token.slot.token().await?;
            }
            Self::Schemes(credentials) => {
                for (_, credential) in credentials.iter() {
                    match credential {
                        Credential::Supplied(supply) => _ = supplied(supply).await?,
                        Credential::Tokens(tokens, Some(scopes)) => {
                            tokens.slot(scopes.clone()).token().await?;
                        }
                        // What is fixed is there, and other tokens have the scopes of an operation.
                        Credential::Header(..)
                        | Credential::Query(..)
                        | Credential::Cookie(..)
                        | Credential::Tokens(_, None) => {}
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn set_subscription_key(&self, text: &str) -> Result<(), ConfigError> {
        match self {
            Self::Portal { key: Some(key), .. } => key.set(text),
            Self::Portal { key: None, .. } | Self::Schemes(_) => {
                Err(ConfigError::new("this client sends no subscription key"))
            }
        }
    }

    /// Finds another subscription key in place of one that was refused; returns true when there is
    /// one.
    pub(crate) async fn renew_key(&self, refused: &HeaderValue) -> bool {
        match self {
            Self::Portal { key: Some(key), .. } => key.renew(refused).await,
            Self::Portal { key: None, .. } | Self::Schemes(_) => false,
        }
    }

    pub(super) fn set_client_secret(&self, secret: String) -> Result<(), ConfigError> {
        match self {
            Self::Portal { token, .. } => token.owner.set_secret(secret),
            Self::Schemes(credentials) => {
                let mut tokens =
                    credentials
                        .iter()
                        .filter_map(|(_, credential)| match credential {
                            Credential::Tokens(tokens, _) => Some(tokens),
                            _ => None,
                        });
                match (tokens.next(), tokens.next()) {
                    (Some(tokens), None) => asked_elsewhere(tokens.set_secret(secret)),
                    (None, _) => Err(ConfigError::new("this client has no client secret")),
                    (Some(_), Some(_)) => Err(ConfigError::new(
                        "this client has several client secrets; build it anew",
                    )),
                }
            }
        }
    }

    pub(super) fn with_scopes(&self, scopes: Vec<String>) -> Result<Self, ConfigError> {
        match self {
            Self::Portal { token, key } => {
                check_scopes(&scopes)
                    .map_err(|problem| ConfigError::new(format!("the scopes: {problem}")))?;
                Ok(Self::Portal {
                    token: token.with_scopes(scopes),
                    key: key.clone(),
                })
            }
            Self::Schemes(_) => Err(ConfigError::new(
                "the scopes of this client are those that its operations require",
            )),
        }
    }
}

impl Grant {
    /// The client's own tokens.
    pub(crate) fn of_client(tokens: Arc<Tokens>, scopes: Vec<String>) -> Self {
        Self::new(Owner::Client(tokens), scopes)
    }

    /// The tokens of a user who logged in.
    pub(crate) fn of_user(session: Arc<Session>, scopes: Vec<String>) -> Self {
        Self::new(Owner::User(session), scopes)
    }

    fn with_scopes(&self, scopes: Vec<String>) -> Self {
        Self::new(self.owner.clone(), scopes)
    }

    fn new(owner: Owner, scopes: Vec<String>) -> Self {
        let scopes = scope_set(&scopes);
        let slot = match &owner {
            Owner::Client(tokens) => tokens.slot(scopes),
            Owner::User(session) => session.slot(scopes),
        };
        Self { owner, slot }
    }
}

impl Owner {
    fn set_secret(&self, secret: String) -> Result<(), ConfigError> {
        asked_elsewhere(match self {
            Self::Client(tokens) => tokens.set_secret(secret),
            Self::User(session) => session.shared().set_secret(secret),
        })
    }
}

fn asked_elsewhere(set: bool) -> Result<(), ConfigError> {
    let error = || ConfigError::new("this client asks the application for its client secret");
    set.then_some(()).ok_or_else(error)
}

impl Credential {
    async fn add(&self, scopes: &[&str], proof: &mut Proof) -> Result<(), IdentityProviderError> {
        match self {
            Self::Header(name, value) => proof.add_header(name, value),
            Self::Query(name, key) => proof.add_query(name, key.expose()),
            Self::Cookie(name, key) => proof.add_cookie(name, key.expose()),
            Self::Supplied(supply) => proof.add_supplied(supplied(supply).await?),
            Self::Tokens(tokens, fixed) => {
                let required = || scopes.iter().map(|scope| (*scope).to_owned()).collect();
                let slot = tokens.slot(fixed.clone().unwrap_or_else(required));
                proof.add_token(&slot).await?;
            }
        }
        Ok(())
    }
}

impl From<IdentityProviderError> for Unproven {
    fn from(error: IdentityProviderError) -> Self {
        Self::Identity(error)
    }
}

async fn supplied(supply: &Supply) -> Result<HeaderValue, IdentityProviderError> {
    let failed = |message: String| {
        let reason = IdentityProviderReason::Source;
        IdentityProviderError::new("the application's token provider", reason, message)
    };
    let token = timely(supply())
        .await
        .map_err(|error| failed(crate::error::chain(error.as_ref())))?;
    let token = Secret::from(token);
    crate::oauth::bearer(token.expose())
        .ok_or_else(|| failed("what it gives cannot be a bearer token".to_owned()))
}

fn find<'a>(credentials: &'a [(&'static str, Credential)], scheme: &str) -> Option<&'a Credential> {
    credentials
        .iter()
        .find(|(name, _)| *name == scheme)
        .map(|(_, credential)| credential)
}

/// The first alternative for which everything was set. One that puts a key into the query, where
/// logs show it, comes after the others, and going without credentials comes last.
fn choose(
    alternatives: &'static [&'static [Requirement]],
    credentials: &[(&'static str, Credential)],
) -> Result<&'static [Requirement], Unproven> {
    let rank = |alternative: &&&'static [Requirement]| {
        let shows = |requirement: &Requirement| {
            matches!(
                find(credentials, requirement.scheme),
                Some(Credential::Query(..))
            )
        };
        (alternative.is_empty(), alternative.iter().any(shows))
    };
    let is_set = |requirement: &Requirement| find(credentials, requirement.scheme).is_some();
    // `min_by_key` takes the first of equals.
    let best = alternatives
        .iter()
        .filter(|all| all.iter().all(is_set))
        .min_by_key(rank);
    match best {
        Some(requirements) => Ok(requirements),
        None if alternatives.is_empty() => Ok(&[]),
        None => Err(Unproven::Missing(format!(
            "it needs credentials that were not set: {}",
            alternatives
                .iter()
                .map(|all| names(all.iter().filter(|it| !is_set(it))))
                .collect::<Vec<_>>()
                .join(", or ")
        ))),
    }
}

fn names<'r>(requirements: impl Iterator<Item = &'r Requirement>) -> String {
    let names: Vec<String> = requirements
        .map(|requirement| format!("`{}`", requirement.scheme))
        .collect();
    names.join(" and ")
}

/// A client's own tokens, with all that is needed to ask for them.
pub(crate) struct Tokens {
    endpoint: Arc<TokenEndpoint>,
    /// Where a fleet shares its tokens.
    store: Option<Arc<dyn TokenStore>>,
    /// By sorted set of scopes: tokens are never used for another set, not even a smaller one.
    slots: Mutex<BTreeMap<Vec<String>, Arc<Slot>>>,
}

impl Tokens {
    pub(crate) fn new(endpoint: Arc<TokenEndpoint>, store: Option<Arc<dyn TokenStore>>) -> Self {
        Self {
            endpoint,
            store,
            slots: Mutex::default(),
        }
    }

    /// Gives the place for the token with exactly these scopes.
    fn slot(&self, scopes: Vec<String>) -> Arc<Slot> {
        let scopes = scope_set(&scopes);
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(&scopes) {
            return Arc::clone(slot);
        }
        let source = ClientCredentialsSource {
            endpoint: Arc::clone(&self.endpoint),
            shown: self.endpoint.shown(),
            scopes: scopes.clone(),
            store: self.store.clone(),
        };
        let slot = Slot::new(Box::new(source), Arc::clone(&self.endpoint.clock));
        slots.insert(scopes, Arc::clone(&slot));
        slot
    }

    /// Returns false where the application is asked for the secret.
    fn set_secret(&self, secret: String) -> bool {
        let set = self.endpoint.credentials.set_secret(secret);
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.values().for_each(|slot| slot.credentials_changed());
        set
    }
}

/// Makes a header value of a secret.
pub(super) fn secret_header(what: &str, text: &str) -> Result<HeaderValue, ConfigError> {
    let mut value = HeaderValue::from_str(text)
        .ok()
        .filter(|value| !value.is_empty())
        .ok_or_else(|| {
            ConfigError::new(format!(
                "{what} is empty or holds characters that no header may hold"
            ))
        })?;
    value.set_sensitive(true);
    Ok(value)
}

impl fmt::Debug for Grant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.owner {
            Owner::Client(tokens) => fmt::Debug::fmt(tokens, out),
            Owner::User(session) => write!(
                out,
                "tokens of {} for {} from {}",
                session.subject(),
                session.shared().endpoint.credentials.shown(),
                session.shared().endpoint.shown()
            ),
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name, _) => write!(out, "header {name}: ****"),
            Self::Query(name, _) => write!(out, "query {name}=****"),
            Self::Cookie(name, _) => write!(out, "cookie {name}=****"),
            Self::Supplied(_) => out.write_str("bearer tokens of the application"),
            Self::Tokens(tokens, _) => fmt::Debug::fmt(tokens, out),
        }
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "tokens for {} from {}",
            self.endpoint.credentials.shown(),
            self.endpoint.shown()
        )
    }
}

#[cfg(test)]
mod tests;

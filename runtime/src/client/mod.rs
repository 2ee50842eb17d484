//! The client: what all calls of an application share.

mod addresses;
mod ahead;
mod authority;
mod builder;
mod checked;
mod key;
mod login;
mod portal;
mod proof;
mod send;
mod service;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, StatusCode};

pub(crate) use addresses::{Addresses, Base};
pub(crate) use ahead::authenticate;
pub(crate) use authority::Authority;
pub use builder::{Builder, ForPortal, ForService};
pub use login::{
    AuthorizationCodeGrant, AuthorizationEndpoint, AuthorizationRequest, DeviceAuthorization,
    DeviceCodeGrant, DeviceFlow, Login, PasswordGrant, TokenSet, UserLogin,
};
pub use portal::{Portal, SubscriptionKey};
pub(crate) use proof::with_cookies;
pub(crate) use send::send;
pub use service::{Scheme, SecurityScheme, Server, ServerVariable, Service};

use crate::api::{Facts, Operation};
use crate::body::{ByteStream, RawBody, Read};
use crate::call::Call;
use crate::error::ConfigError;
use crate::oauth::scope_set;
use crate::retry::{Budget, RetryPolicy};
use crate::scope::{Bundle, BundleFacts, Permission};
use crate::transport::{Middleware, Transport};

/// What all calls of an application share: connections, credentials, tokens and settings.
///
/// Cheap to copy; copies share everything. Generated clients hold one.
#[derive(Clone)]
pub struct Client {
    core: Arc<Core>,
}

#[derive(Clone)]
pub(crate) struct Core {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) addresses: Arc<Addresses>,
    pub(crate) authority: Authority,
    pub(crate) timeouts: Timeouts,
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: Arc<Budget>,
    /// The largest body that is read whole, in bytes.
    pub(crate) largest_body: usize,
    /// Around each attempt, the outermost first.
    pub(crate) middleware: Arc<[Arc<dyn Middleware>]>,
    /// The header that each call's identifier is sent in.
    pub(crate) request_id_header: Option<HeaderName>,
    /// Whether a gateway stands in front of the API.
    pub(crate) gateway: bool,
    /// Scopes that were set for single bundles, by the bundle's name.
    pub(crate) bundle_scopes: Arc<BTreeMap<String, Vec<String>>>,
    /// The bundle, where operations are held to it at run time only.
    pub(crate) bundle: Option<BundleFacts>,
    /// The only scopes that narrower clients may have, where the application said so.
    pub(crate) only: Option<Arc<[String]>>,
}

impl Core {
    /// Why the client's bundle does not allow an operation, where that is checked at run time.
    pub(crate) fn refusal(&self, facts: &Facts) -> Option<String> {
        let bundle = self.bundle?;
        let mode = facts.mode;
        let asked = Permission {
            api: facts.api.id,
            mode,
        };
        (!bundle.grants(asked)).then(|| {
            format!(
                "the bundle {} does not {asked}; choose a bundle that does, or ask the operator for \
                 that permission",
                bundle.name
            )
        })
    }
}

/// How long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timeouts {
    /// Making a connection.
    pub(crate) connect: Duration,
    /// From sending, or the last piece of a streamed body that was taken, to the answer's headers.
    pub(crate) attempt: Duration,
    /// Between two pieces of an answer's body.
    pub(crate) idle: Duration,
    /// A call with all its attempts and waits.
    pub(crate) total: Duration,
}

impl Client {
    pub(crate) fn new(core: Core) -> Self {
        Self {
            core: Arc::new(core),
        }
    }

    pub(crate) fn core(&self) -> &Core {
        &self.core
    }

    /// Begins a call of an operation.
    pub fn call<T, E, H>(&self, operation: &'static Operation<T, E>) -> Call<T, E, H> {
        Call::new(self.clone(), operation)
    }

    /// Sets another subscription key, from the next request on, for all copies of the client.
    ///
    /// # Errors
    /// When the client sends no subscription key, or this one is not a header value.
    pub fn set_subscription_key(&self, key: impl Into<String>) -> Result<(), ConfigError> {
        self.core.authority.set_subscription_key(&key.into())
    }

    /// Sets another client secret, from the next token request on, for all copies of the client. A
    /// token that was had with the old one still serves.
    ///
    /// # Errors
    /// When the client asks for no tokens.
    pub fn set_client_secret(&self, secret: impl Into<String>) -> Result<(), ConfigError> {
        self.core.authority.set_client_secret(secret.into())
    }

    /// Gives a client whose tokens have these scopes and no others, nor have those of a client that
    /// it is narrowed to. Everything but the token is shared with this one.
    ///
    /// # Errors
    /// When there are no scopes, or one is empty: the provider would choose. When the client asks
    /// for no tokens, or for those of its operations' scopes.
    pub fn with_scopes<S: Into<String>>(
        &self,
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<Self, ConfigError> {
        let scopes: Vec<String> = scopes.into_iter().map(Into::into).collect();
        let only = Some(scope_set(&scopes).into());
        self.with_scopes_within(scopes, only)
    }

    fn with_scopes_within(
        &self,
        scopes: Vec<String>,
        only: Option<Arc<[String]>>,
    ) -> Result<Self, ConfigError> {
        let authority = self.core.authority.with_scopes(scopes)?;
        Ok(Self::new(Core {
            authority,
            only,
            ..(*self.core).clone()
        }))
    }
}

impl Client {
    /// Gives a client for a lesser bundle. Its tokens have the scopes that were set for that bundle
    /// ([`scopes_for`](Builder::scopes_for)), else those that the bundle names, and else those of
    /// this client: then only the type is narrower. Scopes that [`with_scopes`](Self::with_scopes)
    /// left out do not come back. Everything but the token is shared.
    pub fn narrow<B: Bundle>(&self) -> Self {
        let configured = self.core.bundle_scopes.get(B::NAME).cloned();
        let named = || B::SCOPES.iter().map(|scope| (*scope).to_owned()).collect();
        let mut scopes = scope_set(&configured.unwrap_or_else(named));
        if let Some(only) = &self.core.only {
            scopes.retain(|scope| only.contains(scope));
        }
        if scopes.is_empty() {
            return self.clone();
        }
        // Clients of single documents have no bundles, and nothing that could be narrowed.
        self.with_scopes_within(scopes, self.core.only.clone())
            .unwrap_or_else(|_| self.clone())
    }

    /// Gives a client whose operations are held to a bundle at run time.
    pub fn checked<B: Bundle>(&self) -> Self {
        let bundle = Some(self.core.bundle.unwrap_or(BundleFacts::of::<B>()));
        Self::new(Core {
            bundle,
            ..(*self.core).clone()
        })
    }
}

/// Credentials do not show.
impl fmt::Debug for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Client")
            .field("authority", &self.core.authority)
            .field("timeouts", &self.core.timeouts)
            .field("retry", &self.core.retry)
            .finish_non_exhaustive()
    }
}

/// A success, read as far as was planned.
pub(crate) struct Answer {
    pub(crate) operation: &'static str,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: AnswerBody,
}

pub(crate) enum AnswerBody {
    Whole(RawBody),
    Stream(ByteStream),
}

impl AnswerBody {
    /// The body as far as it was read.
    pub(crate) fn whole(self) -> RawBody {
        match self {
            Self::Whole(raw) => raw,
            Self::Stream(_) => RawBody::new(bytes::Bytes::new(), None).truncated(true),
        }
    }
}

/// What to do with the body of a success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// Read it whole.
    Gather,
    /// Hand it on.
    Stream,
    /// Its status is not declared.
    Undeclared,
}

impl Plan {
    pub(crate) fn of<T>(read: &Read<T>, status: u16) -> Self {
        match read {
            Read::Whole(_) => Self::Gather,
            Read::Stream(_) => Self::Stream,
            Read::ByStatus(choose) => match choose(status) {
                Some(read) => Self::of(&read, status),
                None => Self::Undeclared,
            },
        }
    }
}

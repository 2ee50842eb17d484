//! What can be set on every client.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;

use super::addresses::Addresses;
use super::authority::Supply;
use super::{Client, Portal, Service, Timeouts};
use crate::error::ConfigError;
use crate::oauth::{ClientCredentials, Clock, CredentialsProvider, OnMissingScopes, SystemClock};
use crate::retry::{Budget, RetryPolicy};
use crate::scope::BundleFacts;
use crate::store::TokenStore;
use crate::transport::{HttpTransport, HttpTransportBuilder, Middleware, Transport};
use crate::wire::Secret;

/// The settings of a client in the making.
///
/// `P` is the generated type of the client; `K` tells clients of a portal from those of a single
/// document.
#[must_use = "a builder does nothing until it is built"]
pub struct Builder<P, K = ForPortal> {
    pub(super) make: fn(Client) -> P,
    pub(super) settings: Settings,
    pub(super) profile: K,
}

/// The settings of a portal's client.
pub struct ForPortal {
    pub(super) portal: &'static Portal,
    pub(super) bundle: BundleFacts,
    /// Whether operations are held to the bundle at run time.
    pub(super) checked: bool,
    pub(super) scopes: Option<Vec<String>>,
    /// Scopes of single bundles, by name.
    pub(super) bundle_scopes: BTreeMap<String, Vec<String>>,
    pub(super) credentials: Option<GivenCredentials>,
    pub(super) subscription_key: Option<Secret>,
    pub(super) key_supply: Option<Supply>,
    pub(super) token_url: Option<String>,
    pub(super) authorize_url: Option<String>,
    pub(super) device_authorization_url: Option<String>,
    pub(super) addresses: Addresses,
}

/// How credentials were given.
pub(super) enum GivenCredentials {
    Set(ClientCredentials),
    Provided(CredentialsProvider),
}

/// The settings of a single document's client.
pub struct ForService {
    pub(super) service: &'static Service,
    pub(super) given: Vec<(String, super::service::Given)>,
    pub(super) addresses: Addresses,
    pub(super) server: usize,
}

/// What does not depend on the kind of client.
pub(super) struct Settings {
    transport: Option<Arc<dyn Transport>>,
    http: HttpTransportBuilder,
    middleware: Vec<Arc<dyn Middleware>>,
    request_id_header: Option<String>,
    clock: Option<Arc<dyn Clock>>,
    timeouts: Timeouts,
    retry: RetryPolicy,
    largest_body: usize,
    token_store: Option<Arc<dyn TokenStore>>,
    on_missing_scopes: Option<OnMissingScopes>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            transport: None,
            http: HttpTransport::builder(),
            middleware: Vec::new(),
            request_id_header: None,
            clock: None,
            timeouts: Timeouts {
                connect: Duration::from_secs(10),
                attempt: Duration::from_secs(60),
                idle: Duration::from_secs(30),
                total: Duration::from_secs(180),
            },
            retry: RetryPolicy::new(),
            largest_body: 64 * 1024 * 1024,
            token_store: None,
            on_missing_scopes: None,
        }
    }
}

impl<P, K> Builder<P, K> {
    /// Sets how long making a connection may take, name resolution and TLS included. Default: 10 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.settings.timeouts.connect = limit;
        self
    }

    /// Sets how long one attempt may take until the headers of the answer are there, counted from
    /// its beginning or from the last piece of a streamed body that was sent. Default: 60 s.
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.settings.timeouts.attempt = limit;
        self
    }

    /// Sets how long the body of an answer may pause. Default: 30 s.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.settings.timeouts.idle = limit;
        self
    }

    /// Sets how long a call may take with all its attempts and waits, up to the end of the body
    /// where that is read whole. It does not apply to calls that send a stream or a file. Default:
    /// 180 s.
    pub fn total_timeout(mut self, limit: Duration) -> Self {
        self.settings.timeouts.total = limit;
        self
    }

    /// Sets when requests are repeated.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings.retry = policy;
        self
    }

    /// Sets the largest body of an answer that is read whole, in bytes after decompression. Bodies
    /// that are streamed have no limit; of one that is read item by item, it is the largest item.
    /// Default: 64 MiB.
    pub fn max_response_bytes(mut self, limit: usize) -> Self {
        self.settings.largest_body = limit;
        self
    }

    /// Sets the `User-Agent` header. Default: the name and version of this crate.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.settings.http = self.settings.http.user_agent(name);
        self
    }

    /// Sends https requests through a proxy, in place of one that the environment names
    /// (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`). A user name and password in its URL never show.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.settings.http = self.settings.http.proxy(url);
        self
    }

    /// Trusts these root certificates, in PEM, besides the system's.
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.settings.http = self.settings.http.root_certificate(pem);
        self
    }

    /// Proves this client to servers (mutual TLS) by its certificate, the chain above that, and its
    /// private key, all in one PEM text.
    pub fn client_certificate(mut self, pem: impl Into<String>) -> Self {
        self.settings.http = self.settings.http.client_certificate(pem);
        self
    }

    /// Changes other settings of the HTTP transport, such as its pool of connections.
    pub fn http(
        mut self,
        change: impl FnOnce(HttpTransportBuilder) -> HttpTransportBuilder,
    ) -> Self {
        self.settings.http = change(self.settings.http);
        self
    }

    /// Puts something around each attempt of each call. What is added first is outermost.
    pub fn middleware(mut self, middleware: impl Middleware) -> Self {
        self.settings.middleware.push(Arc::new(middleware));
        self
    }

    /// Sends an identifier with each call, made up at random and the same for all of its attempts,
    /// in the header of this name, such as `x-request-id`; a call that sets the header itself keeps
    /// its own. By default none is sent: API Management makes identifiers of its own, and answers
    /// with them.
    pub fn request_id_header(mut self, name: impl Into<String>) -> Self {
        self.settings.request_id_header = Some(name.into());
        self
    }

    /// Sends through a transport of the application's own, which brings its own connect timeout,
    /// user agent, proxies and certificates.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.settings.transport = Some(Arc::new(transport));
        self
    }

    /// Keeps tokens in a store. Those that are had with client credentials are then shared by all
    /// processes that use the store, which together make one request for each; where the store
    /// cannot be read, calls fail with
    /// [`IdentityProviderReason::Store`](crate::IdentityProviderReason::Store). Those of users who
    /// log in outlive the process. Default: the memory of the client, or of the
    /// [`Login`](crate::Login).
    ///
    /// ```
    /// # use portal_runtime::{Builder, MemoryStore};
    /// # fn example<P, K>(one: Builder<P, K>, other: Builder<P, K>) {
    /// let store = MemoryStore::new();
    /// let one = one.token_store(store.clone());
    /// let other = other.token_store(store);
    /// # }
    /// ```
    pub fn token_store(mut self, store: impl TokenStore) -> Self {
        self.settings.token_store = Some(Arc::new(store));
        self
    }

    /// Uses tokens that were granted for fewer scopes than were asked for, and tells `warn` which
    /// are missing (RFC 6749, section 5.1): once for each token that the provider gives, at a login
    /// as well as at each renewal. Default: such a token is not used, and the call or the login
    /// fails with
    /// [`IdentityProviderReason::MissingScopes`](crate::IdentityProviderReason::MissingScopes).
    ///
    /// `warn` is called while calls wait for the token: it must not block, and a panic of it fails
    /// the request for the token. A token that comes out of a [`token_store`](Self::token_store) was
    /// told of where it was asked for; let all processes that share the store agree on this setting.
    ///
    /// ```
    /// # use portal_runtime::Builder;
    /// # fn example<P, K>(builder: Builder<P, K>) -> Builder<P, K> {
    /// builder.on_missing_scopes(|missing| eprintln!("not granted: {}", missing.join(", ")))
    /// # }
    /// ```
    pub fn on_missing_scopes(mut self, warn: impl Fn(&[String]) + Send + Sync + 'static) -> Self {
        self.settings.on_missing_scopes = Some(Arc::new(warn));
        self
    }

    /// Takes the time from a clock of the application's own, as tests need.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.settings.clock = Some(Arc::new(clock));
        self
    }
}

/// The settings, ready for use.
pub(super) struct Ready {
    pub(super) transport: Arc<dyn Transport>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) timeouts: Timeouts,
    pub(super) retry: RetryPolicy,
    pub(super) budget: Arc<Budget>,
    pub(super) largest_body: usize,
    pub(super) token_store: Option<Arc<dyn TokenStore>>,
    pub(super) on_missing_scopes: Option<OnMissingScopes>,
    pub(super) middleware: Arc<[Arc<dyn Middleware>]>,
    pub(super) request_id_header: Option<HeaderName>,
}

impl Settings {
    pub(super) fn base(self, problems: &mut Vec<String>) -> Option<Ready> {
        let transport = match self.transport {
            Some(transport) => Ok(transport),
            None => http_transport(self.http.connect_timeout(self.timeouts.connect)),
        };
        let request_id_header = self.request_id_header.and_then(|name| {
            HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| problems.push(format!("`{name}` cannot be the name of a header")))
                .ok()
        });
        match transport {
            Ok(transport) => Some(Ready {
                transport,
                clock: self.clock.unwrap_or_else(|| Arc::new(SystemClock::new())),
                timeouts: self.timeouts,
                retry: self.retry,
                budget: Arc::new(Budget::new()),
                largest_body: self.largest_body,
                token_store: self.token_store,
                on_missing_scopes: self.on_missing_scopes,
                middleware: self.middleware.into(),
                request_id_header,
            }),
            Err(error) => {
                problems.extend_from_slice(error.problems());
                None
            }
        }
    }
}

fn http_transport(builder: HttpTransportBuilder) -> Result<Arc<dyn Transport>, ConfigError> {
    Ok(Arc::new(builder.build()?))
}

/// Credentials do not show.
impl<P, K> fmt::Debug for Builder<P, K> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Builder").finish_non_exhaustive()
    }
}

//! Clients of a portal: credentials of one client for all of its APIs.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::addresses::Addresses;
use super::authority::{Authority, Grant, Tokens, supply};
use super::builder::{Builder, ForPortal, GivenCredentials, Settings};
use super::key::Key;
use super::service::capitals;
use super::{Client, Core};
use crate::api::Api;
use crate::body::BoxError;
use crate::error::ConfigError;
use crate::oauth::{ClientCredentials, CredentialsProvider, IdentityProvider, TokenEndpoint};
use crate::scope::{AnyBundle, Bundle, BundleFacts};
use crate::store::TokenStore;
use crate::wire::Secret;

/// What a portal's manifest says, as generated code states it.
#[derive(Clone, Copy, Debug)]
pub struct Portal {
    /// The portal's name, such as `easor`.
    pub name: &'static str,
    /// What the names of its environment variables begin with, such as `EASOR`.
    pub env_prefix: &'static str,
    /// Where access tokens come from.
    pub identity: IdentityProvider,
    /// How the gateway wants its subscription key; `None` where there is no gateway.
    pub subscription_key: Option<SubscriptionKey>,
    /// The portal's APIs.
    pub apis: &'static [&'static Api],
    /// The portal's own bundles.
    pub bundles: &'static [BundleFacts],
}

/// How a gateway wants its subscription key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubscriptionKey {
    /// The header's name.
    pub header: &'static str,
}

impl<P> Builder<P, ForPortal> {
    /// Begins a client of a portal, for a region and the scopes of a bundle. `make` puts the client
    /// into the portal's own type.
    pub fn new<B: Bundle>(portal: &'static Portal, region: &str, make: fn(Client) -> P) -> Self {
        let checked = TypeId::of::<B>() == TypeId::of::<AnyBundle>();
        Self::for_bundle(portal, region, BundleFacts::of::<B>(), checked, make)
    }

    /// Begins a client of a portal that is held at run time to a bundle chosen at run time.
    pub fn choose(
        portal: &'static Portal,
        region: &str,
        bundle: BundleFacts,
        make: fn(Client) -> P,
    ) -> Self {
        Self::for_bundle(portal, region, bundle, true, make)
    }

    fn for_bundle(
        portal: &'static Portal,
        region: &str,
        bundle: BundleFacts,
        checked: bool,
        make: fn(Client) -> P,
    ) -> Self {
        let profile = ForPortal {
            portal,
            bundle,
            checked,
            scopes: None,
            bundle_scopes: BTreeMap::new(),
            credentials: None,
            subscription_key: None,
            key_supply: None,
            token_url: None,
            authorize_url: None,
            device_authorization_url: None,
            addresses: Addresses {
                variables: BTreeMap::from([("region".to_owned(), region.to_owned())]),
                ..Addresses::default()
            },
        };
        Self {
            make,
            settings: Settings::default(),
            profile,
        }
    }

    /// Sets the client's name and password with the identity provider.
    pub fn credentials(
        mut self,
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
    ) -> Self {
        let credentials = ClientCredentials::new(client_id, client_secret);
        self.profile.credentials = Some(GivenCredentials::Set(credentials));
        self
    }

    /// Sets where the client's name and password come from, in place of fixed ones: `provider` is
    /// asked before each token request, so that a secret that was rotated in a vault is taken up
    /// without a restart. What it fails with is in the error of the call, as
    /// [`IdentityProviderReason::Source`](crate::IdentityProviderReason::Source).
    ///
    /// ```
    /// # use portal_runtime::{Builder, ForPortal};
    /// # async fn vault(name: &str) -> std::io::Result<String> { Ok(name.to_owned()) }
    /// # fn example<P>(builder: Builder<P, ForPortal>) -> Builder<P, ForPortal> {
    /// builder.credentials_provider(|| async {
    ///     Ok::<_, std::io::Error>((vault("client-id").await?, vault("client-secret").await?))
    /// })
    /// # }
    /// ```
    pub fn credentials_provider<F, R, E>(mut self, provider: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<(String, String), E>> + Send + 'static,
        E: Into<BoxError> + 'static,
    {
        let provider: CredentialsProvider = Arc::new(move || {
            let pair = provider();
            Box::pin(async move {
                let (id, secret) = pair.await.map_err(Into::into)?;
                Ok(ClientCredentials::new(id, secret))
            })
        });
        self.profile.credentials = Some(GivenCredentials::Provided(provider));
        self
    }

    /// Sets the gateway's subscription key.
    pub fn subscription_key(mut self, key: impl Into<String>) -> Self {
        self.profile.subscription_key = Some(Secret::from(key.into()));
        self.profile.key_supply = None;
        self
    }

    /// Sets a source of the gateway's subscription key, such as a vault, in place of a fixed one. It
    /// is asked before the first request, and again when the gateway refuses the key: where another
    /// comes, the call is made once more. Calls that need the key meanwhile wait for the one answer.
    pub fn subscription_key_provider<F, R, E>(mut self, provider: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<String, E>> + Send + 'static,
        E: Into<BoxError> + 'static,
    {
        self.profile.key_supply = Some(supply(provider));
        self
    }

    /// Sets the scopes to ask for, in place of the bundle's: each partner gets its own. A text with
    /// several, separated by spaces, is several scopes.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.profile.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the scopes to ask for with one bundle, for this client where it has that bundle, and for
    /// clients that are narrowed to it.
    pub fn scopes_for<B: Bundle>(
        mut self,
        scopes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let scopes = scopes.into_iter().map(Into::into).collect();
        self.profile
            .bundle_scopes
            .insert(B::NAME.to_owned(), scopes);
        self
    }

    /// Puts another scheme, host and port in place of those of every API; their paths stay.
    pub fn gateway_url(mut self, url: impl Into<String>) -> Self {
        self.profile.addresses.gateway = Some(url.into());
        self
    }

    /// Sets the whole base URL of one API, by its id. `{region}` is filled in.
    pub fn api_url(mut self, api: impl Into<String>, url: impl Into<String>) -> Self {
        self.profile
            .addresses
            .overrides
            .insert(api.into(), url.into());
        self
    }

    /// Sets what stands for a `{placeholder}` in the base URLs, other than `{region}`.
    pub fn server_variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let variables = &mut self.profile.addresses.variables;
        variables.insert(name.into(), value.into());
        self
    }

    /// Sets where access tokens are asked for.
    pub fn token_url(mut self, url: impl Into<String>) -> Self {
        self.profile.token_url = Some(url.into());
        self
    }

    /// Sets where the user's browser is sent to log in.
    pub fn authorize_url(mut self, url: impl Into<String>) -> Self {
        self.profile.authorize_url = Some(url.into());
        self
    }

    /// Sets where the codes of the device flow are asked for. A provider that serves the flow at its
    /// token endpoint takes no other address for it.
    pub fn device_authorization_url(mut self, url: impl Into<String>) -> Self {
        self.profile.device_authorization_url = Some(url.into());
        self
    }

    /// Takes the credentials from environment variables, named after the portal: for Easor
    /// `EASOR_CLIENT_ID`, `EASOR_CLIENT_SECRET`, `EASOR_SUBSCRIPTION_KEY` and `EASOR_SCOPE` (scopes
    /// separated by spaces), and if they are set `EASOR_GATEWAY_URL` and `EASOR_TOKEN_URL`.
    ///
    /// `EASOR_API_URL_SALES` has the base URL of the API `sales`, as [`api_url`](Self::api_url) takes it: of EASI'R's CRM,
    /// whose host no page names, `EASIR_API_URL_CRM`. One for an API whose cargo feature is off is not looked up.
    ///
    /// `EASOR_SCOPE_REPORTING` has the scopes of the bundle `Reporting`, which come before those of
    /// `EASOR_SCOPE` where the client has that bundle or is narrowed to it. Of bundles that the
    /// application defines, that of this client is looked up.
    ///
    /// White space around values is left out.
    ///
    /// # Errors
    /// When variables that are needed are missing or empty; all of them are named.
    pub fn credentials_from_env(self) -> Result<Self, ConfigError> {
        self.credentials_from(|name| std::env::var(name).ok())
    }

    /// Takes the credentials from a lookup by the names of the environment variables, such as a
    /// vault.
    ///
    /// # Errors
    /// As [`credentials_from_env`](Self::credentials_from_env).
    pub fn credentials_from(
        mut self,
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let portal = self.profile.portal;
        let mut missing = Vec::new();
        let optional = |suffix: &str| {
            let value = lookup(&format!("{}_{suffix}", portal.env_prefix))?;
            Some(value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        let mut required = |suffix: &str| {
            optional(suffix).unwrap_or_else(|| {
                missing.push(format!("{}_{suffix}", portal.env_prefix));
                String::new()
            })
        };
        let credentials = ClientCredentials::new(required("CLIENT_ID"), required("CLIENT_SECRET"));
        let key = portal
            .subscription_key
            .filter(|_| self.profile.key_supply.is_none())
            .map(|_| Secret::from(required("SUBSCRIPTION_KEY")));
        let words = |scopes: String| scopes.split_whitespace().map(str::to_owned).collect();
        let bundle_scopes: Vec<(String, Vec<String>)> = portal
            .bundles
            .iter()
            .chain([&self.profile.bundle])
            .filter_map(|bundle| {
                let scopes = optional(&format!("SCOPE_{}", capitals(bundle.name)))?;
                Some((bundle.name.to_owned(), words(scopes)))
            })
            .collect();
        self.profile.bundle_scopes.extend(bundle_scopes);
        let scopes = match optional("SCOPE") {
            Some(scopes) => Some(words(scopes)),
            None if self.profile.asks_for_nothing() => Some(words(required("SCOPE"))),
            None => None,
        };
        if !missing.is_empty() {
            return Err(ConfigError::new(format!(
                "environment variables are missing or empty: {}; set them to what {} gave you",
                missing.join(", "),
                portal.name
            )));
        }
        self.profile.credentials = Some(GivenCredentials::Set(credentials));
        self.profile.subscription_key = key.or(self.profile.subscription_key);
        if let Some(scopes) = scopes {
            self = self.scopes(scopes);
        }
        for api in portal.apis {
            if let Some(url) = optional(&format!("API_URL_{}", capitals(api.id))) {
                self = self.api_url(api.id, url);
            }
        }
        if let Some(url) = optional("GATEWAY_URL") {
            self = self.gateway_url(url);
        }
        if let Some(url) = optional("TOKEN_URL") {
            self = self.token_url(url);
        }
        Ok(self)
    }

    /// Makes the client. Nothing is sent yet.
    ///
    /// # Errors
    /// When settings are missing or cannot work; all of them are named.
    pub fn build(self) -> Result<P, ConfigError> {
        let parts = self.assemble()?;
        Ok((parts.make)(Client::new(parts.core)))
    }

    /// Checks the settings and puts together what clients are made of.
    pub(super) fn assemble(self) -> Result<Assembled<P>, ConfigError> {
        let Self {
            make,
            settings,
            profile,
        } = self;
        let mut problems = Vec::new();
        let parts = profile.parts(&mut problems);
        let base = settings.base(&mut problems);
        let (Some(parts), Some(base)) = (parts, base) else {
            ConfigError::check(problems)?;
            return Err(ConfigError::new("the settings are incomplete"));
        };
        ConfigError::check(problems)?;
        let endpoint = Arc::new(TokenEndpoint {
            transport: crate::trace::token_requests(Arc::clone(&base.transport)),
            clock: Arc::clone(&base.clock),
            url: parts.endpoint,
            dialect: parts.identity.dialect,
            credentials: parts.credentials,
            default_lifetime: Duration::from_secs(u64::from(parts.identity.default_lifetime)),
            on_missing_scopes: base.on_missing_scopes,
        });
        let tokens = Tokens::new(Arc::clone(&endpoint), base.token_store.clone());
        let gateway = parts.key.is_some();
        let core = Core {
            transport: base.transport,
            addresses: Arc::new(parts.addresses),
            authority: Authority::Portal {
                token: Grant::of_client(Arc::new(tokens), parts.scopes.clone()),
                key: parts.key.clone(),
            },
            timeouts: base.timeouts,
            retry: base.retry,
            budget: base.budget,
            largest_body: base.largest_body,
            middleware: base.middleware,
            request_id_header: base.request_id_header,
            gateway,
            bundle_scopes: Arc::new(parts.bundle_scopes),
            bundle: parts.bundle,
            only: None,
        };
        Ok(Assembled {
            make,
            core,
            endpoint,
            scopes: parts.scopes,
            key: parts.key,
            store: base.token_store,
            authorize_url: parts.authorize_url,
            device_authorization_url: parts.device_authorization_url,
        })
    }
}

/// What clients are made of.
pub(super) struct Assembled<P> {
    pub(super) make: fn(Client) -> P,
    /// For the client's own credentials.
    pub(super) core: Core,
    pub(super) endpoint: Arc<TokenEndpoint>,
    pub(super) scopes: Vec<String>,
    pub(super) key: Option<Key>,
    pub(super) store: Option<Arc<dyn TokenStore>>,
    pub(super) authorize_url: Option<url::Url>,
    pub(super) device_authorization_url: Option<url::Url>,
}

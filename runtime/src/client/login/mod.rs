//! Users who log in: the grants of OAuth 2.0 that act for somebody, and the clients they lead to.

mod authorize;
mod callback;
mod device;
mod grants;
mod tokens;

use std::fmt;
use std::sync::Arc;

use url::Url;

pub use authorize::AuthorizationRequest;
pub use device::DeviceAuthorization;
pub use grants::{
    AuthorizationCodeGrant, AuthorizationEndpoint, DeviceCodeGrant, DeviceFlow, PasswordGrant,
    UserLogin,
};
pub use tokens::TokenSet;

use super::authority::{Authority, Grant};
use super::builder::{Builder, ForPortal};
use super::key::Key;
use super::{Client, Core};
use crate::error::{ConfigError, IdentityProviderError, IdentityProviderReason};
use crate::oauth::{Session, Sessions, scope_parameter, scope_set};
use crate::store::MemoryStore;
use crate::wire::Secret;

/// Lets users log in, and gives clients that act for them.
///
/// [`Builder::login`] makes one, with the settings that [`Builder::build`] makes a client with. An
/// application has one for each portal; copies are cheap and share everything. The clients of all
/// users share connections and settings, and each user's clients share the user's tokens.
///
/// A user is known by the name that the application gives, the subject. The user's refresh token
/// and access tokens are in the [store](Builder::token_store) under it, and renewed as they run out
/// (RFC 6749, section 6): in one process at a time, whatever the number of processes that share the
/// store, and with the new refresh token in the store before anything uses the new access token.
///
/// # Errors
/// What goes wrong is an [`IdentityProviderError`], from a login and from calls alike. Its reason
/// [`LoginRequired`](IdentityProviderReason::LoginRequired) asks for another login; after
/// [`Store`](IdentityProviderReason::Store) a refresh token that could not be written is held in
/// memory, and written before the next request for tokens, as long as this login or a client of it
/// lives.
///
/// # Examples
/// The browser's way, with the authorization code grant:
///
/// ```
/// # use portal_runtime::{AuthorizationCodeGrant, IdentityProviderError, Login, Secret};
/// # async fn example<P: AuthorizationCodeGrant>(
/// #     login: Login<P>,
/// #     session: &mut std::collections::HashMap<&str, String>,
/// #     callback: &str,
/// # ) -> Result<(), IdentityProviderError> {
/// // The user wants to log in: the browser is sent to the provider.
/// let request = login.authorize("https://app.example/callback").await?;
/// session.insert("login", request.pending().expose().to_owned());
/// println!("302, Location: {}", request.url());
///
/// // The browser comes back.
/// let pending = Secret::from(session.remove("login").unwrap_or_default());
/// let tokens = login.finish(&pending, callback).await?;
/// let client = login.client("user-17", tokens).await?;
///
/// // After a restart, and for as long as the refresh token is good:
/// let client = login.resume("user-17");
/// login.log_out("user-17").await?;
/// # Ok(())
/// # }
/// ```
pub struct Login<P> {
    make: fn(Client) -> P,
    shared: Arc<Shared>,
}

struct Shared {
    core: Core,
    key: Option<Key>,
    /// Sorted.
    scopes: Vec<String>,
    sessions: Arc<Sessions>,
    authorize_url: Option<Url>,
    device_authorization_url: Option<Url>,
}

impl<P: UserLogin> Builder<P, ForPortal> {
    /// Lets users log in, in place of making a client that acts for itself. Nothing is sent yet.
    ///
    /// The scopes are those that users are asked to agree to.
    ///
    /// # Errors
    /// When settings are missing or cannot work; all of them are named.
    pub fn login(self) -> Result<Login<P>, ConfigError> {
        let parts = self.assemble()?;
        let store = parts.store.unwrap_or_else(|| Arc::new(MemoryStore::new()));
        let scopes = scope_set(&parts.scopes);
        let shared = Shared {
            core: parts.core,
            key: parts.key,
            scopes,
            sessions: Sessions::new(parts.endpoint, store),
            authorize_url: parts.authorize_url,
            device_authorization_url: parts.device_authorization_url,
        };
        Ok(Login {
            make: parts.make,
            shared: Arc::new(shared),
        })
    }
}

impl<P> Login<P> {
    /// Saves the tokens of a login in the store under a name for the user, in place of those of an
    /// earlier login, and gives a client that acts for the user.
    ///
    /// # Errors
    /// When the store cannot be written, or holds a damaged record under the name.
    pub async fn client(
        &self,
        subject: &str,
        tokens: TokenSet,
    ) -> Result<P, IdentityProviderError> {
        let session = self.shared.sessions.of(subject);
        // In a task of its own: a caller that goes away must not leave the tokens unwritten.
        let scopes = self.shared.scopes.clone();
        let begun = {
            let session = Arc::clone(&session);
            self.to_the_end(async move { session.begin(&scopes, tokens.granted()).await })
        };
        begun.await?;
        Ok(self.over(session))
    }

    /// Gives a client that acts for a user who has logged in before, as with another process. The
    /// tokens are read with the first call; where there are none, calls fail with
    /// [`LoginRequired`](IdentityProviderReason::LoginRequired).
    pub fn resume(&self, subject: &str) -> P {
        self.over(self.shared.sessions.of(subject))
    }

    /// Forgets a user's tokens, in the store and in all clients of this login. It is no error if
    /// there are none.
    ///
    /// The provider is not told: its tokens stay good until they run out. Other processes may use
    /// an access token that they hold for as long.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn log_out(&self, subject: &str) -> Result<(), IdentityProviderError> {
        let session = self.shared.sessions.of(subject);
        self.to_the_end(async move { session.end().await }).await
    }

    /// Does a piece of work that goes on if the caller goes away.
    async fn to_the_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, IdentityProviderError>> + Send + 'static,
    ) -> Result<T, IdentityProviderError> {
        let interrupted = || {
            let endpoint = &self.shared.sessions.endpoint;
            endpoint.error(IdentityProviderReason::Interrupted, "")
        };
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| interrupted())?;
        let done = runtime.spawn(work).await;
        done.unwrap_or_else(|_| Err(interrupted()))
    }

    fn over(&self, session: Arc<Session>) -> P {
        let shared = &self.shared;
        let authority = Authority::Portal {
            token: Grant::of_user(session, shared.scopes.clone()),
            key: shared.key.clone(),
        };
        (self.make)(Client::new(Core {
            authority,
            ..shared.core.clone()
        }))
    }

    fn settings_error(&self, problem: impl Into<String>) -> IdentityProviderError {
        let endpoint = &self.shared.sessions.endpoint;
        endpoint.error(IdentityProviderReason::Settings, problem)
    }
}

impl<P: PasswordGrant> Login<P> {
    /// Asks for tokens with a user's name and password (RFC 6749, section 4.3).
    ///
    /// RFC 9700, section 2.4, wants nobody to use this grant any more: the application sees the
    /// password, and second factors are out of reach. It is for the provider's own applications.
    ///
    /// ```
    /// # use portal_runtime::{IdentityProviderError, Login, PasswordGrant, Secret};
    /// # async fn example<P: PasswordGrant>(login: Login<P>, password: Secret) -> Result<P, IdentityProviderError> {
    /// let tokens = login.password("sam", password).await?;
    /// login.client("user-17", tokens).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the provider gives no tokens. A wrong password is refused as `invalid_grant`.
    pub async fn password(
        &self,
        username: &str,
        password: impl Into<Secret>,
    ) -> Result<TokenSet, IdentityProviderError> {
        let (shared, password) = (&self.shared, password.into());
        let scope = shared.scopes.join(" ");
        let mut parameters = vec![("username", username), ("password", password.expose())];
        parameters.extend(scope_parameter(&scope));
        let endpoint = &shared.sessions.endpoint;
        TokenSet::ask(endpoint, "password", &parameters, &shared.scopes).await
    }
}

impl<P> Clone for Login<P> {
    fn clone(&self) -> Self {
        Self {
            make: self.make,
            shared: Arc::clone(&self.shared),
        }
    }
}

/// Credentials and tokens do not show.
impl<P> fmt::Debug for Login<P> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = &self.shared.sessions.endpoint;
        out.debug_struct("Login")
            .field("client", &endpoint.credentials.shown())
            .field("endpoint", &endpoint.shown())
            .field("scopes", &self.shared.scopes)
            .finish_non_exhaustive()
    }
}

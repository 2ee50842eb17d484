//! The tokens that a login brings.

use std::fmt;
use std::time::Duration;

use crate::error::IdentityProviderError;
use crate::oauth::{Granted, TokenEndpoint, token_text};
use crate::wire::Secret;

/// The tokens that a login brings (RFC 6749, section 5.1). They do not show.
///
/// [`Login::client`](super::Login::client) saves them and makes a client of them.
#[derive(Clone)]
pub struct TokenSet {
    granted: Granted,
    scopes: Vec<String>,
}

impl TokenSet {
    /// Asks for tokens by a grant.
    pub(super) async fn ask(
        endpoint: &TokenEndpoint,
        grant: &str,
        parameters: &[(&str, &str)],
        scopes: &[String],
    ) -> Result<Self, IdentityProviderError> {
        let granted = endpoint.tokens(grant, parameters, scopes).await?;
        granted.usable(endpoint)?;
        let scopes = scopes.iter().filter(|scope| !granted.misses(scope));
        Ok(Self {
            scopes: scopes.cloned().collect(),
            granted,
        })
    }

    pub(super) fn granted(&self) -> &Granted {
        &self.granted
    }

    /// The access token.
    pub fn access_token(&self) -> Secret {
        Secret::from(token_text(&self.granted.token.header))
    }

    /// What new access tokens are asked for with; `None` where the provider gives none, so that the
    /// user has to log in again when the access token runs out.
    pub fn refresh_token(&self) -> Option<&Secret> {
        self.granted.refresh_token.as_ref()
    }

    /// The scopes that were granted, sorted; empty where the provider knows none.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// How long the access token is good for, counted from when it was asked for.
    pub fn lifetime(&self) -> Duration {
        self.granted.token.lifetime
    }
}

impl fmt::Debug for TokenSet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("TokenSet")
            .field("scopes", &self.scopes)
            .field("lifetime", &self.lifetime())
            .field("refreshable", &self.refresh_token().is_some())
            .finish_non_exhaustive()
    }
}

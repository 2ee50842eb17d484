//! The authorization code grant (RFC 6749, section 4.1) with PKCE (RFC 7636).

use std::fmt;

use url::Url;

use super::callback::{self, Pending};
use super::grants::AuthorizationCodeGrant;
use super::{Login, TokenSet};
use crate::error::IdentityProviderError;
use crate::oauth::{challenge, scope_parameter, unguessable};
use crate::transport::check_address;
use crate::wire::Secret;

/// A login that has begun: where to send the browser, and what to keep until it comes back.
pub struct AuthorizationRequest {
    url: Url,
    pending: Secret,
}

impl AuthorizationRequest {
    /// Where to send the browser. It holds no secret.
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// What [`Login::finish`] needs: the state, the PKCE verifier and the redirect URI, as a text.
    ///
    /// It belongs into the user's own session with the application, where nobody else reads it, and
    /// is to be used once: it is what ties the callback to the browser that began (RFC 9700,
    /// section 4.7).
    pub fn pending(&self) -> &Secret {
        &self.pending
    }
}

/// What is kept for the callback does not show, nor does the state in the address.
impl fmt::Debug for AuthorizationRequest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = format!(
            "{}{}",
            self.url.origin().ascii_serialization(),
            self.url.path()
        );
        out.debug_struct("AuthorizationRequest")
            .field("url", &url)
            .finish_non_exhaustive()
    }
}

impl<P: AuthorizationCodeGrant> Login<P> {
    /// Begins a login with the browser (RFC 6749, section 4.1.1). Nothing is sent to the provider;
    /// it is asynchronous since the application may be asked for its client id.
    ///
    /// The redirect URI is where the provider sends the browser back to, letter by letter as it was
    /// registered with it: https, or http on this machine, or a scheme of the application's own.
    ///
    /// # Errors
    /// When the redirect URI cannot work, or the application's source of credentials fails.
    pub async fn authorize(
        &self,
        redirect_uri: &str,
    ) -> Result<AuthorizationRequest, IdentityProviderError> {
        let endpoint = P::AUTHORIZATION;
        let mut url = match &self.shared.authorize_url {
            Some(url) => url.clone(),
            None => check_address(endpoint.url)
                .map_err(|problem| self.settings_error(format!("the authorize URL: {problem}")))?,
        };
        callback::check_redirect_uri(redirect_uri)
            .map_err(|problem| self.settings_error(format!("the redirect URI: {problem}")))?;
        let random = || {
            let none = || self.settings_error("the system gives no random numbers");
            unguessable().ok_or_else(none)
        };
        let (state, verifier) = (random()?, random()?);
        let verifier = endpoint.pkce.then_some(verifier);
        let credentials = self.shared.sessions.endpoint.credentials().await?;
        let scope = self.shared.scopes.join(" ");
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", credentials.id())
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("state", state.expose())
            .extend_pairs(scope_parameter(&scope));
        if let Some(verifier) = &verifier {
            url.query_pairs_mut()
                .append_pair("code_challenge", &challenge(verifier.expose()))
                .append_pair("code_challenge_method", "S256");
        }
        let pending = Pending {
            state,
            verifier,
            redirect_uri: redirect_uri.to_owned(),
        };
        Ok(AuthorizationRequest {
            url,
            pending: pending.write(),
        })
    }

    /// Ends a login with the browser: checks that the callback is the answer to it, and asks for the
    /// tokens (RFC 6749, sections 4.1.2 and 4.1.3).
    ///
    /// `pending` is what [`AuthorizationRequest::pending`] gave, `callback` the address that the
    /// browser came back to, with its query; its path and query do, where a proxy hides the rest.
    ///
    /// # Errors
    /// * [`Callback`](crate::IdentityProviderReason::Callback) when it is the answer to another
    ///   login, or to none: another state, redirect URI or issuer, or parameters missing or given
    ///   twice. Nothing is sent then.
    /// * [`Denied`](crate::IdentityProviderReason::Denied) when the user said no.
    /// * Others when the provider says so in the callback, or gives no tokens.
    pub async fn finish(
        &self,
        pending: &Secret,
        callback: &str,
    ) -> Result<TokenSet, IdentityProviderError> {
        let endpoint = &self.shared.sessions.endpoint;
        let error = |(reason, message): callback::Problem| endpoint.error(reason, message);
        let pending = Pending::read(pending).map_err(error)?;
        let issuer = P::AUTHORIZATION.issuer;
        let code = callback::code(&pending, callback, issuer).map_err(error)?;
        let mut parameters = vec![
            ("code", code.expose()),
            ("redirect_uri", pending.redirect_uri.as_str()),
        ];
        if let Some(verifier) = &pending.verifier {
            parameters.push(("code_verifier", verifier.expose()));
        }
        let scopes = &self.shared.scopes;
        TokenSet::ask(endpoint, "authorization_code", &parameters, scopes).await
    }
}

//! The token endpoint: what every grant asks it, and how.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode};
use url::Url;

use super::clock::{Clock, Moment};
use super::credentials::{ClientCredentials, Credentials};
use super::dialect::Dialect;
use super::random::challenge;
use super::reply::{self, Scrub};
use super::slot::Token;
use crate::error::{IdentityProviderError, IdentityProviderReason};
use crate::transport::{Transport, TransportRequest};
use crate::wire::Secret;

/// The longest that a token request may take, from its start to the end of the answer.
pub(super) const LIMIT: Duration = Duration::from_secs(30);
/// The largest token response that is read.
const LARGEST: usize = 256 * 1024;

/// Parameters that may be shown; all others are taken out of what a provider answers.
const OPEN: [&str; 4] = ["scope", "redirect_uri", "username", "client_id"];

/// A token endpoint (RFC 6749, section 3.2) with the client that asks it.
pub(crate) struct TokenEndpoint {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) url: Url,
    pub(crate) dialect: Dialect,
    pub(crate) credentials: Credentials,
    pub(crate) default_lifetime: Duration,
    /// Told of scopes that were not granted. Without it, a token that lacks some is not used.
    pub(crate) on_missing_scopes: Option<OnMissingScopes>,
}

/// An application's own way with scopes that were not granted.
pub(crate) type OnMissingScopes = Arc<dyn Fn(&[String]) + Send + Sync>;

/// What a grant brought.
#[derive(Clone, Debug)]
pub(crate) struct Granted {
    pub(crate) token: Token,
    pub(crate) refresh_token: Option<Secret>,
    /// The scopes that were asked for and not granted.
    missing: Vec<String>,
    /// Whether the token may be used without them.
    accepted: bool,
}

/// An answer of the provider, read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: bytes::Bytes,
    pub(crate) asked: Moment,
}

impl TokenEndpoint {
    /// The endpoint as errors show it.
    pub(crate) fn shown(&self) -> String {
        shown(&self.url)
    }

    /// The endpoint as keys of a store name it: tenants may differ in the query alone, which does
    /// not show.
    pub(super) fn name(&self) -> String {
        match self.url.query() {
            None => self.shown(),
            Some(query) => format!("{}?sha256={}", self.shown(), challenge(query)),
        }
    }

    pub(crate) fn error(
        &self,
        reason: IdentityProviderReason,
        message: impl Into<String>,
    ) -> IdentityProviderError {
        IdentityProviderError::new(self.shown(), reason, message)
    }

    /// The client's credentials of the moment.
    pub(crate) async fn credentials(
        &self,
    ) -> Result<Arc<ClientCredentials>, IdentityProviderError> {
        self.credentials.get().await.map_err(|error| {
            let words = crate::error::chain(error.as_ref());
            let message = format!("the provider of client id and secret: {words}");
            self.error(IdentityProviderReason::Source, message)
        })
    }

    /// Asks for tokens of these scopes.
    pub(crate) async fn tokens(
        &self,
        grant: &str,
        parameters: &[(&str, &str)],
        scopes: &[String],
    ) -> Result<Granted, IdentityProviderError> {
        let credentials = self.credentials().await?;
        let scrub = scrub(&credentials, parameters);
        let request = self
            .dialect
            .request(&self.url, &credentials, Some(grant), parameters);
        let answer = self.exchange(&self.url, request, &scrub).await?;
        let reply = reply::read(&self.shown(), &answer, &scrub)
            .map_err(|error| error.with_headers(&answer.headers))?;
        let missing = missing(scopes, reply.scopes.as_deref());
        Ok(Granted {
            accepted: missing.is_empty() || self.accepts(&missing),
            missing,
            token: Token {
                header: reply.header,
                lifetime: reply.lifetime.unwrap_or(self.default_lifetime),
                asked: answer.asked,
            },
            refresh_token: reply.refresh_token,
        })
    }

    /// Whether a token without these scopes is used; tells the application if so.
    fn accepts(&self, missing: &[String]) -> bool {
        let told = self.on_missing_scopes.as_ref().map(|tell| tell(missing));
        told.is_some()
    }

    /// Begins the device flow at a device authorization endpoint, or at the token endpoint where
    /// that serves both steps.
    pub(crate) async fn device_codes(
        &self,
        url: &Url,
        grant: Option<&str>,
        parameters: &[(&str, &str)],
    ) -> Result<(reply::DeviceReply, Moment), IdentityProviderError> {
        let credentials = self.credentials().await?;
        let scrub = scrub(&credentials, parameters);
        let request = self.dialect.request(url, &credentials, grant, parameters);
        let answer = self.exchange(url, request, &scrub).await?;
        Ok((
            reply::read_device(&shown(url), &answer, &scrub)
                .map_err(|error| error.with_headers(&answer.headers))?,
            answer.asked,
        ))
    }

    /// Sends a request and reads the answer.
    async fn exchange(
        &self,
        url: &Url,
        request: TransportRequest,
        scrub: &Scrub,
    ) -> Result<Answer, IdentityProviderError> {
        let unreachable = |message: &str| {
            let reason = IdentityProviderReason::Unreachable;
            IdentityProviderError::new(shown(url), reason, scrub.apply(message))
        };
        let asked = self.clock.now();
        let answer = async {
            let response = self.transport.send(request).await?;
            let body = response.body.bytes_up_to(LARGEST).await?;
            Ok((response.status, response.headers, body))
        };
        match tokio::time::timeout(LIMIT, answer).await {
            Err(_) => Err(unreachable(&format!(
                "no answer within {} s",
                LIMIT.as_secs()
            ))),
            Ok(Err::<_, crate::TransportError>(error)) => Err(unreachable(error.message())),
            Ok(Ok((status, headers, body))) => Ok(Answer {
                status,
                headers,
                body,
                asked,
            }),
        }
    }
}

impl Granted {
    /// Tokens that are had already, with all scopes that were asked for.
    #[cfg(test)]
    pub(crate) fn of(token: Token, refresh_token: Option<Secret>) -> Self {
        Self {
            token,
            refresh_token,
            missing: Vec::new(),
            accepted: true,
        }
    }

    /// The token, unless scopes are missing that it is not used without.
    pub(crate) fn usable(&self, endpoint: &TokenEndpoint) -> Result<Token, IdentityProviderError> {
        match self.accepted {
            true => Ok(self.token.clone()),
            false => {
                let reason = IdentityProviderReason::MissingScopes(self.missing.clone());
                Err(endpoint.error(reason, ""))
            }
        }
    }

    /// Whether the token may be used: all scopes were granted that were asked for, or the
    /// application does without the others.
    pub(crate) fn is_usable(&self) -> bool {
        self.accepted
    }

    /// Whether this scope, which was asked for, was not granted.
    pub(crate) fn misses(&self, scope: &String) -> bool {
        self.missing.contains(scope)
    }
}

/// Scopes as a parameter, unless there are none.
pub(crate) fn scope_parameter(joined: &str) -> Option<(&str, &str)> {
    (!joined.is_empty()).then_some(("scope", joined))
}

/// The text of the token in an `Authorization` header.
pub(crate) fn token_text(header: &HeaderValue) -> &str {
    let text = header.to_str().unwrap_or_default();
    text.strip_prefix("Bearer ").unwrap_or(text)
}

/// An endpoint as errors show it: without its query.
pub(super) fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

fn scrub(credentials: &ClientCredentials, parameters: &[(&str, &str)]) -> Scrub {
    let hidden = parameters
        .iter()
        .filter(|(name, _)| !OPEN.contains(name))
        .map(|(_, value)| *value);
    Scrub::of(hidden.chain([credentials.secret()]))
        .and_basic(credentials.id(), credentials.secret())
}

/// The scopes that were asked for and not granted. A provider that names none granted them all
/// (RFC 6749, section 5.1).
fn missing(asked: &[String], granted: Option<&[String]>) -> Vec<String> {
    let Some(granted) = granted else {
        return Vec::new();
    };
    let granted: BTreeSet<&str> = granted.iter().map(String::as_str).collect();
    asked
        .iter()
        .filter(|scope| !granted.contains(scope.as_str()) && is_answered(scope))
        .cloned()
        .collect()
}

/// Some scopes are requests rather than permissions, and do not come back: `…/.default` stands for
/// everything that was granted beforehand.
fn is_answered(scope: &str) -> bool {
    !scope.ends_with("/.default") && !matches!(scope, "openid" | "offline_access")
}

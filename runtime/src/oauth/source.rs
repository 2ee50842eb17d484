//! The client credentials grant (RFC 6749, section 4.4).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use url::Url;

use super::clock::Clock;
use super::dialect::Dialect;
use super::reply;
use super::slot::{Token, TokenSource};
use crate::error::{IdentityProviderError, IdentityProviderReason};
use crate::percent::Encoding;
use crate::transport::{BoxFuture, Transport, TransportRequest};
use crate::wire::Secret;

/// What a portal says of its identity provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdentityProvider {
    /// The token endpoint.
    pub token_url: &'static str,
    /// How it wants token requests.
    pub dialect: Dialect,
    /// For how many seconds a token counts as good whose response names no `expires_in`.
    pub default_lifetime: u32,
}

/// The longest that a token request may take, from its start to the end of the answer.
const LIMIT: Duration = Duration::from_secs(30);
/// The largest token response that is read.
const LARGEST: usize = 256 * 1024;

/// A client's name and password with the identity provider.
#[derive(Clone, Debug)]
pub(crate) struct ClientCredentials {
    id: String,
    secret: Secret,
}

impl ClientCredentials {
    pub(crate) fn new(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            secret: Secret::from(secret.into()),
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn secret(&self) -> &str {
        self.secret.expose()
    }
}

/// Asks for tokens with client credentials.
pub(crate) struct ClientCredentialsSource {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) endpoint: Url,
    /// The endpoint as errors show it.
    pub(crate) shown: String,
    pub(crate) dialect: Dialect,
    pub(crate) credentials: Arc<ArcSwap<ClientCredentials>>,
    pub(crate) scopes: Vec<String>,
    pub(crate) default_lifetime: Duration,
}

impl TokenSource for ClientCredentialsSource {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, IdentityProviderError>> {
        Box::pin(async move {
            let credentials = self.credentials.load_full();
            let asked = self.clock.now();
            let scope = self.scopes.join(" ");
            let scope = [("scope", scope.as_str())];
            let parameters = if self.scopes.is_empty() {
                &[]
            } else {
                &scope[..]
            };
            let request = self.dialect.request(
                &self.endpoint,
                &credentials,
                "client_credentials",
                parameters,
            );
            let reply = exchange(&*self.transport, &self.shown, request)
                .await
                .map_err(|error| {
                    let secret = credentials.secret();
                    error
                        .without(secret)
                        .without(&Encoding::Form.encode(secret))
                })?;
            let missing = missing(&self.scopes, reply.scopes.as_deref());
            if !missing.is_empty() {
                let reason = IdentityProviderReason::MissingScopes(missing);
                return Err(IdentityProviderError::new(&self.shown, reason, ""));
            }
            let lifetime = reply.lifetime.unwrap_or(self.default_lifetime);
            Ok(Token {
                header: reply.header,
                lifetime,
                asked,
            })
        })
    }

    fn endpoint(&self) -> &str {
        &self.shown
    }
}

/// Sends a token request and reads the answer.
async fn exchange(
    transport: &dyn Transport,
    endpoint: &str,
    request: TransportRequest,
) -> Result<reply::TokenReply, IdentityProviderError> {
    let unreachable = |message: &str| {
        IdentityProviderError::new(endpoint, IdentityProviderReason::Unreachable, message)
    };
    let answer = async {
        let response = transport.send(request).await?;
        let body = response.body.bytes_up_to(LARGEST).await?;
        Ok((response.status, response.headers, body))
    };
    match tokio::time::timeout(LIMIT, answer).await {
        Err(_) => Err(unreachable(&format!(
            "no answer within {} s",
            LIMIT.as_secs()
        ))),
        Ok(Err::<_, crate::TransportError>(error)) => Err(unreachable(error.message())),
        Ok(Ok((status, headers, body))) => reply::read(endpoint, status, &headers, &body),
    }
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

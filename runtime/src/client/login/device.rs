//! The device authorization grant (RFC 8628): the user agrees on another device.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::grants::{DeviceCodeGrant, DeviceFlow};
use super::{Login, TokenSet};
use crate::error::{IdentityProviderError, IdentityProviderReason};
use crate::oauth::{TokenEndpoint, scope_parameter};
use crate::transport::check_address;
use crate::wire::Secret;

/// The grant type of RFC 8628, section 3.4.
const STANDARD_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// The grant type of providers that serve both steps at the token endpoint.
const SHORT_GRANT: &str = "device_code";
/// How long codes are good whose provider does not say.
const LIFETIME: Duration = Duration::from_secs(600);
/// The pause between two questions where the provider names none, and what `slow_down` adds
/// (RFC 8628, section 3.5).
const INTERVAL: Duration = Duration::from_secs(5);
/// The shortest pause, whatever the provider names.
const SHORTEST: Duration = Duration::from_secs(1);
/// The longest pause after trouble on the way.
const LONGEST: Duration = Duration::from_secs(60);

/// Codes for a login on another device (RFC 8628, section 3.2).
pub struct DeviceAuthorization {
    endpoint: Arc<TokenEndpoint>,
    flow: DeviceFlow,
    scopes: Vec<String>,
    device_code: Secret,
    user_code: String,
    verification_uri: Option<String>,
    verification_uri_complete: Option<String>,
    lifetime: Duration,
    interval: Duration,
    begun: Instant,
}

impl<P: DeviceCodeGrant> Login<P> {
    /// Begins a login on another device: asks the provider for codes (RFC 8628, section 3.1).
    ///
    /// ```
    /// # use portal_runtime::{DeviceCodeGrant, IdentityProviderError, Login};
    /// # async fn example<P: DeviceCodeGrant>(login: Login<P>) -> Result<P, IdentityProviderError> {
    /// let device = login.device().await?;
    /// let place = device.verification_uri().unwrap_or("the provider's page for devices");
    /// println!("Open {place} and enter {}", device.user_code());
    /// let tokens = device.wait().await?;
    /// login.client("user-17", tokens).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the provider gives no codes.
    pub async fn device(&self) -> Result<DeviceAuthorization, IdentityProviderError> {
        let (flow, shared) = (P::DEVICE, &self.shared);
        let endpoint = &shared.sessions.endpoint;
        let (url, grant) = match (flow, &shared.device_authorization_url) {
            (DeviceFlow::TokenEndpoint, _) => (endpoint.url.clone(), Some(SHORT_GRANT)),
            (DeviceFlow::Standard { .. }, Some(url)) => (url.clone(), None),
            (DeviceFlow::Standard { url }, None) => {
                let wrong = |problem| {
                    self.settings_error(format!("the device authorization URL: {problem}"))
                };
                (check_address(url).map_err(wrong)?, None)
            }
        };
        let scope = shared.scopes.join(" ");
        let parameters: Vec<_> = scope_parameter(&scope).into_iter().collect();
        let begun = Instant::now();
        let (reply, _) = endpoint.device_codes(&url, grant, &parameters).await?;
        // Some providers name their token endpoint, where no user can enter anything.
        let place = reply
            .verification_uri
            .filter(|text| !is_same_place(text, &endpoint.url));
        Ok(DeviceAuthorization {
            endpoint: Arc::clone(endpoint),
            flow,
            scopes: shared.scopes.clone(),
            device_code: reply.device_code,
            user_code: reply.user_code,
            verification_uri: place,
            verification_uri_complete: reply
                .verification_uri_complete
                .filter(|text| !is_same_place(text, &endpoint.url)),
            lifetime: reply.lifetime.unwrap_or(LIFETIME),
            interval: reply.interval.unwrap_or(INTERVAL).max(SHORTEST),
            begun,
        })
    }
}

impl DeviceAuthorization {
    /// What the user enters.
    pub fn user_code(&self) -> &str {
        &self.user_code
    }

    /// Where the user enters it. `None` where the provider names no place, or names its token
    /// endpoint, which is none: then the application has to know the place.
    pub fn verification_uri(&self) -> Option<&str> {
        self.verification_uri.as_deref()
    }

    /// The place with the code in it, to be shown as a QR code for example; the user should still
    /// compare the code (RFC 8628, section 3.3.1).
    pub fn verification_uri_complete(&self) -> Option<&str> {
        self.verification_uri_complete.as_deref()
    }

    /// How long the codes are good, counted from when they were asked for: what the provider says,
    /// or 10 minutes.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// How long [`wait`](Self::wait) pauses between two questions: what the provider says and 1 s at
    /// least, or 5 s.
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// Waits until the user has agreed, and gives the tokens (RFC 8628, sections 3.4 and 3.5). The
    /// provider is asked once in an interval, for the first time after one; less often when it says
    /// so, or after trouble on the way.
    ///
    /// A caller that gives up drops the future; codes run out by themselves.
    ///
    /// # Errors
    /// * [`Denied`](IdentityProviderReason::Denied) when the user said no.
    /// * [`Expired`](IdentityProviderReason::Expired) when the codes have run out.
    /// * Others when the provider refuses for another reason.
    pub async fn wait(self) -> Result<TokenSet, IdentityProviderError> {
        let end = self.begun.checked_add(self.lifetime);
        let mut interval = self.interval;
        let mut pause = interval;
        let mut last = None;
        loop {
            let next = Instant::now() + pause;
            if let Some(end) = end
                && next >= end
            {
                sleep_until(end).await;
                return Err(self.expired(last.as_ref()));
            }
            sleep_until(next).await;
            let error = match self.ask().await {
                Ok(tokens) => return Ok(tokens),
                Err(error) => error,
            };
            match self.meaning(&error) {
                Meaning::Pending => pause = interval,
                Meaning::TooOften => {
                    interval += INTERVAL;
                    pause = interval;
                }
                Meaning::Trouble => {
                    let asked = error.retry_after().unwrap_or_default().min(LIFETIME);
                    pause = (pause * 2).min(LONGEST).max(interval).max(asked);
                }
                Meaning::End(reason) => return Err(error.because(reason)),
            }
            last = Some(error);
        }
    }

    async fn ask(&self) -> Result<TokenSet, IdentityProviderError> {
        let grant = match self.flow {
            DeviceFlow::Standard { .. } => STANDARD_GRANT,
            DeviceFlow::TokenEndpoint => SHORT_GRANT,
        };
        let parameters = [("device_code", self.device_code.expose())];
        TokenSet::ask(&self.endpoint, grant, &parameters, &self.scopes).await
    }

    /// What an answer without tokens means.
    fn meaning(&self, error: &IdentityProviderError) -> Meaning {
        let silent = self.flow == DeviceFlow::TokenEndpoint
            && error.status().is_some_and(|status| status.as_u16() == 400);
        match error.code() {
            Some("authorization_pending") => Meaning::Pending,
            Some("slow_down") => Meaning::TooOften,
            Some("access_denied") => Meaning::End(IdentityProviderReason::Denied),
            Some("expired_token") => Meaning::End(IdentityProviderReason::Expired),
            // No error of the standard that would end it, so what was announced: not yet.
            Some(code) if silent && !is_final(code) => Meaning::Pending,
            _ if error.is_retryable() => Meaning::Trouble,
            _ => Meaning::End(error.reason().clone()),
        }
    }

    fn expired(&self, last: Option<&IdentityProviderError>) -> IdentityProviderError {
        let words = last.map(IdentityProviderError::message).unwrap_or_default();
        let reason = IdentityProviderReason::Expired;
        self.endpoint.error(reason, words)
    }
}

enum Meaning {
    Pending,
    TooOften,
    Trouble,
    End(IdentityProviderReason),
}

/// Errors of RFC 6749, section 5.2, that no waiting mends.
fn is_final(code: &str) -> bool {
    matches!(
        code,
        "invalid_client"
            | "invalid_grant"
            | "invalid_scope"
            | "unauthorized_client"
            | "unsupported_grant_type"
    )
}

/// Whether an address is the token endpoint, with whatever query.
fn is_same_place(text: &str, token_url: &url::Url) -> bool {
    url::Url::parse(text)
        .is_ok_and(|url| url.origin() == token_url.origin() && url.path() == token_url.path())
}

/// The device code does not show.
impl fmt::Debug for DeviceAuthorization {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("DeviceAuthorization")
            .field("verification_uri", &self.verification_uri)
            .field("lifetime", &self.lifetime)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

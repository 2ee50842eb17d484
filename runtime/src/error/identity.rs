//! Why there is no access token.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, StatusCode};

use super::Outcome;

/// The identity provider gave no access token that can be used.
///
/// Cheap to copy: every call that waited for the same token gets the same error.
#[derive(Clone)]
pub struct IdentityProviderError(Arc<Inner>, Context);

/// What the call knows that the token was for.
#[derive(Clone, Copy, Default)]
struct Context {
    operation: Option<&'static str>,
    /// Whether an earlier attempt of the call, with another token, may have been carried out.
    in_doubt: bool,
}

#[derive(Clone)]
struct Inner {
    /// Scheme, host and path of the token endpoint.
    endpoint: String,
    reason: IdentityProviderReason,
    message: String,
    status: Option<StatusCode>,
    retry_after: Option<Duration>,
    request_id: Option<String>,
}

/// What kept a token from being had.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentityProviderReason {
    /// The provider refused with an error code of RFC 6749, section 5.2, or one of its own.
    Refused {
        /// The code, such as `invalid_client`.
        code: String,
    },
    /// The provider granted less than was asked for; the scopes that are missing.
    MissingScopes(Vec<String>),
    /// The provider is overloaded or out of order.
    Unavailable,
    /// The provider could not be reached, or did not answer in time.
    Unreachable,
    /// The answer is not a token response.
    Malformed,
    /// The application's own source of tokens failed.
    Source,
    /// The request for a token was broken off on this side.
    Interrupted,
    /// Nobody is logged in under this name, or not any more: the user has to log in.
    LoginRequired,
    /// The store of tokens could not be read or written.
    Store {
        /// A record is damaged, so that trying again is of no use.
        damaged: bool,
    },
    /// The user said no (`access_denied`).
    Denied,
    /// The user did not say yes while the code was good (RFC 8628, section 3.5: `expired_token`).
    Expired,
    /// What came back from the browser is not the answer to this login. The message says what is
    /// wrong with it.
    Callback,
    /// A login cannot be begun with these settings. The message says why.
    Settings,
}

impl IdentityProviderError {
    pub(crate) fn new(
        endpoint: impl Into<String>,
        reason: IdentityProviderReason,
        message: impl Into<String>,
    ) -> Self {
        let (endpoint, message) = (endpoint.into(), message.into());
        Self(
            Arc::new(Inner {
                endpoint,
                reason,
                message,
                status: None,
                retry_after: None,
                request_id: None,
            }),
            Context::default(),
        )
    }

    pub(crate) fn with_answer(self, status: StatusCode, retry_after: Option<Duration>) -> Self {
        self.change(|inner| {
            inner.status = Some(status);
            inner.retry_after = retry_after;
        })
    }

    pub(crate) fn with_retry_after(self, retry_after: Duration) -> Self {
        self.change(|inner| inner.retry_after = Some(retry_after))
    }

    /// Keeps the identifier under which the provider knows the request.
    pub(crate) fn with_headers(self, headers: &HeaderMap) -> Self {
        let id = crate::response::request_id(headers).map(str::to_owned);
        self.change(|inner| inner.request_id = id)
    }

    pub(crate) fn in_operation(mut self, operation: &'static str) -> Self {
        self.1.operation = Some(operation);
        self
    }

    pub(super) fn outcome(&self) -> Outcome {
        match self.1.in_doubt {
            true => Outcome::Unknown,
            false => Outcome::NotCarriedOut,
        }
    }

    pub(super) fn set_in_doubt(&mut self) {
        self.1.in_doubt = true;
    }

    fn change(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// The same under another reason.
    pub(crate) fn because(self, reason: IdentityProviderReason) -> Self {
        self.change(|inner| inner.reason = reason)
    }

    /// The operation that the token was for, as the document names it.
    pub fn operation(&self) -> Option<&'static str> {
        self.1.operation
    }

    /// The identifier under which the provider knows the request, to quote to its operator.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// What kept the token from being had.
    pub fn reason(&self) -> &IdentityProviderReason {
        &self.0.reason
    }

    /// The provider's own code, such as `invalid_client`, where it gave one.
    pub fn code(&self) -> Option<&str> {
        match &self.0.reason {
            IdentityProviderReason::Refused { code } => Some(code),
            _ => None,
        }
    }

    /// The provider's words, or what happened on the way to it.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The status that the provider answered with.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// How long to wait before asking again.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns true when the provider may give a token a while later.
    pub fn is_retryable(&self) -> bool {
        match &self.0.reason {
            IdentityProviderReason::Unavailable
            | IdentityProviderReason::Unreachable
            | IdentityProviderReason::Interrupted
            | IdentityProviderReason::Source => true,
            IdentityProviderReason::Refused { code } => {
                matches!(
                    code.as_str(),
                    "temporarily_unavailable" | "server_error" | "slow_down"
                )
            }
            IdentityProviderReason::Store { damaged } => !damaged,
            IdentityProviderReason::MissingScopes(_)
            | IdentityProviderReason::Malformed
            | IdentityProviderReason::LoginRequired
            | IdentityProviderReason::Denied
            | IdentityProviderReason::Expired
            | IdentityProviderReason::Callback
            | IdentityProviderReason::Settings => false,
        }
    }

    fn remedy(&self) -> &'static str {
        match &self.0.reason {
            IdentityProviderReason::Refused { code } => match code.as_str() {
                "invalid_client" => "check the client id and the client secret",
                "invalid_scope" => "check the scopes: they come with the credentials",
                "unauthorized_client" => "ask the provider to allow this grant for the client",
                "invalid_grant" => {
                    "log in again: the password is wrong, or the code or token no longer valid"
                }
                "unsupported_grant_type" | "invalid_request" => {
                    "check the token URL and the provider's dialect"
                }
                _ => "see what the provider says",
            },
            IdentityProviderReason::MissingScopes(_) => {
                "ask the provider to grant these scopes to the client, or ask for fewer"
            }
            IdentityProviderReason::Unavailable => "try again later",
            IdentityProviderReason::Unreachable => "check the token URL and the network",
            IdentityProviderReason::Malformed => "check the token URL",
            IdentityProviderReason::Source => "see the application's own provider",
            IdentityProviderReason::Interrupted => {
                "keep the Tokio runtime running while calls are made, and see whether a function of the \
                 application's own panicked"
            }
            IdentityProviderReason::LoginRequired => "let the user log in",
            IdentityProviderReason::Store { damaged: false } => "see to the store, then try again",
            IdentityProviderReason::Store { damaged: true } => {
                "restore the record, or log the user out, which removes it, and in again"
            }
            IdentityProviderReason::Denied => "let the user log in again if that was a mistake",
            IdentityProviderReason::Expired => "begin the login anew",
            IdentityProviderReason::Callback => {
                "begin the login anew, and use nothing of the callback"
            }
            IdentityProviderReason::Settings => "correct the settings",
        }
    }
}

impl fmt::Display for IdentityProviderError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(operation) = self.1.operation {
            write!(out, "{operation}: ")?;
        }
        write!(out, "no access token from {}: ", inner.endpoint)?;
        match &inner.reason {
            IdentityProviderReason::Refused { code } if !code.is_empty() => {
                write!(out, "refused as {code}")?;
            }
            IdentityProviderReason::Refused { .. } => out.write_str("refused")?,
            IdentityProviderReason::MissingScopes(scopes) => {
                write!(out, "the scopes {} were not granted", scopes.join(", "))?;
            }
            IdentityProviderReason::Unavailable => {
                out.write_str("the identity provider is unavailable")?
            }
            IdentityProviderReason::Unreachable => {
                out.write_str("the identity provider was not reached")?
            }
            IdentityProviderReason::Malformed => {
                out.write_str("the answer is not a token response")?
            }
            IdentityProviderReason::Source => out.write_str("the application's provider failed")?,
            IdentityProviderReason::LoginRequired => out.write_str("a login is required")?,
            IdentityProviderReason::Store { damaged: false } => {
                out.write_str("the store of tokens failed")?
            }
            IdentityProviderReason::Store { damaged: true } => {
                out.write_str("a record in the store of tokens is damaged")?
            }
            IdentityProviderReason::Denied => out.write_str("the user refused")?,
            IdentityProviderReason::Expired => {
                out.write_str("the user did not agree while the code was good")?
            }
            IdentityProviderReason::Callback => {
                out.write_str("the callback is not the answer to this login")?
            }
            IdentityProviderReason::Settings => out.write_str("a login cannot be begun")?,
            IdentityProviderReason::Interrupted => out.write_str("the request was broken off")?,
        }
        if let Some(status) = inner.status {
            write!(out, " ({status})")?;
        }
        if !inner.message.is_empty() {
            write!(out, ": {}", inner.message)?;
        }
        write!(out, "; {}", self.remedy())?;
        if let Some(wait) = inner.retry_after.filter(|wait| !wait.is_zero()) {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            write!(out, " (retry after {seconds} s)")?;
        }
        match self.request_id() {
            Some(id) => write!(out, " (request id {id})"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for IdentityProviderError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("IdentityProviderError")
            .field("endpoint", &self.0.endpoint)
            .field("reason", &self.0.reason)
            .field("message", &self.0.message)
            .field("status", &self.0.status)
            .field("retry_after", &self.0.retry_after)
            .finish()
    }
}

impl std::error::Error for IdentityProviderError {}

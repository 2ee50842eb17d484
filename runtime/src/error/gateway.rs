//! What the gateway in front of an API answers.

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, StatusCode};

use super::Outcome;
use crate::body::RawBody;

/// The gateway (Azure API Management) answered in place of the API. The API did not see the request,
/// except perhaps where the reason is [`GatewayReason::Unavailable`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GatewayError {
    /// The operation, as the document names it.
    pub operation: &'static str,
    /// The status that was answered.
    pub status: StatusCode,
    /// What the gateway objects to.
    pub reason: GatewayReason,
    /// What the gateway says, in its words.
    pub message: String,
    /// How long the gateway asks to be left alone.
    pub retry_after: Option<Duration>,
    /// The headers that were answered.
    pub headers: HeaderMap,
    /// The body as it came.
    pub raw: RawBody,
    pub(crate) outcome: Outcome,
}

/// What a gateway objects to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GatewayReason {
    /// No subscription key came with the request.
    SubscriptionKeyMissing,
    /// The subscription key is wrong, not active, or not for this API.
    SubscriptionKeyInvalid,
    /// The gateway did not accept the access token.
    TokenRefused,
    /// The address that the request came from is not let in.
    AddressNotAllowed,
    /// A policy forbids the request.
    Forbidden,
    /// Too many requests in a short time.
    RateLimit,
    /// The quota of calls or of bandwidth is used up.
    Quota,
    /// No operation answers to this address, or a required query parameter is missing.
    OperationNotFound,
    /// The API behind the gateway cannot be reached, or a policy failed.
    Unavailable,
    /// A policy refused the request for a reason of its own.
    Refused,
}

impl GatewayReason {
    fn remedy(self) -> &'static str {
        match self {
            Self::SubscriptionKeyMissing => "set the subscription key",
            Self::SubscriptionKeyInvalid => {
                "check the subscription key: it must be active and belong to a product with this API"
            }
            Self::TokenRefused => {
                "check the client's scopes and that its credentials are valid for this API"
            }
            Self::AddressNotAllowed => "ask the operator to let this address in",
            Self::Forbidden => "ask the operator whether this address and this client are let in",
            Self::RateLimit => "send fewer requests, or wait as long as the gateway says",
            Self::Quota => "wait for the quota to be replenished, or ask the operator for more",
            Self::OperationNotFound => {
                "check the base URL and region, and that every required query parameter is given"
            }
            Self::Unavailable => "try again later; if it lasts, tell the operator",
            Self::Refused => "see what the gateway says",
        }
    }
}

impl GatewayError {
    /// The identifier under which the gateway knows the request, to quote to its operator.
    pub fn request_id(&self) -> Option<&str> {
        crate::response::request_id(&self.headers)
    }

    /// Returns true when the same call may succeed a while later.
    pub fn is_retryable(&self) -> bool {
        match self.reason {
            GatewayReason::RateLimit | GatewayReason::Quota | GatewayReason::Unavailable => true,
            GatewayReason::SubscriptionKeyMissing
            | GatewayReason::SubscriptionKeyInvalid
            | GatewayReason::TokenRefused
            | GatewayReason::AddressNotAllowed
            | GatewayReason::Forbidden
            | GatewayReason::OperationNotFound
            | GatewayReason::Refused => false,
        }
    }
}

impl fmt::Display for GatewayError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}: the gateway answered {}",
            self.operation, self.status
        )?;
        if !self.message.is_empty() {
            write!(out, ": {}", self.message)?;
        }
        write!(out, "; {}", self.reason.remedy())?;
        if let Some(wait) = self.retry_after {
            write!(out, " (retry after {} s)", wait.as_secs())?;
        }
        if let Some(id) = crate::response::request_id(&self.headers) {
            write!(out, " (request id {id})")?;
        }
        Ok(())
    }
}

impl std::error::Error for GatewayError {}

//! Errors: one enum that says which layer refused, and a type for each layer.
//!
//! No error of this crate shows a token, a client secret, a subscription key or a query string, in
//! its `Display`, its `Debug` or its sources.

mod api;
mod config;
mod details;
mod gateway;
mod identity;
mod item;
mod local;
mod outcome;
mod transport;

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, StatusCode};

pub use api::{ApiError, ErrorBody, Undeclared, UndeclaredSuccess};
pub use config::ConfigError;
pub use details::{ErrorDetails, ErrorItem};
pub use gateway::{GatewayError, GatewayReason};
pub use identity::{IdentityProviderError, IdentityProviderReason};
pub use item::{ItemError, ItemProblem};
pub use local::{PagingError, RequestError, ResponseError};
pub use outcome::Outcome;
pub(crate) use transport::chain;
pub use transport::{TimeoutError, TimeoutKind, TransportError, TransportErrorKind};

/// Why a call failed, by the layer that refused it.
///
/// `E` is what the operation declares for its error responses. [`AnyError`] takes errors of every
/// operation, for `?` across APIs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Error<E> {
    /// The call could not be made of what it was given: nothing was sent.
    Request(Box<RequestError>),
    /// The identity provider gave no token: nothing was sent to the API.
    IdentityProvider(IdentityProviderError),
    /// The gateway in front of the API answered in its place. The API did not see the request, except
    /// perhaps where the reason is [`GatewayReason::Unavailable`].
    Gateway(Box<GatewayError>),
    /// The API answered with an error.
    Api(Box<ApiError<E>>),
    /// The API answered with a success that its document does not declare.
    UndeclaredSuccess(Box<UndeclaredSuccess>),
    /// The network, or the connection to the server, failed.
    Transport(Box<TransportError>),
    /// It took too long.
    Timeout(Box<TimeoutError>),
    /// The answer's body is not what the document says.
    Decode(Box<ResponseError>),
    /// The pages of a collection contradict each other.
    Paging(Box<PagingError>),
    /// An item of a streamed body could not be had.
    Item(Box<ItemError>),
}

impl<E> Error<E> {
    /// The operation that was called, as the document names it.
    pub fn operation(&self) -> Option<&'static str> {
        match self {
            Self::Request(error) => Some(error.operation()),
            Self::IdentityProvider(error) => error.operation(),
            Self::Gateway(error) => Some(error.operation),
            Self::Api(error) => Some(error.operation),
            Self::UndeclaredSuccess(error) => Some(error.operation),
            Self::Transport(error) => error.operation(),
            Self::Timeout(error) => Some(error.operation()),
            Self::Decode(error) => Some(error.operation),
            Self::Paging(error) => Some(error.operation()),
            Self::Item(error) => error.operation(),
        }
    }

    /// What the body of an error response says, whatever its shape: its code, its words, and the
    /// identifier to quote to the operator.
    pub fn details(&self) -> Option<ErrorDetails> {
        match self {
            Self::Gateway(error) => Some(ErrorDetails::read(&error.raw)),
            Self::Api(error) => Some(error.details()),
            _ => None,
        }
    }

    /// The layer in one word, for logs and metrics.
    #[cfg(feature = "tracing")]
    pub(crate) const fn layer_name(&self) -> &'static str {
        match self {
            Self::Request(_) => "request",
            Self::IdentityProvider(_) => "identity_provider",
            Self::Gateway(_) => "gateway",
            Self::Api(_) => "api",
            Self::UndeclaredSuccess(_) => "undeclared_success",
            Self::Transport(_) => "transport",
            Self::Timeout(_) => "timeout",
            Self::Decode(_) => "decode",
            Self::Paging(_) => "paging",
            Self::Item(_) => "item",
        }
    }

    /// What OpenTelemetry calls `error.type`: the status, or the layer with its reason. There are
    /// few of them, and none holds a value.
    #[cfg(feature = "tracing")]
    pub(crate) fn kind_name(&self) -> String {
        match self {
            Self::Gateway(error) => format!("gateway.{:?}", error.reason),
            Self::Transport(error) => format!("transport.{:?}", error.kind()),
            Self::Timeout(error) => format!("timeout.{:?}", error.kind()),
            Self::Api(error) => error.status.as_str().to_owned(),
            other => other.layer_name().to_owned(),
        }
    }

    /// The status that was answered, where there was an answer: of the API, the gateway or the
    /// identity provider.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Request(_)
            | Self::Transport(_)
            | Self::Timeout(_)
            | Self::Paging(_)
            | Self::Item(_) => None,
            Self::IdentityProvider(error) => error.status(),
            Self::Gateway(error) => Some(error.status),
            Self::Api(error) => Some(error.status),
            Self::UndeclaredSuccess(error) => Some(error.status),
            Self::Decode(error) => Some(error.status),
        }
    }

    /// The headers of the answer, where the gateway or the API gave one.
    pub fn headers(&self) -> Option<&HeaderMap> {
        match self {
            Self::Gateway(error) => Some(&error.headers),
            Self::Api(error) => Some(&error.headers),
            Self::UndeclaredSuccess(error) => Some(&error.headers),
            Self::Decode(error) => Some(&error.headers),
            Self::Request(_)
            | Self::IdentityProvider(_)
            | Self::Transport(_)
            | Self::Timeout(_)
            | Self::Paging(_)
            | Self::Item(_) => None,
        }
    }

    /// The identifier under which the server knows the request, to quote to its operator.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::IdentityProvider(error) => error.request_id(),
            _ => self.headers().and_then(crate::response::request_id),
        }
    }

    /// Returns true when the same call may succeed a while later, without a change on this side.
    ///
    /// It does not say that repeating it is safe: a request that is not idempotent may have been
    /// processed although no answer came. The client itself has repeated what is safe already.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Request(_) | Self::UndeclaredSuccess(_) | Self::Decode(_) | Self::Paging(_) => {
                false
            }
            Self::IdentityProvider(error) => error.is_retryable(),
            Self::Gateway(error) => error.is_retryable(),
            Self::Api(error) => matches!(error.status.as_u16(), 408 | 429 | 502 | 503 | 504),
            Self::Transport(error) => error.is_retryable(),
            Self::Timeout(_) => true,
            Self::Item(error) => error.is_retryable(),
        }
    }

    /// How long the server asks to be left alone, where it says so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::IdentityProvider(error) => error.retry_after(),
            Self::Gateway(error) => error.retry_after,
            _ => crate::retry::retry_after(self.headers()?, std::time::SystemTime::now()),
        }
    }

    /// Whether the server has carried the request out, as far as is known on this side. See
    /// [`Outcome`].
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Request(error) => error.outcome,
            Self::IdentityProvider(error) => error.outcome(),
            Self::Gateway(error) => error.outcome,
            Self::Api(error) => error.outcome,
            Self::Transport(error) => error.outcome,
            Self::Timeout(error) => error.outcome,
            Self::UndeclaredSuccess(error) => Outcome::of_status(error.status.as_u16()),
            Self::Decode(error) => Outcome::of_status(error.status.as_u16()),
            // What these complain of is in answers that were successes.
            Self::Paging(_) | Self::Item(_) => Outcome::CarriedOut,
        }
    }

    /// The same error after an earlier attempt of the call that may have been carried out.
    pub(crate) fn in_doubt(mut self) -> Self {
        match &mut self {
            Self::Request(error) => error.outcome = error.outcome.in_doubt(),
            Self::IdentityProvider(error) => error.set_in_doubt(),
            Self::Gateway(error) => error.outcome = error.outcome.in_doubt(),
            Self::Api(error) => error.outcome = error.outcome.in_doubt(),
            Self::Transport(error) => error.outcome = error.outcome.in_doubt(),
            Self::Timeout(error) => error.outcome = error.outcome.in_doubt(),
            Self::UndeclaredSuccess(_) | Self::Decode(_) | Self::Paging(_) | Self::Item(_) => {}
        }
        self
    }

    /// The declared error of the operation, where the API answered with one.
    pub fn api(&self) -> Option<&ApiError<E>> {
        match self {
            Self::Api(error) => Some(error),
            _ => None,
        }
    }

    /// Turns the declared errors into something else and leaves the other layers as they are.
    pub fn map_api<F>(self, map: impl FnOnce(ApiError<E>) -> ApiError<F>) -> Error<F> {
        match self {
            Self::Api(error) => Error::Api(Box::new(map(*error))),
            Self::Request(error) => Error::Request(error),
            Self::IdentityProvider(error) => Error::IdentityProvider(error),
            Self::Gateway(error) => Error::Gateway(error),
            Self::UndeclaredSuccess(error) => Error::UndeclaredSuccess(error),
            Self::Transport(error) => Error::Transport(error),
            Self::Timeout(error) => Error::Timeout(error),
            Self::Decode(error) => Error::Decode(error),
            Self::Paging(error) => Error::Paging(error),
            Self::Item(error) => Error::Item(error),
        }
    }
}

impl<E: ErrorBody> Error<E> {
    /// Forgets the operation's own error type. The words of the error and its raw body stay.
    pub fn erase(self) -> AnyError {
        AnyError(self.map_api(ApiError::erase))
    }
}

impl<E: ErrorBody> fmt::Display for Error<E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(error) => error.fmt(out),
            Self::IdentityProvider(error) => error.fmt(out),
            Self::Gateway(error) => error.fmt(out),
            Self::Api(error) => error.fmt(out),
            Self::UndeclaredSuccess(error) => error.fmt(out),
            Self::Transport(error) => error.fmt(out),
            Self::Timeout(error) => error.fmt(out),
            Self::Decode(error) => error.fmt(out),
            Self::Paging(error) => error.fmt(out),
            Self::Item(error) => error.fmt(out),
        }
    }
}

impl<E> From<ItemError> for Error<E> {
    fn from(error: ItemError) -> Self {
        Self::Item(Box::new(error))
    }
}

/// The message says everything, so there are no sources that would say it again.
impl<E: ErrorBody> std::error::Error for Error<E> {}

/// The error of any operation: what `?` turns an [`Error<E>`] into.
///
/// ```
/// use portal_runtime::AnyError;
///
/// fn report(error: &AnyError) -> String {
///     format!("{error} (status {:?}, request {:?})", error.status(), error.request_id())
/// }
/// ```
#[derive(Clone)]
pub struct AnyError(Error<Erased>);

/// An error body whose type was forgotten; its words are left.
#[derive(Clone, PartialEq, Eq)]
pub struct Erased(pub(crate) String);

impl AnyError {
    /// The error by layer, for a `match`.
    pub fn layer(&self) -> &Error<Erased> {
        &self.0
    }
}

impl std::ops::Deref for AnyError {
    type Target = Error<Erased>;

    fn deref(&self) -> &Error<Erased> {
        &self.0
    }
}

impl<E: ErrorBody> From<Error<E>> for AnyError {
    fn from(error: Error<E>) -> Self {
        error.erase()
    }
}

impl From<ItemError> for AnyError {
    fn from(error: ItemError) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for AnyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl fmt::Debug for AnyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, out)
    }
}

impl std::error::Error for AnyError {}

#[cfg(test)]
mod page;

impl ErrorBody for Erased {
    fn decode(_: u16, _: &crate::body::RawBody) -> Self {
        Self(String::new())
    }

    fn describe(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.clone())
    }
}

impl fmt::Debug for Erased {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, out)
    }
}

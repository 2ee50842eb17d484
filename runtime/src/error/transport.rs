//! Errors of the network, and of patience.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use super::Outcome;

/// The network, or the connection to the server, failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportError {
    kind: TransportErrorKind,
    message: String,
    operation: Option<&'static str>,
    pub(super) outcome: Outcome,
}

/// What failed on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection was made: the server did not see the request.
    Connect,
    /// No connection was made in time: the server did not see the request.
    ConnectTimeout,
    /// The server said that it did not process the request (HTTP/2).
    Unprocessed,
    /// The connection failed while the request was sent or the answer awaited: the server may have
    /// seen the request.
    Exchange,
    /// The body of the request could not be read.
    RequestBody,
    /// The body of the answer broke off.
    ResponseBody,
    /// Nothing more of the body of the answer arrived for too long.
    Stalled,
    /// The body of the answer is larger than the limit.
    TooLarge,
    /// The body of the answer has a content encoding that was not asked for.
    ContentEncoding,
    /// The application's own HTTP client followed a redirect.
    Redirected,
}

impl TransportErrorKind {
    /// Returns true when the server certainly did not process the request.
    const fn is_before_processing(self) -> bool {
        match self {
            Self::Connect | Self::ConnectTimeout | Self::Unprocessed => true,
            Self::Exchange
            | Self::RequestBody
            | Self::ResponseBody
            | Self::Stalled
            | Self::TooLarge
            | Self::ContentEncoding
            | Self::Redirected => false,
        }
    }
}

impl TransportError {
    /// Makes an error, as own transports need. The message must not hold a URL's query or any
    /// other secret.
    pub fn new(kind: TransportErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            operation: None,
            outcome: match kind.is_before_processing() {
                true => Outcome::NotCarriedOut,
                false => Outcome::Unknown,
            },
        }
    }

    /// The same of an answer whose status has come.
    pub(crate) fn of_answer(mut self, status: StatusCode) -> Self {
        self.outcome = Outcome::of_status(status.as_u16());
        self
    }

    pub(crate) fn outcome(&self) -> Outcome {
        self.outcome
    }

    pub(crate) fn body(source: &(dyn std::error::Error + 'static)) -> Self {
        Self::new(TransportErrorKind::ResponseBody, chain(source))
    }

    pub(crate) fn stalled(limit: Duration) -> Self {
        let message = format!("no data for {} s", limit.as_secs_f32());
        Self::new(TransportErrorKind::Stalled, message)
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        let message = format!("the body is larger than {limit} bytes");
        Self::new(TransportErrorKind::TooLarge, message)
    }

    pub(crate) fn in_operation(mut self, operation: &'static str) -> Self {
        self.operation = Some(operation);
        self
    }

    /// What failed.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// The words of the layer that failed, without addresses and secrets.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The operation, as the document names it; `None` before the error reached a call.
    pub fn operation(&self) -> Option<&'static str> {
        self.operation
    }

    /// Returns true when it is certain that the server did not process the request.
    pub fn was_not_sent(&self) -> bool {
        self.kind.is_before_processing()
    }

    /// Returns true when the same call may succeed a while later.
    pub fn is_retryable(&self) -> bool {
        match self.kind {
            TransportErrorKind::Connect
            | TransportErrorKind::ConnectTimeout
            | TransportErrorKind::Unprocessed
            | TransportErrorKind::Exchange
            | TransportErrorKind::ResponseBody
            | TransportErrorKind::Stalled => true,
            TransportErrorKind::RequestBody
            | TransportErrorKind::TooLarge
            | TransportErrorKind::ContentEncoding
            | TransportErrorKind::Redirected => false,
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation {
            write!(out, "{operation}: ")?;
        }
        let (what, remedy) = match self.kind {
            TransportErrorKind::Connect | TransportErrorKind::ConnectTimeout => (
                "no connection to the server",
                "check the base URL, the network, proxies and certificates",
            ),
            TransportErrorKind::Unprocessed => (
                "the server did not take the request",
                "it was not processed; try again",
            ),
            TransportErrorKind::Exchange => (
                "the connection failed before the answer came",
                "the request may have been processed, so look before repeating one that changes something",
            ),
            TransportErrorKind::RequestBody => ("the body could not be read", "check its source"),
            TransportErrorKind::ResponseBody => ("the answer broke off", "try again"),
            TransportErrorKind::Stalled => {
                ("the answer stalled", "try again, or raise the idle timeout")
            }
            TransportErrorKind::TooLarge => (
                "the answer is too large",
                "raise the client's limit on response bodies",
            ),
            TransportErrorKind::ContentEncoding => (
                "the answer cannot be unpacked",
                "ask the operator why; only gzip was asked for",
            ),
            TransportErrorKind::Redirected => (
                "a redirect was followed, perhaps with the subscription key",
                "build that client with redirect::Policy::none(), and consider changing the key",
            ),
        };
        write!(out, "{what}: {}; {remedy}", self.message)
    }
}

impl std::error::Error for TransportError {}

/// It took too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeoutError {
    pub(crate) operation: &'static str,
    pub(crate) kind: TimeoutKind,
    pub(crate) limit: Duration,
    pub(crate) attempts: u32,
    pub(crate) outcome: Outcome,
}

/// What took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeoutKind {
    /// Making the connection: the server did not see the request.
    Connect,
    /// One attempt: the server may have seen the request.
    Attempt,
    /// The body of the answer paused for too long: the request was processed.
    Idle,
    /// The call, with all its attempts and waits.
    Total,
}

impl TimeoutKind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Attempt => "attempt",
            Self::Idle => "idle",
            Self::Total => "total",
        }
    }
}

impl TimeoutError {
    /// The operation, as the document names it.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// What took too long.
    pub fn kind(&self) -> TimeoutKind {
        self.kind
    }

    /// The limit that was reached.
    pub fn limit(&self) -> Duration {
        self.limit
    }

    /// How many attempts were made.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }
}

impl fmt::Display for TimeoutError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, remedy) = match self.kind {
            TimeoutKind::Connect => ("no connection", "check the base URL and the network"),
            TimeoutKind::Attempt => (
                "no answer",
                "the request may have been processed; raise the attempt timeout if the operation is slow",
            ),
            TimeoutKind::Idle => (
                "nothing more of the answer's body",
                "the request was processed; raise the idle timeout if the server is slow",
            ),
            TimeoutKind::Total => (
                "no success",
                "the request may have been processed; raise the total timeout to allow more attempts",
            ),
        };
        let attempts = match self.attempts {
            1 => String::new(),
            count => format!(" after {count} attempts"),
        };
        let seconds = self.limit.as_secs_f32();
        write!(
            out,
            "{}: {what} within {seconds} s{attempts} (the {} timeout); {remedy}",
            self.operation,
            self.kind.name()
        )
    }
}

impl std::error::Error for TimeoutError {}

/// An error's words with those of its sources.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let words = error.to_string();
        if !text.ends_with(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        source = error.source();
    }
    text
}

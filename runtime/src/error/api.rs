//! What an API itself answers when it refuses.

use std::fmt;

use http::header::LOCATION;
use http::{HeaderMap, StatusCode};

use super::{Erased, ErrorDetails, Outcome};
use crate::body::RawBody;
use crate::wire::DecodeError;

/// An error response of the API.
#[derive(Clone)]
#[non_exhaustive]
pub struct ApiError<E> {
    /// The operation, as the document names it.
    pub operation: &'static str,
    /// The status that was answered.
    pub status: StatusCode,
    /// The headers that were answered.
    pub headers: HeaderMap,
    /// The body as the operation declares it, by status.
    pub body: E,
    /// The body as it came, but for credentials of the request that the server repeats in it: in
    /// their place stands `****`.
    pub raw: RawBody,
    pub(crate) outcome: Outcome,
}

/// What error responses of an operation are read into; [`errors!`](crate::errors) makes such types.
pub trait ErrorBody: fmt::Debug + Send + Sync + Sized + 'static {
    /// Reads the body of a response with this status. What is not declared, or does not fit, is
    /// kept as such: reading an error never fails.
    fn decode(status: u16, body: &RawBody) -> Self;

    /// What the API says in words, where the body holds any.
    fn describe(&self) -> Option<String> {
        None
    }
}

/// No errors are declared; [`ApiError::raw`] has what was answered.
impl ErrorBody for () {
    fn decode(_: u16, _: &RawBody) -> Self {}
}

/// An error response that the document does not declare, or whose body is not what it declares.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Undeclared {
    /// The status that was answered.
    pub status: u16,
    /// What did not fit, where the status is declared.
    pub problem: Option<DecodeError>,
    /// The body as it came.
    pub body: RawBody,
}

impl Undeclared {
    #[doc(hidden)]
    pub fn new(status: u16, problem: Option<DecodeError>, body: &RawBody) -> Self {
        Self {
            status,
            problem,
            body: body.clone(),
        }
    }
}

impl fmt::Display for Undeclared {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match StatusCode::from_u16(self.status) {
            Ok(status) => write!(out, "{status}")?,
            Err(_) => write!(out, "{}", self.status)?,
        }
        match &self.problem {
            None => out.write_str(" (a status that the document does not declare)"),
            Some(problem) => write!(
                out,
                " (the body is not what the document declares: {problem})"
            ),
        }
    }
}

impl<E: ErrorBody> ApiError<E> {
    pub(super) fn erase(self) -> ApiError<Erased> {
        let words = self.words().unwrap_or_default();
        let Self {
            operation,
            status,
            headers,
            raw,
            outcome,
            ..
        } = self;
        ApiError {
            operation,
            status,
            headers,
            body: Erased(words),
            raw,
            outcome,
        }
    }

    fn words(&self) -> Option<String> {
        self.body
            .describe()
            .or_else(|| crate::json::message(&self.raw))
    }
}

impl<E> ApiError<E> {
    /// The identifier under which the server knows the request, to quote to its operator.
    pub fn request_id(&self) -> Option<&str> {
        crate::response::request_id(&self.headers)
    }

    /// What the body says, whatever its shape: its code, its words, and the identifier to quote to
    /// the operator. [`body`](Self::body) has what the operation declares.
    pub fn details(&self) -> ErrorDetails {
        ErrorDetails::read(&self.raw)
    }

    /// Where a redirect points to, without path and query: those may hold secrets.
    fn redirect(&self) -> Option<String> {
        let location = self.headers.get(LOCATION)?.to_str().ok()?;
        let url = url::Url::parse(location).ok()?;
        url.has_host().then(|| url.origin().ascii_serialization())
    }
}

impl<E: ErrorBody> fmt::Display for ApiError<E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: the API answered {}", self.operation, self.status)?;
        if let Some(words) = self.words() {
            write!(out, ": {words}")?;
        }
        if let Some(remedy) = remedy(self.status) {
            if self.status.is_redirection()
                && let Some(host) = self.redirect()
            {
                write!(out, ", a redirect to {host}")?;
            }
            write!(out, "; {remedy}")?;
        }
        if let Some(id) = self.request_id() {
            write!(out, " (request id {id})")?;
        }
        Ok(())
    }
}

impl<E: fmt::Debug> fmt::Debug for ApiError<E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ApiError")
            .field("operation", &self.operation)
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("body", &self.body)
            .field("raw", &self.raw)
            .finish()
    }
}

/// What to do about a status, where that does not depend on the operation.
fn remedy(status: StatusCode) -> Option<&'static str> {
    match status.as_u16() {
        300..=303 | 305..=399 => Some(
            "redirects are not followed, since they would carry credentials elsewhere; \
             check the base URL",
        ),
        401 => Some(
            "the access token was refused twice; check the scopes and that the API accepts this client",
        ),
        403 => Some(
            "the credentials do not allow it; check the scopes and the rights granted to this client",
        ),
        429 => Some("too many requests; wait as long as the answer says"),
        _ => None,
    }
}

/// A success with a status that the operation does not declare. Nothing is known of its body.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UndeclaredSuccess {
    /// The operation, as the document names it.
    pub operation: &'static str,
    /// The status that was answered.
    pub status: StatusCode,
    /// The headers that were answered.
    pub headers: HeaderMap,
    /// The body as it came.
    pub raw: RawBody,
}

impl fmt::Display for UndeclaredSuccess {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}: the API answered {}, which its document does not declare; the request may well have \
             been carried out, so look before repeating it",
            self.operation, self.status
        )
    }
}

impl std::error::Error for UndeclaredSuccess {}

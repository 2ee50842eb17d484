//! What a successful call gives.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use http::{HeaderMap, StatusCode};

use crate::wire::{Decode, DecodeError, from_slice, is_secret_name};

/// A success: its body, read into `T`, with status and headers.
///
/// It dereferences to the body. `H` is a struct of the headers that the document declares.
pub struct Response<T, H = ()> {
    status: StatusCode,
    headers: HeaderMap,
    body: T,
    declared: PhantomData<fn() -> H>,
}

impl<T, H> Response<T, H> {
    /// Makes a response, as tests of an application need.
    pub fn new(status: StatusCode, headers: HeaderMap, body: T) -> Self {
        Self {
            status,
            headers,
            body,
            declared: PhantomData,
        }
    }

    /// The status that was answered.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// All headers that were answered.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The identifier under which the server knows the request, to quote to its operator.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// The body.
    pub fn into_body(self) -> T {
        self.body
    }

    /// Status, headers and body.
    pub fn into_parts(self) -> (StatusCode, HeaderMap, T) {
        (self.status, self.headers, self.body)
    }

    /// Turns the body into something else.
    pub fn map<U>(self, map: impl FnOnce(T) -> U) -> Response<U, H> {
        Response::new(self.status, self.headers, map(self.body))
    }
}

impl<T, H: FromHeaders> Response<T, H> {
    /// Reads the headers that the document declares.
    ///
    /// # Errors
    /// When a required header is missing, or a value does not fit its type.
    pub fn declared_headers(&self) -> Result<H, HeaderError> {
        H::from_headers(&self.headers)
    }
}

impl<T, H> Deref for Response<T, H> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.body
    }
}

impl<T, H> DerefMut for Response<T, H> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.body
    }
}

impl<T: Clone, H> Clone for Response<T, H> {
    fn clone(&self) -> Self {
        Self::new(self.status, self.headers.clone(), self.body.clone())
    }
}

impl<T: fmt::Debug, H> fmt::Debug for Response<T, H> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("body", &self.body)
            .finish()
    }
}

/// A struct of declared response headers; [`headers!`](crate::headers) implements it.
pub trait FromHeaders: Sized {
    /// Reads the headers.
    ///
    /// # Errors
    /// When a required header is missing, or a value does not fit its type.
    fn from_headers(headers: &HeaderMap) -> Result<Self, HeaderError>;
}

/// No headers are declared.
impl FromHeaders for () {
    fn from_headers(_: &HeaderMap) -> Result<Self, HeaderError> {
        Ok(())
    }
}

/// A declared response header that is missing or does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderError {
    name: &'static str,
    problem: Option<DecodeError>,
}

impl HeaderError {
    /// The header's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What did not fit; `None` where the header is missing.
    pub fn problem(&self) -> Option<&DecodeError> {
        self.problem.as_ref()
    }
}

impl fmt::Display for HeaderError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            None => write!(out, "the response header {} is missing", self.name),
            Some(problem) => write!(
                out,
                "the response header {}: expected {}, found {}",
                self.name,
                problem.expected(),
                problem.found()
            ),
        }
    }
}

impl std::error::Error for HeaderError {}

/// Reads a header that must be there.
#[doc(hidden)]
pub fn required<T: Decode>(headers: &HeaderMap, name: &'static str) -> Result<T, HeaderError> {
    optional(headers, name)?.ok_or(HeaderError {
        name,
        problem: None,
    })
}

/// Reads a header that may be there.
#[doc(hidden)]
pub fn optional<T: Decode>(
    headers: &HeaderMap,
    name: &'static str,
) -> Result<Option<T>, HeaderError> {
    let values: Vec<String> = headers
        .get_all(name)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .collect();
    if values.is_empty() {
        return Ok(None);
    }
    let shown = |problem: DecodeError| match is_secret(name) {
        true => problem.redacted(),
        false => problem,
    };
    value(&values.join(", "))
        .map(Some)
        .map_err(|problem| HeaderError {
            name,
            problem: Some(shown(problem)),
        })
}

/// Whether a header of this name may hold a secret.
fn is_secret(name: &str) -> bool {
    let known = SECRET.iter().any(|known| known.eq_ignore_ascii_case(name));
    known || is_secret_name(name)
}

/// Reads a header's value (style `simple`): as a string, as a bare number or word, or as a list.
fn value<T: Decode>(text: &str) -> Result<T, DecodeError> {
    let text = text.trim();
    let quoted = from_slice(quote(text).as_bytes());
    let scalar = quoted.or_else(|error| from_slice(text.as_bytes()).map_err(|_| error));
    scalar.or_else(|error| {
        let items: Vec<&str> = text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .collect();
        let strings: Vec<String> = items.iter().map(|item| quote(item)).collect();
        from_slice(format!("[{}]", strings.join(",")).as_bytes())
            .or_else(|_| from_slice(format!("[{}]", items.join(",")).as_bytes()))
            .map_err(|_: DecodeError| error)
    })
}

fn quote(text: &str) -> String {
    let mut encoder = crate::wire::Encoder::new();
    encoder.string(text);
    let bytes = encoder.finish().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// The headers that servers name a request by, the most telling first.
const REQUEST_IDS: [&str; 6] = [
    "x-request-id",
    "request-id",
    "x-ms-request-id",
    "apim-request-id",
    "x-correlation-id",
    "traceparent",
];

pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    REQUEST_IDS
        .iter()
        .find_map(|name| headers.get(*name)?.to_str().ok())
}

/// Response headers that may hold secrets, so that they must not show, besides those whose names say
/// so.
const SECRET: [&str; 5] = [
    "set-cookie",
    "location",
    "ocp-apim-sas-token",
    "authentication-info",
    "proxy-authentication-info",
];

/// Marks what must not show.
pub(crate) fn guard(headers: &mut HeaderMap) {
    let secret = headers
        .iter_mut()
        .filter(|(name, _)| is_secret(name.as_str()));
    secret.for_each(|(_, value)| value.set_sensitive(true));
}

//! How requests travel: the one trait between this crate and HTTP.

mod address;
mod gzip;
mod http;
mod middleware;
mod settings;
mod tls;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use ::http::{HeaderMap, Method, StatusCode};
use url::Url;

use crate::body::ByteStream;
pub use crate::body::WireBody;
use crate::error::TransportError;

pub(crate) use address::check_address;
pub use http::HttpTransport;
pub use middleware::{Attempt, Middleware, Next};
pub use settings::HttpTransportBuilder;

/// A boxed future that can move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What carries requests to servers. [`HttpTransport`] is the real one; tests of an application can
/// put their own in its place.
///
/// A transport follows no redirects and repeats nothing that a server may have seen: both are the
/// client's to decide.
pub trait Transport: Send + Sync + 'static {
    /// Sends a request and returns the answer as soon as its headers are there.
    ///
    /// # Errors
    /// When there is no answer. [`TransportErrorKind`](crate::TransportErrorKind) says whether the
    /// server may have seen the request, by which it is decided whether to repeat it.
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'static, Result<TransportResponse, TransportError>>;
}

/// A request on its way, complete with credentials.
pub struct TransportRequest {
    /// The method.
    pub method: Method,
    /// The whole address. Its query may hold an API key.
    pub url: Url,
    /// All headers but those that depend on the connection; secrets are marked as sensitive.
    pub headers: HeaderMap,
    /// The body.
    pub body: WireBody,
}

/// Its query does not show, since it may hold an API key.
impl fmt::Debug for TransportRequest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = format!(
            "{}{}",
            self.url.origin().ascii_serialization(),
            self.url.path()
        );
        out.debug_struct("TransportRequest")
            .field("method", &self.method)
            .field("url", &address)
            .field("headers", &self.headers)
            .field("body", &self.body)
            .finish()
    }
}

/// An answer: status and headers, and a body that may still be on its way.
pub struct TransportResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, with content encodings undone.
    pub body: ByteStream,
}

/// Headers that may hold secrets, such as cookies, do not show.
impl fmt::Debug for TransportResponse {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut headers = self.headers.clone();
        crate::response::guard(&mut headers);
        out.debug_struct("TransportResponse")
            .field("status", &self.status)
            .field("headers", &headers)
            .field("body", &self.body)
            .finish()
    }
}

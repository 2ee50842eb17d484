//! The transport over HTTP/1.1 and HTTP/2, by reqwest.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Method};
use http_body::{Body as _, Frame, SizeHint};

use super::{BoxFuture, Transport, TransportRequest, TransportResponse, tls};
use crate::body::{BoxError, ByteStream, WireBody};
use crate::error::{ConfigError, TransportError, TransportErrorKind, chain};

/// The real transport: HTTP/1.1 and HTTP/2 over TLS, with connections kept for reuse.
///
/// Redirects are not followed: they would carry the subscription key to another host. gzip is
/// asked for and undone.
#[derive(Clone)]
pub struct HttpTransport {
    client: reqwest::Client,
}

/// The settings of an [`HttpTransport`].
#[derive(Clone, Debug)]
pub struct HttpTransportBuilder {
    connect_timeout: Duration,
    user_agent: String,
}

impl HttpTransport {
    /// Begins with the defaults: 10 s for a connection, and this crate's name as user agent.
    pub fn builder() -> HttpTransportBuilder {
        HttpTransportBuilder {
            connect_timeout: Duration::from_secs(10),
            user_agent: concat!("portal-runtime/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }

    /// Uses a client of the application's own, as for proxies, own roots or client certificates.
    ///
    /// It must be built with `redirect::Policy::none()`, or a redirect may carry the subscription
    /// key to another host.
    pub fn from_client(client: reqwest::Client) -> Self {
        Self { client }
    }
}

impl HttpTransportBuilder {
    /// Sets how long making a connection may take, name resolution and TLS included.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Sets the `User-Agent` header.
    #[must_use]
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = name.into();
        self
    }

    /// Makes the transport.
    ///
    /// # Errors
    /// When the user agent is not a header value, or the system has no root certificates.
    pub fn build(self) -> Result<HttpTransport, ConfigError> {
        let tls = tls::config().map_err(|error| {
            ConfigError::new(format!(
                "TLS cannot be set up: {error}; check that the system's root certificates are installed \
                 (the package ca-certificates)"
            ))
        })?;
        let agent = HeaderValue::from_str(&self.user_agent).map_err(|_| {
            ConfigError::new("the user agent holds characters that no header may hold")
        })?;
        reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(self.connect_timeout)
            .user_agent(agent)
            .build()
            .map(HttpTransport::from_client)
            .map_err(|error| ConfigError::new(format!("HTTP cannot be set up: {}", chain(&error))))
    }
}

impl Transport for HttpTransport {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'static, Result<TransportResponse, TransportError>> {
        let client = self.client.clone();
        Box::pin(async move {
            let response = client.execute(translate(request)).await.map_err(failure)?;
            Ok(accept(response))
        })
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("HttpTransport").finish_non_exhaustive()
    }
}

fn translate(request: TransportRequest) -> reqwest::Request {
    // RFC 9110, section 8.6: what usually has content says when it has none, or some servers
    // answer 411.
    let has_content = matches!(request.method, Method::POST | Method::PUT | Method::PATCH);
    let mut translated = reqwest::Request::new(request.method, request.url);
    *translated.headers_mut() = request.headers;
    *translated.body_mut() = match request.body.into_bytes() {
        Ok(bytes) if bytes.is_empty() => {
            if has_content {
                translated
                    .headers_mut()
                    .insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
            }
            None
        }
        Ok(bytes) => Some(bytes.into()),
        Err(stream) => Some(reqwest::Body::wrap(Sending(stream))),
    };
    translated
}

fn accept(response: reqwest::Response) -> TransportResponse {
    let length = response.content_length();
    let (parts, body) = http::Response::<reqwest::Body>::from(response).into_parts();
    let body = ByteStream::new(Box::pin(Receiving(body)), length);
    TransportResponse {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}

/// Says what failed in our own words: reqwest's errors hold the whole URL, which may hold a key.
fn failure(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    let kind = if is_own_body(&error) {
        TransportErrorKind::RequestBody
    } else if error.is_connect() && error.is_timeout() {
        TransportErrorKind::ConnectTimeout
    } else if error.is_connect() {
        TransportErrorKind::Connect
    } else {
        TransportErrorKind::Exchange
    };
    TransportError::new(kind, chain(&error))
}

fn is_own_body(error: &reqwest::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if error.is::<SourceFailed>() {
            return true;
        }
        source = error.source();
    }
    false
}

/// The body of a request, with errors that can be told from those of the connection.
struct Sending(WireBody);

/// The source of a request's body failed.
#[derive(Debug)]
struct SourceFailed(BoxError);

impl fmt::Display for SourceFailed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl std::error::Error for SourceFailed {}

impl http_body::Body for Sending {
    type Data = Bytes;
    type Error = SourceFailed;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, SourceFailed>>> {
        let frame = ready!(Pin::new(&mut self.0).poll_frame(context));
        Poll::Ready(frame.map(|result| result.map_err(SourceFailed)))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// The body of an answer, as a stream of its data.
struct Receiving(reqwest::Body);

impl Stream for Receiving {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match ready!(Pin::new(&mut self.0).poll_frame(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error.without_url().into()))),
                Some(Ok(frame)) => {
                    // Trailers are not asked for.
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Some(Ok(data)));
                    }
                }
            }
        }
    }
}

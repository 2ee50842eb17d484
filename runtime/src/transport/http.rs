//! The transport over HTTP/1.1 and HTTP/2, by reqwest.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, RANGE};
use http::{HeaderValue, Method};
use http_body::{Body as _, Frame, SizeHint};

use super::gzip::Unpacked;
use super::{BoxFuture, Transport, TransportRequest, TransportResponse};
use crate::body::{BoxError, ByteStream, PieceStream, WireBody};
use crate::error::{TransportError, TransportErrorKind, chain};

/// The real transport: HTTP/1.1 and HTTP/2 over TLS, with connections kept for reuse.
///
/// Redirects are not followed: they would carry the subscription key to another host. gzip is
/// asked for and undone. Nothing is repeated: that is the client's to decide.
#[derive(Clone)]
pub struct HttpTransport {
    client: reqwest::Client,
}

impl HttpTransport {
    /// Uses a client of the application's own. [`customize`](super::HttpTransportBuilder::customize) serves most
    /// needs and keeps the settings that safety stands on; here they are the application's.
    ///
    /// The client must be built with `redirect::Policy::none()`: a redirect would carry the
    /// subscription key to another host. Where it turns out that the client followed one, the call
    /// fails with [`TransportErrorKind::Redirected`].
    pub fn from_client(client: reqwest::Client) -> Self {
        Self { client }
    }
}

impl Transport for HttpTransport {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'static, Result<TransportResponse, TransportError>> {
        let client = self.client.clone();
        Box::pin(async move {
            let request = translate(request);
            let asked = request.url().clone();
            let response = client.execute(request).await.map_err(failure)?;
            if response.url() != &asked {
                return Err(redirected(response.url()));
            }
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
    if !translated.headers().contains_key(RANGE) {
        let gzip = HeaderValue::from_static("gzip");
        translated
            .headers_mut()
            .entry(ACCEPT_ENCODING)
            .or_insert(gzip);
    }
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
    let (mut parts, body) = http::Response::<reqwest::Body>::from(response).into_parts();
    let body: PieceStream = Box::pin(Receiving(body));
    let is_gzip = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"gzip");
    let mut encodings = parts.headers.get_all(CONTENT_ENCODING).iter();
    let body = match (encodings.next(), encodings.next()) {
        (Some(encoding), None) if is_gzip(encoding) => {
            parts.headers.remove(CONTENT_ENCODING);
            parts.headers.remove(CONTENT_LENGTH);
            ByteStream::new(Box::pin(Unpacked::new(body)), None)
        }
        _ => ByteStream::new(body, length),
    };
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
    } else if is_unprocessed(&error) {
        TransportErrorKind::Unprocessed
    } else if error.is_connect() && error.is_timeout() {
        TransportErrorKind::ConnectTimeout
    } else if error.is_connect() {
        TransportErrorKind::Connect
    } else {
        TransportErrorKind::Exchange
    };
    TransportError::new(kind, chain(&error))
}

/// The application's own client went where it was not told to go.
fn redirected(to: &url::Url) -> TransportError {
    let message = format!(
        "the HTTP client went on to {}",
        to.origin().ascii_serialization()
    );
    TransportError::new(TransportErrorKind::Redirected, message)
}

fn is_own_body(error: &reqwest::Error) -> bool {
    has_source(error, |source| source.is::<SourceFailed>())
}

/// HTTP/2 tells which requests a server did not process: streams refused, and those beyond a
/// graceful GOAWAY (RFC 9113, sections 6.8 and 8.7).
fn is_unprocessed(error: &reqwest::Error) -> bool {
    has_source(error, |source| {
        source.downcast_ref::<h2::Error>().is_some_and(|error| {
            let refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
            let leaving = error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR);
            error.is_remote() && (refused || leaving)
        })
    })
}

fn has_source(
    error: &reqwest::Error,
    wanted: impl Fn(&(dyn std::error::Error + 'static)) -> bool,
) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if wanted(error) {
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

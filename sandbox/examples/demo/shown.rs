//! A transport that shows what it carries, requests for tokens included.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http_body_util::BodyExt;
use portal_apis::runtime::reqwest::{self, Client, Request};
use portal_apis::runtime::transport::BoxFuture;
use portal_apis::runtime::wire::{Json, from_slice};
use portal_apis::runtime::{
    ByteStream, Bytes, HeaderMap, StatusCode, Transport, TransportError, TransportErrorKind,
    TransportRequest, TransportResponse,
};

use super::common::Failure;
use super::screen::Screen;

const FORM: &str = "application/x-www-form-urlencoded";

/// Shows requests and answers. A middleware would do for calls, but sees neither bodies nor requests for tokens.
#[derive(Clone)]
pub(crate) struct Shown {
    http: Client,
    screen: Screen,
    /// Whether a token was shown.
    had_token: Arc<AtomicBool>,
}

impl Shown {
    pub(crate) fn new(screen: Screen) -> Result<Self, Failure> {
        // Another part of the program may have chosen one already.
        _ = rustls::crypto::ring::default_provider().install_default();
        // Redirects would carry the subscription key elsewhere.
        let http = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .user_agent("portal-demo");
        Ok(Self {
            http: http.build()?,
            screen,
            had_token: Arc::default(),
        })
    }

    async fn carry(self, request: TransportRequest) -> Result<TransportResponse, TransportError> {
        let (method, url, headers) = (request.method, request.url, request.headers);
        let body = request.body.collect().await.map_err(|error| {
            TransportError::new(TransportErrorKind::RequestBody, error.to_string())
        })?;
        let body = body.to_bytes();
        let asked = format!("  → {method} {url}");
        let is_token = content_type(&headers) == FORM;
        let is_first = is_token && !self.had_token.swap(true, Ordering::Relaxed);
        let mut next = None;
        if is_first {
            next = self.screen.interlude("The client gets a token by itself");
        }
        // Tokens after the first are shown only where they are refused, which is known later.
        if !is_token || is_first {
            self.show_request(&asked, &headers, &body);
        }
        let mut sent = Request::new(method, url);
        *sent.headers_mut() = headers.clone();
        if !body.is_empty() {
            *sent.body_mut() = Some(body.clone().into());
        }
        let (status, answered, content) = self.exchange(sent).await?;
        if is_token {
            self.hide_tokens(&content);
        }
        if is_token && !is_first && status.is_success() {
            self.screen
                .line("  (This client got a token first, as above.)");
        } else {
            if is_token && !is_first {
                self.show_request(&asked, &headers, &body);
            }
            self.show_answer(status, &answered, &content);
        }
        if let Some(next) = next {
            self.screen.section(&next);
        }
        Ok(TransportResponse {
            status,
            headers: answered,
            body: ByteStream::from_bytes(content),
        })
    }

    /// Sends a request and waits for all of its answer.
    async fn exchange(
        &self,
        request: Request,
    ) -> Result<(StatusCode, HeaderMap, Bytes), TransportError> {
        let failed = |error: reqwest::Error| {
            let kind = match error.is_connect() {
                true => TransportErrorKind::Connect,
                false => TransportErrorKind::Exchange,
            };
            TransportError::new(kind, error.without_url().to_string())
        };
        let answer = self.http.execute(request).await.map_err(failed)?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok((status, headers, answer.bytes().await.map_err(failed)?))
    }

    fn show_request(&self, asked: &str, headers: &HeaderMap, body: &[u8]) {
        self.screen.line(asked);
        if self.screen.is_brief() {
            return;
        }
        for (name, value) in headers {
            let shown = match value.is_sensitive() {
                true => "****",
                false => value.to_str().unwrap_or("(no text)"),
            };
            self.screen.line(format_args!("    {name}: {shown}"));
        }
        self.screen.body(body, content_type(headers));
    }

    fn show_answer(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) {
        if self.screen.is_brief() {
            let length = body.len();
            return self
                .screen
                .line(format_args!("  ← {status}, {length} bytes"));
        }
        self.screen.line(format_args!("  ← {status}"));
        self.screen.body(body, content_type(headers));
    }

    fn hide_tokens(&self, body: &Bytes) {
        let Ok(answer) = from_slice::<Json>(body) else {
            return;
        };
        for name in ["access_token", "refresh_token", "id_token"] {
            if let Some(token) = answer.get(name).and_then(Json::as_str) {
                self.screen.hide(token);
            }
        }
    }
}

impl Transport for Shown {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'static, Result<TransportResponse, TransportError>> {
        Box::pin(self.clone().carry(request))
    }
}

fn content_type(headers: &HeaderMap) -> &str {
    let value = headers.get("content-type");
    value.and_then(|it| it.to_str().ok()).unwrap_or_default()
}

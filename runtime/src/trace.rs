//! Spans and events for `tracing`, behind the cargo feature of that name; nothing without it.
//!
//! Names follow OpenTelemetry's conventions for HTTP clients. What could be personal or secret is
//! left out: values of parameters, queries, headers and bodies. A path is told by its template.

#[cfg(feature = "tracing")]
pub(crate) use on::{CallTrace, attempted, misfit, token_requests, waiting};

#[cfg(not(feature = "tracing"))]
pub(crate) use off::{CallTrace, attempted, misfit, token_requests, waiting};

#[cfg(feature = "tracing")]
mod on {
    use std::future::Future;
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::time::Instant;
    use tracing::field::Empty;
    use tracing::{Instrument, Level, Span, event, span};
    use url::Url;

    use crate::api::Facts;
    use crate::client::Answer;
    use crate::error::{Error, ResponseError, TransportError};
    use crate::transport::{BoxFuture, Transport, TransportRequest, TransportResponse};

    /// By which subscribers choose: the crate.
    const TARGET: &str = "portal_runtime";

    /// The span of a call.
    pub(crate) struct CallTrace {
        span: Span,
        start: Instant,
    }

    impl CallTrace {
        pub(crate) fn begin(facts: &Facts, url: &Url) -> Self {
            let span = span!(
                target: TARGET,
                Level::INFO,
                "call",
                otel.kind = "client",
                otel.name = Empty,
                portal.api = facts.api.id,
                portal.operation = facts.id,
                http.request.method = facts.method,
                url.scheme = url.scheme(),
                url.template = facts.path,
                server.address = url.host_str(),
                server.port = url.port_or_known_default(),
                http.response.status_code = Empty,
                http.request.resend_count = Empty,
                error.r#type = Empty,
                portal.attempts = Empty,
                portal.outcome = Empty,
                portal.duration_ms = Empty,
            );
            if !span.is_disabled() {
                span.record(
                    "otel.name",
                    tracing::field::display(format_args!("{} {}", facts.method, facts.path)),
                );
            }
            Self {
                span,
                start: Instant::now(),
            }
        }

        pub(crate) fn around<F: Future>(&self, call: F) -> impl Future<Output = F::Output> {
            call.instrument(self.span.clone())
        }

        pub(crate) fn end(&self, result: &Result<Answer, Error<()>>, attempts: u32) {
            if self.span.is_disabled() {
                return;
            }
            let status = match result {
                Ok(answer) => Some(answer.status),
                Err(error) => error.status(),
            };
            if let Some(status) = status {
                self.span
                    .record("http.response.status_code", status.as_u16());
            }
            self.span.record("portal.attempts", attempts);
            self.span
                .record("http.request.resend_count", attempts.saturating_sub(1));
            self.span
                .record("portal.duration_ms", millis(self.start.elapsed()));
            match result {
                Ok(_) => self.span.record("portal.outcome", "success"),
                Err(error) => {
                    let kind = error.kind_name();
                    self.span.record("portal.outcome", error.layer_name());
                    self.span.record("error.type", kind.as_str())
                }
            };
        }
    }

    /// Tells how an attempt went.
    pub(crate) fn attempted(
        number: u32,
        start: Instant,
        result: Result<&TransportResponse, &TransportError>,
    ) {
        let took = millis(start.elapsed());
        match result {
            Ok(response) => event!(
                target: TARGET,
                Level::DEBUG,
                portal.attempt = number,
                http.response.status_code = response.status.as_u16(),
                portal.duration_ms = took,
                "answered"
            ),
            Err(error) => event!(
                target: TARGET,
                Level::DEBUG,
                portal.attempt = number,
                error.r#type = ?error.kind(),
                portal.duration_ms = took,
                "not answered"
            ),
        }
    }

    /// Tells that a request will be repeated.
    pub(crate) fn waiting(attempt: u32, wait: Duration, error: &Error<()>) {
        event!(
            target: TARGET,
            Level::DEBUG,
            portal.attempt = attempt,
            portal.wait_ms = millis(wait),
            error.r#type = error.kind_name(),
            "repeating"
        );
    }

    /// Tells that the body of a success does not fit the document.
    pub(crate) fn misfit(error: &ResponseError) {
        event!(
            target: TARGET,
            Level::WARN,
            portal.operation = error.operation,
            http.response.status_code = error.status.as_u16(),
            "the answer does not fit the document"
        );
    }

    /// Puts an event around each request for a token.
    pub(crate) fn token_requests(transport: Arc<dyn Transport>) -> Arc<dyn Transport> {
        Arc::new(TokenRequests(transport))
    }

    struct TokenRequests(Arc<dyn Transport>);

    impl Transport for TokenRequests {
        fn send(
            &self,
            request: TransportRequest,
        ) -> BoxFuture<'static, Result<TransportResponse, TransportError>> {
            let address = request.url.host_str().map(str::to_owned);
            let sent = self.0.send(request);
            Box::pin(async move {
                let start = Instant::now();
                let result = sent.await;
                let took = millis(start.elapsed());
                match &result {
                    Ok(response) => event!(
                        target: TARGET,
                        Level::DEBUG,
                        server.address = address,
                        http.response.status_code = response.status.as_u16(),
                        portal.duration_ms = took,
                        "asked for a token"
                    ),
                    Err(error) => event!(
                        target: TARGET,
                        Level::DEBUG,
                        server.address = address,
                        error.r#type = ?error.kind(),
                        portal.duration_ms = took,
                        "asked for a token"
                    ),
                }
                result
            })
        }
    }

    fn millis(duration: Duration) -> u64 {
        u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use std::future::Future;
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::time::Instant;
    use url::Url;

    use crate::api::Facts;
    use crate::client::Answer;
    use crate::error::{Error, ResponseError, TransportError};
    use crate::transport::{Transport, TransportResponse};

    pub(crate) struct CallTrace;

    impl CallTrace {
        pub(crate) fn begin(_: &Facts, _: &Url) -> Self {
            Self
        }

        pub(crate) fn around<F: Future>(&self, call: F) -> F {
            call
        }

        pub(crate) fn end(&self, _: &Result<Answer, Error<()>>, _: u32) {}
    }

    pub(crate) fn attempted(_: u32, _: Instant, _: Result<&TransportResponse, &TransportError>) {}

    pub(crate) fn waiting(_: u32, _: Duration, _: &Error<()>) {}

    pub(crate) fn misfit(_: &ResponseError) {}

    pub(crate) fn token_requests(transport: Arc<dyn Transport>) -> Arc<dyn Transport> {
        transport
    }
}

//! What an application puts around each attempt of a call.

use std::fmt;
use std::sync::Arc;

use super::{BoxFuture, Transport, TransportRequest, TransportResponse};
use crate::api::Facts;
use crate::error::TransportError;

/// Something around each attempt of each call: it may look at the request, add headers, sign it,
/// measure, look at the answer, or give another one.
///
/// It runs after the credentials were added, so that it sees the request as it is sent. Header
/// values that are secret are marked as such ([`is_sensitive`](http::HeaderValue::is_sensitive)),
/// and the `Debug` form of a request shows neither them nor the query. One that changes the host
/// sends the credentials there: nothing checks the address any more. The first that was added is the
/// outermost. Requests for tokens do not pass through here; a
/// [`Transport`] of the application's own sees those as well.
///
/// ```
/// use portal_runtime::{
///     Middleware, Next, TransportError, TransportRequest, TransportResponse, transport::BoxFuture,
/// };
///
/// struct Timing;
///
/// impl Middleware for Timing {
///     fn handle<'a>(
///         &'a self,
///         request: TransportRequest,
///         next: Next<'a>,
///     ) -> BoxFuture<'a, Result<TransportResponse, TransportError>> {
///         Box::pin(async move {
///             let (about, start) = (next.attempt(), std::time::Instant::now());
///             let answer = next.run(request).await;
///             println!("{} took {:?}", about.operation, start.elapsed());
///             answer
///         })
///     }
/// }
/// ```
pub trait Middleware: Send + Sync + 'static {
    /// Handles one attempt; [`Next::run`] hands it on. The attempt timeout goes on counting.
    ///
    /// # Errors
    /// What the rest gives, or an error of its own. By its kind it is decided whether to repeat the
    /// request.
    fn handle<'a>(
        &'a self,
        request: TransportRequest,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<TransportResponse, TransportError>>;
}

/// Which attempt of which call is being sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The API, by the id that settings refer to it by.
    pub api: &'static str,
    /// The operation, as the document names it.
    pub operation: &'static str,
    /// The path template, without the values of parameters.
    pub path: &'static str,
    /// Which attempt of the call this is, counted from 1. One with a fresh token in place of a
    /// refused one has the number of the one before.
    pub number: u32,
}

impl Attempt {
    pub(crate) fn new(facts: &Facts, number: u32) -> Self {
        Self {
            api: facts.api.id,
            operation: facts.id,
            path: facts.path,
            number,
        }
    }
}

/// The rest of the way: the other middleware and the transport.
pub struct Next<'a> {
    rest: &'a [Arc<dyn Middleware>],
    transport: &'a dyn Transport,
    attempt: Attempt,
}

impl<'a> Next<'a> {
    pub(crate) fn new(
        rest: &'a [Arc<dyn Middleware>],
        transport: &'a dyn Transport,
        attempt: Attempt,
    ) -> Self {
        Self {
            rest,
            transport,
            attempt,
        }
    }

    /// Which attempt of which call this is.
    pub fn attempt(&self) -> Attempt {
        self.attempt
    }

    /// Sends the request on and gives the answer as soon as its headers are there.
    pub fn run(
        self,
        request: TransportRequest,
    ) -> BoxFuture<'a, Result<TransportResponse, TransportError>> {
        match self.rest.split_first() {
            Some((first, rest)) => first.handle(request, Self { rest, ..self }),
            None => self.transport.send(request),
        }
    }
}

impl fmt::Debug for Next<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Next")
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

//! Getting credentials ahead of the first request.

use std::time::Duration;

use http::HeaderMap;
use url::Url;

use super::authority::Unproven;
use super::proof::Proof;
use super::{Client, Core};
use crate::api::Facts;
use crate::call::RawCall;
use crate::error::{AnyError, Error, Outcome, RequestError, TimeoutError, TimeoutKind};
use crate::retry::{self, Ended, Nature, RetryPolicy};

/// What errors name in place of an operation, where there is none.
const NO_OPERATION: &str = "authenticate";

impl Client {
    /// Gets what every call of this client proves itself with, and sends nothing to the API: the access token of its
    /// scopes, and the subscription key where a provider gives it. A program that does so when it starts finds out then
    /// that its credentials are wrong, and its first call waits for no token.
    ///
    /// Where a token is at hand already, it stays. Failures that may pass are tried again as calls are. Clients of a
    /// single document, whose tokens have the scopes of each operation, do so with
    /// [`Call::authenticate`](crate::Call::authenticate); this method only asks sources of the application's own and for
    /// tokens whose scopes the application has set.
    ///
    /// # Errors
    /// As a call would fail for want of credentials: mostly [`Error::IdentityProvider`], and after the total timeout
    /// [`Error::Timeout`].
    pub async fn authenticate(&self) -> Result<(), AnyError> {
        let core = self.core();
        let ahead = Ahead {
            core,
            operation: NO_OPERATION,
            retry: &core.retry,
            limit: core.timeouts.total,
            request: None,
        };
        Ok(ahead.get().await?)
    }
}

/// Gets what a call proves itself with, and does not send it.
pub(crate) async fn authenticate(call: &RawCall) -> Result<(), Error<()>> {
    let core = call.client.core();
    let wrong = |error: RequestError| Error::Request(Box::new(error));
    let base = core
        .addresses
        .base(call.facts.api, call.facts.server)
        .map_err(|problem| wrong(call.error(problem)))?;
    let url: Url = call.url(&base).map_err(wrong)?;
    let headers: HeaderMap = call.complete_headers().map_err(wrong)?;
    let ahead = Ahead {
        core,
        operation: call.facts.id,
        retry: call.retry.as_ref().unwrap_or(&core.retry),
        limit: call.timeout.unwrap_or(core.timeouts.total),
        request: Some((call.facts, url, headers)),
    };
    ahead.get().await
}

struct Ahead<'a> {
    core: &'a Core,
    operation: &'static str,
    retry: &'a RetryPolicy,
    limit: Duration,
    /// What is to be sent later; `None` for whatever the client will send.
    request: Option<(&'static Facts, Url, HeaderMap)>,
}

impl Ahead<'_> {
    async fn get(&self) -> Result<(), Error<()>> {
        if tokio::runtime::Handle::try_current().is_err() {
            let problem = super::send::NO_RUNTIME;
            return Err(self.wrong(problem.to_owned()));
        }
        let mut attempts = 0;
        let proven = tokio::time::timeout(self.limit, self.try_often(&mut attempts)).await;
        proven.unwrap_or_else(|_| {
            Err(Error::Timeout(Box::new(TimeoutError {
                operation: self.operation,
                kind: TimeoutKind::Total,
                limit: self.limit,
                attempts,
                outcome: Outcome::NotCarriedOut,
            })))
        })
    }

    async fn try_often(&self, attempts: &mut u32) -> Result<(), Error<()>> {
        // Nothing is sent to the API, so nothing is done twice.
        let nature = Nature {
            idempotent: true,
            replayable: true,
        };
        loop {
            *attempts += 1;
            let error = match self.prove().await {
                Ok(()) => return Ok(()),
                Err(Unproven::Missing(problem)) => return Err(self.wrong(problem)),
                Err(Unproven::Identity(error)) => error,
            };
            let ended = Ended::NotSent {
                retry_after: error.retry_after(),
            };
            let wait = retry::decide(self.retry, *attempts, nature, ended, fastrand::f64());
            match wait.filter(|_| error.is_retryable() && self.core.budget.take()) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(Error::IdentityProvider(error.in_operation(self.operation))),
            }
        }
    }

    async fn prove(&self) -> Result<(), Unproven> {
        let authority = &self.core.authority;
        match &self.request {
            None => authority.ready().await,
            Some((facts, url, headers)) => {
                let mut proof = Proof::new(url.clone(), headers.clone());
                authority.prove(facts, &mut proof).await
            }
        }
    }

    fn wrong(&self, problem: String) -> Error<()> {
        Error::Request(Box::new(RequestError::new(self.operation, problem)))
    }
}

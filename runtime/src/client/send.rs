//! Sending a call: attempts, waits, and telling who refused.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, StatusCode};
use tokio::time::Instant;
use url::Url;

use super::authority::Unproven;
use super::proof::{Proof, Ticket};
use super::{Answer, AnswerBody, Core, Plan};
use crate::body::{ByteStream, Origin, RawBody, essence};
use crate::call::RawCall;
use crate::error::{
    ApiError, Error, GatewayError, GatewayReason, TimeoutError, TimeoutKind, TransportError,
    TransportErrorKind, UndeclaredSuccess,
};
use crate::gateway;
use crate::retry::{self, Nature, Outcome};
use crate::transport::{TransportRequest, TransportResponse};

/// The largest part of an error response's body that is read, in bytes.
const LARGEST_ERROR: usize = 256 * 1024;

/// Sends a call, again where that is safe and of use.
pub(crate) async fn send(
    call: RawCall,
    plan: &(dyn Fn(u16) -> Plan + Send + Sync),
) -> Result<Answer, Error<()>> {
    let client = call.client.clone();
    let sending = Sending::new(client.core(), &call, plan)?;
    let mut attempts = 0;
    match sending.limit {
        None => sending.run(&mut attempts).await,
        Some(limit) => match tokio::time::timeout(limit, sending.run(&mut attempts)).await {
            Ok(result) => result,
            Err(_) => Err(sending.timeout(TimeoutKind::Total, limit, attempts)),
        },
    }
}

/// A call on its way, with what stays the same from attempt to attempt.
struct Sending<'a> {
    core: &'a Core,
    call: &'a RawCall,
    plan: &'a (dyn Fn(u16) -> Plan + Send + Sync),
    method: Method,
    url: Url,
    nature: Nature,
    /// The limit of the whole call. A streamed body takes as long as it takes, unless the call says
    /// otherwise.
    limit: Option<Duration>,
    deadline: Option<Instant>,
}

/// A failed attempt.
struct Failed {
    error: Error<()>,
    /// What the decision to repeat goes by; `None` where the failure stands whatever else.
    outcome: Option<Outcome>,
    /// The token, where the API refused it.
    refused: Option<Ticket>,
}

impl Failed {
    /// A failure that no repetition can mend.
    fn at_once(error: Error<()>) -> Self {
        Self {
            error,
            outcome: None,
            refused: None,
        }
    }
}

impl<'a> Sending<'a> {
    fn new(
        core: &'a Core,
        call: &'a RawCall,
        plan: &'a (dyn Fn(u16) -> Plan + Send + Sync),
    ) -> Result<Self, Error<()>> {
        let wrong = |problem: String| Error::Request(Box::new(call.error(problem)));
        let base = core
            .addresses
            .base(call.facts.api, call.facts.server)
            .map_err(wrong)?;
        let url = call
            .url(&base)
            .map_err(|error| Error::Request(Box::new(error)))?;
        let method = Method::from_bytes(call.facts.method.as_bytes())
            .map_err(|_| wrong(format!("`{}` is not an HTTP method", call.facts.method)))?;
        let total = (!call.body.is_streamed()).then_some(core.timeouts.total);
        let limit = call.timeout.or(total);
        Ok(Self {
            core,
            call,
            plan,
            method,
            url,
            nature: Nature {
                idempotent: call.idempotent,
                replayable: call.body.is_replayable(),
            },
            limit,
            deadline: limit.and_then(|limit| Instant::now().checked_add(limit)),
        })
    }

    async fn run(&self, attempts: &mut u32) -> Result<Answer, Error<()>> {
        let policy = self.call.retry.as_ref().unwrap_or(&self.core.retry);
        let mut token_dropped = false;
        loop {
            *attempts += 1;
            let failed = match self.attempt(*attempts).await {
                Ok(answer) => {
                    self.core.budget.refill();
                    return Ok(answer);
                }
                Err(failed) => failed,
            };
            if let Some(ticket) = failed.refused {
                ticket.refuse();
                if !token_dropped && self.nature.replayable {
                    token_dropped = true;
                    *attempts -= 1;
                    continue;
                }
            }
            let wait = failed.outcome.and_then(|outcome| {
                retry::decide(policy, *attempts, self.nature, outcome, fastrand::f64())
            });
            match wait {
                Some(wait) if self.has_time(wait) && self.core.budget.take() => {
                    tokio::time::sleep(wait).await;
                }
                _ => return Err(failed.error),
            }
        }
    }

    /// Whether a wait ends before the call's limit does.
    fn has_time(&self, wait: Duration) -> bool {
        let end = Instant::now().checked_add(wait);
        self.deadline
            .is_none_or(|deadline| end.is_some_and(|end| end < deadline))
    }

    async fn attempt(&self, attempt: u32) -> Result<Answer, Failed> {
        let (mut request, ticket) = self.request().await?;
        let progress = self.call.body.is_streamed().then(|| request.body.watch());
        let sent = self.core.transport.send(request);
        let limit = self.call.timeout.map_or(self.core.timeouts.attempt, |own| {
            own.max(self.core.timeouts.attempt)
        });
        let response = match while_moving(sent, limit, progress.as_deref()).await {
            Some(Ok(response)) => response,
            Some(Err(error)) => return Err(self.lost(error, attempt)),
            None => {
                let error = self.timeout(TimeoutKind::Attempt, limit, attempt);
                return Err(Failed {
                    error,
                    outcome: Some(Outcome::Lost),
                    refused: None,
                });
            }
        };
        self.receive(response, ticket, attempt).await
    }

    /// Puts together what is sent, with the credentials of the moment.
    async fn request(&self) -> Result<(TransportRequest, Option<Ticket>), Failed> {
        let headers = self.call.complete_headers();
        let headers = headers.map_err(|error| Failed::at_once(Error::Request(Box::new(error))))?;
        let mut proof = Proof::new(self.url.clone(), headers);
        let proven = self.core.authority.prove(self.call.facts, &mut proof).await;
        proven.map_err(|unproven| self.unproven(unproven))?;
        let body = self.call.body.open().await.map_err(|problem| {
            Failed::at_once(Error::Request(Box::new(self.call.error(problem))))
        })?;
        let Proof {
            url,
            headers,
            ticket,
        } = proof;
        let method = self.method.clone();
        let request = TransportRequest {
            method,
            url,
            headers,
            body,
        };
        Ok((request, ticket))
    }

    async fn receive(
        &self,
        response: TransportResponse,
        ticket: Option<Ticket>,
        attempt: u32,
    ) -> Result<Answer, Failed> {
        let TransportResponse {
            status,
            mut headers,
            body,
        } = response;
        crate::response::guard(&mut headers);
        let body = body.idle_timeout(Some(self.core.timeouts.idle));
        let operation = self.call.facts.id;
        if !self.call.facts.is_success(status.as_u16()) && !status.is_success() {
            return Err(self.refused(status, headers, body, ticket).await);
        }
        let plan = match self.call.facts.is_success(status.as_u16()) {
            true => (self.plan)(status.as_u16()),
            false => Plan::Undeclared,
        };
        if plan == Plan::Stream {
            let body = AnswerBody::Stream(body.with_origin(Origin {
                operation,
                media_type: essence(headers.get(CONTENT_TYPE)),
                limit: self.core.largest_body,
            }));
            return Ok(Answer {
                operation,
                status,
                headers,
                body,
            });
        }
        let content_type = headers.get(CONTENT_TYPE).cloned();
        let bytes = body.bytes_up_to(self.core.largest_body).await;
        let raw = RawBody::new(
            bytes.map_err(|error| self.lost(error, attempt))?,
            content_type,
        );
        if plan == Plan::Undeclared {
            let error = UndeclaredSuccess {
                operation,
                status,
                headers,
                raw,
            };
            return Err(Failed::at_once(Error::UndeclaredSuccess(Box::new(error))));
        }
        Ok(Answer {
            operation,
            status,
            headers,
            body: AnswerBody::Whole(raw),
        })
    }

    /// Reads an error response and tells whose it is.
    async fn refused(
        &self,
        status: StatusCode,
        headers: HeaderMap,
        mut body: ByteStream,
        ticket: Option<Ticket>,
    ) -> Failed {
        // A body that breaks off does not change what the status says.
        let (bytes, truncated) = body
            .collect(LARGEST_ERROR)
            .await
            .unwrap_or((bytes::Bytes::new(), true));
        let raw = RawBody::new(bytes, headers.get(CONTENT_TYPE).cloned()).truncated(truncated);
        let operation = self.call.facts.id;
        let refusal = gateway::classify(status.as_u16(), &headers, raw.bytes(), self.core.gateway);
        let by_gateway = refusal.is_some();
        let retry_after = match &refusal {
            Some(refusal) => refusal.retry_after,
            None => retry::retry_after(&headers, SystemTime::now()),
        };
        let for_key = refusal.as_ref().is_some_and(|refusal| {
            matches!(
                refusal.reason,
                GatewayReason::SubscriptionKeyMissing | GatewayReason::SubscriptionKeyInvalid
            )
        });
        let error = match refusal {
            Some(gateway::Refusal {
                reason,
                message,
                retry_after,
            }) => Error::Gateway(Box::new(GatewayError {
                operation,
                status,
                reason,
                message,
                retry_after,
                headers,
                raw,
            })),
            None => Error::Api(Box::new(ApiError {
                operation,
                status,
                headers,
                body: (),
                raw,
            })),
        };
        let refused = ticket.filter(|_| status == StatusCode::UNAUTHORIZED && !for_key);
        let outcome = Outcome::Answered {
            status: status.as_u16(),
            retry_after,
            by_gateway,
        };
        Failed {
            error,
            outcome: Some(outcome),
            refused,
        }
    }

    fn unproven(&self, unproven: Unproven) -> Failed {
        match unproven {
            Unproven::Missing(problem) => {
                Failed::at_once(Error::Request(Box::new(self.call.error(problem))))
            }
            Unproven::Identity(error) => {
                let outcome = error.is_retryable().then(|| Outcome::NotSent {
                    retry_after: error.retry_after(),
                });
                Failed {
                    error: Error::IdentityProvider(error),
                    outcome,
                    refused: None,
                }
            }
        }
    }

    fn lost(&self, error: TransportError, attempt: u32) -> Failed {
        let outcome = match error.kind() {
            _ if error.was_not_sent() => Some(Outcome::NotSent { retry_after: None }),
            TransportErrorKind::RequestBody | TransportErrorKind::TooLarge => None,
            _ => Some(Outcome::Lost),
        };
        let operation = self.call.facts.id;
        let error = match error.kind() {
            TransportErrorKind::ConnectTimeout => Error::Timeout(Box::new(TimeoutError {
                operation,
                kind: TimeoutKind::Connect,
                limit: self.core.timeouts.connect,
                attempts: attempt,
            })),
            _ => Error::Transport(Box::new(error.in_operation(operation))),
        };
        Failed {
            error,
            outcome,
            refused: None,
        }
    }

    fn timeout(&self, kind: TimeoutKind, limit: Duration, attempts: u32) -> Error<()> {
        Error::Timeout(Box::new(TimeoutError {
            operation: self.call.facts.id,
            kind,
            limit,
            attempts,
        }))
    }
}

/// Waits for an answer until the limit; where the request's body is streamed, the limit begins anew
/// as long as the body keeps moving. `None` when it is reached.
async fn while_moving<T>(
    answer: impl Future<Output = T>,
    limit: Duration,
    progress: Option<&AtomicU64>,
) -> Option<T> {
    let mut answer = pin!(answer);
    let mut seen = 0;
    loop {
        if let Ok(answer) = tokio::time::timeout(limit, &mut answer).await {
            return Some(answer);
        }
        let sent = progress?.load(Ordering::Relaxed);
        if sent == seen {
            return None;
        }
        seen = sent;
    }
}

//! Sending a call: attempts, waits, and telling who refused.

mod echo;
mod receive;

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue, Method};
use tokio::time::Instant;
use url::Url;

use super::proof::{Proof, Ticket};
use super::{Answer, Core, Plan};
use crate::call::RawCall;
use crate::error::{Error, Outcome, TimeoutError, TimeoutKind, TransportError};
use crate::retry::{self, Ended, Nature};
use crate::trace::{self, CallTrace};
use crate::transport::{Attempt, BoxFuture, Next, TransportRequest, TransportResponse};
use crate::wire::Secret;

/// What is said where nothing can be sent.
pub(super) const NO_RUNTIME: &str = "there is no Tokio runtime here, which connections and timeouts need; await the \
                                     call inside of one";

/// Sends a call, again where that is safe and of use.
pub(crate) async fn send(
    call: RawCall,
    plan: &(dyn Fn(u16) -> Plan + Send + Sync),
) -> Result<Answer, Error<()>> {
    // Its timers would panic.
    if tokio::runtime::Handle::try_current().is_err() {
        return Err(Error::Request(Box::new(call.error(NO_RUNTIME))));
    }
    let client = call.client.clone();
    let sending = Sending::new(client.core(), &call, plan)?;
    let trace = CallTrace::begin(call.facts, &sending.url);
    let mut attempts = 0;
    let result = trace.around(sending.within_limit(&mut attempts)).await;
    trace.end(&result, attempts);
    result
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
    /// The call's identifier, where one is sent.
    request_id: Option<(&'a HeaderName, HeaderValue)>,
    /// Whether an attempt so far may have been carried out.
    in_doubt: AtomicBool,
}

/// A failed attempt.
struct Failed {
    error: Error<()>,
    /// What the decision to repeat goes by; `None` where the failure stands whatever else.
    ended: Option<Ended>,
    /// What was refused, where something else may serve in its place.
    refused: Option<Refused>,
}

/// A credential that was refused.
enum Refused {
    Token(Ticket),
    Key(HeaderValue),
}

/// A token that the application supplied and the API refused, with what the API said: supplying
/// the same again changes nothing.
type Stale = (HeaderValue, Error<()>);

/// The credentials of an attempt.
struct Used {
    /// Others may serve in place of these.
    ticket: Option<Ticket>,
    key: Option<HeaderValue>,
    /// All that were sent.
    headers: Vec<HeaderValue>,
    query_keys: Vec<Secret>,
}

impl Used {
    /// What must not show, should the server repeat it.
    fn secrets(&self) -> Vec<Secret> {
        let texts = self.headers.iter().filter_map(|value| value.to_str().ok());
        let secrets = texts.flat_map(echo::in_header);
        secrets.chain(self.query_keys.iter().cloned()).collect()
    }
}

impl Failed {
    /// A failure that no repetition can mend.
    fn at_once(error: Error<()>) -> Self {
        Self {
            error,
            ended: None,
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
            request_id: core
                .request_id_header
                .as_ref()
                .and_then(|name| Some((name, HeaderValue::from_str(&random_id()).ok()?))),
            in_doubt: AtomicBool::new(false),
        })
    }

    async fn within_limit(&self, attempts: &mut u32) -> Result<Answer, Error<()>> {
        let Some(limit) = self.limit else {
            return self.run(attempts).await;
        };
        match tokio::time::timeout(limit, self.run(attempts)).await {
            Ok(result) => result,
            Err(_) => {
                let outcome = match self.in_doubt.load(Ordering::Relaxed) {
                    true => Outcome::Unknown,
                    false => Outcome::NotCarriedOut,
                };
                Err(self.timeout(TimeoutKind::Total, limit, *attempts, outcome))
            }
        }
    }

    async fn run(&self, attempts: &mut u32) -> Result<Answer, Error<()>> {
        let policy = self.call.retry.as_ref().unwrap_or(&self.core.retry);
        let (mut token_renewed, mut key_renewed) = (false, false);
        let mut stale: Option<Stale> = None;
        loop {
            *attempts += 1;
            let in_doubt = self.in_doubt.load(Ordering::Relaxed);
            let mut failed = match self.attempt(*attempts, stale.take()).await {
                Ok(answer) => {
                    self.core.budget.refill();
                    return Ok(answer);
                }
                Err(failed) => failed,
            };
            if in_doubt {
                failed.error = failed.error.in_doubt();
            }
            let is_over = failed.error.outcome() == Outcome::NotCarriedOut;
            self.in_doubt.store(!is_over, Ordering::Relaxed);
            let mut supplied = None;
            let renewed = match failed.refused.take() {
                Some(Refused::Token(ticket)) => {
                    // A fresh one that is refused as well is not what is wrong, and serves others.
                    if !token_renewed {
                        ticket.refuse();
                    }
                    supplied = ticket.supplied();
                    !std::mem::replace(&mut token_renewed, true)
                }
                Some(Refused::Key(key)) => {
                    self.core.authority.renew_key(&key).await
                        && !std::mem::replace(&mut key_renewed, true)
                }
                None => false,
            };
            if renewed && self.nature.replayable {
                *attempts -= 1;
                stale = supplied.map(|token| (token, failed.error));
                continue;
            }
            let wait = failed.ended.and_then(|ended| {
                retry::decide(policy, *attempts, self.nature, ended, fastrand::f64())
            });
            match wait {
                Some(wait) if self.has_time(wait) && self.core.budget.take() => {
                    trace::waiting(*attempts, wait, &failed.error);
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

    async fn attempt(&self, attempt: u32, stale: Option<Stale>) -> Result<Answer, Failed> {
        let (mut request, used) = self.request().await?;
        if let Some((token, error)) = stale
            && request.headers.get(AUTHORIZATION) == Some(&token)
        {
            return Err(Failed::at_once(error));
        }
        let progress = self.call.body.is_streamed().then(|| request.body.watch());
        let start = Instant::now();
        self.in_doubt.store(true, Ordering::Relaxed);
        let sent = self.dispatch(request, attempt);
        let limit = self.call.timeout.map_or(self.core.timeouts.attempt, |own| {
            own.max(self.core.timeouts.attempt)
        });
        let result = while_moving(sent, limit, progress.as_deref()).await;
        if let Some(result) = &result {
            trace::attempted(attempt, start, result.as_ref());
        }
        let response = match result {
            Some(Ok(response)) => response,
            Some(Err(error)) => return Err(self.lost(error, attempt)),
            None => {
                let outcome = Ended::Lost.outcome();
                let error = self.timeout(TimeoutKind::Attempt, limit, attempt, outcome);
                return Err(Failed {
                    error,
                    ended: Some(Ended::Lost),
                    refused: None,
                });
            }
        };
        self.receive(response, used, attempt).await
    }

    /// Hands a request to the middleware and the transport.
    fn dispatch(
        &self,
        request: TransportRequest,
        attempt: u32,
    ) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        if self.core.middleware.is_empty() {
            return self.core.transport.send(request);
        }
        let attempt = Attempt::new(self.call.facts, attempt);
        Next::new(&self.core.middleware, &*self.core.transport, attempt).run(request)
    }

    /// Puts together what is sent, with the credentials of the moment.
    async fn request(&self) -> Result<(TransportRequest, Used), Failed> {
        let headers = self.call.complete_headers();
        let headers = headers.map_err(|error| Failed::at_once(Error::Request(Box::new(error))))?;
        let mut proof = Proof::new(self.url.clone(), headers);
        let proven = self.core.authority.prove(self.call.facts, &mut proof).await;
        proven.map_err(|unproven| self.unproven(unproven))?;
        if let Some((name, value)) = &self.request_id {
            proof.add_header(name, value);
        }
        let body = self.call.body.open().await.map_err(|problem| {
            Failed::at_once(Error::Request(Box::new(self.call.error(problem))))
        })?;
        let Proof {
            url,
            headers,
            ticket,
            key,
            query_keys,
        } = proof;
        let secret = headers.values().filter(|value| value.is_sensitive());
        let used = Used {
            ticket,
            key,
            headers: secret.cloned().collect(),
            query_keys,
        };
        let method = self.method.clone();
        let request = TransportRequest {
            method,
            url,
            headers,
            body,
        };
        Ok((request, used))
    }

    fn timeout(
        &self,
        kind: TimeoutKind,
        limit: Duration,
        attempts: u32,
        outcome: Outcome,
    ) -> Error<()> {
        Error::Timeout(Box::new(TimeoutError {
            operation: self.call.facts.id,
            kind,
            limit,
            attempts,
            outcome,
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

/// An identifier in the shape of a random UUID (RFC 9562, section 5.4).
fn random_id() -> String {
    let random = fastrand::u128(..);
    let id = random & !(0xF << 76) | (4 << 76);
    let id = id & !(0b11 << 62) | (0b10 << 62);
    uuid::Uuid::from_u128(id).to_string()
}

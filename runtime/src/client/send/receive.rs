//! What is made of an answer, or of there being none.

use std::time::SystemTime;

use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};

use super::{Failed, Refused, Sending, Used, echo};
use crate::body::{ByteStream, Origin, RawBody, essence};
use crate::client::authority::Unproven;
use crate::client::{Answer, AnswerBody, Plan};
use crate::error::{
    ApiError, Error, GatewayError, GatewayReason, TimeoutKind, TransportError, TransportErrorKind,
    UndeclaredSuccess,
};
use crate::gateway::{self, Refusal};
use crate::retry::{self, Ended};
use crate::transport::TransportResponse;

/// The largest part of an error response's body that is read, in bytes.
const LARGEST_ERROR: usize = 256 * 1024;

impl Sending<'_> {
    pub(super) async fn receive(
        &self,
        response: TransportResponse,
        used: Used,
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
            return Err(self.refused(status, headers, body, used).await);
        }
        let plan = match self.call.facts.is_success(status.as_u16()) {
            true => (self.plan)(status.as_u16()),
            false => Plan::Undeclared,
        };
        if let Some(encoding) = foreign_encoding(&headers) {
            let error = TransportError::new(TransportErrorKind::ContentEncoding, encoding);
            return Err(self.lost(error.of_answer(status), attempt));
        }
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
            bytes.map_err(|error| self.lost(error.of_answer(status), attempt))?,
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
        used: Used,
    ) -> Failed {
        // A body that breaks off, or comes drop by drop, does not change what the status says.
        let limit = self.core.timeouts.attempt;
        let collected = tokio::time::timeout(limit, body.collect(LARGEST_ERROR)).await;
        let (bytes, truncated) = match collected {
            Ok(Ok(collected)) => collected,
            Ok(Err(_)) | Err(_) => (bytes::Bytes::new(), true),
        };
        let bytes = echo::without(bytes, &used.secrets());
        let raw = RawBody::new(bytes, headers.get(CONTENT_TYPE).cloned()).truncated(truncated);
        let operation = self.call.facts.id;
        let refusal = gateway::classify(status.as_u16(), &headers, raw.bytes(), self.core.gateway);
        let by_gateway = refusal.as_ref().is_some_and(|refusal| refusal.certain);
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
        let ended = Ended::Answered {
            status: status.as_u16(),
            retry_after,
            by_gateway,
        };
        let outcome = ended.outcome();
        let error = match refusal {
            Some(Refusal {
                reason,
                message,
                retry_after,
                ..
            }) => Error::Gateway(Box::new(GatewayError {
                operation,
                status,
                reason,
                message,
                retry_after,
                headers,
                raw,
                outcome,
            })),
            None => Error::Api(Box::new(ApiError {
                operation,
                status,
                headers,
                body: (),
                raw,
                outcome,
            })),
        };
        let refused = match for_key {
            true => used.key.map(Refused::Key),
            false => used
                .ticket
                .filter(|_| status == StatusCode::UNAUTHORIZED)
                .map(Refused::Token),
        };
        Failed {
            error,
            ended: Some(ended),
            refused,
        }
    }

    pub(super) fn unproven(&self, unproven: Unproven) -> Failed {
        match unproven {
            Unproven::Missing(problem) => {
                Failed::at_once(Error::Request(Box::new(self.call.error(problem))))
            }
            Unproven::Identity(error) => {
                let ended = error.is_retryable().then(|| Ended::NotSent {
                    retry_after: error.retry_after(),
                });
                Failed {
                    error: Error::IdentityProvider(error.in_operation(self.call.facts.id)),
                    ended,
                    refused: None,
                }
            }
        }
    }

    pub(super) fn lost(&self, error: TransportError, attempt: u32) -> Failed {
        let outcome = error.outcome();
        let ended = match error.kind() {
            _ if error.was_not_sent() => Some(Ended::NotSent { retry_after: None }),
            _ if !error.is_retryable() => None,
            _ => Some(Ended::Lost),
        };
        let timeouts = &self.core.timeouts;
        let error = match error.kind() {
            TransportErrorKind::ConnectTimeout => {
                self.timeout(TimeoutKind::Connect, timeouts.connect, attempt, outcome)
            }
            TransportErrorKind::Stalled => {
                self.timeout(TimeoutKind::Idle, timeouts.idle, attempt, outcome)
            }
            _ => Error::Transport(Box::new(error.in_operation(self.call.facts.id))),
        };
        Failed {
            error,
            ended,
            refused: None,
        }
    }
}

/// A content encoding that the transport left in place; the body would be read as something else.
fn foreign_encoding(headers: &HeaderMap) -> Option<String> {
    let encodings: Vec<_> = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    let encodings = encodings.join(", ");
    let plain = |encoding: &str| matches!(encoding.trim(), "" | "identity");
    (!encodings.split(',').all(plain))
        .then(|| format!("its content encoding is {}", crate::json::tidy(&encodings)))
}

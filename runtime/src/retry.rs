//! Repeating requests: when it is safe, and how long to wait.
//!
//! Decisions are pure; the client sleeps.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

use crate::error::Outcome;

/// When a request that failed is sent again.
///
/// A request whose method is idempotent (RFC 9110, section 9.2.2) is repeated after connection
/// errors, timeouts of an attempt, and the statuses 408, 429, 502, 503 and 504. Any other is
/// repeated only when it certainly was not processed: no connection was made, the server said so
/// (HTTP/2: a refused stream, or one beyond a graceful GOAWAY), the answer was 429, or the gateway
/// refused it with a `Retry-After`. A body that is a stream is never sent twice.
///
/// A kept connection that turns out to be closed before a byte of the request went out is no
/// attempt: the HTTP client takes another one.
#[derive(Clone, Debug, PartialEq)]
pub struct RetryPolicy {
    max_attempts: u32,
    first_wait: Duration,
    longest_wait: Duration,
    longest_retry_after: Duration,
}

impl RetryPolicy {
    /// Three attempts; waits of up to 0.5 s, then up to 1 s, and so on to 20 s, each chosen at
    /// random below the bound; a `Retry-After` of up to 60 s is waited for, and a longer one gives
    /// the error at once.
    pub const fn new() -> Self {
        Self {
            max_attempts: 3,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(20),
            longest_retry_after: Duration::from_secs(60),
        }
    }

    /// One attempt, no repetition.
    pub const fn never() -> Self {
        Self {
            max_attempts: 1,
            ..Self::new()
        }
    }

    /// Sets how many times a request is sent at most; 0 means once.
    #[must_use]
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// Sets the bound of the first wait, which doubles with every attempt up to `longest`.
    #[must_use]
    pub const fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.first_wait = first;
        self.longest_wait = longest;
        self
    }

    /// Sets the longest `Retry-After` that is waited for.
    #[must_use]
    pub const fn longest_retry_after(mut self, longest: Duration) -> Self {
        self.longest_retry_after = longest;
        self
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The server certainly did not see the request.
    NotSent {
        /// How long the identity provider asks to be left alone, where it is the one that failed.
        retry_after: Option<Duration>,
    },
    /// The server may have seen the request, but there is no answer.
    Lost,
    /// There is an answer.
    Answered {
        status: u16,
        retry_after: Option<Duration>,
        by_gateway: bool,
    },
}

/// The request that was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nature {
    /// Whether sending it twice does no more than sending it once.
    pub(crate) idempotent: bool,
    /// Whether its body can be sent again.
    pub(crate) replayable: bool,
}

/// Returns how long to wait before the next attempt, or `None` where the failure stands.
///
/// `attempt` counts from 1; `chance` is a random number in `0.0..1.0`.
pub(crate) fn decide(
    policy: &RetryPolicy,
    attempt: u32,
    nature: Nature,
    ended: Ended,
    chance: f64,
) -> Option<Duration> {
    if attempt >= policy.max_attempts || !nature.replayable || !is_safe(nature, ended) {
        return None;
    }
    let asked = match ended {
        Ended::NotSent { retry_after } | Ended::Answered { retry_after, .. } => retry_after,
        Ended::Lost => None,
    };
    match asked {
        Some(wait) if wait > policy.longest_retry_after => None,
        Some(wait) => Some(wait),
        None => Some(bound(policy, attempt).mul_f64(chance)),
    }
}

fn is_safe(nature: Nature, ended: Ended) -> bool {
    let is_harmless = nature.idempotent || ended.outcome() == Outcome::NotCarriedOut;
    match ended {
        Ended::NotSent { .. } | Ended::Lost => is_harmless,
        Ended::Answered { status, .. } => {
            matches!(status, 408 | 429 | 502 | 503 | 504) && is_harmless
        }
    }
}

impl Ended {
    /// What is known of the request's effect.
    pub(crate) fn outcome(self) -> Outcome {
        match self {
            Self::NotSent { .. } => Outcome::NotCarriedOut,
            Self::Lost => Outcome::Unknown,
            // The gateway is the one that is busy: it has not passed the request on.
            Self::Answered {
                status: 503,
                retry_after: Some(_),
                by_gateway: true,
            } => Outcome::NotCarriedOut,
            Self::Answered { status, .. } => Outcome::of_status(status),
        }
    }
}

fn bound(policy: &RetryPolicy, attempt: u32) -> Duration {
    let factor = 1u32.checked_shl(attempt - 1).unwrap_or(u32::MAX);
    policy
        .first_wait
        .saturating_mul(factor)
        .min(policy.longest_wait)
}

/// A client's allowance of repetitions: when most requests fail, repeating them all would only add
/// to a server's trouble.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Budget {
    const FULL: u32 = 500;
    const COST: u32 = 5;

    pub(crate) const fn new() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }

    /// Takes the cost of one repetition; returns false when there is not enough left.
    pub(crate) fn take(&self) -> bool {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(Self::COST)
            })
            .is_ok()
    }

    /// Gives a little back for a success.
    pub(crate) fn refill(&self) {
        if self.0.load(Ordering::Relaxed) < Self::FULL {
            // A race can go past the mark by a few, which does no harm.
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Reads `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date. A date counts from the
/// answer's own `Date`, so that a clock that is wrong on this side does no harm; `now` stands in
/// where there is none.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name| Some(headers.get(name)?.to_str().ok()?.trim());
    let wait: &str = text(RETRY_AFTER)?;
    if !wait.is_empty() && wait.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than there are numbers are a long time.
        return Some(Duration::from_secs(wait.parse().unwrap_or(u64::MAX)));
    }
    let until = crate::httpdate::parse(wait)?;
    let answered = text(DATE).and_then(crate::httpdate::parse).unwrap_or(now);
    Some(until.duration_since(answered).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POST: Nature = Nature {
        idempotent: false,
        replayable: true,
    };
    const GET: Nature = Nature {
        idempotent: true,
        replayable: true,
    };
    const STREAM: Nature = Nature {
        idempotent: true,
        replayable: false,
    };

    fn answered(status: u16) -> Ended {
        Ended::Answered {
            status,
            retry_after: None,
            by_gateway: false,
        }
    }

    fn repeats(nature: Nature, ended: Ended) -> bool {
        decide(&RetryPolicy::new(), 1, nature, ended, 0.5).is_some()
    }

    #[test]
    fn what_may_have_booked_something_is_not_sent_again() {
        for status in [400, 401, 403, 404, 408, 409, 500, 502, 503, 504] {
            assert!(!repeats(POST, answered(status)), "{status}");
        }
        assert!(!repeats(POST, Ended::Lost));
        let api = Ended::Answered {
            status: 503,
            retry_after: Some(Duration::ZERO),
            by_gateway: false,
        };
        assert!(!repeats(POST, api));
    }

    #[test]
    fn what_was_certainly_not_processed_is_sent_again() {
        assert!(repeats(POST, Ended::NotSent { retry_after: None }));
        assert!(repeats(POST, answered(429)));
        let gateway = Ended::Answered {
            status: 503,
            retry_after: Some(Duration::ZERO),
            by_gateway: true,
        };
        assert!(repeats(POST, gateway));
    }

    #[test]
    fn idempotent_requests_are_repeated_after_passing_trouble() {
        for status in [408, 429, 502, 503, 504] {
            assert!(repeats(GET, answered(status)), "{status}");
        }
        for status in [400, 401, 403, 404, 500, 501] {
            assert!(!repeats(GET, answered(status)), "{status}");
        }
        assert!(repeats(GET, Ended::Lost));
        assert!(!repeats(STREAM, Ended::Lost));
    }

    #[test]
    fn waits_grow_and_are_capped() {
        let policy = RetryPolicy::new().max_attempts(100);
        let wait = |attempt| decide(&policy, attempt, GET, Ended::Lost, 1.0).unwrap();
        assert_eq!(wait(1), Duration::from_millis(500));
        assert_eq!(wait(2), Duration::from_secs(1));
        assert_eq!(wait(3), Duration::from_secs(2));
        assert_eq!(wait(60), Duration::from_secs(20));
        assert_eq!(
            decide(&policy, 1, GET, Ended::Lost, 0.0),
            Some(Duration::ZERO)
        );
    }

    #[test]
    fn attempts_are_counted() {
        let policy = RetryPolicy::new();
        assert!(decide(&policy, 2, GET, Ended::Lost, 0.5).is_some());
        assert!(decide(&policy, 3, GET, Ended::Lost, 0.5).is_none());
        assert!(decide(&RetryPolicy::never(), 1, GET, Ended::Lost, 0.5).is_none());
    }

    #[test]
    fn retry_after_is_honoured_up_to_a_point() {
        let told = |seconds| Ended::Answered {
            status: 429,
            retry_after: Some(Duration::from_secs(seconds)),
            by_gateway: true,
        };
        assert_eq!(
            decide(&RetryPolicy::new(), 1, POST, told(57), 0.1),
            Some(Duration::from_secs(57))
        );
        assert_eq!(decide(&RetryPolicy::new(), 1, POST, told(61), 0.1), None);
    }

    #[test]
    fn retry_after_comes_in_two_forms() {
        let at = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, http::HeaderValue::from_static(text));
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
            retry_after(&headers, now)
        };
        assert_eq!(at("120"), Some(Duration::from_secs(120)));
        assert_eq!(
            at("Sun, 06 Nov 1994 08:50:07 GMT"),
            Some(Duration::from_secs(30))
        );
        assert_eq!(at("Sun, 06 Nov 1994 08:49:00 GMT"), Some(Duration::ZERO));
        assert_eq!(at("soon"), None);
        assert_eq!(at("-3"), None);
        assert_eq!(at(""), None);
        assert_eq!(
            at("99999999999999999999999"),
            Some(Duration::from_secs(u64::MAX))
        );
        assert_eq!(
            at("Fri, 31 Dec 9999 23:59:59 GMT").map(|wait| wait > Duration::from_secs(1 << 32)),
            Some(true)
        );
    }

    #[test]
    fn a_wrong_clock_does_not_change_a_wait() {
        let mut headers = HeaderMap::new();
        headers.insert(
            RETRY_AFTER,
            "Sun, 06 Nov 1994 08:50:07 GMT".parse().unwrap(),
        );
        headers.insert(DATE, "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
        for now in [SystemTime::UNIX_EPOCH, SystemTime::now()] {
            assert_eq!(retry_after(&headers, now), Some(Duration::from_secs(30)));
        }
    }

    #[test]
    fn an_absurd_wait_is_not_waited_for() {
        let ended = Ended::Answered {
            status: 503,
            retry_after: Some(Duration::from_secs(u64::MAX)),
            by_gateway: true,
        };
        assert!(!repeats(GET, ended));
    }

    #[test]
    fn the_budget_ends_and_refills() {
        let budget = Budget::new();
        assert_eq!((0..1000).filter(|_| budget.take()).count(), 100);
        (0..5).for_each(|_| budget.refill());
        assert!(budget.take());
        assert!(!budget.take());
    }
}

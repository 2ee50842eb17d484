//! One cached token: fetched once however many calls wait, renewed before it runs out.
//!
//! While a token is fresh a call only loads a pointer and compares times. The request for a new one
//! runs in a task of its own, so that no caller who gives up takes the others down with it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use http::HeaderValue;
use tokio::sync::watch;

use super::clock::{Clock, Moment};
use crate::error::{IdentityProviderError, IdentityProviderReason};
use crate::transport::BoxFuture;

/// Where tokens come from: a grant with all it needs.
pub(crate) trait TokenSource: Send + Sync + 'static {
    /// Asks for a token. `refused` is the `Authorization` header that a server refused last, so that
    /// a source that keeps tokens elsewhere does not give the same one again.
    fn fetch(
        &self,
        refused: Option<HeaderValue>,
    ) -> BoxFuture<'_, Result<Token, IdentityProviderError>>;

    /// What errors name: the token endpoint.
    fn endpoint(&self) -> &str;
}

/// A token as its source gave it.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    /// The `Authorization` header, marked as secret.
    pub(crate) header: HeaderValue,
    /// How long it is good for, counted from `asked`.
    pub(crate) lifetime: Duration,
    /// When it was asked for.
    pub(crate) asked: Moment,
}

/// A token in use.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) header: HeaderValue,
    /// Tells this token from those before and after it.
    pub(crate) generation: u64,
    asked: Moment,
    windows: Windows,
}

/// A place for one token: one identity provider, client and set of scopes.
pub(crate) struct Slot {
    current: ArcSwapOption<Entry>,
    gate: Mutex<Gate>,
    source: Box<dyn TokenSource>,
    clock: Arc<dyn Clock>,
}

type Fetched = Option<Result<Arc<Entry>, IdentityProviderError>>;

/// What has to be agreed on before asking for a token.
#[derive(Default)]
struct Gate {
    /// The request under way, for others to wait for.
    flight: Option<watch::Receiver<Fetched>>,
    /// How many tokens there have been.
    generation: u64,
    /// How many requests have failed in a row.
    failures: u32,
    /// The last failure, and until when it stands for an answer.
    failure: Option<(IdentityProviderError, Duration)>,
    /// Counts changes of the credentials: what failed with old ones says nothing of new ones.
    epoch: u64,
    /// Counts how often everything was forgotten: what was asked for before is not kept.
    life: u64,
    /// The token that a server refused last, until there is another.
    refused: Option<HeaderValue>,
}

/// What a request for a token was begun with.
#[derive(Clone, Copy)]
struct Start {
    epoch: u64,
    life: u64,
}

/// A token that lives no longer than this is used once and not kept.
const SHORTEST: Duration = Duration::from_secs(4);
/// How long a refusal stands that only other settings can change.
const REFUSED: Duration = Duration::from_secs(60);
/// The bounds of the wait after passing trouble, and of what a provider may ask for.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
const LONGEST_ASKED: Duration = Duration::from_secs(600);

impl Slot {
    pub(crate) fn new(source: Box<dyn TokenSource>, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            current: ArcSwapOption::empty(),
            gate: Mutex::default(),
            source,
            clock,
        })
    }

    /// Gives a token that is good for some time to come.
    ///
    /// # Errors
    /// When there is none and the source gives none. For a while after a failure the same error is
    /// given again without asking.
    pub(crate) async fn token(self: &Arc<Self>) -> Result<Arc<Entry>, IdentityProviderError> {
        let now = self.clock.now();
        if let Some(entry) = &*self.current.load() {
            match entry.freshness(now) {
                Freshness::Fresh => return Ok(Arc::clone(entry)),
                Freshness::Due => {
                    // Whatever comes of it, the token at hand still serves.
                    let _ = self.join(now, Freshness::Fresh);
                    return Ok(Arc::clone(entry));
                }
                Freshness::Stale => {}
            }
        }
        match self.join(now, Freshness::Due)? {
            Joined::Ready(entry) => Ok(entry),
            Joined::Waiting(mut flight) => match flight.wait_for(Option::is_some).await {
                Ok(fetched) => fetched.clone().unwrap_or_else(|| Err(self.interrupted())),
                Err(_) => Err(self.interrupted()),
            },
        }
    }

    /// Drops a token that a server refused, unless another has taken its place already.
    pub(crate) fn refuse(&self, generation: u64) {
        let mut gate = self.gate();
        let current = self.current.load();
        if let Some(entry) = &*current
            && entry.generation == generation
        {
            gate.refused = Some(entry.header.clone());
            self.current.store(None);
        }
    }

    /// Forgets failures, since the credentials have changed. A token that was had with the old ones
    /// still serves.
    pub(crate) fn credentials_changed(&self) {
        let mut gate = self.gate();
        gate.epoch += 1;
        gate.failures = 0;
        gate.failure = None;
    }

    /// Forgets everything, since the tokens are somebody else's now or nobody's: the token at hand,
    /// failures, and what a request under way will bring to those who did not ask for it.
    pub(crate) fn forget(&self) {
        let mut gate = self.gate();
        gate.epoch += 1;
        gate.life += 1;
        gate.flight = None;
        gate.failures = 0;
        gate.failure = None;
        gate.refused = None;
        self.current.store(None);
    }

    /// Joins the request under way, or starts one; a token at least as good as `enough` will do.
    fn join(
        self: &Arc<Self>,
        now: Moment,
        enough: Freshness,
    ) -> Result<Joined, IdentityProviderError> {
        let mut gate = self.gate();
        if let Some(entry) = &*self.current.load()
            && entry.freshness(now) <= enough
        {
            return Ok(Joined::Ready(Arc::clone(entry)));
        }
        // A flight whose task is gone (a panic, a runtime that was shut down) counts for nothing.
        if let Some(flight) = &gate.flight
            && flight.has_changed().is_ok()
        {
            return Ok(Joined::Waiting(flight.clone()));
        }
        if let Some((failure, until)) = &gate.failure
            && now.monotonic < *until
        {
            return Err(failure.clone().with_retry_after(*until - now.monotonic));
        }
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| self.interrupted())?;
        let (landing, flight) = watch::channel(None);
        gate.flight = Some(flight.clone());
        let start = Start {
            epoch: gate.epoch,
            life: gate.life,
        };
        runtime.spawn(Arc::clone(self).fly(landing, start, gate.refused.clone()));
        Ok(Joined::Waiting(flight))
    }

    /// Asks for a token and hands what comes to everybody who waits.
    async fn fly(
        self: Arc<Self>,
        landing: watch::Sender<Fetched>,
        start: Start,
        refused: Option<HeaderValue>,
    ) {
        let fetched = self.source.fetch(refused).await;
        let landed = self.land(fetched, start);
        landing.send_replace(Some(landed));
    }

    fn land(
        &self,
        fetched: Result<Token, IdentityProviderError>,
        start: Start,
    ) -> Result<Arc<Entry>, IdentityProviderError> {
        let now = self.clock.now().monotonic;
        let mut gate = self.gate();
        let remembered = gate.life == start.life;
        if remembered {
            gate.flight = None;
        }
        match fetched {
            Ok(token) => {
                gate.generation += 1;
                let keep = remembered && token.lifetime > SHORTEST;
                if remembered {
                    gate.failures = 0;
                    gate.failure = None;
                    gate.refused = None;
                }
                let entry = Arc::new(Entry::new(token, gate.generation, fastrand::f64()));
                if keep {
                    self.current.store(Some(Arc::clone(&entry)));
                }
                Ok(entry)
            }
            Err(error) => {
                if gate.epoch == start.epoch {
                    gate.failures = gate.failures.saturating_add(1);
                    let wait = cooling(&error, gate.failures, fastrand::f64());
                    gate.failure = Some((error.clone(), now + wait));
                }
                Err(error)
            }
        }
    }

    fn interrupted(&self) -> IdentityProviderError {
        let reason = IdentityProviderReason::Interrupted;
        IdentityProviderError::new(self.source.endpoint(), reason, "")
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Joined {
    Ready(Arc<Entry>),
    Waiting(watch::Receiver<Fetched>),
}

/// How good a token still is, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Freshness {
    /// Used as it is.
    Fresh,
    /// Used, while another is asked for.
    Due,
    /// Not used any more.
    Stale,
}

impl Entry {
    fn new(token: Token, generation: u64, chance: f64) -> Self {
        let windows = Windows::of(token.lifetime, chance);
        Self {
            header: token.header,
            generation,
            asked: token.asked,
            windows,
        }
    }

    fn freshness(&self, now: Moment) -> Freshness {
        match now.since(self.asked) {
            Some(age) if age < self.windows.soft => Freshness::Fresh,
            Some(age) if age < self.windows.hard => Freshness::Due,
            _ => Freshness::Stale,
        }
    }
}

/// The ages at which a token is renewed (soft) and used no longer (hard).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Windows {
    soft: Duration,
    hard: Duration,
}

/// Whether a token that was kept elsewhere is worth taking up: not for a slot that would ask for
/// another at once.
pub(super) fn is_worth_taking(token: &Token, now: Moment) -> bool {
    let first_renewal = Windows::of(token.lifetime, 1.0).soft;
    let age = now.since(token.asked);
    token.lifetime > SHORTEST && age.is_some_and(|age| age < first_renewal)
}

impl Windows {
    /// Margins grow with the lifetime, so that tokens of three minutes are kept as well as those of
    /// an hour. Chance makes renewal up to a tenth earlier, so that a fleet does not ask at once.
    fn of(lifetime: Duration, chance: f64) -> Self {
        let seconds = Duration::from_secs;
        let margin = (lifetime / 10).clamp(seconds(2), seconds(30));
        let ahead = (lifetime / 5).clamp(margin * 2, seconds(300));
        let soft = lifetime.saturating_sub(ahead).mul_f64(1.0 - 0.1 * chance);
        Self {
            soft,
            hard: lifetime.saturating_sub(margin),
        }
    }
}

/// How long a failure stands before the source is asked again.
fn cooling(error: &IdentityProviderError, failures: u32, chance: f64) -> Duration {
    if *error.reason() == IdentityProviderReason::LoginRequired {
        // The user may log in at any moment, with another process of a fleet.
        return Duration::ZERO;
    }
    if !error.is_retryable() {
        return REFUSED;
    }
    if let Some(asked) = error.retry_after() {
        return asked.min(LONGEST_ASKED);
    }
    let factor = 1u32
        .checked_shl(failures.saturating_sub(1))
        .unwrap_or(u32::MAX);
    let bound = FIRST_WAIT.saturating_mul(factor).min(LONGEST_WAIT);
    bound.mul_f64(0.5 + 0.5 * chance)
}

#[cfg(test)]
mod tests;

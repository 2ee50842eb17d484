//! One cached token: fetched once however many calls wait, renewed before it runs out.
//!
//! While a token is fresh a call only loads a pointer and compares times. The request for a new one
//! runs in a task of its own, so that no caller who gives up takes the others down with it.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::HeaderValue;

use super::clock::{Clock, Moment};
use super::lifetime::{Freshness, SHORTEST, Windows, cooling};
use super::sync::{
    AtomicU64, Current, Held, Mutex, MutexGuard, Ordering, PoisonError, Spawner, now_and_then,
    watch,
};
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
    lifetime: Duration,
    windows: Windows,
    /// When both clocks last said that it is fresh: nanoseconds of the wall clock since 1970, or 0.
    vouched: AtomicU64,
}

/// How long the word of both clocks stands by the wall clock, in nanoseconds.
const VOUCHED: u64 = 1_000_000_000;

/// A place for one token: one identity provider, client and set of scopes.
pub(crate) struct Slot {
    /// Where there is no token, one that is never good.
    current: Current<Entry>,
    gate: Mutex<Gate>,
    source: Box<dyn TokenSource>,
    clock: Arc<dyn Clock>,
}

type Fetched = Option<Result<Arc<Entry>, IdentityProviderError>>;

/// What has to be agreed on before asking for a token.
#[derive(Default)]
struct Gate {
    /// The request under way, for others to wait for.
    flight: Option<Flight>,
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

/// A request for a token under way.
#[derive(Clone)]
struct Flight {
    landing: watch::Receiver<Fetched>,
    start: Start,
}

/// What a request for a token was begun with.
#[derive(Clone, Copy)]
struct Start {
    epoch: u64,
    life: u64,
}

impl Slot {
    pub(crate) fn new(source: Box<dyn TokenSource>, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            current: Current::new(Entry::none()),
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
    pub(crate) async fn token(self: &Arc<Self>) -> Result<Held<Entry>, IdentityProviderError> {
        if let Some(held) = self.at_hand() {
            return Ok(held);
        }
        let mut was_late = false;
        loop {
            let (landing, boarding) = match self.join(Freshness::Due) {
                Joined::Ready(entry) => return Ok(Held::from_inner(entry)),
                Joined::Failed(error, left) => return Err(error.with_retry_after(left)),
                Joined::Adrift => return Err(self.interrupted()),
                Joined::Waiting(landing, boarding) => (landing, boarding),
            };
            let fetched = self.landed(landing).await;
            match &fetched {
                // That was for the credentials before these.
                Err(_) if boarding == Boarding::Outdated => {}
                // It was asked for before this call, and so long ago that it is worth nothing.
                Ok(entry) if boarding != Boarding::First && !was_late && self.is_over(entry) => {
                    was_late = true;
                }
                _ => return fetched.map(Held::from_inner),
            }
        }
    }

    /// Waits for what a request brings.
    async fn landed(
        &self,
        mut landing: watch::Receiver<Fetched>,
    ) -> Result<Arc<Entry>, IdentityProviderError> {
        let fetched = landing.wait_for(Option::is_some).await;
        let fetched = fetched.ok().and_then(|fetched| fetched.clone());
        fetched.unwrap_or_else(|| Err(self.interrupted()))
    }

    fn is_over(&self, entry: &Entry) -> bool {
        entry.has_run_out(self.clock.now())
    }

    /// The token that is there, if it is good; one that is due is renewed in the background.
    ///
    /// Reading a clock costs more than all the rest, so the wall clock alone is read as long as it
    /// is within a second of the time at which both called the token fresh. It shows at once that a
    /// machine slept or that it was set; only one that stands still, or was set back by just the
    /// time that has passed since, needs the other clock, which is read now and then for that.
    fn at_hand(self: &Arc<Self>) -> Option<Held<Entry>> {
        let held = self.current.load();
        if held.is_vouched_for(self.clock.wall()) && !now_and_then() {
            return Some(held);
        }
        let now = self.clock.now();
        match held.freshness(now) {
            Freshness::Fresh => held.vouch(now),
            // Whatever comes of it, the token at hand still serves.
            Freshness::Due => drop(self.join(Freshness::Fresh)),
            Freshness::Stale => return None,
        }
        Some(held)
    }

    /// Drops a token that a server refused, unless another has taken its place already.
    pub(crate) fn refuse(&self, generation: u64) {
        let mut gate = self.gate();
        let current = self.current.load();
        if current.generation == generation {
            gate.refused = Some(current.header.clone());
            self.current.store(Entry::none());
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
        self.current.store(Entry::none());
    }

    /// Joins the request under way, or starts one; a token at least as good as `enough` will do.
    fn join(self: &Arc<Self>, enough: Freshness) -> Joined {
        let mut gate = self.gate();
        // Read behind the gate: by an earlier moment, a token that came since has no age.
        let now = self.clock.now();
        let current = self.current.load();
        if current.freshness(now) <= enough {
            return Joined::Ready(Arc::clone(&current));
        }
        // A flight whose task is gone (a panic, a runtime that was shut down) counts for nothing.
        if let Some(flight) = &gate.flight
            && flight.landing.has_changed().is_ok()
        {
            let boarding = match flight.start.epoch == gate.epoch {
                true => Boarding::Later,
                false => Boarding::Outdated,
            };
            return Joined::Waiting(flight.landing.clone(), boarding);
        }
        if let Some((failure, until)) = &gate.failure
            && now.monotonic < *until
        {
            return Joined::Failed(failure.clone(), *until - now.monotonic);
        }
        let Some(spawner) = Spawner::here() else {
            return Joined::Adrift;
        };
        let (sender, landing) = watch::channel(None);
        let start = Start {
            epoch: gate.epoch,
            life: gate.life,
        };
        gate.flight = Some(Flight {
            landing: landing.clone(),
            start,
        });
        spawner.spawn(Arc::clone(self).fly(sender, start, gate.refused.clone()));
        Joined::Waiting(landing, Boarding::First)
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
        let mut gate = self.gate();
        let now = self.clock.now().monotonic;
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
                    self.current.store(Arc::clone(&entry));
                }
                Ok(entry)
            }
            Err(error) if gate.epoch == start.epoch => {
                gate.failures = gate.failures.saturating_add(1);
                let wait = cooling(&error, gate.failures, fastrand::f64());
                gate.failure = Some((error.clone(), now + wait));
                Err(match error.retry_after() {
                    None if !wait.is_zero() => error.with_retry_after(wait),
                    _ => error,
                })
            }
            Err(error) => Err(error),
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

/// What came of asking for a token.
enum Joined {
    Ready(Arc<Entry>),
    /// The last failure still stands, for this long.
    Failed(IdentityProviderError, Duration),
    /// There is no runtime to ask from.
    Adrift,
    Waiting(watch::Receiver<Fetched>, Boarding),
}

/// What a call has to do with the request it waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Boarding {
    /// It made it.
    First,
    /// It found it under way.
    Later,
    /// It found it under way, with credentials that have been changed since.
    Outdated,
}

impl Entry {
    fn new(token: Token, generation: u64, chance: f64) -> Self {
        let windows = Windows::of(token.lifetime, chance);
        Self {
            header: token.header,
            generation,
            asked: token.asked,
            lifetime: token.lifetime,
            windows,
            vouched: AtomicU64::new(0),
        }
    }

    /// What stands for no token.
    fn none() -> Arc<Self> {
        Arc::new(Self {
            header: HeaderValue::from_static(""),
            generation: 0,
            asked: Moment {
                monotonic: Duration::ZERO,
                wall: UNIX_EPOCH,
            },
            lifetime: Duration::ZERO,
            windows: Windows::CLOSED,
            vouched: AtomicU64::new(0),
        })
    }

    fn freshness(&self, now: Moment) -> Freshness {
        self.windows.at(now.since(self.asked))
    }

    /// Whether it was not meant for one use, and its time is over.
    fn has_run_out(&self, now: Moment) -> bool {
        let age = now.since(self.asked);
        self.lifetime > SHORTEST && age.is_none_or(|age| age >= self.lifetime)
    }

    /// Whether both clocks called it fresh less than a second ago.
    fn is_vouched_for(&self, wall: SystemTime) -> bool {
        let vouched = self.vouched.load(Ordering::Relaxed);
        vouched != 0 && nanoseconds(wall).wrapping_sub(vouched) < VOUCHED
    }

    /// Notes that both clocks call it fresh, and will for a while.
    fn vouch(&self, now: Moment) {
        let later = now.since(self.asked);
        let later = later.map(|age| age + Duration::from_nanos(VOUCHED));
        if self.windows.at(later) == Freshness::Fresh {
            self.vouched.store(nanoseconds(now.wall), Ordering::Relaxed);
        }
    }
}

fn nanoseconds(wall: SystemTime) -> u64 {
    let since = wall.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = since.as_secs().saturating_mul(1_000_000_000);
    seconds.saturating_add(u64::from(since.subsec_nanos()))
}

/// Whether a token that was kept elsewhere is worth taking up: not for a slot that would ask for
/// another at once.
pub(super) fn is_worth_taking(token: &Token, now: Moment) -> bool {
    let earliest = Windows::of(token.lifetime, 1.0);
    token.lifetime > SHORTEST && earliest.at(now.since(token.asked)) == Freshness::Fresh
}

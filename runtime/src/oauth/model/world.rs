//! A made-up world around one slot, with a ledger of what happened in it.
//!
//! The model runs one thread at a time, so the ledger's count puts all events into one order.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::time::{Duration, SystemTime};

use http::HeaderValue;

use super::clock::{Clock, Moment};
use super::slot::{Slot, Token, TokenSource};
use super::sync::die;
use crate::error::{IdentityProviderError, IdentityProviderReason};
use crate::transport::BoxFuture;

const LIFETIME: Duration = Duration::from_secs(180);

/// What the source does with each request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mood {
    Gives,
    Fails,
    /// Its first request dies on the way.
    DiesOnce,
    /// Refuses those who ask with the first secret.
    KnowsTheNewSecret,
}

/// A request for a token, with what its error or token is known by: its number, from 1.
#[derive(Clone, Copy)]
struct Fetch {
    begun: u64,
    asked: Moment,
    secret: u64,
}

/// A token that a call was given.
#[derive(Clone, Copy)]
pub(super) struct Given {
    number: usize,
    generation: u64,
}

/// One slot and its world.
#[derive(Clone)]
pub(super) struct World {
    slot: Arc<Slot>,
    state: Arc<State>,
}

struct State {
    mood: Mood,
    fetches: Mutex<Vec<Fetch>>,
    /// The tokens that were refused, and when that was done.
    refused: Mutex<Vec<(usize, u64)>>,
    /// When each forgetting began and was done.
    forgotten: Mutex<Vec<(u64, u64)>>,
    events: AtomicU64,
    /// The clocks, in seconds.
    monotonic: AtomicU64,
    wall: AtomicU64,
    /// The version of the secret that requests are made with, and that the slot has been told of.
    secret: AtomicU64,
    told: AtomicU64,
    /// Requests under way.
    active: AtomicUsize,
    /// How many requests can be needed by now: one, and one for each thing that may cost a token or
    /// end the time that a failure stands.
    needed: AtomicUsize,
    lives: AtomicUsize,
}

impl World {
    pub(super) fn new(mood: Mood) -> Self {
        // Chance in the slot must depend on the schedule alone.
        fastrand::seed(7);
        let state = Arc::new(State {
            mood,
            fetches: Mutex::default(),
            refused: Mutex::default(),
            forgotten: Mutex::default(),
            events: AtomicU64::new(1),
            monotonic: AtomicU64::new(0),
            wall: AtomicU64::new(1_000_000),
            secret: AtomicU64::new(0),
            told: AtomicU64::new(0),
            active: AtomicUsize::new(0),
            needed: AtomicUsize::new(1 + usize::from(mood == Mood::DiesOnce)),
            lives: AtomicUsize::new(1),
        });
        let source = Source(Arc::clone(&state));
        let slot = Slot::new(Box::new(source), Arc::new(Clocks(Arc::clone(&state))));
        Self { slot, state }
    }

    /// A call: gets a token, and holds it against the ledger.
    pub(super) fn call(&self) -> Result<Given, IdentityProviderError> {
        let state = &self.state;
        let (begun, started) = (state.event(), state.now());
        let told = state.told.load(SeqCst);
        let result = shuttle::future::block_on(self.slot.token());
        match result {
            Ok(entry) => {
                let text = entry.header.to_str().unwrap();
                let number = text.parse().unwrap();
                state.check(number, begun, started);
                let generation = entry.generation;
                Ok(Given { number, generation })
            }
            Err(error) => {
                if let Ok(number) = error.message().parse::<usize>() {
                    let secret = state.fetches.lock().unwrap()[number - 1].secret;
                    assert!(
                        secret >= told,
                        "an old secret's failure for a call after the change"
                    );
                }
                Err(error)
            }
        }
    }

    /// A call that gives up after its first step.
    pub(super) fn call_dropped(&self) {
        let call = pin!(self.slot.token());
        let _ = call.poll(&mut Context::from_waker(Waker::noop()));
    }

    /// A server refuses the token.
    pub(super) fn refuse(&self, given: Given) {
        let state = &self.state;
        let is_news = {
            let refused = state.refused.lock().unwrap();
            refused.iter().all(|(number, _)| *number != given.number)
        };
        state.needed.fetch_add(usize::from(is_news), SeqCst);
        self.slot.refuse(given.generation);
        let mut refused = state.refused.lock().unwrap();
        refused.push((given.number, state.event()));
    }

    pub(super) fn forget(&self) {
        let state = &self.state;
        let begun = state.event();
        state.needed.fetch_add(1, SeqCst);
        state.lives.fetch_add(1, SeqCst);
        self.slot.forget();
        let mut forgotten = state.forgotten.lock().unwrap();
        forgotten.push((begun, state.event()));
    }

    /// Rotates the client's secret.
    pub(super) fn change_secret(&self) {
        let state = &self.state;
        state.needed.fetch_add(1, SeqCst);
        let secret = state.secret.fetch_add(1, SeqCst) + 1;
        self.slot.credentials_changed();
        state.told.store(secret, SeqCst);
    }

    /// Lets time pass, by each clock.
    pub(super) fn pass(&self, monotonic: u64, wall: u64) {
        let state = &self.state;
        state.needed.fetch_add(1, SeqCst);
        state.monotonic.fetch_add(monotonic, SeqCst);
        state.wall.fetch_add(wall, SeqCst);
    }

    /// Sets the wall clock back.
    pub(super) fn set_back(&self, seconds: u64) {
        self.state.needed.fetch_add(1, SeqCst);
        self.state.wall.fetch_sub(seconds, SeqCst);
    }

    /// How many requests there were.
    pub(super) fn fetches(&self) -> usize {
        self.state.fetches.lock().unwrap().len()
    }
}

impl State {
    fn event(&self) -> u64 {
        self.events.fetch_add(1, SeqCst)
    }

    fn now(&self) -> Moment {
        Moment {
            monotonic: Duration::from_secs(self.monotonic.load(SeqCst)),
            wall: SystemTime::UNIX_EPOCH + Duration::from_secs(self.wall.load(SeqCst)),
        }
    }

    /// Whether a call may have been given this token that was begun then.
    fn check(&self, number: usize, begun: u64, started: Moment) {
        let fetch = self.fetches.lock().unwrap()[number - 1];
        for (refused, at) in &*self.refused.lock().unwrap() {
            assert!(
                *refused != number || *at > begun,
                "token {number} was refused before the call began"
            );
        }
        for (from, to) in &*self.forgotten.lock().unwrap() {
            assert!(
                *to > begun || fetch.begun > *from,
                "token {number} was asked for before everything was forgotten"
            );
        }
        let age = started.since(fetch.asked);
        assert!(
            age.is_none_or(|age| age < LIFETIME),
            "token {number} had run out when the call began"
        );
    }
}

struct Clocks(Arc<State>);

impl Clock for Clocks {
    fn now(&self) -> Moment {
        self.0.now()
    }
}

struct Source(Arc<State>);

/// A request under way, until it is over or dropped.
struct Active<'a>(&'a State);

impl Drop for Active<'_> {
    fn drop(&mut self) {
        self.0.active.fetch_sub(1, SeqCst);
    }
}

impl TokenSource for Source {
    fn fetch(&self, _: Option<HeaderValue>) -> BoxFuture<'_, Result<Token, IdentityProviderError>> {
        Box::pin(async move {
            let state = &*self.0;
            let others = state.active.fetch_add(1, SeqCst);
            let _active = Active(state);
            assert!(
                others < state.lives.load(SeqCst),
                "two requests under way at once"
            );
            let fetch = Fetch {
                begun: state.event(),
                asked: state.now(),
                secret: state.secret.load(SeqCst),
            };
            let number = {
                let mut fetches = state.fetches.lock().unwrap();
                fetches.push(fetch);
                fetches.len()
            };
            assert!(
                number <= state.needed.load(SeqCst),
                "request {number} is not needed"
            );
            shuttle::future::yield_now().await;
            let fails = match state.mood {
                Mood::Gives => false,
                Mood::Fails => true,
                Mood::KnowsTheNewSecret => fetch.secret == 0,
                Mood::DiesOnce if number == 1 => die().await,
                Mood::DiesOnce => false,
            };
            if fails {
                let reason = IdentityProviderReason::Unavailable;
                return Err(IdentityProviderError::new("", reason, number.to_string()));
            }
            Ok(Token {
                header: HeaderValue::from(number),
                lifetime: LIFETIME,
                asked: fetch.asked,
            })
        })
    }

    fn endpoint(&self) -> &'static str {
        "id.example"
    }
}

//! The cache played through with a made-up provider and made-up clocks.

mod clocks;
mod failures;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use http::HeaderValue;
use tokio::time::sleep;

use super::clock::{Clock, Moment};
use super::slot::{Slot, Token, TokenSource};
use crate::error::{IdentityProviderError, IdentityProviderReason};
use crate::transport::BoxFuture;

/// What the wall clock shows at first, in milliseconds.
const START: u64 = 1_000_000_000;

/// Clocks that a test sets: the monotonic one, the wall clock, and how often both were read.
#[derive(Clone, Default)]
struct Clocks(Arc<(AtomicU64, AtomicU64, AtomicUsize)>);

impl Clocks {
    fn pass(&self, seconds: u64) {
        self.0.0.fetch_add(seconds * 1000, Ordering::SeqCst);
        self.0.1.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    fn sleep_of_machine(&self, seconds: u64) {
        self.0.1.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    fn set_back(&self, seconds: u64) {
        self.0.1.fetch_sub(seconds * 1000, Ordering::SeqCst);
    }

    /// Time passes, and the wall clock stands still.
    fn pass_unseen(&self, seconds: u64) {
        self.0.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    fn both_read(&self) -> usize {
        self.0.2.load(Ordering::SeqCst)
    }
}

impl Clock for Clocks {
    fn now(&self) -> Moment {
        self.0.2.fetch_add(1, Ordering::SeqCst);
        Moment {
            monotonic: Duration::from_millis(self.0.0.load(Ordering::SeqCst)),
            wall: self.wall(),
        }
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
            + Duration::from_millis(self.0.1.load(Ordering::SeqCst).wrapping_add(START))
    }
}

/// A provider that gives numbered tokens, unless the test has put failures first.
#[derive(Clone)]
struct Provider {
    asked: Arc<AtomicUsize>,
    lifetime: Duration,
    failures: Arc<Mutex<VecDeque<Failure>>>,
    clock: Clocks,
    delay: Duration,
    /// What each request was told to be refused.
    refused: Arc<Mutex<Vec<Option<HeaderValue>>>>,
}

enum Failure {
    Passing,
    Refused,
    Panic,
    /// Never answers.
    Hang,
}

impl TokenSource for Provider {
    fn fetch(
        &self,
        refused: Option<HeaderValue>,
    ) -> BoxFuture<'_, Result<Token, IdentityProviderError>> {
        Box::pin(async move {
            let asked = self.clock.now();
            self.refused.lock().unwrap().push(refused);
            let count = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
            sleep(self.delay).await;
            let failure = self.failures.lock().unwrap().pop_front();
            let error = |reason| IdentityProviderError::new("id.example", reason, "");
            match failure {
                None => {}
                Some(Failure::Passing) => return Err(error(IdentityProviderReason::Unavailable)),
                Some(Failure::Refused) => {
                    let code = "invalid_client".to_owned();
                    return Err(error(IdentityProviderReason::Refused { code }));
                }
                Some(Failure::Panic) => panic!("the provider's own trouble"),
                Some(Failure::Hang) => std::future::pending().await,
            }
            let header = HeaderValue::from_str(&format!("Bearer {count}")).unwrap();
            Ok(Token {
                header,
                lifetime: self.lifetime,
                asked,
            })
        })
    }

    fn endpoint(&self) -> &str {
        "id.example"
    }
}

struct Play {
    slot: Arc<Slot>,
    clock: Clocks,
    provider: Provider,
}

impl Play {
    fn new(lifetime: u64) -> Self {
        let clock = Clocks::default();
        let provider = Provider {
            asked: Arc::default(),
            lifetime: Duration::from_secs(lifetime),
            failures: Arc::default(),
            clock: clock.clone(),
            delay: Duration::from_millis(50),
            refused: Arc::default(),
        };
        let slot = Slot::new(Box::new(provider.clone()), Arc::new(clock.clone()));
        Self {
            slot,
            clock,
            provider,
        }
    }

    fn failing(self, failures: impl IntoIterator<Item = Failure>) -> Self {
        self.provider.failures.lock().unwrap().extend(failures);
        self
    }

    /// The number of the token that a call gets.
    async fn token(&self) -> Result<u64, IdentityProviderError> {
        let entry = self.slot.token().await?;
        Ok(entry
            .header
            .to_str()
            .unwrap()
            .trim_start_matches("Bearer ")
            .parse()
            .unwrap())
    }

    fn asked(&self) -> usize {
        self.provider.asked.load(Ordering::SeqCst)
    }

    /// Lets what runs in the background come to its end.
    async fn settle(&self) {
        sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_tasks_make_one_request() {
    let play = Arc::new(Play::new(3600));
    let tasks: Vec<_> = (0..10_000)
        .map(|_| {
            let play = Arc::clone(&play);
            tokio::spawn(async move { play.token().await.unwrap() })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), 1);
    }
    assert_eq!(play.asked(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_tasks_on_several_threads_make_one_request() {
    let play = Arc::new(Play::new(3600));
    let tasks: Vec<_> = (0..10_000)
        .map(|_| {
            let play = Arc::clone(&play);
            tokio::spawn(async move { play.token().await.unwrap() })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), 1);
    }
    assert_eq!(play.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_of_three_minutes_is_kept_and_renewed_in_time() {
    let play = Play::new(180);
    assert_eq!(play.token().await.unwrap(), 1);
    play.clock.pass(129);
    assert_eq!(play.token().await.unwrap(), 1);
    play.settle().await;
    assert_eq!(play.asked(), 1, "not before 90 % of the soft margin");
    play.clock.pass(16);
    assert_eq!(
        play.token().await.unwrap(),
        1,
        "the old token serves while the new one is asked for"
    );
    assert_eq!(play.token().await.unwrap(), 1);
    play.settle().await;
    assert_eq!(play.asked(), 2, "once, in the background");
    assert_eq!(play.token().await.unwrap(), 2);
    assert_eq!(play.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn past_the_hard_margin_a_call_waits_for_another_token() {
    let play = Play::new(180);
    play.token().await.unwrap();
    play.clock.pass(162);
    assert_eq!(play.token().await.unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_idle_token_is_not_renewed() {
    let play = Play::new(180);
    play.token().await.unwrap();
    play.clock.pass(10_000);
    play.settle().await;
    assert_eq!(play.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_of_a_few_seconds_is_used_once() {
    for lifetime in [0, 1, 4] {
        let play = Play::new(lifetime);
        assert_eq!(play.token().await.unwrap(), 1);
        assert_eq!(play.token().await.unwrap(), 2);
    }
    let play = Play::new(5);
    assert_eq!(play.token().await.unwrap(), 1);
    assert_eq!(play.token().await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn only_the_token_that_was_refused_is_dropped() {
    let play = Play::new(3600);
    let first = play.slot.token().await.unwrap();
    play.slot.refuse(first.generation);
    let second = play.slot.token().await.unwrap();
    assert_eq!(second.header, "Bearer 2");
    // A hundred calls that had used the first token come back late.
    (0..100).for_each(|_| play.slot.refuse(first.generation));
    assert_eq!(play.token().await.unwrap(), 2);
    assert_eq!(play.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_source_hears_which_token_was_refused() {
    let play = Play::new(3600);
    let first = play.slot.token().await.unwrap();
    play.slot.refuse(first.generation);
    play.token().await.unwrap();
    play.clock.pass(3600);
    play.token().await.unwrap();
    let heard = play.provider.refused.lock().unwrap().clone();
    assert_eq!(heard, [None, Some(first.header.clone()), None]);
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_when_all_is_forgotten_serves_those_who_asked_alone() {
    let play = Arc::new(Play::new(3600));
    let early = tokio::spawn({
        let play = Arc::clone(&play);
        async move { play.token().await.unwrap() }
    });
    sleep(Duration::from_millis(10)).await;
    play.slot.forget();
    // A call from now on does not join what was begun before.
    assert_eq!(play.token().await.unwrap(), 2);
    assert_eq!(early.await.unwrap(), 1);
    assert_eq!((play.token().await.unwrap(), play.asked()), (2, 2));
    play.slot.forget();
    assert_eq!(play.token().await.unwrap(), 3);
}

/// google-cloud-rust 6678: a fixed margin of ten seconds makes such tokens stale at birth.
#[tokio::test(start_paused = true)]
async fn tokens_of_ten_seconds_and_less_make_no_busy_loop() {
    for lifetime in 1..=10 {
        let play = Play::new(lifetime);
        play.token().await.unwrap();
        sleep(Duration::from_secs(3600)).await;
        assert_eq!(play.asked(), 1, "{lifetime} s: nobody asked for another");
        let mut calls = 0;
        for _ in 0..60 {
            // Twenty calls a second for a minute.
            for _ in 0..20 {
                play.token().await.unwrap();
                calls += 1;
            }
            play.settle().await;
            play.clock.pass(1);
        }
        let asked = play.asked() - 1;
        match lifetime {
            // Used once each: a request a call, and none without a call.
            1..=4 => assert_eq!(asked, calls),
            // One in each soft window, which is a second at least.
            5..=6 => assert!(asked <= 60, "{lifetime} s: {asked} requests"),
            _ => assert!(asked <= 30, "{lifetime} s: {asked} requests"),
        }
    }
}

/// openfga/java-sdk 388: a buffer of 300 s and chance on top of it.
#[tokio::test(start_paused = true)]
async fn tokens_of_three_and_five_minutes_are_used_again() {
    for lifetime in [180, 300] {
        // Chance has many tries.
        for _ in 0..100 {
            let play = Play::new(lifetime);
            for _ in 0..7 {
                assert_eq!(play.token().await.unwrap(), 1);
                play.clock.pass(lifetime / 10);
            }
            play.settle().await;
            assert_eq!(play.asked(), 1);
        }
    }
}

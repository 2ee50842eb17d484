//! The cache played through with a made-up provider and made-up clocks.

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

/// Clocks that a test sets.
#[derive(Clone, Default)]
struct Clocks(Arc<(AtomicU64, AtomicU64)>);

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
}

impl Clock for Clocks {
    fn now(&self) -> Moment {
        Moment {
            monotonic: Duration::from_millis(self.0.0.load(Ordering::SeqCst)),
            wall: SystemTime::UNIX_EPOCH
                + Duration::from_secs(1_000_000)
                + Duration::from_millis(self.0.1.load(Ordering::SeqCst)),
        }
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
async fn a_renewal_that_fails_leaves_the_token_in_use() {
    let play = Play::new(180);
    play.token().await.unwrap();
    let play = play.failing([Failure::Passing]);
    play.clock.pass(145);
    assert_eq!(play.token().await.unwrap(), 1);
    play.settle().await;
    assert_eq!(play.token().await.unwrap(), 1);
    play.settle().await;
    assert_eq!(play.asked(), 2, "and is not repeated at once");
    play.clock.pass(2);
    assert_eq!(play.token().await.unwrap(), 1);
    play.settle().await;
    assert_eq!(play.token().await.unwrap(), 3);
}

#[tokio::test(start_paused = true)]
async fn passing_trouble_backs_off_and_passes() {
    let play = Play::new(180).failing([Failure::Passing, Failure::Passing]);
    let error = play.token().await.unwrap_err();
    assert!(error.is_retryable());
    let again = play.token().await.unwrap_err();
    assert!(
        again
            .retry_after()
            .is_some_and(|wait| wait <= Duration::from_secs(1))
    );
    assert_eq!(play.asked(), 1, "the failure stands for a moment");
    play.clock.pass(1);
    play.token().await.unwrap_err();
    assert_eq!(play.asked(), 2);
    play.clock.pass(2);
    assert_eq!(play.token().await.unwrap(), 3);
}

#[tokio::test(start_paused = true)]
async fn every_waiter_hears_of_a_failure_and_none_repeats_it() {
    let play = Arc::new(Play::new(180).failing([Failure::Refused]));
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let play = Arc::clone(&play);
            tokio::spawn(async move { play.token().await })
        })
        .collect();
    for task in tasks {
        assert_eq!(
            task.await.unwrap().unwrap_err().code(),
            Some("invalid_client")
        );
    }
    assert_eq!(play.asked(), 1);
    play.clock.pass(59);
    assert!(play.token().await.is_err());
    assert_eq!(play.asked(), 1);
    play.clock.pass(2);
    assert_eq!(
        play.token().await.unwrap(),
        2,
        "even a refusal does not stand for ever"
    );
}

#[tokio::test(start_paused = true)]
async fn other_credentials_are_tried_at_once() {
    let play = Play::new(180).failing([Failure::Refused]);
    play.token().await.unwrap_err();
    play.slot.credentials_changed();
    assert_eq!(play.token().await.unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failure_with_old_credentials_says_nothing_of_new_ones() {
    let play = Arc::new(Play::new(180).failing([Failure::Refused]));
    let waiting = {
        let play = Arc::clone(&play);
        tokio::spawn(async move { play.token().await })
    };
    sleep(Duration::from_millis(10)).await;
    play.slot.credentials_changed();
    waiting.await.unwrap().unwrap_err();
    assert_eq!(play.token().await.unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_gives_up_takes_nobody_along() {
    let play = Arc::new(Play::new(180));
    let leader = {
        let play = Arc::clone(&play);
        tokio::spawn(async move { play.token().await })
    };
    sleep(Duration::from_millis(10)).await;
    let follower = {
        let play = Arc::clone(&play);
        tokio::spawn(async move { play.token().await })
    };
    leader.abort();
    assert!(leader.await.unwrap_err().is_cancelled());
    assert_eq!(follower.await.unwrap().unwrap(), 1);
    assert_eq!(play.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_an_error_and_the_next_call_asks_again() {
    let play = Play::new(180).failing([Failure::Panic]);
    let error = play.token().await.unwrap_err();
    assert_eq!(*error.reason(), IdentityProviderReason::Interrupted);
    assert_eq!(play.token().await.unwrap(), 2);
}

#[test]
fn a_runtime_that_was_shut_down_does_not_strand_the_next() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let play = Play::new(180).failing([Failure::Hang]);
    let first = runtime();
    first.block_on(async {
        let waited = tokio::time::timeout(Duration::from_millis(300), play.token()).await;
        assert!(waited.is_err());
    });
    drop(first);
    assert_eq!(runtime().block_on(play.token()).unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_clock_set_back_makes_a_token_stale_rather_than_immortal() {
    let play = Play::new(3600);
    play.clock.pass(10_000);
    play.token().await.unwrap();
    play.clock.pass(10);
    play.clock.set_back(100);
    assert_eq!(play.token().await.unwrap(), 2, "its age is not known");
    play.clock.pass(200);
    play.clock.set_back(100);
    assert_eq!(
        play.token().await.unwrap(),
        2,
        "by the monotonic clock it is still young"
    );
    play.clock.pass(3500);
    play.clock.set_back(3000);
    assert_eq!(
        play.token().await.unwrap(),
        3,
        "by the monotonic clock it is old"
    );
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_slept_does_not_use_a_token_that_ran_out() {
    let play = Play::new(3600);
    play.token().await.unwrap();
    play.clock.sleep_of_machine(3600);
    assert_eq!(play.token().await.unwrap(), 2);
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

/// A token is worth its lifetime from when it was asked for, however long the answer took.
#[tokio::test(start_paused = true)]
async fn a_machine_that_slept_through_the_answer_does_not_use_what_ran_out() {
    let play = Arc::new(Play::new(3600));
    let before = tokio::spawn({
        let play = Arc::clone(&play);
        async move { play.token().await.unwrap() }
    });
    sleep(Duration::from_millis(10)).await;
    play.clock.sleep_of_machine(3600);
    // It joins the request that is under way, and asks anew since that brings nothing.
    assert_eq!(play.token().await.unwrap(), 2);
    assert_eq!(before.await.unwrap(), 1);
    assert_eq!((play.token().await.unwrap(), play.asked()), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn a_call_after_a_rotation_does_not_hear_of_the_old_secret() {
    let play = Arc::new(Play::new(180).failing([Failure::Refused]));
    let before = tokio::spawn({
        let play = Arc::clone(&play);
        async move { play.token().await }
    });
    sleep(Duration::from_millis(10)).await;
    play.slot.credentials_changed();
    assert_eq!(play.token().await.unwrap(), 2);
    before.await.unwrap().unwrap_err();
}

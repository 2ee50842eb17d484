//! Providers that fail, and calls, tasks and runtimes that end in between.

use super::*;

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

/// google-cloud-rust 4541: what passes is not for ever, however long it takes.
#[tokio::test(start_paused = true)]
async fn a_long_outage_ends_when_the_provider_is_back() {
    let outage = std::iter::repeat_with(|| Failure::Passing).take(100);
    let play = Play::new(180).failing(outage);
    for count in 1..=100 {
        let error = play.token().await.unwrap_err();
        assert!(error.is_retryable());
        assert!(error.retry_after().unwrap() <= Duration::from_secs(30));
        assert_eq!(play.asked(), count);
        play.clock.pass(30);
    }
    assert_eq!(play.token().await.unwrap(), 101);
}

/// Static stability is for what still holds: an API takes no token that has run out.
#[tokio::test(start_paused = true)]
async fn a_token_that_ran_out_is_not_served_however_the_provider_fails() {
    for failure in [Failure::Passing, Failure::Refused, Failure::Panic] {
        let play = Play::new(180);
        play.token().await.unwrap();
        let play = play.failing([failure]);
        play.clock.pass(180);
        play.token().await.unwrap_err();
        assert_eq!(play.asked(), 2);
    }
}

/// rusoto 1765: no failure stands for ever, and a change of the credentials ends it at once
/// (`other_credentials_are_tried_at_once`).
#[tokio::test(start_paused = true)]
async fn no_failure_is_kept_for_ever() {
    for failure in [Failure::Passing, Failure::Refused, Failure::Panic] {
        let play = Play::new(180).failing([failure]);
        play.token().await.unwrap_err();
        play.clock.pass(60);
        assert_eq!(play.token().await.unwrap(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn everybody_hears_the_same_error_and_how_long_it_stands() {
    let play = Arc::new(Play::new(180).failing([Failure::Refused]));
    let waiting: Vec<_> = (0..3)
        .map(|_| {
            let play = Arc::clone(&play);
            tokio::spawn(async move { play.token().await.unwrap_err() })
        })
        .collect();
    let minute = Some(Duration::from_secs(60));
    for task in waiting {
        let error = task.await.unwrap();
        assert_eq!(error.retry_after(), minute);
        assert_eq!(
            error.to_string(),
            "no access token from id.example: refused as invalid_client; check the client id and \
             the client secret (retry after 60 s)"
        );
    }
    play.clock.pass(59);
    let later = play.token().await.unwrap_err();
    assert_eq!(later.retry_after(), Some(Duration::from_secs(1)));
    assert_eq!(later.code(), Some("invalid_client"));
    assert!(later.to_string().ends_with("(retry after 1 s)"));
    assert_eq!(play.asked(), 1);
}

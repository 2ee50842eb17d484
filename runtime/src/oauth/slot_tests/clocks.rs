//! Clocks that are set, that stand still, and that sleep.

use super::*;

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

/// Reading clocks is what a hit costs.
#[tokio::test(start_paused = true)]
async fn a_hit_reads_one_clock() {
    let play = Play::new(3600);
    for _ in 0..2 {
        play.token().await.unwrap();
    }
    let before = play.clock.both_read();
    for _ in 0..640 {
        play.token().await.unwrap();
    }
    assert!(play.clock.both_read() - before <= 10);
    play.clock.pass(1);
    play.token().await.unwrap();
    play.clock.pass(1);
    play.token().await.unwrap();
    assert!(play.clock.both_read() - before >= 2, "once a second, both");
}

#[tokio::test(start_paused = true)]
async fn a_wall_clock_that_stands_still_keeps_no_token_alive() {
    let play = Play::new(3600);
    for _ in 0..3 {
        play.token().await.unwrap();
    }
    play.clock.pass_unseen(3600);
    let mut last = 0;
    for _ in 0..64 {
        last = play.token().await.unwrap();
    }
    assert_eq!((last, play.asked()), (2, 2));
}

/// A computer without a battery for its clock wakes up in 1970.
#[tokio::test(start_paused = true)]
async fn a_wall_clock_at_its_very_beginning_is_a_clock() {
    let play = Play::new(3600);
    play.clock
        .0
        .1
        .store(0u64.wrapping_sub(1_000_000_000), Ordering::SeqCst);
    assert_eq!(play.clock.wall(), SystemTime::UNIX_EPOCH);
    for _ in 0..3 {
        assert_eq!(play.token().await.unwrap(), 1);
    }
    play.clock.pass_unseen(3600);
    assert_eq!(play.token().await.unwrap(), 2);
}

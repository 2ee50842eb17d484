//! Sessions played through: rotation, several processes, and everything that goes wrong between the
//! provider and the store.

use std::sync::atomic::Ordering;

use super::play::{Clocks, Flaky, Process, Provider, all, ann, endpoint, put, stored};
use super::*;
use crate::oauth::ClientCredentialsSource;
use crate::store::{MemoryStore, TokenStore};

use IdentityProviderReason::{LoginRequired, MissingScopes, Store};

fn process() -> (Process, Provider, MemoryStore, Clocks) {
    let (provider, store) = (Provider::new("refresh-0"), MemoryStore::new());
    let clock = Clocks::default();
    let process = Process::new(&provider, store.clone(), &clock);
    (process, provider, store, clock)
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_with_the_refresh_token_of_the_day() {
    let (process, provider, store, clock) = process();
    let _ann = process.log_in("refresh-0").await;
    assert_eq!(process.call().await.unwrap(), "first");
    assert_eq!(provider.asked(), 0);
    for (round, access) in ["access-1", "access-2", "access-3"].iter().enumerate() {
        clock.pass(3600);
        assert_eq!(process.call().await.unwrap(), *access);
        let valid = format!("refresh-{}", round + 1);
        assert_eq!(stored(&store).await, Some(valid));
    }
    let used: Vec<_> = provider.parameter("refresh_token");
    let used: Vec<_> = used.iter().flatten().map(String::as_str).collect();
    assert_eq!(used, ["refresh-0", "refresh-1", "refresh-2"]);
    // What was granted at the login need not be named again.
    assert_eq!(provider.parameter("scope"), [None, None, None]);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_that_is_not_replaced_stays() {
    let (_, _, store, clock) = process();
    let provider = Provider::new("refresh-0").keeping_refresh_tokens();
    let process = Process::new(&provider, store.clone(), &clock);
    process.log_in("refresh-0").await;
    clock.pass(3600);
    assert_eq!(process.call().await.unwrap(), "access-1");
    assert_eq!(stored(&store).await.as_deref(), Some("refresh-0"));
}

#[tokio::test(start_paused = true)]
async fn two_processes_share_one_refresh() {
    let (one, provider, store, clock) = process();
    let other = Process::new(&provider, store.clone(), &clock);
    one.log_in("refresh-0").await;
    clock.pass(3600);
    let slots = [&one, &other].map(|process| process.sessions.of("ann").slot(all()));
    let calls: Vec<_> = (0..50)
        .map(|call| {
            let slot = Arc::clone(&slots[call % 2]);
            tokio::spawn(async move { slot.token().await.unwrap().header.clone() })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap(), "Bearer access-1");
    }
    assert_eq!(provider.asked(), 1);
    assert_eq!(stored(&store).await.as_deref(), Some("refresh-1"));
}

#[tokio::test(start_paused = true)]
async fn narrower_scopes_share_the_refresh_token() {
    let (process, provider, store, clock) = process();
    process.log_in("refresh-0").await;
    let narrow = vec!["b".to_owned()];
    assert_eq!(process.call_with(narrow.clone()).await.unwrap(), "access-1");
    assert_eq!(provider.parameter("scope"), [Some("b".to_owned())]);
    // Both are there, for a process that starts now.
    let next = Process::new(&provider, store, &clock);
    assert_eq!(next.call().await.unwrap(), "first");
    assert_eq!(next.call_with(narrow).await.unwrap(), "access-1");
    // More than was granted is nothing that a refresh can bring (RFC 6749, section 6).
    let error = process.call_with(vec!["c".to_owned()]).await.unwrap_err();
    assert_eq!(*error.reason(), MissingScopes(vec!["c".to_owned()]));
    assert_eq!(provider.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_grants_less_loses_no_refresh_token() {
    let (process, provider, store, clock) = process();
    process.log_in("refresh-0").await;
    clock.pass(3600);
    provider.answer(
        200,
        r#"{"access_token":"x","scope":"a","refresh_token":"kept"}"#,
    );
    let error = process.call().await.unwrap_err();
    assert_eq!(*error.reason(), MissingScopes(vec!["b".to_owned()]));
    assert_eq!(stored(&store).await.as_deref(), Some("kept"));
}

/// The only valid refresh token is in memory until the store takes it, though nobody holds a client.
#[tokio::test(start_paused = true)]
async fn tokens_that_could_not_be_saved_are_saved_first_thing() {
    let (provider, clock, flaky) = (
        Provider::new("refresh-0"),
        Clocks::default(),
        Flaky::default(),
    );
    let process = Process::new(&provider, flaky.clone(), &clock);
    process.log_in("refresh-0").await;
    clock.pass(3600);
    flaky.failures.store(2, Ordering::SeqCst);
    for _ in 0..2 {
        let error = process.call().await.unwrap_err();
        assert_eq!(*error.reason(), Store { damaged: false });
        assert!(error.is_retryable());
        let words = error.to_string();
        assert!(
            words.contains("the disk is full") && words.contains("in memory"),
            "{words}"
        );
        assert!(!words.contains("refresh-1") && !format!("{error:?}").contains("refresh-1"));
    }
    assert_eq!(stored(&flaky.store).await.as_deref(), Some("refresh-0"));
    assert_eq!(process.call().await.unwrap(), "access-1");
    assert_eq!(stored(&flaky.store).await.as_deref(), Some("refresh-1"));
    assert_eq!(provider.asked(), 1);
    assert!(lock(&process.sessions.unsaved).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_login_in_the_meantime_counts_more_than_unsaved_tokens() {
    let (provider, clock, flaky) = (
        Provider::new("refresh-0"),
        Clocks::default(),
        Flaky::default(),
    );
    let process = Process::new(&provider, flaky.clone(), &clock);
    let other = Process::new(&provider, flaky.store.clone(), &clock);
    process.log_in("refresh-0").await;
    clock.pass(3600);
    flaky.failures.store(1, Ordering::SeqCst);
    process.call().await.unwrap_err();
    other.log_in("anew").await;
    assert_eq!(process.call().await.unwrap(), "first");
    assert_eq!(stored(&flaky.store).await.as_deref(), Some("anew"));
    assert!(lock(&process.sessions.unsaved).is_empty());
}

/// Where nothing was rotated nothing can be lost, and the token serves.
#[tokio::test(start_paused = true)]
async fn a_store_that_fails_costs_no_call_where_the_refresh_token_stays() {
    let (clock, flaky) = (Clocks::default(), Flaky::default());
    let provider = Provider::new("refresh-0").keeping_refresh_tokens();
    let process = Process::new(&provider, flaky.clone(), &clock);
    process.log_in("refresh-0").await;
    clock.pass(3600);
    flaky.failures.store(1, Ordering::SeqCst);
    assert_eq!(process.call().await.unwrap(), "access-1");
}

/// A process that ends between the provider's answer and the store takes the new refresh token
/// with it; the next one asks for a login, and does not ask the provider over and over.
#[tokio::test(start_paused = true)]
async fn a_crash_between_rotation_and_saving_asks_for_a_login() {
    let (process, provider, store, clock) = process();
    process.log_in("refresh-0").await;
    clock.pass(3600);
    provider.set_valid("lost with the other process");
    for _ in 0..3 {
        let error = process.call().await.unwrap_err();
        assert_eq!(*error.reason(), LoginRequired);
        assert!(!error.is_retryable());
        let words = format!("{error} {error:?}");
        assert!(
            words.contains("let the user log in") && !words.contains("refresh-0"),
            "{words}"
        );
    }
    assert_eq!(provider.asked(), 1);
    // The user logs in elsewhere; there is nothing to wait for.
    Process::new(&provider, store, &clock).log_in("anew").await;
    assert_eq!(process.call().await.unwrap(), "first");
}

#[tokio::test(start_paused = true)]
async fn another_process_may_have_rotated_in_the_meantime() {
    let (process, provider, store, clock) = process();
    process.log_in("refresh-0").await;
    clock.pass(3600);
    let elsewhere = provider.clone();
    provider.meanwhile(move || async move {
        elsewhere.set_valid("theirs");
        let record =
            r#"{"version":1,"scopes":["a","b"],"refresh_token":"theirs","access_tokens":[]}"#;
        put(&store, record).await;
    });
    assert_eq!(process.call().await.unwrap(), "access-2");
    let used = provider.parameter("refresh_token");
    assert_eq!(
        used,
        [Some("refresh-0".to_owned()), Some("theirs".to_owned())]
    );
}

#[tokio::test(start_paused = true)]
async fn a_write_from_elsewhere_is_joined_or_counts() {
    for (refresh_token, left, asked) in [("refresh-0", "refresh-1", 1), ("theirs", "refresh-2", 2)]
    {
        let (process, provider, store, clock) = process();
        process.log_in("refresh-0").await;
        clock.pass(3600);
        let record = format!(
            r#"{{"version":1,"scopes":["a","b"],"refresh_token":"{refresh_token}","access_tokens":[
                {{"scopes":["b"],"token":"other","issued":1790003600000,"lifetime":3600000}}]}}"#
        );
        let (elsewhere, written) = (provider.clone(), store.clone());
        provider.meanwhile(move || async move { put(&written, &record).await });
        if refresh_token == "theirs" {
            // The provider still takes ours; both are good until theirs is used.
            let then = elsewhere.clone();
            elsewhere.answer(200, r#"{"access_token":"x","refresh_token":"y"}"#);
            then.set_valid("theirs");
        }
        let access = process.call().await.unwrap();
        assert_eq!(access, format!("access-{asked}"));
        assert_eq!(stored(&store).await.as_deref(), Some(left));
        assert_eq!(provider.asked(), asked);
        assert_eq!(
            process.call_with(vec!["b".to_owned()]).await.unwrap(),
            "other"
        );
    }
}

/// The lease may come just after its last holder has renewed the tokens.
#[tokio::test(start_paused = true)]
async fn what_was_renewed_before_the_lease_serves() {
    let (provider, clock, flaky) = (
        Provider::new("refresh-0"),
        Clocks::default(),
        Flaky::default(),
    );
    let process = Process::new(&provider, flaky.clone(), &clock);
    process.log_in("refresh-0").await;
    clock.pass(3600);
    let record = r#"{"version":1,"scopes":["a","b"],"refresh_token":"theirs","access_tokens":[
        {"scopes":["a","b"],"token":"renewed","issued":1790003600000,"lifetime":3600000}]}"#;
    *lock(&flaky.before_lease) = Some(record.to_owned());
    assert_eq!(process.call().await.unwrap(), "renewed");
    assert_eq!(provider.asked(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_user_who_logs_out_during_a_refresh_is_out() {
    let (process, provider, store, clock) = process();
    process.log_in("refresh-0").await;
    clock.pass(3600);
    let elsewhere = Process::new(&provider, store.clone(), &clock);
    provider.meanwhile(move || async move {
        elsewhere.sessions.of("ann").end().await.unwrap();
    });
    let error = process.call().await.unwrap_err();
    assert_eq!(*error.reason(), LoginRequired);
    assert_eq!(store.load(&ann()).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_not_served_from_the_store_again() {
    let (process, provider, _, _) = process();
    process.log_in("refresh-0").await;
    let slot = process.sessions.of("ann").slot(all());
    let entry = slot.token().await.unwrap();
    assert_eq!(entry.header, "Bearer first");
    slot.refuse(entry.generation);
    assert_eq!(slot.token().await.unwrap().header, "Bearer access-1");
    assert_eq!(provider.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn after_a_log_out_nothing_is_left() {
    let (process, provider, store, clock) = process();
    let session = process.log_in("refresh-0").await;
    let slot = session.slot(all());
    slot.token().await.unwrap();
    session.end().await.unwrap();
    session.end().await.unwrap();
    let error = slot.token().await.unwrap_err();
    assert_eq!(*error.reason(), LoginRequired);
    assert!(error.message().contains("ann"), "{error}");
    assert_eq!(store.load(&ann()).await.unwrap(), None);
    // And a login is taken up by the clients that are there.
    process.log_in("refresh-0").await;
    assert_eq!(slot.token().await.unwrap().header, "Bearer first");
    clock.pass(3600);
    assert_eq!(slot.token().await.unwrap().header, "Bearer access-1");
    assert_eq!(provider.asked(), 1);
    // So is another login, though the token at hand is good.
    process.log_in("anew").await;
    assert_eq!(slot.token().await.unwrap().header, "Bearer first");
}

#[tokio::test(start_paused = true)]
async fn a_damaged_record_is_left_as_it_is() {
    let (process, provider, store, _) = process();
    let session = process.log_in("refresh-0").await;
    let canary = r#"{"version":1,"scopes":[],"access_tokens":[],"canary":1}"#;
    put(&store, canary).await;
    for _ in 0..2 {
        let error = process.call().await.unwrap_err();
        assert_eq!(*error.reason(), Store { damaged: true });
        assert!(!error.is_retryable());
        let words = format!("{error} {error:?}");
        assert!(
            words.contains("ann of id at https://id.example/token"),
            "{words}"
        );
        assert!(!words.contains("canary"), "{words}");
    }
    let record = store.load(&ann()).await.unwrap().unwrap();
    assert_eq!(record.value.expose(), canary);
    assert_eq!(provider.asked(), 0);
    session.end().await.unwrap();
    process.log_in("refresh-0").await;
    assert_eq!(process.call().await.unwrap(), "first");
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_gives_up_loses_no_refresh_token() {
    let (process, provider, store, clock) = process();
    process.log_in("refresh-0").await;
    clock.pass(3600);
    let call = process.call();
    let limit = std::time::Duration::from_millis(50);
    assert!(tokio::time::timeout(limit, call).await.is_err());
    // No client is left either; the request goes on by itself.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(stored(&store).await.as_deref(), Some("refresh-1"));
    assert_eq!(process.call().await.unwrap(), "access-1");
    assert_eq!(provider.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn users_whose_clients_are_gone_take_no_room() {
    let (process, ..) = process();
    for user in 0..10_000 {
        process.sessions.of(&user.to_string()).slot(all());
    }
    assert!(lock(&process.sessions.live).len() < 100);
    let (one, same) = (process.sessions.of("ann"), process.sessions.of("ann"));
    assert!(Arc::ptr_eq(&one, &same) && Arc::ptr_eq(&one.slot(all()), &one.slot(all())));
}

#[tokio::test(start_paused = true)]
async fn a_fleet_shares_the_tokens_of_client_credentials() {
    let (provider, store, clock) = (Provider::new(""), MemoryStore::new(), Clocks::default());
    let source = |store: Option<Arc<dyn TokenStore>>| {
        let endpoint = endpoint(&provider, &clock);
        let source = ClientCredentialsSource {
            shown: endpoint.shown(),
            endpoint,
            scopes: all(),
            store,
        };
        Slot::new(Box::new(source), Arc::new(clock.clone()))
    };
    let slots: Vec<_> = (0..20)
        .map(|_| source(Some(Arc::new(store.clone()))))
        .collect();
    for hour in 1..=2 {
        let calls: Vec<_> = slots
            .iter()
            .map(|slot| {
                let slot = Arc::clone(slot);
                tokio::spawn(async move { slot.token().await.unwrap() })
            })
            .collect();
        for call in calls {
            let header = format!("Bearer access-{hour}");
            assert_eq!(call.await.unwrap().header, header);
        }
        assert_eq!(provider.asked(), hour);
        clock.pass(3600);
    }
    // One that a server refused is replaced for all.
    let refused = slots[0].token().await.unwrap();
    slots[0].refuse(refused.generation);
    assert_eq!(slots[0].token().await.unwrap().header, "Bearer access-4");
    let newcomer = source(Some(Arc::new(store)));
    assert_eq!(newcomer.token().await.unwrap().header, "Bearer access-4");
}

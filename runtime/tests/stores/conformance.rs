//! The tests that every store passes.

use portal_runtime::Secret;
use portal_runtime::store::{Lease, Revision, TokenKey, TokenStore};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

use crate::{LONG, key};

/// Makes a test of each, for a store that an expression makes; `None` skips it.
macro_rules! conformance {
    ($make:expr) => {
        conformance! { $make;
            a_key_without_a_record_has_none,
            a_record_is_replaced_by_whoever_has_seen_the_last_one,
            a_removed_record_is_gone_and_its_revision_does_not_come_back,
            one_of_many_writers_wins,
            counting_by_many_loses_nothing,
            odd_keys_do_not_meet,
            values_come_back_as_they_are,
            a_lease_is_one_holders_until_it_is_released,
            one_of_many_gets_the_lease,
            a_lease_runs_out_and_its_old_holder_does_not_end_the_next,
            leases_of_any_length_are_taken,
            nothing_shows_a_secret,
        }
    };
    ($make:expr; $($test:ident),+ $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            let bench: Option<crate::Bench> = $make;
            if let Some(bench) = bench {
                crate::conformance::$test(&bench.store).await;
            }
        })+
    };
}
pub(crate) use conformance;

type Store = Arc<dyn TokenStore>;

async fn write(
    store: &Store,
    key: &TokenKey,
    old: Option<Revision>,
    new: &str,
) -> Option<Revision> {
    store.replace(key, old, &Secret::from(new)).await.unwrap()
}

async fn read(store: &Store, key: &TokenKey) -> Option<String> {
    let record = store.load(key).await.unwrap();
    record.map(|record| record.value.expose().to_owned())
}

async fn lease(store: &Store, key: &TokenKey, limit: Duration) -> Option<Lease> {
    store.lease(key, limit).await.unwrap()
}

pub(crate) async fn a_key_without_a_record_has_none(store: &Store) {
    assert_eq!(store.load(&key("nobody")).await.unwrap(), None);
    assert!(!store.remove(&key("nobody"), Revision(1)).await.unwrap());
    assert_eq!(
        write(store, &key("nobody"), Some(Revision(1)), "x").await,
        None
    );
    assert_eq!(
        write(store, &key("nobody"), Some(Revision(0)), "x").await,
        None
    );
    assert_eq!(store.load(&key("nobody")).await.unwrap(), None);
}

pub(crate) async fn a_record_is_replaced_by_whoever_has_seen_the_last_one(store: &Store) {
    let ann = key("ann");
    let first = write(store, &ann, None, "one").await;
    assert!(first.is_some());
    assert_eq!(write(store, &ann, None, "other").await, None);
    let second = write(store, &ann, first, "two").await;
    assert!(second > first);
    assert_eq!(write(store, &ann, first, "other").await, None);
    let record = store.load(&ann).await.unwrap().unwrap();
    assert_eq!(
        (record.value.expose(), Some(record.revision)),
        ("two", second)
    );
    assert!(!store.remove(&ann, first.unwrap()).await.unwrap());
    assert_eq!(read(store, &ann).await.as_deref(), Some("two"));
    assert!(store.remove(&ann, second.unwrap()).await.unwrap());
    assert_eq!(read(store, &ann).await, None);
}

pub(crate) async fn a_removed_record_is_gone_and_its_revision_does_not_come_back(store: &Store) {
    let (ann, mut seen) = (key("ann"), BTreeSet::new());
    for round in 0..20 {
        let revision = write(store, &ann, None, &round.to_string()).await.unwrap();
        assert!(seen.last().is_none_or(|last| *last < revision));
        assert!(store.remove(&ann, revision).await.unwrap());
        assert!(!store.remove(&ann, revision).await.unwrap());
        assert_eq!(write(store, &ann, Some(revision), "late").await, None);
        assert!(seen.insert(revision));
    }
}

pub(crate) async fn one_of_many_writers_wins(store: &Store) {
    let (ann, mut old) = (key("ann"), None);
    for round in 0..5 {
        let mut writers = JoinSet::new();
        for writer in 0..24 {
            let (store, ann) = (Arc::clone(store), ann.clone());
            let value = format!("{round} {writer}");
            writers.spawn(async move { Some((write(&store, &ann, old, &value).await?, value)) });
        }
        let results = writers.join_all().await;
        let won: Vec<_> = results.into_iter().flatten().collect();
        let [(revision, value)] = &won[..] else {
            panic!("{} writers won", won.len());
        };
        assert_eq!(read(store, &ann).await.as_deref(), Some(&**value));
        old = Some(*revision);
    }
}

/// Adds one to the number in a record, as often as it takes to be the one who does.
pub(crate) async fn count(store: &dyn TokenStore, key: &TokenKey) {
    loop {
        let record = store.load(key).await.unwrap();
        let (old, number) = match &record {
            Some(record) => (
                Some(record.revision),
                record.value.expose().parse().unwrap(),
            ),
            None => (None, 0_u64),
        };
        let new = Secret::from((number + 1).to_string());
        if store.replace(key, old, &new).await.unwrap().is_some() {
            return;
        }
    }
}

pub(crate) async fn counting_by_many_loses_nothing(store: &Store) {
    let mut counters = JoinSet::new();
    for _ in 0..8 {
        let store = Arc::clone(store);
        counters.spawn(async move {
            for _ in 0..10 {
                count(&*store, &key("ann")).await;
            }
        });
    }
    counters.join_all().await;
    assert_eq!(read(store, &key("ann")).await.as_deref(), Some("80"));
}

pub(crate) async fn odd_keys_do_not_meet(store: &Store) {
    let scopes = |scopes: &[&str]| -> Vec<String> { scopes.iter().map(|&s| s.into()).collect() };
    let long = "x".repeat(5_000);
    let mut keys: Vec<TokenKey> = [
        "", " ", ".", "..", "/", "a", "A", "ä", "a\u{308}", "a/b", "a\\b", "a:b", "a{b}", "}{",
        "a\nb", "a\0b", "%61", "nul", "client", "*", &long,
    ]
    .map(key)
    .into();
    keys.push(key(&format!("{long}y")));
    keys.push(TokenKey::of_client(
        "https://id.example/token",
        "client",
        &[],
    ));
    keys.push(TokenKey::of_client(
        "https://id.example/token",
        "client",
        &scopes(&["a"]),
    ));
    keys.push(TokenKey::of_client(
        "https://id.example/token",
        "client",
        &scopes(&["a", "b"]),
    ));
    keys.push(TokenKey::of_client(
        "https://id.example/token",
        "client",
        &scopes(&["a b"]),
    ));
    keys.push(TokenKey::of_client(
        "https://id.example/token client",
        "",
        &[],
    ));
    for (index, key) in keys.iter().enumerate() {
        assert!(
            write(store, key, None, &index.to_string()).await.is_some(),
            "{key:?}"
        );
    }
    for (index, key) in keys.iter().enumerate() {
        assert_eq!(read(store, key).await, Some(index.to_string()), "{key:?}");
    }
}

pub(crate) async fn values_come_back_as_they_are(store: &Store) {
    let every: String = (0..=0x2fff).filter_map(char::from_u32).collect();
    let big = "\"\\\u{1}ä😀 ".repeat(200_000);
    let mut old = None;
    for value in ["", "null", "\0", "{\"a\":1}\n", "\r\n", &every, &big] {
        old = write(store, &key("ann"), old, value).await;
        assert!(old.is_some());
        assert!(read(store, &key("ann")).await.as_deref() == Some(value));
    }
}

pub(crate) async fn a_lease_is_one_holders_until_it_is_released(store: &Store) {
    let held = lease(store, &key("ann"), LONG).await.unwrap();
    assert!(lease(store, &key("ann"), LONG).await.is_none());
    assert!(lease(store, &key("bob"), LONG).await.is_some());
    // It is about renewing alone.
    assert!(write(store, &key("ann"), None, "one").await.is_some());
    held.release().await;
    let next = lease(store, &key("ann"), LONG).await.unwrap();
    assert!(lease(store, &key("ann"), LONG).await.is_none());
    next.release().await;
}

pub(crate) async fn one_of_many_gets_the_lease(store: &Store) {
    for _ in 0..3 {
        let mut takers = JoinSet::new();
        for _ in 0..16 {
            let store = Arc::clone(store);
            takers.spawn(async move { lease(&store, &key("ann"), LONG).await });
        }
        let mut leases: Vec<_> = takers.join_all().await.into_iter().flatten().collect();
        assert_eq!(leases.len(), 1);
        leases.remove(0).release().await;
    }
}

pub(crate) async fn a_lease_runs_out_and_its_old_holder_does_not_end_the_next(store: &Store) {
    let old = lease(store, &key("ann"), Duration::from_millis(30))
        .await
        .unwrap();
    let next = loop {
        match lease(store, &key("ann"), LONG).await {
            Some(next) => break next,
            None => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    };
    old.release().await;
    assert!(lease(store, &key("ann"), LONG).await.is_none());
    next.release().await;
    assert!(lease(store, &key("ann"), LONG).await.is_some());
}

pub(crate) async fn leases_of_any_length_are_taken(store: &Store) {
    let ever = lease(store, &key("ann"), Duration::MAX).await.unwrap();
    assert!(lease(store, &key("ann"), Duration::MAX).await.is_none());
    ever.release().await;
    let none = lease(store, &key("ann"), Duration::ZERO).await.unwrap();
    none.release().await;
    assert!(lease(store, &key("ann"), LONG).await.is_some());
}

pub(crate) async fn nothing_shows_a_secret(store: &Store) {
    write(store, &key("ann"), None, "hunter2").await.unwrap();
    let record = store.load(&key("ann")).await.unwrap();
    let lease = lease(store, &key("ann"), LONG).await;
    let shown = format!("{record:?} {lease:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(record.is_some() && lease.is_some());
}

//! The store on a Redis server.

use portal_runtime::Secret;
use portal_runtime::redis::{Client, Cmd};
use portal_runtime::store::{RedisStore, Revision, StoreError, TokenStore as _};
use std::sync::Arc;
use std::time::Duration;

use crate::conformance::{self, conformance};
use crate::proxy::Proxy;
use crate::server::Server;
use crate::{Bench, LONG, key};

/// As `RedisStore` names the record of Ann.
const ANN: &str = "portal:tokens:{https%3A%2F%2Fid.example%2Ftoken client subject ann}";

fn bench() -> Option<Bench> {
    let server = Server::start(None)?;
    Some(Bench {
        store: Arc::new(RedisStore::connect(&server.url()).unwrap()),
        _keep: Box::new(server),
    })
}

conformance!(bench());

async fn ask<T: portal_runtime::redis::FromRedisValue>(server: &Server, command: &[&str]) -> T {
    let client = Client::open(server.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut asked = Cmd::new();
    asked.arg(command);
    asked.query_async(&mut connection).await.unwrap()
}

async fn write(store: &RedisStore, old: Option<Revision>) -> Result<Option<Revision>, StoreError> {
    store
        .replace(&key("ann"), old, &Secret::from("hunter2"))
        .await
}

#[tokio::test]
async fn a_record_is_a_hash_that_stays() {
    let Some(server) = Server::start(None) else {
        return;
    };
    let store = RedisStore::connect(&server.url()).unwrap();
    let revision = write(&store, None).await.unwrap().unwrap();
    let _lease = store.lease(&key("ann"), LONG).await.unwrap().unwrap();
    let mut names: Vec<String> = ask(&server, &["KEYS", "*"]).await;
    names.sort();
    assert_eq!(names, [ANN.to_owned(), format!("{ANN}:lease")]);
    let fields: Vec<String> = ask(&server, &["HMGET", ANN, "revision", "value"]).await;
    assert_eq!(fields, [revision.0.to_string(), "hunter2".to_owned()]);
    assert_eq!(ask::<i64>(&server, &["PTTL", ANN]).await, -1);
    assert!(store.remove(&key("ann"), revision).await.unwrap());
    assert_eq!(ask::<i64>(&server, &["HEXISTS", ANN, "value"]).await, 0);
    assert!(ask::<i64>(&server, &["PTTL", ANN]).await > 0);
    write(&store, None).await.unwrap().unwrap();
    assert_eq!(ask::<i64>(&server, &["PTTL", ANN]).await, -1);
}

#[tokio::test]
async fn a_node_of_a_cluster_keeps_a_record_and_its_lease() {
    let Some(server) = Server::start_node() else {
        return;
    };
    let () = ask(&server, &["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]).await;
    let store = RedisStore::connect(&server.url()).unwrap();
    let mut tries = 0;
    // It takes a moment to know that it has them all.
    let revision = loop {
        match write(&store, None).await {
            Ok(revision) => break revision.unwrap(),
            Err(error) => assert!(tries < 100, "{error}"),
        }
        tries += 1;
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let lease = store.lease(&key("ann"), LONG).await.unwrap().unwrap();
    let slot: u64 = ask(&server, &["CLUSTER", "KEYSLOT", ANN]).await;
    let names: Vec<String> = ask(
        &server,
        &["CLUSTER", "GETKEYSINSLOT", &slot.to_string(), "10"],
    )
    .await;
    assert_eq!(names.len(), 2, "{names:?}");
    lease.release().await;
    assert!(store.remove(&key("ann"), revision).await.unwrap());
}

#[tokio::test]
async fn prefixes_keep_stores_apart() {
    let Some(server) = Server::start(None) else {
        return;
    };
    let store = |prefix| RedisStore::builder().prefix(prefix).connect(&server.url());
    let (one, two) = (store("one:").unwrap(), store("two:").unwrap());
    write(&one, None).await.unwrap().unwrap();
    assert_eq!(two.load(&key("ann")).await.unwrap(), None);
    let names: Vec<String> = ask(&server, &["KEYS", "*"]).await;
    assert_eq!(names, [ANN.replace("portal:tokens:", "one:")]);
}

#[tokio::test]
async fn records_may_expire() {
    let Some(server) = Server::start(None) else {
        return;
    };
    let hour = Duration::from_secs(3600);
    let builder = RedisStore::builder().expiry(hour);
    let store = builder.connect(&server.url()).unwrap();
    let first = write(&store, None).await.unwrap();
    let left: u128 = ask(&server, &["PTTL", ANN]).await;
    assert!((1..=hour.as_millis()).contains(&left), "{left}");
    // As when its time is up, the counter included.
    let gone: u64 = ask(&server, &["DEL", ANN]).await;
    assert_eq!(gone, 1);
    assert_eq!(write(&store, first).await.unwrap(), None);
    assert!(write(&store, None).await.unwrap() > first);
}

#[tokio::test]
async fn scripts_that_the_server_forgot_are_sent_again() {
    let Some(server) = Server::start(None) else {
        return;
    };
    let store = RedisStore::connect(&server.url()).unwrap();
    let first = write(&store, None).await.unwrap();
    let () = ask(&server, &["SCRIPT", "FLUSH"]).await;
    assert!(write(&store, first).await.unwrap() > first);
}

#[tokio::test]
async fn connections_of_the_application_are_used() {
    let Some(server) = Server::start(None) else {
        return;
    };
    let client = Client::open(server.url()).unwrap();
    let connection = client.get_multiplexed_async_connection().await.unwrap();
    let on_connection = RedisStore::builder().connection(connection);
    let on_client = RedisStore::builder().client(client);
    let first = write(&on_connection, None).await.unwrap();
    assert!(write(&on_client, first).await.unwrap() > first);
}

#[tokio::test]
async fn a_server_that_is_gone_is_an_error_until_it_is_back() {
    let Some(mut server) = Server::start(Some("pa55word")) else {
        return;
    };
    let builder = RedisStore::builder().timeout(Duration::from_secs(2));
    let store = builder.connect(&server.url()).unwrap();
    let first = write(&store, None).await.unwrap();
    server.stop();
    let errors = [
        store.load(&key("ann")).await.unwrap_err(),
        write(&store, first).await.unwrap_err(),
        store.remove(&key("ann"), first.unwrap()).await.unwrap_err(),
        store.lease(&key("ann"), LONG).await.unwrap_err(),
    ];
    for error in errors {
        let message = error.to_string();
        assert!(!error.is_damaged());
        assert!(
            message.contains(&format!("Redis at {}", server.address())),
            "{message}"
        );
        assert!(
            !message.contains("pa55word") && !message.contains("hunter2"),
            "{message}"
        );
    }
    server.again();
    let mut tries = 0;
    while let Err(error) = store.load(&key("ann")).await {
        tries += 1;
        assert!(tries < 50, "{error}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // The server has lost everything, and nobody takes the new record for the old one.
    assert_eq!(write(&store, first).await.unwrap(), None);
    assert!(write(&store, None).await.unwrap() > first);
}

#[tokio::test]
async fn a_restart_between_two_commands_is_not_noticed() {
    let Some(mut server) = Server::start(None) else {
        return;
    };
    let store = RedisStore::connect(&server.url()).unwrap();
    for _ in 0..3 {
        assert!(write(&store, None).await.unwrap().is_some());
        server.stop();
        server.again();
        assert_eq!(store.load(&key("ann")).await.unwrap(), None);
    }
}

#[test]
fn a_store_outlives_the_runtime_that_it_was_first_used_in() {
    let Some(server) = Server::start(None) else {
        return;
    };
    let store = RedisStore::connect(&server.url()).unwrap();
    let mut old = None;
    for _ in 0..3 {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_all().build().unwrap();
        let new = runtime.block_on(write(&store, old)).unwrap();
        assert!(new > old);
        old = new;
    }
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_done_once() {
    let Some(server) = Server::start(None) else {
        return;
    };
    let proxy = Proxy::start(server.address()).await;
    let store = RedisStore::connect(&format!("redis://{}/", proxy.address)).unwrap();
    let mut revision = write(&store, None).await.unwrap();
    for _ in 0..3 {
        proxy.cut(1);
        let next = write(&store, revision).await.unwrap();
        assert_eq!(proxy.cuts(), 0);
        assert!(next > revision);
        let record = store.load(&key("ann")).await.unwrap().unwrap();
        assert_eq!(Some(record.revision), next);
        revision = next;
    }
    proxy.cut(1);
    let lease = store.lease(&key("ann"), LONG).await.unwrap();
    assert!(lease.is_some() && proxy.cuts() == 0);
    proxy.cut(1);
    assert!(store.remove(&key("ann"), revision.unwrap()).await.unwrap());
    assert_eq!(proxy.cuts(), 0);
    assert_eq!(store.load(&key("ann")).await.unwrap(), None);
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_an_error() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://ann:pa55word@{}/", silent.local_addr().unwrap());
    let builder = RedisStore::builder().timeout(Duration::from_millis(50));
    let store = builder.connect(&url).unwrap();
    let message = write(&store, None).await.unwrap_err().to_string();
    assert!(message.contains("no answer within 50ms"), "{message}");
    assert!(
        !message.contains("pa55word") && !message.contains("hunter2"),
        "{message}"
    );
}

#[tokio::test]
async fn a_wrong_password_is_not_shown() {
    let Some(server) = Server::start(Some("pa55word")) else {
        return;
    };
    for login in ["", ":wr0ng@"] {
        let url = format!("redis://{login}{}/", server.address());
        let store = RedisStore::connect(&url).unwrap();
        let message = write(&store, None).await.unwrap_err().to_string();
        assert!(message.contains("check its user and password"), "{message}");
        assert!(
            !message.contains("wr0ng") && !message.contains("hunter2"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn a_user_needs_what_the_error_says() {
    let Some(server) = Server::start(None) else {
        return;
    };
    let url = format!("redis://ann:pa55word@{}/", server.address());
    let user = [
        "ACL",
        "SETUSER",
        "ann",
        "on",
        ">pa55word",
        "~portal:tokens:*",
    ];
    let () = ask(&server, &user).await;
    let error = write(&RedisStore::connect(&url).unwrap(), None).await;
    let message = error.unwrap_err().to_string();
    assert!(
        message.contains("NOPERM") && !message.contains("hunter2"),
        "{message}"
    );
    let (_, commands) = message.split_once("let the user run ").unwrap();
    for command in commands.split(", ").flat_map(|part| part.split(" and ")) {
        let rule = format!("+{}", command.to_lowercase().replace(' ', "|"));
        let () = ask(&server, &["ACL", "SETUSER", "ann", &rule]).await;
    }
    let store = RedisStore::connect(&url).unwrap();
    let first = write(&store, None).await.unwrap().unwrap();
    let lease = store.lease(&key("ann"), LONG).await.unwrap().unwrap();
    lease.release().await;
    assert!(store.lease(&key("ann"), LONG).await.unwrap().is_some());
    assert!(store.remove(&key("ann"), first).await.unwrap());
    assert_eq!(store.load(&key("ann")).await.unwrap(), None);
    let brief = RedisStore::builder().expiry(LONG).connect(&url).unwrap();
    assert!(write(&brief, None).await.unwrap().is_some());
}

#[test]
fn a_url_is_never_shown() {
    for url in [
        "redis://:pa55word@:x/",
        "http://:pa55word@h/",
        "pa55word",
        "rediss://:pa55word@h/",
    ] {
        match RedisStore::connect(url) {
            Ok(store) => assert!(!format!("{store:?}").contains("pa55word")),
            Err(error) => assert!(
                !format!("{error} {error:?}").contains("pa55word"),
                "{error}"
            ),
        }
    }
    let store = RedisStore::connect("redis://ann:pa55word@localhost:1/").unwrap();
    let shown = format!("{store:?}");
    assert!(
        shown.contains("localhost:1") && !shown.contains("pa55word"),
        "{shown}"
    );
}

#[tokio::test]
async fn what_is_not_a_record_is_left_as_it_is() {
    let Some(server) = Server::start(None) else {
        return;
    };
    let store = RedisStore::connect(&server.url()).unwrap();
    let () = ask(&server, &["SET", ANN, "hunter2"]).await;
    let errors = [
        store.load(&key("ann")).await.unwrap_err(),
        write(&store, None).await.unwrap_err(),
    ];
    for error in errors {
        assert!(error.is_damaged(), "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
    assert_eq!(ask::<String>(&server, &["GET", ANN]).await, "hunter2");
    let _: u64 = ask(&server, &["DEL", ANN]).await;
    let _: u64 = ask(&server, &["HSET", ANN, "revision", "x", "value", "hunter2"]).await;
    let error = store.load(&key("ann")).await.unwrap_err();
    assert!(
        error.is_damaged() && error.to_string().contains(ANN),
        "{error}"
    );
    assert_eq!(write(&store, None).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_count_lose_nothing() {
    let Some(server) = Server::start(None) else {
        return;
    };
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let store = RedisStore::connect(&server.url()).unwrap();
        clients.spawn(async move {
            for _ in 0..50 {
                conformance::count(&store, &key("ann")).await;
            }
        });
    }
    clients.join_all().await;
    let value: String = ask(&server, &["HGET", ANN, "value"]).await;
    assert_eq!(value, "200");
}

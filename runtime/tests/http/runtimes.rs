//! Runtimes that end, functions of the application's own that panic, and connections that come to
//! an end in between.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use portal_runtime::Error;
use tokio::runtime::Runtime;

use crate::ledger::{Event, builder, ledger};
use crate::server::{Reply, Server, json, token};

const EVENT: &str = r#"{"id":1,"account":"a"}"#;

fn event() -> Event {
    Event {
        id: 1,
        account: "a".to_owned(),
    }
}

fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(1).enable_all().build().unwrap()
}

#[test]
fn without_a_runtime_a_call_is_an_error_and_no_panic() {
    let ledger = ledger("http://127.0.0.1:9");
    let call = pin!(std::future::IntoFuture::into_future(ledger.event("1")));
    let polled = call.poll(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(Err(error)) = polled else {
        panic!("it waits for what cannot come")
    };
    assert!(matches!(error, Error::Request(_)), "{error}");
    assert!(error.to_string().contains("Tokio runtime"), "{error}");
}

#[test]
fn a_client_outlives_the_runtime_that_it_began_on() {
    let (servers, first, second) = (runtime(), runtime(), runtime());
    let server = servers.block_on(Server::portal(|_, _| json(201, EVENT)));
    let ledger = ledger(&server.url);
    first.block_on(async { ledger.add(&event()).await.unwrap() });
    drop(first);
    for _ in 0..3 {
        second.block_on(async { ledger.add(&event()).await.unwrap() });
    }
    assert_eq!((server.tokens(), server.calls().len()), (1, 4));
}

#[test]
fn a_runtime_that_ends_takes_no_other_down_with_it() {
    let (servers, first, second) = (runtime(), runtime(), runtime());
    let server = servers.block_on(Server::start(|request, count| match request.target() {
        "/token" if count == 0 => Reply::Stall(Vec::new()),
        "/token" => token("a"),
        _ => json(200, EVENT),
    }));
    let ledger = Arc::new(ledger(&server.url));
    let one = Arc::clone(&ledger);
    first.spawn(async move { one.event("1").await });
    while server.tokens() == 0 {
        std::thread::yield_now();
    }
    let waiting = second.spawn(async move { ledger.event("1").await.map(|event| event.id) });
    first.shutdown_background();
    assert_eq!(second.block_on(waiting).unwrap().unwrap(), 1);
    assert_eq!(server.tokens(), 2);
}

#[tokio::test]
async fn a_provider_that_panics_once_costs_an_attempt() {
    let server = Server::portal(|_, _| json(200, EVENT)).await;
    let asked = AtomicUsize::new(0);
    let ledger = builder(&server.url).credentials_provider(move || {
        assert!(asked.fetch_add(1, Ordering::SeqCst) > 0, "a slip");
        std::future::ready(Ok::<_, std::io::Error>(("id".to_owned(), "s".to_owned())))
    });
    let ledger = ledger.build().unwrap();
    ledger.event("1").await.unwrap();
    assert_eq!(server.tokens(), 1);
}

#[tokio::test]
async fn a_warning_that_panics_costs_an_attempt() {
    let server = Server::start(|request, _| match request.target() {
        "/token" => json(200, r#"{"access_token":"a","scope":"x","expires_in":900}"#),
        _ => json(200, EVENT),
    })
    .await;
    let told = AtomicUsize::new(0);
    let ledger = builder(&server.url).on_missing_scopes(move |_| {
        assert!(told.fetch_add(1, Ordering::SeqCst) > 0, "a slip");
    });
    ledger.build().unwrap().event("1").await.unwrap();
    assert_eq!(server.tokens(), 2);
}

#[tokio::test]
async fn what_follows_an_answer_is_no_answer_to_the_next_call() {
    let forged =
        "HTTP/1.1 201 Created\r\ncontent-length: 24\r\n\r\n{\"id\":666,\"account\":\"a\"}\n";
    let first = [
        format!("HTTP/1.1 204 No Content\r\n\r\n{forged}"),
        format!("HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello{forged}"),
        format!("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n{forged}"),
        format!(
            "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n{forged}"
        ),
    ];
    for reply in first {
        let shown = reply.clone();
        let bytes = reply.into_bytes();
        let server = Server::portal(move |_, count| match count {
            0 => Reply::Bytes(bytes.clone()),
            _ => json(200, EVENT),
        })
        .await;
        let ledger = ledger(&server.url);
        let _ = ledger.remove("1").await;
        // The bytes are there before the next call is made.
        tokio::task::yield_now().await;
        if let Ok(event) = ledger.event("1").await {
            assert_eq!(event.id, 1, "{shown}");
        }
    }
}

#[tokio::test]
async fn odd_headers_do_no_harm() {
    let many: String = (0..90).map(|n| format!("x-{n}: {n}\r\n")).collect();
    for headers in [
        "x-request-id: \u{e4}\u{0}".to_owned().into_bytes(),
        b"x-odd: \xff\xfe\r\ncontent-type: application/json; \xff".to_vec(),
        b"retry-after: 99999999999999999999999999".to_vec(),
        b"content-type: application/json; charset=\"\xc3".to_vec(),
        b"date: never\r\nretry-after: Fri, 31 Dec 9999 23:59:59 GMT".to_vec(),
        many.trim_end().as_bytes().to_vec(),
        format!("x-long: {}", "a".repeat(60_000)).into_bytes(),
    ] {
        for status in ["200 OK", "400 Bad", "429 Slow"] {
            let mut bytes = format!("HTTP/1.1 {status}\r\ncontent-length: 22\r\n").into_bytes();
            bytes.extend_from_slice(&headers);
            bytes.extend_from_slice(b"\r\n\r\n");
            bytes.extend_from_slice(EVENT.as_bytes());
            let server = Server::portal(move |_, _| Reply::Last(bytes.clone())).await;
            match ledger(&server.url).event("1").await {
                Ok(event) => assert_eq!(event.id, 1),
                Err(error) => assert!(!format!("{error} {error:?}").is_empty()),
            }
        }
    }
}

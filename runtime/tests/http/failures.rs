//! Networks and servers in trouble: what is repeated, what is not, and what is said of it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use portal_runtime::{CallExt, Error, GatewayReason, RetryPolicy, TimeoutKind, TransportErrorKind};

use crate::ledger::{Event, Everything, Ledger, builder, ledger};
use crate::server::{Reply, Server, answer, json};

const EVENT: &str = r#"{"id":1,"account":"a"}"#;

fn event() -> Event {
    Event {
        id: 1,
        account: "a".to_owned(),
    }
}

#[tokio::test]
async fn a_read_is_repeated_after_passing_trouble() {
    let troubles = [
        answer(408, &[], ""),
        answer(429, &[("retry-after", "0")], ""),
        answer(502, &[], ""),
        answer(503, &[], ""),
        answer(504, &[], "<html>"),
        Reply::Close,
        Reply::Last(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\"".to_vec()),
        Reply::Last(b"garbage\r\n\r\n".to_vec()),
    ];
    for trouble in troubles {
        let shown = format!("{trouble:?}");
        let server = Server::portal(move |_, count| match count {
            0 | 1 => trouble.clone(),
            _ => json(200, EVENT),
        })
        .await;
        ledger(&server.url)
            .event("1")
            .await
            .unwrap_or_else(|error| panic!("{shown}: {error}"));
        assert_eq!(server.calls().len(), 3, "{shown}");
    }
}

#[tokio::test]
async fn a_write_that_may_have_been_processed_is_never_repeated() {
    let troubles = [
        answer(408, &[], ""),
        answer(500, &[], ""),
        answer(502, &[], ""),
        answer(503, &[("retry-after", "0")], ""),
        answer(504, &[], ""),
        Reply::Close,
        Reply::Last(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\"".to_vec()),
    ];
    for trouble in troubles {
        let shown = format!("{trouble:?}");
        let server = Server::portal(move |_, _| trouble.clone()).await;
        let error = ledger(&server.url).add(&event()).await.unwrap_err();
        assert_eq!(server.calls().len(), 1, "{shown}: {error}");
    }
}

#[tokio::test]
async fn a_write_on_a_kept_connection_that_died_is_never_processed_twice() {
    // The server closes after each answer without saying so, as idle connections end.
    let server = Server::portal(|_, _| {
        Reply::Last(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n".to_vec())
    })
    .await;
    let ledger = ledger(&server.url);
    let mut done = 0;
    for _ in 0..50 {
        done += usize::from(ledger.add(&event()).await.is_ok());
    }
    let arrived = server.calls().len();
    assert!(
        done <= arrived && arrived <= 50,
        "{done} done, {arrived} arrived"
    );
}

#[tokio::test]
async fn a_write_that_was_certainly_not_processed_is_repeated() {
    let refusals = [
        answer(429, &[("retry-after", "0")], "slow down"),
        answer(
            429,
            &[("retry-after", "0")],
            r#"{"statusCode":429,"message":"Rate limit is exceeded. Try again in 0 seconds."}"#,
        ),
        answer(
            503,
            &[("retry-after", "0")],
            r#"{"statusCode":503,"message":"Service is unavailable"}"#,
        ),
    ];
    for refusal in refusals {
        let server = Server::portal(move |_, count| match count {
            0 => refusal.clone(),
            _ => json(201, EVENT),
        })
        .await;
        ledger(&server.url).add(&event()).await.unwrap();
        assert_eq!(server.calls().len(), 2);
    }
}

#[tokio::test]
async fn an_operation_declared_idempotent_for_one_call_is_repeated() {
    let server = Server::portal(|_, count| match count {
        0 => Reply::Close,
        _ => json(201, EVENT),
    })
    .await;
    ledger(&server.url)
        .add(&event())
        .idempotent()
        .await
        .unwrap();
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn retries_can_be_turned_off_for_a_call() {
    let server = Server::portal(|_, _| answer(503, &[], "")).await;
    ledger(&server.url)
        .event("1")
        .retry(RetryPolicy::never())
        .await
        .unwrap_err();
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn nobody_listening_is_a_connection_error() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let server = Server::portal(|_, _| json(200, EVENT)).await;
    let ledger = builder(&server.url).gateway_url(&dead).build().unwrap();
    let error = ledger.add(&event()).await.unwrap_err();
    let Error::Transport(transport) = &error else {
        panic!("{error}")
    };
    assert_eq!(transport.kind(), TransportErrorKind::Connect);
    assert!(transport.was_not_sent() && error.is_retryable());
    assert!(
        error
            .to_string()
            .starts_with("AddEvent: no connection to the server"),
        "{error}"
    );

    let ledger = builder(&dead).build().unwrap();
    let error = ledger.event("1").await.unwrap_err();
    assert!(matches!(error, Error::IdentityProvider(_)), "{error}");
    assert!(error.to_string().contains("was not reached"), "{error}");
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_gets_nothing() {
    let server = Server::portal(|_, _| json(200, EVENT)).await;
    let ledger = builder(&server.url)
        .gateway_url(server.url.replace("http://", "https://"))
        .connect_timeout(Duration::from_millis(100))
        .build()
        .unwrap();
    let error = ledger.add(&event()).await.unwrap_err();
    let Error::Timeout(timeout) = &error else {
        panic!("{error}")
    };
    // No connection was made, so even a POST was tried again.
    assert_eq!(
        (timeout.kind(), timeout.attempts()),
        (TimeoutKind::Connect, 3)
    );
    assert!(server.calls().is_empty());
}

#[tokio::test]
async fn a_silent_server_is_given_up() {
    let server = Server::portal(|_, _| Reply::Stall(Vec::new())).await;
    let ledger = builder(&server.url)
        .attempt_timeout(Duration::from_millis(50))
        .build()
        .unwrap();
    let error = ledger.event("1").await.unwrap_err();
    let Error::Timeout(timeout) = &error else {
        panic!("{error}")
    };
    assert_eq!(
        (timeout.kind(), timeout.attempts()),
        (TimeoutKind::Attempt, 3)
    );
    let error = ledger.add(&event()).await.unwrap_err();
    let Error::Timeout(timeout) = &error else {
        panic!("{error}")
    };
    assert_eq!(timeout.attempts(), 1);
    assert!(
        error.to_string().contains("may have been processed"),
        "{error}"
    );
}

#[tokio::test]
async fn a_call_has_a_limit_in_all() {
    let server = Server::portal(|_, _| Reply::Stall(Vec::new())).await;
    let start = Instant::now();
    let error = ledger(&server.url)
        .event("1")
        .timeout(Duration::from_millis(100))
        .await
        .unwrap_err();
    let Error::Timeout(timeout) = &error else {
        panic!("{error}")
    };
    assert_eq!(timeout.kind(), TimeoutKind::Total);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_body_that_stalls_is_given_up() {
    let start = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\"".to_vec();
    let server = Server::portal(move |_, _| Reply::Stall(start.clone())).await;
    let ledger = builder(&server.url)
        .idle_timeout(Duration::from_millis(50))
        .build()
        .unwrap();
    let error = ledger.event("1").await.unwrap_err();
    let Error::Timeout(timeout) = &error else {
        panic!("{error}")
    };
    assert_eq!(timeout.kind(), TimeoutKind::Idle);
    assert_eq!(timeout.limit(), Duration::from_millis(50));
    assert_eq!(server.calls().len(), 3);
    let mut stream = ledger.download("1").await.unwrap().into_body();
    assert!(stream.try_next().await.unwrap().is_some());
    assert_eq!(
        stream.try_next().await.unwrap_err().kind(),
        TransportErrorKind::Stalled
    );
}

#[tokio::test]
async fn a_long_upload_is_not_cut_off_while_it_moves() {
    let server = Server::portal(|_, _| answer(204, &[], "")).await;
    let ledger = builder(&server.url)
        .attempt_timeout(Duration::from_millis(150))
        .total_timeout(Duration::from_millis(300))
        .build()
        .unwrap();
    // Twelve pieces, 50 ms apart: longer than both limits, but never still for long.
    let (reader, mut writer) = tokio::io::duplex(16);
    tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        for _ in 0..12 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            writer.write_all(b"piece").await.unwrap();
        }
    });
    let body = portal_runtime::Body::from_reader(reader, None);
    ledger.upload("1").0.bytes("image/png", body).await.unwrap();
    assert_eq!(server.calls()[0].body.len(), 60);
}

#[tokio::test]
async fn the_gateway_is_told_from_the_api() {
    let cases = [
        (
            answer(
                403,
                &[("retry-after", "1802")],
                r#"{"statusCode":403,"message":"Out of call volume quota. Quota will be replenished in 00:30:02."}"#,
            ),
            GatewayReason::Quota,
            true,
        ),
        (
            answer(
                404,
                &[],
                r#"{ "statusCode": 404, "message": "Resource not found" }"#,
            ),
            GatewayReason::OperationNotFound,
            false,
        ),
        (
            answer(
                429,
                &[("retry-after", "61")],
                r#"{"statusCode":429,"message":"Rate limit is exceeded. Try again in 61 seconds."}"#,
            ),
            GatewayReason::RateLimit,
            true,
        ),
    ];
    for (reply, reason, retryable) in cases {
        let server = Server::portal(move |_, _| reply.clone()).await;
        let error = ledger(&server.url).event("1").await.unwrap_err();
        let Error::Gateway(gateway) = &error else {
            panic!("{error}")
        };
        assert_eq!((gateway.reason, error.is_retryable()), (reason, retryable));
        assert_eq!(error.retry_after().is_some(), retryable, "{error}");
        assert_eq!(
            server.calls().len(),
            1,
            "a wait this long is the application's to decide on"
        );
    }
    let server =
        Server::portal(|_, _| json(403, r#"{"error":"no","code":"x","telemetryId":"y"}"#)).await;
    let error = ledger(&server.url).event("1").await.unwrap_err();
    assert!(matches!(error, Error::Api(_)), "{error}");
}

#[tokio::test]
async fn when_most_calls_fail_they_are_not_all_repeated() {
    let server = Server::portal(|_, _| answer(503, &[], "")).await;
    let ledger = ledger(&server.url);
    for _ in 0..100 {
        ledger.event("1").await.unwrap_err();
    }
    assert_eq!(
        server.calls().len(),
        200,
        "100 calls and the budget's 100 repetitions"
    );
}

#[tokio::test]
async fn no_write_is_done_twice_under_faults() {
    // Each event carries its number; the server counts what it processed under every kind of fault.
    let processed: &'static [AtomicUsize] =
        Vec::leak((0..500).map(|_| AtomicUsize::new(0)).collect());
    let server = Server::portal(move |request, count| {
        let id: usize = request
            .text()
            .split([':', ','])
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        match count % 7 {
            0 => answer(429, &[("retry-after", "0")], ""),
            1 => answer(401, &[], ""),
            fault => {
                processed[id].fetch_add(1, Ordering::SeqCst);
                match fault {
                    2 => Reply::Close,
                    3 => answer(503, &[("retry-after", "0")], ""),
                    4 => {
                        Reply::Last(b"HTTP/1.1 201 Created\r\ncontent-length: 9\r\n\r\n{".to_vec())
                    }
                    _ => json(201, EVENT),
                }
            }
        }
    })
    .await;
    let ledger: &'static Ledger<Everything> = Box::leak(Box::new(ledger(&server.url)));
    let calls: Vec<_> = (0..500)
        .map(|id| {
            tokio::spawn(async move {
                ledger
                    .add(&Event {
                        id,
                        account: String::new(),
                    })
                    .await
                    .is_ok()
            })
        })
        .collect();
    for (id, call) in calls.into_iter().enumerate() {
        let (done, times) = (call.await.unwrap(), processed[id].load(Ordering::SeqCst));
        assert!(times <= 1, "event {id} was processed {times} times");
        assert!(!done || times == 1, "event {id} was lost");
    }
}

//! What is known of a request's effect when its call has failed.

use std::time::Duration;

use portal_runtime::{AnyError, CallExt, Error, Outcome, TimeoutKind};

use crate::ledger::{Event, builder, ledger};
use crate::server::{Reply, Server, answer, json};

fn event() -> Event {
    Event {
        id: 1,
        account: "a".to_owned(),
    }
}

/// The outcome of a write that is answered so, and of one that may be repeated.
async fn of_write(reply: &Reply) -> (Outcome, Outcome) {
    // Nothing but what is to run out may run out on a slow machine.
    let (short, long) = (Duration::from_millis(100), Duration::from_secs(60));
    let (attempt, idle) = match reply {
        Reply::Stall(sent) if sent.is_empty() => (short, long),
        Reply::Stall(_) => (long, short),
        _ => (long, long),
    };
    let reply = reply.clone();
    let server = Server::portal(move |_, _| reply.clone()).await;
    let ledger = builder(&server.url)
        .attempt_timeout(attempt)
        .idle_timeout(idle)
        .build()
        .unwrap();
    let once = AnyError::from(ledger.add(&event()).await.unwrap_err());
    let often = ledger.add(&event()).idempotent().await.unwrap_err();
    (once.outcome(), often.outcome())
}

#[tokio::test]
async fn each_way_to_fail_has_its_outcome() {
    let cut = Reply::Last(b"HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{\"id\"".to_vec());
    let stalled = Reply::Stall(b"HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{".to_vec());
    let gateway = |status: u16| format!(r#"{{"statusCode":{status},"message":"no"}}"#);
    let asks = [("retry-after", "0")];
    let cases = [
        (json(201, r#"{"id":"one"}"#), Outcome::CarriedOut),
        (json(207, "{}"), Outcome::CarriedOut),
        (
            answer(201, &[("content-encoding", "br")], "?"),
            Outcome::CarriedOut,
        ),
        (cut, Outcome::CarriedOut),
        (stalled, Outcome::CarriedOut),
        (answer(400, &[], ""), Outcome::NotCarriedOut),
        (answer(401, &[], ""), Outcome::NotCarriedOut),
        (answer(409, &[], ""), Outcome::NotCarriedOut),
        (answer(429, &asks, ""), Outcome::NotCarriedOut),
        (json(403, &gateway(403)), Outcome::NotCarriedOut),
        (json(404, &gateway(404)), Outcome::NotCarriedOut),
        (answer(503, &asks, gateway(503)), Outcome::NotCarriedOut),
        (
            answer(307, &[("location", "https://other.example")], ""),
            Outcome::NotCarriedOut,
        ),
        (
            answer(303, &[("location", "https://other.example")], ""),
            Outcome::Unknown,
        ),
        (answer(408, &[], ""), Outcome::Unknown),
        (json(408, &gateway(408)), Outcome::Unknown),
        (answer(500, &[], ""), Outcome::Unknown),
        (
            answer(502, &[("content-type", "text/html")], "<html>"),
            Outcome::Unknown,
        ),
        (answer(503, &asks, ""), Outcome::Unknown),
        (json(500, &gateway(500)), Outcome::Unknown),
        (Reply::Close, Outcome::Unknown),
        (Reply::Stall(Vec::new()), Outcome::Unknown),
    ];
    for (reply, expected) in cases {
        let found = of_write(&reply).await;
        assert_eq!(found, (expected, expected), "{reply:?}");
    }
}

#[tokio::test]
async fn a_refusal_after_an_attempt_that_may_have_arrived_says_nothing() {
    for refusal in [
        answer(404, &[], ""),
        answer(409, &[], ""),
        json(403, r#"{"statusCode":403,"message":"no"}"#),
        json(401, r#"{"statusCode":401,"message":"no"}"#),
    ] {
        let again = refusal.clone();
        let server = Server::portal(move |_, count| match count {
            0 => Reply::Close,
            _ => again.clone(),
        })
        .await;
        let error = ledger(&server.url)
            .add(&event())
            .idempotent()
            .await
            .unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{refusal:?}");
        // The next call is another one.
        let error = ledger(&server.url)
            .add(&event())
            .idempotent()
            .await
            .unwrap_err();
        assert_eq!(error.outcome(), Outcome::NotCarriedOut, "{refusal:?}");
    }

    // What was certainly not carried out leaves no doubt.
    let server = Server::portal(|_, count| match count {
        0 => answer(429, &[("retry-after", "0")], ""),
        _ => answer(404, &[], ""),
    })
    .await;
    let error = ledger(&server.url).add(&event()).await.unwrap_err();
    assert_eq!(
        (error.outcome(), server.calls().len()),
        (Outcome::NotCarriedOut, 2)
    );

    // A success after doubt is one.
    let server = Server::portal(|_, count| match count {
        0 => Reply::Close,
        _ => json(201, "[]"),
    })
    .await;
    let error = ledger(&server.url)
        .add(&event())
        .idempotent()
        .await
        .unwrap_err();
    assert_eq!(error.outcome(), Outcome::CarriedOut);
}

#[tokio::test]
async fn what_did_not_leave_was_not_carried_out() {
    let server = Server::portal(|_, _| json(200, "{}")).await;
    let error = ledger(&server.url).event("..").await.unwrap_err();
    assert!(matches!(error, Error::Request(_)), "{error}");
    assert_eq!(error.outcome(), Outcome::NotCarriedOut);

    let server = Server::start(|_, _| json(400, r#"{"error":"invalid_client"}"#)).await;
    let error = ledger(&server.url).add(&event()).await.unwrap_err();
    assert!(matches!(error, Error::IdentityProvider(_)), "{error}");
    assert_eq!(error.outcome(), Outcome::NotCarriedOut);

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let portal = Server::portal(|_, _| json(200, "{}")).await;
    let nobody = builder(&portal.url).gateway_url(dead).build().unwrap();
    let error = nobody.add(&event()).await.unwrap_err();
    assert!(matches!(error, Error::Transport(_)), "{error}");
    assert_eq!(error.outcome(), Outcome::NotCarriedOut);
}

#[tokio::test]
async fn a_call_whose_time_ends_is_in_doubt_only_while_an_attempt_is_under_way() {
    let limit = Duration::from_millis(300);
    let total = |error: &Error<_>| match error {
        Error::Timeout(timeout) => assert_eq!(timeout.kind(), TimeoutKind::Total),
        other => panic!("{other}"),
    };
    // The identity provider does not answer.
    let server = Server::start(|_, _| Reply::Stall(Vec::new())).await;
    let error = ledger(&server.url)
        .add(&event())
        .timeout(limit)
        .await
        .unwrap_err();
    total(&error);
    assert_eq!(error.outcome(), Outcome::NotCarriedOut);

    let server = Server::portal(|_, _| Reply::Stall(Vec::new())).await;
    let error = ledger(&server.url)
        .add(&event())
        .timeout(limit)
        .await
        .unwrap_err();
    total(&error);
    assert_eq!(
        (error.outcome(), server.calls().len()),
        (Outcome::Unknown, 1)
    );
}

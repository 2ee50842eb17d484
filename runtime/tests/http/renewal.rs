//! Credentials that are asked for again when they were refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use portal_runtime::{
    Body, Builder, Client, Error, GatewayReason, Operation, Requirement, Scheme, SecurityScheme,
    Service, body,
};

use crate::ledger::{API, Event, Everything, Ledger, PORTAL};
use crate::server::{Server, answer, json};

const EVENT: &str = r#"{"id":1,"account":"a"}"#;
const INVALID: &str = r#"{ "statusCode": 401, "message": "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription." }"#;

/// An API that lets in one subscription key.
async fn gateway(valid: &'static str) -> Server {
    Server::portal(
        move |request, _| match request.header("ocp-apim-subscription-key") {
            Some(key) if key == valid => json(200, EVENT),
            _ => json(401, INVALID),
        },
    )
    .await
}

/// A client whose keys come from a vault that holds these one after another, the last for ever.
fn from_vault(
    server: &Server,
    keys: &'static [Result<&'static str, &'static str>],
) -> (Ledger<Everything>, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let ledger = Ledger::<Everything>::builder()
        .credentials("id", "secret")
        .subscription_key_provider(move || {
            let number = count.fetch_add(1, Ordering::SeqCst).min(keys.len() - 1);
            async move {
                tokio::task::yield_now().await;
                keys[number].map(str::to_owned)
            }
        })
        .gateway_url(&server.url)
        .token_url(format!("{}/token", server.url))
        .build()
        .unwrap();
    (ledger, asked)
}

#[tokio::test]
async fn a_vault_is_asked_once_and_again_when_its_key_is_refused() {
    let server = gateway("new").await;
    let (ledger, asked) = from_vault(&server, &[Ok("old"), Ok("new")]);
    assert!(PORTAL.subscription_key.is_some());
    let event = Event {
        id: 1,
        account: String::new(),
    };
    // Even a write: the gateway kept it from the API.
    ledger.add(&event).await.unwrap();
    assert_eq!((asked.load(Ordering::SeqCst), server.calls().len()), (2, 2));
    ledger.event("1").await.unwrap();
    assert_eq!(
        (
            asked.load(Ordering::SeqCst),
            server.calls().len(),
            server.tokens()
        ),
        (2, 3, 1)
    );
}

#[tokio::test]
async fn a_vault_with_the_same_key_is_not_asked_time_and_again() {
    let server = gateway("other").await;
    let (ledger, asked) = from_vault(&server, &[Ok("old")]);
    for calls in 1..=3 {
        let error = ledger.event("1").await.unwrap_err();
        let Error::Gateway(gateway) = &error else {
            panic!("{error}")
        };
        assert_eq!(gateway.reason, GatewayReason::SubscriptionKeyInvalid);
        assert_eq!(
            (asked.load(Ordering::SeqCst), server.calls().len()),
            (2, calls)
        );
    }
    // A key that is set by hand counts from then on.
    ledger.client.set_subscription_key("other").unwrap();
    ledger.event("1").await.unwrap();
}

#[tokio::test]
async fn many_calls_ask_the_vault_once() {
    let server = gateway("new").await;
    let (ledger, asked) = from_vault(&server, &[Ok("old"), Ok("new"), Err("asked too often")]);
    let ledger = Arc::new(ledger);
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let ledger = Arc::clone(&ledger);
            tokio::spawn(async move { ledger.event("1").await.map(|_| ()) })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_vault_that_fails_is_named() {
    let server = gateway("new").await;
    let (ledger, _) = from_vault(
        &server,
        &[Err("the vault is closed"), Ok("bad\nkey"), Ok("new")],
    );
    let error = ledger.event("1").await.unwrap_err();
    assert!(matches!(error, Error::Request(_)), "{error}");
    assert!(error.to_string().contains("the vault is closed"), "{error}");
    let error = ledger.event("1").await.unwrap_err();
    assert!(!error.to_string().contains("bad"), "{error}");
    ledger.event("1").await.unwrap();
    assert!(!format!("{:?}", ledger.client).contains("new"));
}

#[tokio::test]
async fn a_stream_is_not_sent_twice_for_a_new_key() {
    let server = gateway("new").await;
    let (ledger, asked) = from_vault(&server, &[Ok("old"), Ok("new")]);
    let body = Body::from_reader(&b"abc"[..], Some(3));
    ledger
        .upload("1")
        .0
        .bytes("image/png", body)
        .await
        .unwrap_err();
    assert_eq!((asked.load(Ordering::SeqCst), server.calls().len()), (2, 1));
    ledger.event("1").await.unwrap();
}

static BEARER: Service = Service {
    name: "bearer",
    env_prefix: "BEARER",
    servers: &[],
    schemes: &[Scheme {
        name: "bearer",
        kind: SecurityScheme::Bearer,
    }],
};
static POST: Operation<String, ()> = Operation::new(&API, "Post", "POST", "/x", body::text)
    .security(&[&[Requirement {
        scheme: "bearer",
        scopes: &[],
    }]]);

struct Things(Client);

fn supplied(server: &Server, tokens: &'static [&'static str]) -> (Things, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let things = Builder::for_service(&BEARER, Things)
        .base_url(&server.url)
        .bearer_provider("bearer", move || {
            let number = count.fetch_add(1, Ordering::SeqCst).min(tokens.len() - 1);
            async move { Ok::<_, String>(tokens[number].to_owned()) }
        })
        .build()
        .unwrap();
    (things, asked)
}

#[tokio::test]
async fn an_application_is_asked_once_more_for_a_token_that_was_refused() {
    let server = Server::start(|request, _| match request.header("authorization") {
        Some("Bearer new") => answer(200, &[], "done"),
        _ => answer(401, &[("x-request-id", "r-1")], "expired"),
    })
    .await;
    let (things, asked) = supplied(&server, &["old", "new"]);
    let done = things.0.call::<_, _, ()>(&POST).await.unwrap();
    assert_eq!(done.into_body(), "done");
    assert_eq!((asked.load(Ordering::SeqCst), server.seen().len()), (2, 2));

    // The same token again changes nothing: nothing is sent, and the refusal stands.
    let (things, asked) = supplied(&server, &["old"]);
    let error = things.0.call::<_, _, ()>(&POST).await.unwrap_err();
    assert_eq!(
        (error.status().unwrap().as_u16(), error.request_id()),
        (401, Some("r-1"))
    );
    assert_eq!((asked.load(Ordering::SeqCst), server.seen().len()), (2, 3));

    // Tokens that differ each time end after one more.
    let (things, _) = supplied(&server, &["a", "b", "c", "d"]);
    things.0.call::<_, _, ()>(&POST).await.unwrap_err();
    assert_eq!(server.seen().len(), 5);
}

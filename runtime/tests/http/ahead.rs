//! Credentials that are had ahead of the first call.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use portal_runtime::{
    Api, Builder, CallExt, Client, Error, ForService, IdentityProviderReason, Operation, Outcome,
    Requirement, RetryPolicy, Scheme, SecurityScheme, Service, body,
};

use crate::ledger::{Event, builder, ledger};
use crate::server::{Reply, Server, answer, json, token};

const EVENT: &str = r#"{"id":1,"account":"a"}"#;

#[tokio::test]
async fn the_first_call_waits_for_no_token() {
    let server = Server::portal(|_, _| json(200, EVENT)).await;
    let ledger = ledger(&server.url);
    ledger.client.authenticate().await.unwrap();
    assert_eq!((server.tokens(), server.calls().len()), (1, 0));
    ledger.client.authenticate().await.unwrap();
    ledger.event("1").await.unwrap();
    assert_eq!((server.tokens(), server.calls().len()), (1, 1));
}

#[tokio::test]
async fn what_is_wrong_is_what_a_call_would_say() {
    let server = Server::start(|_, _| json(401, r#"{"error":"invalid_client"}"#)).await;
    let ahead = ledger(&server.url).client.authenticate().await.unwrap_err();
    let call = ledger(&server.url).event("1").await.unwrap_err();
    let (Error::IdentityProvider(ahead), Error::IdentityProvider(call)) = (ahead.layer(), &call)
    else {
        panic!("{ahead}, {call}")
    };
    assert_eq!(
        (ahead.reason(), ahead.code()),
        (call.reason(), Some("invalid_client"))
    );
    let words = |error: String| error.split_once(": ").unwrap().1.to_owned();
    assert_eq!(words(ahead.to_string()), words(call.to_string()));
}

#[tokio::test]
async fn trouble_that_passes_is_waited_for() {
    let server = Server::start(|_, count| match count {
        0 => answer(503, &[("retry-after", "0")], ""),
        _ => token("token-1"),
    })
    .await;
    let client = builder(&server.url).build().unwrap().client;
    client.authenticate().await.unwrap();
    assert_eq!(server.tokens(), 2);

    let server = Server::start(|_, _| answer(503, &[("retry-after", "0")], "")).await;
    let never = builder(&server.url)
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let error = never.client.authenticate().await.unwrap_err();
    let Error::IdentityProvider(identity) = error.layer() else {
        panic!("{error}")
    };
    assert_eq!(*identity.reason(), IdentityProviderReason::Unavailable);
    assert_eq!(server.tokens(), 1);

    let server = Server::start(|_, _| Reply::Stall(Vec::new())).await;
    let hasty = builder(&server.url)
        .total_timeout(Duration::from_millis(50))
        .build()
        .unwrap();
    let error = hasty.client.authenticate().await.unwrap_err();
    assert!(matches!(error.layer(), Error::Timeout(_)), "{error}");
    assert_eq!(error.outcome(), Outcome::NotCarriedOut);
}

#[tokio::test]
async fn a_key_that_is_provided_is_asked_for() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let server = Server::portal(|_, _| json(200, EVENT)).await;
    let keyed = builder(&server.url)
        .subscription_key_provider(|| async {
            ASKED.fetch_add(1, Ordering::SeqCst);
            Ok::<_, std::io::Error>("key".to_owned())
        })
        .build()
        .unwrap();
    keyed.client.authenticate().await.unwrap();
    keyed.event("1").await.unwrap();
    assert_eq!(ASKED.load(Ordering::SeqCst), 1);

    let failing = builder(&server.url)
        .subscription_key_provider(|| async {
            Err::<String, _>(std::io::Error::other("the vault is shut"))
        })
        .build()
        .unwrap();
    let error = failing.client.authenticate().await.unwrap_err();
    assert!(matches!(error.layer(), Error::Request(_)), "{error}");
    assert!(error.to_string().contains("the vault is shut"), "{error}");
}

#[test]
fn without_a_runtime_it_is_an_error() {
    let client = builder("http://127.0.0.1:9").build().unwrap().client;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    drop(runtime);
    let mut future = std::pin::pin!(client.authenticate());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Err(error)) = future.as_mut().poll(&mut context) else {
        panic!("it is refused at once")
    };
    assert!(error.to_string().contains("no Tokio runtime"), "{error}");
}

static API: Api = Api {
    id: "things",
    title: "Things",
    version: "1",
    base_url: "https://things.example",
};

static SERVICE: Service = Service {
    name: "things",
    env_prefix: "THINGS",
    servers: &[],
    schemes: &[Scheme {
        name: "oauth",
        kind: SecurityScheme::OAuth2ClientCredentials {
            token_url: "https://id.example/token",
            scopes: &["read", "write"],
        },
    }],
};

static READ: Operation<String, ()> = Operation::new(&API, "Read", "GET", "/things", body::text)
    .security(&[&[Requirement {
        scheme: "oauth",
        scopes: &["read"],
    }]]);

#[tokio::test]
async fn a_call_of_a_single_document_asks_for_its_own_scopes() {
    let things = || Builder::<Client, ForService>::for_service(&SERVICE, |client| client);
    let bare = things().base_url("http://127.0.0.1:9").build().unwrap();
    let error = bare
        .call::<_, _, ()>(&READ)
        .authenticate()
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("credentials that were not set: `oauth`"),
        "{error}"
    );

    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let supplied = things()
        .base_url("http://127.0.0.1:9")
        .bearer_provider("oauth", || async {
            ASKED.fetch_add(1, Ordering::SeqCst);
            Err::<String, _>(std::io::Error::other("the vault is shut"))
        })
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let error = supplied
        .call::<_, _, ()>(&READ)
        .authenticate()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::IdentityProvider(_)), "{error}");
    let error = supplied.authenticate().await.unwrap_err();
    assert!(error.to_string().contains("the vault is shut"), "{error}");
    assert_eq!(ASKED.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_call_has_its_token_before_it_is_sent() {
    let server = Server::portal(|_, _| json(201, EVENT)).await;
    let ledger = ledger(&server.url);
    let event = Event {
        id: 1,
        account: "a".to_owned(),
    };
    ledger.add(&event).authenticate().await.unwrap();
    assert_eq!((server.tokens(), server.calls().len()), (1, 0));
    ledger.add(&event).await.unwrap();
    assert_eq!((server.tokens(), server.calls().len()), (1, 1));
}

#[test]
fn base_urls_of_apis_are_in_the_environment() {
    let lookup = |name: &str| match name {
        "EXAMPLE_CLIENT_ID" | "EXAMPLE_CLIENT_SECRET" | "EXAMPLE_SUBSCRIPTION_KEY" => {
            Some("x".to_owned())
        }
        "EXAMPLE_API_URL_LEDGER" => Some(" ftp://ledger.example ".to_owned()),
        _ => None,
    };
    let built = builder("http://127.0.0.1:9")
        .credentials_from(lookup)
        .unwrap()
        .build();
    let Err(error) = built else {
        panic!("the address is taken and refused")
    };
    assert!(
        error.to_string().contains("the base URL of ledger"),
        "{error}"
    );
}

#[tokio::test]
async fn a_base_url_from_the_environment_comes_before_the_gateway() {
    let server = Server::portal(|_, _| json(200, EVENT)).await;
    let url = format!("{}/elsewhere", server.url);
    let lookup = move |name: &str| match name {
        "EXAMPLE_API_URL_LEDGER" => Some(url.clone()),
        "EXAMPLE_CLIENT_ID" | "EXAMPLE_CLIENT_SECRET" | "EXAMPLE_SUBSCRIPTION_KEY" => {
            Some("x".to_owned())
        }
        _ => None,
    };
    let ledger = builder(&server.url)
        .credentials_from(lookup)
        .unwrap()
        .build()
        .unwrap();
    ledger.event("1").await.unwrap();
    assert_eq!(server.calls()[0].target(), "/elsewhere/v1/events/1");
}

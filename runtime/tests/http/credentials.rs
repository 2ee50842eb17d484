//! Tokens and keys: where they come from, when they are renewed, who refuses them.

use std::collections::BTreeMap;
use std::sync::Arc;

use portal_runtime::{
    Builder, ConfigError, Error, GatewayReason, IdentityProviderReason, RetryPolicy,
};

use crate::ledger::{Event, Everything, Ledger, Partner, builder, ledger};
use crate::server::{Reply, Server, answer, json, token};

const EVENT: &str = r#"{"id":1,"account":"a"}"#;

#[tokio::test]
async fn one_token_serves_many_calls() {
    let server = Server::portal(|_, _| json(200, EVENT)).await;
    let ledger = Arc::new(ledger(&server.url));
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let ledger = Arc::clone(&ledger);
            tokio::spawn(async move { ledger.event("1").await.unwrap().id })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap(), 1);
    }
    assert_eq!((server.tokens(), server.calls().len()), (1, 50));
}

#[tokio::test]
async fn an_operation_without_security_takes_no_token() {
    let server = Server::portal(|_, _| answer(200, &[], "hello")).await;
    assert_eq!(*ledger(&server.url).open().await.unwrap(), "hello");
    let call = &server.seen()[0];
    assert_eq!(call.header("authorization"), None);
    assert_eq!(call.header("ocp-apim-subscription-key"), Some("the-key"));
}

#[tokio::test]
async fn a_refused_token_is_dropped_and_the_call_made_once_more() {
    let server = Server::portal(|request, _| match request.header("authorization") {
        Some("Bearer token-1") => answer(401, &[("www-authenticate", "Bearer")], ""),
        _ => json(201, EVENT),
    })
    .await;
    let ledger = ledger(&server.url);
    // Even a POST: what is refused for its token was not processed.
    ledger
        .add(&Event {
            id: 1,
            account: "a".to_owned(),
        })
        .await
        .unwrap();
    let calls = server.calls();
    assert_eq!((server.tokens(), calls.len()), (2, 2));
    assert_eq!(calls[0].body, calls[1].body);
    ledger
        .add(&Event {
            id: 1,
            account: "a".to_owned(),
        })
        .await
        .unwrap();
    assert_eq!((server.tokens(), server.calls().len()), (2, 3));
}

#[tokio::test]
async fn a_token_that_is_refused_twice_is_an_error() {
    let server = Server::portal(|_, _| answer(401, &[], "")).await;
    let error = ledger(&server.url).event("1").await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 401);
    assert!(error.to_string().contains("refused twice"), "{error}");
    assert_eq!((server.tokens(), server.calls().len()), (2, 2));
}

#[tokio::test]
async fn an_operation_that_is_always_refused_does_not_take_the_fresh_token_from_others() {
    let server = Server::portal(
        |request, _| match request.target().ends_with("/forbidden") {
            true => answer(401, &[], ""),
            false => json(200, EVENT),
        },
    )
    .await;
    let ledger = ledger(&server.url);
    ledger.event("forbidden").await.unwrap_err();
    assert_eq!(server.tokens(), 2);
    for _ in 0..3 {
        ledger.event("1").await.unwrap();
    }
    assert_eq!(server.tokens(), 2);
}

#[tokio::test]
async fn a_refused_subscription_key_leaves_the_token_alone() {
    let challenge = r#"AzureApiManagementKey realm="https://h/p",name="Ocp-Apim-Subscription-Key",type="header""#;
    let message = r#"{ "statusCode": 401, "message": "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription." }"#;
    let server =
        Server::portal(move |_, _| answer(401, &[("www-authenticate", challenge)], message)).await;
    let ledger = ledger(&server.url);
    let error = ledger.event("1").await.unwrap_err();
    let Error::Gateway(gateway) = &error else {
        panic!("{error}")
    };
    assert_eq!(gateway.reason, GatewayReason::SubscriptionKeyInvalid);
    assert!(
        error.to_string().contains("check the subscription key"),
        "{error}"
    );
    ledger.event("1").await.unwrap_err();
    assert_eq!((server.tokens(), server.calls().len()), (1, 2));
}

#[tokio::test]
async fn a_token_that_the_gateway_refuses_is_renewed() {
    let server = Server::portal(|request, _| match request.header("authorization") {
        Some("Bearer token-1") => json(401, r#"{"statusCode":401,"message":"JWT expired."}"#),
        _ => json(200, EVENT),
    })
    .await;
    ledger(&server.url).event("1").await.unwrap();
    assert_eq!(server.tokens(), 2);
}

#[tokio::test]
async fn a_refusal_of_the_calls_own_header_costs_no_token() {
    let server = Server::portal(|request, _| match request.header("authorization") {
        Some("Bearer own") => answer(401, &[], ""),
        _ => json(200, EVENT),
    })
    .await;
    let ledger = ledger(&server.url);
    let own = || ledger.event("1").0.header("authorization", "Bearer own");
    own().await.unwrap_err();
    assert_eq!((server.tokens(), server.calls().len()), (0, 1));
    ledger.event("1").await.unwrap();
    own().await.unwrap_err();
    ledger.event("1").await.unwrap();
    assert_eq!((server.tokens(), server.calls().len()), (1, 4));
}

#[tokio::test]
async fn a_stream_is_not_sent_twice_for_a_new_token() {
    let server = Server::portal(|_, _| answer(401, &[], "")).await;
    let ledger = ledger(&server.url);
    let body = portal_runtime::Body::from_reader(&b"abc"[..], Some(3));
    let error = ledger
        .upload("1")
        .0
        .bytes("image/png", body)
        .await
        .unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 401);
    assert_eq!(server.calls().len(), 1);
    // The token is dropped all the same.
    ledger.event("1").await.unwrap_err();
    assert!(
        server.calls()[1]
            .header("authorization")
            .unwrap()
            .ends_with("token-2")
    );
}

#[tokio::test]
async fn keys_and_secrets_can_be_changed_while_running() {
    let server = Server::start(|request, _| match request.target() {
        "/token" if request.text().contains("new-secret") => token("fresh"),
        "/token" => json(
            401,
            r#"{"error":"invalid_client","error_description":"the-secret is wrong"}"#,
        ),
        _ => json(200, EVENT),
    })
    .await;
    let ledger = ledger(&server.url);
    let error = ledger.event("1").await.unwrap_err();
    let Error::IdentityProvider(provider) = &error else {
        panic!("{error}")
    };
    assert_eq!(provider.code(), Some("invalid_client"));
    assert!(
        error
            .to_string()
            .contains("check the client id and the client secret"),
        "{error}"
    );
    assert!(error.to_string().contains("**** is wrong"), "{error}");
    ledger.event("1").await.unwrap_err();
    assert_eq!(
        server.tokens(),
        1,
        "a refusal is not asked for again at once"
    );

    ledger
        .client
        .clone()
        .set_client_secret("new-secret")
        .unwrap();
    ledger.client.set_subscription_key("new-key").unwrap();
    ledger.event("1").await.unwrap();
    let call = server.calls().remove(0);
    assert_eq!(call.header("ocp-apim-subscription-key"), Some("new-key"));
    assert!(ledger.client.set_subscription_key("a\r\nb").is_err());
}

#[tokio::test]
async fn tokens_of_different_scopes_never_mix() {
    let server = Server::start(|request, _| match request.target() {
        "/token" => {
            let scope = request
                .text()
                .rsplit_once("scope=")
                .map_or("none", |(_, scope)| scope);
            token(&format!("for-{scope}"))
        }
        _ => answer(200, &[], request.header("authorization").unwrap()),
    })
    .await;
    let everything = ledger(&server.url);
    let narrow = everything.client.with_scopes(["ledger.read"]).unwrap();
    let same = everything
        .client
        .with_scopes(["ledger.read", "ledger.write", "ledger.read"])
        .unwrap();
    let ask = |client: portal_runtime::Client| async move {
        Ledger::<Everything>::over(client)
            .anything()
            .await
            .unwrap()
            .into_body()
    };
    assert_eq!(
        ask(everything.client.clone()).await,
        "Bearer for-ledger.read+ledger.write"
    );
    assert_eq!(ask(narrow).await, "Bearer for-ledger.read");
    assert_eq!(ask(same).await, "Bearer for-ledger.read+ledger.write");
    assert_eq!(server.tokens(), 2);
}

#[tokio::test]
async fn scopes_that_were_not_granted_are_named_before_the_call() {
    let server = Server::start(|_, _| {
        json(
            200,
            r#"{"access_token":"a","expires_in":3600,"scope":"ledger.read other"}"#,
        )
    })
    .await;
    let error = ledger(&server.url).event("1").await.unwrap_err();
    let Error::IdentityProvider(provider) = &error else {
        panic!("{error}")
    };
    assert_eq!(
        *provider.reason(),
        IdentityProviderReason::MissingScopes(vec!["ledger.write".to_owned()])
    );
    assert!(error.to_string().contains("ledger.write"), "{error}");
    assert!(server.calls().is_empty());
}

#[tokio::test]
async fn an_identity_provider_in_trouble_is_asked_again() {
    let server = Server::start(|request, count| match (request.target(), count) {
        ("/token", 0) => answer(503, &[("retry-after", "0")], ""),
        ("/token", 1) => Reply::Close,
        ("/token", _) => token("a"),
        _ => json(201, EVENT),
    })
    .await;
    let policy = RetryPolicy::new().max_attempts(5);
    let ledger = builder(&server.url).retry(policy).build().unwrap();
    ledger
        .add(&Event {
            id: 1,
            account: "a".to_owned(),
        })
        .await
        .unwrap();
    assert_eq!((server.tokens(), server.calls().len()), (3, 1));
}

/// google-cloud-rust 5864: an answer that breaks off is a passing trouble, whatever its status.
#[tokio::test]
async fn a_token_response_that_breaks_off_is_asked_for_again() {
    for start in [
        "",
        "{\"access_token\":\"a\",\"expires",
        "{\"error\":\"invalid_cl",
    ] {
        let torn = format!("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{start}");
        let server = Server::start(move |request, count| match (request.target(), count) {
            ("/token", 0) => Reply::Last(torn.clone().into_bytes()),
            ("/token", _) => token("whole"),
            _ => json(200, EVENT),
        })
        .await;
        ledger(&server.url).event("1").await.unwrap();
        assert_eq!((server.tokens(), server.calls().len()), (2, 1));
        let sent = server.calls().remove(0);
        assert_eq!(sent.header("authorization"), Some("Bearer whole"));
    }
}

/// Duende sends the request without one, which no server can tell from a mistake.
#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    for reply in [
        answer(503, &[], ""),
        json(401, r#"{"error":"invalid_client"}"#),
        json(200, r#"{"token_type":"Bearer"}"#),
        json(200, "not JSON"),
        Reply::Close,
    ] {
        let server = Server::answering(vec![reply]).await;
        let ledger = builder(&server.url).retry(RetryPolicy::never());
        let error = ledger.build().unwrap().event("1").await.unwrap_err();
        assert!(matches!(error, Error::IdentityProvider(_)), "{error}");
        assert!(server.calls().is_empty());
    }
}

fn from(
    values: &[(&str, &str)],
    builder: Builder<Ledger<Partner>>,
) -> Result<Builder<Ledger<Partner>>, ConfigError> {
    let values: BTreeMap<&str, &str> = values.iter().copied().collect();
    builder.credentials_from(|name| values.get(name).map(|value| (*value).to_owned()))
}

#[test]
fn all_missing_variables_are_named_at_once() {
    let error = from(
        &[("EXAMPLE_CLIENT_ID", "id"), ("EXAMPLE_SCOPE", "  ")],
        Ledger::builder(),
    )
    .unwrap_err();
    let text = error.to_string();
    for name in [
        "EXAMPLE_CLIENT_SECRET",
        "EXAMPLE_SUBSCRIPTION_KEY",
        "EXAMPLE_SCOPE",
    ] {
        assert!(text.contains(name), "{text}");
    }
    assert!(!text.contains("EXAMPLE_CLIENT_ID"), "{text}");
}

#[tokio::test]
async fn a_client_is_made_from_the_environment() {
    let server = Server::portal(|_, _| answer(200, &[], "")).await;
    let token_url = format!("{}/token", server.url);
    let values = [
        ("EXAMPLE_CLIENT_ID", " id\n"),
        ("EXAMPLE_CLIENT_SECRET", "s&cret"),
        ("EXAMPLE_SUBSCRIPTION_KEY", "key"),
        ("EXAMPLE_SCOPE", "two  one"),
        ("EXAMPLE_GATEWAY_URL", &server.url),
        ("EXAMPLE_TOKEN_URL", &token_url),
    ];
    let ledger = from(&values, Ledger::builder()).unwrap().build().unwrap();
    ledger.anything().await.unwrap();
    assert_eq!(
        server.seen()[0].text(),
        "grant_type=client_credentials&client_id=id&client_secret=s%26cret&scope=one+two"
    );
    assert_eq!(
        server.calls()[0].header("ocp-apim-subscription-key"),
        Some("key")
    );
}

#[test]
fn a_bundle_with_scopes_needs_none_in_the_environment() {
    let built = Ledger::<Everything>::builder().credentials_from(|name| match name {
        "EXAMPLE_SCOPE" => None,
        address if address.contains("_URL") => None,
        _ => Some("x".to_owned()),
    });
    built.unwrap().build().unwrap();
}

#[test]
fn everything_that_is_wrong_with_settings_is_said_at_once() {
    let error = Ledger::<Partner>::builder()
        .gateway_url("http://apim.example")
        .token_url("http://id.example/token")
        .api_url("leger", "https://x.example")
        .build()
        .err()
        .unwrap();
    let text = error.to_string();
    for words in [
        "client id or secret is missing",
        "names no scopes",
        "subscription key is missing",
        "the token URL: plain http to id.example",
        "the gateway URL: plain http to apim.example",
        "there is no API `leger`; there are ledger",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(error.problems().len(), 6);
}

#[tokio::test]
async fn a_single_api_can_be_moved() {
    let server = Server::portal(|_, _| json(200, EVENT)).await;
    let ledger = Ledger::<Everything>::builder()
        .credentials("id", "secret")
        .subscription_key("key")
        .token_url(format!("{}/token", server.url))
        .api_url("ledger", format!("{}/{{region}}/moved/", server.url))
        .build()
        .unwrap();
    ledger.event("1").await.unwrap();
    assert_eq!(server.calls()[0].target(), "/fi/moved/v1/events/1");
}

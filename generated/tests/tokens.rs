//! Access tokens: how they are asked for, how long they serve, and what happens without one.

#![cfg(all(
    feature = "easor-general-ledger",
    feature = "easor-organization",
    feature = "easor-sales"
))]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use portal_apis::easor::bundles::{Accounting, Reporting, SalesInvoicing};
use portal_apis::easor::general_ledger::{GeneralLedgerError, Read};
use portal_apis::easor::{Easor, Region};
use portal_apis::runtime::{
    ConfigError, Error, IdentityProviderError, IdentityProviderReason, StatusCode,
    TransportErrorKind,
};

use support::{
    Answer, CLIENT_ID, CLIENT_SECRET, Request, SCOPE, SUBSCRIPTION_KEY, Server, builder, easor,
    script, tokens,
};

/// The secret as a form holds it.
const SECRET_ENCODED: &str = "s3cret+%26%2B%3D%2F%25%C3%A4";

fn list(_: &Request) -> Answer {
    Answer::json(200, "[]")
}

/// A server whose identity provider gives this answer.
fn providing(answer: Answer) -> Server {
    Server::start(script([answer]), list)
}

/// Calls an operation and returns why there was no token.
async fn no_token(server: &Server) -> IdentityProviderError {
    let easor = easor::<Reporting>(server);
    match easor.general_ledger().vouchers("1").await.unwrap_err() {
        Error::IdentityProvider(error) => error,
        other => panic!("{other}"),
    }
}

/// The tokens that the calls came with.
fn bearers(server: &Server) -> Vec<String> {
    let calls = server.calls();
    let bearer = |call: &Request| call.header("authorization").unwrap_or_default().to_owned();
    calls.iter().map(bearer).collect()
}

/// The scope parameter of each token request.
fn scopes(server: &Server) -> Vec<String> {
    let scope = |request: Request| {
        let body = String::from_utf8(request.body).unwrap();
        body.split_once("&scope=").unwrap_or_default().1.to_owned()
    };
    server.token_requests().into_iter().map(scope).collect()
}

#[tokio::test]
async fn a_token_is_asked_for_with_a_form() {
    let server = Server::serving(list);
    let easor = builder::<Reporting>(&server)
        .scopes(["sales.read", "ledger/a b"])
        .build()
        .unwrap();
    easor.general_ledger().vouchers("1").await.unwrap();
    let body = format!(
        "grant_type=client_credentials&client_id=client-7&client_secret={SECRET_ENCODED}\
         &scope=b+ledger%2Fa+sales.read"
    );
    let expected = format!(
        "POST /token\naccept: application/json\naccept-encoding: gzip\ncontent-length: {}\n\
         content-type: application/x-www-form-urlencoded\nhost: server\nuser-agent: tests/1\n\n{body}",
        body.len()
    );
    assert_eq!(server.only_token_request(), expected);
}

#[tokio::test]
async fn one_request_serves_all_calls_that_wait() {
    let mut tokens = tokens(3600);
    let slow = move |request: &Request| tokens(request).after(Duration::from_millis(200));
    let server = Server::start(slow, list);
    let easor = easor::<Reporting>(&server);
    let calls: Vec<_> = (0..40)
        .map(|_| tokio::spawn(easor.clone().general_ledger().vouchers("1").into_future()))
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(server.token_requests().len(), 1);
    assert_eq!(bearers(&server), vec!["Bearer token-1"; 40]);
}

#[tokio::test]
async fn a_token_serves_all_apis_of_a_client_while_it_is_good() {
    let server = Server::serving(list);
    let easor = easor::<Reporting>(&server);
    easor.general_ledger().vouchers("1").await.unwrap();
    easor
        .organization()
        .list_accounting_periods("1")
        .await
        .unwrap();
    easor.clone().general_ledger().vouchers("2").await.unwrap();
    assert_eq!(server.token_requests().len(), 1);
}

#[tokio::test]
async fn a_token_that_hardly_lives_is_not_kept() {
    let server = Server::start(tokens(3), list);
    let ledger = easor::<Reporting>(&server).general_ledger();
    for _ in 0..3 {
        ledger.vouchers("1").await.unwrap();
    }
    assert_eq!(
        bearers(&server),
        ["Bearer token-1", "Bearer token-2", "Bearer token-3"]
    );
}

portal_apis::runtime::bundle! {
    /// Reads the ledger, with a scope of its own.
    Auditing {
        scopes: ["ledger.read", "audit"],
        grants: [Read],
    }
}

#[tokio::test]
async fn tokens_are_not_shared_between_bundles_and_scopes() {
    let server = Server::serving(list);
    let reporting = easor::<Reporting>(&server);
    let accounting = easor::<Accounting>(&server);
    let narrower = builder::<Reporting>(&server).scopes(["ledger.read"]);
    let narrower = narrower.build().unwrap();
    let auditing = Easor::<Auditing>::builder(Region::Fi)
        .credentials(CLIENT_ID, CLIENT_SECRET)
        .subscription_key(SUBSCRIPTION_KEY)
        .gateway_url(server.url())
        .token_url(server.token_url())
        .build()
        .unwrap();
    for _ in 0..2 {
        reporting.general_ledger().vouchers("1").await.unwrap();
        accounting.general_ledger().vouchers("1").await.unwrap();
        narrower.general_ledger().vouchers("1").await.unwrap();
        auditing.general_ledger().vouchers("1").await.unwrap();
    }
    assert_eq!(
        scopes(&server),
        [SCOPE, SCOPE, "ledger.read", "audit+ledger.read"]
    );
    let once = [1, 2, 3, 4].map(|number| format!("Bearer token-{number}"));
    assert_eq!(bearers(&server), [once.clone(), once].concat());
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let answers = [
        Answer::empty(401),
        Answer::json(200, "[]"),
        Answer::empty(401),
        Answer::empty(204),
    ];
    let server = Server::answering(answers);
    let ledger = easor::<Accounting>(&server).general_ledger();
    ledger.vouchers("1").await.unwrap();
    assert_eq!(bearers(&server), ["Bearer token-1", "Bearer token-2"]);
    // The API did not do what it refused, so this holds for calls that book something too.
    ledger.add_vouchers_v2("1", &[]).await.unwrap();
    assert_eq!(bearers(&server)[2..], ["Bearer token-2", "Bearer token-3"]);
    let calls = server.calls();
    assert_eq!(calls[2].body, calls[3].body);
}

#[tokio::test]
async fn a_token_that_is_refused_again_is_an_error() {
    let server = Server::serving(|_| Answer::empty(401));
    let ledger = easor::<Reporting>(&server).general_ledger();
    let error = ledger.vouchers("1").await.unwrap_err();
    assert_eq!(
        error.api().map(|error| &error.body),
        Some(&GeneralLedgerError::Unauthorized)
    );
    assert_eq!(bearers(&server), ["Bearer token-1", "Bearer token-2"]);
}

#[tokio::test]
async fn calls_whose_token_is_refused_at_once_share_its_successor() {
    let server = Server::serving(|request| match request.header("authorization") {
        Some("Bearer token-1") => Answer::empty(401).after(Duration::from_millis(50)),
        _ => Answer::json(200, "[]"),
    });
    let ledger = easor::<Reporting>(&server).general_ledger();
    let calls: Vec<_> = (0..20)
        .map(|_| tokio::spawn(ledger.vouchers("1").into_future()))
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(server.token_requests().len(), 2);
}

#[tokio::test]
async fn a_provider_that_refuses_is_quoted() {
    let body = r#"{"error":"invalid_client","error_description":"Client authentication failed"}"#;
    let server = providing(Answer::json(401, body));
    let error = no_token(&server).await;
    assert_eq!(error.code(), Some("invalid_client"));
    assert_eq!(error.status(), Some(StatusCode::UNAUTHORIZED));
    assert!(!error.is_retryable());
    let text = error.to_string();
    for part in [
        "/token",
        "invalid_client",
        "Client authentication failed",
        "check the client id and the client secret",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(server.calls().is_empty());
}

#[tokio::test]
async fn answers_that_are_no_tokens_are_told_apart() {
    use IdentityProviderReason::{Malformed, MissingScopes, Unavailable};
    let narrower = r#"{"access_token":"x","scope":"something.else"}"#;
    for (answer, reason) in [
        (
            Answer::bytes(200, "text/html", "<html>Log in</html>"),
            Malformed,
        ),
        (Answer::empty(200), Malformed),
        (
            Answer::bytes(502, "text/html", "<html>502</html>"),
            Unavailable,
        ),
        (
            Answer::empty(302).header("location", "http://127.0.0.1:1/"),
            Malformed,
        ),
        (
            Answer::json(200, narrower),
            MissingScopes(vec![SCOPE.to_owned()]),
        ),
    ] {
        let server = providing(answer);
        let error = no_token(&server).await;
        assert_eq!(*error.reason(), reason, "{error}");
        assert_eq!(
            (server.token_requests().len(), server.calls().len()),
            (1, 0)
        );
    }
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_says_so() {
    let server = Server::serving(list);
    let easor = builder::<Reporting>(&server)
        .token_url("http://127.0.0.1:1/token?key=value")
        .build()
        .unwrap();
    let error = easor.general_ledger().vouchers("1").await.unwrap_err();
    let Error::IdentityProvider(error) = error else {
        panic!("{error}")
    };
    assert_eq!(*error.reason(), IdentityProviderReason::Unreachable);
    assert!(!error.to_string().contains("key=value"), "{error}");
}

/// After a refusal that only other credentials can mend, the provider is left alone for a while.
#[tokio::test]
async fn a_refusal_is_not_asked_for_again_and_again() {
    let server = providing(Answer::json(400, r#"{"error":"invalid_scope"}"#));
    let ledger = easor::<Reporting>(&server).general_ledger();
    for _ in 0..5 {
        let error = ledger.vouchers("1").await.unwrap_err();
        assert!(error.to_string().contains("invalid_scope"), "{error}");
    }
    assert_eq!(server.token_requests().len(), 1);
}

/// Fails if any of the secrets can be read.
fn assert_clean(shown: &[String]) {
    for text in shown {
        for secret in [
            CLIENT_SECRET,
            SECRET_ENCODED,
            SUBSCRIPTION_KEY,
            "token-1",
            "token-2",
        ] {
            assert!(!text.contains(secret), "{secret} shows in {text}");
        }
    }
}

/// All that can be seen of an error.
fn shown(error: Error<GeneralLedgerError>) -> Vec<String> {
    let mut texts = vec![
        error.to_string(),
        format!("{error:?}"),
        format!("{error:#?}"),
        format!("{:?}", error.headers()),
    ];
    let source = std::error::Error::source(&error).map(|source| format!("{source} {source:?}"));
    texts.extend(source);
    let erased = error.erase();
    texts.extend([erased.to_string(), format!("{erased:?}")]);
    texts
}

#[tokio::test]
async fn clients_and_calls_show_no_secrets() {
    let server = Server::serving(list);
    let builder = builder::<Reporting>(&server);
    let settings = format!("{builder:?} {builder:#?}");
    let easor = builder.build().unwrap();
    let ledger = easor.general_ledger();
    ledger.vouchers("1").await.unwrap();
    let call = ledger.vouchers("1").accept_language(SUBSCRIPTION_KEY);
    let items = ledger.vouchers("1").items();
    let response = ledger.vouchers("1").await.unwrap();
    assert_clean(&[
        settings,
        format!("{easor:?} {easor:#?}"),
        format!("{ledger:?} {ledger:#?}"),
        format!("{call:?} {items:?} {response:?}"),
    ]);
}

#[tokio::test]
async fn errors_show_no_secrets_on_any_layer() {
    let mirror = |status: u16| {
        move |request: &Request| {
            // Gives back what it got, as servers in debug mode do.
            Answer::json(status, r#"{"error":"no","code":"1","telemetryId":"2"}"#)
                .header("location", &format!("/?key={SUBSCRIPTION_KEY}"))
                .header("set-cookie", request.header("authorization").unwrap_or("-"))
        }
    };
    for status in [200, 201, 302, 400, 401, 403, 404, 429, 500, 502] {
        let server = Server::serving(mirror(status));
        let ledger = easor::<Reporting>(&server).general_ledger();
        let error = ledger.vouchers("1").await.unwrap_err();
        assert_clean(&shown(error));
    }
    let server = Server::serving(list);
    let ledger = easor::<Reporting>(&server).general_ledger();
    assert_clean(&shown(ledger.vouchers("").await.unwrap_err()));
    let address = server.url();
    drop(server);
    let error = ledger.vouchers("1").await.unwrap_err();
    assert!(
        matches!(error, Error::IdentityProvider(_)),
        "{address}: {error}"
    );
    assert_clean(&shown(error));
}

#[tokio::test]
async fn a_connection_that_fails_shows_no_secrets() {
    let server = Server::serving(list);
    let easor = builder::<Reporting>(&server)
        .api_url("general-ledger", "http://127.0.0.1:1")
        .build()
        .unwrap();
    let error = easor.general_ledger().vouchers("1").await.unwrap_err();
    match &error {
        Error::Transport(error) => assert_eq!(error.kind(), TransportErrorKind::Connect),
        other => panic!("{other}"),
    }
    assert_clean(&shown(error));
}

/// Some providers repeat in their description what they were sent.
#[tokio::test]
async fn a_provider_that_repeats_the_secret_does_not_spread_it() {
    for secret in [CLIENT_SECRET, SECRET_ENCODED] {
        let body = format!(
            r#"{{"error":"invalid_client","error_description":"client_secret={secret} is wrong"}}"#
        );
        let server = providing(Answer::json(400, body));
        let error = no_token(&server).await;
        assert!(error.message().contains("is wrong"), "{error}");
        assert_clean(&shown(Error::IdentityProvider(error)));
    }
}

#[tokio::test]
async fn a_token_of_the_wrong_kind_does_not_show() {
    for body in [
        r#"{"access_token":"token-1","token_type":"mac"}"#,
        r#"{"access_token":"token-1\n"}"#,
        r#"{"access_token":{"value":"token-1"}}"#,
        r#"["token-1"]"#,
        "token-1",
    ] {
        let server = providing(Answer::json(200, body));
        let error = no_token(&server).await;
        assert_eq!(*error.reason(), IdentityProviderReason::Malformed);
        assert_clean(&shown(Error::IdentityProvider(error)));
    }
}

/// The variables that the README names.
const VARIABLES: [&str; 4] = [
    "EASOR_CLIENT_ID",
    "EASOR_CLIENT_SECRET",
    "EASOR_SUBSCRIPTION_KEY",
    "EASOR_SCOPE",
];

/// Builds a client from these variables alone.
fn from_variables(variables: &BTreeMap<&str, String>) -> Result<Easor<Reporting>, ConfigError> {
    Easor::<Reporting>::builder(Region::Fi)
        .credentials_from(|name| variables.get(name).cloned())?
        .build()
}

#[tokio::test]
async fn credentials_come_from_the_environment() {
    let server = Server::serving(list);
    let variables = BTreeMap::from([
        ("EASOR_CLIENT_ID", format!(" {CLIENT_ID}\n")),
        ("EASOR_CLIENT_SECRET", CLIENT_SECRET.to_owned()),
        ("EASOR_SUBSCRIPTION_KEY", SUBSCRIPTION_KEY.to_owned()),
        ("EASOR_SCOPE", "b  a".to_owned()),
        ("EASOR_GATEWAY_URL", server.url()),
        ("EASOR_TOKEN_URL", server.token_url()),
    ]);
    let easor = from_variables(&variables).unwrap();
    easor.general_ledger().vouchers("1").await.unwrap();
    let sent = server.only_token_request();
    assert!(
        sent.contains("&client_id=client-7&client_secret=s3cret+"),
        "{sent}"
    );
    assert!(sent.ends_with("&scope=a+b"), "{sent}");
    let call = server.only_call();
    assert!(
        call.contains("\nocp-apim-subscription-key: 0f1e2d3c4b5a\n"),
        "{call}"
    );
}

#[test]
fn variables_that_are_missing_are_all_named() {
    let error = from_variables(&BTreeMap::new()).unwrap_err().to_string();
    assert!(VARIABLES.iter().all(|name| error.contains(name)), "{error}");

    let some = BTreeMap::from([
        ("EASOR_CLIENT_ID", "client".to_owned()),
        ("EASOR_CLIENT_SECRET", CLIENT_SECRET.to_owned()),
        ("EASOR_SCOPE", "  ".to_owned()),
    ]);
    let error = from_variables(&some).unwrap_err().to_string();
    let named = VARIABLES.map(|name| error.contains(name));
    assert_eq!(named, [false, false, true, true], "{error}");
    assert_clean(&[error]);
}

/// The environment of whoever runs the tests may or may not have them.
#[test]
fn the_environment_itself_is_read() {
    let is_missing = |name: &&str| std::env::var(name).is_ok_and(|value| !value.trim().is_empty());
    let missing: Vec<_> = VARIABLES
        .into_iter()
        .filter(|name| !is_missing(name))
        .collect();
    let builder = Easor::<Reporting>::builder(Region::Fi).credentials_from_env();
    assert_eq!(builder.is_err(), !missing.is_empty());
    if let Err(error) = builder {
        assert!(
            missing.iter().all(|name| error.to_string().contains(name)),
            "{error}"
        );
    }
}

#[test]
fn settings_that_are_missing_are_all_named() {
    let error = Easor::<SalesInvoicing>::builder(Region::Fi)
        .build()
        .unwrap_err();
    assert_eq!(error.problems().len(), 3, "{error}");
    let text = error.to_string();
    for part in [
        ".credentials(",
        ".subscription_key(",
        ".scopes(",
        "SalesInvoicing",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn plain_http_is_for_this_machine_only() {
    let builder = || {
        Easor::<Reporting>::builder(Region::Fi)
            .credentials(CLIENT_ID, CLIENT_SECRET)
            .subscription_key(SUBSCRIPTION_KEY)
            .scopes([SCOPE])
    };
    let far = "http://apim.example";
    for refused in [
        builder().gateway_url(far),
        builder().token_url(format!("{far}/token")),
        builder().api_url("sales", format!("{far}/sales")),
        builder().gateway_url("http://127.0.0.1.example"),
        builder().gateway_url("ftp://127.0.0.1"),
    ] {
        let error = refused.build().unwrap_err().to_string();
        assert!(error.contains("https"), "{error}");
        assert_clean(&[error]);
    }
    for near in [
        "http://127.0.0.1:8080",
        "http://localhost",
        "http://[::1]:1",
    ] {
        builder().gateway_url(near).token_url(near).build().unwrap();
    }
}

#[test]
fn slips_in_settings_are_found_when_the_client_is_built() {
    let builder = || {
        Easor::<Reporting>::builder(Region::Fi)
            .credentials(CLIENT_ID, CLIENT_SECRET)
            .subscription_key(SUBSCRIPTION_KEY)
            .scopes([SCOPE])
    };
    for (wrong, word) in [
        (
            builder().api_url("ledger", "https://a.example"),
            "general-ledger",
        ),
        (
            builder().gateway_url("https://a.example/fi"),
            "scheme, host and port",
        ),
        (
            builder().gateway_url("https://user:hunter2@a.example"),
            "user name or password",
        ),
        (
            builder().subscription_key("line\nbreak"),
            "subscription key",
        ),
        (builder().credentials("", CLIENT_SECRET), "client id"),
        (
            builder().api_url("sales", "https://a.example/{country}"),
            "{country}",
        ),
    ] {
        let error = wrong.build().unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
        assert!(
            !error.contains("hunter2") && !error.contains("line\nbreak"),
            "{error}"
        );
        assert_clean(&[error]);
    }
}

//! Users who log in, against an identity provider on loopback: what is sent, and what is made of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use portal_runtime::{
    AuthorizationCodeGrant, AuthorizationEndpoint, Builder, DeviceCodeGrant, DeviceFlow, Error,
    IdentityProviderReason, Login, MemoryStore, PasswordGrant, Secret, UserLogin,
};

use crate::ledger::{Everything, Ledger, builder};
use crate::server::{Received, Reply, Server, answer, json};

const REDIRECT: &str = "https://app.example/callback";
const EVENT: &str = r#"{"id":1,"account":"a"}"#;

impl UserLogin for Ledger<Everything> {}

impl AuthorizationCodeGrant for Ledger<Everything> {
    const AUTHORIZATION: AuthorizationEndpoint = AuthorizationEndpoint {
        url: "https://id.example/authorize?tenant=7",
        pkce: true,
        issuer: Some("https://id.example"),
    };
}

impl DeviceCodeGrant for Ledger<Everything> {
    const DEVICE: DeviceFlow = DeviceFlow::Standard {
        url: "https://id.example/device",
    };
}

impl PasswordGrant for Ledger<Everything> {}

/// Parameters of a query or form.
pub fn pairs(text: &str) -> HashMap<String, String> {
    let url = reqwest_url(&format!("http://x/?{text}"));
    url.query_pairs().into_owned().collect()
}

fn reqwest_url(text: &str) -> portal_runtime::reqwest::Url {
    portal_runtime::reqwest::Url::parse(text).unwrap()
}

/// Hands out access and refresh tokens by number; `refresh-N` is good for `access-N+1`.
fn provider(request: &Received, count: usize) -> Reply {
    if !request.target().starts_with("/token") {
        return json(200, EVENT);
    }
    json(
        200,
        &format!(
            r#"{{"access_token":"access-{count}","expires_in":3600,"refresh_token":"refresh-{count}","scope":"ledger.read ledger.write"}}"#
        ),
    )
}

/// What was asked of the token endpoint.
fn asked(server: &Server) -> Vec<HashMap<String, String>> {
    let seen = server.seen().into_iter();
    seen.filter(|request| request.target().starts_with("/token"))
        .map(|request| pairs(request.text()))
        .collect()
}

/// The parameters of an authorization request, and the callback that answers it.
async fn begun(login: &Login<Ledger<Everything>>) -> (HashMap<String, String>, Secret, String) {
    let request = login.authorize(REDIRECT).await.unwrap();
    let url = reqwest_url(request.url());
    let sent: HashMap<String, String> = url.query_pairs().into_owned().collect();
    let callback = format!(
        "{REDIRECT}?code=the-code&state={}&iss=https://id.example",
        sent["state"]
    );
    (sent, request.pending().clone(), callback)
}

#[tokio::test]
async fn a_browser_logs_in_and_calls_are_made_for_the_user() {
    let server = Server::start(provider).await;
    let store = Arc::new(MemoryStore::new());
    let login = builder(&server.url).token_store(Arc::clone(&store)).login();
    let login = login.unwrap();
    let (sent, pending, callback) = begun(&login).await;
    let fixed = [
        ("tenant", "7"),
        ("response_type", "code"),
        ("client_id", "the-id"),
        ("redirect_uri", REDIRECT),
        ("scope", "ledger.read ledger.write"),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in fixed {
        assert_eq!(sent[name], value, "{name}");
    }
    assert_eq!(sent.len(), fixed.len() + 2);
    assert_eq!(
        (sent["state"].len(), sent["code_challenge"].len()),
        (43, 43)
    );
    assert_ne!(begun(&login).await.0["state"], sent["state"]);

    let tokens = login.finish(&pending, &callback).await.unwrap();
    let exchange = &asked(&server)[0];
    assert_eq!(exchange["grant_type"], "authorization_code");
    assert_eq!(exchange["code"], "the-code");
    assert_eq!(exchange["redirect_uri"], REDIRECT);
    assert_eq!(
        (&*exchange["client_id"], &*exchange["client_secret"]),
        ("the-id", "the-secret")
    );
    assert_eq!(exchange["code_verifier"].len(), 43);
    assert_ne!(exchange["code_verifier"], sent["code_challenge"]);
    assert!(pending.expose().contains(&exchange["code_verifier"]));
    assert_eq!(exchange.len(), 6);

    let ledger = login.client("ann", tokens).await.unwrap();
    ledger.event("1").await.unwrap();
    // Another process, or this one after a restart.
    let again = builder(&server.url).token_store(store).login().unwrap();
    again.resume("ann").event("1").await.unwrap();
    let calls = server.calls();
    assert_eq!(calls.len(), 2);
    for call in calls {
        assert_eq!(call.header("authorization"), Some("Bearer access-0"));
        assert_eq!(call.header("ocp-apim-subscription-key"), Some("the-key"));
    }
    assert_eq!(asked(&server).len(), 1);
}

fn reason<T>(error: Error<T>) -> IdentityProviderReason {
    match error {
        Error::IdentityProvider(error) => error.reason().clone(),
        _ => panic!("another error"),
    }
}

#[tokio::test]
async fn a_token_that_the_api_refuses_is_renewed_and_not_served_again() {
    let server = Server::start(|request, count| match request.header("authorization") {
        Some("Bearer access-0") => answer(401, &[("www-authenticate", "Bearer")], ""),
        _ => provider(request, count),
    })
    .await;
    let login = builder(&server.url).login().unwrap();
    let tokens = login.password("ann", "the-password").await.unwrap();
    let ledger = login.client("ann", tokens).await.unwrap();
    ledger.event("1").await.unwrap();
    let asked = asked(&server);
    assert_eq!(asked[1]["grant_type"], "refresh_token");
    assert_eq!(asked[1]["refresh_token"], "refresh-0");
    assert!(!asked[1].contains_key("scope"));
    assert_eq!(asked.len(), 2);
    // A client with fewer scopes asks for them with the same refresh token, the new one.
    let narrow = Ledger::<Everything>::over(ledger.client.with_scopes(["ledger.read"]).unwrap());
    narrow.event("1").await.unwrap();
    let last = &self::asked(&server)[2];
    assert_eq!(last["scope"], "ledger.read");
    assert_eq!(last["refresh_token"], "refresh-2");
}

#[tokio::test]
async fn a_password_is_exchanged_for_tokens() {
    let server = Server::start(provider).await;
    let login = builder(&server.url).login().unwrap();
    let tokens = login.password("ann", "pass&word").await.unwrap();
    assert_eq!(tokens.access_token().expose(), "access-0");
    assert_eq!(tokens.refresh_token().unwrap().expose(), "refresh-0");
    assert_eq!(tokens.scopes(), ["ledger.read", "ledger.write"]);
    assert_eq!(tokens.lifetime(), Duration::from_secs(3600));
    assert_eq!(
        server.seen()[0].text(),
        "grant_type=password&client_id=the-id&client_secret=the-secret&username=ann\
         &password=pass%26word&scope=ledger.read+ledger.write"
    );
}

#[tokio::test]
async fn who_is_not_logged_in_is_told_to_log_in() {
    let server = Server::start(provider).await;
    let login = builder(&server.url).login().unwrap();
    let error = login.resume("ann").event("1").await.unwrap_err();
    assert!(error.to_string().contains("let the user log in"), "{error}");
    assert_eq!(reason(error), IdentityProviderReason::LoginRequired);
    let tokens = login.password("ann", "p").await.unwrap();
    let ledger = login.client("ann", tokens).await.unwrap();
    ledger.event("1").await.unwrap();
    login.log_out("ann").await.unwrap();
    let error = ledger.event("1").await.unwrap_err();
    assert_eq!(reason(error), IdentityProviderReason::LoginRequired);
    // The provider was asked once, and the API once.
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn callbacks_that_are_no_answer_ask_nothing_of_the_provider() {
    let server = Server::start(provider).await;
    let login = builder(&server.url).login().unwrap();
    let (sent, pending, callback) = begun(&login).await;
    let state = &sent["state"];
    let (_, other, _) = begun(&login).await;
    for (pending, callback) in [
        (&other, callback.clone()),
        (&pending, callback.replace(state.as_str(), "guessed")),
        (&pending, callback.replace("code=the-code&", "")),
        (&pending, format!("{callback}&code=another")),
        (&pending, callback.replace("app.example", "evil.example")),
        (
            &pending,
            callback.replace("iss=https://id", "iss=https://evil"),
        ),
        (&Secret::from(""), callback.clone()),
    ] {
        let error = login.finish(pending, &callback).await.unwrap_err();
        assert_eq!(
            *error.reason(),
            IdentityProviderReason::Callback,
            "{callback}"
        );
        assert!(!error.is_retryable());
    }
    let said = format!("?state={state}&error=access_denied&iss=https://id.example");
    let error = login.finish(&pending, &said).await.unwrap_err();
    assert_eq!(*error.reason(), IdentityProviderReason::Denied);
    assert!(server.seen().is_empty());
    for redirect in ["http://app.example/", "callback", "https://app.example/#x"] {
        let error = login.authorize(redirect).await.unwrap_err();
        assert_eq!(
            *error.reason(),
            IdentityProviderReason::Settings,
            "{redirect}"
        );
    }
}

#[tokio::test]
async fn credentials_are_asked_for_before_each_request() {
    let server = Server::start(provider).await;
    let secrets = Arc::new(Mutex::new(vec!["second", "first"]));
    let login = builder(&server.url)
        .credentials_provider(move || {
            let secret = secrets.lock().unwrap().pop();
            async move {
                let secret = secret.ok_or("the vault is sealed")?;
                Ok::<_, &str>(("the-id".to_owned(), secret.to_owned()))
            }
        })
        .login()
        .unwrap();
    for secret in ["first", "second"] {
        login.password("ann", "p").await.unwrap();
        assert_eq!(asked(&server).last().unwrap()["client_secret"], secret);
    }
    let error = login.password("ann", "p").await.unwrap_err();
    assert_eq!(*error.reason(), IdentityProviderReason::Source);
    assert!(error.to_string().contains("the vault is sealed"), "{error}");
    let problem = login
        .resume("ann")
        .client
        .set_client_secret("x")
        .unwrap_err();
    assert!(problem.to_string().contains("asks the application"));
}

/// Nothing that is secret is in anything that can be shown, whatever the provider repeats.
#[tokio::test]
async fn no_secret_shows() {
    let server = Server::start(|request, _| {
        let body = request.text().replace('"', "'");
        json(
            400,
            &format!(r#"{{"error":"{body}","error_description":"{body}"}}"#),
        )
    })
    .await;
    let settings = || -> Builder<Ledger<Everything>> {
        builder(&server.url).credentials("the-id", "canary secret/1")
    };
    let login = settings().login().unwrap();
    let (_, pending, callback) = begun(&login).await;
    let state = pairs(callback.split_once('?').unwrap().1)["state"].clone();
    let callback = callback.replace("the-code", "canary-code");
    let mut shown = vec![
        format!(
            "{:?} {login:?} {:?}",
            settings(),
            login.resume("ann").client
        ),
        format!("{:?} {pending:?}", login.authorize(REDIRECT).await.unwrap()),
    ];
    let error = login.finish(&pending, &callback).await.unwrap_err();
    shown.push(format!("{error} {error:?}"));
    let error = login.password("ann", "canary-password").await.unwrap_err();
    shown.push(format!("{error} {error:?}"));
    let verifier = pairs(server.seen()[0].text())["code_verifier"].clone();

    let good = Server::start(|_, _| {
        json(
            200,
            r#"{"access_token":"canary-access","refresh_token":"canary-refresh"}"#,
        )
    })
    .await;
    let login = builder(&good.url).login().unwrap();
    let tokens = login.password("ann", "p").await.unwrap();
    shown.push(format!("{tokens:?}"));
    let ledger = login.client("ann", tokens).await.unwrap();
    shown.push(format!("{:?} {login:?}", ledger.client));
    for text in shown {
        for secret in ["canary", &state, &verifier] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}

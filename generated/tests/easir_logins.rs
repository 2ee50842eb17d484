//! EASI'R's dialect of the grants by which users log in, as its page describes them.

#![cfg(all(feature = "easir-authentication", feature = "easir-crm"))]

mod support;

use portal_apis::easir::Easir;
use portal_apis::easir::bundles::Full;
use portal_apis::runtime::wire::{Json, from_slice};
use portal_apis::runtime::{
    Error, IdentityProviderError, IdentityProviderReason, Login, MemoryStore, RetryPolicy,
};

use support::{Answer, CLIENT_ID, CLIENT_SECRET, Request, Server};

const REDIRECT: &str = "https://app.example/callback";
const CODES: &str = r#"{"verification_uri":"TOKEN_URL?grant_type=device_code","user_code":390666,"device_code":"the-device-code","interval":1}"#;

/// Access and refresh tokens by number.
fn granted(number: usize) -> Answer {
    Answer::json(
        200,
        format!(
            r#"{{"access_token":"access-{number}","token_type":"Bearer","expires_in":3600,"refresh_token":"refresh-{number}"}}"#
        ),
    )
}

/// A server that grants what is asked for, and knows the user of each token.
fn server() -> Server {
    let mut count = 0;
    let tokens = move |_: &Request| {
        count += 1;
        granted(count)
    };
    Server::start(tokens, |_| Answer::json(200, r#"{"id":101}"#))
}

fn login(server: &Server, store: MemoryStore) -> Login<Easir<Full>> {
    Easir::<Full>::builder()
        .credentials(CLIENT_ID, CLIENT_SECRET)
        .token_url(server.token_url())
        .api_url("crm", server.url())
        .retry(RetryPolicy::never())
        .token_store(store)
        .login()
        .unwrap()
}

/// The target and the JSON body of a request.
fn asked(request: &Request) -> (String, Json) {
    assert_eq!(request.header("content-type"), Some("application/json"));
    (request.target.clone(), from_slice(&request.body).unwrap())
}

/// A body with the client and these members.
fn body(members: &[(&str, &str)]) -> Json {
    let client = [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
    let all = client.iter().chain(members);
    Json::Object(
        all.map(|(name, value)| ((*name).to_owned(), Json::String((*value).to_owned())))
            .collect(),
    )
}

#[tokio::test]
async fn a_user_logs_in_with_the_browser_and_is_known() {
    let (server, store) = (server(), MemoryStore::new());
    let login = login(&server, store.clone());
    let request = login.authorize(REDIRECT).await.unwrap();
    let (place, query) = request.url().split_once('?').unwrap();
    assert_eq!(place, "https://auth.easir.com/");
    let (fixed, state) = query.split_once("&state=").unwrap();
    assert_eq!(
        fixed,
        "response_type=code&client_id=client-7&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback"
    );
    // The page knows neither scopes nor PKCE.
    assert_eq!(state.len(), 43);

    let callback = format!("{REDIRECT}?code=the-code&state={state}");
    let tokens = login.finish(request.pending(), &callback).await.unwrap();
    let easir = login.client("user-17", tokens).await.unwrap();
    let user = easir.crm().me().await.unwrap();
    assert_eq!(user.id, Some(101));
    let tokens = server.token_requests();
    assert_eq!(
        asked(&tokens[0]),
        (
            "/token?grant_type=authorization_code".to_owned(),
            body(&[("code", "the-code"), ("redirect_uri", REDIRECT)])
        )
    );
    // After a restart.
    let login = self::login(&server, store);
    login.resume("user-17").crm().me().await.unwrap();
    for call in server.calls() {
        assert_eq!(call.target, "/me");
        assert_eq!(call.header("authorization"), Some("Bearer access-1"));
    }
    assert_eq!(
        (server.token_requests().len(), server.calls().len()),
        (1, 2)
    );
    login.log_out("user-17").await.unwrap();
    let error = login.resume("user-17").crm().me().await.unwrap_err();
    let Error::IdentityProvider(error) = error else {
        panic!("{error}")
    };
    assert_eq!(*error.reason(), IdentityProviderReason::LoginRequired);
}

#[tokio::test]
async fn a_refused_token_is_renewed_with_the_refresh_token() {
    let mut count = 0;
    let tokens = move |_: &Request| {
        count += 1;
        granted(count)
    };
    let server = Server::start(tokens, |request| match request.header("authorization") {
        Some("Bearer access-1") => Answer::json(401, "{}"),
        _ => Answer::json(200, r#"{"id":101}"#),
    });
    let login = login(&server, MemoryStore::new());
    let tokens = login.password("sam", "pass\"word").await.unwrap();
    let easir = login.client("user-17", tokens).await.unwrap();
    easir.crm().me().await.unwrap();
    let requests: Vec<_> = server.token_requests().iter().map(asked).collect();
    assert_eq!(
        requests,
        [
            (
                "/token?grant_type=password".to_owned(),
                body(&[("username", "sam"), ("password", "pass\"word")])
            ),
            (
                "/token?grant_type=refresh_token".to_owned(),
                body(&[("refresh_token", "refresh-1")])
            ),
        ]
    );
}

/// The page says nothing of the body of a refusal.
#[tokio::test]
async fn a_refresh_token_that_ran_out_asks_for_a_login() {
    let answers = [
        granted(1),
        Answer::json(400, r#"{"errors":[{"code":"bad_token","message":"Old"}]}"#),
    ];
    let server = Server::start(support::script(answers), |_| Answer::json(401, "{}"));
    let login = login(&server, MemoryStore::new());
    let tokens = login.password("sam", "p").await.unwrap();
    let easir = login.client("user-17", tokens).await.unwrap();
    let Error::IdentityProvider(error) = easir.crm().me().await.unwrap_err() else {
        panic!("another error")
    };
    assert_eq!(*error.reason(), IdentityProviderReason::LoginRequired);
    assert_eq!(error.message(), "Old");
}

/// Plays the device flow with these answers to its questions.
async fn device(answers: Vec<Answer>) -> (Result<(), IdentityProviderError>, Vec<Request>) {
    let answers = std::iter::once(Answer::json(200, CODES)).chain(answers);
    let server = Server::start(support::script(answers), |_| Answer::empty(500));
    let device = login(&server, MemoryStore::new()).device().await.unwrap();
    assert_eq!(device.user_code(), "390666");
    assert_eq!(device.lifetime().as_secs(), 600);
    let outcome = device.wait().await.map(|tokens| {
        assert_eq!(tokens.access_token().expose(), "access-1");
    });
    (outcome, server.token_requests())
}

#[tokio::test]
async fn a_bare_400_means_not_yet() {
    let (outcome, requests) = device(vec![
        Answer::empty(400),
        Answer::json(400, r#"{"errors":[{"code":"bad_request","message":"No"}]}"#),
        granted(1),
    ])
    .await;
    outcome.unwrap();
    let grant = || "/token?grant_type=device_code".to_owned();
    assert_eq!(asked(&requests[0]), (grant(), body(&[])));
    let poll = (grant(), body(&[("device_code", "the-device-code")]));
    for request in &requests[1..] {
        assert_eq!(asked(request), poll);
    }
    assert_eq!(requests.len(), 4);
}

#[tokio::test]
async fn an_error_with_a_name_ends_it() {
    let denied = Answer::json(400, r#"{"errors":[{"code":"access_denied"}]}"#);
    let (outcome, requests) = device(vec![denied]).await;
    let error = outcome.unwrap_err();
    assert_eq!(*error.reason(), IdentityProviderReason::Denied);
    assert_eq!(requests.len(), 2);
}

/// The page names the token endpoint as the place for the user, where nothing can be entered.
#[tokio::test]
async fn the_token_endpoint_is_no_place_to_send_a_user() {
    let server = Server::start(
        |request| {
            let host = request.header("host").unwrap();
            Answer::json(
                200,
                CODES.replace("TOKEN_URL", &format!("http://{host}/token")),
            )
        },
        |_| Answer::empty(500),
    );
    let device = login(&server, MemoryStore::new()).device().await.unwrap();
    assert_eq!(device.verification_uri(), None);
}

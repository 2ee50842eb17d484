//! The standard's grants, scopes of documents, and faults by header, with a portal made for it.

mod support;

use std::time::Duration;

use portal_sandbox::Sandbox;

use support::{Raw, ask, own};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/portal");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
/// The pair of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

async fn sandbox() -> Sandbox {
    Sandbox::builder().folder(FOLDER).start().await.unwrap()
}

/// Asks with the client in a Basic header.
async fn form(sandbox: &Sandbox, url: &str, body: &str) -> Raw {
    let own = own(sandbox, "Desk");
    let pair = format!("{}:{}", own.client_id, own.client_secret);
    use base64::Engine;
    let basic = base64::engine::general_purpose::STANDARD.encode(pair);
    let basic = format!("Basic {basic}");
    ask("POST", url, &[FORM, ("authorization", &basic)], body).await
}

async fn token(sandbox: &Sandbox, body: &str) -> Raw {
    form(sandbox, &sandbox.token_url(), body).await
}

/// A member of a JSON answer, as text.
fn member(answer: &Raw, name: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    match &value[name] {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[tokio::test]
async fn refusals_are_those_of_the_standard() {
    let sandbox = sandbox().await;
    for (body, status, error) in [
        (
            "grant_type=client_credentials&scope=orders.burn",
            400,
            "invalid_scope",
        ),
        ("grant_type=magic", 400, "unsupported_grant_type"),
        ("scope=orders.look", 400, "invalid_request"),
        ("grant_type=a&grant_type=b", 400, "invalid_request"),
        (
            "grant_type=authorization_code&code=none",
            400,
            "invalid_grant",
        ),
        (
            "grant_type=refresh_token&refresh_token=none",
            400,
            "invalid_grant",
        ),
        (
            "grant_type=client_credentials&client_secret=x",
            400,
            "invalid_request",
        ),
    ] {
        let answer = token(&sandbox, body).await;
        assert_eq!(
            (answer.status, member(&answer, "error").as_str()),
            (status, error),
            "{body}"
        );
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let answer = ask(
        "POST",
        &sandbox.token_url(),
        &[FORM],
        "grant_type=client_credentials",
    )
    .await;
    assert_eq!(answer.status, 401);
    assert!(answer.header("www-authenticate").starts_with("Basic"));
}

#[tokio::test]
async fn codes_are_bound_to_their_verifier_and_good_once() {
    let sandbox = sandbox().await;
    let id = &own(&sandbox, "Desk").client_id;
    let code = async || {
        let url = format!(
            "{}?response_type=code&client_id={id}&redirect_uri=http%3A%2F%2Flocalhost%2Fback&state=s1\
             &code_challenge={CHALLENGE}&code_challenge_method=S256",
            sandbox.authorize_url()
        );
        let answer = ask("GET", &url, &[], "").await;
        assert_eq!(answer.status, 302);
        let back = answer.header("location").to_owned();
        assert!(back.starts_with("http://localhost/back?code="), "{back}");
        assert!(
            back.ends_with("&state=s1&iss=https%3A%2F%2Fid.example"),
            "{back}"
        );
        back.split_once("code=")
            .unwrap()
            .1
            .split_once('&')
            .unwrap()
            .0
            .to_owned()
    };
    let redeem = async |code: &str, verifier: &str| {
        let body = format!(
            "grant_type=authorization_code&code={code}&redirect_uri=http%3A%2F%2Flocalhost%2Fback&code_verifier={verifier}"
        );
        token(&sandbox, &body).await
    };
    let wrong = redeem(&code().await, "wrong").await;
    assert_eq!(member(&wrong, "error"), "invalid_grant");
    let good = code().await;
    let answer = redeem(&good, VERIFIER).await;
    assert_eq!(
        (answer.status, member(&answer, "scope").as_str()),
        (200, "orders.look")
    );
    assert_eq!(redeem(&good, VERIFIER).await.status, 400);
    let late = code().await;
    sandbox.advance(Duration::from_secs(600));
    assert_eq!(redeem(&late, VERIFIER).await.status, 400);

    // The refresh token is replaced.
    let old = member(&answer, "refresh_token");
    let renew = format!("grant_type=refresh_token&refresh_token={old}");
    let renewed = token(&sandbox, &renew).await;
    assert_eq!(renewed.status, 200);
    assert_ne!(member(&renewed, "refresh_token"), old);
    assert_eq!(
        member(&token(&sandbox, &renew).await, "error"),
        "invalid_grant"
    );
}

#[tokio::test]
async fn a_device_is_told_to_wait_and_to_slow_down() {
    let sandbox = sandbox().await;
    let url = sandbox.device_authorization_url().unwrap();
    let begun = form(&sandbox, &url, "").await;
    assert_eq!(member(&begun, "expires_in"), "600");
    let poll = format!(
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code={}",
        member(&begun, "device_code")
    );
    let error = async || member(&token(&sandbox, &poll).await, "error");
    assert_eq!(error().await, "authorization_pending");
    assert_eq!(error().await, "slow_down");
    sandbox.advance(Duration::from_secs(11));
    assert!(sandbox.approve_device(&member(&begun, "user_code")));
    assert_eq!(token(&sandbox, &poll).await.status, 200);
    assert_eq!(error().await, "invalid_grant");
}

#[tokio::test]
async fn scopes_are_those_of_the_document() {
    let sandbox = sandbox().await;
    let granted = token(&sandbox, "grant_type=client_credentials").await;
    let bearer = format!("Bearer {}", member(&granted, "access_token"));
    let api = sandbox.api_url("orders").unwrap();
    let headers = [("authorization", bearer.as_str())];
    let one = ask("GET", &format!("{api}/orders/1"), &headers, "").await;
    assert_eq!((one.status, member(&one, "id").as_str()), (200, "1"));
    let burn = ask("DELETE", &format!("{api}/orders/1"), &headers, "").await;
    assert_eq!(burn.status, 403);
    assert_eq!(
        burn.header("www-authenticate"),
        r#"Bearer error="insufficient_scope", scope="orders.burn""#
    );
    let none = ask("GET", &format!("{api}/orders/99"), &headers, "").await;
    assert_eq!(none.status, 404);
    let odd = ask("GET", &format!("{api}/orders/x"), &headers, "").await;
    assert_eq!(
        (odd.status, odd.header("content-type")),
        (400, "application/problem+json")
    );
    assert!(odd.body.contains("path parameter orderId"), "{}", odd.body);
}

#[tokio::test]
async fn a_header_asks_for_a_fault() {
    let sandbox = sandbox().await;
    let granted = token(&sandbox, "grant_type=client_credentials").await;
    let bearer = format!("Bearer {}", member(&granted, "access_token"));
    let url = format!("{}/orders/1", sandbox.api_url("orders").unwrap());
    let spoiled = async |fault: &str| {
        let headers = [
            ("authorization", bearer.as_str()),
            ("X-Sandbox-Fault", fault),
        ];
        ask("GET", &url, &headers, "").await
    };
    assert_eq!(
        member(&spoiled("unknown-enum").await, "state"),
        "sandbox-unknown"
    );
    assert_eq!(member(&spoiled("null-required").await, "id"), "null");
    assert_eq!(
        member(&spoiled("no-offset").await, "placedAt"),
        "2024-03-15T08:30:45"
    );
    assert_eq!(
        member(&spoiled("extra-field").await, "sandboxExtra"),
        "unknown"
    );
    let unchanged = spoiled("long-decimal").await;
    assert_eq!(unchanged.header("x-sandbox-fault"), "not-applied");
    assert_eq!(spoiled("no-content").await.status, 204);
    let busy = spoiled("rate-limit=7").await;
    assert_eq!((busy.status, busy.header("retry-after")), (429, "7"));
    let unknown = spoiled("fire").await;
    assert_eq!(unknown.status, 400);
    assert!(
        unknown.body.contains("no fault \"fire\""),
        "{}",
        unknown.body
    );
}

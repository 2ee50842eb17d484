//! What a careless application or a hostile provider could bring about.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use portal_runtime::store::{BoxFuture, Lease, Record, Revision, StoreError, TokenKey};
use portal_runtime::{
    ByteStream, Bytes, CallExt, Client, Error, HeaderMap, IdentityProviderReason, MemoryStore,
    Secret, StatusCode, Stream, TokenStore, Transport, TransportError, TransportRequest,
    TransportResponse, bundle,
};
use tokio::time::{Instant, Sleep, sleep};

use crate::ledger::{Access, Everything, Ledger, Partner, builder, ledger};
use crate::logins::pairs;
use crate::server::{Server, answer, json};

const EVENT: &str = r#"{"id":1,"account":"a"}"#;

bundle! {
    pub Auditing {
        scopes: ["ledger.read", "ledger.audit"],
        grants: [Access],
    }
}

#[tokio::test]
async fn a_header_of_the_calls_own_that_is_refused_costs_nobody_the_token() {
    let server = Server::portal(|request, _| match request.header("authorization") {
        Some("Bearer own") => answer(401, &[("www-authenticate", "Bearer")], ""),
        _ => json(200, EVENT),
    })
    .await;
    let ledger = ledger(&server.url);
    ledger.event("1").await.unwrap();
    let own = ledger.event("1").header("authorization", "Bearer own");
    let error = own.await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 401);
    ledger.event("1").await.unwrap();
    // The same header would be refused again, so it is not sent again.
    assert_eq!((server.tokens(), server.calls().len()), (1, 3));
}

#[tokio::test]
async fn a_call_with_a_header_of_its_own_needs_no_token() {
    let server = Server::start(|request, _| match request.target() {
        "/token" => json(400, r#"{"error":"invalid_client"}"#),
        _ => json(200, EVENT),
    })
    .await;
    let call = ledger(&server.url).event("1");
    call.header("authorization", "Bearer own").await.unwrap();
    assert_eq!(server.tokens(), 0);
}

/// Grants what is asked for, and says so.
async fn granting() -> Server {
    Server::start(|request, _| match request.target() {
        "/token" => {
            let asked = pairs(request.text());
            let scope = asked.get("scope").map_or("everything", String::as_str);
            let name = scope.replace(' ', "+");
            let body = format!(r#"{{"access_token":"{name}","scope":"{scope}","expires_in":900}}"#);
            json(200, &body)
        }
        _ => answer(200, &[], request.header("authorization").unwrap()),
    })
    .await
}

/// The token that a call is made with.
async fn token_of(client: Client) -> String {
    let ledger = Ledger::<Everything>::over(client);
    let body = ledger.anything().await.unwrap().into_body();
    body.trim_start_matches("Bearer ").to_owned()
}

#[tokio::test]
async fn scopes_in_one_text_are_as_many_scopes() {
    let server = granting().await;
    let together = builder(&server.url).scopes(["b  a", "c"]).build().unwrap();
    assert_eq!(token_of(together.client.clone()).await, "a+b+c");
    let again = together.client.with_scopes(["c b", "a\n"]).unwrap();
    assert_eq!(token_of(again).await, "a+b+c");
    assert_eq!(server.tokens(), 1);
}

#[tokio::test]
async fn without_scopes_no_token_is_asked_for() {
    let server = granting().await;
    let nothing: [&str; 0] = [];
    for set in [vec![], vec![""], vec!["a", " "]] {
        let built = builder(&server.url).scopes(set.clone()).build();
        let error = built.err().unwrap().to_string();
        assert!(error.contains("scope"), "{error}");
        let ledger = ledger(&server.url);
        let error = ledger.client.with_scopes(set).unwrap_err().to_string();
        assert!(error.contains("scope"), "{error}");
    }
    for built in [
        builder(&server.url)
            .scopes_for::<Everything>(nothing)
            .build(),
        builder(&server.url).scopes_for::<Partner>(nothing).build(),
        builder(&server.url).scopes_for::<Partner>([""]).build(),
    ] {
        let error = built.err().unwrap().to_string();
        assert!(error.contains("scopes for the bundle"), "{error}");
    }
    assert_eq!(server.tokens(), 0);
}

#[tokio::test]
async fn narrowing_brings_no_scope_back() {
    let server = granting().await;
    let ledger = ledger(&server.url);
    let reading = ledger.client.with_scopes(["ledger.read"]).unwrap();
    for narrowed in [
        reading.narrow::<Everything>(),
        reading.narrow::<Auditing>(),
        reading.narrow::<Partner>(),
        reading.narrow::<Auditing>().narrow::<Everything>(),
    ] {
        assert_eq!(token_of(narrowed).await, "ledger.read");
    }
    let other = ledger.client.with_scopes(["other"]).unwrap();
    assert_eq!(token_of(other.narrow::<Everything>()).await, "other");
    let auditing = ledger.client.narrow::<Auditing>();
    assert_eq!(token_of(auditing).await, "ledger.audit+ledger.read");
}

#[test]
fn the_environment_has_scopes_for_a_bundle_of_the_applications_own() {
    let lookup = |name: &str| match name {
        "EXAMPLE_CLIENT_ID" | "EXAMPLE_CLIENT_SECRET" | "EXAMPLE_SUBSCRIPTION_KEY" => {
            Some("x".to_owned())
        }
        "EXAMPLE_SCOPE_PARTNER" => Some("theirs".to_owned()),
        _ => None,
    };
    let built = Ledger::<Partner>::builder().credentials_from(lookup);
    built.unwrap().build().unwrap();
}

#[tokio::test]
async fn cookies_are_joined_and_none_is_dropped() {
    let server = Server::portal(|_, _| answer(200, &[], "")).await;
    let call = ledger(&server.url).anything().header("cookie", "own=1");
    let call = call.into_call().cookie("other", "2");
    call.await.unwrap();
    assert_eq!(server.calls()[0].header("cookie"), Some("own=1; other=2"));
}

/// Puts what is no record under the client's key.
async fn damaged(store: &MemoryStore, server: &Server) {
    let scopes = ["ledger.read".to_owned(), "ledger.write".to_owned()];
    let key = TokenKey::of_client(&format!("{}/token", server.url), "the-id", &scopes);
    let old = store
        .load(&key)
        .await
        .unwrap()
        .map(|record| record.revision);
    let put = store.replace(&key, old, &Secret::from("garbage")).await;
    assert!(put.unwrap().is_some());
}

#[tokio::test]
async fn a_damaged_record_of_the_clients_own_tokens_is_replaced() {
    let server = Server::portal(|_, _| json(200, EVENT)).await;
    let store = MemoryStore::new();
    damaged(&store, &server).await;
    for _ in 0..2 {
        let process = builder(&server.url).token_store(store.clone());
        process.build().unwrap().event("1").await.unwrap();
    }
    assert_eq!(server.tokens(), 1, "the second process has the first one's");
}

/// A store all of whose records are damaged.
struct Damaged;

impl TokenStore for Damaged {
    fn load<'a>(&'a self, _: &'a TokenKey) -> BoxFuture<'a, Result<Option<Record>, StoreError>> {
        Box::pin(async { Err(StoreError::damaged("no record")) })
    }

    fn replace<'a>(
        &'a self,
        _: &'a TokenKey,
        _: Option<Revision>,
        _: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<Revision>, StoreError>> {
        Box::pin(async { Err(StoreError::damaged("no record")) })
    }

    fn remove<'a>(
        &'a self,
        _: &'a TokenKey,
        _: Revision,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async { Err(StoreError::damaged("no record")) })
    }

    fn lease<'a>(
        &'a self,
        _: &'a TokenKey,
        _: Duration,
    ) -> BoxFuture<'a, Result<Option<Lease>, StoreError>> {
        Box::pin(async { Ok(Some(Lease::new(|| async {}))) })
    }
}

#[tokio::test]
async fn a_client_can_do_without_records_that_nobody_can_read() {
    let server = Server::portal(|_, _| json(200, EVENT)).await;
    let ledger = builder(&server.url).token_store(Damaged).build().unwrap();
    ledger.event("1").await.unwrap();
    ledger.event("1").await.unwrap();
    assert_eq!(server.tokens(), 1);
}

/// Grants less than was asked for, with a refresh token.
async fn stingy() -> Server {
    Server::start(|request, count| match request.target() {
        "/token" => json(
            200,
            &format!(
                r#"{{"access_token":"access-{count}","refresh_token":"refresh-{count}",
                    "expires_in":3600,"scope":"ledger.read"}}"#
            ),
        ),
        _ => match request.header("authorization") {
            Some("Bearer access-0") => answer(401, &[("www-authenticate", "Bearer")], ""),
            _ => json(200, EVENT),
        },
    })
    .await
}

/// What is missing of each token.
type Notes = Arc<Mutex<Vec<Vec<String>>>>;

/// Keeps what is missing of each token.
fn noted() -> (Notes, impl Fn(&[String]) + Send + Sync) {
    let notes = Notes::default();
    let kept = Arc::clone(&notes);
    let note = move |missing: &[String]| kept.lock().unwrap().push(missing.to_vec());
    (notes, note)
}

#[tokio::test]
async fn missing_scopes_can_be_a_warning_once_for_each_token() {
    let server = stingy().await;
    let (notes, note) = noted();
    let ledger = builder(&server.url)
        .on_missing_scopes(note)
        .build()
        .unwrap();
    for _ in 0..3 {
        ledger.event("1").await.unwrap();
    }
    // The first token was refused, so there were two.
    assert_eq!(server.tokens(), 2);
    assert_eq!(*notes.lock().unwrap(), [["ledger.write"], ["ledger.write"]]);
}

#[tokio::test]
async fn a_login_with_missing_scopes_can_be_a_warning_too() {
    let server = stingy().await;
    let (notes, note) = noted();
    let store = MemoryStore::new();
    let with_store = || builder(&server.url).token_store(store.clone());
    let login = with_store().on_missing_scopes(note).login().unwrap();
    let tokens = login.password("ann", "the-password").await.unwrap();
    assert_eq!(tokens.scopes(), ["ledger.read"]);
    assert_eq!(notes.lock().unwrap().len(), 1);
    let ledger = login.client("ann", tokens).await.unwrap();
    ledger.event("1").await.unwrap();
    ledger.event("1").await.unwrap();
    assert_eq!(*notes.lock().unwrap(), [["ledger.write"], ["ledger.write"]]);
    let grants: Vec<_> = server
        .seen()
        .iter()
        .filter(|request| request.target() == "/token")
        .map(|request| pairs(request.text())["grant_type"].clone())
        .collect();
    assert_eq!(grants, ["password", "refresh_token"]);

    // Without it, the same login is refused.
    let strict = builder(&server.url).login().unwrap();
    let error = strict.password("ann", "x").await.unwrap_err();
    let missing = IdentityProviderReason::MissingScopes(vec!["ledger.write".to_owned()]);
    assert_eq!(*error.reason(), missing);
}

#[tokio::test]
async fn answers_that_are_no_tokens_are_told_apart_and_show_no_secret() {
    let gzip_of_nothing = b"\x1f\x8b\x08\x00garbage";
    let huge = format!(r#"{{"access_token":"{}"}}"#, "a".repeat(10 << 20));
    let long = format!(r#"{{"access_token":"a","x":{}1}}"#, "[".repeat(100_000));
    let answers = [
        json(
            200,
            r#"{"error":"invalid_client","error_description":"the-secret"}"#,
        ),
        answer(
            200,
            &[("content-type", "text/html")],
            "<html>the-secret</html>",
        ),
        answer(200, &[("content-encoding", "gzip")], gzip_of_nothing),
        answer(200, &[("content-encoding", "br")], "the-secret"),
        answer(307, &[("location", "https://evil.example/the-secret")], ""),
        answer(302, &[("location", "/token2?the-secret")], ""),
        json(200, &huge),
        json(200, &long),
        json(200, r#"{"access_token":"two words","expires_in":3600}"#),
        json(200, "{\"access_token\":\"two\\nlines\"}"),
        json(200, r#"{"access_token":["the-secret"]}"#),
        json(200, r#"{"access_token":"a","token_type":"the-secret"}"#),
        json(200, r#""the-secret""#),
        answer(200, &[], [0xff, 0xfe, 0x00]),
        answer(204, &[], ""),
    ];
    for reply in answers {
        let shown: String = format!("{reply:?}").chars().take(80).collect();
        let script = move |request: &crate::server::Received, _| match request.target() {
            "/token" => reply.clone(),
            _ => json(200, EVENT),
        };
        let server = Server::start(script).await;
        let policy = portal_runtime::RetryPolicy::never();
        let ledger = builder(&server.url).retry(policy).build().unwrap();
        let error = ledger.event("1").await.unwrap_err();
        assert!(
            matches!(error, Error::IdentityProvider(_)),
            "{shown}: {error}"
        );
        for text in [error.to_string(), format!("{error:?}")] {
            assert!(!text.contains("the-secret"), "{shown}: {text}");
            assert!(text.len() < 2000, "{shown}");
        }
        assert!(server.calls().is_empty(), "{shown}");
    }
}

#[tokio::test]
async fn odd_lifetimes_give_tokens_all_the_same() {
    for lifetime in [
        "0", "-1", "\"abc\"", "1e308", "1e999", "null", "[]", "0.0001", "\" 60 \"",
    ] {
        let body = format!(r#"{{"access_token":"a","expires_in":{lifetime}}}"#);
        let server = Server::start(move |request, _| match request.target() {
            "/token" => json(200, &body),
            _ => json(200, EVENT),
        })
        .await;
        let ledger = ledger(&server.url);
        for _ in 0..2 {
            let event = ledger.event("1").await;
            event.unwrap_or_else(|error| panic!("{lifetime}: {error}"));
        }
    }
}

/// Answers every call with an error whose body comes drop by drop and never ends.
struct Dripping;

impl Transport for Dripping {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'static, Result<TransportResponse, TransportError>> {
        let is_token = request.url.path() == "/token";
        Box::pin(async move {
            let body = match is_token {
                true => ByteStream::from_bytes(r#"{"access_token":"a","expires_in":3600}"#),
                false => ByteStream::from_stream(Drops(Box::pin(sleep(DROP)))),
            };
            let status = if is_token { 200 } else { 500 };
            Ok(TransportResponse {
                status: StatusCode::from_u16(status).unwrap(),
                headers: HeaderMap::new(),
                body,
            })
        })
    }
}

/// Shorter than the idle timeout.
const DROP: Duration = Duration::from_secs(20);

struct Drops(Pin<Box<Sleep>>);

impl Stream for Drops {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        ready!(self.0.as_mut().poll(context));
        self.0.as_mut().reset(Instant::now() + DROP);
        Poll::Ready(Some(Ok(Bytes::from_static(b"."))))
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_that_comes_drop_by_drop_does_not_hold_an_upload_for_ever() {
    let ledger = builder("https://h.example").transport(Dripping);
    let ledger = ledger.build().unwrap();
    let body = portal_runtime::Body::from_reader(&b"abc"[..], Some(3));
    let start = Instant::now();
    let upload = ledger.upload("1").into_call().bytes("image/png", body);
    let error = upload.await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 500);
    assert!(
        start.elapsed() <= Duration::from_secs(61),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn a_users_name_begins_no_line_in_a_message() {
    let server = Server::portal(|_, _| json(200, EVENT)).await;
    let name = "ann\n2026-01-01 INFO all is well\r\u{1b}[31m";
    let store = MemoryStore::new();
    let login = builder(&server.url).token_store(store.clone()).login();
    let login = login.unwrap();
    let nobody = login.resume(name).event("1").await.unwrap_err();
    let key = TokenKey::of_subject(&format!("{}/token", server.url), "the-id", name);
    store
        .replace(&key, None, &Secret::from("garbage"))
        .await
        .unwrap();
    let damaged = login.resume(name).event("1").await.unwrap_err();
    for error in [nobody, damaged] {
        let text = error.to_string();
        assert!(text.contains("ann"), "{text}");
        assert!(!text.contains(char::is_control), "{text:?}");
    }
}

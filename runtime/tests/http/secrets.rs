//! No secret shows: not in `Debug`, not in `Display`, not in sources, of anything public.

use std::fmt::{Debug, Display};

use portal_runtime::{
    Builder, ByteStream, CallExt, Client, ForService, FromHeaders, HeaderMap, Operation,
    Requirement, Scheme, SecurityScheme, Service, StatusCode, TransportResponse, body,
};

use crate::ledger::{API, Ledger, Partner, builder};
use crate::server::{Reply, Server, answer, json};

/// The values that must not show; all begin alike.
const CANARY: &str = "canary";

fn hidden(what: &str, text: &str) {
    assert!(!text.contains(CANARY), "{what} shows a secret: {text}");
}

fn no_debug<T: Debug>(what: &str, value: &T) {
    hidden(what, &format!("{value:?}"));
    hidden(what, &format!("{value:#?}"));
}

fn no_error<E: Debug + Display + std::error::Error>(what: &str, error: &E) {
    no_debug(what, error);
    hidden(what, &error.to_string());
    let mut source = error.source();
    while let Some(error) = source {
        hidden(what, &format!("{error} {error:?}"));
        source = error.source();
    }
}

fn portal(url: &str) -> Builder<Ledger<crate::ledger::Everything>> {
    builder(url)
        .credentials("id", "canary-secret")
        .subscription_key("canary-key")
        .retry(portal_runtime::RetryPolicy::never())
}

#[tokio::test]
async fn clients_builders_and_calls_hide_their_credentials() {
    let server = Server::portal(|_, _| answer(200, &[], "")).await;
    no_debug("the builder", &portal(&server.url));
    let ledger = portal(&server.url).build().unwrap();
    no_debug("the client", &ledger.client);
    let call = ledger
        .anything()
        .header("Authorization", "canary-token")
        .query("key", "canary-key")
        .into_call()
        .cookie("sid", "canary-cookie")
        .text("text/plain", "canary-body");
    no_debug("the call", &call);
    no_debug("the items", &ledger.events("canary-path").items());
    call.await.unwrap();
}

#[tokio::test]
async fn errors_of_every_layer_hide_credentials() {
    // A provider and an API that repeat everything they are sent.
    let server = Server::start(|request, count| match (request.target(), count) {
        ("/token", 0) => json(
            400,
            &format!(
                r#"{{"error":"invalid_client","error_description":"bad: {}"}}"#,
                request.text()
            ),
        ),
        ("/token", _) => json(200, r#"{"access_token":"canary-token","expires_in":3600}"#),
        (_, 2) => answer(401, &[("set-cookie", "sid=canary-cookie")], ""),
        (_, 3) => answer(
            302,
            &[("location", "https://x.example/?code=canary-code")],
            "",
        ),
        (_, 4) => answer(404, &[], "nothing here"),
        (_, 5) => json(200, r#"{"id":"canary"}"#.replace("canary", "x").as_str()),
        (_, 6) => Reply::Close,
        (_, 7) => Reply::Stall(Vec::new()),
        (_, 8) => answer(299, &[("set-cookie", "sid=canary-cookie")], "canary-body"),
        _ => answer(403, &[], r#"{"statusCode":403,"message":"Forbidden"}"#),
    })
    .await;
    let ledger = portal(&server.url)
        .attempt_timeout(std::time::Duration::from_millis(100))
        .build()
        .unwrap();
    no_error(
        "the provider's refusal",
        &ledger.event("1").await.unwrap_err(),
    );
    ledger.client.set_client_secret("canary-other").unwrap();
    for what in [
        "401",
        "302",
        "404",
        "decoding",
        "closed",
        "timeout",
        "undeclared",
        "gateway",
    ] {
        let error = ledger
            .event("1")
            .retry(portal_runtime::RetryPolicy::never())
            .await
            .unwrap_err();
        no_error(what, &error);
        no_error(what, &error.erase());
    }
}

#[test]
fn configuration_errors_hide_credentials() {
    let broken = portal("https://gateway.example")
        .subscription_key("canary\r\nkey")
        .build()
        .err()
        .unwrap();
    no_error("a key that is no header", &broken);
    let url = portal("https://user:canary@gateway.example")
        .build()
        .err()
        .unwrap();
    no_error("a URL with a password", &url);
    let url = portal("https://gateway.example")
        .token_url("ftp://id:canary@id.example/")
        .build()
        .err()
        .unwrap();
    no_error("a token URL with a password", &url);
    let environment = Ledger::<Partner>::builder()
        .credentials_from(|name| name.ends_with("SECRET").then(|| "canary-secret".to_owned()))
        .unwrap_err();
    no_error("the environment", &environment);
}

static KEYS: Service = Service {
    name: "keys",
    env_prefix: "KEYS",
    servers: &[],
    schemes: &[
        Scheme {
            name: "query",
            kind: SecurityScheme::ApiKeyQuery("key"),
        },
        Scheme {
            name: "basic",
            kind: SecurityScheme::Basic,
        },
    ],
};
static QUERY: Operation<(), ()> =
    Operation::new(&API, "Query", "GET", "/x", body::none).security(&[&[Requirement {
        scheme: "query",
        scopes: &[],
    }]]);

struct Keys(Client);

#[tokio::test]
async fn keys_in_queries_hide() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let closing = Server::answering(vec![Reply::Close]).await;
    let garbage = Server::answering(vec![Reply::Last(b"canary? no HTTP\r\n\r\n".to_vec())]).await;
    for url in [&dead, &closing.url, &garbage.url] {
        let builder: Builder<Keys, ForService> = Builder::for_service(&KEYS, Keys)
            .base_url(url)
            .api_key("query", "canary-key")
            .basic("basic", "user", "canary-password")
            .retry(portal_runtime::RetryPolicy::never());
        no_debug("the builder", &builder);
        let keys = builder.build().unwrap();
        no_debug("the client", &keys.0);
        let error = keys.0.call::<_, _, ()>(&QUERY).await.unwrap_err();
        no_error("a network error", &error);
    }
}

/// A transport that looks at requests as a logging layer would.
struct Logging;

impl portal_runtime::Transport for Logging {
    fn send(
        &self,
        request: portal_runtime::TransportRequest,
    ) -> portal_runtime::transport::BoxFuture<
        'static,
        Result<portal_runtime::TransportResponse, portal_runtime::TransportError>,
    > {
        no_debug("the request", &request);
        let json = match request.url.path() {
            "/token" => r#"{"access_token":"canary-token","expires_in":3600}"#,
            _ => r#"{"id":1,"account":"a"}"#,
        };
        Box::pin(async move {
            Ok(portal_runtime::TransportResponse {
                status: portal_runtime::StatusCode::OK,
                headers: portal_runtime::HeaderMap::new(),
                body: portal_runtime::ByteStream::from_bytes(json),
            })
        })
    }
}

#[tokio::test]
async fn requests_hide_credentials_from_transports_that_log() {
    let ledger = portal("https://gateway.example")
        .transport(Logging)
        .build()
        .unwrap();
    assert_eq!(ledger.event("1").await.unwrap().id, 1);
    let own = ledger.event("1");
    let own = own
        .header("X-Api-Key", "canary")
        .header("x-session-token", "canary");
    assert_eq!(own.await.unwrap().id, 1);
    let keys = Builder::for_service(&KEYS, Keys)
        .base_url("https://x.example")
        .api_key("query", "canary-key")
        .transport(Logging)
        .build()
        .unwrap();
    keys.0.call::<_, _, ()>(&QUERY).await.unwrap();
}

/// An API, or a gateway before it, that repeats in its errors what it was sent.
#[tokio::test]
async fn credentials_that_an_api_repeats_do_not_show() {
    let server = Server::start(|request, _| {
        let target = request.target();
        if target == "/token" {
            return json(200, r#"{"access_token":"canary-token","expires_in":3600}"#);
        }
        let echo = request.head.replace("\r\n", " | ").replace('"', "'");
        let status = target.rsplit_once('/').unwrap().1.parse().unwrap();
        match status {
            403 => json(403, &format!(r#"{{"statusCode":403,"message":"{echo}"}}"#)),
            404 => answer(404, &[("content-type", "text/plain")], &echo),
            _ => json(status, &format!(r#"{{"error":"{echo}","code":"{echo}"}}"#)),
        }
    })
    .await;
    let ledger = portal(&server.url).build().unwrap();
    for status in ["400", "403", "404", "409", "500"] {
        let call = ledger.event(status).header("x-api-key", "canary-header");
        let error = call.await.unwrap_err();
        assert_eq!(error.status().unwrap().as_str(), status);
        no_error(status, &error);
        no_debug(status, &error.details());
        let words = format!("{:?} {error}", error.details());
        assert!(words.contains("****"), "{status}: {words}");
    }
}

#[test]
fn headers_of_answers_hide_secrets() {
    let mut headers = HeaderMap::new();
    for name in ["set-cookie", "location", "x-auth-token"] {
        headers.append(name, "canary-value".parse().unwrap());
    }
    let declared = DeclaredHeaders::from_headers(&headers).unwrap_err();
    no_error("a declared header", &declared);
    let cookie = CookieHeaders::from_headers(&headers).unwrap_err();
    no_error("a declared cookie", &cookie);
    let answer = TransportResponse {
        status: StatusCode::OK,
        headers,
        body: ByteStream::from_bytes("canary-body"),
    };
    no_debug("the answer that middleware sees", &answer);
}

portal_runtime::headers! {
    /// A header whose name says that it is secret.
    struct DeclaredHeaders {
        /// It is not what was declared.
        token: required i64 "X-Auth-Token",
    }
}

portal_runtime::headers! {
    /// A header that holds a cookie.
    struct CookieHeaders {
        /// It is not what was declared.
        cookie: required i64 "Set-Cookie",
    }
}

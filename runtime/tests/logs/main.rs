//! No secret reaches a log, at any level, over the whole life of a client and all of its failures:
//! neither in this crate's own events nor in those of the crates that it stands on.

#![allow(
    unreachable_pub,
    dead_code,
    reason = "the server and the portal are those of another test, written as a crate's are"
)]

#[path = "../http/ledger.rs"]
mod ledger;
#[path = "../http/server.rs"]
mod server;
#[path = "../http/server2.rs"]
mod server2;

use std::fmt::{Debug, Write as _};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use portal_runtime::{
    Body, Builder, CallExt, Client, Operation, Requirement, RetryPolicy, Scheme, SecurityScheme,
    Service, body,
};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use ledger::builder;
use server::{Reply, Server, answer, json};

/// Everything that was logged, by whom and what.
static LOG: Mutex<String> = Mutex::new(String::new());
static SPANS: AtomicU64 = AtomicU64::new(1);

struct Everything;

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

fn line(start: &str, record: impl FnOnce(&mut Line<'_>)) {
    let mut text = start.to_owned();
    record(&mut Line(&mut text));
    text.push('\n');
    LOG.lock().unwrap().push_str(&text);
}

impl Subscriber for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let meta = span.metadata();
        line(&format!("{} span {}", meta.target(), meta.name()), |line| {
            span.record(line);
        });
        Id::from_u64(SPANS.fetch_add(1, Ordering::Relaxed))
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        line("recorded", |line| values.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        line(event.metadata().target(), |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Plain;

impl log::Log for Plain {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        line(&format!("{} {}", record.target(), record.args()), |_| {});
    }

    fn flush(&self) {}
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
            name: "cookie",
            kind: SecurityScheme::ApiKeyCookie("sid"),
        },
        Scheme {
            name: "basic",
            kind: SecurityScheme::Basic,
        },
    ],
};

const fn needs(scheme: &'static str) -> Requirement {
    Requirement {
        scheme,
        scopes: &[],
    }
}

static ALL_KEYS: Operation<String, ()> =
    Operation::new(&ledger::API, "AllKeys", "GET", "/x", body::text).security(&[&[
        needs("query"),
        needs("cookie"),
        needs("basic"),
    ]]);

struct Keys(Client);

fn portal(url: &str) -> Builder<ledger::Ledger<ledger::Everything>> {
    builder(url)
        .credentials("id", "canary-secret")
        .subscription_key("canary-key")
        .attempt_timeout(Duration::from_millis(100))
}

/// Calls that go well and calls that fail, each in its way.
async fn journey(url: &str) {
    let portal = portal(url).build().unwrap();
    // The first token is refused.
    let mut shown = format!("{portal:?}", portal = portal.client);
    for _ in 0..14 {
        let result = portal
            .event("canary-path")
            .query("who", "canary-query")
            .retry(
                RetryPolicy::new()
                    .backoff(Duration::ZERO, Duration::ZERO)
                    .max_attempts(2),
            )
            .await;
        if let Err(error) = result {
            let _ = write!(shown, "{error} {error:?} {error:#?}");
            let error = error.erase();
            let _ = write!(shown, "{error} {error:?}");
        }
        portal.client.set_client_secret("canary-other").unwrap();
    }
    let call = portal
        .anything()
        .into_call()
        .text("text/plain", "canary-body");
    let _ = write!(shown, "{call:?}");
    let _ = ledger::Anything(call).await;
    let stream = Body::from_reader(&b"canary-body"[..], None);
    let _ = portal.upload("1").0.bytes("image/png", stream).await;
    assert!(!shown.contains("canary"), "{shown}");
}

async fn keys(url: &str) {
    let keys = Builder::for_service(&KEYS, Keys)
        .base_url(url)
        .api_key("query", "canary-key")
        .api_key("cookie", "canary-cookie")
        .basic("basic", "canary-user", "canary-password")
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let _ = keys.0.call::<_, _, ()>(&ALL_KEYS).await;
}

async fn through_a_proxy(url: &str) {
    let proxy = Server::start(|_, _| answer(407, &[], "")).await;
    let portal = portal(url)
        .gateway_url("https://gateway.example")
        .proxy(
            proxy
                .url
                .replace("http://", "http://canary-user:canary-password@"),
        )
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let error = portal.event("1").await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("canary"), "{shown}");
    assert_eq!(proxy.seen().len(), 1);
}

fn troubles() -> Vec<Reply> {
    let token = |token: &str| format!(r#"{{"access_token":"{token}","expires_in":3600}}"#);
    vec![
        json(
            400,
            r#"{"error":"invalid_client","error_description":"bad canary-secret"}"#,
        ),
        json(200, &token("canary-token")),
        json(200, r#"{"id":1,"account":"canary-body"}"#),
        answer(
            401,
            &[("set-cookie", "sid=canary-cookie")],
            "Bearer canary-token is no good",
        ),
        json(200, &token("canary-token-2")),
        answer(200, &[], r#"{"id":1,"account":"canary-body"}"#),
        answer(
            302,
            &[("location", "https://x.example/canary?code=canary-code")],
            "",
        ),
        json(
            401,
            r#"{"message":"the header 'Bearer canary-token-2' is no good"}"#,
        ),
        json(200, &token("canary-token-3")),
        answer(503, &[("retry-after", "0")], "canary-body"),
        answer(
            404,
            &[],
            r#"{"statusCode":404,"message":"Resource not found"}"#,
        ),
        json(
            200,
            r#"{"id":1,"account":{"password":7,"access_token":"canary"}}"#,
        ),
        json(200, r#"{"id":true,"access_token":"canary"}"#),
        Reply::Close,
        Reply::Close,
        Reply::Last(b"canary? no HTTP\r\n\r\n".to_vec()),
        Reply::Stall(Vec::new()),
        Reply::Last(
            b"HTTP/1.1 200 OK\r\nx-canary: canary\r\ncontent-length: 99\r\n\r\ncanary".to_vec(),
        ),
        answer(299, &[], "canary-body"),
        answer(200, &[("content-encoding", "br")], "canary-body"),
        json(200, r#"{"id":1,"account":"canary-body"}"#),
    ]
}

#[tokio::test]
async fn no_secret_reaches_a_log() {
    tracing::subscriber::set_global_default(Everything).unwrap();
    log::set_boxed_logger(Box::new(Plain)).unwrap();
    log::set_max_level(log::LevelFilter::Trace);

    let http1 = Server::answering(troubles()).await;
    journey(&http1.url).await;
    assert!(
        http1.seen().len() >= troubles().len(),
        "all of the troubles came up"
    );
    let (http2, _) = server2::server(&[
        server2::Act::Answer,
        server2::Act::Refuse,
        server2::Act::Reset,
        server2::Act::Answer,
    ])
    .await;
    let second = portal(&http2)
        .http(|http| http.customize(|client| client.http2_prior_knowledge()))
        .build()
        .unwrap();
    for _ in 0..4 {
        let _ = second
            .event("canary-path")
            .query("who", "canary-query")
            .await;
    }
    let identity = Server::portal(|_, _| json(200, "{}")).await;
    through_a_proxy(&identity.url).await;
    for reply in [
        json(200, "canary-body"),
        Reply::Close,
        Reply::Last(b"canary\r\n\r\n".to_vec()),
    ] {
        keys(&Server::answering(vec![reply]).await.url).await;
    }

    let log = LOG.lock().unwrap().clone();
    assert!(
        log.contains("h2::"),
        "the logs of other crates are looked at"
    );
    for line in log.lines() {
        assert!(!line.contains("canary"), "a secret was logged: {line}");
    }
    own_events(&log);
}

#[cfg(not(feature = "tracing"))]
fn own_events(log: &str) {
    assert!(!log.contains("portal_runtime"), "{log}");
}

#[cfg(feature = "tracing")]
fn own_events(log: &str) {
    let line = |words: &[&str]| {
        assert!(
            log.lines()
                .any(|line| words.iter().all(|word| line.contains(word))),
            "nothing logged of {words:?} in {}",
            log.lines()
                .filter(|line| line.contains("portal") || line.starts_with("rec"))
                .collect::<Vec<_>>()
                .join("\n")
        );
    };
    line(&[
        "span call",
        "portal.operation=\"GetEvent\"",
        "portal.api=\"ledger\"",
        "http.request.method=\"GET\"",
        "url.template=\"/v1/events/{id}\"",
        "server.address=\"127.0.0.1\"",
    ]);
    line(&["recorded", "otel.name=GET /v1/events/{id}"]);
    line(&["recorded", "http.response.status_code=200"]);
    line(&["recorded", "portal.outcome=\"success\""]);
    line(&["recorded", "error.type=\"302\""]);
    line(&["recorded", "error.type=\"gateway.OperationNotFound\""]);
    line(&["recorded", "portal.attempts=2"]);
    line(&[
        "answered",
        "portal.attempt=1",
        "http.response.status_code=503",
    ]);
    line(&["not answered", "error.type=Exchange"]);
    line(&["repeating", "portal.attempt=1"]);
    line(&["asked for a token", "http.response.status_code=400"]);
    line(&["does not fit the document", "portal.operation=\"GetEvent\""]);
}

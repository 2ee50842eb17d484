//! What stands around attempts: middleware, and identifiers of requests.

use std::sync::{Arc, Mutex};

use portal_runtime::transport::BoxFuture;
use portal_runtime::{
    ByteStream, CallExt, Error, HeaderMap, Middleware, Next, StatusCode, TransportError,
    TransportErrorKind, TransportRequest, TransportResponse,
};

use crate::ledger::{builder, ledger};
use crate::server::{Server, answer, json};

const EVENT: &str = r#"{"id":1,"account":"a"}"#;

type Notes = Arc<Mutex<Vec<String>>>;
type Sent = Result<TransportResponse, TransportError>;

/// Notes what passes.
struct Watch(&'static str, Notes);

impl Middleware for Watch {
    fn handle<'a>(&'a self, mut request: TransportRequest, next: Next<'a>) -> BoxFuture<'a, Sent> {
        Box::pin(async move {
            let about = next.attempt();
            assert_eq!(about.api, "ledger");
            let token = request.headers.get("authorization").unwrap();
            assert!(token.is_sensitive(), "credentials are there, and marked");
            assert!(request.headers["ocp-apim-subscription-key"].is_sensitive());
            let shown = format!("{request:?}");
            assert!(
                !shown.contains("token-1") && !shown.contains("the-key"),
                "{shown}"
            );
            let note = format!(
                "{} {} {} {}",
                self.0, about.operation, about.path, about.number
            );
            self.1.lock().unwrap().push(note);
            let trail = request
                .headers
                .get("x-trail")
                .map_or("", |value| value.to_str().unwrap());
            let trail = format!("{trail}{}", self.0);
            request.headers.insert("x-trail", trail.parse().unwrap());
            let answer = next.run(request).await;
            let status = answer
                .as_ref()
                .map(|answer| answer.status.as_u16())
                .unwrap_or(0);
            self.1.lock().unwrap().push(format!("{} {status}", self.0));
            answer
        })
    }
}

#[tokio::test]
async fn middleware_stands_around_each_attempt_in_order() {
    let server = Server::portal(|_, count| match count {
        0 => answer(503, &[], ""),
        _ => json(200, EVENT),
    })
    .await;
    let notes = Notes::default();
    let ledger = builder(&server.url)
        .middleware(Watch("a", Arc::clone(&notes)))
        .middleware(Watch("b", Arc::clone(&notes)))
        .build()
        .unwrap();
    ledger.event("1").await.unwrap();
    let path = "GetEvent /v1/events/{id}";
    let expected = [
        format!("a {path} 1"),
        format!("b {path} 1"),
        "b 503".to_owned(),
        "a 503".to_owned(),
        format!("a {path} 2"),
        format!("b {path} 2"),
        "b 200".to_owned(),
        "a 200".to_owned(),
    ];
    assert_eq!(*notes.lock().unwrap(), expected);
    assert_eq!(server.calls()[1].header("x-trail"), Some("ab"));
    assert_eq!(
        server.tokens(),
        1,
        "requests for tokens do not pass through"
    );
}

/// Answers in place of the server, then fails.
struct Instead(Mutex<u32>);

impl Middleware for Instead {
    fn handle<'a>(&'a self, _: TransportRequest, _: Next<'a>) -> BoxFuture<'a, Sent> {
        let mut count = self.0.lock().unwrap();
        *count += 1;
        let result = match *count {
            1 => Err(TransportError::new(
                TransportErrorKind::Connect,
                "the breaker is open",
            )),
            2 => Ok(TransportResponse {
                status: StatusCode::OK,
                headers: HeaderMap::new(),
                body: ByteStream::from_bytes(EVENT),
            }),
            _ => Err(TransportError::new(
                TransportErrorKind::RequestBody,
                "no more",
            )),
        };
        Box::pin(std::future::ready(result))
    }
}

#[tokio::test]
async fn middleware_can_answer_and_fail_in_place_of_the_server() {
    let server = Server::portal(|_, _| json(200, EVENT)).await;
    let ledger = builder(&server.url)
        .middleware(Instead(Mutex::new(0)))
        .build()
        .unwrap();
    assert_eq!(ledger.event("1").await.unwrap().id, 1);
    let error = ledger.event("1").await.unwrap_err();
    assert!(error.to_string().contains("no more"), "{error}");
    assert!(server.calls().is_empty());
}

#[tokio::test]
async fn an_identifier_is_sent_where_one_is_wanted() {
    let server = Server::portal(|_, count| match count {
        0 => answer(503, &[], ""),
        _ => json(200, EVENT),
    })
    .await;
    let wanted = builder(&server.url)
        .request_id_header("X-Request-Id")
        .build()
        .unwrap();
    wanted.event("1").await.unwrap();
    wanted.event("1").await.unwrap();
    wanted
        .event("1")
        .header("x-request-id", "mine")
        .await
        .unwrap();
    ledger(&server.url).event("1").await.unwrap();
    let calls = server.calls();
    let ids: Vec<_> = calls
        .iter()
        .map(|call| call.header("x-request-id"))
        .collect();
    assert_eq!(ids[0], ids[1], "the same for all attempts of a call");
    assert_ne!(ids[1], ids[2]);
    let id = ids[0].unwrap();
    assert!(
        id.len() == 36 && id.as_bytes()[14] == b'4' && b"89ab".contains(&id.as_bytes()[19]),
        "{id}"
    );
    assert_eq!((ids[3], ids[4]), (Some("mine"), None));
    let error = builder(&server.url)
        .request_id_header("x y")
        .build()
        .err()
        .unwrap();
    assert!(error.to_string().contains("`x y`"), "{error}");
}

#[tokio::test]
async fn the_servers_identifier_is_found_on_answers_of_every_kind() {
    let id = [("x-ms-request-id", "r-1")];
    let server = Server::start(move |request, count| match (request.target(), count) {
        ("/token", 0) => answer(400, &id, r#"{"error":"invalid_client"}"#),
        ("/token", _) => crate::server::token("t"),
        (_, 2) => answer(200, &id, EVENT),
        (_, 3) => answer(200, &id, "[]"),
        (_, 4) => answer(404, &id, "gone"),
        (_, 5) => answer(403, &id, r#"{"statusCode":403,"message":"Forbidden"}"#),
        _ => answer(299, &id, ""),
    })
    .await;
    let ledger = ledger(&server.url);
    let error = ledger.event("1").await.unwrap_err();
    assert_eq!(
        (error.operation(), error.request_id()),
        (Some("GetEvent"), Some("r-1")),
        "{error}"
    );
    ledger.client.set_client_secret("other").unwrap();
    assert_eq!(ledger.event("1").await.unwrap().request_id(), Some("r-1"));
    for _ in 0..3 {
        let error = ledger.event("1").await.unwrap_err();
        assert_eq!(error.request_id(), Some("r-1"), "{error}");
        assert!(error.to_string().contains("r-1"), "{error}");
        assert_eq!(error.operation(), Some("GetEvent"));
        assert_eq!(error.erase().operation(), Some("GetEvent"));
    }
    let event = crate::ledger::Event {
        id: 1,
        account: String::new(),
    };
    let error = ledger.add(&event).await.unwrap_err();
    assert!(matches!(error, Error::UndeclaredSuccess(_)), "{error}");
    assert_eq!(error.request_id(), Some("r-1"));
}

#[tokio::test]
async fn the_details_of_an_error_are_reachable_whatever_its_shape() {
    let server = Server::portal(|_, count| match count {
        0 => json(
            400,
            r#"{"error":"no such date","code":"E1","telemetryId":"t-1"}"#,
        ),
        _ => json(
            422,
            r#"{"errors":[{"code":"validation.required","message":"The name is required."}]}"#,
        ),
    })
    .await;
    let ledger = ledger(&server.url);
    let details = ledger.event("1").await.unwrap_err().details().unwrap();
    assert_eq!(details.telemetry_id.as_deref(), Some("t-1"));
    let error: portal_runtime::AnyError = ledger.event("1").await.unwrap_err().into();
    let details = error.details().unwrap();
    assert_eq!(details.code.as_deref(), Some("validation.required"));
    assert_eq!(details.message.as_deref(), Some("The name is required."));
}

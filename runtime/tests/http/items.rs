//! Bodies of sequential media types, read item by item.

use std::time::Duration;

use portal_runtime::wire::Json;
use portal_runtime::{
    AnyError, Call, Error, ItemProblem, ItemStream, Operation, ServerSentEvent, Status,
    TransportErrorKind, body,
};

use crate::ledger::{API, Event, LedgerError, builder, ledger};
use crate::server::{Reply, Server, answer, json};

portal_runtime::successes! {
    /// What is going on, or nothing.
    pub enum Watched {
        200 => Events(items events ServerSentEvent<Event>),
        203 => Rows(items json_lines Event),
        202 => Later,
    }
}

static EVENTS: Operation<ItemStream<ServerSentEvent<Event>>, LedgerError> =
    Operation::new(&API, "Watch", "GET", "/v1/watch", body::events).accept("text/event-stream");
static LINES: Operation<ItemStream<Event>, LedgerError> =
    Operation::new(&API, "Export", "GET", "/v1/export", body::json_lines);
static TEXTS: Operation<ItemStream<Json>, LedgerError> =
    Operation::new(&API, "Log", "GET", "/v1/log", body::json_sequence);
static BY_STATUS: Operation<Watched, LedgerError> =
    Operation::new(&API, "Look", "GET", "/v1/look", Watched::decode).success(&[
        Status::Exact(200),
        Status::Exact(202),
        Status::Exact(203),
    ]);

const STREAM: [(&str, &str); 1] = [("content-type", "Text/Event-Stream; charset=utf-8")];

fn call<T>(server: &Server, operation: &'static Operation<T, LedgerError>) -> Call<T, LedgerError> {
    ledger(&server.url).client.call(operation)
}

/// A chunked answer in which every byte is a chunk of its own.
fn byte_by_byte(media_type: &str, body: &str) -> Reply {
    let mut text = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    .into_bytes();
    for byte in body.bytes() {
        text.extend_from_slice(&[b'1', b'\r', b'\n', byte, b'\r', b'\n']);
    }
    text.extend_from_slice(b"0\r\n\r\n");
    Reply::Bytes(text)
}

#[tokio::test]
async fn events_come_one_by_one() -> Result<(), AnyError> {
    let body = "\u{feff}: hello\r\n\r\nevent: added\r\nid: 7\r\ndata: {\"id\":1,\r\ndata: \"account\":\"1701\"}\r\n\r\ndata: [DONE]\r\n\r\n";
    let server = Server::portal(move |_, _| byte_by_byte("text/event-stream", body)).await;
    let mut events = call(&server, &EVENTS).await?.into_body().until("[DONE]");
    let event = events.try_next().await?.unwrap();
    assert_eq!(event.event_type(), "added");
    assert_eq!((event.data.id, event.data.account.as_str()), (1, "1701"));
    assert_eq!(events.last_event_id(), Some("7"));
    assert!(events.try_next().await?.is_none());
    let request = server.calls().remove(0);
    assert_eq!(request.header("accept"), Some("text/event-stream"));
    Ok(())
}

#[tokio::test]
async fn lines_and_texts_come_one_by_one() {
    let server = Server::portal(|request, _| match request.target().ends_with("/export") {
        true => byte_by_byte(
            "application/x-ndjson",
            "{\"id\":1,\"account\":\"a\"}\r\n\r\n{\"id\":\"x\"}\n{\"id\":2,\"account\":\"b\"}",
        ),
        false => byte_by_byte("application/json-seq", "\u{1e}[1]\n\u{1e}2\n\u{1e}tru"),
    })
    .await;
    let mut lines = call(&server, &LINES).await.unwrap().into_body();
    assert_eq!(lines.try_next().await.unwrap().unwrap().account, "a");
    let error = lines.try_next().await.unwrap_err();
    let words = error.to_string();
    assert!(words.starts_with("Export, item 2: $.id: "), "{words}");
    assert_eq!(error.raw().unwrap().trim_ascii(), br#"{"id":"x"}"#);
    assert!(!error.ends_stream());
    assert_eq!(lines.try_next().await.unwrap().unwrap().account, "b");
    assert!(lines.try_next().await.unwrap().is_none());

    let mut texts = call(&server, &TEXTS).await.unwrap().into_body();
    assert!(texts.try_next().await.unwrap().is_some());
    assert!(texts.try_next().await.unwrap().is_some());
    let error = texts.try_next().await.unwrap_err();
    assert_eq!(*error.problem(), ItemProblem::Truncated);
    assert!(texts.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn items_are_there_before_the_body_ends() {
    let start = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
    let event = b"data: {\"id\":1,\"account\":\"a\"}\n\n: half a comm";
    let start = [&start[..], event].concat();
    let server = Server::portal(move |_, _| Reply::Stall(start.clone())).await;
    let ledger = builder(&server.url).idle_timeout(Duration::from_millis(50));
    let call = ledger.build().unwrap().client.call(&EVENTS);
    let call: Call<_, LedgerError> = call;
    let mut events = call.await.unwrap().into_body();
    assert_eq!(events.try_next().await.unwrap().unwrap().data.id, 1);
    let error = events.try_next().await.unwrap_err();
    let ItemProblem::Transport(transport) = error.problem() else {
        panic!("{error}")
    };
    assert_eq!(transport.kind(), TransportErrorKind::Stalled);
    assert!(error.to_string().starts_with("Watch, item 2: "), "{error}");
    assert!(events.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_body_that_is_cut_short_is_an_error() {
    let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"id\":1,\"account\":\"a\"}\n{\"id\":2,\"acc";
    let server = Server::portal(|_, _| Reply::Last(cut.to_vec())).await;
    let mut lines = call(&server, &LINES).await.unwrap().into_body();
    assert_eq!(lines.try_next().await.unwrap().unwrap().id, 1);
    let error = lines.try_next().await.unwrap_err();
    assert!(error.ends_stream() && error.is_retryable(), "{error}");
    let error = Error::<LedgerError>::from(error);
    assert!(matches!(&error, Error::Item(item) if item.item() == 2));
    assert!(error.is_retryable() && error.status().is_none());
}

#[tokio::test]
async fn an_answer_that_is_no_stream_of_events_is_an_error() {
    let server = Server::portal(|_, _| json(200, r#"{"id":1,"account":"a"}"#)).await;
    let mut events = call(&server, &EVENTS).await.unwrap().into_body();
    let error = events.try_next().await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the server sent application/json"),
        "{error}"
    );
    assert!(events.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn the_limit_of_the_client_is_that_of_an_item() {
    let line = "{\"id\":1,\"account\":\"a\"}\n";
    let long = format!("{{\"id\":1,\"account\":\"{}\"}}\n", "a".repeat(99));
    let body = line.repeat(50) + &long + line;
    let server = Server::portal(move |_, _| answer(200, &[], &body)).await;
    let ledger = builder(&server.url).max_response_bytes(60).build().unwrap();
    let call: Call<_, LedgerError> = ledger.client.call(&LINES);
    let mut lines = call.await.unwrap().into_body();
    for _ in 0..50 {
        assert!(lines.try_next().await.unwrap().is_some());
    }
    let error = lines.try_next().await.unwrap_err();
    assert_eq!(*error.problem(), ItemProblem::TooLarge(60));
    assert!(lines.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn the_status_says_what_the_items_are() {
    let server = Server::portal(|_, count| match count {
        0 => answer(200, &STREAM, "data: {\"id\":1,\"account\":\"a\"}\n\n"),
        1 => answer(203, &[], "{\"id\":2,\"account\":\"a\"}\n"),
        _ => answer(202, &[], ""),
    })
    .await;
    let Watched::Events(mut events) = call(&server, &BY_STATUS).await.unwrap().into_body() else {
        panic!("no events")
    };
    assert_eq!(events.try_next().await.unwrap().unwrap().data.id, 1);
    let Watched::Rows(mut rows) = call(&server, &BY_STATUS).await.unwrap().into_body() else {
        panic!("no rows")
    };
    assert_eq!(rows.try_next().await.unwrap().unwrap().id, 2);
    let last = call(&server, &BY_STATUS).await.unwrap().into_body();
    assert!(matches!(last, Watched::Later));
}

#[test]
fn streams_of_items_move_between_threads() {
    fn moves<T: Send + Sync + Unpin>() {}
    moves::<ItemStream<std::cell::Cell<u8>>>();
    moves::<portal_runtime::ItemError>();
}

//! What is made of answers.

use portal_runtime::{Error, StatusCode};

use crate::ledger::{Added, Event, EventHeaders, LedgerError, builder, ledger};
use crate::server::{Reply, Server, answer, json};

#[tokio::test]
async fn a_success_has_status_headers_and_body() {
    let headers = [
        ("x-total", "12"),
        ("x-tags", "a, b"),
        ("x-request-id", "r-1"),
    ];
    let server = Server::portal(move |_, _| {
        answer(200, &headers, "\u{feff}{\"id\":1,\"account\":\"1701\"}")
    })
    .await;
    let response = ledger(&server.url).event("1").await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.request_id(), Some("r-1"));
    assert_eq!(response.account, "1701");
    let expected = EventHeaders {
        total: 12,
        link: None,
        tags: Some(vec!["a".to_owned(), "b".to_owned()]),
    };
    assert_eq!(response.declared_headers().unwrap(), expected);
    assert_eq!(
        response.into_body(),
        Event {
            id: 1,
            account: "1701".to_owned()
        }
    );
}

#[tokio::test]
async fn declared_headers_that_do_not_fit_are_named() {
    for (headers, words) in [
        (vec![], "is missing"),
        (vec![("x-total", "many")], "\"many\""),
    ] {
        let server =
            Server::portal(move |_, _| answer(200, &headers, r#"{"id":1,"account":""}"#)).await;
        let error = ledger(&server.url)
            .event("1")
            .await
            .unwrap()
            .declared_headers()
            .unwrap_err();
        assert!(error.to_string().contains("X-Total"), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn a_success_is_read_by_its_status() {
    let server = Server::portal(|_, count| match count {
        0 => json(200, r#"{"id":1,"account":"a"}"#),
        1 => json(201, r#"{"id":2,"account":"b"}"#),
        2 => answer(202, &[], ""),
        _ => json(299, r#"{"new":true}"#),
    })
    .await;
    let ledger = ledger(&server.url);
    let event = Event {
        id: 1,
        account: "a".to_owned(),
    };
    assert_eq!(
        ledger.add(&event).await.unwrap().into_body(),
        Added::Existing(event.clone())
    );
    let created = Event {
        id: 2,
        account: "b".to_owned(),
    };
    assert_eq!(
        ledger.add(&event).await.unwrap().into_body(),
        Added::New(created)
    );
    assert_eq!(
        ledger.add(&event).await.unwrap().into_body(),
        Added::Accepted
    );
    let error = ledger.add(&event).await.unwrap_err();
    let Error::UndeclaredSuccess(undeclared) = &error else {
        panic!("{error}")
    };
    assert_eq!(undeclared.status.as_u16(), 299);
    assert_eq!(undeclared.raw.bytes().as_ref(), br#"{"new":true}"#);
    assert_eq!(error.status().unwrap().as_u16(), 299);
}

#[tokio::test]
async fn a_body_may_be_missing_where_it_may() {
    let server = Server::portal(|_, count| match count {
        0 => answer(204, &[], ""),
        1 => json(200, " \r\n"),
        2 => json(200, "[1.50]"),
        _ => json(200, ""),
    })
    .await;
    let ledger = ledger(&server.url);
    assert_eq!(ledger.remove("1").await.unwrap().into_body(), None);
    assert_eq!(ledger.remove("1").await.unwrap().into_body(), None);
    assert!(ledger.remove("1").await.unwrap().is_some());
    let error = ledger.event("1").await.unwrap_err();
    assert!(error.to_string().contains("an empty body"), "{error}");
}

#[tokio::test]
async fn declared_errors_are_typed() {
    let server = Server::portal(|_, count| match count {
        0 => json(
            400,
            r#"{"error":"no such date","code":"E1","telemetryId":"t"}"#,
        ),
        1 => answer(404, &[("x-request-id", "r-9")], "gone away"),
        2 => answer(501, &[], ""),
        3 => answer(418, &[], "short and stout"),
        _ => json(400, "[]"),
    })
    .await;
    let ledger = ledger(&server.url);
    let error = ledger.event("1").await.unwrap_err();
    let api = error.api().unwrap();
    let LedgerError::BadRequest(problem) = &api.body else {
        panic!("{error}")
    };
    assert_eq!(problem.code.as_deref(), Some("E1"));
    assert_eq!(error.status(), Some(StatusCode::BAD_REQUEST));
    assert_eq!(
        error.to_string(),
        "GetEvent: the API answered 400 Bad Request: no such date"
    );
    assert_eq!(api.body.to_string(), "400 Bad Request: no such date");

    let error = ledger.event("1").await.unwrap_err();
    assert_eq!(
        error.api().unwrap().body,
        LedgerError::NotFound("gone away".to_owned())
    );
    assert_eq!(error.request_id(), Some("r-9"));

    let error = ledger.event("1").await.unwrap_err();
    assert_eq!(error.api().unwrap().body, LedgerError::Server(None));

    let error = ledger.event("1").await.unwrap_err();
    let api = error.api().unwrap();
    let LedgerError::Undeclared(undeclared) = &api.body else {
        panic!("{error}")
    };
    assert_eq!(
        (undeclared.status, undeclared.problem.is_none()),
        (418, true)
    );
    assert_eq!(api.raw.bytes().as_ref(), b"short and stout");

    let error = ledger.event("1").await.unwrap_err();
    let LedgerError::Undeclared(undeclared) = &error.api().unwrap().body else {
        panic!("{error}")
    };
    assert!(undeclared.problem.is_some());
    assert!(
        undeclared
            .describe_for_test()
            .contains("not what the document declares")
    );
}

/// What the variant for the undeclared says.
trait Describe {
    fn describe_for_test(&self) -> String;
}

impl Describe for portal_runtime::Undeclared {
    fn describe_for_test(&self) -> String {
        LedgerError::Undeclared(self.clone()).to_string()
    }
}

#[tokio::test]
async fn errors_of_several_operations_meet_in_one_type() {
    async fn both(
        ledger: &crate::ledger::Ledger<crate::ledger::Everything>,
    ) -> Result<(), portal_runtime::AnyError> {
        ledger.event("1").await?;
        ledger.download("1").await?;
        Ok(())
    }
    let server = Server::portal(|_, _| json(400, r#"{"error":"no such date"}"#)).await;
    let error = both(&ledger(&server.url)).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::BAD_REQUEST));
    assert_eq!(
        error.to_string(),
        "GetEvent: the API answered 400 Bad Request: no such date"
    );
    let boxed: Box<dyn std::error::Error + Send + Sync> = error.into();
    assert!(boxed.source().is_none());
}

#[tokio::test]
async fn what_does_not_fit_is_named_by_its_path() {
    let server = Server::portal(|_, count| match count {
        0 => json(200, r#"{"id":"x","account":"a"}"#),
        1 => answer(200, &[("content-type", "text/html")], "<html>"),
        _ => json(200, r#"{"id":1,"account":"a"} trailing"#),
    })
    .await;
    let ledger = ledger(&server.url);
    let error = ledger.event("1").await.unwrap_err();
    let Error::Decode(decode) = &error else {
        panic!("{error}")
    };
    assert_eq!(decode.problem.path(), "$.id");
    assert_eq!(decode.operation, "GetEvent");
    assert!(!error.is_retryable());
    let error = ledger.event("1").await.unwrap_err();
    assert!(error.to_string().contains("text/html"), "{error}");
    assert!(matches!(
        ledger.event("1").await.unwrap_err(),
        Error::Decode(_)
    ));
    assert_eq!(
        server.calls().len(),
        3,
        "an answer that does not fit is not asked for again"
    );
}

#[tokio::test]
async fn downloads_are_streamed() {
    let chunked =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    let server = Server::portal(move |_, count| match count {
        0 => Reply::Bytes(chunked.as_bytes().to_vec()),
        1 => answer(200, &[], vec![9; 300_000]),
        _ => Reply::Last(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc".to_vec()),
    })
    .await;
    // The limit on whole bodies is not one for streams.
    let ledger = builder(&server.url)
        .max_response_bytes(1000)
        .build()
        .unwrap();
    assert_eq!(
        ledger
            .download("1")
            .await
            .unwrap()
            .into_body()
            .bytes()
            .await
            .unwrap(),
        "abcde"
    );
    let stream = ledger.download("1").await.unwrap().into_body();
    assert_eq!(stream.length(), Some(300_000));
    assert_eq!(stream.bytes().await.unwrap().len(), 300_000);
    let mut cut = ledger.download("1").await.unwrap().into_body();
    assert_eq!(cut.try_next().await.unwrap().unwrap(), "abc");
    assert!(
        cut.try_next().await.is_err(),
        "a body that is cut short is no end"
    );
    assert!(cut.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn bodies_that_are_read_whole_are_bounded() {
    let server = Server::portal(|_, count| match count {
        0 => answer(200, &[], vec![b' '; 2000]),
        1 => Reply::Bytes(
            [
                b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7d0\r\n".as_slice(),
                &[b' '; 2000],
                b"\r\n0\r\n\r\n",
            ]
            .concat(),
        ),
        2 => answer(200, &[("content-encoding", "gzip")], bomb()),
        _ => json(200, r#"{"id":1,"account":"a"}"#),
    })
    .await;
    let ledger = builder(&server.url)
        .max_response_bytes(1000)
        .build()
        .unwrap();
    for _ in 0..3 {
        let error = ledger.event("1").await.unwrap_err();
        let Error::Transport(transport) = &error else {
            panic!("{error}")
        };
        assert_eq!(
            transport.kind(),
            portal_runtime::TransportErrorKind::TooLarge
        );
        assert!(!error.is_retryable());
    }
    assert_eq!(ledger.event("1").await.unwrap().id, 1);
    assert_eq!(server.calls().len(), 4);
}

/// 64 MiB of nothing in 64 KiB of gzip: stored here as the program that makes it, since it is all
/// the same block.
fn bomb() -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..64 {
        encoder.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    encoder.finish().unwrap()
}

#[tokio::test]
async fn gzip_is_undone() {
    use std::io::Write;
    let server = Server::portal(|_, _| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(br#"{"id":1,"account":"a"}"#).unwrap();
        answer(
            200,
            &[("content-encoding", "gzip")],
            encoder.finish().unwrap(),
        )
    })
    .await;
    assert_eq!(ledger(&server.url).event("1").await.unwrap().id, 1);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Server::answering(vec![json(200, r#"{"id":1,"account":"a"}"#)]).await;
    let location = elsewhere.url.clone();
    let server = Server::portal(move |_, _| answer(302, &[("location", &location)], "")).await;
    let error = ledger(&server.url).event("1").await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::FOUND));
    assert!(
        error.to_string().contains("redirects are not followed"),
        "{error}"
    );
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn error_bodies_are_read_in_part() {
    let server = Server::portal(|_, _| answer(404, &[], vec![b'x'; 1 << 20])).await;
    let error = ledger(&server.url).event("1").await.unwrap_err();
    let raw = &error.api().unwrap().raw;
    assert_eq!(raw.bytes().len(), 256 * 1024);
    assert!(raw.is_truncated());
}

#[test]
fn calls_and_answers_move_between_threads() {
    fn moves<T: Send + Sync>() {}
    fn moves_only<T: Send>() {}
    moves::<portal_runtime::Client>();
    moves::<crate::ledger::Ledger<crate::ledger::Everything>>();
    moves::<crate::ledger::GetEvent>();
    moves::<portal_runtime::Response<portal_runtime::ByteStream>>();
    moves::<portal_runtime::Error<LedgerError>>();
    moves::<portal_runtime::AnyError>();
    moves_only::<portal_runtime::CallFuture<Event, LedgerError>>();
    moves_only::<portal_runtime::page::Items<crate::ledger::EventPage, Event, LedgerError>>();
}

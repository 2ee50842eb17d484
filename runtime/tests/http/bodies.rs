//! Bodies of answers that lie, swell or break off.

use std::io::Write;

use portal_runtime::{CallExt, Error, GatewayReason, RetryPolicy, TransportErrorKind};

use crate::ledger::{Everything, Ledger, builder};
use crate::server::{Reply, Server, answer};

const EVENT: &[u8] = br#"{"id":1,"account":"a"}"#;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn ledger(url: &str) -> Ledger<Everything> {
    builder(url).retry(RetryPolicy::never()).build().unwrap()
}

fn kind<E>(error: &Error<E>) -> TransportErrorKind
where
    E: portal_runtime::ErrorBody,
{
    match error {
        Error::Transport(transport) => transport.kind(),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_gibibyte_in_gzip_is_given_up_at_the_limit() {
    // A thousand members of a mebibyte each, as RFC 1952 allows.
    let member = gzip(&vec![0; 1 << 20]);
    let bomb = member.repeat(1024);
    let server =
        Server::portal(move |_, _| answer(200, &[("content-encoding", "gzip")], &bomb)).await;
    let ledger = builder(&server.url)
        .max_response_bytes(1 << 20)
        .build()
        .unwrap();
    let error = ledger.event("1").await.unwrap_err();
    assert_eq!(kind(&error), TransportErrorKind::TooLarge, "{error}");
    // A stream hands out pieces, and a reader can stop: no piece is large.
    let mut stream = ledger.download("1").await.unwrap().into_body();
    for _ in 0..1000 {
        assert!(stream.try_next().await.unwrap().unwrap().len() <= 64 * 1024);
    }
    assert!(
        ledger
            .download("1")
            .await
            .unwrap()
            .into_body()
            .bytes_up_to(1 << 20)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn an_error_body_in_gzip_is_read_in_part() {
    let bomb = gzip(&vec![b'x'; 8 << 20]);
    let server =
        Server::portal(move |_, _| answer(404, &[("content-encoding", "gzip")], &bomb)).await;
    let error = ledger(&server.url).event("1").await.unwrap_err();
    let raw = &error.api().unwrap().raw;
    assert_eq!(raw.bytes().len(), 256 * 1024);
    assert!(raw.is_truncated());
}

#[tokio::test]
async fn an_encoding_that_was_not_asked_for_is_an_error() {
    for encoding in ["br", "gzip, gzip", "deflate", "zstd, gzip", "evil\tone"] {
        let body = gzip(&gzip(EVENT));
        let server =
            Server::portal(move |_, _| answer(200, &[("content-encoding", encoding)], &body)).await;
        let ledger = ledger(&server.url);
        let error = ledger.event("1").await.unwrap_err();
        assert_eq!(kind(&error), TransportErrorKind::ContentEncoding, "{error}");
        assert!(!error.is_retryable());
        let error = ledger.download("1").await.unwrap_err();
        assert_eq!(kind(&error), TransportErrorKind::ContentEncoding, "{error}");
        assert_eq!(server.calls()[0].header("accept-encoding"), Some("gzip"));
    }
    let server =
        Server::portal(|_, _| answer(200, &[("content-encoding", "identity")], EVENT)).await;
    assert_eq!(ledger(&server.url).event("1").await.unwrap().id, 1);
    // Of an error the status counts.
    let server = Server::portal(|_, _| answer(404, &[("content-encoding", "br")], "?")).await;
    let error = ledger(&server.url).event("1").await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 404);
}

#[tokio::test]
async fn what_breaks_off_is_never_a_short_success() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n";
    let packed = gzip(b"0123456789012345678901234567890123456789");
    let whole =
        |headers: &str, body: &[u8]| [head.as_bytes(), headers.as_bytes(), b"\r\n", body].concat();
    let short_gzip = &packed[..packed.len() - 9];
    let no_trailer = &packed[..packed.len() - 8];
    let wrong_sum = {
        let mut bytes = packed.clone();
        let at = bytes.len() - 6;
        bytes[at] ^= 0xFF;
        bytes
    };
    let garbage = [&packed[..], b"garbage"].concat();
    let gzip_head = |bytes: &[u8]| {
        whole(
            &format!(
                "content-encoding: gzip\r\ncontent-length: {}\r\n",
                bytes.len()
            ),
            bytes,
        )
    };
    let cases = [
        (
            "a length too long",
            whole("content-length: 20\r\n", b"0123456789"),
        ),
        (
            "chunks without an end",
            whole("transfer-encoding: chunked\r\n", b"5\r\n01234\r\n"),
        ),
        (
            "a chunk cut short",
            whole("transfer-encoding: chunked\r\n", b"a\r\n01234"),
        ),
        (
            "a chunk size that is none",
            whole(
                "transfer-encoding: chunked\r\n",
                b"zz\r\n01234\r\n0\r\n\r\n",
            ),
        ),
        ("gzip cut short", gzip_head(short_gzip)),
        ("gzip without its trailer", gzip_head(no_trailer)),
        ("gzip of another sum", gzip_head(&wrong_sum)),
        ("gzip with more behind it", gzip_head(&garbage)),
        ("gzip that is none", gzip_head(b"0123456789")),
    ];
    for (what, reply) in cases {
        let server = Server::portal(move |_, _| Reply::Last(reply.clone())).await;
        let ledger = ledger(&server.url);
        let error = ledger.anything().await.expect_err(what);
        assert_eq!(
            kind(&error),
            TransportErrorKind::ResponseBody,
            "{what}: {error}"
        );
        let mut stream = ledger.download("1").await.unwrap().into_body();
        let failed = loop {
            match stream.try_next().await {
                Ok(Some(_)) => {}
                Ok(None) => break false,
                Err(_) => break true,
            }
        };
        assert!(failed, "{what}: the stream ended as if it were whole");
        assert!(stream.try_next().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn two_lengths_are_no_answer() {
    let reply = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 10\r\n\r\n0123456789";
    let server = Server::portal(move |_, _| Reply::Last(reply.to_vec())).await;
    let error = ledger(&server.url).anything().await.unwrap_err();
    assert_eq!(kind(&error), TransportErrorKind::Exchange);
}

#[tokio::test]
async fn no_body_needs_no_unpacking() {
    let server = Server::portal(|_, _| answer(204, &[("content-encoding", "gzip")], "")).await;
    ledger(&server.url).upload("1").await.unwrap();
}

#[tokio::test]
async fn a_page_in_html_and_an_empty_429_are_the_gateways() {
    let server = Server::portal(|_, count| match count {
        0 => answer(
            502,
            &[("content-type", "text/html")],
            "<html><h1>502</h1></html>",
        ),
        _ => answer(429, &[], ""),
    })
    .await;
    let ledger = ledger(&server.url);
    for reason in [GatewayReason::Unavailable, GatewayReason::RateLimit] {
        let error = ledger.event("1").await.unwrap_err();
        let Error::Gateway(gateway) = &error else {
            panic!("{error}")
        };
        assert_eq!(gateway.reason, reason);
        assert!(error.is_retryable());
        assert_eq!(error.operation(), Some("GetEvent"));
    }
    // A write that such a page answers may have been processed.
    let server = Server::portal(|_, _| {
        answer(
            503,
            &[("content-type", "text/html"), ("retry-after", "0")],
            "<html>",
        )
    })
    .await;
    let again = builder(&server.url).build().unwrap();
    again.anything().await.unwrap_err();
    assert_eq!(server.calls().len(), 1);
    again.anything().idempotent().await.unwrap_err();
    assert_eq!(server.calls().len(), 4);
}

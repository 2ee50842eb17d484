//! What goes over the wire, byte by byte.

use bytes::Bytes;
use portal_runtime::wire::Json;
use portal_runtime::{Body, CallExt, Error, FieldEncoding, Form, Part, Style};

use crate::ledger::{Event, builder, ledger};
use crate::server::{Received, Server, answer, json};

/// Sends the call that `make` makes of an empty one and gives what arrived.
async fn sent(make: impl FnOnce(crate::ledger::Anything) -> crate::ledger::Anything) -> Received {
    let server = Server::portal(|_, _| answer(200, &[], "")).await;
    make(ledger(&server.url).anything()).await.unwrap();
    server.calls().remove(0)
}

#[tokio::test]
async fn a_token_is_asked_for_as_the_portals_scripts_do() {
    let server = Server::portal(|_, _| json(200, r#"{"id":1,"account":"1701"}"#)).await;
    ledger(&server.url).event("7").await.unwrap();
    let request = &server.seen()[0];
    assert_eq!(request.line(), "POST /token");
    assert_eq!(
        request.headers(),
        [
            "accept-encoding: gzip",
            "accept: application/json",
            "content-length: 102",
            "content-type: application/x-www-form-urlencoded",
            &format!("user-agent: portal-runtime/{}", env!("CARGO_PKG_VERSION")),
        ]
    );
    assert_eq!(
        request.text(),
        "grant_type=client_credentials&client_id=the-id&client_secret=the-secret&scope=ledger.read+ledger.write"
    );
}

#[tokio::test]
async fn a_call_carries_both_mandatory_headers() {
    let server = Server::portal(|_, _| json(200, r#"{"id":1,"account":"1701"}"#)).await;
    let event = ledger(&server.url).event("7").await.unwrap();
    assert_eq!(event.account, "1701");
    let request = &server.seen()[1];
    assert_eq!(request.line(), "GET /fi/ledger;rev=2/v1/events/7");
    assert_eq!(
        request.headers(),
        [
            "accept-encoding: gzip",
            "accept: application/json",
            "authorization: Bearer token-1",
            "ocp-apim-subscription-key: the-key",
            &format!("user-agent: portal-runtime/{}", env!("CARGO_PKG_VERSION")),
        ]
    );
    assert!(request.body.is_empty());
}

#[tokio::test]
async fn path_values_address_what_they_name() {
    let server = Server::portal(|_, _| json(200, r#"{"id":1,"account":"x"}"#)).await;
    let ledger = ledger(&server.url);
    for (value, segment) in [
        ("1234567-8", "1234567-8"),
        ("a/b?c#d;e", "a%2Fb%3Fc%23d%3Be"),
        ("ä %2F", "%C3%A4%20%252F"),
        ("...", "..."),
        ("\\..", "%5C.."),
    ] {
        ledger.event(value).await.unwrap();
        let request = server.seen().pop().unwrap();
        assert_eq!(
            request.target(),
            format!("/fi/ledger;rev=2/v1/events/{segment}")
        );
    }
    let count = server.seen().len();
    for value in ["", ".", ".."] {
        let error = ledger.event(value).await.unwrap_err();
        assert!(matches!(error, Error::Request(_)), "{error}");
        assert!(
            error.to_string().contains("would address another resource"),
            "{error}"
        );
    }
    assert_eq!(server.seen().len(), count, "nothing was sent");
}

#[tokio::test]
async fn queries_are_written_exactly() {
    let request = sent(|call| {
        let call = call.into_call();
        crate::ledger::Anything(
            call.query("from date", "2023-11-07")
                .query("text", "a b&c=d+e'f%")
                .query("none", None::<String>)
                .query("flag", true)
                .query("list", vec!["x", "y"])
                .query_styled("csv", Style::Form, false, vec!["x", "y"])
                .query_styled("ssv", Style::SpaceDelimited, false, vec!["x", "y"])
                .query_reserved("raw", Style::Form, true, "a/b:c,d&e")
                .query_json("filter", &vec![1, 2]),
        )
    })
    .await;
    assert_eq!(
        request.target(),
        "/fi/ledger;rev=2/v1/anything?from%20date=2023-11-07&text=a%20b%26c%3Dd%2Be%27f%25&flag=true\
         &list=x&list=y&csv=x,y&ssv=x%20y&raw=a/b:c,d%26e&filter=%5B1%2C2%5D"
    );
}

#[tokio::test]
async fn headers_and_cookies_are_written_exactly() {
    let request = sent(|call| {
        let call = call.into_call();
        crate::ledger::Anything(
            call.header("accept-language", "fi")
                .header("X-List", vec!["a", "b"])
                .header("X-None", None::<String>)
                .header("X-Name", "Väinö")
                .cookie("session", "a;b")
                .cookie_styled("list", false, vec!["x", "y"]),
        )
    })
    .await;
    assert_eq!(request.header("accept-language"), Some("fi"));
    assert_eq!(request.header("x-list"), Some("a,b"));
    assert_eq!(request.header("x-none"), None);
    assert_eq!(request.header("x-name"), Some("Väinö"));
    assert_eq!(request.header("cookie"), Some("session=a%3Bb; list=x,y"));
}

#[tokio::test]
async fn nothing_can_be_smuggled_into_headers() {
    let server = Server::portal(|_, _| answer(200, &[], "")).await;
    let ledger = ledger(&server.url);
    for value in ["a\r\nX-Evil: 1", "a\nb", "a\0b", "\r"] {
        let error = ledger.anything().header("X-Name", value).await.unwrap_err();
        assert!(matches!(error, Error::Request(_)), "{error}");
    }
    let error = ledger
        .anything()
        .header("X-Evil: 1\r\nX", "a")
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Request(_)), "{error}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_post_without_a_body_says_so() {
    let request = sent(|call| call).await;
    assert_eq!(request.line(), "POST /fi/ledger;rev=2/v1/anything");
    assert_eq!(request.header("content-length"), Some("0"));
    assert_eq!(request.header("content-type"), None);
    assert_eq!(request.header("accept"), Some("*/*"));
}

#[tokio::test]
async fn json_bodies() {
    let server = Server::portal(|_, _| answer(202, &[], "")).await;
    ledger(&server.url)
        .add(&Event {
            id: 7,
            account: "ä\"".to_owned(),
        })
        .await
        .unwrap();
    let request = server.calls().remove(0);
    assert_eq!(request.line(), "POST /fi/ledger;rev=2/v1/events");
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.text(), r#"{"id":7,"account":"ä\""}"#);

    let request = sent(|call| {
        crate::ledger::Anything(
            call.into_call()
                .json_as("application/merge-patch+json", &vec![1]),
        )
    })
    .await;
    assert_eq!(
        request.header("content-type"),
        Some("application/merge-patch+json")
    );
    assert_eq!(request.text(), "[1]");

    let request = sent(|call| crate::ledger::Anything(call.into_call().json(&None::<Event>))).await;
    assert_eq!(request.header("content-type"), None);
}

#[tokio::test]
async fn form_bodies() {
    let fields: Json = portal_runtime::wire::from_slice(
        br#"{"name":"a b","amount":1.50,"list":["x","y"],"csv":["x","y"],"object":{"a":1},"deep":{"a":1},"none":null,"yes":true}"#,
    )
    .unwrap();
    let encodings = [
        FieldEncoding {
            name: "csv",
            style: Style::Form,
            explode: false,
            reserved: false,
        },
        FieldEncoding {
            name: "deep",
            style: Style::DeepObject,
            explode: true,
            reserved: false,
        },
    ];
    let request =
        sent(|call| crate::ledger::Anything(call.into_call().form(&fields, &encodings))).await;
    assert_eq!(
        request.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(
        request.text(),
        "amount=1.50&csv=x,y&deep%5Ba%5D=1&list=x&list=y&name=a+b&object=%7B%22a%22%3A1%7D&yes=true"
    );
}

#[tokio::test]
async fn forms_of_what_is_no_object_are_refused() {
    let server = Server::portal(|_, _| answer(200, &[], "")).await;
    for body in [r#""a=1""#, "[1]", "null", "1"] {
        let body: Json = portal_runtime::wire::from_slice(body.as_bytes()).unwrap();
        let call = ledger(&server.url).anything().into_call().form(&body, &[]);
        let error = crate::ledger::Anything(call).await.unwrap_err();
        assert!(
            error.to_string().contains("the properties of an object"),
            "{error}"
        );
    }
    assert!(server.calls().is_empty());
}

#[tokio::test]
async fn text_and_byte_bodies() {
    let request =
        sent(|call| crate::ledger::Anything(call.into_call().text("application/xml", "<a>ä</a>")))
            .await;
    assert_eq!(request.header("content-type"), Some("application/xml"));
    assert_eq!(request.text(), "<a>ä</a>");
    let request = sent(|call| {
        crate::ledger::Anything(
            call.into_call()
                .bytes("application/octet-stream", vec![0, 255, 13, 10]),
        )
    })
    .await;
    assert_eq!(request.body, [0, 255, 13, 10]);
    assert_eq!(request.header("content-length"), Some("4"));
}

/// A stream of three pieces.
fn pieces() -> impl portal_runtime::Stream<Item = Result<Bytes, std::io::Error>> + Send {
    struct Pieces(Vec<&'static str>);
    impl portal_runtime::Stream for Pieces {
        type Item = Result<Bytes, std::io::Error>;
        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            std::task::Poll::Ready(self.0.pop().map(|piece| Ok(Bytes::from(piece))))
        }
    }
    Pieces(vec!["ghi", "", "def", "abc"])
}

#[tokio::test]
async fn streams_are_sent_in_chunks_or_by_length() {
    let stream = |length| {
        sent(move |call| {
            crate::ledger::Anything(
                call.into_call()
                    .bytes("video/mp4", Body::from_stream(pieces(), length)),
            )
        })
    };
    let request = stream(None).await;
    assert_eq!(request.header("transfer-encoding"), Some("chunked"));
    assert_eq!(request.text(), "abcdefghi");
    let request = stream(Some(9)).await;
    assert_eq!(request.header("content-length"), Some("9"));
    assert_eq!(request.header("transfer-encoding"), None);
    assert_eq!(request.text(), "abcdefghi");
}

#[tokio::test]
async fn a_stream_of_another_length_than_declared_fails_the_call() {
    for length in [5, 20] {
        let server = Server::portal(|_, _| answer(200, &[], "")).await;
        let body = Body::from_stream(pieces(), Some(length));
        let call = crate::ledger::Anything(
            ledger(&server.url)
                .anything()
                .into_call()
                .bytes("video/mp4", body),
        );
        let error = call.await.unwrap_err();
        assert!(error.to_string().contains("declared length"), "{error}");
    }
}

#[tokio::test]
async fn files_are_streamed() {
    let path = std::env::temp_dir().join(format!("portal-runtime-{}", std::process::id()));
    std::fs::write(&path, vec![7; 200_000]).unwrap();
    let body = Body::from_file(&path);
    let request =
        sent(|call| crate::ledger::Anything(call.into_call().bytes("image/png", body))).await;
    std::fs::remove_file(&path).unwrap();
    assert_eq!(request.header("content-length"), Some("200000"));
    assert_eq!(request.body, vec![7; 200_000]);

    let server = Server::portal(|_, _| answer(200, &[], "")).await;
    let call = ledger(&server.url)
        .anything()
        .into_call()
        .bytes("image/png", Body::from_file(&path));
    let error = call.await.unwrap_err();
    assert!(matches!(error, Error::Request(_)), "{error}");
    assert!(error.to_string().contains("cannot read"), "{error}");
}

#[tokio::test]
async fn multipart_bodies() {
    let form = Form::new()
        .text("title", "Päivä")
        .text("tags", vec!["a", "b"])
        .text("none", None::<String>)
        .json("meta", &vec![1, 2])
        .part(
            "image",
            Part::new(vec![1, 2, 3])
                .file_name("a \"b\"\r\n.jpg")
                .content_type("image/jpeg"),
        )
        .part(
            "raw",
            Part::new(Body::from_stream(pieces(), Some(9))).file_name("c.bin"),
        );
    let request = sent(|call| crate::ledger::Anything(call.into_call().multipart(form))).await;
    let content_type = request.header("content-type").unwrap();
    let boundary = content_type
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap();
    let expected = [
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nPäivä\r\n"),
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"tags\"\r\n\r\na\r\n"),
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"tags\"\r\n\r\nb\r\n"),
        format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n[1,2]\r\n"
        ),
        format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a %22b%22%0D%0A.jpg\"\r\n\
             Content-Type: image/jpeg\r\n\r\n\u{1}\u{2}\u{3}\r\n"
        ),
        format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"raw\"; filename=\"c.bin\"\r\n\
             Content-Type: application/octet-stream\r\n\r\nabcdefghi\r\n"
        ),
        format!("--{boundary}--\r\n"),
    ]
    .concat();
    assert_eq!(request.text(), expected);
    assert_eq!(
        request.header("content-length"),
        Some(expected.len().to_string().as_str())
    );
}

#[tokio::test]
async fn an_empty_multipart_body_is_well_formed() {
    let form = Form::with_media_type("multipart/mixed");
    let request = sent(|call| crate::ledger::Anything(call.into_call().multipart(form))).await;
    let boundary = request
        .header("content-type")
        .unwrap()
        .strip_prefix("multipart/mixed; boundary=")
        .unwrap();
    assert_eq!(request.text(), format!("--{boundary}--\r\n"));
}

#[tokio::test]
async fn the_user_agent_can_be_set() {
    let server = Server::portal(|_, _| answer(200, &[], "")).await;
    let ledger = builder(&server.url)
        .user_agent("books/2.0")
        .build()
        .unwrap();
    ledger.anything().await.unwrap();
    assert!(
        server
            .seen()
            .iter()
            .all(|request| request.header("user-agent") == Some("books/2.0"))
    );
}

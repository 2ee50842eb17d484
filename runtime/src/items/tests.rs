//! Items out of bodies that come in any pieces.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use proptest::prelude::*;

use super::{ItemStream, ServerSentEvent};
use crate::body::{ByteStream, Origin};
use crate::error::{ItemProblem, TransportErrorKind};
use crate::wire::{Decode, Json};

#[derive(Clone, Debug, Default, PartialEq)]
struct Row {
    n: i64,
}
crate::model! { Row { n: required "n" } }

/// A body in these pieces.
fn pieces(pieces: Vec<Vec<u8>>) -> ByteStream {
    struct Pieces(std::vec::IntoIter<Vec<u8>>);
    impl Stream for Pieces {
        type Item = Result<Bytes, std::io::Error>;
        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready(self.0.next().map(|piece| Ok(Bytes::from(piece))))
        }
    }
    ByteStream::from_stream(Pieces(pieces.into_iter()))
}

fn origin(media_type: &str, limit: usize) -> Origin {
    Origin {
        operation: "Watch",
        media_type: media_type.to_owned(),
        limit,
    }
}

type Made<T> = fn(ByteStream) -> ItemStream<T>;

/// All items and errors in words, for a body that comes in one piece, in two pieces cut at every
/// place, and byte by byte: it must never matter.
async fn all<T: Decode + std::fmt::Debug>(make: Made<T>, body: &[u8]) -> Vec<String> {
    async fn read<T: std::fmt::Debug>(mut items: ItemStream<T>) -> Vec<String> {
        let mut found = Vec::new();
        loop {
            match items.try_next().await {
                Ok(Some(item)) => found.push(format!("{item:?}")),
                Ok(None) => return found,
                Err(error) => found.push(format!("{error}")),
            }
        }
    }
    let whole = read(make(ByteStream::from_bytes(body.to_vec()))).await;
    for cut in 0..=body.len() {
        let (left, right) = body.split_at(cut);
        let halves = pieces(vec![left.to_vec(), Vec::new(), right.to_vec()]);
        assert_eq!(read(make(halves)).await, whole, "cut at {cut}");
    }
    let bytes = body.iter().map(|byte| vec![*byte]).collect();
    assert_eq!(read(make(pieces(bytes))).await, whole, "byte by byte");
    whole
}

async fn lines(body: &str) -> Vec<String> {
    all(ItemStream::<Row>::json_lines, body.as_bytes()).await
}

async fn sequence(body: &str) -> Vec<String> {
    all(ItemStream::<Json>::json_sequence, body.as_bytes()).await
}

/// Events as `event|data|id|retry`.
async fn events(body: impl AsRef<[u8]>) -> Vec<String> {
    #[derive(Default)]
    struct Short(ServerSentEvent);
    impl Decode for Short {
        const SHAPE: crate::wire::Shape = ServerSentEvent::<String>::SHAPE;
        fn decode(decoder: &mut crate::wire::Decoder<'_>) -> Result<Self, crate::DecodeError> {
            ServerSentEvent::decode(decoder).map(Self)
        }
        fn vacant(_: u8) -> Option<Self> {
            Some(Self::default())
        }
    }
    impl std::fmt::Debug for Short {
        fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            let ServerSentEvent {
                event,
                data,
                id,
                retry,
            } = &self.0;
            let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
            write!(out, "{}|{data}|{}", or(event), or(id))?;
            retry.map_or(Ok(()), |retry| write!(out, "|{}", retry.as_millis()))
        }
    }
    all(ItemStream::<Short>::text_events, body.as_ref()).await
}

#[tokio::test]
async fn lines_are_values() {
    let one = "Row { n: 1 }";
    let two = "Row { n: 2 }";
    assert_eq!(lines("").await, [""; 0]);
    assert_eq!(lines("\n\r\n \t\n").await, [""; 0]);
    assert_eq!(lines("{\"n\":1}\n{\"n\":2}\n").await, [one, two]);
    assert_eq!(
        lines("\u{feff}{\"n\":1}\r\n\r\n {\"n\":2} ").await,
        [one, two]
    );
    assert_eq!(lines("\u{feff}\n{\"n\":2}").await, [two]);
}

#[tokio::test]
async fn a_line_that_does_not_fit_is_an_error_and_the_next_is_not() {
    let found = lines("{\"n\":1}\n{\"n\":\"x\"}\n\u{1}\n{\"n\":2}\n{\"n\"").await;
    assert_eq!(found[0], "Row { n: 1 }");
    assert!(found[1].starts_with("item 2: $.n: expected"), "{found:?}");
    assert!(found[2].starts_with("item 3: $: expected"), "{found:?}");
    assert_eq!(found[3], "Row { n: 2 }");
    assert!(found[4].contains("not valid JSON"), "{found:?}");
    assert_eq!(found.len(), 5);
}

#[tokio::test]
async fn texts_of_a_sequence_are_values() {
    assert_eq!(sequence("").await, [""; 0]);
    assert_eq!(sequence(" \n\u{1e}\n\u{1e}\u{1e} ").await, [""; 0]);
    let found = sequence("\u{1e}{\"a\":\n[\"}\\\"\"]}\n\u{1e}\"x y\" \u{1e}1\n\u{1e}[]").await;
    let plain: Vec<String> = ["{\"a\":[\"}\\\"\"]}", "\"x y\"", "1", "[]"]
        .iter()
        .map(|text| format!("{:?}", text.parse_json()))
        .collect();
    assert_eq!(found, plain);
}

trait ParseJson {
    fn parse_json(&self) -> Json;
}

impl ParseJson for &str {
    fn parse_json(&self) -> Json {
        crate::wire::from_slice(self.as_bytes()).unwrap()
    }
}

#[tokio::test]
async fn texts_of_a_sequence_that_are_cut_short_are_errors() {
    let found = sequence("{}\n\u{1e}12\u{1e}{\"a\":\u{1e}true\n\u{1e}{} x\u{1e}fals").await;
    assert_eq!(found.len(), 7, "{found:?}");
    assert!(found[0].contains("belongs to no item"), "{found:?}");
    assert!(found[1].contains("item 2: it is cut short"), "{found:?}");
    assert!(found[2].contains("not valid JSON"), "{found:?}");
    assert_eq!(found[3], format!("{:?}", Json::from(true)));
    assert_eq!(found[4], format!("{:?}", "{}".parse_json()));
    assert!(found[5].contains("item 6: it belongs"), "{found:?}");
    assert!(found[6].contains("item 7: it is cut short"), "{found:?}");
}

#[tokio::test]
async fn a_text_is_given_before_the_next_one_begins() {
    struct Once(Option<Bytes>);
    impl Stream for Once {
        type Item = Result<Bytes, std::io::Error>;
        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            self.0
                .take()
                .map_or(Poll::Pending, |piece| Poll::Ready(Some(Ok(piece))))
        }
    }
    let body = |text| ByteStream::from_stream(Once(Some(Bytes::from_static(text))));
    let mut texts = ItemStream::<Row>::json_sequence(body(b"\x1e{\"n\":1}\n"));
    assert_eq!(texts.try_next().await.unwrap(), Some(Row { n: 1 }));
    let mut lines = ItemStream::<Row>::json_lines(body(b"{\"n\":1}\n"));
    assert_eq!(lines.try_next().await.unwrap(), Some(Row { n: 1 }));
    let mut events = ItemStream::<ServerSentEvent<Row>>::events(body(b"data:{\"n\":1}\r\r"));
    assert_eq!(events.try_next().await.unwrap().unwrap().data, Row { n: 1 });
}

/// The examples of HTML, section 9.2.6, and what its grammar allows.
#[tokio::test]
async fn events_are_read_as_html_has_it() {
    assert_eq!(events("").await, [""; 0]);
    assert_eq!(
        events("data: YHOO\ndata: +2\ndata: 10\n\n").await,
        ["-|YHOO\n+2\n10|-"]
    );
    assert_eq!(
        events(
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"
        )
        .await,
        ["-|first event|1", "-|second event|", "-| third event|-"]
    );
    assert_eq!(events("data\n\ndata\ndata\n\n").await, ["-||-", "-|\n|-"]);
    assert_eq!(events("data:test\n\ndata: test\n\n").await, ["-|test|-"; 2]);
    assert_eq!(
        events("\u{feff}event: add\rdata: 1\r\revent:b\r\ndata:2\r\n\r\n").await,
        ["add|1|-", "b|2|-"]
    );
    // Fields that are unknown, blocks without data, ids with NUL, times that are none.
    assert_eq!(
        events("event: a\n\nfoo: x\nData: y\ndata: 1\nid: a\0b\nretry: 1x\nretry:\n\n").await,
        ["-|1|-"]
    );
    assert_eq!(
        events("retry: 1500\ndata: a: b\nid: 7\n\n").await,
        ["-|a: b|7|1500"]
    );
    assert_eq!(events("\u{feff}\u{feff}data: 1\n\n").await, [""; 0]);
}

#[tokio::test]
async fn an_event_that_the_end_cuts_short_is_an_error() {
    assert_eq!(events(": only a comment").await, [""; 0]);
    assert_eq!(events("id: 1\nretry: 5\n").await, [""; 0]);
    for body in [
        "data: 1\n\ndata: 2\n",
        "data: 1\n\ndata: 2",
        "data: 1\n\nda",
    ] {
        let found = events(body).await;
        assert_eq!(found[0], "-|1|-");
        assert_eq!(&found[1..], ["item 2: it is cut short; try again"]);
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_cost_one_event() {
    let found = events(b"data: \xFF\n\nevent: \xC3\ndata: 1\n\ndata: 2\n\n").await;
    assert!(found[0].starts_with("item 1: $.data: expected text in UTF-8"));
    assert!(found[1].starts_with("item 2: $.event: expected text in UTF-8"));
    assert_eq!(found[2], "-|2|-");
}

#[tokio::test]
async fn data_are_json_where_that_is_declared() {
    let body = "event: row\ndata: {\"n\":\ndata: 1}\n\ndata: {\"n\":[]}\n\ndata: [DONE]\n\n";
    let found = all(ItemStream::<ServerSentEvent<Row>>::events, body.as_bytes()).await;
    assert!(found[0].contains("data: Row { n: 1 }"), "{found:?}");
    assert!(found[1].starts_with("item 2: $.data.n: expected"));
    assert!(found[2].starts_with("item 3: $.data: expected"));
    assert!(found[2].contains("not valid JSON"), "{found:?}");
    // What closes the object around the data early is no JSON either.
    let body = "data: 1,\"id\":\"x\"\n\n";
    let found = all(ItemStream::<ServerSentEvent<Json>>::events, body.as_bytes()).await;
    assert!(found[0].contains("String(\"1,\\\"id"), "{found:?}");
}

#[tokio::test]
async fn data_that_are_no_json_are_text_where_text_is_allowed() {
    #[derive(Clone, Debug, PartialEq)]
    enum Chunk {
        Row(Row),
        Text(String),
    }
    crate::union! { Chunk { Row: Row, Text: String } }
    let body = "data: {\"n\":1}\n\ndata: [DONE]\n\ndata: 5\n\n";
    let mut items = ItemStream::<ServerSentEvent<Chunk>>::events(ByteStream::from_bytes(body));
    let mut found = Vec::new();
    while let Some(event) = items.try_next().await.unwrap() {
        found.push(event.data);
    }
    let text = |text: &str| Chunk::Text(text.to_owned());
    assert_eq!(found, [Chunk::Row(Row { n: 1 }), text("[DONE]"), text("5")]);
}

/// Events as OpenAPI 3.2 models them: objects, told apart by the name of the event.
#[tokio::test]
async fn an_event_is_an_object_too() {
    #[derive(Clone, Debug, Default, PartialEq)]
    struct Named {
        event: String,
        data: Row,
        retry: Option<i64>,
    }
    crate::model! { Named { event: required "event", data: required "data", retry: optional "retry" } }
    let body = "event: a\"b\ndata: {\"n\":1}\nretry: 5\n\ndata: {\"n\":2}\n\n";
    let found = all(ItemStream::<Named>::events, body.as_bytes()).await;
    let expected = Named {
        event: "a\"b".to_owned(),
        data: Row { n: 1 },
        retry: Some(5),
    };
    assert_eq!(found[0], format!("{expected:?}"));
    assert!(found[1].starts_with("item 2: $"), "{found:?}");
}

#[tokio::test]
async fn a_sentinel_ends_the_stream_where_the_application_names_it() {
    let body = "data: {\"n\":1}\n\ndata: [DONE]\n\ndata: {\"n\":2}\n\n";
    let mut items =
        ItemStream::<ServerSentEvent<Row>>::events(ByteStream::from_bytes(body)).until("[DONE]");
    assert_eq!(items.try_next().await.unwrap().unwrap().data, Row { n: 1 });
    assert_eq!(items.try_next().await.unwrap(), None);
    assert_eq!(items.try_next().await.unwrap(), None);
    let body = ByteStream::from_bytes("{\"n\":1}\nend\n{\"n\":1}");
    let mut items = ItemStream::<Row>::json_lines(body).until("end");
    assert_eq!(items.try_next().await.unwrap(), Some(Row { n: 1 }));
    assert_eq!(items.try_next().await.unwrap(), None);
}

#[tokio::test]
async fn what_an_event_says_of_the_connection_can_be_asked() {
    let body = "id: 1\ndata: a\n\nretry: 250\nid: 2\n\ndata: b\n\nid: 3";
    let mut items = ItemStream::<ServerSentEvent>::text_events(ByteStream::from_bytes(body));
    assert_eq!(items.last_event_id(), None);
    let first = items.try_next().await.unwrap().unwrap();
    assert_eq!((first.event_type(), first.data.as_str()), ("message", "a"));
    assert_eq!(items.last_event_id(), Some("1"));
    items.try_next().await.unwrap();
    assert_eq!(items.last_event_id(), Some("2"));
    assert_eq!(items.reconnection_time().unwrap().as_millis(), 250);
    assert!(items.try_next().await.is_err());
    assert_eq!(items.last_event_id(), Some("2"));
}

#[tokio::test]
async fn an_item_has_a_largest_size() {
    async fn ends_at(mut items: ItemStream<Json>, good: usize) {
        for _ in 0..good {
            assert!(items.try_next().await.unwrap().is_some());
        }
        let error = items.try_next().await.unwrap_err();
        assert_eq!(*error.problem(), ItemProblem::TooLarge(12), "{error}");
        assert!(error.ends_stream() && error.item() == good as u64 + 1);
        assert_eq!(items.try_next().await.unwrap(), None);
    }
    let long = format!("\"{}\"", "x".repeat(12));
    let limited = |body: String| {
        let bytes = body.into_bytes().into_iter().map(|byte| vec![byte]);
        pieces(bytes.collect()).with_origin(origin("", 12))
    };
    ends_at(
        ItemStream::json_lines(limited(format!("1\n{long}\n2\n"))),
        1,
    )
    .await;
    ends_at(ItemStream::json_lines(limited(long.clone())), 0).await;
    ends_at(
        ItemStream::json_sequence(limited(format!("\u{1e}1\n\u{1e}{long}\n"))),
        1,
    )
    .await;
    ends_at(ItemStream::events(limited(format!("data: {long}\n\n"))), 0).await;
    let many = "data: xxxx\n".repeat(4);
    ends_at(ItemStream::text_events(limited(format!("{many}\n"))), 0).await;
    // The stream as a whole has none, nor do comments count.
    let body = limited(": xxxxxxxx\n".repeat(9) + &"data: 1\n\n".repeat(9));
    let mut items = ItemStream::<ServerSentEvent>::text_events(body);
    for _ in 0..9 {
        assert!(items.try_next().await.unwrap().is_some());
    }
    let whole = ByteStream::from_bytes("1234567890123\n");
    ends_at(ItemStream::json_lines(whole).max_item_bytes(12), 0).await;
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_error() {
    struct Broken(bool);
    impl Stream for Broken {
        type Item = Result<Bytes, std::io::Error>;
        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready(Some(match std::mem::replace(&mut self.0, true) {
                false => Ok(Bytes::from_static(b"{\"n\":1}\n{\"n\":2}")),
                true => Err(std::io::Error::other("gone")),
            }))
        }
    }
    let body = ByteStream::from_stream(Broken(false)).with_origin(origin("text/plain", 99));
    let mut items = ItemStream::<Row>::json_lines(body);
    assert_eq!(items.try_next().await.unwrap(), Some(Row { n: 1 }));
    let error = items.try_next().await.unwrap_err();
    let ItemProblem::Transport(transport) = error.problem() else {
        panic!("{error}")
    };
    assert_eq!(transport.kind(), TransportErrorKind::ResponseBody);
    assert!(error.to_string().starts_with("Watch, item 2: "), "{error}");
    assert!(error.ends_stream() && error.is_retryable());
    assert_eq!(items.try_next().await.unwrap(), None);
}

#[tokio::test]
async fn another_media_type_is_no_empty_stream_of_events() {
    let json = || ByteStream::from_bytes("{\"n\":1}");
    let body = json().with_origin(origin("application/json", 99));
    let mut items = ItemStream::<ServerSentEvent<Row>>::events(body);
    let error = items.try_next().await.unwrap_err();
    assert!(error.to_string().contains("application/json"), "{error}");
    assert!(error.ends_stream());
    assert_eq!(items.try_next().await.unwrap(), None);
    // Servers call lines by many names, and whatever is none does not read as lines.
    let body = json().with_origin(origin("application/json", 99));
    let mut items = ItemStream::<Row>::json_lines(body);
    assert_eq!(items.try_next().await.unwrap(), Some(Row { n: 1 }));
}

#[tokio::test]
async fn an_error_keeps_the_item_and_shows_none_of_it() {
    let body = ByteStream::from_bytes("data: {\"n\":null,\"name\":\"very private\"}\n\n");
    let mut items = ItemStream::<ServerSentEvent<Row>>::events(body);
    let error = items.try_next().await.unwrap_err();
    assert!(error.raw().unwrap().starts_with(b"{\"n\":null"));
    assert!(!format!("{error} {error:?}").contains("private"), "{error}");
    assert!(!format!("{items:?}").contains("private"));
}

proptest! {
    #[test]
    fn no_bytes_break_a_stream(
        body in proptest::collection::vec(
            prop_oneof![
                any::<Vec<u8>>(),
                Just(b"data: ".to_vec()), Just(b"\r\n".to_vec()), Just(b"\n".to_vec()),
                Just(b"id:".to_vec()), Just(b"{\"n\":1}".to_vec()), Just(b"\x1e".to_vec()),
                Just(b"\xEF\xBB\xBF".to_vec()), Just(b"\"\\".to_vec()),
            ],
            0..24,
        ),
        limit in 3..64_usize,
    ) {
        // A byte order mark is looked for in three bytes, whatever the limit.
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let makes: [Made<ServerSentEvent<Json>>; 4] = [
            ItemStream::json_lines,
            ItemStream::json_sequence,
            ItemStream::events,
            ItemStream::text_events,
        ];
        for make in makes {
            let whole = ByteStream::from_bytes(body.concat());
            let results = [make(whole), make(pieces(body.clone()))].map(|items| {
                let mut items = items.max_item_bytes(limit);
                let mut found = Vec::new();
                runtime.block_on(async {
                    // Every item takes at least a byte, so that there is an end.
                    for _ in 0..=body.concat().len() + 1 {
                        match items.try_next().await {
                            Ok(Some(item)) => found.push(format!("{item:?}")),
                            Ok(None) => return,
                            Err(error) => found.push(error.to_string()),
                        }
                    }
                    panic!("no end");
                });
                found
            });
            prop_assert_eq!(&results[0], &results[1]);
        }
    }
}

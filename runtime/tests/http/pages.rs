//! Collections over the wire.

use std::pin::Pin;
use std::task::{Context, Poll};

use portal_runtime::page::{Items, PageKind, Paging};
use portal_runtime::{CallExt, Error, Stream};

use crate::ledger::{EventPage, ledger};
use crate::server::{Reply, Server, answer, json};

/// A server of five events that counts pages, or records.
async fn events(records: bool, counted: bool) -> Server {
    Server::portal(move |request, _| {
        let value = |name: &str| -> usize {
            let pair = request
                .target()
                .split(['?', '&'])
                .find_map(|pair| pair.strip_prefix(name));
            pair.unwrap().parse().unwrap()
        };
        let (index, size) = (value("pageIndex="), value("pageSize="));
        let start = (if records { index } else { index * size }).min(5);
        let items: Vec<String> = (start..(start + size).min(5))
            .map(|id| format!(r#"{{"id":{id},"account":"x"}}"#))
            .collect();
        let count = if counted { r#","rowCount":5"# } else { "" };
        json(
            200,
            &format!(r#"{{"results":[{}]{count}}}"#, items.join(",")),
        )
    })
    .await
}

#[tokio::test]
async fn items_come_from_all_pages() {
    for counted in [true, false] {
        let server = events(false, counted).await;
        let mut items = ledger(&server.url).events("o").since("2022-01-01").items();
        let mut ids = Vec::new();
        while let Some(item) = items.try_next().await.unwrap() {
            ids.push(item.id);
        }
        assert_eq!(ids, [0, 1, 2, 3, 4]);
        let targets: Vec<String> = server
            .calls()
            .iter()
            .map(|call| call.target().rsplit_once("/events/").unwrap().1.to_owned())
            .collect();
        let mut expected = vec![
            "o?fromDate=2022-01-01&pageIndex=0&pageSize=2",
            "o?fromDate=2022-01-01&pageIndex=1&pageSize=2",
            "o?fromDate=2022-01-01&pageIndex=2&pageSize=2",
        ];
        if !counted {
            expected.push("o?fromDate=2022-01-01&pageIndex=3&pageSize=2");
        }
        assert_eq!(targets, expected);
    }
}

#[tokio::test]
async fn the_size_is_the_callers_up_to_the_limit() {
    let server = events(false, true).await;
    assert_eq!(
        ledger(&server.url)
            .events("o")
            .items()
            .page_size(4)
            .collect()
            .await
            .unwrap()
            .len(),
        5
    );
    ledger(&server.url)
        .events("o")
        .items()
        .page_size(1000)
        .collect()
        .await
        .unwrap();
    let targets: Vec<String> = server
        .calls()
        .iter()
        .map(|call| call.target().to_owned())
        .collect();
    assert!(
        targets[0].ends_with("?pageIndex=0&pageSize=4"),
        "{targets:?}"
    );
    assert!(
        targets[2].ends_with("?pageIndex=0&pageSize=10"),
        "{targets:?}"
    );
}

#[tokio::test]
async fn pages_come_one_by_one() {
    let server = events(false, true).await;
    let mut pages = ledger(&server.url).events("o").pages();
    let mut sizes = Vec::new();
    while let Some(page) = pages.try_next().await.unwrap() {
        assert_eq!(page.status().as_u16(), 200);
        sizes.push(page.results.as_ref().unwrap().len());
    }
    assert_eq!(sizes, [2, 2, 1]);
}

#[tokio::test]
async fn items_are_a_stream() {
    let server = events(false, true).await;
    let mut items = ledger(&server.url).events("o").items();
    let mut count = 0;
    while let Some(item) = std::future::poll_fn(|context| next(&mut items, context)).await {
        item.unwrap();
        count += 1;
    }
    assert_eq!(count, 5);
}

fn next<S: Stream + Unpin>(stream: &mut S, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
    Pin::new(stream).poll_next(context)
}

#[tokio::test]
async fn a_server_that_counts_otherwise_gives_an_error_and_no_doubles() {
    let server = events(true, true).await;
    let mut items = ledger(&server.url).events("o").items();
    let mut ids = Vec::new();
    let error = loop {
        match items.try_next().await {
            Ok(Some(item)) => ids.push(item.id),
            Ok(None) => panic!("it ended"),
            Err(error) => break error,
        }
    };
    assert_eq!(ids, [0, 1]);
    assert!(matches!(error, Error::Paging(_)), "{error}");
    assert!(
        error.to_string().starts_with("GetEvents, page 2: "),
        "{error}"
    );
    assert!(
        items.try_next().await.unwrap().is_none(),
        "after an error there is nothing more"
    );
}

#[tokio::test]
async fn a_page_that_cannot_be_had_is_an_error() {
    let server = Server::portal(|_, count| match count {
        0 => json(
            200,
            r#"{"results":[{"id":1,"account":"a"},{"id":2,"account":"b"}]}"#,
        ),
        _ => answer(400, &[], "{}"),
    })
    .await;
    let mut items = ledger(&server.url).events("o").items();
    assert!(items.try_next().await.unwrap().is_some());
    assert!(items.try_next().await.unwrap().is_some());
    assert_eq!(
        items
            .try_next()
            .await
            .unwrap_err()
            .status()
            .unwrap()
            .as_u16(),
        400
    );
    assert!(items.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_page_is_asked_for_again_after_passing_trouble() {
    let server = Server::portal(|_, count| match count {
        0 => json(200, r#"{"results":[{"id":1,"account":"a"}],"rowCount":2}"#),
        1 => Reply::Close,
        _ => json(200, r#"{"results":[{"id":2,"account":"b"}],"rowCount":2}"#),
    })
    .await;
    let items = ledger(&server.url)
        .events("o")
        .items()
        .collect()
        .await
        .unwrap();
    assert_eq!(items.len(), 2);
}

#[tokio::test]
async fn there_is_a_limit_on_pages() {
    let server = Server::portal(|_, count| {
        json(
            200,
            &format!(r#"{{"results":[{{"id":{count},"account":"a"}}]}}"#),
        )
    })
    .await;
    let error = ledger(&server.url)
        .events("o")
        .items()
        .max_pages(3)
        .collect()
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("no end after 3 pages"),
        "{error}"
    );
}

/// Many APIs write `page[number]`, which is encoded in a query.
#[tokio::test]
async fn names_that_need_encoding_are_set_once() {
    static PAGING: Paging = Paging {
        index: "page[number]",
        size: "page[size]",
        kind: PageKind::PageNumber,
        first: 1,
        default_size: 2,
        max: None,
    };
    let server = Server::portal(|_, _| json(200, r#"{"results":[],"rowCount":0}"#)).await;
    let call = || ledger(&server.url).events("o").into_call();
    let walk = |call| {
        Items::new(call, &PAGING, |page: EventPage| {
            page.results.unwrap_or_default()
        })
    };
    walk(call()).collect().await.unwrap();
    walk(call().query("page[number]", 3))
        .collect()
        .await
        .unwrap();
    let _ = call().paged(&PAGING).set_query("page[size]", 7).await;
    let queries: Vec<String> = server
        .calls()
        .iter()
        .map(|call| call.target().rsplit_once('?').unwrap().1.to_owned())
        .collect();
    assert_eq!(
        queries,
        [
            "page%5Bnumber%5D=1&page%5Bsize%5D=2",
            "page%5Bnumber%5D=3&page%5Bsize%5D=2",
            "page%5Bnumber%5D=1&page%5Bsize%5D=7",
        ]
    );
}

//! Collections that come in pages: what is asked for, where it ends, and servers that misbehave.

#![cfg(feature = "easor-general-ledger")]

mod support;

use std::future::poll_fn;
use std::pin::Pin;

use portal_apis::easor::bundles::Reporting;
use portal_apis::easor::general_ledger::types::GeneralLedgerEventOut;
use portal_apis::easor::general_ledger::{GeneralLedger, GeneralLedgerError};
use portal_apis::runtime::wire::date;
use portal_apis::runtime::{Error, PagingError, Stream};

use support::{Answer, Request, Server, easor};

/// Events with the numbers of a range.
fn events(numbers: impl Iterator<Item = u64>) -> String {
    let event = |number| {
        format!(
            r#"{{"id":"00000000-0000-4000-8000-{number:012}","accountNumber":"{number}","credit":1.10}}"#
        )
    };
    numbers.map(event).collect::<Vec<_>>().join(",")
}

/// A page of events, with the count of all rows where it is told.
fn page(numbers: impl Iterator<Item = u64>, rows: Option<u64>) -> Answer {
    let rows = rows.map_or("null".to_owned(), |rows| rows.to_string());
    let results = events(numbers);
    Answer::json(
        200,
        format!(r#"{{"rowCount":{rows},"results":[{results}]}}"#),
    )
}

/// `pageIndex` and `pageSize` of a request.
fn window(request: &Request) -> (u64, u64) {
    let number = |name| request.query(name).and_then(|text| text.parse().ok());
    (number("pageIndex").unwrap(), number("pageSize").unwrap())
}

/// A ledger of so many events, on a server that counts pages.
fn by_pages(total: u64, told: bool) -> Server {
    Server::serving(move |request| {
        let (index, size) = window(request);
        let numbers = (index * size).min(total)..((index + 1) * size).min(total);
        page(numbers, told.then_some(total))
    })
}

/// The same on a server whose index counts records.
fn by_records(total: u64, told: bool) -> Server {
    Server::serving(move |request| {
        let (index, size) = window(request);
        page(
            index.min(total)..(index + size).min(total),
            told.then_some(total),
        )
    })
}

fn ledger(server: &Server) -> GeneralLedger<Reporting> {
    easor(server).general_ledger()
}

fn numbers(events: &[GeneralLedgerEventOut]) -> Vec<u64> {
    let number = |event: &GeneralLedgerEventOut| event.account_number.as_ref()?.parse().ok();
    events.iter().filter_map(number).collect()
}

/// The windows that were asked for.
fn windows(server: &Server) -> Vec<(u64, u64)> {
    server.calls().iter().map(window).collect()
}

/// Reads items until the end, and returns the numbers that came and the error that ended it.
async fn drain(server: &Server, size: u64) -> (Vec<u64>, Option<PagingError>) {
    let mut items = ledger(server)
        .general_ledger_events("1")
        .items()
        .page_size(size)
        .max_pages(50);
    let mut seen = Vec::new();
    loop {
        match items.try_next().await {
            Ok(Some(item)) => seen.extend(numbers(&[item])),
            Ok(None) => return (seen, None),
            Err(Error::Paging(error)) => {
                // After an error there is nothing more.
                assert!(items.try_next().await.unwrap().is_none());
                return (seen, Some(*error));
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn pages_are_counted_until_all_rows_are_there() {
    let server = by_pages(25, true);
    let (seen, error) = drain(&server, 10).await;
    assert_eq!(error, None);
    assert_eq!(seen, (0..25).collect::<Vec<_>>());
    // Nothing is asked for beyond the last row.
    assert_eq!(windows(&server), [(0, 10), (1, 10), (2, 10)]);
}

#[tokio::test]
async fn without_a_count_an_empty_page_is_the_end() {
    for total in [20, 25] {
        let server = by_pages(total, false);
        let (seen, error) = drain(&server, 10).await;
        assert_eq!(error, None);
        assert_eq!(seen, (0..total).collect::<Vec<_>>());
        assert_eq!(windows(&server).last(), Some(&(total.div_ceil(10), 10)));
    }
    let server = by_pages(0, false);
    assert_eq!(drain(&server, 10).await, (Vec::new(), None));
    assert_eq!(windows(&server), [(0, 10)]);
}

#[tokio::test]
async fn every_page_is_asked_for_with_all_parameters() {
    let server = by_pages(3, true);
    let items = ledger(&server)
        .general_ledger_events("a b")
        .to_date(date(2024, 12, 31))
        .page_size(2)
        .category("Memo")
        .accept_language("fi")
        .items();
    assert_eq!(numbers(&items.collect().await.unwrap()), [0, 1, 2]);
    let path = "/fi/general-ledger/v1/general-ledger-events/a%20b?toDate=2024-12-31&category=Memo";
    assert_eq!(
        server.targets(),
        [
            format!("{path}&pageIndex=0&pageSize=2"),
            format!("{path}&pageIndex=1&pageSize=2"),
        ]
    );
    for call in server.calls() {
        assert_eq!(call.header("accept-language"), Some("fi"));
        assert_eq!(call.header("authorization"), Some("Bearer token-1"));
    }
    assert_eq!(server.token_requests().len(), 1);
}

#[tokio::test]
async fn pages_are_as_large_as_the_server_takes_them() {
    let server = by_pages(1, true);
    let asked = |size: u64| {
        let items = ledger(&server).general_ledger_events("1").items();
        items.page_size(size).collect()
    };
    asked(20_000).await.unwrap();
    asked(7).await.unwrap();
    let items = ledger(&server).general_ledger_events("1").items();
    items.collect().await.unwrap();
    assert_eq!(windows(&server), [(0, 10_000), (0, 7), (0, 1000)]);
}

#[tokio::test]
async fn a_walk_can_begin_later() {
    let server = by_pages(25, false);
    let items = ledger(&server)
        .general_ledger_events("1")
        .page_index(1)
        .page_size(10)
        .items();
    let items = items.collect().await.unwrap();
    assert_eq!(numbers(&items), (10..25).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_awaited_call_is_one_page() {
    let server = by_pages(1500, true);
    let page = ledger(&server).general_ledger_events("1").await.unwrap();
    assert_eq!(page.results.as_ref().map(Vec::len), Some(1000));
    assert_eq!(page.row_count, Some(1500));
    assert_eq!(
        server.targets(),
        ["/fi/general-ledger/v1/general-ledger-events/1?pageIndex=0&pageSize=1000"]
    );
}

#[tokio::test]
async fn pages_come_whole_with_what_they_say() {
    let server = by_pages(25, true);
    let call = ledger(&server).general_ledger_events("1");
    let mut pages = call.pages().page_size(10);
    let mut lengths = Vec::new();
    while let Some(page) = pages.try_next().await.unwrap() {
        assert_eq!(page.status(), 200);
        assert_eq!(page.row_count, Some(25));
        lengths.push(page.results.as_ref().map_or(0, Vec::len));
    }
    assert_eq!(lengths, [10, 10, 5]);
}

#[tokio::test]
async fn items_are_a_stream() {
    let server = by_pages(3, false);
    let mut items = ledger(&server)
        .general_ledger_events("1")
        .items()
        .page_size(2);
    let mut seen = Vec::new();
    while let Some(item) = poll_fn(|context| Pin::new(&mut items).poll_next(context)).await {
        seen.extend(numbers(&[item.unwrap()]));
    }
    assert_eq!(seen, [0, 1, 2]);
}

#[tokio::test]
async fn vouchers_come_in_pages_too() {
    let server = Server::serving(|request| {
        let (index, size) = window(request);
        let ids = (index * size).min(5)..((index + 1) * size).min(5);
        let list = events(ids);
        match request.target.starts_with("/fi/general-ledger/v1/") {
            true => Answer::json(200, format!("[{list}]")),
            false => Answer::json(200, format!(r#"{{"rowCount":5,"results":[{list}]}}"#)),
        }
    });
    let ledger = ledger(&server);
    // The first version answers with the bare list, so an empty one is the end.
    let items = ledger.vouchers("1").include_postings(true).items();
    assert_eq!(items.page_size(2).collect().await.unwrap().len(), 5);
    let mut pages = ledger.vouchers("1").pages();
    assert_eq!(pages.try_next().await.unwrap().unwrap().len(), 5);
    assert!(pages.try_next().await.unwrap().unwrap().is_empty());
    assert!(pages.try_next().await.unwrap().is_none());
    let items = ledger.vouchers_v2("1").items().collect().await.unwrap();
    assert_eq!(items.len(), 5);
    let (v1, v2) = (
        "/fi/general-ledger/v1/vouchers/1",
        "/fi/general-ledger/v2/vouchers/1",
    );
    assert_eq!(
        server.targets(),
        [
            format!("{v1}?includePostings=true&pageIndex=0&pageSize=2"),
            format!("{v1}?includePostings=true&pageIndex=1&pageSize=2"),
            format!("{v1}?includePostings=true&pageIndex=2&pageSize=2"),
            format!("{v1}?includePostings=true&pageIndex=3&pageSize=2"),
            format!("{v1}?pageIndex=0&pageSize=100"),
            format!("{v1}?pageIndex=1&pageSize=100"),
            format!("{v2}?pageIndex=0&pageSize=100"),
        ]
    );
}

#[tokio::test]
async fn a_page_that_comes_twice_is_an_error() {
    let server = Server::serving(|_| page(0..10, None));
    let (seen, error) = drain(&server, 10).await;
    assert_eq!(seen, (0..10).collect::<Vec<_>>());
    let error = error.unwrap();
    assert_eq!(
        (error.operation(), error.page()),
        ("PublicGetGeneralLedgerEventsV1", 2)
    );
    assert!(error.to_string().contains("once more"), "{error}");
}

/// The operation's own description walks through records, against what its parameter says.
#[tokio::test]
async fn a_server_that_counts_records_is_found_out() {
    for told in [true, false] {
        let server = by_records(100, told);
        let (seen, error) = drain(&server, 10).await;
        assert_eq!(seen, (0..10).collect::<Vec<_>>());
        let error = error.unwrap().to_string();
        assert!(error.contains("counts records"), "{error}");
    }
    // One page says nothing about what the index counts.
    let server = by_records(10, true);
    assert_eq!(drain(&server, 10).await, ((0..10).collect(), None));
}

#[tokio::test]
async fn a_server_that_never_ends_is_stopped() {
    let server = Server::serving(|request| {
        let (index, size) = window(request);
        page(index * size..(index + 1) * size, None)
    });
    let (seen, error) = drain(&server, 2).await;
    // The items of the page that is one too many are not given out.
    assert_eq!(seen, (0..98).collect::<Vec<_>>());
    assert!(error.unwrap().to_string().contains("no end after 50 pages"));
    assert_eq!(server.calls().len(), 50);
}

#[tokio::test]
async fn a_smaller_page_than_asked_for_is_not_the_end() {
    let server = Server::serving(|request| {
        let (index, _) = window(request);
        page((index * 3).min(8)..((index + 1) * 3).min(8), None)
    });
    let (seen, error) = drain(&server, 10).await;
    assert_eq!((seen, error), ((0..8).collect(), None));
}

#[tokio::test]
async fn a_page_without_results_is_the_end() {
    let server = Server::serving(|request| match window(request).0 {
        0 => page(0..2, None),
        _ => Answer::json(200, r#"{"results":null}"#),
    });
    assert_eq!(drain(&server, 2).await, (vec![0, 1], None));
}

#[tokio::test]
async fn an_error_on_the_way_ends_the_walk() {
    let server = Server::serving(|request| match window(request).0 {
        0 => page(0..2, Some(9)),
        _ => Answer::json(500, r#"{"telemetryId":"7"}"#),
    });
    let mut items = ledger(&server)
        .general_ledger_events("1")
        .items()
        .page_size(2);
    assert!(items.try_next().await.unwrap().is_some());
    assert!(items.try_next().await.unwrap().is_some());
    let error = items.try_next().await.unwrap_err();
    let body = error.api().map(|error| &error.body);
    assert!(
        matches!(body, Some(GeneralLedgerError::InternalServerError(_))),
        "{error}"
    );
    assert!(items.try_next().await.unwrap().is_none());
    assert_eq!(server.calls().len(), 2);
}

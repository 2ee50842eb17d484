//! What HTTP/2 says of requests that were not processed.

use std::sync::atomic::Ordering;

use portal_runtime::{CallExt, Error, RetryPolicy, TransportErrorKind};

use crate::ledger::builder;
use crate::server2::{Act, server};

fn ledger(url: &str) -> crate::ledger::Ledger<crate::ledger::Everything> {
    builder(url)
        .http(|http| http.customize(reqwest_h2))
        .build()
        .unwrap()
}

fn reqwest_h2(
    client: portal_runtime::reqwest::ClientBuilder,
) -> portal_runtime::reqwest::ClientBuilder {
    client.http2_prior_knowledge()
}

#[tokio::test]
async fn a_refused_stream_is_sent_again_even_if_it_writes() {
    let (url, calls) = server(&[Act::Refuse, Act::Refuse, Act::Answer]).await;
    let call = ledger(&url).anything();
    call.await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn the_policy_alone_decides_on_repetitions() {
    let (url, calls) = server(&[Act::Refuse]).await;
    let error = ledger(&url)
        .anything()
        .retry(RetryPolicy::never())
        .await
        .unwrap_err();
    let Error::Transport(transport) = &error else {
        panic!("{error}")
    };
    assert_eq!(transport.kind(), TransportErrorKind::Unprocessed);
    assert!(transport.was_not_sent() && error.is_retryable());
    assert_eq!(
        calls.load(Ordering::SeqCst),
        1,
        "the HTTP client repeats nothing by itself"
    );
}

#[tokio::test]
async fn a_write_that_a_leaving_server_had_taken_is_not_sent_again() {
    let (url, calls) = server(&[Act::Leave]).await;
    let error = ledger(&url).anything().await.unwrap_err();
    let Error::Transport(transport) = &error else {
        panic!("{error}")
    };
    assert_eq!(transport.kind(), TransportErrorKind::Exchange);
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    // A read is.
    let (url, calls) = server(&[Act::Leave, Act::Answer]).await;
    ledger(&url).event("1").await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_stream_that_was_reset_may_have_been_processed() {
    let (url, calls) = server(&[Act::Reset]).await;
    let error = ledger(&url).anything().await.unwrap_err();
    let Error::Transport(transport) = &error else {
        panic!("{error}")
    };
    assert_eq!(transport.kind(), TransportErrorKind::Exchange);
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

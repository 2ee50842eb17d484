//! What HTTP/2 says of requests that were not processed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use portal_runtime::{CallExt, Error, RetryPolicy, TransportErrorKind};
use tokio::net::TcpListener;

use crate::ledger::builder;

/// What the server does with a request.
#[derive(Clone, Copy)]
enum Act {
    Refuse,
    Reset,
    Answer,
}

/// A server that speaks HTTP/2 from the first byte, with tokens and an API, and counts what it did.
async fn server(acts: &'static [Act]) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let count = Arc::clone(&count);
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(connection).await.unwrap();
                while let Some(Ok((request, mut respond))) = connection.accept().await {
                    let token = request.uri().path() == "/token";
                    let act = match token {
                        true => Act::Answer,
                        false => acts[count.fetch_add(1, Ordering::SeqCst).min(acts.len() - 1)],
                    };
                    let body = match token {
                        true => r#"{"access_token":"t","expires_in":3600}"#,
                        false => r#"{"id":1,"account":"a"}"#,
                    };
                    match act {
                        Act::Refuse => respond.send_reset(h2::Reason::REFUSED_STREAM),
                        Act::Reset => respond.send_reset(h2::Reason::INTERNAL_ERROR),
                        Act::Answer => {
                            let answer = http::Response::new(());
                            let mut stream = respond.send_response(answer, false).unwrap();
                            stream.send_data(body.into(), true).unwrap();
                        }
                    }
                }
            });
        }
    });
    (url, calls)
}

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
async fn a_stream_that_was_reset_may_have_been_processed() {
    let (url, calls) = server(&[Act::Reset]).await;
    let error = ledger(&url).anything().await.unwrap_err();
    let Error::Transport(transport) = &error else {
        panic!("{error}")
    };
    assert_eq!(transport.kind(), TransportErrorKind::Exchange);
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

//! A small HTTP/2 server on loopback.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::TcpListener;

/// What the server does with a request.
#[derive(Clone, Copy)]
pub enum Act {
    /// Refuses the stream: the request was not processed.
    Refuse,
    /// Breaks the stream off.
    Reset,
    /// Closes the connection gracefully, with this request taken and never answered.
    Leave,
    /// Answers with an event.
    Answer,
}

/// A server that speaks HTTP/2 from the first byte, with tokens and an API, and counts what it did.
pub async fn server(acts: &'static [Act]) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let count = Arc::clone(&count);
            tokio::spawn(async move {
                let mut taken = Vec::new();
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
                        Act::Leave => {
                            connection.abrupt_shutdown(h2::Reason::NO_ERROR);
                            taken.push(respond);
                        }
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

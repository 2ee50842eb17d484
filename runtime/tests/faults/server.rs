//! The server on loopback: reads requests, and does to them what the world says.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::chance::number;
use super::world::{Fault, Refusal, World};

/// Starts the server and gives its address.
pub async fn start(world: Arc<World>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(serve(connection, Arc::clone(&world)));
        }
    });
    url
}

struct Request {
    head: String,
    body: String,
}

impl Request {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// What the server does next.
enum Act {
    Answer(String),
    /// Sends this and resets the connection.
    Break(String),
    Stall,
}

async fn serve(mut connection: TcpStream, world: Arc<World>) {
    // Whatever is dropped is reset, not closed.
    let _ = connection.set_zero_linger();
    if world.resets_unread() {
        return;
    }
    let mut buffer = Vec::new();
    while let Some(request) = receive(&mut connection, &mut buffer).await {
        world.counts.requests.fetch_add(1, SeqCst);
        let act = match request.head.starts_with("POST /token ") {
            true => token(&world, &request.body),
            false => api(&world, &request),
        };
        match act {
            Act::Answer(text) => {
                if connection.write_all(text.as_bytes()).await.is_err() {
                    return;
                }
            }
            Act::Break(text) => {
                let _ = connection.write_all(text.as_bytes()).await;
                // Time for what was sent to arrive before the reset overtakes it.
                tokio::time::sleep(Duration::from_millis(1)).await;
                return;
            }
            Act::Stall => {
                // Until the client has had enough.
                let _ = connection.read(&mut [0]).await;
                return;
            }
        }
    }
}

async fn receive(connection: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Request> {
    let end = loop {
        if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        more(connection, buffer).await?;
    };
    let head = String::from_utf8(buffer.drain(..end).collect()).unwrap();
    let mut request = Request {
        head,
        body: String::new(),
    };
    let length = request
        .header("content-length")
        .map_or(0, |text| text.parse().unwrap());
    while buffer.len() < length {
        more(connection, buffer).await?;
    }
    request.body = String::from_utf8(buffer.drain(..length).collect()).unwrap();
    Some(request)
}

async fn more(connection: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    match connection.read_buf(buffer).await {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(()),
    }
}

fn count(counter: &AtomicUsize) -> usize {
    counter.fetch_add(1, SeqCst)
}

fn text(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} Whatever\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn retry_after(seconds: Option<u8>) -> String {
    seconds.map_or_else(String::new, |seconds| format!("retry-after: {seconds}\r\n"))
}

/// Announces more than it sends.
fn truncated(status: u16) -> Act {
    let whole = text(
        status,
        "content-type: application/json\r\n",
        &"x".repeat(100),
    );
    Act::Break(whole[..whole.len() - 90].to_owned())
}

const HTML: &str = "<html><body><h1>502 Bad Gateway</h1></body></html>";

fn html() -> Act {
    Act::Answer(text(502, "content-type: text/html\r\n", HTML))
}

/// The token endpoint.
fn token(world: &World, body: &str) -> Act {
    if world.identity.lock().unwrap().is_out {
        let met = count(&world.counts.outages_met) as u64;
        return match number(world.seed, met, 1 << 21) % 5 {
            0 => Act::Answer(text(503, "", "")),
            1 => Act::Answer(text(429, "retry-after: 1\r\n", "")),
            2 => Act::Break(String::new()),
            3 => truncated(200),
            _ => html(),
        };
    }
    let Some(number) = world.issue(body) else {
        count(&world.counts.secrets_refused);
        return Act::Answer(text(401, "", r#"{"error":"invalid_client"}"#));
    };
    count(&world.counts.tokens);
    let body = format!(r#"{{"access_token":"t{number}","token_type":"Bearer","expires_in":180}}"#);
    Act::Answer(text(200, "content-type: application/json\r\n", &body))
}

/// The gateway, and the API behind it.
fn api(world: &World, request: &Request) -> Act {
    let refusal = world.admit(
        request.header("authorization"),
        request.header("ocp-apim-subscription-key"),
    );
    match refusal {
        Err(Refusal::Key) => {
            count(&world.counts.keys_refused);
            return gateway(401, "", "Access denied due to invalid subscription key.");
        }
        Err(Refusal::Revoked) => {
            count(&world.counts.revoked_seen);
            return Act::Answer(text(401, "www-authenticate: Bearer\r\n", ""));
        }
        Err(Refusal::Expired) => {
            count(&world.counts.expired_seen);
            return gateway(401, "", "JWT expired.");
        }
        Ok(()) => {}
    }
    let path = request.head.split(' ').nth(1).unwrap();
    let call: usize = path.rsplit('/').next().unwrap().parse().unwrap();
    let arrival = world.arrived[call].fetch_add(1, SeqCst);
    let fault = world.fault(call, arrival);
    if fault != Fault::None {
        count(&world.counts.faults);
    }
    match fault {
        Fault::ResetBefore => return Act::Break(String::new()),
        Fault::Gateway(status, wait) => {
            return gateway(status, &retry_after(Some(wait)), "Service is unavailable.");
        }
        Fault::RateLimit(true) => {
            return gateway(429, &retry_after(Some(0)), "Rate limit is exceeded.");
        }
        Fault::RateLimit(false) => return Act::Answer(text(429, &retry_after(Some(0)), "")),
        _ => {}
    }
    if request.head.starts_with("POST ") {
        assert_eq!(request.body, format!(r#"{{"id":{call}}}"#));
    }
    world.processed[call].fetch_add(1, SeqCst);
    let status = 200;
    match fault {
        Fault::ResetAfter => Act::Break(String::new()),
        Fault::Stall => Act::Stall,
        Fault::Truncate => truncated(status),
        Fault::ErrorAfter(status, wait) => {
            Act::Answer(text(status, &retry_after(wait), r#"{"code":"x"}"#))
        }
        Fault::HtmlAfter => html(),
        _ => {
            let body = format!(r#"{{"id":{call}}}"#);
            Act::Answer(text(status, "content-type: application/json\r\n", &body))
        }
    }
}

fn gateway(status: u16, headers: &str, message: &str) -> Act {
    let body = format!(r#"{{"statusCode":{status},"message":"{message}"}}"#);
    Act::Answer(text(status, headers, &body))
}

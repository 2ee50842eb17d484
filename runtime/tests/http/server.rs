//! A small HTTP/1.1 server on loopback that records requests byte by byte and answers by a script.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub struct Received {
    /// The request line and the headers, without the empty line.
    pub head: String,
    /// The body, without the framing of chunks.
    pub body: Vec<u8>,
}

impl Received {
    /// `GET /path?query`.
    pub fn line(&self) -> &str {
        self.head
            .lines()
            .next()
            .unwrap()
            .trim_end_matches(" HTTP/1.1")
    }

    /// The path and query.
    pub fn target(&self) -> &str {
        self.line().split_once(' ').unwrap().1
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    /// All header lines, sorted, without the server's address.
    pub fn headers(&self) -> Vec<&str> {
        let mut lines: Vec<&str> = self
            .head
            .lines()
            .skip(1)
            .filter(|line| !line.starts_with("host: "))
            .collect();
        lines.sort_unstable();
        lines
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// What the server does after a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Sends these bytes and waits for the next request.
    Bytes(Vec<u8>),
    /// Sends these bytes and closes the connection.
    Last(Vec<u8>),
    /// Closes the connection without an answer.
    Close,
    /// Sends these bytes and then nothing for ever.
    Stall(Vec<u8>),
}

/// An answer with a body.
pub fn answer(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Reply {
    let body = body.as_ref();
    let mut text = format!("HTTP/1.1 {status} Whatever\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if status != 204 {
        text.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    Reply::Bytes([text.as_bytes(), body].concat())
}

/// An answer in JSON.
pub fn json(status: u16, body: &str) -> Reply {
    answer(
        status,
        &[("content-type", "application/json; charset=utf-8")],
        body,
    )
}

/// A token response.
pub fn token(name: &str) -> Reply {
    json(
        200,
        &format!(r#"{{"access_token":"{name}","token_type":"Bearer","expires_in":3600}}"#),
    )
}

/// A running server.
pub struct Server {
    pub url: String,
    seen: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    /// Starts a server that answers each request by the script, which is told how many came before.
    pub async fn start(script: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let shared = (Arc::clone(&seen), Arc::new(script));
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let (seen, script) = (Arc::clone(&shared.0), Arc::clone(&shared.1));
                tokio::spawn(serve(connection, seen, script));
            }
        });
        Self { url, seen }
    }

    /// Starts a server that gives these answers one after another, the last one for ever.
    pub async fn answering(replies: Vec<Reply>) -> Self {
        Self::start(move |_, count| replies[count.min(replies.len() - 1)].clone()).await
    }

    /// Starts an identity provider at `/token` with an API beside it, which is told how many of its
    /// requests came before.
    pub async fn portal(api: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static) -> Self {
        let counts = Mutex::new((0, 0));
        Self::start(move |request, _| {
            let mut counts = counts.lock().unwrap();
            if request.target().starts_with("/token") {
                counts.0 += 1;
                return token(&format!("token-{}", counts.0));
            }
            counts.1 += 1;
            api(request, counts.1 - 1)
        })
        .await
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Received> {
        self.seen.lock().unwrap().clone()
    }

    /// The requests to paths other than `/token`.
    pub fn calls(&self) -> Vec<Received> {
        self.seen()
            .into_iter()
            .filter(|request| !request.target().starts_with("/token"))
            .collect()
    }

    /// How many tokens were asked for.
    pub fn tokens(&self) -> usize {
        self.seen().len() - self.calls().len()
    }
}

async fn serve(
    mut connection: TcpStream,
    seen: Arc<Mutex<Vec<Received>>>,
    script: Arc<impl Fn(&Received, usize) -> Reply>,
) {
    let mut buffer = Vec::new();
    while let Some(request) = receive(&mut connection, &mut buffer).await {
        let reply = {
            let mut seen = seen.lock().unwrap();
            seen.push(request.clone());
            script(&request, seen.len() - 1)
        };
        match reply {
            Reply::Bytes(bytes) => {
                if connection.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Reply::Last(bytes) => {
                let _ = connection.write_all(&bytes).await;
                let _ = connection.shutdown().await;
                return;
            }
            Reply::Close => return,
            Reply::Stall(bytes) => {
                let _ = connection.write_all(&bytes).await;
                std::future::pending::<()>().await;
            }
        }
    }
}

async fn receive(connection: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Received> {
    let end = until(connection, buffer, b"\r\n\r\n").await?;
    let head = String::from_utf8(buffer.drain(..end).collect()).unwrap();
    let mut request = Received {
        head: head.trim_end().to_owned(),
        body: Vec::new(),
    };
    if let Some(length) = request
        .header("content-length")
        .map(|text| text.parse().unwrap())
    {
        exactly(connection, buffer, length).await?;
        request.body = buffer.drain(..length).collect();
    } else if request.header("transfer-encoding") == Some("chunked") {
        loop {
            let end = until(connection, buffer, b"\r\n").await?;
            let line = String::from_utf8(buffer.drain(..end).collect()).unwrap();
            let length = usize::from_str_radix(line.trim(), 16).unwrap();
            exactly(connection, buffer, length + 2).await?;
            let chunk: Vec<u8> = buffer.drain(..length + 2).collect();
            request.body.extend_from_slice(&chunk[..length]);
            if length == 0 {
                break;
            }
        }
    }
    Some(request)
}

/// Reads until the mark and returns where it ends.
async fn until(connection: &mut TcpStream, buffer: &mut Vec<u8>, mark: &[u8]) -> Option<usize> {
    loop {
        if let Some(at) = buffer.windows(mark.len()).position(|window| window == mark) {
            return Some(at + mark.len());
        }
        more(connection, buffer).await?;
    }
}

async fn exactly(connection: &mut TcpStream, buffer: &mut Vec<u8>, length: usize) -> Option<()> {
    while buffer.len() < length {
        more(connection, buffer).await?;
    }
    Some(())
}

async fn more(connection: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    match connection.read_buf(buffer).await {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(()),
    }
}

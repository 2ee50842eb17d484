//! An HTTP/1.1 server on this machine, which keeps every request as it came and answers as told.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The path of the token endpoint; everything else belongs to the gateway.
const TOKENS: &str = "/token";

/// Identity provider and gateway at once, until it is dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

/// A request, byte for byte.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method, as it stands in the request line.
    pub method: String,
    /// Path and query, as they stand in the request line.
    pub target: String,
    /// Names and values of the headers, in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// The body, without the framing of chunks.
    pub body: Vec<u8>,
}

/// What a request is answered with.
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    delay: Duration,
    /// The end of the body, and the signal to wait for before it is sent.
    held_back: Option<(Receiver<()>, Vec<u8>)>,
    /// How many bytes are announced and never sent.
    missing: usize,
}

struct Shared {
    seen: Mutex<Vec<Request>>,
    connections: Mutex<Vec<TcpStream>>,
    identity: Mutex<Box<Respond>>,
    gateway: Mutex<Box<Respond>>,
    stopped: AtomicBool,
}

type Respond = dyn FnMut(&Request) -> Answer + Send;

impl Server {
    /// Starts a server that answers token requests and all others by two functions.
    pub fn start(
        identity: impl FnMut(&Request) -> Answer + Send + 'static,
        gateway: impl FnMut(&Request) -> Answer + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            seen: Mutex::default(),
            connections: Mutex::default(),
            identity: Mutex::new(Box::new(identity)),
            gateway: Mutex::new(Box::new(gateway)),
            stopped: AtomicBool::new(false),
        });
        let listening = thread::spawn({
            let shared = Arc::clone(&shared);
            move || shared.listen(&listener)
        });
        Self {
            address,
            shared,
            listening: Some(listening),
        }
    }

    /// Starts a server that hands out tokens and answers all else by a function.
    pub fn serving(gateway: impl FnMut(&Request) -> Answer + Send + 'static) -> Self {
        Self::start(tokens(3600), gateway)
    }

    /// Starts a server that hands out tokens and answers all else with these, one after another.
    pub fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::serving(script(answers))
    }

    /// Starts a server whose every path belongs to an API, that of the token endpoint too.
    pub fn of_api(api: impl FnMut(&Request) -> Answer + Send + 'static) -> Self {
        let first = Arc::new(Mutex::new(api));
        let second = Arc::clone(&first);
        let answer = move |request: &Request| (first.lock().unwrap())(request);
        Self::start(answer, move |request| (second.lock().unwrap())(request))
    }

    /// Takes the last request there was, for a token or not, and forgets those before it.
    pub fn take_request(&self) -> Option<Request> {
        self.shared.seen.lock().unwrap().drain(..).next_back()
    }

    /// Scheme, host and port.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address of the token endpoint.
    pub fn token_url(&self) -> String {
        format!("{}{TOKENS}", self.url())
    }

    /// All requests for tokens so far.
    pub fn token_requests(&self) -> Vec<Request> {
        self.requests(true)
    }

    /// All other requests so far.
    pub fn calls(&self) -> Vec<Request> {
        self.requests(false)
    }

    /// The targets of all calls so far.
    pub fn targets(&self) -> Vec<String> {
        self.calls().into_iter().map(|call| call.target).collect()
    }

    /// The one call there was, as text.
    pub fn only_call(&self) -> String {
        only(self.calls(), self.address)
    }

    /// The one token request there was, as text.
    pub fn only_token_request(&self) -> String {
        only(self.token_requests(), self.address)
    }

    fn requests(&self, for_tokens: bool) -> Vec<Request> {
        let seen = self.shared.seen.lock().unwrap();
        let chosen = seen
            .iter()
            .filter(|request| request.is_for_token() == for_tokens);
        chosen.cloned().collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // A last connection wakes the listener, which then sees that it is over.
        _ = TcpStream::connect(self.address);
        if let Some(listening) = self.listening.take() {
            _ = listening.join();
        }
        for connection in self.shared.connections.lock().unwrap().drain(..) {
            _ = connection.shutdown(Shutdown::Both);
        }
    }
}

/// Hands out `token-1`, `token-2` and so on, good for so many seconds.
pub fn tokens(lifetime: u32) -> impl FnMut(&Request) -> Answer + Send + 'static {
    let mut count = 0;
    move |_| {
        count += 1;
        Answer::json(
            200,
            format!(
                r#"{{"access_token":"token-{count}","token_type":"Bearer","expires_in":{lifetime}}}"#
            ),
        )
    }
}

/// Gives these answers one after another, and then an error that nobody expects.
pub fn script(
    answers: impl IntoIterator<Item = Answer>,
) -> impl FnMut(&Request) -> Answer + Send + 'static {
    let mut answers: VecDeque<Answer> = answers.into_iter().collect();
    move |_| {
        let end = || Answer::bytes(599, "text/plain", "the script has ended");
        answers.pop_front().unwrap_or_else(end)
    }
}

/// Headers, a line each.
pub fn lines(headers: &[(&str, &str)]) -> String {
    let line = |(name, value): &(&str, &str)| format!("{name}: {value}\n");
    headers.iter().map(line).collect()
}

fn only(requests: Vec<Request>, address: SocketAddr) -> String {
    match requests.as_slice() {
        [request] => request.text(address),
        several => panic!(
            "{} requests instead of one: {:?}",
            several.len(),
            several
                .iter()
                .map(|request| &request.target)
                .collect::<Vec<_>>()
        ),
    }
}

impl Request {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// The value of a query parameter that needs no decoding.
    pub fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }

    fn is_for_token(&self) -> bool {
        self.target.split('?').next() == Some(TOKENS)
    }

    /// The request line, the headers by name, and the body. The server's own address stands there
    /// as `server`.
    fn text(&self, address: SocketAddr) -> String {
        let own = address.to_string();
        let mut headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| match name.as_str() {
                "host" if *value == own => ("host", "server"),
                name => (name, value.as_str()),
            })
            .collect();
        headers.sort_unstable();
        let headers = lines(&headers);
        let body = String::from_utf8_lossy(&self.body);
        format!("{} {}\n{headers}\n{body}", self.method, self.target)
    }
}

impl Answer {
    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            delay: Duration::ZERO,
            held_back: None,
            missing: 0,
        }
    }

    /// An answer with a body.
    pub fn bytes(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self {
            body,
            ..Self::empty(status)
        }
        .header("content-type", media_type)
    }

    /// An answer in JSON.
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::bytes(status, "application/json; charset=utf-8", body)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Waits before it answers.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Sends the end of the body only once a signal has come.
    #[must_use]
    pub fn hold_back(mut self, signal: Receiver<()>, rest: impl Into<Vec<u8>>) -> Self {
        self.held_back = Some((signal, rest.into()));
        self
    }

    /// The same answer once more, all of it at once.
    pub(super) fn again(&self) -> Self {
        Self {
            status: self.status,
            headers: self.headers.clone(),
            body: self.body.clone(),
            delay: self.delay,
            held_back: None,
            missing: self.missing,
        }
    }

    /// Announces more bytes than there are, and closes the connection in place of sending them.
    #[must_use]
    pub fn truncated(mut self) -> Self {
        self.missing = 16;
        self
    }

    /// Writes the answer to a request of this method.
    fn write(self, mut connection: &TcpStream, method: &str) -> std::io::Result<()> {
        thread::sleep(self.delay);
        let rest = self.held_back.as_ref().map_or(0, |(_, rest)| rest.len());
        let mut head = format!("HTTP/1.1 {} Scripted\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if self.status != 204 {
            let length = self.body.len() + rest + self.missing;
            head.push_str(&format!("content-length: {length}\r\n"));
        }
        head.push_str("\r\n");
        // Answers to HEAD have no body, whatever they announce (RFC 9110, section 9.3.2).
        let body = if method == "HEAD" {
            &[][..]
        } else {
            &self.body
        };
        connection.write_all(&[head.as_bytes(), body].concat())?;
        if self.missing > 0 {
            return Err(ErrorKind::ConnectionAborted.into());
        }
        if let Some((signal, rest)) = self.held_back {
            // Without a signal the body stays as short as it is.
            if signal.recv().is_ok() {
                connection.write_all(&rest)?;
            }
        }
        Ok(())
    }
}

impl Shared {
    fn listen(self: &Arc<Self>, listener: &TcpListener) {
        for connection in listener.incoming().flatten() {
            if self.stopped.load(Ordering::SeqCst) {
                return;
            }
            if let Ok(copy) = connection.try_clone() {
                self.connections.lock().unwrap().push(copy);
            }
            let shared = Arc::clone(self);
            thread::spawn(move || shared.serve(&connection));
        }
    }

    /// Answers the requests of one connection until it is closed.
    fn serve(&self, connection: &TcpStream) {
        let mut reader = BufReader::new(connection);
        while let Some(request) = read(&mut reader) {
            self.seen.lock().unwrap().push(request.clone());
            let respond = match request.is_for_token() {
                true => &self.identity,
                false => &self.gateway,
            };
            let answer = (respond.lock().unwrap())(&request);
            if answer.write(connection, &request.method).is_err() {
                break;
            }
        }
        _ = connection.shutdown(Shutdown::Both);
    }
}

/// Reads one request; `None` when there is none, or none that this server understands.
fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut parts = line.trim_end().split(' ');
    let (method, target) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    if parts.next() != Some("HTTP/1.1") {
        return None;
    }
    let mut headers = Vec::new();
    loop {
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line).ok()?;
        let line = String::from_utf8_lossy(&line);
        let line = line.strip_suffix("\r\n")?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(": ")?;
        headers.push((name.to_owned(), value.to_owned()));
    }
    let mut request = Request {
        method,
        target,
        headers,
        body: Vec::new(),
    };
    match request.header("transfer-encoding") {
        Some("chunked") => request.body = chunks(reader)?,
        _ => {
            let length = request.header("content-length");
            let length = length.map_or(Some(0), |length| length.parse().ok())?;
            request.body.resize(length, 0);
            reader.read_exact(&mut request.body).ok()?;
        }
    }
    Some(request)
}

/// Reads the chunks of a body of unknown length (RFC 9112, section 7.1).
fn chunks(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let length = usize::from_str_radix(line.trim_end(), 16).ok()?;
        let mut chunk = vec![0; length + 2];
        reader.read_exact(&mut chunk).ok()?;
        if length == 0 {
            return Some(body);
        }
        chunk.truncate(length);
        body.append(&mut chunk);
    }
}

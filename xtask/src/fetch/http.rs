//! GET requests, and how far they may go.

use std::io::Read;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use ureq::Agent;
use ureq::http::HeaderMap;
use ureq::tls::{RootCerts, TlsConfig};
use url::{Host, Url};

/// The redirects that one request may go through.
const MOST_REDIRECTS: usize = 5;
/// The times that a server may ask to come back later.
const MOST_DELAYS: usize = 4;
/// The longest that is waited when a server asks for it, in seconds.
const LONGEST_DELAY: u64 = 120;
/// What is waited where a server does not say how long, in seconds.
const DELAY: u64 = 5;

/// How much a server may take.
struct Limits {
    /// The bytes of an answer, after decompression.
    body: u64,
    /// The time of one request, however slowly the answer trickles in.
    request: Duration,
    /// The time of all requests of a run.
    run: Duration,
}

const LIMITS: Limits = Limits {
    body: 64 * 1024 * 1024,
    request: Duration::from_secs(300),
    run: Duration::from_secs(3600),
};

/// What sends requests.
pub(super) struct Http {
    agent: Agent,
    limits: Limits,
    started: Instant,
}

/// What a server answered.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// Where it came from, after redirects.
    pub(super) url: Url,
}

impl Answer {
    /// A header's text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Http {
    pub(super) fn new() -> Self {
        Self::with(LIMITS)
    }

    fn with(limits: Limits) -> Self {
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(Duration::from_secs(15)))
            .timeout_recv_response(Some(Duration::from_secs(60)))
            .user_agent("cargo-xtask-fetch")
            .build();
        Self {
            agent: config.into(),
            limits,
            started: Instant::now(),
        }
    }

    /// Sends a GET request. Redirects are followed as long as no credentials would reach another origin, and where the
    /// server asks for less haste, the request is repeated when it says.
    pub(super) fn get(
        &self,
        url: &Url,
        accept: &str,
        authorization: Option<&str>,
    ) -> Result<Answer, String> {
        let mut url = url.clone();
        for _ in 0..=MOST_REDIRECTS {
            check_safe(&url)?;
            let answer = self.patiently(&url, accept, authorization)?;
            let location = match answer.status {
                301 | 302 | 303 | 307 | 308 => answer.header("location"),
                _ => None,
            };
            let Some(location) = location else {
                return Ok(answer);
            };
            let next = url
                .join(location)
                .map_err(|_| format!("{} redirects to nowhere", shown(&url)))?;
            if authorization.is_some() && next.origin() != url.origin() {
                return Err(format!(
                    "{} redirects to {}, where no credentials are sent",
                    shown(&url),
                    next.origin().ascii_serialization()
                ));
            }
            if url.scheme() == "https" && next.scheme() != "https" {
                return Err(format!(
                    "{} redirects to {}, which is not https",
                    shown(&url),
                    shown(&next)
                ));
            }
            url = next;
        }
        Err(format!("{} redirects again and again", shown(&url)))
    }

    fn patiently(
        &self,
        url: &Url,
        accept: &str,
        authorization: Option<&str>,
    ) -> Result<Answer, String> {
        let mut delays = 0;
        loop {
            let answer = self.once(url, accept, authorization)?;
            if !matches!(answer.status, 429 | 503) {
                return Ok(answer);
            }
            let delay = delay(&answer, SystemTime::now());
            delays += 1;
            if delays > MOST_DELAYS || delay > LONGEST_DELAY {
                return Err(format!(
                    "{} is asked too often (status {}); try again in {delay} seconds",
                    shown(url),
                    answer.status
                ));
            }
            thread::sleep(Duration::from_secs(delay));
        }
    }

    fn once(&self, url: &Url, accept: &str, authorization: Option<&str>) -> Result<Answer, String> {
        let left = self.limits.run.saturating_sub(self.started.elapsed());
        if left.is_zero() {
            return Err(format!(
                "{} was not asked any more: all requests together took over {} s; start again later",
                shown(url),
                self.limits.run.as_secs()
            ));
        }
        let mut request = self
            .agent
            .get(url.as_str())
            .config()
            .timeout_global(Some(self.limits.request.min(left)))
            .build()
            .header("accept", accept)
            .header("cache-control", "no-cache");
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let answer = request.call().map_err(|error| match error {
            ureq::Error::Timeout(_) => too_slow(url),
            error => format!(
                "{} does not answer: {}; check the address and the network",
                shown(url),
                reason(&error)
            ),
        });
        let (parts, mut body) = answer?.into_parts();
        let body = self.read(&mut body).map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(limit) => format!(
                "{} answers with more than {} MiB, which no document has",
                shown(url),
                limit >> 20
            ),
            ureq::Error::Timeout(_) => too_slow(url),
            error => format!("{} breaks off: {}; start again", shown(url), reason(&error)),
        })?;
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
            url: url.clone(),
        })
    }

    /// Reads a body up to the limit. The one that `ureq` knows counts bytes before decompression.
    fn read(&self, body: &mut ureq::Body) -> Result<Vec<u8>, ureq::Error> {
        let limit = self.limits.body;
        let mut read = Vec::new();
        let reader = body.with_config().limit(limit).reader();
        reader.take(limit + 1).read_to_end(&mut read)?;
        match read.len() as u64 > limit {
            true => Err(ureq::Error::BodyExceedsLimit(limit)),
            false => Ok(read),
        }
    }
}

fn too_slow(url: &Url) -> String {
    format!("{} takes too long to answer; try again later", shown(url))
}

/// The seconds after which a server wants to be asked again (RFC 9110, section 10.2.3): a number, or a date, which
/// counts from the server's own `Date`, as its clock need not be that of this machine.
fn delay(answer: &Answer, now: SystemTime) -> u64 {
    let date = |name| {
        answer
            .header(name)
            .and_then(|it| httpdate::parse_http_date(it.trim()).ok())
    };
    let text = answer.header("retry-after").unwrap_or_default().trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().unwrap_or(u64::MAX);
    }
    match date("retry-after") {
        Some(until) => {
            let answered = date("date").unwrap_or(now);
            let wait = until.duration_since(answered).unwrap_or_default();
            wait.as_millis()
                .div_ceil(1000)
                .try_into()
                .unwrap_or(u64::MAX)
        }
        None => DELAY,
    }
}

/// Reads a URL that requests may go to.
pub(super) fn parse(text: &str) -> Result<Url, String> {
    // The URL is not repeated: it may hold what nobody should see.
    let url = Url::parse(text).map_err(|error| format!("this is no URL: {error}"))?;
    check_safe(&url)?;
    Ok(url)
}

/// Only https, unless it is this machine; and no user in the URL.
fn check_safe(url: &Url) -> Result<(), String> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL with a user in it is not fetched; leave the user out".to_owned());
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        _ => Err(format!("{} is not https", shown(url))),
    }
}

/// Whether a URL leads to this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A URL for people: queries may hold keys.
pub(super) fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    // Without a user there is nothing to take out, and a URL that has none refuses.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.into()
}

fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) => crate::failure::reason(error),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;

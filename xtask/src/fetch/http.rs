//! GET requests, and how far they may go.

use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::http::HeaderMap;
use ureq::tls::{RootCerts, TlsConfig};
use url::{Host, Url};

/// No document is larger.
const MAX_BODY: u64 = 64 * 1024 * 1024;
/// The redirects that one request may go through.
const MOST_REDIRECTS: usize = 5;
/// The times that a server may ask to come back later.
const MOST_DELAYS: usize = 4;
/// The longest that is waited when a server asks for it, in seconds.
const LONGEST_DELAY: u64 = 120;
/// What is waited where a server does not say how long, in seconds.
const DELAY: u64 = 5;

/// What sends requests.
pub(super) struct Http {
    agent: Agent,
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
            .timeout_recv_body(Some(Duration::from_secs(300)))
            .user_agent("cargo-xtask-fetch")
            .build();
        Self {
            agent: config.into(),
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
            let asked = answer
                .header("retry-after")
                .and_then(|it| it.trim().parse::<u64>().ok());
            let delay = asked.unwrap_or(DELAY);
            delays += 1;
            if delays > MOST_DELAYS || delay > LONGEST_DELAY {
                return Err(format!(
                    "{} is asked too often (status {}); try again in {delay} seconds",
                    shown(url),
                    answer.status
                ));
            }
            std::thread::sleep(Duration::from_secs(delay));
        }
    }

    fn once(&self, url: &Url, accept: &str, authorization: Option<&str>) -> Result<Answer, String> {
        let failed =
            |error: ureq::Error| format!("{} does not answer: {}", shown(url), reason(&error));
        let mut request = self
            .agent
            .get(url.as_str())
            .header("accept", accept)
            .header("cache-control", "no-cache");
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let (parts, mut body) = request.call().map_err(failed)?.into_parts();
        let body = body.with_config().limit(MAX_BODY).read_to_vec();
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.map_err(|error| format!("{} breaks off: {}", shown(url), reason(&error)))?,
            url: url.clone(),
        })
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

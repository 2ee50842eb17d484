//! What can be set on the real transport.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use super::HttpTransport;
use super::tls::{self, Extras};
use crate::error::{ConfigError, chain};
use crate::wire::Secret;

type Customize = Arc<dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>;

/// The settings of an [`HttpTransport`].
#[derive(Clone)]
pub struct HttpTransportBuilder {
    connect_timeout: Duration,
    user_agent: String,
    /// URLs, which may hold a password.
    proxies: Vec<Secret>,
    environment_proxies: bool,
    tls: Extras,
    http1_only: bool,
    idle_connections: Option<usize>,
    idle_connection_timeout: Duration,
    customize: Option<Customize>,
}

impl HttpTransport {
    /// Begins with the defaults: 10 s for a connection, this crate's name as user agent, proxies
    /// from the environment, the system's roots, HTTP/2 where the server has it, and idle
    /// connections kept for 90 s.
    pub fn builder() -> HttpTransportBuilder {
        HttpTransportBuilder {
            connect_timeout: Duration::from_secs(10),
            user_agent: concat!("portal-runtime/", env!("CARGO_PKG_VERSION")).to_owned(),
            proxies: Vec::new(),
            environment_proxies: true,
            tls: Extras::default(),
            http1_only: false,
            idle_connections: None,
            idle_connection_timeout: Duration::from_secs(90),
            customize: None,
        }
    }
}

impl HttpTransportBuilder {
    /// Sets how long making a connection may take, name resolution and TLS included.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Sets the `User-Agent` header.
    #[must_use]
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = name.into();
        self
    }

    /// Sends https requests through a proxy, in place of those that the environment names. A user
    /// name and password in its URL go to the proxy and never show.
    ///
    /// Plain http goes to this machine only, and never through a proxy.
    #[must_use]
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxies.push(Secret::from(url.into()));
        self
    }

    /// Sets whether a proxy is taken from the environment: `HTTPS_PROXY` or else `ALL_PROXY`, in
    /// capitals or small letters, but for the hosts in `NO_PROXY`. What the settings of macOS and
    /// Windows say of proxies is not read. Default: true.
    #[must_use]
    pub fn environment_proxies(mut self, take: bool) -> Self {
        self.environment_proxies = take;
        self
    }

    /// Trusts these root certificates, in PEM, besides the system's.
    #[must_use]
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.tls.roots.push(pem.into());
        self
    }

    /// Proves this client to servers (mutual TLS) by its certificate, the chain above that, and its
    /// private key, all in one PEM text.
    #[must_use]
    pub fn client_certificate(mut self, pem: impl Into<String>) -> Self {
        self.tls.identity = Some(Secret::from(pem.into()));
        self
    }

    /// Speaks HTTP/1.1 only.
    #[must_use]
    pub fn http1_only(mut self) -> Self {
        self.http1_only = true;
        self
    }

    /// Sets how many idle connections to a host are kept for reuse; 0 keeps none. Default: no
    /// limit.
    #[must_use]
    pub fn idle_connections_per_host(mut self, most: usize) -> Self {
        self.idle_connections = Some(most);
        self
    }

    /// Sets for how long an idle connection is kept. Default: 90 s.
    #[must_use]
    pub fn idle_connection_timeout(mut self, limit: Duration) -> Self {
        self.idle_connection_timeout = limit;
        self
    }

    /// Changes other settings of the HTTP client. What safety stands on is set afterwards, so that
    /// it stays: no redirects, no `Referer`, no repetitions, no unpacking of bodies but our own,
    /// TLS as set here, and no log of what goes over connections.
    #[must_use]
    pub fn customize(
        mut self,
        change: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.customize = Some(Arc::new(change));
        self
    }

    /// Makes the transport.
    ///
    /// # Errors
    /// When the user agent, a proxy or a certificate cannot be used, the system has no root
    /// certificates, or the program was built without TLS.
    pub fn build(self) -> Result<HttpTransport, ConfigError> {
        let agent = HeaderValue::from_str(&self.user_agent).map_err(|_| {
            ConfigError::new("the user agent holds characters that no header may hold")
        })?;
        // Without `no_proxy` the environment's proxy for plain http would get the requests to this
        // machine, with their credentials.
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .pool_idle_timeout(self.idle_connection_timeout)
            .connect_timeout(self.connect_timeout)
            .user_agent(agent);
        if let Some(most) = self.idle_connections {
            builder = builder.pool_max_idle_per_host(most);
        }
        for proxy in self.proxies()? {
            builder = builder.proxy(proxy);
        }
        if let Some(customize) = &self.customize {
            builder = customize(builder);
        }
        if self.http1_only {
            builder = builder.http1_only();
        }
        builder = tls::apply(builder, &self.tls, self.http1_only).map_err(ConfigError::new)?;
        builder
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .connection_verbose(false)
            .build()
            .map(HttpTransport::from_client)
            .map_err(|error| ConfigError::new(format!("HTTP cannot be set up: {}", chain(&error))))
    }

    fn proxies(&self) -> Result<Vec<reqwest::Proxy>, ConfigError> {
        let wrong = |whose: &str| {
            ConfigError::new(format!(
                "{whose} is not the URL of a proxy, such as http://proxy.example:3128"
            ))
        };
        if !self.proxies.is_empty() {
            let proxy = |url: &Secret| https_proxy(url.expose()).ok_or_else(|| wrong("the proxy"));
            return self.proxies.iter().map(proxy).collect();
        }
        let found = self
            .environment_proxies
            .then(|| from_environment(|name| std::env::var(name).ok()))
            .flatten();
        let Some((name, url)) = found else {
            return Ok(Vec::new());
        };
        let proxy = https_proxy(url.expose()).ok_or_else(|| wrong(name))?;
        Ok(vec![proxy.no_proxy(reqwest::NoProxy::from_env())])
    }
}

fn https_proxy(url: &str) -> Option<reqwest::Proxy> {
    let scheme = url.split_once("://").map_or("http", |(scheme, _)| scheme);
    matches!(scheme, "http" | "https")
        .then(|| reqwest::Proxy::https(url).ok())
        .flatten()
}

/// The variable that names a proxy for https, and its value.
fn from_environment(lookup: impl Fn(&str) -> Option<String>) -> Option<(&'static str, Secret)> {
    ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
        .into_iter()
        .find_map(|name| {
            let url = lookup(name)?.trim().to_owned();
            (!url.is_empty()).then(|| (name, Secret::from(url)))
        })
}

/// Proxies and keys do not show.
impl fmt::Debug for HttpTransportBuilder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("HttpTransportBuilder")
            .field("connect_timeout", &self.connect_timeout)
            .field("user_agent", &self.user_agent)
            .field("proxies", &self.proxies.len())
            .field("environment_proxies", &self.environment_proxies)
            .field("root_certificates", &self.tls.roots.len())
            .field("client_certificate", &self.tls.identity.is_some())
            .field("http1_only", &self.http1_only)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environments_proxy_is_that_for_https() {
        let found = |set: &[(&str, &str)]| {
            let lookup = |name: &str| {
                let (_, value) = set.iter().find(|(set, _)| *set == name)?;
                Some((*value).to_owned())
            };
            from_environment(lookup).map(|(name, url)| (name, url.expose().to_owned()))
        };
        assert_eq!(found(&[("HTTP_PROXY", "http://p")]), None);
        let expected = Some(("HTTPS_PROXY", "http://p".to_owned()));
        assert_eq!(
            found(&[("all_proxy", "x"), ("HTTPS_PROXY", " http://p ")]),
            expected
        );
        let expected = Some(("ALL_PROXY", "http://q".to_owned()));
        assert_eq!(
            found(&[("HTTPS_PROXY", ""), ("ALL_PROXY", "http://q")]),
            expected
        );
    }

    #[cfg(not(feature = "_rustls"))]
    #[test]
    fn a_program_without_tls_is_told_what_to_turn_on() {
        let error = HttpTransport::builder().build().unwrap_err().to_string();
        assert!(error.contains("rustls-ring"), "{error}");
    }

    #[cfg(feature = "_rustls")]
    #[test]
    fn what_is_wrong_is_said_without_secrets() {
        for broken in [
            HttpTransport::builder().proxy("http://user:canary@:99999"),
            HttpTransport::builder().proxy("socks5://user:canary@proxy.example"),
            HttpTransport::builder().root_certificate("canary"),
            HttpTransport::builder().client_certificate("canary"),
            HttpTransport::builder().root_certificate(
                "-----BEGIN CERTIFICATE-----\ncanary!\n-----END CERTIFICATE-----\n",
            ),
        ] {
            assert!(!format!("{broken:?}").contains("canary"));
            let error = broken.build().unwrap_err().to_string();
            assert!(!error.contains("canary"), "{error}");
        }
    }
}
